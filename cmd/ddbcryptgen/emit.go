package main

import (
	"bytes"
	"fmt"
	"go/format"
	"go/types"
	"reflect"
	"slices"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/source"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

// file is one generated file.
type file struct {
	pkg      *pkg
	build    string // build constraint, or ""
	imports  *imports
	declared map[string]bool // what the generated files of the package declare
	body     bytes.Buffer
}

// newFile returns the file for a type and others that are declared beside it.
func newFile(t *target, declared map[string]bool) *file {
	return &file{pkg: t.pkg, build: constraintOf(t.file), imports: newImports(t.pkg), declared: declared}
}

func (f *file) printf(format string, arguments ...any) { fmt.Fprintf(&f.body, format, arguments...) }

// text returns the file, formatted.
func (f *file) text() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(header + "\n\n")
	if f.build != "" {
		b.WriteString("//go:build " + f.build + "\n\n")
	}
	fmt.Fprintf(&b, "package %s\n\n%s", f.pkg.Name, f.imports.block())
	b.Write(f.body.Bytes())
	formatted, err := format.Source(b.Bytes())
	if err != nil {
		return nil, fmt.Errorf("ddbcryptgen wrote code that is no Go, which is a fault of its own: %w", err)
	}
	return formatted, nil
}

// declare takes a name for a declaration that programs use.
func (f *file) declare(name string) error {
	if known := f.pkg.names[name]; known != nil {
		return fmt.Errorf("the package declares %s already, at %s, and generated code needs the name; rename it", name, known[0])
	}
	if f.declared[name] {
		return fmt.Errorf("two declarations of generated code have the name %s; rename a field, a type or an index", name)
	}
	f.declared[name] = true
	return nil
}

// freeName takes a name that only generated code uses.
func (f *file) freeName(name string) string {
	free := name
	for n := 2; f.declare(free) != nil; n++ {
		free = fmt.Sprint(name, n)
	}
	return free
}

// structure is all that is written about one struct.
type structure struct {
	*target
	f      *file
	codecs *codecs
	fields []field
	rest   []field // which only attributevalue encodes
}

// add writes what is about a type.
func (f *file) add(t *target, previous []crypto.Actions) error {
	s := &structure{target: t, f: f}
	s.codecs = &codecs{g: f, root: t.name, nested: map[*source.Type]*nested{}}
	for _, a := range s.model.Attributes() {
		s.addField(a)
	}
	s.keepEmbeddable(s.typ)
	guards, err := s.guards()
	if err != nil {
		return err
	}
	f.body.WriteString(guards)
	if err := s.writeNames(); err != nil {
		return err
	}
	if err := s.writeKey(); err != nil {
		return err
	}
	if err := s.writePrevious(previous); err != nil {
		return err
	}
	s.writeType()
	return nil
}

// keepEmbeddable remembers the struct, and what is embedded in it: their methods are its
// own. Those of types that cannot be named are in packages that guards refuse.
func (s *structure) keepEmbeddable(t *source.Type) {
	s.codecs.keepPlain(t)
	for _, p := range s.embedded(t, map[*source.Type]bool{t: true}) {
		s.codecs.keepPlain(p.Type)
	}
}

// addField finds out how an attribute is encoded.
func (s *structure) addField(a tags.Attribute) {
	f := field{name: a.Name, path: a.Path, flags: a.Flags}
	at, path := s.typ, s.f.local("v")
	var v *types.Var
	for i, x := range a.FieldIndex() {
		if i > 0 && at.Kind() == reflect.Pointer {
			f.pointers = append(f.pointers, pointer{path, s.f.imports.typeText(pointed(v.Type()))})
			at = at.Element()
		}
		v, f.tag = at.Struct().Field(x), at.Struct().Tag(x)
		path += "." + v.Name()
		at = at.Field(x).Type.(*source.Type)
	}
	found, ok := s.codecs.find(at, a.Flags)
	if ok && isEncodable(found, a.Flags) && !v.Embedded() {
		f.codec = found
		s.fields = append(s.fields, f)
		return
	}
	f.variable = v
	s.rest = append(s.rest, f)
}

// constants returns the names of the constants for attributes, by attribute.
func (s *structure) constants() map[string]string {
	short := map[string]int{}
	for _, a := range s.model.Attributes() {
		short[lastName(a.Path)]++
	}
	names := map[string]string{}
	for _, a := range s.model.Attributes() {
		name := lastName(a.Path)
		if short[name] > 1 {
			name = strings.ReplaceAll(a.Path, ".", "")
		}
		names[a.Name] = s.name + "Attr" + exported(name)
	}
	return names
}

func lastName(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

// writeNames writes constants for the attribute names and those of indexes.
func (s *structure) writeNames() error {
	names := s.constants()
	s.f.printf("\n// Attribute names of %s.\nconst (\n", s.name)
	for _, a := range s.model.Attributes() {
		if err := s.f.declare(names[a.Name]); err != nil {
			return err
		}
		s.f.printf("\t%s = %q\n", names[a.Name], a.Name)
	}
	s.f.printf(")\n")
	if len(s.model.Indexes()) == 0 {
		return nil
	}
	s.f.printf("\n// Names of the secondary indexes of %s.\nconst (\n", s.name)
	for _, index := range s.model.Indexes() {
		name := s.name + "Index" + identifier(index.Name)
		if err := s.f.declare(name); err != nil {
			return err
		}
		s.f.printf("\t%s = %q\n", name, index.Name)
	}
	s.f.printf(")\n")
	return nil
}

// writeKey writes the constructors of keys.
func (s *structure) writeKey() error {
	partition, _ := s.model.Partition() // describe wants one
	key := []tags.Attribute{partition}
	what := fmt.Sprintf("its partition key %q", partition.Name)
	if sort, ok := s.model.Sort(); ok {
		key = append(key, sort)
		what += fmt.Sprintf(" and its sort key %q", sort.Name)
	}
	mapper := s.f.imports.use(mapperPath, "mapper")
	parameters, values := s.parameters(key)
	if err := s.f.declare(s.name + "Key"); err != nil {
		return err
	}
	s.f.printf("\n// %sKey returns the key of an item of %s: %s.\n", s.name, s.name, what)
	s.f.printf("func %sKey(%s) %s.Key { return %s.Key{%s} }\n", s.name, parameters, mapper, mapper, values)
	if err := s.writePartition(s.name+"Partition", fmt.Sprintf("the table of %s", s.name), key[:1]); err != nil {
		return err
	}
	for _, index := range s.model.Indexes() {
		if index.Local {
			continue
		}
		var key []tags.Attribute
		for _, name := range index.Partition {
			a, _ := s.model.Attribute(name)
			key = append(key, a)
		}
		if err := s.writePartition(s.name+"PartitionOf"+identifier(index.Name), fmt.Sprintf("index %q", index.Name), key); err != nil {
			return err
		}
	}
	return nil
}

func (s *structure) writePartition(name, of string, key []tags.Attribute) error {
	if err := s.f.declare(name); err != nil {
		return err
	}
	mapper := s.f.imports.use(mapperPath, "mapper")
	parameters, values := s.parameters(key)
	s.f.printf("\n// %s is [mapper.Partition] for a query of %s.\n", name, of)
	s.f.printf("func %s(%s) %s.KeyOption { return %s.Partition(%s) }\n", name, parameters, mapper, mapper, values)
	return nil
}

// parameters returns the parameters for values of key attributes, and their names.
func (s *structure) parameters(key []tags.Attribute) (parameters, values string) {
	var list, names []string
	for _, a := range key {
		name := parameterName(lastName(a.Path))
		for slices.Contains(names, name) || s.f.imports.taken[name] {
			name += "Value"
		}
		list = append(list, name+" "+s.f.imports.typeText(s.keyType(a)))
		names = append(names, name)
	}
	return strings.Join(list, ", "), strings.Join(names, ", ")
}

// fieldType returns the Go type of a field, as its struct names it.
func (s *structure) fieldType(a tags.Attribute) types.Type {
	at, index := s.typ, a.FieldIndex()
	for i, x := range index {
		if i > 0 && at.Kind() == reflect.Pointer {
			at = at.Element()
		}
		if i+1 == len(index) {
			return at.Struct().Field(x).Type()
		}
		at = at.Field(x).Type.(*source.Type)
	}
	return nil // no attribute is without a field
}

// keyType returns the type of a key, without pointers.
func (s *structure) keyType(a tags.Attribute) types.Type {
	t := s.fieldType(a)
	for {
		if _, ok := types.Unalias(t).(*types.Pointer); !ok {
			return t
		}
		t = pointed(t)
	}
}

// pointed returns the type that a pointer type points to, as it is named there.
func pointed(t types.Type) types.Type { return types.Unalias(t).(*types.Pointer).Elem() }

// writePrevious writes the earlier actions of the lock file.
func (s *structure) writePrevious(previous []crypto.Actions) error {
	if len(previous) == 0 {
		return nil
	}
	name := s.name + "PreviousActions"
	if err := s.f.declare(name); err != nil {
		return err
	}
	c := s.f.imports.use(cryptoPath, "crypto")
	s.f.printf("\n// %s returns the actions under which earlier models sealed items of %s,\n// the newest first, for mapper.WithPreviousActions.\n", name, s.name)
	s.f.printf("func %s() []%s.Actions {\n\treturn []%s.Actions{\n", name, c, c)
	for _, actions := range previous {
		s.f.printf("\t\t{Default: %s, Overrides: map[string]%s.Action{\n", s.f.action(actions.Default), c)
		for _, attribute := range sortedKeys(actions.Overrides) {
			s.f.printf("\t\t\t%q: %s,\n", attribute, s.f.action(actions.Overrides[attribute]))
		}
		s.f.printf("\t\t}},\n")
	}
	s.f.printf("\t}\n}\n")
	return nil
}

var actionNames = map[crypto.Action]string{crypto.EncryptAndSign: "EncryptAndSign", crypto.SignOnly: "SignOnly", crypto.DoNothing: "DoNothing"}

func (f *file) action(a crypto.Action) string {
	return f.imports.use(cryptoPath, "crypto") + "." + actionNames[a]
}
