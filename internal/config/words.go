package config

import (
	"strconv"
	"strings"
)

// unknownKey is what is said about a key that is none of known. A key that is
// not a plain word is not quoted: it may be a value, such as key material, with
// a colon or line break in the wrong place.
func unknownKey(name string, known []string) string {
	if before, _, ok := strings.Cut(name, ":"); ok && similar(before, known) == before {
		return "; put a space behind " + before + ":"
	}
	return unknownWord(name, known)
}

// unknownWord offers the word of known that looks most alike, or all of them.
func unknownWord(word string, known []string) string {
	if !isWord(word) {
		return "; use one of: " + strings.Join(known, ", ")
	}
	if best := similar(word, known); best != "" {
		return " " + strconv.Quote(word) + "; did you mean " + strconv.Quote(best) + "?"
	}
	return " " + strconv.Quote(word) + "; use one of: " + strings.Join(known, ", ")
}

// maxWord bounds the words that are quoted and compared; no word of a
// configuration is longer.
const maxWord = 24

// isWord reports whether text looks like a word of a configuration, and not like
// a key in base64.
func isWord(text string) bool {
	return text != "" && len(text) <= maxWord && strings.Trim(text, "_-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == ""
}

// similar returns the word of known that is nearest to word, or "" if none is
// near. Letter case does not count, digits must be the same: SHA1 is no misspelt
// SHA512.
func similar(word string, known []string) string {
	word = strings.ToLower(word)
	if len(word) > maxWord {
		return ""
	}
	best, least := "", min(3, len(word)/2+1)
	for _, candidate := range known {
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
