package main

import (
	"fmt"
	"go/types"
	"reflect"
	"strconv"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/internal/source"
)

// guards returns declarations that stop compiling when what the code relies on changes:
// the fields and tags of the struct, of those that are embedded in it or encoded with
// it, and the methods of types.
func (s *structure) guards() (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "\n// This does not compile when the fields or tags of %s have changed: run go generate.\n", s.name)
	guard, err := s.f.guard(s.name, s.typ)
	if err != nil {
		return "", err
	}
	b.WriteString(guard)
	for _, t := range s.parts() {
		text := s.f.imports.typeText(t.Type)
		guard, err := s.f.guard(text, t)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "\n// The same for %s, which is part of %s.\n%s", text, s.name, guard)
	}
	if len(s.codecs.plain) > 0 {
		fmt.Fprintf(&b, "\n// These do not compile when a type of a field gets a method of this name, by which\n// attributevalue would encode it in another way: run go generate.\nvar (\n")
		for _, t := range s.codecs.plain {
			s.f.probe(&b, s.f.pkg.known.Of(t))
		}
		b.WriteString(")\n")
	}
	return b.String(), nil
}

// parts returns the structs that are embedded, and those that are encoded as values.
func (s *structure) parts() []*source.Type {
	var parts []*source.Type
	seen := map[*source.Type]bool{s.typ: true}
	var walk func(t *source.Type)
	walk = func(t *source.Type) {
		for i := range t.NumField() {
			f := t.Field(i)
			if f.Type.Kind() == reflect.Pointer {
				f.Type = f.Type.Elem()
			}
			part := f.Type.(*source.Type)
			if !f.Embedded || seen[part] || part.IsTime() {
				continue
			}
			if _, ok := part.Underlying().(*types.Struct); ok {
				seen[part] = true
				parts = append(parts, part)
				walk(part)
			}
		}
	}
	walk(s.typ)
	for _, n := range s.codecs.order {
		if !seen[n.typ] {
			seen[n.typ] = true
			parts = append(parts, n.typ)
		}
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
			return "", fmt.Errorf("%s, of another package, is embedded and has the field %s, which is not exported, so that its changes could not be noticed here; give the embedded field a dynamodbav name, or embed a struct of this package", name, v.Name())
		}
		text := f.imports.typeText(v.Type())
		if !v.Embedded() {
			text = v.Name() + " " + text
		}
		if tag := fields.Tag(i); tag != "" {
			text += " " + quoteTag(tag)
		}
		b.WriteString("\t" + text + "\n")
	}
	fmt.Fprintf(&b, "} = %s{}\n", name)
	return b.String(), nil
}

func quoteTag(tag string) string {
	if strconv.CanBackquote(tag) {
		return "`" + tag + "`"
	}
	return strconv.Quote(tag)
}

// probe writes a use of each method that a type must not have.
func (f *file) probe(b *strings.Builder, t *source.Type) {
	plain := f.function("Plain")
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
		fmt.Fprintf(b, "\t_ = struct {\n%s\n%s\n}{}.%s\n", f.imports.typeText(t.Type), plain, method)
	}
}
