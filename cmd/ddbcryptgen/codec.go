package main

import (
	"fmt"
	"go/types"
	"reflect"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/internal/source"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

// codec is how values of one Go type are encoded and decoded by functions of package
// generated, with the result that attributevalue has.
type codec struct {
	typ types.Type
	// encode and decode are functions, as Go text, for a pointer to the value, or to the
	// type as.
	encode, decode string
	as             string // a type that the pointer is converted to, or ""
	more           string // argument of encode behind the pointer, or ""
	moreDecode     string // the same of decode

	nonZero  string // format of the condition that a value is not zero; "" if it never is
	nullable bool   // zero is NULL in any case
	kind     reflect.Kind
	strings  int // how many S values one value makes
	numbers  int // how many N values
}

// codecs finds codecs for the types of one struct.
type codecs struct {
	g      *file
	root   string // name of the struct
	nested map[*source.Type]*nested
	order  []*nested
	plain  []types.Type // named types that must not get marshalers of their own
}

// find returns the codec for values of a type under the flags of the field, or false if
// only attributevalue can do it.
func (c *codecs) find(t *source.Type, flags tags.Flags) (codec, bool) {
	if flags.OmitEmptyElem || flags.NullEmptyElem || !c.isPlain(t) {
		return codec{}, false
	}
	set := flags.StringSet || flags.NumberSet || flags.BinarySet
	kind := t.Kind()
	if set && kind != reflect.Slice || flags.AsUnixTime && kind != reflect.Struct && kind != reflect.Pointer {
		return codec{}, false
	}
	found, ok := codec{}, false
	switch kind {
	case reflect.Pointer:
		found, ok = c.pointer(t, flags)
	case reflect.Slice:
		found, ok = c.slice(t, flags)
	case reflect.Map:
		found, ok = c.mapping(t, flags)
	case reflect.Struct:
		found, ok = c.structure(t, flags)
	default:
		found, ok = scalar(t, kind, flags.AsString)
	}
	if ok {
		c.keepPlain(t)
	}
	found.typ, found.kind = t.Type, kind
	return found, ok
}

// isPlain reports whether a type can be named here, and does not marshal itself.
func (c *codecs) isPlain(t *source.Type) bool {
	named, ok := t.Type.(*types.Named)
	if !ok {
		return true
	}
	return !t.CustomMarshaler() && c.g.unnameable(named) == ""
}

// keepPlain remembers a type whose methods matter.
func (c *codecs) keepPlain(t *source.Type) {
	named, ok := t.Type.(*types.Named)
	if !ok || t.IsTime() && named.Obj().Pkg().Path() == "time" || c.g.unnameable(named) != "" {
		return
	}
	for _, known := range c.plain {
		if types.Identical(known, t.Type) {
			return
		}
	}
	c.plain = append(c.plain, t.Type)
}

// scalar is find for types without elements.
func scalar(t *source.Type, kind reflect.Kind, asString bool) (codec, bool) {
	switch kind {
	case reflect.String:
		if isNumber(t) {
			if asString {
				return codec{}, false
			}
			return codec{encode: "Number", decode: "DecodeString", nonZero: `%s != ""`, numbers: 1}, true
		}
		return codec{encode: "String", decode: "DecodeString", nonZero: `%s != ""`, strings: 1}, true
	case reflect.Bool:
		return codec{encode: "Bool", decode: "DecodeBool", nonZero: "%s"}, !asString
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return integer("Int", asString), true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return integer("Uint", asString), true
	case reflect.Float32:
		return codec{encode: "Float32", decode: "DecodeFloat32", nonZero: "%s != 0", numbers: 1}, !asString
	case reflect.Float64:
		return codec{encode: "Float64", decode: "DecodeFloat64", nonZero: "%s != 0", numbers: 1}, !asString
	}
	return codec{}, false
}

func integer(function string, asString bool) codec {
	if asString {
		return codec{encode: function + "Text", decode: "Decode" + function + "Text", nonZero: "%s != 0", strings: 1}
	}
	return codec{encode: function, decode: "Decode" + function, nonZero: "%s != 0", numbers: 1}
}

// isNumber reports whether attributevalue takes a string type for a number.
func isNumber(t *source.Type) bool {
	set := types.NewMethodSet(t.Type)
	for name, result := range map[string]string{"Float64": "(float64, error)", "Int64": "(int64, error)", "String": "string"} {
		m := set.Lookup(nil, name)
		if m == nil || strings.TrimPrefix(types.TypeString(m.Type(), nil), "func() ") != result {
			return false
		}
	}
	return true
}

func (c *codecs) pointer(t *source.Type, flags tags.Flags) (codec, bool) {
	if _, unnamed := t.Type.(*types.Pointer); !unnamed {
		return codec{}, false
	}
	switch element := t.Element(); element.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map: // nil behind a pointer is another thing
		return codec{}, false
	default:
		inner, ok := c.find(element, flags)
		if !ok {
			return codec{}, false
		}
		return c.of("Pointer", inner, codec{nonZero: "%s != nil", nullable: true, strings: inner.strings, numbers: inner.numbers}), true
	}
}

// of is a codec that takes the one for its elements.
func (c *codecs) of(function string, inner, outer codec) codec {
	outer.encode, outer.decode = function, "Decode"+function
	outer.more, outer.moreDecode = c.g.encodeFunc(inner), c.g.decodeFunc(inner)
	return outer
}

var nilable = codec{nonZero: "%s != nil", nullable: true}

func (c *codecs) slice(t *source.Type, flags tags.Flags) (codec, bool) {
	element := t.Element()
	bytes := types.Identical(element.Type, types.Typ[types.Uint8])
	switch {
	case flags.AsString || isNamedUnsigned(element):
		return codec{}, false
	case bytes:
		binary := nilable
		binary.encode, binary.decode = "Bytes", "DecodeBytes"
		return binary, !flags.StringSet && !flags.NumberSet && !flags.BinarySet
	}
	inner, ok := c.find(element, tags.Flags{})
	if !ok {
		return codec{}, false
	}
	set := nilable
	set.decode, set.moreDecode = "DecodeSet", c.g.decodeFunc(inner)
	_, unnamed := t.Type.(*types.Slice)
	isBytes := types.Identical(element.Type, types.NewSlice(types.Typ[types.Uint8]))
	switch flags {
	case tags.Flags{OmitEmpty: flags.OmitEmpty, NullEmpty: flags.NullEmpty}:
		if unnamed && isBytes {
			set.encode = "BinarySet"
			return set, true
		}
		return c.of("List", inner, nilable), true
	case tags.Flags{OmitEmpty: flags.OmitEmpty, NullEmpty: flags.NullEmpty, BinarySet: true}:
		set.encode = "BinarySet"
		return set, isBytes
	case tags.Flags{OmitEmpty: flags.OmitEmpty, NullEmpty: flags.NullEmpty, StringSet: true}:
		set.encode = "StringSet"
		return set, inner.encode == "String"
	case tags.Flags{OmitEmpty: flags.OmitEmpty, NullEmpty: flags.NullEmpty, NumberSet: true}:
		set.encode, set.more = "NumberSet", c.g.encodeFunc(inner)
		return set, inner.numbers == 1 && inner.kind != reflect.Pointer && inner.kind != reflect.Struct
	}
	return codec{}, false
}

// isNamedUnsigned reports whether a type is, or can become without an error of the
// compiler, one of bytes that is not byte itself: attributevalue has rules of its own for
// slices of those.
func isNamedUnsigned(t *source.Type) bool {
	_, named := t.Type.(*types.Named)
	return named && t.Kind() >= reflect.Uint && t.Kind() <= reflect.Uint64
}

func (c *codecs) mapping(t *source.Type, flags tags.Flags) (codec, bool) {
	key := t.Underlying().(*types.Map).Key()
	if flags.AsString || !types.Identical(key, types.Typ[types.String]) {
		return codec{}, false
	}
	inner, ok := c.find(t.Element(), tags.Flags{})
	if !ok {
		return codec{}, false
	}
	return c.of("Map", inner, nilable), true
}

func (c *codecs) structure(t *source.Type, flags tags.Flags) (codec, bool) {
	if flags.AsString {
		return codec{}, false
	}
	if t.IsTime() {
		at := codec{encode: "Time", decode: "DecodeTime", strings: 1}
		if flags.AsUnixTime {
			at = codec{encode: "UnixTime", decode: "DecodeTime", numbers: 1}
		}
		if named, ok := t.Type.(*types.Named); !ok || named.Obj().Pkg().Path() != "time" {
			at.as = c.g.imports.use("time", "time") + ".Time"
		}
		return at, true
	}
	n, ok := c.nestedStruct(t)
	if !ok || flags.AsUnixTime {
		return codec{}, false
	}
	return codec{encode: n.encode, decode: "DecodeStruct", moreDecode: n.decode}, true
}

// local returns the name of a parameter or variable, which must not hide a type of the
// package.
func (f *file) local(name string) string {
	for f.pkg.names[name] != nil {
		name += "_"
	}
	return name
}

// encodeCall returns a call that encodes what a pointer points to.
func (f *file) encodeCall(c codec, pointer string) string {
	arguments := f.local("e") + ", " + convert(c, pointer)
	if c.more != "" {
		arguments += ", " + c.more
	}
	return f.function(c.encode) + "(" + arguments + ")"
}

// decodeCall returns a call that decodes a value to where a pointer points.
func (f *file) decodeCall(c codec, pointer string) string {
	arguments := f.local("d") + ", " + f.local("value") + ", " + convert(c, pointer)
	if c.moreDecode != "" {
		arguments += ", " + c.moreDecode
	}
	return f.function(c.decode) + "(" + arguments + ")"
}

func convert(c codec, pointer string) string {
	if c.as == "" {
		return pointer
	}
	return fmt.Sprintf("(*%s)(%s)", c.as, pointer)
}

// function returns the name of a function: exported ones are of package generated.
func (f *file) function(name string) string {
	if name[0] >= 'A' && name[0] <= 'Z' {
		return f.imports.use(generatedPath, "generated") + "." + name
	}
	return name
}

// encodeParameters and the like are what functions of generated code begin with.
func (f *file) encodeParameters(typ string) string {
	return fmt.Sprintf("(%s *%s, %s *%s)", f.local("e"), f.function("Encoder"), f.local("v"), typ)
}

func (f *file) decodeParameters(typ string) string {
	return fmt.Sprintf("(%s *%s, %s string, %s %s, %s *%s) bool", f.local("d"), f.function("Decoder"),
		f.local("name"), f.local("value"), f.function("Value"), f.local("v"), typ)
}

// encodeFunc returns a function that encodes, as an argument of another one.
func (f *file) encodeFunc(c codec) string {
	if c.as == "" && c.more == "" {
		return f.function(c.encode)
	}
	return fmt.Sprintf("func%s %s.AttributeValue { return %s }",
		f.encodeParameters(f.imports.typeText(c.typ)), f.imports.use(typesPath, "types"), f.encodeCall(c, f.local("v")))
}

// decodeFunc returns a function that decodes, as an argument of another one.
func (f *file) decodeFunc(c codec) string {
	if c.as == "" && c.moreDecode == "" {
		return f.function(c.decode)
	}
	return fmt.Sprintf("func(%s *%s, %s %s, %s *%s) bool { return %s }", f.local("d"), f.function("Decoder"),
		f.local("value"), f.function("Value"), f.local("v"), f.imports.typeText(c.typ), f.decodeCall(c, f.local("v")))
}
