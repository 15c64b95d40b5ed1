package memdb

import "github.com/ddbcrypt/ddbcrypt/internal/expression"

// path is a document path; its first step is the name of an attribute.
type path expression.Path

// attribute returns the name of the attribute that the path leads into.
func (p path) attribute() string { return p[0].Name }

// resolve returns the value at the path; nil if there is none.
func (p path) resolve(it item) value {
	v := it[p[0].Name]
	for _, s := range p[1:] {
		v = into(v, s)
	}
	return v
}

func into(v value, s expression.Step) value {
	switch v := v.(type) {
	case *mapV:
		if s.IsName() {
			return v.Value[s.Name]
		}
	case *listV:
		if !s.IsName() && s.Index < len(v.Value) {
			return v.Value[s.Index]
		}
	}
	return nil
}
