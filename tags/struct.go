package tags

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// Unknown says what happens to attributes that an item has and the struct
// does not model. The zero value is [UnknownIgnore].
type Unknown uint8

const (
	// UnknownIgnore leaves them unprotected.
	UnknownIgnore Unknown = iota
	// UnknownSign signs them.
	UnknownSign
	// UnknownEncrypt encrypts and signs them.
	UnknownEncrypt
)

var unknownPolicies = []struct {
	word   string
	action crypto.Action
}{
	UnknownIgnore:  {"ignore", crypto.DoNothing},
	UnknownSign:    {"sign", crypto.SignOnly},
	UnknownEncrypt: {"encrypt", crypto.EncryptAndSign},
}

// String returns the word of the tag: "ignore", "sign" or "encrypt".
func (u Unknown) String() string {
	if int(u) >= len(unknownPolicies) {
		return "invalid"
	}
	return unknownPolicies[u].word
}

// Action returns the action that the policy gives to unknown attributes. A
// value that is none of the constants gives the strongest action.
func (u Unknown) Action() crypto.Action {
	if int(u) >= len(unknownPolicies) {
		return crypto.EncryptAndSign
	}
	return unknownPolicies[u].action
}

// Retired is an attribute that left the struct but is still in stored items.
type Retired struct {
	Name   string
	Action crypto.Action
}

// StructTag is the meaning of the ddbcrypt tag of the blank field: the
// options of the whole struct. The zero value is that of a struct without.
type StructTag struct {
	Table    string        // name of the table, or empty
	Default  crypto.Action // action of fields that state none
	Unknown  Unknown       // policy for attributes that are not modelled
	SignedAs string        // table name under which items are signed, or empty
	Retired  []Retired     // in the order of the tag

	Projections []IndexProjection // one for each index that the tag names, in its order
}

// structOptions is the vocabulary, in the order in which String writes it.
var structOptions = []string{"table", "default", "unknown", "signedas", "retired", "projection", "include"}

// listOptions can be repeated.
var listOptions = []string{"retired", "projection", "include"}

func isStructOption(word string) bool { return slices.Contains(structOptions, word) }

// ParseStruct reads the text of the ddbcrypt tag of the blank field: options
// of the form name=value, separated by commas. All faults are reported, each
// as an [*Error] with the field name "_".
func ParseStruct(tag string) (StructTag, error) {
	s, faults := parseStruct(tag)
	if len(faults) > 0 {
		return StructTag{}, join(Error{Field: "_", Tag: tag}, faults)
	}
	return s, nil
}

// String returns the text of the tag; [ParseStruct] of it gives s again.
func (s StructTag) String() string {
	var words []string
	if s.Table != "" {
		words = append(words, "table="+s.Table)
	}
	if s.Default != crypto.EncryptAndSign {
		words = append(words, "default="+s.Default.String())
	}
	if s.Unknown != UnknownIgnore {
		words = append(words, "unknown="+s.Unknown.String())
	}
	if s.SignedAs != "" {
		words = append(words, "signedas="+s.SignedAs)
	}
	for _, r := range s.Retired {
		words = append(words, "retired="+r.Name+":"+r.Action.String())
	}
	for _, p := range s.Projections {
		words = append(words, p.options()...)
	}
	return strings.Join(words, ",")
}

func parseStruct(tag string) (s StructTag, faults []error) {
	if tag == "" {
		return s, nil
	}
	seen := map[string]bool{}
	for _, word := range strings.Split(tag, ",") {
		if word == "" {
			faults = append(faults, errStrayComma)
			continue
		}
		key, value, hasValue := strings.Cut(word, "=")
		if seen[key] && !slices.Contains(listOptions, key) {
			faults = append(faults, fmt.Errorf("duplicate option %q", key))
			continue
		}
		seen[key] = true
		if err := s.set(key, value, hasValue); err != nil {
			faults = append(faults, err)
		}
	}
	return s, faults
}

func (s *StructTag) set(key, value string, hasValue bool) (err error) {
	switch {
	case !isStructOption(key) && slices.Contains(fieldWords(), key):
		return fmt.Errorf("option %q is for one field, the blank field takes %s=", key, strings.Join(structOptions, "=, "))
	case !isStructOption(key):
		return unknown("option", key, structOptions)
	case !hasValue || value == "":
		return fmt.Errorf("option %q needs a value, write %s=…", key, key)
	case strings.TrimSpace(value) != value:
		return fmt.Errorf("option %q has a value with spaces around it, remove them", key)
	}
	switch key {
	case "table":
		s.Table = value
	case "signedas":
		s.SignedAs = value
	case "default":
		s.Default, err = parseAction(value)
	case "unknown":
		s.Unknown, err = parseUnknown(value)
	case "retired":
		err = s.retire(value)
	case "projection":
		err = s.project(value)
	case "include":
		err = s.include(value)
	}
	return err
}

func parseUnknown(word string) (Unknown, error) {
	var words []string
	for i, p := range unknownPolicies {
		if p.word == word {
			return Unknown(i), nil
		}
		words = append(words, p.word)
	}
	return 0, unknown("policy", word, words)
}

// retire reads attr:action. An attribute name may have colons in it, an
// action has none.
func (s *StructTag) retire(value string) error {
	colon := strings.LastIndex(value, ":")
	if colon < 1 {
		return fmt.Errorf("option retired=%s needs an attribute and its action, write retired=attribute:action", value)
	}
	name := value[:colon]
	action, err := parseAction(value[colon+1:])
	if err != nil {
		return fmt.Errorf("retired attribute %q: %w", name, err)
	}
	if isReserved(name) {
		return fmt.Errorf("retired attribute %q: %w", name, errReserved)
	}
	if slices.ContainsFunc(s.Retired, func(r Retired) bool { return r.Name == name }) {
		return fmt.Errorf("retired attribute %q is listed twice, keep one", name)
	}
	s.Retired = append(s.Retired, Retired{Name: name, Action: action})
	return nil
}
