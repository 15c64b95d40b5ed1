package tags

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/spell"
)

// FieldTag is the meaning of the ddbcrypt tag of one field. The zero value is
// that of a field without a tag.
type FieldTag struct {
	// Action is the stated action, or else [crypto.SignOnly] if there is an
	// option, or else [crypto.EncryptAndSign].
	Action crypto.Action
	// Stated is true if the tag names the action.
	Stated bool

	Partition bool // partition key of the table
	Sort      bool // sort key of the table
	Version   bool // number or time for optimistic locking
	Index     bool // key of a secondary index, named or not
	TTL       bool // expiry time that DynamoDB reads

	// Indexes are the keys of named secondary indexes, in the order of the tag.
	Indexes []IndexKey
	// Unknown is true if the field is no attribute but holds those that the
	// struct does not model. Nothing else is set then.
	Unknown bool
}

// fieldOptions lists the options in the order in which String writes them.
var fieldOptions = []struct {
	word string
	flag func(*FieldTag) *bool
}{
	{"partition", func(f *FieldTag) *bool { return &f.Partition }},
	{"sort", func(f *FieldTag) *bool { return &f.Sort }},
	{"version", func(f *FieldTag) *bool { return &f.Version }},
	{"index", func(f *FieldTag) *bool { return &f.Index }},
	{"ttl", func(f *FieldTag) *bool { return &f.TTL }},
}

// unknownWord is not among fieldOptions because it goes with none of them.
const unknownWord = "unknown"

// exclusive lists the options that one field cannot have together.
var exclusive = [][2]string{
	{"partition", "sort"}, {"partition", "version"}, {"sort", "version"}, {"version", "ttl"},
}

// ParseField reads the text of the ddbcrypt tag of the named field:
// [action][,option…]. An empty text is no tag. All faults are reported, each
// as an [*Error].
func ParseField(field, tag string) (FieldTag, error) {
	f, faults := parseField(tag)
	if len(faults) > 0 {
		return FieldTag{}, join(Error{Field: field, Tag: tag}, faults)
	}
	return f, nil
}

// ActionUnder returns the action of the field in a struct whose default
// action is def.
func (f FieldTag) ActionUnder(def crypto.Action) crypto.Action {
	if f.Stated || len(f.options()) > 0 {
		return f.Action
	}
	return def
}

// String returns the text of the tag; [ParseField] of it gives f again.
func (f FieldTag) String() string {
	words := f.options()
	if f.Stated {
		words = append([]string{f.Action.String()}, words...)
	}
	if f.Unknown {
		words = append(words, unknownWord)
	}
	return strings.Join(words, ",")
}

// Options returns the text of the tag without the action.
func (f FieldTag) Options() string { return strings.Join(f.options(), ",") }

func (f FieldTag) options() []string {
	var words []string
	for _, o := range fieldOptions {
		switch {
		case o.word == "index" && len(f.Indexes) > 0:
			for _, k := range f.Indexes {
				words = append(words, k.String())
			}
		case *o.flag(&f):
			words = append(words, o.word)
		}
	}
	return words
}

func parseField(tag string) (f FieldTag, faults []error) {
	if tag == "" {
		return f, nil
	}
	seen := map[string]bool{}
	for i, word := range strings.Split(tag, ",") {
		if word == "" {
			// The action may be left out, so the first word may be empty.
			if i > 0 {
				faults = append(faults, errStrayComma)
			}
			continue
		}
		if seen[word] {
			faults = append(faults, fmt.Errorf("duplicate word %q", word))
			continue
		}
		seen[word] = true
		if err := f.add(i, word); err != nil {
			faults = append(faults, err)
		}
	}
	if !f.Stated && len(f.options()) > 0 {
		f.Action = crypto.SignOnly
	}
	return f, append(faults, f.conflicts()...)
}

var (
	errStrayComma     = errors.New("stray comma, remove it or write the option that is missing")
	errPartitionTwice = errors.New("the partition key of the table is that of its local indexes too and cannot be their sort key, remove localindex")
)

// add takes in the word at position i of the tag.
func (f *FieldTag) add(i int, word string) error {
	if a, ok := actionOf(word); ok {
		if f.Stated {
			return fmt.Errorf("two actions, %q and %q, keep one", f.Action, word)
		}
		f.Action, f.Stated = a, true
		if i > 0 {
			return fmt.Errorf("action %q must be the first word", word)
		}
		return nil
	}
	for _, o := range fieldOptions {
		if o.word == word {
			*o.flag(f) = true
			return nil
		}
	}
	key, value, hasValue := strings.Cut(word, "=")
	switch {
	case word == unknownWord:
		f.Unknown = true
		return nil
	case slices.Contains(indexOptions, key):
		return f.addIndex(key, value)
	case hasValue && isStructOption(key):
		return fmt.Errorf("option %q is for the whole struct, move it to a field `_ struct{}`", key)
	case hasValue && spell.Nearest(key, indexOptions) != "":
		return unknown("option", key, indexOptions)
	}
	return unknown("word", word, fieldWords())
}

func (f FieldTag) conflicts() (faults []error) {
	options := f.options()
	if f.Stated && f.Action == crypto.EncryptAndSign && len(options) > 0 {
		faults = append(faults, fmt.Errorf(
			"%q cannot be encrypted because DynamoDB or a condition reads it, use %q", options[0], crypto.SignOnly))
	}
	has := map[string]bool{}
	for _, o := range options {
		has[o] = true
	}
	for _, pair := range exclusive {
		if has[pair[0]] && has[pair[1]] {
			faults = append(faults, fmt.Errorf("one field cannot be both %q and %q", pair[0], pair[1]))
		}
	}
	if f.Partition && slices.ContainsFunc(f.Indexes, func(k IndexKey) bool { return k.Role == LocalSort }) {
		faults = append(faults, errPartitionTwice)
	}
	if f.Unknown && (f.Stated || len(options) > 0) {
		faults = append(faults, errUnknownAlone)
	}
	return faults
}

func fieldWords() []string {
	words := actionWords()
	for _, o := range fieldOptions {
		words = append(words, o.word)
	}
	return append(words, "localindex", unknownWord)
}
