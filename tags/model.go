package tags

import (
	"reflect"
	"slices"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// Model is what the tags of a struct type say about its items. It is
// immutable and safe for concurrent use.
type Model struct {
	typ        string
	tag        StructTag
	attributes []*Attribute // sorted by name
	byName     map[string]*Attribute
	indexes    []Index // sorted by name

	partition, sort, version *Attribute
	carrier                  *Attribute // no attribute
}

// Attribute is one attribute of a [Model].
type Attribute struct {
	// Name is the attribute name in items.
	Name string
	// Path names the field from the model's type, such as "Base.ID" for a
	// field of an embedded struct.
	Path string
	// Type is the Go type of the field. It is nil in models of [Describe].
	Type reflect.Type
	// Action is what happens to the attribute, all defaults applied.
	Action crypto.Action
	// The options of the ddbcrypt tag, see [FieldTag].
	Partition, Sort, Version, Index, TTL bool
	// Indexes are the keys of named secondary indexes, in the order of the tag.
	Indexes []IndexKey
	// Flags are attributevalue's options, such as OmitEmpty.
	Flags

	index []int
	text  string
}

// FieldIndex returns the index sequence of the field for
// [reflect.Value.FieldByIndexErr].
func (a Attribute) FieldIndex() []int { return slices.Clone(a.index) }

// Tag returns the ddbcrypt tag that says what the attribute is, with its action stated.
func (a Attribute) Tag() FieldTag {
	return FieldTag{a.Action, true, a.Partition, a.Sort, a.Version, a.Index, a.TTL, a.Indexes, false}
}

func (a *Attribute) clone() Attribute {
	c := *a
	c.Indexes = slices.Clone(a.Indexes)
	return c
}

// freeze sorts the attributes and builds the lookup table.
func (m *Model) freeze() {
	slices.SortFunc(m.attributes, func(a, b *Attribute) int { return strings.Compare(a.Name, b.Name) })
	m.byName = make(map[string]*Attribute, len(m.attributes))
	for _, a := range m.attributes {
		m.byName[a.Name] = a
	}
	slices.SortFunc(m.tag.Retired, func(a, b Retired) int { return strings.Compare(a.Name, b.Name) })
}

// Type returns the name of the Go type, with its package name.
func (m *Model) Type() string { return m.typ }

// Options returns the options of the whole struct. Its lists are the model's.
func (m *Model) Options() StructTag { return m.tag }

// Table returns the name of the table, or "" if no tag states it.
func (m *Model) Table() string { return m.tag.Table }

// SignedAs returns the table name under which items are signed, or "" if no
// tag states one that differs from the table.
func (m *Model) SignedAs() string { return m.tag.SignedAs }

// Default returns the action of fields that state none.
func (m *Model) Default() crypto.Action { return m.tag.Default }

// Unknown returns the policy for attributes that the model does not name.
func (m *Model) Unknown() Unknown { return m.tag.Unknown }

// Retired returns the attributes that left the struct, sorted by name.
func (m *Model) Retired() []Retired { return slices.Clone(m.tag.Retired) }

// Attributes returns all attributes, sorted by name.
func (m *Model) Attributes() []Attribute {
	out := make([]Attribute, len(m.attributes))
	for i, a := range m.attributes {
		out[i] = a.clone()
	}
	return out
}

// Attribute returns the attribute with exactly this name, letter for letter.
// attributevalue would accept another letter case too, so decode only
// attributes that are found here. Retired attributes are not found.
func (m *Model) Attribute(name string) (Attribute, bool) { return get(m.byName[name]) }

// Has reports whether [Model.Attribute] finds the name.
func (m *Model) Has(name string) bool { return m.byName[name] != nil }

// Partition returns the partition key, if the model has one.
func (m *Model) Partition() (Attribute, bool) { return get(m.partition) }

// Sort returns the sort key, if the model has one.
func (m *Model) Sort() (Attribute, bool) { return get(m.sort) }

// Version returns the version attribute, if the model has one.
func (m *Model) Version() (Attribute, bool) { return get(m.version) }

// UnknownField returns the field that holds the attributes that the model does
// not name, if it has one. It is no attribute, but Name is the one under which
// attributevalue writes it, or "" if that ignores the field. Of the rest only
// Path, Type, Flags and FieldIndex have a meaning.
func (m *Model) UnknownField() (Attribute, bool) { return get(m.carrier) }

func get(a *Attribute) (Attribute, bool) {
	if a == nil {
		return Attribute{}, false
	}
	return a.clone(), true
}

// Indexes returns the named secondary indexes, sorted by name.
func (m *Model) Indexes() []Index {
	out := make([]Index, len(m.indexes))
	for i, index := range m.indexes {
		out[i] = index.clone()
	}
	return out
}

// Index returns the named secondary index with this name.
func (m *Model) Index(name string) (Index, bool) {
	for _, index := range m.indexes {
		if index.Name == name {
			return index.clone(), true
		}
	}
	return Index{}, false
}

// Actions returns the action of every attribute of the struct and every
// retired one, and for all others that of the policy for unknown attributes.
// The map is the caller's.
func (m *Model) Actions() crypto.Actions {
	overrides := make(map[string]crypto.Action, len(m.attributes)+len(m.tag.Retired))
	for _, a := range m.attributes {
		overrides[a.Name] = a.Action
	}
	for _, r := range m.tag.Retired {
		overrides[r.Name] = r.Action
	}
	return crypto.Actions{Default: m.tag.Unknown.Action(), Overrides: overrides}
}
