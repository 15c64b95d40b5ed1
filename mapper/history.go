package mapper

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync/atomic"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper/generated"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

// previousModel is an earlier model: its actions, or the struct that states them.
type previousModel struct {
	actions crypto.Actions
	read    func(...tags.Option) (crypto.Actions, error)
}

func modelOf[Old any]() previousModel {
	return previousModel{read: func(options ...tags.Option) (crypto.Actions, error) {
		model, err := tags.Of(reflect.TypeFor[Old](), options...)
		if err != nil {
			return crypto.Actions{}, err
		}
		return model.Actions(), nil
	}}
}

// withModel returns the encryptor that also reads items of earlier models, and knows
// what generated code does.
func (p *plan) withModel(encryptor crypto.ItemEncryptor, direct *generated.Record) (crypto.ItemEncryptor, error) {
	if len(p.options.previous) == 0 {
		if modelled, ok := encryptor.(modelEncryptor); ok && direct != nil {
			p.codec.serialize = modelled.TakesSerialized() && p.options.plaintext == client.ForbidPlaintext
			return withCode{modelled, direct}, nil
		}
		return encryptor, nil
	}
	reader, ok := encryptor.(crypto.HistoryEncryptor)
	if !ok {
		return nil, fmt.Errorf("the item encryptor, a %T, cannot read items of earlier models: %w", encryptor, crypto.ErrConfig)
	}
	h := historical{HistoryEncryptor: reader, counts: make([]atomic.Int64, len(p.options.previous))}
	for i, model := range p.options.previous {
		if model.read != nil {
			var err error
			if model.actions, err = model.read(p.options.tagOptions()...); err != nil {
				return nil, fmt.Errorf("previous model %d: %w", i+1, err)
			}
		}
		h.previous = append(h.previous, model.actions)
	}
	p.counters.previous, p.previous = h.counts, h.previous
	return h, nil
}

// modelEncryptor is an item encryptor that can make use of generated code.
type modelEncryptor interface {
	crypto.ItemEncryptor
	ForModel(encryption cmp.EncryptionContext, actions crypto.Actions, model crypto.Model) (crypto.TableEncryptor, error)
	TakesSerialized() bool
}

var _ modelEncryptor = (*crypto.Encryptor)(nil)

// withCode is an item encryptor for a type with generated code.
type withCode struct {
	modelEncryptor
	code *generated.Record
}

// For implements [crypto.ItemEncryptor].
func (w withCode) For(encryption cmp.EncryptionContext, actions crypto.Actions) (crypto.TableEncryptor, error) {
	return w.ForModel(encryption, actions, crypto.Model{Names: w.code.Names, Serialized: true})
}

// historical is an item encryptor that reads items of earlier models, and counts
// them. Values that it decrypts may be keys now, so they are not left serialized.
type historical struct {
	crypto.HistoryEncryptor
	previous []crypto.Actions
	counts   []atomic.Int64
}

// For implements [crypto.ItemEncryptor].
func (h historical) For(encryption cmp.EncryptionContext, actions crypto.Actions) (crypto.TableEncryptor, error) {
	return h.ForHistory(encryption, actions, h.previous, func(i int) { h.counts[i].Add(1) })
}

// requireStated refuses attributes that the struct does not have, if an earlier model
// protects them better than the policy for unknown attributes: they were decrypted, and
// would be stored in the clear, or without a signature, though nobody said so.
func (m *core) requireStated(item crypto.Item) error {
	for _, earlier := range m.previous {
		for _, name := range slices.Sorted(maps.Keys(item)) {
			_, stated := m.wire.actions.Overrides[name]
			had, has := earlier.Action(name), m.wire.actions.Action(name)
			if !stated && had < has {
				return fmt.Errorf("%w: attribute %q, which is not in the model of %s, has the action %s in another model and would be stored with %s; state its action in the tag of the struct, as in retired=%s:%s",
					crypto.ErrConfig, name, m.model.Type(), had, has, name, had)
			}
		}
	}
	return nil
}

// counters count what a migration wants to know.
type counters struct {
	plaintext client.Counter
	previous  []atomic.Int64
}

// Counters tells how many items a mapper has met that are still to be migrated.
type Counters struct {
	// PlaintextRead and PlaintextWritten count items without protection, which only
	// [WithPlaintext] lets through; see [client.Counter].
	PlaintextRead, PlaintextWritten int64
	// Previous counts the items that were read under each of the previous models, in
	// the order of [WithPreviousActions] and [WithPreviousModel].
	Previous []int64
}

// Counters returns what was counted since New, in all tables of the mapper and of its
// [Mapper.In].
func (m *Mapper[T]) Counters() Counters {
	c := Counters{PlaintextRead: m.core.counters.plaintext.Read(), PlaintextWritten: m.core.counters.plaintext.Written()}
	for i := range m.core.counters.previous {
		c.Previous = append(c.Previous, m.core.counters.previous[i].Load())
	}
	return c
}
