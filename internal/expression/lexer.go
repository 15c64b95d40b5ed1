package expression

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

type tokenKind int

const (
	tokenEnd    tokenKind = iota
	tokenWord             // an attribute name, a function or a keyword
	tokenName             // #name
	tokenValue            // :value
	tokenIndex            // digits
	tokenSymbol           // operators and punctuation
	tokenBad              // a character that no expression has
)

type token struct {
	kind tokenKind
	text string
}

// describe says what the token is, for errors.
func (t token) describe() string {
	switch t.kind {
	case tokenEnd:
		return "the end"
	case tokenWord:
		return "a word"
	case tokenIndex:
		return "a number"
	case tokenBad:
		return "a character that no expression has"
	}
	return strconv.Quote(t.text)
}

// is reports whether the token is this symbol.
func (t token) is(symbol string) bool { return t.kind == tokenSymbol && t.text == symbol }

// keyword reports whether the token is this keyword, in any case.
func (t token) keyword(upper string) bool {
	return t.kind == tokenWord && strings.EqualFold(t.text, upper)
}

// tokenize splits an expression. The last token is always tokenEnd.
func tokenize(text string) []token {
	var tokens []token
	for at := 0; at < len(text); {
		if strings.IndexByte(" \t\r\n", text[at]) >= 0 {
			at++
			continue
		}
		t := scanToken(text[at:])
		tokens = append(tokens, t)
		at += len(t.text)
	}
	return append(tokens, token{tokenEnd, "<EOF>"})
}

var symbols = []string{"<>", "<=", ">=", "<", ">", "=", "(", ")", ",", ".", "[", "]", "+", "-"}

func scanToken(rest string) token {
	switch c := rest[0]; {
	case isLetter(c):
		return token{tokenWord, rest[:wordLength(rest)]}
	case c == '#' && wordLength(rest[1:]) > 0:
		return token{tokenName, rest[:1+wordLength(rest[1:])]}
	case c == ':' && wordLength(rest[1:]) > 0:
		return token{tokenValue, rest[:1+wordLength(rest[1:])]}
	case c == '0':
		return token{tokenIndex, "0"}
	case isDigit(c):
		return token{tokenIndex, rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]}
	}
	for _, symbol := range symbols {
		if strings.HasPrefix(rest, symbol) {
			return token{tokenSymbol, symbol}
		}
	}
	_, size := utf8.DecodeRuneInString(rest)
	return token{tokenBad, rest[:size]}
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// wordLength returns how many letters, digits and underscores s starts with.
func wordLength(s string) int {
	i := 0
	for i < len(s) && (isLetter(s[i]) || isDigit(s[i]) || s[i] == '_') {
		i++
	}
	return i
}
