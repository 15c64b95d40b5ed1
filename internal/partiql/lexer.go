package partiql

import (
	"errors"
	"strings"
	"unicode/utf8"
)

type tokenKind int

const (
	end    tokenKind = iota
	word             // a keyword or a bare name
	quoted           // a name in double quotes
	text             // a string in single quotes
	number
	symbol // one character
)

type token struct {
	kind tokenKind
	text string // without the quotes; empty for a string, which is a value
	at   int    // offset in the statement
}

// tokenize splits a statement. The last token is always end.
func tokenize(statement string) ([]token, error) {
	if !utf8.ValidString(statement) {
		return nil, errors.New("the statement is not valid UTF-8")
	}
	var tokens []token
	for at := 0; at < len(statement); {
		if strings.IndexByte(" \t\r\n", statement[at]) >= 0 {
			at++
			continue
		}
		t := token{at: at}
		size, err := t.read(statement[at:])
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, t)
		at += size
	}
	return append(tokens, token{kind: end, at: len(statement)}), nil
}

// read fills t with the token that s begins with and returns its length.
func (t *token) read(s string) (int, error) {
	switch c := s[0]; {
	case c == '\'' || c == '"':
		return t.readQuoted(s)
	case strings.HasPrefix(s, "--") || strings.HasPrefix(s, "/*"):
		return 0, t.fault("the statement has a comment; leave it out")
	case c == ';':
		return 0, t.fault("the statement has a semicolon; send one statement without it")
	case c >= '0' && c <= '9':
		return t.readNumber(s)
	case isWordCharacter(c):
		size := wordLength(s)
		t.kind, t.text = word, s[:size]
		return size, nil
	case strings.IndexByte("*,.()[]{}<>=!+-?:", c) >= 0:
		t.kind, t.text = symbol, s[:1]
		return 1, nil
	}
	return 0, t.fault("the statement has a character outside of quotes that is not known here")
}

// readQuoted reads a string or a name. Their only escape is the doubled quote.
func (t *token) readQuoted(s string) (int, error) {
	quote := s[:1]
	for size := 1; ; {
		length := strings.Index(s[size:], quote)
		if length < 0 {
			return 0, t.fault("a quote is not closed")
		}
		size += length + 1
		if strings.HasPrefix(s[size:], quote) {
			size++
			continue
		}
		t.kind = text
		if quote == `"` {
			t.kind, t.text = quoted, s[1:size-1]
		}
		return size, nil
	}
}

// readNumber reads digits, a point and the e of an exponent; the exponent's
// sign and digits are tokens of their own. Of other letters that follow, such
// as those of 1FROM, DynamoDB makes a keyword.
func (t *token) readNumber(s string) (int, error) {
	size := 0
	for size < len(s) && (s[size] == '.' || isWordCharacter(s[size])) {
		if strings.IndexByte("0123456789.eE", s[size]) < 0 {
			return 0, t.fault("a number runs into a word; put a space between them")
		}
		size++
	}
	t.kind = number
	return size, nil
}

func wordLength(s string) int {
	size := 0
	for size < len(s) && isWordCharacter(s[size]) {
		size++
	}
	return size
}

func isWordCharacter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '$'
}
