package analyzer

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/internal/source"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

// item is a struct type whose values are items, or parts of them.
type item struct {
	typ      *source.Type
	syntax   types.Type // as it is written here; typ may be that of an identical one
	pos, end token.Pos
	mapped   bool // there is a mapper of it in this package
}

// findItems finds the struct types of the package with a ddbcrypt tag on a field of
// their own or of an embedded struct, instances of generic ones after those.
func (c *check) findItems() (items []*item) {
	for cursor := range c.inspect.Root().Preorder((*ast.StructType)(nil)) {
		node := cursor.Node().(*ast.StructType)
		i := &item{syntax: c.TypesInfo.TypeOf(node), pos: node.Pos(), end: node.Pos() + token.Pos(len("struct"))}
		if spec, ok := cursor.Parent().Node().(*ast.TypeSpec); ok {
			i.syntax = c.TypesInfo.Defs[spec.Name].Type()
			i.pos, i.end = spec.Name.Pos(), spec.Name.End()
		}
		i.typ = c.known.Of(i.syntax)
		i.mapped = slices.ContainsFunc(c.mappers, func(m mapperCall) bool { return c.known.Of(m.typ) == i.typ })
		isField := false
		for outer := range cursor.Parent().Enclosing((*ast.StructType)(nil)) {
			isField = isField || isItem(c.TypesInfo.TypeOf(outer.Node().(*ast.StructType)))
		}
		if i.mapped || !isField && isItem(i.typ.Type) {
			items = append(items, i)
		}
	}
	return append(items, c.findInstances(items)...)
}

// findInstances finds the types that the package makes of its generic items: what
// depends on their type parameters is known only then.
func (c *check) findInstances(items []*item) (instances []*item) {
	for _, instance := range c.TypesInfo.Instances {
		named, ok := instance.Type.(*types.Named)
		if !ok || hasTypeParam(named) {
			continue
		}
		typ, origin := c.known.Of(named), c.known.Of(named.Origin())
		known := func(i *item) bool { return i.typ == typ }
		at := slices.IndexFunc(items, func(i *item) bool { return i.typ == origin })
		if at >= 0 && !slices.ContainsFunc(instances, known) {
			instances = append(instances, &item{typ: typ, syntax: named, pos: items[at].pos, end: items[at].end})
		}
	}
	slices.SortFunc(instances, func(a, b *item) int { return cmp.Compare(a.typ.String(), b.typ.String()) })
	return instances
}

// isItem reports whether a type has the tags of an item. A struct that has none itself
// but embeds a whole item, one with options for the struct, is a view of it.
func isItem(t types.Type) bool {
	s := structOf(t)
	if s == nil {
		return false
	}
	if hasOwnTag(s) {
		return true
	}
	part, whole := false, false
	for _, embedded := range embeddedIn(t) {
		part = part || hasOwnTag(embedded)
		for i := range embedded.NumFields() {
			whole = whole || embedded.Field(i).Name() == "_" && hasTag(embedded.Tag(i))
		}
	}
	return part && !whole
}

func hasOwnTag(s *types.Struct) bool {
	for i := range s.NumFields() {
		if hasTag(s.Tag(i)) {
			return true
		}
	}
	return false
}

var misspelt = regexp.MustCompile(`unknown key "([^"]+)", did you mean`)

// hasTag reports whether a struct tag has the key ddbcrypt, or one that looks like it
// and a value that is meant for it.
func hasTag(tag string) bool {
	if _, ok := reflect.StructTag(tag).Lookup(tags.Key); ok || tag == "" {
		return ok
	}
	_, err := tags.ParseRaw("", tag, "")
	if err == nil {
		return false
	}
	if key := misspelt.FindStringSubmatch(err.Error()); key != nil {
		value := reflect.StructTag(tag).Get(key[1])
		_, fieldErr := tags.ParseField("", value)
		_, structErr := tags.ParseStruct(value)
		return value != "" && (fieldErr == nil || structErr == nil)
	}
	return strings.Contains(tag, tags.Key+":") // malformed
}

// structOf returns the struct behind a type, a pointer to it or a collection of it.
func structOf(t types.Type) *types.Struct {
	for range 10 { // types may contain themselves
		switch u := t.Underlying().(type) {
		case *types.Struct:
			if _, ok := types.Unalias(t).(*types.TypeParam); ok {
				return nil
			}
			return u
		case interface{ Elem() types.Type }:
			t = u.Elem()
		default:
			return nil
		}
	}
	return nil
}

// embeddedIn returns the structs whose fields belong to a type, however deep, under
// the type or generic type that they are of.
func embeddedIn(t types.Type) map[types.Object]*types.Struct {
	found := map[types.Object]*types.Struct{}
	var walk func(*types.Struct)
	walk = func(s *types.Struct) {
		for i := range s.NumFields() {
			f := s.Field(i)
			raw, err := tags.ParseRaw(f.Name(), s.Tag(i), "")
			inner := embeddedStruct(f)
			if err != nil || raw.Ignore || raw.Name != "" || inner == nil || found[typeName(f.Type())] != nil {
				continue
			}
			found[typeName(f.Type())] = inner
			walk(inner)
		}
	}
	if s := structOf(t); s != nil {
		walk(s)
	}
	return found
}

// embeddedStruct returns the struct that a field embeds, perhaps by a pointer.
func embeddedStruct(f *types.Var) *types.Struct {
	if !f.Embedded() {
		return nil
	}
	s, _ := pointee(f.Type()).Underlying().(*types.Struct)
	return s
}

func pointee(t types.Type) types.Type {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

// typeName returns the declaration of a type, or of what a pointer points to.
func typeName(t types.Type) types.Object {
	if named, ok := types.Unalias(pointee(t)).(*types.Named); ok {
		return named.Origin().Obj()
	}
	return nil
}

// step is a field on a path, with its struct tag.
type step struct {
	*types.Var
	tag string
}

// lookup returns the fields on a path, such as "Base.ID". A blank field is the one with
// the tag.
func (i *item) lookup(path, tag string) (steps []step) {
	t := i.syntax
	for name := range strings.SplitSeq(path, ".") {
		s := structOf(t)
		if s == nil {
			return steps
		}
		for n := range s.NumFields() {
			raw, _ := tags.ParseRaw(name, s.Tag(n), "")
			if f := s.Field(n); f.Name() == name && (name != "_" || raw.Crypt == tag || s.Tag(n) == tag) {
				steps, t = append(steps, step{f, s.Tag(n)}), f.Type()
				break
			}
		}
	}
	return steps
}

// hasTypeParam reports whether a type depends on type parameters.
func hasTypeParam(t types.Type) bool {
	switch t := types.Unalias(t).(type) {
	case *types.TypeParam:
		return true
	case *types.Named:
		for i := range t.TypeArgs().Len() {
			if hasTypeParam(t.TypeArgs().At(i)) {
				return true
			}
		}
		return t.TypeArgs().Len() == 0 && t.TypeParams().Len() > 0
	case *types.Map:
		return hasTypeParam(t.Key()) || hasTypeParam(t.Elem())
	case *types.Struct:
		for f := range t.Fields() {
			if hasTypeParam(f.Type()) {
				return true
			}
		}
	case interface{ Elem() types.Type }:
		return hasTypeParam(t.Elem())
	}
	return false
}
