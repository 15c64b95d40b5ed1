package main

import (
	"go/types"
	"slices"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/internal/source"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

// nested is a struct type that is the value of an attribute.
type nested struct {
	typ            *source.Type
	encode, decode string // names of the functions
	fields         []field
}

// field is an attribute, of an item or of a nested struct.
type field struct {
	name     string // of the attribute
	path     string // of the Go field, such as Base.ID
	pointers []pointer
	flags    tags.Flags
	codec    codec
	// variable is the Go field if only attributevalue encodes it.
	variable *types.Var
	tag      string
}

// pointer is an embedded pointer on the way to a field.
type pointer struct{ path, typ string }

// nestedStruct returns the functions for a struct of this package all of whose fields
// have codecs.
func (c *codecs) nestedStruct(t *source.Type) (*nested, bool) {
	if known, ok := c.nested[t]; ok {
		return known, known != nil
	}
	named, ok := t.Type.(*types.Named)
	if !ok || named.Obj().Pkg() != c.g.pkg.Types || named.Obj().Parent() != c.g.pkg.Types.Scope() || named.TypeArgs().Len() > 0 {
		return nil, false
	}
	c.nested[t] = nil // for types that hold themselves
	n := &nested{typ: t}
	name := exported(named.Obj().Name()) + "Of" + exported(c.root)
	n.encode, n.decode = c.g.freeName("encode"+name), c.g.freeName("decode"+name)
	for i := range t.NumField() {
		v := t.Struct().Field(i)
		if !v.Exported() && !v.Embedded() {
			continue
		}
		raw, err := tags.ParseRaw(v.Name(), t.Struct().Tag(i), "")
		if err != nil || v.Embedded() {
			return nil, false
		}
		if raw.Ignore {
			continue
		}
		f := field{name: raw.Name, path: v.Name(), flags: raw.Flags}
		if f.name == "" {
			f.name = v.Name()
		}
		found, ok := c.find(t.Field(i).Type.(*source.Type), raw.Flags)
		if !ok || !isEncodable(found, raw.Flags) || n.has(f.name) {
			return nil, false
		}
		f.codec = found
		n.fields = append(n.fields, f)
	}
	slices.SortFunc(n.fields, func(a, b field) int { return strings.Compare(a.name, b.name) })
	c.nested[t] = n
	c.order = append(c.order, n)
	return n, true
}

// has reports whether a struct has a field whose name differs in letter case at most.
func (n *nested) has(name string) bool {
	for _, f := range n.fields {
		if strings.EqualFold(f.name, name) {
			return true
		}
	}
	return false
}

// isEncodable reports whether a field can be written under its flags: attributevalue
// refuses omitempty and nullempty together.
func isEncodable(c codec, flags tags.Flags) bool {
	return c.nonZero == "" || !flags.OmitEmpty || !flags.NullEmpty
}
