package tags

import (
	"fmt"
	"strings"

	"github.com/fatih/structtag"

	"github.com/ddbcrypt/ddbcrypt/internal/spell"
)

const (
	// Key is the key of this package's struct tags.
	Key = "ddbcrypt"

	attributeKey = "dynamodbav"
)

// Flags are the encoding options of attributevalue for one field.
type Flags struct {
	OmitEmpty, OmitEmptyElem        bool
	NullEmpty, NullEmptyElem        bool
	AsString, AsUnixTime            bool
	BinarySet, NumberSet, StringSet bool
}

var flagWords = map[string]func(*Flags) *bool{
	"omitempty":     func(f *Flags) *bool { return &f.OmitEmpty },
	"omitemptyelem": func(f *Flags) *bool { return &f.OmitEmptyElem },
	"nullempty":     func(f *Flags) *bool { return &f.NullEmpty },
	"nullemptyelem": func(f *Flags) *bool { return &f.NullEmptyElem },
	"string":        func(f *Flags) *bool { return &f.AsString },
	"unixtime":      func(f *Flags) *bool { return &f.AsUnixTime },
	"binaryset":     func(f *Flags) *bool { return &f.BinarySet },
	"numberset":     func(f *Flags) *bool { return &f.NumberSet },
	"stringset":     func(f *Flags) *bool { return &f.StringSet },
}

// RawTag is what a whole struct tag says about an attribute.
type RawTag struct {
	Name   string // attribute name, empty if it is the name of the field
	Ignore bool   // the field is no attribute
	Flags  Flags
	Crypt  string // text of the ddbcrypt tag, for [ParseField] or [ParseStruct]
}

// ParseRaw splits the whole struct tag of the named field. The attribute name
// comes from the dynamodbav tag and, if tagKey is not empty, from the tag
// with that key too, which then wins, as it does in attributevalue. Errors
// are [*Error]: malformed text, a key that occurs twice, and a key that looks
// like a misspelled ddbcrypt.
func ParseRaw(field, raw, tagKey string) (RawTag, error) {
	tag, err := parseRaw(raw, tagKey)
	if err != nil {
		return RawTag{}, &Error{Field: field, Tag: raw, Err: err}
	}
	return tag, nil
}

func parseRaw(raw, tagKey string) (RawTag, error) {
	values, err := rawValues(raw)
	if err != nil {
		return RawTag{}, err
	}
	tag := RawTag{Crypt: values[Key]}
	tag.readName(values[attributeKey])
	if tagKey != "" && tagKey != attributeKey {
		tag.readName(values[tagKey])
	}
	return tag, nil
}

// readName follows attributevalue: a later tag replaces the name even by an
// empty one and undoes an earlier "-", while flags add up. Unlike in
// encoding/json, "-," ignores the field.
func (t *RawTag) readName(value string) {
	if value == "" {
		return
	}
	name, rest, _ := strings.Cut(value, ",")
	t.Name, t.Ignore = name, false
	if name == "-" {
		t.Name, t.Ignore = "", true
	}
	for word := range strings.SplitSeq(rest, ",") {
		if flag, ok := flagWords[word]; ok {
			*flag(&t.Flags) = true
		}
	}
}

// rawValues returns the values of a struct tag by key.
func rawValues(raw string) (map[string]string, error) {
	parsed, err := structtag.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("malformed struct tag, write key:\"value\" pairs separated by spaces: %w", err)
	}
	if parsed == nil { // only spaces
		return nil, nil
	}
	values := map[string]string{}
	for _, t := range parsed.Tags() {
		if _, ok := values[t.Key]; ok {
			return nil, fmt.Errorf("key %q occurs twice, keep one", t.Key)
		}
		if t.Key != Key && spell.Nearest(t.Key, []string{Key}) != "" {
			return nil, fmt.Errorf("unknown key %q, did you mean %q?", t.Key, Key)
		}
		// Not t.Value(): it loses a trailing comma.
		values[t.Key] = strings.Join(append([]string{t.Name}, t.Options...), ",")
	}
	return values, nil
}
