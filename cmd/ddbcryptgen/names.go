package main

import (
	"go/token"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// exported returns a name with an upper-case first letter.
func exported(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(first)) + name[size:]
}

// identifier returns a part of an identifier for any name, such as that of an index.
func identifier(name string) string {
	var b strings.Builder
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		b.WriteString(exported(part))
	}
	return b.String()
}

// parameterName returns the name of a parameter for a field: ID is id, UserID is userID,
// URLPath is urlPath.
func parameterName(field string) string {
	runes := []rune(field)
	for i, r := range runes {
		last := i+1 == len(runes)
		if i > 0 && !last && unicode.IsLower(runes[i+1]) || !unicode.IsUpper(r) {
			break
		}
		runes[i] = unicode.ToLower(r)
	}
	name := string(runes)
	if token.IsKeyword(name) || name == "string" || name == "int" || name == "any" {
		name += "Value"
	}
	return name
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
