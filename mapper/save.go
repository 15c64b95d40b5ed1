package mapper

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// Save encrypts, signs and writes the whole item, in place of one with the same
// key.
//
// If T has a version field, Save writes the next version, under the condition
// that the stored item still has the version of value; a version of zero, or a
// nil pointer, means that no item with a version is stored. Otherwise Save fails
// with [ErrVersionConflict], and nothing is written. The version field moves only
// after the item is written. Where an answer is lost and the SDK asks again, Save
// recognizes its own write by the encrypted attributes; without any, that too is a
// conflict.
//
// A value that cannot be written is a [crypto.ErrConfig]. Errors of the SDK are
// found by [errors.As].
func (m *Mapper[T]) Save(ctx context.Context, value *T, options ...SaveOption) error {
	return m.core.fail("Save", m.core.save(ctx, pointer(value), optionsOf(options, SaveOption.applyToSave)))
}

func (m *core) save(ctx context.Context, value any, o callOptions) error {
	put, err := m.newPut(ctx, value, &o)
	if err != nil {
		return err
	}
	old, err := m.oldOf(&o)
	if err != nil {
		return err
	}
	input := &dynamodb.PutItemInput{TableName: &m.table, Item: put.item}
	if old != nil {
		input.ReturnValues = types.ReturnValueAllOld
	}
	if put.condition.text != "" {
		input.ConditionExpression, input.ExpressionAttributeNames, input.ExpressionAttributeValues = put.condition.parameters()
		input.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	}
	b := &below{keepFailed: old != nil}
	output, err := m.client.PutItem(withBelow(ctx, b), input, o.client...)
	if err == nil || isApplied(err) {
		put.done()
	}
	if err == nil && old != nil && b.own {
		return ErrOldUnknown
	}
	return m.written(ctx, put.guard, b, old, attributesOf(output), err)
}

// isApplied reports whether a write was done in spite of an error.
func isApplied(err error) bool {
	failed, ok := errors.AsType[*client.ItemError](err)
	return ok && failed.Applied
}

func attributesOf(output *dynamodb.PutItemOutput) crypto.Item {
	if output == nil {
		return nil
	}
	return output.Attributes
}

// put is a value on its way into the table.
type put struct {
	guard
	item crypto.Item // plaintext
	done func()      // moves the version of the value, once it is written
}

// guard is what a write demands of the item that is stored.
type guard struct {
	condition   condition
	version     *versionField // nil if no version is demanded
	old         version
	conditional bool // the caller has a condition too
}

// newPut encodes a value and makes its conditions.
func (m *core) newPut(ctx context.Context, value any, o *callOptions) (*put, error) {
	if err := m.ended(ctx); err != nil {
		return nil, err
	}
	if value == nil {
		return nil, errNilValue
	}
	if err := beforeSave(ctx, value); err != nil {
		return nil, err
	}
	item, err := m.codec.encode(value)
	if err != nil {
		return nil, err
	}
	for _, check := range []func(crypto.Item) error{m.requireKeys, m.requireIndexKeys, m.requireStated} {
		if err := check(item); err != nil {
			return nil, err
		}
	}
	p := &put{item: item, done: func() {}}
	if p.guard, err = m.newGuard(value, o); err != nil || m.version == nil {
		return p, err
	}
	next, err := m.version.next(m.codec, p.old, m.options.now)
	if err != nil {
		return nil, err
	}
	item[m.version.name] = next.stored
	p.done = func() { m.version.write(m.codec, value, next) }
	return p, nil
}

var errNilValue = fmt.Errorf("%w: the value is nil", crypto.ErrConfig)

// newGuard makes the conditions of a write; value is nil if there is only a key.
func (m *core) newGuard(value any, o *callOptions) (guard, error) {
	var g guard
	own, err := userCondition(o.conditions)
	if err != nil {
		return g, err
	}
	g.conditional = own.text != ""
	if m.version != nil && value != nil {
		if g.old, err = m.version.read(m.codec, value); err != nil {
			return g, err
		}
		if !o.clobber {
			g.version = m.version
			g.condition = m.version.condition(g.old)
		}
	}
	g.condition = g.condition.and(own)
	return g, nil
}

// failure says which of the conditions did not hold. stored is the item that was
// there, as it is stored and not verified.
func (g *guard) failure(stored crypto.Item, err error) error {
	if g.version != nil && (!g.conditional || !g.version.holds(g.old, stored)) {
		return fmt.Errorf("%w: the stored item is not the one that was loaded: %w", ErrVersionConflict, err)
	}
	return fmt.Errorf("%w: the stored item, or its absence, does not meet it: %w", ErrConditionFailed, err)
}

// written takes in the answer to a single write.
func (m *core) written(ctx context.Context, g guard, b *below, old *oldItem, attributes crypto.Item, err error) error {
	failed, ok := errors.AsType[*types.ConditionalCheckFailedException](err)
	if !ok || g.condition.text == "" {
		if err != nil || old == nil {
			return err
		}
		if err := old.set(ctx, m, attributes); err != nil {
			return fmt.Errorf("it was done, but the old item cannot be returned: %w", err)
		}
		return nil
	}
	err = g.failure(b.stored, err)
	attributes, failed.Item = failed.Item, nil
	if old != nil {
		if bad := old.set(ctx, m, attributes); bad != nil {
			return fmt.Errorf("%w; the item that is there: %w", err, bad)
		}
	}
	return err
}

// oldItem is where ReturnOld wants the old item.
type oldItem struct {
	typ   reflect.Type
	store func(value any) // nil without a variable
}

// oldOf returns nil if the old item is not wanted.
func (m *core) oldOf(o *callOptions) (*oldItem, error) {
	switch {
	case o.old == nil:
		return nil, nil
	case o.old.typ != m.typ:
		return nil, fmt.Errorf("%w: ReturnOld has a variable for another type than the mapper; use a **%s", crypto.ErrConfig, m.model.Type())
	case o.old.store == nil:
		return nil, fmt.Errorf("%w: ReturnOld has a nil pointer", crypto.ErrConfig)
	}
	o.old.store(nil)
	return o.old, nil
}

func (old *oldItem) set(ctx context.Context, m *core, item crypto.Item) error {
	if len(item) == 0 {
		return nil
	}
	value := m.newValue()
	if err := m.decode(ctx, item, nil, value); err != nil {
		return err
	}
	old.store(value)
	return nil
}

// Update always fails with [ErrPartialUpdate], which says why. It stands here so
// that whoever looks for it finds the reason.
func (m *Mapper[T]) Update(context.Context, ...any) error {
	return m.core.fail("Update", ErrPartialUpdate)
}
