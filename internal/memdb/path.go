package memdb

import (
	"fmt"
	"strings"
)

// step is one step of a document path: a name, or an index into a list.
type step struct {
	name  string
	index int // -1 for a name
}

func (s step) isName() bool { return s.index < 0 }

func (s step) String() string {
	if s.isName() {
		return s.name
	}
	return fmt.Sprintf("[%d]", s.index)
}

// path is a document path; its first step is the name of an attribute.
type path []step

func (p path) String() string {
	var steps []string
	for _, s := range p {
		steps = append(steps, s.String())
	}
	return "[" + strings.Join(steps, ", ") + "]"
}

// attribute returns the name of the attribute that the path leads into.
func (p path) attribute() string { return p[0].name }

// resolve returns the value at the path; nil if there is none.
func (p path) resolve(it item) value {
	v := it[p[0].name]
	for _, s := range p[1:] {
		v = s.into(v)
	}
	return v
}

func (s step) into(v value) value {
	switch v := v.(type) {
	case *mapV:
		if s.isName() {
			return v.Value[s.name]
		}
	case *listV:
		if !s.isName() && s.index < len(v.Value) {
			return v.Value[s.index]
		}
	}
	return nil
}

// checkDisjoint refuses paths of one expression that lead into each other, or
// that use a value as a map and as a list.
func checkDisjoint(parameter string, paths []path) error {
	for i, a := range paths {
		for _, b := range paths[i+1:] {
			relation := relate(a, b)
			if relation != "" {
				return validation("Invalid %s: Two document paths %s with each other; must remove or rewrite one of these paths; path one: %v, path two: %v", parameter, relation, a, b)
			}
		}
	}
	return nil
}

func relate(a, b path) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			if a[i].isName() != b[i].isName() {
				return "conflict"
			}
			return ""
		}
	}
	return "overlap"
}
