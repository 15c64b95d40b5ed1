package config

import (
	"strconv"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/internal/spell"
)

// unknownKey is what is said about a key that is none of known. A key that is
// not a plain word is not quoted: it may be a value, such as key material, with
// a colon or line break in the wrong place.
func unknownKey(name string, known []string) string {
	if before, _, ok := strings.Cut(name, ":"); ok && spell.Nearest(before, known) == before {
		return "; put a space behind " + before + ":"
	}
	return unknownWord(name, known)
}

// unknownWord offers the word of known that looks most alike, or all of them.
func unknownWord(word string, known []string) string {
	if !isWord(word) {
		return "; use one of: " + strings.Join(known, ", ")
	}
	if best := spell.Nearest(word, known); best != "" {
		return " " + strconv.Quote(word) + "; did you mean " + strconv.Quote(best) + "?"
	}
	return " " + strconv.Quote(word) + "; use one of: " + strings.Join(known, ", ")
}

// maxWord bounds the words that are quoted; no word of a configuration is
// longer.
const maxWord = 24

// isWord reports whether text looks like a word of a configuration, and not like
// a key in base64.
func isWord(text string) bool {
	return text != "" && len(text) <= maxWord && strings.Trim(text, "_-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == ""
}
