package tags

import (
	"fmt"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/crypto"
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

// unknown is the error for a word that is none of the candidates. It offers
// the candidate that looks most alike, or else names them all.
func unknown(what, word string, candidates []string) error {
	if c := lookAlike(word, candidates); c != "" {
		return fmt.Errorf("unknown %s %q, did you mean %q?", what, word, c)
	}
	return fmt.Errorf("unknown %s %q, use one of: %s", what, word, strings.Join(candidates, ", "))
}

// maxWord bounds the words that are compared: the edit distance takes
// quadratic time, and no word of the grammar is this long.
const maxWord = 32

// lookAlike returns the candidate nearest to word, or "" if none is near.
// Letter case and spaces do not count.
func lookAlike(word string, candidates []string) string {
	word = strings.ToLower(strings.TrimSpace(word))
	if len(word) > maxWord {
		return ""
	}
	best, bestDistance := "", min(2, len(word)/2)+1
	for _, c := range candidates {
		if d := editDistance(word, c); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

// editDistance is Levenshtein's distance in bytes.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
