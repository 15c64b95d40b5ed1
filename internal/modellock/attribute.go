package modellock

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/spell"
)

// Attribute is what happens to one attribute, and what else it is for. The keys
// of the table are in [State].
type Attribute struct {
	Action              crypto.Action
	Version, Index, TTL bool
	Retired             bool // no field has it any more
}

// options are in the order in which they are written.
var options = []struct {
	word string
	flag func(*Attribute) *bool
}{
	{"version", func(a *Attribute) *bool { return &a.Version }},
	{"index", func(a *Attribute) *bool { return &a.Index }},
	{"ttl", func(a *Attribute) *bool { return &a.TTL }},
	{"retired", func(a *Attribute) *bool { return &a.Retired }},
}

// String returns the text in the file, such as "sign,index": the words of tags.
func (a Attribute) String() string {
	words := []string{a.Action.String()}
	for _, o := range options {
		if *o.flag(&a) {
			words = append(words, o.word)
		}
	}
	return strings.Join(words, ",")
}

// MarshalText returns [Attribute.String].
func (a Attribute) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

var errNoText = errors.New(`want a text such as "sign,index"`)

// UnmarshalJSONFrom reads what [Attribute.MarshalText] writes. Other than with
// UnmarshalText, null is an error: it would mean encrypt.
func (a *Attribute) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() != '"' {
		return errNoText
	}
	token, err := d.ReadToken()
	if err != nil {
		return err
	}
	*a, err = parseAttribute(token.String())
	return err
}

func parseAttribute(text string) (a Attribute, err error) {
	action, rest, more := strings.Cut(text, ",")
	if a.Action, err = crypto.ParseAction(action); err != nil {
		return a, unknownWord("action", action, []string{"encrypt", "sign", "none"})
	}
	var words []string
	for _, o := range options {
		words = append(words, o.word)
	}
	for more {
		var word string
		word, rest, more = strings.Cut(rest, ",")
		if !a.set(word) {
			return a, unknownWord("word", word, words)
		}
	}
	if a.String() != text {
		return a, fmt.Errorf("%q has its words twice or in another order, write %q", text, a)
	}
	return a, nil
}

func (a *Attribute) set(word string) bool {
	for _, o := range options {
		if o.word == word {
			*o.flag(a) = true
			return true
		}
	}
	return false
}

func unknownWord(what, word string, candidates []string) error {
	if c := spell.Nearest(word, candidates); c != "" {
		return fmt.Errorf("unknown %s %q, did you mean %q?", what, word, c)
	}
	return fmt.Errorf("unknown %s %q, use one of: %s", what, word, strings.Join(candidates, ", "))
}
