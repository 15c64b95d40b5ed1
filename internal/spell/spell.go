// Package spell finds the word that somebody meant, for "did you mean".
package spell

import "strings"

// maxWord bounds the words that are compared: the distance takes quadratic time,
// and no word of a tag or configuration is this long.
const maxWord = 32

// Nearest returns the candidate that is nearest to word, or "" if none is near.
// Letter case and surrounding space do not count, digits must be the same: SHA1
// is no misspelt SHA512.
func Nearest(word string, candidates []string) string {
	word = strings.ToLower(strings.TrimSpace(word))
	if len(word) > maxWord {
		return ""
	}
	best, least := "", min(2, len(word)/2)+1
	for _, candidate := range candidates {
		if digits(candidate) != digits(word) {
			continue
		}
		if d := distance(word, strings.ToLower(candidate)); d < least {
			best, least = candidate, d
		}
	}
	return best
}

func digits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

// distance is Levenshtein's, in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
