package tags

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/spell"
)

// actions lists the actions under the words that tags use for them.
var actions = []crypto.Action{crypto.EncryptAndSign, crypto.SignOnly, crypto.DoNothing}

func actionOf(word string) (crypto.Action, bool) {
	for _, a := range actions {
		if a.String() == word {
			return a, true
		}
	}
	return 0, false
}

func actionWords() []string {
	words := make([]string, len(actions))
	for i, a := range actions {
		words[i] = a.String()
	}
	return words
}

// parseAction reads the action in the value of a struct option.
func parseAction(word string) (crypto.Action, error) {
	if a, ok := actionOf(word); ok {
		return a, nil
	}
	return 0, unknown("action", word, actionWords())
}

// elsewhere are words of other mappers, with those that mean the same here.
var elsewhere = map[string]string{
	"hash": "partition", "hashkey": "partition", "pk": "partition",
	"range": "sort", "rangekey": "sort", "sk": "sort",
}

// unknown is the error for a word that is none of the candidates. It offers
// the candidate that means the same or looks most alike, or else names them all.
func unknown(what, word string, candidates []string) error {
	c := elsewhere[strings.ToLower(word)]
	if !slices.Contains(candidates, c) {
		c = spell.Nearest(word, candidates)
	}
	if c != "" {
		return fmt.Errorf("unknown %s %q, did you mean %q?", what, word, c)
	}
	return fmt.Errorf("unknown %s %q, use one of: %s", what, word, strings.Join(candidates, ", "))
}
