package analyzer

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/tools/go/analysis"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/source"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

// DefaultWords returns the words that make a name sound secret or personal.
func DefaultWords() []string {
	return []string{
		"password", "passwd", "passphrase", "passcode", "pin", "secret", "token", "credential", "apikey", "privatekey",
		"ssn", "socialsecurity", "taxid", "passport", "iban", "card", "creditcard", "cvv", "cvc", "salary",
		"email", "phone", "mobile", "address", "street", "birth", "birthday", "birthdate", "dob", "diagnosis", "health",
	}
}

// checkSensitive reports attributes in the clear whose name says that they should not
// be. Yes and no about something sensitive is not.
func (c *check) checkSensitive(i *item) {
	if !c.options.Sensitive {
		return
	}
	standard := structTag(i).Default
	for a := range c.attributes(i) {
		word := c.wordIn(a)
		action := a.role.ActionUnder(standard)
		if word == "" || a.isFaulty || isBool(a.typ) || !c.isOpen(action, a.role) {
			continue
		}
		what, do := "is neither encrypted nor signed", "encrypt it"
		switch {
		case action == crypto.SignOnly:
			what = "is not encrypted"
		case a.role.Index || a.role.TTL:
			do = "sign it"
		}
		a.tag = a.crypt
		a.report(ruleSensitive, fmt.Sprintf("attribute %q %s though its name has the word %q, %s or rename it", a.name, what, word, do),
			a.fix(func(t *tagText) []analysis.SuggestedFix {
				if a.crypt != action.String() {
					return nil // an option stands there
				}
				return t.replaceWord(tags.Key, a.crypt, crypto.EncryptAndSign.String())
			}))
	}
}

// structTag returns the options of the whole struct, as far as they are right.
func structTag(i *item) tags.StructTag {
	s := structOf(i.syntax)
	for n := range s.NumFields() {
		if raw, err := tags.ParseRaw("_", s.Tag(n), ""); s.Field(n).Name() == "_" && err == nil && raw.Crypt != "" {
			tag, _ := tags.ParseStruct(raw.Crypt)
			return tag
		}
	}
	return tags.StructTag{}
}

// isOpen reports whether an attribute should be looked at: keys and the like cannot be
// encrypted.
func (c *check) isOpen(action crypto.Action, role tags.FieldTag) bool {
	switch {
	case role.Partition || role.Sort || role.Version:
		return false
	case action == crypto.SignOnly:
		return c.options.Signed && !role.Index && !role.TTL
	}
	return action == crypto.DoNothing
}

// wordIn returns the word in the name of an attribute or of its field, or "".
func (c *check) wordIn(a *attribute) string {
	field := a.path[strings.LastIndex(a.path, ".")+1:]
	for _, word := range c.options.Words {
		if hasWord(a.name, word) || hasWord(field, word) {
			return word
		}
	}
	return ""
}

func isBool(t *source.Type) bool { return behind(t).Kind() == reflect.Bool }

// hasWord reports whether a word, or its plural, is among the words of a name; it may be
// several of them, as creditcard is of "credit_card".
func hasWord(name, word string) bool {
	parts := wordsOf(name)
	word = strings.Join(wordsOf(word), "")
	if word == "" {
		return false
	}
	for i := range parts {
		for j := i + 1; j <= len(parts); j++ {
			if whole := strings.Join(parts[i:j], ""); whole == word || whole == word+"s" {
				return true
			}
		}
	}
	return false
}

// wordsOf splits a name in camelCase, snake_case or the like, in small letters.
func wordsOf(name string) (parts []string) {
	runes := []rune(name)
	start := 0
	for i := range runes {
		isStart := i > 0 && (kindOf(runes[i]) != kindOf(runes[i-1]) && !(unicode.IsUpper(runes[i-1]) && unicode.IsLower(runes[i])) ||
			i+1 < len(runes) && unicode.IsUpper(runes[i-1]) && unicode.IsUpper(runes[i]) && unicode.IsLower(runes[i+1]))
		if isStart {
			parts, start = append(parts, string(runes[start:i])), i
		}
	}
	parts = append(parts, string(runes[start:]))
	parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" || kindOf([]rune(p)[0]) == 'o' })
	for i, p := range parts {
		parts[i] = strings.ToLower(p)
	}
	return parts
}

func kindOf(r rune) rune {
	switch {
	case unicode.IsUpper(r):
		return 'U'
	case unicode.IsLetter(r):
		return 'l'
	case unicode.IsDigit(r):
		return '0'
	}
	return 'o'
}
