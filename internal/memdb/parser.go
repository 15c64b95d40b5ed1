package memdb

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// expressions holds what the expressions of one request share: the values
// behind placeholders and which of them were used.
type expressions struct {
	names      map[string]string
	values     item
	usedNames  map[string]bool
	usedValues map[string]bool
	keys       []keyAttribute // paths must not lead into these
}

var (
	namePlaceholder  = regexp.MustCompile(`^#[A-Za-z0-9_]+$`)
	valuePlaceholder = regexp.MustCompile(`^:[A-Za-z0-9_]+$`)
)

// newExpressions checks and normalizes the placeholders of a request that has
// these expressions, of which nil ones are absent.
func newExpressions(names map[string]string, values item, t *table, present ...*string) (*expressions, error) {
	none := !slices.ContainsFunc(present, func(e *string) bool { return e != nil })
	switch {
	case names != nil && none:
		return nil, validation("ExpressionAttributeNames can only be specified when using expressions")
	case values != nil && none:
		return nil, validation("ExpressionAttributeValues can only be specified when using expressions")
	case names != nil && len(names) == 0:
		return nil, validation("ExpressionAttributeNames must not be empty")
	case values != nil && len(values) == 0:
		return nil, validation("ExpressionAttributeValues must not be empty")
	}
	for placeholder, name := range names {
		if !namePlaceholder.MatchString(placeholder) {
			return nil, validation("ExpressionAttributeNames contains invalid key: Syntax error; key: %q", placeholder)
		}
		if name == "" || len(name) > maxName {
			return nil, validation("ExpressionAttributeNames contains invalid value: Empty attribute name or one that is too long for key %s", placeholder)
		}
	}
	for placeholder, v := range values {
		if !valuePlaceholder.MatchString(placeholder) {
			return nil, validation("ExpressionAttributeValues contains invalid key: Syntax error; key: %q", placeholder)
		}
		if err := normalize(v); err != nil {
			return nil, validation("ExpressionAttributeValues contains invalid value: %v for key %s", err, placeholder)
		}
	}
	e := &expressions{names: names, values: values, usedNames: map[string]bool{}, usedValues: map[string]bool{}}
	e.keys = t.primary.keys.all()
	for _, index := range t.sortedIndexes() {
		e.keys = append(e.keys, index.keys.all()...)
	}
	return e, nil
}

// checkAllUsed refuses placeholders that no expression used.
func (e *expressions) checkAllUsed() error {
	for placeholder := range e.names {
		if !e.usedNames[placeholder] {
			return validation("Value provided in ExpressionAttributeNames unused in expressions: keys: {%s}", placeholder)
		}
	}
	for placeholder := range e.values {
		if !e.usedValues[placeholder] {
			return validation("Value provided in ExpressionAttributeValues unused in expressions: keys: {%s}", placeholder)
		}
	}
	return nil
}

const (
	maxExpression = 4096
	maxOperators  = 300
	maxOperands   = 100 // of IN
)

// parser reads one expression. Its first error ends it.
type parser struct {
	*expressions
	parameter string // the request parameter that holds the expression
	tokens    []token
	next      int
	operators int
}

func (e *expressions) parser(parameter, text string) (*parser, error) {
	p := &parser{expressions: e, parameter: parameter, tokens: tokenize(text)}
	if len(text) > maxExpression {
		return nil, p.invalid("Expression size has exceeded the maximum allowed size; expression size: %d", len(text))
	}
	if p.peek().kind == tokenEnd {
		return nil, p.invalid("The expression can not be empty;")
	}
	return p, nil
}

func (p *parser) invalid(format string, args ...any) error {
	return validation("Invalid "+p.parameter+": "+format, args...)
}

func (p *parser) peek() token { return p.tokens[p.next] }

func (p *parser) take() token {
	t := p.tokens[p.next]
	if t.kind != tokenEnd {
		p.next++
	}
	return t
}

// accept takes the next token if it is this symbol.
func (p *parser) accept(symbol string) bool {
	if p.peek().is(symbol) {
		p.next++
		return true
	}
	return false
}

// acceptKeyword takes the next token if it is this keyword.
func (p *parser) acceptKeyword(upper string) bool {
	if p.peek().keyword(upper) {
		p.next++
		return true
	}
	return false
}

func (p *parser) expect(symbol string) error {
	if !p.accept(symbol) {
		return p.unexpected()
	}
	return nil
}

// unexpected is the error about the next token.
func (p *parser) unexpected() error {
	near := p.peek().text
	if p.next > 0 {
		near = p.tokens[p.next-1].text + " " + near
	}
	return p.invalid("Syntax error; token: %q, near: %q", p.peek().text, near)
}

func (p *parser) expectEnd() error {
	if p.peek().kind != tokenEnd {
		return p.unexpected()
	}
	return nil
}

// countOperator bounds how much work one expression can be.
func (p *parser) countOperator() error {
	if p.operators++; p.operators > maxOperators {
		return p.invalid("The expression contains too many operators; operator count: %d", p.operators)
	}
	return nil
}

// path reads a document path.
func (p *parser) path() (path, error) {
	first, err := p.name()
	if err != nil {
		return nil, err
	}
	steps := path{first}
	for {
		switch {
		case p.accept("."):
			s, err := p.name()
			if err != nil {
				return nil, err
			}
			steps = append(steps, s)
		case p.accept("["):
			s, err := p.index()
			if err != nil {
				return nil, err
			}
			steps = append(steps, s)
		default:
			return steps, p.checkScalarKey(steps)
		}
	}
}

func (p *parser) checkScalarKey(steps path) error {
	isKey := func(a keyAttribute) bool { return a.name == steps.attribute() }
	if len(steps) > 1 && slices.ContainsFunc(p.keys, isKey) {
		return validation("Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: %s", steps.attribute())
	}
	return nil
}

func (p *parser) name() (step, error) {
	t := p.peek()
	switch t.kind {
	case tokenWord:
		if reserved[strings.ToUpper(t.text)] {
			return step{}, p.invalid("Attribute name is a reserved keyword; reserved keyword: %s", t.text)
		}
		p.take()
		return step{t.text, -1}, nil
	case tokenName:
		name, ok := p.names[t.text]
		if !ok {
			return step{}, p.invalid("An expression attribute name used in the document path is not defined; attribute name: %s", t.text)
		}
		p.usedNames[t.text] = true
		p.take()
		return step{name, -1}, nil
	}
	return step{}, p.unexpected()
}

func (p *parser) index() (step, error) {
	if p.peek().kind != tokenIndex {
		return step{}, p.unexpected()
	}
	i, err := strconv.Atoi(p.take().text)
	if err != nil || i > math.MaxInt32 {
		return step{}, p.invalid("List index is not within the allowable range")
	}
	return step{index: i}, p.expect("]")
}

func (p *parser) value() (*valueOperand, error) {
	t := p.take()
	v, ok := p.values[t.text]
	if !ok {
		return nil, p.invalid("An expression attribute value used in expression is not defined; attribute value: %s", t.text)
	}
	p.usedValues[t.text] = true
	return &valueOperand{v}, nil
}

// paths reads a projection expression.
func (e *expressions) paths(parameter, text string) ([]path, error) {
	p, err := e.parser(parameter, text)
	if err != nil {
		return nil, err
	}
	var paths []path
	for {
		next, err := p.path()
		if err != nil {
			return nil, err
		}
		paths = append(paths, next)
		if !p.accept(",") {
			break
		}
	}
	if err := p.expectEnd(); err != nil {
		return nil, err
	}
	return paths, checkDisjoint(parameter, paths)
}
