package main

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

// writeType writes the registration and the functions that it names.
func (s *structure) writeType() {
	f := s.f
	encode, decode := f.freeName("encode"+exported(s.name)), f.freeName("decode"+exported(s.name))
	f.printf("\nfunc init() {\n\t%s(&%s[%s]{\n", f.function("Register"), f.function("Type"), s.name)
	f.printf("Name: %q,\nOptions: %q,\nFingerprint: %q,\n", s.model.Type(), s.model.Options().String(), s.model.Fingerprint())
	f.printf("Attributes: []%s{\n", f.function("Attribute"))
	for _, a := range s.model.Attributes() {
		f.printf("{\nStated: %s,\nDigest: \"%x\",\n},\n", s.stated(a), sha256.Sum256([]byte(a.Name)))
	}
	f.printf("},\n")
	if unknown, ok := s.model.UnknownField(); ok {
		f.printf("Unknown: &%s,\n", s.stated(unknown))
	}
	texts, numbers, sealed := s.room()
	f.printf("Strings: %d,\nNumbers: %d,\nSealed: %d,\nEncode: %s,\nDecode: %s,\n})\n}\n", texts, numbers, sealed, encode, decode)
	s.writeEncode(encode)
	s.writeDecode(decode)
	for _, n := range s.codecs.order {
		f.writeNested(n)
	}
}

// stated returns what is said about one attribute.
func (s *structure) stated(a tags.Attribute) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s.Stated{Name: %q, Path: %q, Index: []int{%s}, ", s.f.imports.use(tagsPath, "tags"), a.Name, a.Path, join(a.FieldIndex()))
	fmt.Fprintf(&b, "Type: %s.TypeFor[%s](), ", s.f.imports.use("reflect", "reflect"), s.f.imports.typeText(s.fieldType(a)))
	fmt.Fprintf(&b, "Action: %s", s.f.action(a.Action))
	if options := a.Tag().Options(); options != "" {
		fmt.Fprintf(&b, ", Options: %q", options)
	}
	if a.Flags != (tags.Flags{}) {
		fmt.Fprintf(&b, ", Flags: %s.Flags{%s}", s.f.imports.use(tagsPath, "tags"), flagsText(a.Flags))
	}
	return b.String() + "}"
}

func join(index []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(index), " ", ", "), "[]")
}

// flagsText returns the fields of a composite literal.
func flagsText(flags tags.Flags) string {
	var set []string
	for word := range strings.FieldsSeq(strings.Trim(fmt.Sprintf("%+v", flags), "{}")) {
		if name, ok := strings.CutSuffix(word, ":true"); ok {
			set = append(set, name+": true")
		}
	}
	return strings.Join(set, ", ")
}

// room returns how many strings, numbers and sealed values most items have.
func (s *structure) room() (texts, numbers, sealed int) {
	for _, f := range s.fields {
		if s.isSealed(f) {
			sealed++
			continue
		}
		texts += f.codec.strings
		numbers += f.codec.numbers
	}
	return texts, numbers, sealed
}

// isSealed reports whether a field is serialized for encryption without an attribute
// value. Those of strings cost little, as they share the text.
func (s *structure) isSealed(f field) bool {
	a, _ := s.model.Attribute(f.name)
	return a.Action == crypto.EncryptAndSign && f.codec.encode != "String"
}

func (s *structure) writeEncode(name string) {
	f := s.f
	f.printf("\nfunc %s%s {\n", name, f.encodeParameters(s.name))
	for _, field := range s.fields {
		f.withPointers(field, func() {
			if s.isSealed(field) {
				f.writeSet(fmt.Sprintf("%s.Seal(%s).To(%%s)", f.local("e"), quoteFormat(field.name)), field)
			} else {
				f.writeSet(fmt.Sprintf("%s.Set(%s, %%s)", f.local("e"), quoteFormat(field.name)), field)
			}
		})
	}
	for _, group := range restGroups(s.rest) {
		f.withPointers(group[0], func() { f.writeRest(group) })
	}
	f.printf("}\n")
}

// withPointers writes something for a field that is there.
func (f *file) withPointers(field field, write func()) {
	if n := len(field.pointers); n > 0 {
		var conditions []string
		for _, p := range field.pointers {
			conditions = append(conditions, p.path+" != nil")
		}
		f.printf("if %s {\n", strings.Join(conditions, " && "))
		defer f.printf("}\n")
	}
	write()
}

// writeSet writes how a field is set, if it is. set is a format for that.
func (f *file) writeSet(format string, field field) {
	variable := f.local("v") + "." + field.path
	set := fmt.Sprintf(format+"\n", f.encodeCall(field.codec, "&"+variable))
	condition := fmt.Sprintf(field.codec.nonZero, variable)
	switch {
	case field.codec.nonZero == "":
		f.printf("%s", set)
	case field.flags.OmitEmpty:
		f.printf("if %s {\n%s}\n", condition, set)
	case field.flags.NullEmpty && !field.codec.nullable:
		f.printf("if %s {\n%s} else {\n%s\n}\n", condition, set, fmt.Sprintf(format, f.function("Null")+"("+f.local("e")+")"))
	default:
		f.printf("%s", set)
	}
}

// restGroups puts fields together that attributevalue can encode at once: those behind
// pointers, and those with the same Go name, are alone.
func restGroups(rest []field) [][]field {
	var groups [][]field
	var first []field
	names := map[string]bool{}
	for _, f := range rest {
		if len(f.pointers) > 0 || names[f.variable.Name()] {
			groups = append(groups, []field{f})
			continue
		}
		names[f.variable.Name()] = true
		first = append(first, f)
	}
	if first != nil {
		groups = append([][]field{first}, groups...)
	}
	return groups
}

func (f *file) writeRest(group []field) {
	var values []string
	f.printf("%s.Rest(&struct {\n", f.local("e"))
	for _, field := range group {
		text := f.imports.typeText(field.variable.Type())
		if !field.variable.Embedded() {
			text = field.variable.Name() + " " + text
		}
		f.printf("%s %s\n", text, quoteTag(field.tag))
		values = append(values, f.local("v")+"."+field.path)
	}
	f.printf("}{%s})\n", strings.Join(values, ", "))
}

func (s *structure) writeDecode(name string) {
	f := s.f
	f.printf("\nfunc %s%s {\nswitch %s {\n", name, f.decodeParameters(s.name), f.local("name"))
	for _, field := range s.fields {
		f.printf("case %q:\n", field.name)
		for _, p := range field.pointers {
			f.printf("if %s == nil {\n%s = &%s{}\n}\n", p.path, p.path, p.typ)
		}
		f.printf("return %s\n", f.decodeCall(field.codec, "&"+f.local("v")+"."+field.path))
	}
	if len(s.rest) > 0 {
		var names []string
		for _, field := range s.rest {
			names = append(names, fmt.Sprintf("%q", field.name))
		}
		f.printf("case %s: // attributevalue decodes them\nreturn false\n", strings.Join(names, ", "))
	}
	f.printf("}\nreturn true // no attribute of %s\n}\n", s.name)
}

// writeCount writes how the attributes of a nested struct are counted, and returns the
// number or its variable.
func (f *file) writeCount(n *nested) string {
	counted := false
	for _, field := range n.fields {
		if field.codec.nonZero == "" || !field.flags.OmitEmpty {
			continue
		}
		if !counted {
			f.printf("%s := %d\n", f.local("n"), len(n.fields))
			counted = true
		}
		f.printf("if !(%s) {\n%s--\n}\n", fmt.Sprintf(field.codec.nonZero, f.local("v")+"."+field.path), f.local("n"))
	}
	if counted {
		return f.local("n")
	}
	return fmt.Sprint(len(n.fields))
}

func (f *file) writeNested(n *nested) {
	typ := f.imports.typeText(n.typ.Type)
	fields := f.local("fields")
	f.printf("\nfunc %s%s %s.AttributeValue {\n", n.encode, f.encodeParameters(typ), f.imports.use(typesPath, "types"))
	count := f.writeCount(n)
	f.printf("%s := %s(%s, %s)\n", fields, f.function("NewFields"), f.local("e"), count)
	for _, field := range n.fields {
		f.writeSet(fmt.Sprintf("%s.Set(%s).To(%%s)", fields, quoteFormat(field.name)), field)
	}
	f.printf("return %s.Value()\n}\n", fields)

	f.printf("\nfunc %s%s {\nswitch %s {\n", n.decode, f.decodeParameters(typ), f.local("name"))
	names := []string{f.local("name")}
	for _, field := range n.fields {
		f.printf("case %q:\nreturn %s\n", field.name, f.decodeCall(field.codec, "&"+f.local("v")+"."+field.path))
		names = append(names, fmt.Sprintf("%q", field.name))
	}
	f.printf("}\nreturn %s(%s)\n}\n", f.function("IsNone"), strings.Join(names, ", "))
}

// quoteFormat quotes a text for a format, in which % is doubled.
func quoteFormat(text string) string {
	return strings.ReplaceAll(fmt.Sprintf("%q", text), "%", "%%")
}
