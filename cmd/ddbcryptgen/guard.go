package main

import (
	"cmp"
	"fmt"
	"go/types"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/internal/source"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

// whatToDo stands where the compiler reports an error.
const whatToDo = "run go generate"

// guards returns declarations that stop compiling when what the code relies on changes:
// the fields and tags of the struct, of those that are embedded in it or encoded with
// it, and the methods of types.
func (s *structure) guards() (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "\n// This does not compile when the fields or tags of %s have changed.\n", s.name)
	guard, err := s.f.guard(s.name, s.typ)
	if err != nil {
		return "", fmt.Errorf("type %s: %w", s.name, err)
	}
	b.WriteString(guard)
	for _, p := range s.parts() {
		text := s.f.imports.typeText(p.named)
		guard, err := s.f.guard(text, p.Type)
		if err != nil {
			return "", fmt.Errorf("type %s: %w", s.name, err)
		}
		fmt.Fprintf(&b, "\n// The same for %s, which is part of %s.\n%s", text, s.name, guard)
	}
	fmt.Fprintf(&b, "\n// These do not compile when a type gets a method of this name, by which attributevalue\n// would encode it in another way.\nvar (\n")
	for _, t := range s.codecs.plain {
		s.f.probe(&b, s.f.pkg.known.Of(t))
	}
	b.WriteString(")\n")
	return b.String(), nil
}

// part is a struct within another one.
type part struct {
	*source.Type
	named types.Type // as the other one names it
}

// parts returns the structs that are embedded, and those that are encoded as values.
func (s *structure) parts() []part {
	parts := s.embedded(s.typ, map[*source.Type]bool{s.typ: true})
	for _, n := range s.codecs.order {
		if !slices.ContainsFunc(parts, func(p part) bool { return p.Type == n.typ }) {
			parts = append(parts, part{n.typ, n.typ.Type})
		}
	}
	return parts
}

// embedded returns the structs whose fields are attributes of this one.
func (s *structure) embedded(t *source.Type, seen map[*source.Type]bool) []part {
	var parts []part
	for i := range t.NumField() {
		v := t.Struct().Field(i)
		raw, err := tags.ParseRaw(v.Name(), t.Struct().Tag(i), "")
		if err != nil || !v.Embedded() || raw.Ignore || raw.Name != "" {
			continue
		}
		named, typ := v.Type(), s.f.pkg.known.Of(v.Type())
		if typ.Kind() == reflect.Pointer {
			named, typ = pointed(named), typ.Element()
		}
		if typ.Kind() != reflect.Struct || seen[typ] || typ.IsTime() {
			continue
		}
		seen[typ] = true
		parts = append(parts, part{typ, named})
		parts = append(parts, s.embedded(typ, seen)...)
	}
	return parts
}

// guard assigns a value of the type to a struct type that repeats its fields and tags.
func (f *file) guard(name string, t *source.Type) (string, error) {
	var b strings.Builder
	b.WriteString("var _ struct {\n")
	fields := t.Struct()
	for i := range fields.NumFields() {
		v := fields.Field(i)
		if !v.Exported() && v.Pkg() != f.pkg.Types {
			return "", fmt.Errorf("%s, of another package, is embedded and has the field %s, which is not exported, so that its changes could not be noticed here; %s", name, v.Name(), embedInstead)
		}
		if what := f.unnameable(v.Type()); what != "" {
			return "", fmt.Errorf("%s, of another package, is embedded and its field %s has the type %s, which this package cannot name; %s", name, v.Name(), what, embedInstead)
		}
		text := f.imports.typeText(v.Type())
		if !v.Embedded() {
			text = v.Name() + " " + text
		}
		fmt.Fprintf(&b, "\t%s %s\n", text, quoteTag(fields.Tag(i)))
	}
	fmt.Fprintf(&b, "} = %s{} // %s\n", name, whatToDo)
	return b.String(), nil
}

const embedInstead = `give the embedded field a dynamodbav name, or "-" if it is not stored, or embed a struct of this package`

// unnameable returns the part of a type that only another package can name, or "".
func (f *file) unnameable(t types.Type) string {
	own := f.pkg.Types
	switch t := t.(type) {
	case interface {
		Obj() *types.TypeName
		TypeArgs() *types.TypeList
	}: // a type that is defined, or an alias
		if p := t.Obj().Pkg(); p != nil && p != own && (!t.Obj().Exported() || !isImportable(p.Path(), own.Path())) {
			return types.TypeString(t.(types.Type), nil)
		}
		for argument := range t.TypeArgs().Types() {
			if what := f.unnameable(argument); what != "" {
				return what
			}
		}
	case *types.Map:
		return cmp.Or(f.unnameable(t.Key()), f.unnameable(t.Elem()))
	case interface{ Elem() types.Type }:
		return f.unnameable(t.Elem())
	case *types.Struct:
		for v := range t.Fields() {
			if !v.Exported() && v.Pkg() != own {
				return types.TypeString(t, nil)
			}
			if what := f.unnameable(v.Type()); what != "" {
				return what
			}
		}
	}
	return ""
}

// isImportable reports whether the go command lets one package import another.
func isImportable(path, by string) bool {
	const internal = "internal"
	elements := strings.Split(path, "/")
	i := slices.Index(elements, internal)
	for next := i; next >= 0; { // the last one counts
		i = next
		if next = slices.Index(elements[i+1:], internal); next >= 0 {
			next += i + 1
		}
	}
	if i < 0 {
		return true
	}
	parent := strings.Join(elements[:i], "/")
	return by == parent || strings.HasPrefix(by, parent+"/")
}

func quoteTag(tag string) string {
	if tag == "" {
		return ""
	}
	if strconv.CanBackquote(tag) {
		return "`" + tag + "`"
	}
	return strconv.Quote(tag)
}

// probe writes a use of each method that a type must not have.
func (f *file) probe(b *strings.Builder, t *source.Type) {
	without := f.function("WithoutMethods")
	methods := []string{"MarshalDynamoDBAttributeValue", "UnmarshalDynamoDBAttributeValue"}
	if t.Kind() == reflect.String && !isNumber(t) {
		for _, name := range []string{"Float64", "Int64"} {
			if !t.HasMethod(name) {
				methods = append(methods, name)
				break
			}
		}
	}
	for _, method := range methods {
		if !t.HasMethod(method) { // with a signature that attributevalue does not know
			fmt.Fprintf(b, "\t_ = struct {\n%s\n%s\n}{}.%s // %s\n", f.imports.typeText(t.Type), without, method, whatToDo)
		}
	}
}
