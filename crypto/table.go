package crypto

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

type digest = [sha256.Size]byte

// attribute is what is known of an attribute before there is an item.
type attribute struct {
	name   string
	action Action
	digest digest // of the name
}

// table is an Encryptor compiled for one context and set of actions.
type table struct {
	encryptor  *Encryptor
	encryption cmp.EncryptionContext
	nameDigest digest // of the table name
	actions    Actions
	nothing    bool // to do for any attribute
	previous   []*table
	used       func(index int) // is told of previous that were used, unless nil
	serialized bool            // leave decrypted values serialized

	known map[string]*attribute // what the actions name
	order []*attribute          // the same, in the order in which they are signed

	scratch   sync.Pool // *scratch
	described atomic.Pointer[describedMaterials]
	// lastMaterials is where the last ones were, described or not.
	lastMaterials atomic.Uintptr
	parsed        atomic.Pointer[parsedDescription]
}

var _ TableEncryptor = (*table)(nil)

func (e *Encryptor) table(encryption cmp.EncryptionContext, actions Actions) (*table, error) {
	return e.model(encryption, actions, nil)
}

func (e *Encryptor) model(encryption cmp.EncryptionContext, actions Actions, names []NameDigest) (*table, error) {
	t, err := e.compile(encryption, actions, names)
	if err != nil {
		return nil, fmt.Errorf("crypto: %w", err)
	}
	return t, nil
}

// compile makes a table. names are digests that are known already.
func (e *Encryptor) compile(encryption cmp.EncryptionContext, actions Actions, names []NameDigest) (*table, error) {
	t := &table{
		encryptor:  e,
		encryption: encryption,
		actions:    actions.clone(),
		nothing:    actions.PassThrough(),
		known:      make(map[string]*attribute, len(actions.Overrides)),
	}
	err := e.err
	if err == nil {
		err = actions.check(encryption, e.options.descriptionAttribute, e.options.signatureAttribute)
	}
	if err == nil {
		t.encryption.TableName, err = e.options.tableName(encryption.TableName)
	}
	if err != nil {
		return nil, err
	}
	t.nameDigest = tableDigest(t.encryption.TableName)
	for _, n := range names {
		if action, ok := t.actions.Overrides[n.Name]; ok {
			t.know(n.Name, action, n.Digest)
		}
	}
	for name, action := range t.actions.Overrides {
		if t.known[name] == nil {
			t.know(name, action, sha256.Sum256([]byte(name)))
		}
	}
	compare := func(a, b *attribute) int { return e.options.order.CompareStrings(a.name, b.name) }
	if !slices.IsSortedFunc(t.order, compare) {
		slices.SortFunc(t.order, compare)
	}
	t.scratch.New = func() any { return newScratch() }
	return t, nil
}

func (t *table) know(name string, action Action, digest digest) {
	t.known[name] = &attribute{name, action, digest}
	t.order = append(t.order, t.known[name])
}

// ReservedAttributes implements [TableEncryptor].
func (t *table) ReservedAttributes() []string {
	return []string{t.encryptor.options.signatureAttribute, t.encryptor.options.descriptionAttribute}
}

// fail makes err an ItemError.
func (t *table) fail(op string, err error) error {
	e := &ItemError{Op: op, Table: t.encryption.TableName, Err: err}
	var a *attributeError
	if errors.As(err, &a) {
		e.Attribute, e.Err = a.name, a.err
	}
	for _, key := range []string{t.encryption.PartitionKey, t.encryption.SortKey} {
		if key != "" {
			e.Keys = append(e.Keys, key)
		}
	}
	return e
}

// maxAbsent bounds the hint about absent attributes.
const maxAbsent = 8

// failWithHint is fail, and for a signature that does not match it names the
// attributes that the actions expect and the item lacks.
func (t *table) failWithHint(op string, item Item, err error) error {
	err = t.fail(op, err)
	if !errors.Is(err, ErrSignature) {
		return err
	}
	e := err.(*ItemError)
	for _, known := range t.order {
		if _, ok := item[known.name]; !ok && known.action != DoNothing && len(e.Absent) < maxAbsent {
			e.Absent = append(e.Absent, known.name)
		}
	}
	return e
}

// isReserved reports whether the item encryptor itself writes that attribute.
func (t *table) isReserved(name string) bool {
	return name == t.encryptor.options.signatureAttribute || name == t.encryptor.options.descriptionAttribute
}

// collect fills s.entries with the attributes of item that are signed, in the
// order in which this encryptor signs.
func (t *table) collect(s *scratch, item Item) {
	if s.entries = s.entries[:0]; cap(s.entries) < len(item) {
		s.entries = make([]entry, 0, len(item))
	}
	if len(item) <= maxPooledEntries && len(t.order) <= 2*len(item) && t.collectKnown(s, item) {
		return
	}
	clear(s.entries)
	clear(s.values)
	s.entries, s.values = s.entries[:0], s.values[:0]
	for name := range item {
		known := t.known[name]
		if t.isReserved(name) || t.action(name, known) == DoNothing {
			continue
		}
		s.entries = append(s.entries, entry{name, known})
	}
	s.sort(t.encryptor.options.order)
}

// collectKnown is collect for items of which the actions name all attributes:
// they need no sorting. Otherwise it returns false.
func (t *table) collectKnown(s *scratch, item Item) bool {
	found := 0
	s.values = s.values[:0]
	for _, known := range t.order {
		v, ok := item[known.name]
		if !ok {
			continue
		}
		found++
		if known.action != DoNothing {
			s.entries = append(s.entries, entry{known.name, known})
			s.values = append(s.values, v)
		}
	}
	for _, reserved := range []string{t.encryptor.options.descriptionAttribute, t.encryptor.options.signatureAttribute} {
		if _, ok := item[reserved]; ok {
			found++
		}
	}
	return found == len(item)
}

func (t *table) action(name string, known *attribute) Action {
	if known != nil {
		return known.action
	}
	if isReplicationAttribute(name) {
		return DoNothing
	}
	return t.actions.Default
}
