package memdb

import "strings"

// node is a part of an expression: an operand or a condition.
type node any

// operand is a part of an expression that has a value.
type operand interface {
	// eval returns nil if the item has no such value.
	eval(it item) value
}

// condition is a part of an expression that is true or false of an item.
type condition interface {
	holds(it item) bool
}

type (
	pathOperand  struct{ path path }
	valueOperand struct{ value value }
	sizeOperand  struct{ of operand }

	orCondition  struct{ left, right condition }
	andCondition struct{ left, right condition }
	notCondition struct{ not condition }
	comparison   struct {
		operator    string
		left, right operand
	}
	between  struct{ operand, low, high operand }
	in       struct{ operands []operand } // the first one is looked for among the others
	function struct {
		name     string
		operands []operand
	}
)

// condition parses a condition, filter or key condition expression. An absent
// one is nil.
func (e *expressions) condition(parameter string, text *string) (condition, error) {
	if text == nil {
		return nil, nil
	}
	p, err := e.parser(parameter, *text)
	if err != nil {
		return nil, err
	}
	c, err := p.orCondition()
	if err != nil {
		return nil, err
	}
	return c, p.expectEnd()
}

func (p *parser) orCondition() (condition, error) {
	n, err := p.or()
	if err != nil {
		return nil, err
	}
	return p.asCondition(n)
}

func (p *parser) or() (node, error) {
	return p.binary("OR", p.and, func(left, right condition) condition { return &orCondition{left, right} })
}

func (p *parser) and() (node, error) {
	return p.binary("AND", p.not, func(left, right condition) condition { return &andCondition{left, right} })
}

// binary parses operands joined by a logical operator.
func (p *parser) binary(operator string, parse func() (node, error), join func(left, right condition) condition) (node, error) {
	left, err := parse()
	for err == nil && p.acceptKeyword(operator) {
		left, err = p.join(left, parse, join)
	}
	return left, err
}

func (p *parser) join(left node, parse func() (node, error), join func(left, right condition) condition) (node, error) {
	if err := p.countOperator(); err != nil {
		return nil, err
	}
	leftCondition, err := p.asCondition(left)
	if err != nil {
		return nil, err
	}
	right, err := parse()
	if err != nil {
		return nil, err
	}
	rightCondition, err := p.asCondition(right)
	if err != nil {
		return nil, err
	}
	return join(leftCondition, rightCondition), nil
}

func (p *parser) not() (node, error) {
	if !p.acceptKeyword("NOT") {
		return p.comparison()
	}
	if err := p.countOperator(); err != nil {
		return nil, err
	}
	n, err := p.not()
	if err != nil {
		return nil, err
	}
	c, err := p.asCondition(n)
	return &notCondition{c}, err
}

// comparison parses an operand with what it is compared with, a function, or
// anything in parentheses.
func (p *parser) comparison() (node, error) {
	n, err := p.primary()
	if err != nil {
		return nil, err
	}
	left, ok := n.(operand)
	if !ok {
		return n, nil
	}
	operator := p.peek()
	switch {
	case operator.kind == tokenSymbol && strings.Contains(" = <> < <= > >= ", " "+operator.text+" "):
		p.take()
		return p.compare(operator.text, left)
	case p.acceptKeyword("BETWEEN"):
		return p.between(left)
	case p.acceptKeyword("IN"):
		return p.in(left)
	}
	return n, nil
}

func (p *parser) compare(operator string, left operand) (node, error) {
	right, err := p.operand()
	if err != nil {
		return nil, err
	}
	return &comparison{operator, left, right}, p.checkOperator(operator, left, right)
}

func (p *parser) between(left operand) (node, error) {
	low, err := p.operand()
	if err != nil {
		return nil, err
	}
	if !p.acceptKeyword("AND") {
		return nil, p.unexpected()
	}
	high, err := p.operand()
	if err != nil {
		return nil, err
	}
	if err := p.checkBounds(low, high); err != nil {
		return nil, err
	}
	return &between{left, low, high}, p.checkOperator("BETWEEN", left, low, high)
}

func (p *parser) in(left operand) (node, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	others, err := p.operands()
	if err != nil {
		return nil, err
	}
	if len(others) > maxOperands {
		return nil, p.invalid("The IN operator is provided with too many operands; number of operands: %d", len(others))
	}
	all := append([]operand{left}, others...)
	return &in{all}, p.checkOperator("IN", all...)
}

// operands parses operands up to the closing parenthesis.
func (p *parser) operands() ([]operand, error) {
	var operands []operand
	for {
		next, err := p.operand()
		if err != nil {
			return nil, err
		}
		operands = append(operands, next)
		if !p.accept(",") {
			return operands, p.expect(")")
		}
	}
}

func (p *parser) operand() (operand, error) {
	n, err := p.primary()
	if err != nil {
		return nil, err
	}
	o, ok := n.(operand)
	if !ok {
		return nil, p.unexpected()
	}
	return o, nil
}

// asCondition refuses an operand where a condition has to be.
func (p *parser) asCondition(n node) (condition, error) {
	c, ok := n.(condition)
	if !ok {
		return nil, p.unexpected()
	}
	return c, nil
}

func (p *parser) primary() (node, error) {
	t := p.peek()
	switch {
	case t.is("("):
		return p.parentheses()
	case t.kind == tokenValue:
		return p.value()
	case t.kind == tokenWord && p.tokens[p.next+1].is("("):
		return p.function()
	}
	steps, err := p.path()
	return &pathOperand{steps}, err
}

func (p *parser) parentheses() (node, error) {
	p.take()
	double := p.peek().is("(")
	n, err := p.or()
	if err != nil {
		return nil, err
	}
	if double && p.tokens[p.next-1].is(")") && p.closes(p.next-1) {
		return nil, p.invalid("The expression has redundant parentheses;")
	}
	return n, p.expect(")")
}

// closes reports whether the parenthesis at this token closes the one that was
// opened as the first token inside of the parentheses being parsed.
func (p *parser) closes(at int) bool {
	depth := 0
	for i := at; i > 0; i-- {
		if p.tokens[i].is(")") {
			depth++
		} else if p.tokens[i].is("(") {
			depth--
		}
		if depth == 0 {
			return p.tokens[i-1].is("(")
		}
	}
	return false
}

// conditionPaths returns the paths that a condition uses.
func conditionPaths(c condition) []path {
	var operands []operand
	switch c := c.(type) {
	case *orCondition:
		return append(conditionPaths(c.left), conditionPaths(c.right)...)
	case *andCondition:
		return append(conditionPaths(c.left), conditionPaths(c.right)...)
	case *notCondition:
		return conditionPaths(c.not)
	case *comparison:
		operands = []operand{c.left, c.right}
	case *between:
		operands = []operand{c.operand, c.low, c.high}
	case *in:
		operands = c.operands
	case *function:
		operands = c.operands
	}
	var paths []path
	for _, o := range operands {
		if size, ok := o.(*sizeOperand); ok {
			o = size.of
		}
		if p, ok := o.(*pathOperand); ok {
			paths = append(paths, p.path)
		}
	}
	return paths
}
