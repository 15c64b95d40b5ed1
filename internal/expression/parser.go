package expression

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Limits of the service.
const (
	maxExpression = 4096 // bytes
	maxOperators  = 300
	maxOperands   = 100 // of IN
	maxSteps      = 32  // of a path
)

// maxDepth bounds the recursion of the parser and of those who walk the tree.
// No condition within maxOperators needs more: every NOT is an operator, and so
// is what sets parentheses apart from redundant ones.
const maxDepth = 2*maxOperators + 10

// SyntaxError says why an expression is refused, in the words of the service
// where they are known. The reason may hold parts of the expression and names
// of attributes.
type SyntaxError struct{ Reason string }

func (e *SyntaxError) Error() string { return e.Reason }

func refuse(format string, args ...any) error {
	return &SyntaxError{fmt.Sprintf(format, args...)}
}

// parser reads one expression. Its first error ends it.
type parser struct {
	names     map[string]string
	uses      *Uses
	tokens    []token
	next      int
	operators int
	depth     int
	// The first and the last token of the parentheses that were closed last.
	opened, closed int
}

// parse reads the whole text.
func parse(text string, names map[string]string, read func(*parser) error) (*Uses, error) {
	if len(text) > maxExpression {
		return nil, refuse("Expression size has exceeded the maximum allowed size; expression size: %d", len(text))
	}
	p := &parser{
		names:  names,
		uses:   &Uses{Names: map[string]bool{}, Values: map[string]bool{}},
		tokens: tokenize(text),
	}
	if p.peek().kind == tokenEnd {
		return nil, refuse("The expression can not be empty;")
	}
	if err := read(p); err != nil {
		return nil, err
	}
	if p.peek().kind != tokenEnd {
		return nil, p.unexpected()
	}
	return p.uses, nil
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

// unexpected is the error about the next token. It shows no words and numbers, which
// may be values that somebody forgot to replace by placeholders.
func (p *parser) unexpected() error {
	after := ""
	if p.next > 0 {
		after = ", after " + p.tokens[p.next-1].describe()
	}
	return refuse("Syntax error; token %d is %s%s", p.next+1, p.peek().describe(), after)
}

// countOperator bounds how much work one expression can be.
func (p *parser) countOperator() error {
	if p.operators++; p.operators > maxOperators {
		return refuse("The expression contains too many operators; operator count: %d", p.operators)
	}
	return nil
}

// enter bounds how deep the parser calls itself; leave undoes it.
func (p *parser) enter() error {
	if p.depth++; p.depth > maxDepth {
		return refuse("The expression is nested too deeply; limit: %d", maxDepth)
	}
	return nil
}

func (p *parser) leave() { p.depth-- }

// used returns how many paths were read so far.
func (p *parser) used() int { return len(p.uses.Attributes) }

// mark says what the paths that were read since are used for, except for those
// that an operator or function within marked already.
func (p *parser) mark(since int, role Role, in string) {
	for i := range p.uses.Attributes[since:] {
		if use := &p.uses.Attributes[since+i]; use.In == "" {
			use.Role, use.In = role, in
		}
	}
}

// path reads a document path. All paths are read, and so recorded, here.
func (p *parser) path() (Path, error) {
	var path Path
	step, err := p.name()
	for more := true; more; {
		if err != nil {
			return nil, err
		}
		path = append(path, step)
		switch {
		case p.accept("."):
			step, err = p.name()
		case p.accept("["):
			step, err = p.index()
		default:
			more = false
		}
	}
	if len(path) > maxSteps {
		return nil, refuse("The document path has too many nesting levels; nesting levels: %d", len(path))
	}
	p.uses.Attributes = append(p.uses.Attributes, Use{Path: path})
	return path, nil
}

func (p *parser) name() (Step, error) {
	t := p.peek()
	switch t.kind {
	case tokenWord:
		if reserved[strings.ToUpper(t.text)] {
			return Step{}, refuse("Attribute name is a reserved keyword; reserved keyword: %s", t.text)
		}
		p.take()
		return Step{t.text, -1}, nil
	case tokenName:
		name, ok := p.names[t.text]
		if !ok {
			return Step{}, refuse("An expression attribute name used in the document path is not defined; attribute name: %s", t.text)
		}
		if name == "" {
			return Step{}, refuse("An expression attribute name used in the document path is empty; attribute name: %s", t.text)
		}
		p.uses.Names[t.text] = true
		p.take()
		return Step{name, -1}, nil
	}
	return Step{}, p.unexpected()
}

func (p *parser) index() (Step, error) {
	if p.peek().kind != tokenIndex {
		return Step{}, p.unexpected()
	}
	i, err := strconv.Atoi(p.take().text)
	if err != nil || i > math.MaxInt32 {
		return Step{}, refuse("List index is not within the allowable range")
	}
	return Step{Index: i}, p.expect("]")
}

// closeParentheses ends parentheses whose first token is given. They must hold
// more than other parentheses.
func (p *parser) closeParentheses(open int) error {
	if p.opened == open+1 && p.closed == p.next-1 {
		return refuse("The expression has redundant parentheses;")
	}
	p.opened, p.closed = open, p.next
	return p.expect(")")
}

// value takes the next token, which is a value placeholder.
func (p *parser) value() Value {
	placeholder := p.take().text
	p.uses.Values[placeholder] = true
	return Value(placeholder)
}

// projection reads a projection expression.
func (p *parser) projection() error {
	var paths []Path
	for {
		path, err := p.path()
		if err != nil {
			return err
		}
		paths = append(paths, path)
		if !p.accept(",") {
			break
		}
	}
	p.mark(0, Projected, "")
	return checkDisjoint(paths)
}
