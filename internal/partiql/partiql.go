// Package partiql reads from a PartiQL statement which DynamoDB table it is
// about. It knows only the forms in which there can be no doubt, and refuses
// all others, so that a caller who protects some tables can fail closed. It
// does not check that DynamoDB would accept the statement.
package partiql

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// form is what is certain about one kind of statement.
type form struct {
	source  string   // the keyword before the table, if there is one
	selects bool     // a projection may stand before source, and an index after the table
	next    []string // the keywords of which one follows the table
}

var forms = map[string]form{
	"SELECT": {source: "FROM", selects: true, next: []string{"WHERE", "ORDER"}},
	"INSERT": {source: "INTO", next: []string{"VALUE"}},
	"UPDATE": {next: []string{"SET", "REMOVE"}},
	"DELETE": {source: "FROM", next: []string{"WHERE"}},
}

// sources are the keywords that can bring a second table into a statement.
// DynamoDB reserves them: as the name of an attribute they are quoted.
var sources = []string{
	"SELECT", "FROM", "INSERT", "INTO", "UPDATE", "DELETE", "EXISTS", "JOIN",
	"UNION", "INTERSECT", "EXCEPT", "PIVOT", "UNPIVOT",
}

// Table returns the name of the one table that a statement names, exactly as
// DynamoDB resolves it: the case of a name counts, quoted or not. Certain are
//
//	SELECT … FROM table[.index] [WHERE …|ORDER BY …]
//	INSERT INTO table VALUE …
//	UPDATE table SET|REMOVE …
//	DELETE FROM table WHERE …
//
// where a name is a bare word, or in double quotes and of letters, digits, "_"
// and "-". For anything else, such as a table's ARN, a comment, a nested
// statement or an alias, it returns an error that tells the reason and where
// it stands, but nothing that is written in the statement.
func Table(statement string) (string, error) {
	tokens, err := tokenize(statement)
	if err != nil {
		return "", err
	}
	r := &reader{tokens}
	f, err := r.opening()
	if err != nil {
		return "", err
	}
	table, err := r.name()
	if err != nil {
		return "", err
	}
	if f.selects && r.peek().is(symbol, ".") {
		r.take()
		if _, err := r.name(); err != nil {
			return "", err
		}
	}
	if err := r.ending(f); err != nil {
		return "", err
	}
	return table, nil
}

// reader walks over the tokens of a statement; the last is always end.
type reader struct{ tokens []token }

func (r *reader) peek() token { return r.tokens[0] }

func (r *reader) take() token {
	t := r.tokens[0]
	if t.kind != end {
		r.tokens = r.tokens[1:]
	}
	return t
}

// opening reads up to the table's name.
func (r *reader) opening() (form, error) {
	first := r.take()
	if first.kind == end {
		return form{}, errors.New("the statement is empty")
	}
	f, known := forms[strings.ToUpper(first.text)]
	if !known || first.kind != word {
		return form{}, first.fault("the statement is not a SELECT, INSERT, UPDATE or DELETE")
	}
	for f.selects && !r.peek().is(word, f.source) {
		// No function that DynamoDB has stands here, and PartiQL knows some
		// with a FROM in their parentheses.
		if t := r.take(); t.kind == end || t.is(symbol, "(") || t.isOne(sources) {
			return form{}, t.fault("a projection of attribute paths and FROM are expected")
		}
	}
	if f.source != "" && !r.peek().is(word, f.source) {
		return form{}, r.peek().fault(f.source + " is expected")
	}
	if f.source != "" {
		r.take()
	}
	return f, nil
}

// name reads the name of a table or of an index.
func (r *reader) name() (string, error) {
	t := r.take()
	switch {
	case t.kind != word && t.kind != quoted:
		return "", t.fault("a name is expected, bare or in double quotes")
	case t.kind == word && (t.isOne(sources) || t.isOne([]string{"WHERE", "ORDER", "VALUE", "SET", "REMOVE"})):
		return "", t.fault("a name is expected; put one that is a keyword in double quotes")
	case t.text == "" || strings.ContainsFunc(t.text, func(c rune) bool { return !isNameCharacter(c) }):
		return "", t.fault("a name is not of letters, digits, underscores and hyphens only; " +
			"write the table's plain name, not its ARN, and the index as a second name")
	}
	return t.text, nil
}

func isNameCharacter(c rune) bool {
	return c == '-' || c < 0x80 && c != '$' && isWordCharacter(byte(c))
}

// ending checks that what follows the table names no other one.
func (r *reader) ending(f form) error {
	if t := r.peek(); !t.isOne(f.next) && (t.kind != end || !f.selects) {
		return t.fault(strings.Join(f.next, " or ") + " is expected: one table, without an alias")
	}
	for r.peek().kind != end {
		if t := r.take(); t.isOne(sources) {
			return t.fault("a keyword may name a second table; put it in double quotes if it is an attribute")
		}
	}
	return nil
}

func (t token) is(kind tokenKind, text string) bool {
	return t.kind == kind && strings.EqualFold(t.text, text)
}

func (t token) isOne(keywords []string) bool {
	return t.kind == word && slices.Contains(keywords, strings.ToUpper(t.text))
}

func (t token) fault(reason string) error {
	return fmt.Errorf("%s (at byte %d of the statement)", reason, t.at)
}
