package tags

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// The reasons that need no detail.
var (
	errNotStruct       = errors.New("not a struct, use a struct type or a pointer to one")
	errCustom          = errors.New("type marshals itself, so its attributes are not known; remove its methods or name the embedded field that has them")
	errTime            = errors.New("type is a time and has no attributes, use a struct with fields")
	errUnexported      = errors.New("field is not exported and so no attribute, export it or remove the tag")
	errIgnored         = errors.New(`field is ignored ("-") and so no attribute, remove one of the tags`)
	errEmbeddedTag     = errors.New("embedded struct is no attribute but its fields are, tag those or give it a dynamodbav name")
	errEmbeddedOptions = errors.New("struct options inside an embedded struct have no effect, move them to the outer struct")
	errCancelled       = errors.New("fields with the same attribute name at the same depth cancel each other, rename one")
	errNeverWritten    = errors.New("fields of this Go type are never written, remove the tag")
	errUnreadable      = errors.New("attributevalue cannot use this embedded field because its type is not exported, export the type or name the field")
	errVersionType     = errors.New("version must be an integer or a time, or a pointer to one")
	errNoPartition     = errors.New("sort key without a partition key, add one")
	errUnsigned        = errors.New("a key or version that is not signed can be changed while the rest still verifies; remove none, or give every attribute the action none")
	errFieldOfTwo      = errors.New("second blank field with struct options, keep one")
)

// checker turns a Type into a Model and collects everything that is wrong.
type checker struct {
	typ      Type
	resolver resolver
	model    *Model
	errs     []error
}

func newChecker(t Type, tagKey string) *checker {
	c := &checker{typ: t, model: &Model{typ: t.String()}}
	c.resolver = resolver{tagKey: tagKey, report: c.report}
	return c
}

func (c *checker) report(path, tag string, reason error) {
	c.errs = append(c.errs, &Error{Type: c.model.typ, Field: path, Tag: tag, Err: reason})
}

func (c *checker) reportAll(path, tag string, reasons []error) {
	for _, reason := range reasons {
		c.report(path, tag, reason)
	}
}

// build runs all checks. A type that is no item at all has only that fault.
func (c *checker) build() (*Model, error) {
	if err := rootFault(c.typ); err != nil {
		return nil, &Error{Type: c.model.typ, Err: err}
	}
	c.resolver.walk(c.typ)
	visible := c.resolver.visible()
	c.readStructTag()
	for _, v := range visible {
		c.addAttribute(v)
	}
	c.checkCarrier()
	return c.finish()
}

// finish makes the checks that compare attributes, which stand in the order of their
// fields.
func (c *checker) finish() (*Model, error) {
	c.checkRoles()
	c.checkIndexes()
	c.checkUnsigned()
	c.checkNames()
	if len(c.errs) > 0 {
		return nil, errors.Join(c.errs...)
	}
	c.model.freeze()
	return c.model, nil
}

func rootFault(t Type) error {
	switch {
	case t.Kind() != reflect.Struct:
		return errNotStruct
	case t.CustomMarshaler():
		return errCustom
	case t.IsTime():
		return errTime
	}
	return nil
}

func (c *checker) readStructTag() {
	for i, blank := range c.resolver.blanks {
		if i > 0 {
			c.report(blank.path, blank.raw.Crypt, errFieldOfTwo)
		}
		tag, faults := parseStruct(blank.raw.Crypt)
		c.reportAll(blank.path, blank.raw.Crypt, faults)
		c.model.tag = tag
	}
}

func (c *checker) addAttribute(v found) {
	tag, faults := parseField(v.raw.Crypt)
	c.reportAll(v.path, v.raw.Crypt, faults)
	a := &Attribute{
		Name: v.name, Path: v.path, index: v.index, Flags: v.raw.Flags,
		Action:    tag.ActionUnder(c.model.tag.Default),
		Partition: tag.Partition, Sort: tag.Sort, Version: tag.Version,
		Index: tag.Index, Indexes: tag.Indexes, TTL: tag.TTL,
		text: textOf(v),
	}
	c.reportAll(a.Path, a.text, fieldFaults(v, a))
	c.checkNested(a, v.path, v.field.Type, map[Type]bool{})
	c.model.attributes = append(c.model.attributes, a)
}

func fieldFaults(v found, a *Attribute) (faults []error) {
	if isReserved(a.Name) {
		faults = append(faults, fmt.Errorf("attribute %q: %w", a.Name, errReserved))
	}
	if !v.field.Exported && !isReadable(v.field.Type) {
		faults = append(faults, errUnreadable)
	}
	if v.unsettable != "" {
		faults = append(faults, fmt.Errorf(
			"attributevalue cannot allocate embedded pointer %s because its type is not exported, export the type or embed it by value", v.unsettable))
	}
	if t := indirect(v.field.Type); a.Version && !isInteger(t.Kind()) && !t.IsTime() {
		faults = append(faults, errVersionType)
	}
	return faults
}

// isReadable tells whether attributevalue can encode an embedded field of an
// unexported type: it calls Interface on everything but plain structs, and
// reflect panics then.
func isReadable(t Type) bool {
	return t.Kind() == reflect.Struct && !t.HasMethods() && !t.IsTime()
}

func isInteger(k reflect.Kind) bool {
	return reflect.Int <= k && k <= reflect.Uint64
}

// textOf is the tag text to show in errors.
func textOf(v found) string {
	if v.raw.Crypt != "" {
		return v.raw.Crypt
	}
	return v.field.Tag
}

// checkRoles finds the attributes of which a model has one at most. DynamoDB
// reads one TTL attribute per table.
func (c *checker) checkRoles() {
	m := c.model
	m.partition = c.only("partition key", func(a *Attribute) bool { return a.Partition })
	m.sort = c.only("sort key", func(a *Attribute) bool { return a.Sort })
	m.version = c.only("version", func(a *Attribute) bool { return a.Version })
	c.only("TTL attribute", func(a *Attribute) bool { return a.TTL })
	if m.sort != nil && m.partition == nil {
		c.report(m.sort.Path, m.sort.text, errNoPartition)
	}
}

// checkUnsigned refuses keys and versions without protection beside attributes
// that have some: an item could be moved to another key.
func (c *checker) checkUnsigned() {
	if c.model.Actions().PassThrough() {
		return
	}
	for _, a := range c.model.attributes {
		if a.Action == crypto.DoNothing && (a.Partition || a.Sort || a.Version) {
			c.report(a.Path, a.text, errUnsigned)
		}
	}
}

func (c *checker) only(role string, has func(*Attribute) bool) (first *Attribute) {
	for _, a := range c.model.attributes {
		switch {
		case !has(a):
		case first == nil:
			first = a
		default:
			c.report(a.Path, a.text, fmt.Errorf("second %s, field %s is one already", role, first.Path))
		}
	}
	return first
}

// checkNames refuses names that differ only in case, which attributevalue
// would decode into one field, and retired names that are still in use.
func (c *checker) checkNames() {
	for i, a := range c.model.attributes {
		for _, b := range c.model.attributes[:i] {
			if strings.EqualFold(a.Name, b.Name) {
				c.report(a.Path, a.text, fmt.Errorf(
					"attribute names %q and %q (field %s) differ only in case, rename one", a.Name, b.Name, b.Path))
			}
		}
		for _, r := range c.model.tag.Retired {
			if r.Name == a.Name {
				c.report(a.Path, a.text, fmt.Errorf("attribute %q is retired but still in the struct, remove one", a.Name))
			}
		}
	}
}

// checkNested refuses ddbcrypt tags in the structs inside an attribute. It
// follows what attributevalue can write: fields that are exported or embedded
// and not ignored.
func (c *checker) checkNested(a *Attribute, path string, t Type, seen map[Type]bool) {
	if seen[t] {
		return
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		c.checkNested(a, path, t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			fieldPath := path + "." + f.Name
			raw, err := parseRaw(f.Tag, c.resolver.tagKey)
			switch {
			case err != nil && strings.Contains(f.Tag, Key):
				c.report(fieldPath, f.Tag, err)
			case raw.Crypt != "":
				c.report(fieldPath, raw.Crypt, fmt.Errorf(
					"tag inside a nested struct: attribute %q is protected as a whole, tag field %s instead", a.Name, a.Path))
			}
			if (f.Exported || f.Embedded) && !raw.Ignore {
				c.checkNested(a, fieldPath, f.Type, seen)
			}
		}
	}
}
