package memdb

import (
	"maps"
	"slices"

	"github.com/ddbcrypt/ddbcrypt/internal/expression"
)

// selection is what a projection expression selects at one level of an item.
// Without names and indexes it selects the whole value.
type selection struct {
	names   map[string]*selection
	indexes map[int]*selection
}

func newSelection(paths []path) *selection {
	root := &selection{}
	for _, p := range paths {
		at := root
		for _, s := range p {
			at = at.child(s)
		}
	}
	return root
}

func (s *selection) child(to expression.Step) *selection {
	if to.IsName() {
		if s.names == nil {
			s.names = map[string]*selection{}
		}
		if s.names[to.Name] == nil {
			s.names[to.Name] = &selection{}
		}
		return s.names[to.Name]
	}
	if s.indexes == nil {
		s.indexes = map[int]*selection{}
	}
	if s.indexes[to.Index] == nil {
		s.indexes[to.Index] = &selection{}
	}
	return s.indexes[to.Index]
}

// apply returns the selected parts of an item.
func (s *selection) apply(it item) item {
	out := item{}
	for name, child := range s.names {
		if v := child.of(it[name]); v != nil {
			out[name] = v
		}
	}
	return out
}

// of returns the selected parts of a value; nil if there are none. Selected
// elements of a list move together.
func (s *selection) of(v value) value {
	if v == nil || s.names == nil && s.indexes == nil {
		return v
	}
	switch v := v.(type) {
	case *mapV:
		if out := s.apply(v.Value); len(out) > 0 {
			return &mapV{Value: out}
		}
	case *listV:
		var out []value
		for _, i := range slices.Sorted(maps.Keys(s.indexes)) {
			if i < len(v.Value) {
				if element := s.indexes[i].of(v.Value[i]); element != nil {
					out = append(out, element)
				}
			}
		}
		if out != nil {
			return &listV{Value: out}
		}
	}
	return nil
}

// projection reads a projection expression; nil selects everything.
func (e *expressions) projection(text *string) (paths []path, apply func(item) item, err error) {
	if text == nil {
		return nil, func(it item) item { return it }, nil
	}
	b := &binder{e, "ProjectionExpression"}
	uses, err := expression.Projection(*text, e.names)
	if err := b.note(uses, err); err != nil {
		return nil, nil, err
	}
	paths = pathsOf(uses)
	return paths, newSelection(paths).apply, nil
}
