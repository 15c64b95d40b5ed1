package tags

import (
	"errors"
	"reflect"
	"slices"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// Stated is an attribute as generated code states it, see [Assemble].
type Stated struct {
	Name   string // of the attribute
	Path   string // of the field
	Index  []int  // of the field
	Type   reflect.Type
	Action crypto.Action // all defaults applied
	// Options are those of the ddbcrypt tag, without the action.
	Options string
	Flags   Flags
}

func (s Stated) attribute() (*Attribute, []error) {
	tag, faults := parseField(s.Options)
	return &Attribute{
		Name: s.Name, Path: s.Path, Type: s.Type, index: s.Index, Flags: s.Flags, Action: s.Action,
		Partition: tag.Partition, Sort: tag.Sort, Version: tag.Version, Index: tag.Index, Indexes: tag.Indexes, TTL: tag.TTL,
		text: s.Options,
	}, faults
}

var errUnsorted = errors.New("the attributes of generated code are not sorted by name; run go generate")

// Assemble makes the model of a type of what generated code states, without looking at
// the type: its name, the text of the ddbcrypt tag of its blank field, its attributes
// sorted by name, and the field of unknown attributes or nil. It makes the checks that
// need no types. Programs have no use for it but by generated code.
func Assemble(typ, options string, attributes []Stated, unknown *Stated) (*Model, error) {
	c := &checker{model: &Model{typ: typ}}
	tag, faults := parseStruct(options)
	c.model.tag = tag
	c.resolver.blanks = []found{{path: "_", raw: RawTag{Crypt: options}}}
	c.reportAll("_", options, faults)
	for _, s := range attributes {
		a, faults := s.attribute()
		c.reportAll(s.Path, s.Options, faults)
		c.model.attributes = append(c.model.attributes, a)
	}
	if !slices.IsSortedFunc(attributes, func(a, b Stated) int { return strings.Compare(a.Name, b.Name) }) {
		c.report("", "", errUnsorted)
	}
	if unknown != nil {
		c.model.carrier, _ = unknown.attribute()
	}
	slices.SortFunc(c.model.attributes, func(a, b *Attribute) int { return slices.Compare(a.index, b.index) })
	return c.finish()
}
