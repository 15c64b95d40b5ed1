package expression

import "slices"

var comparators = []string{"=", "<>", "<", "<=", ">", ">="}

// node is an Operand or a Predicate. Which of them stands in parentheses is
// known only at their end.
type node any

// condition reads a condition, filter or key condition expression.
func (p *parser) condition() (Predicate, error) {
	n, err := p.or()
	if err != nil {
		return nil, err
	}
	return p.asPredicate(n)
}

func (p *parser) or() (node, error) {
	return p.binary("OR", p.and, func(left, right Predicate) Predicate { return &Or{left, right} })
}

func (p *parser) and() (node, error) {
	return p.binary("AND", p.not, func(left, right Predicate) Predicate { return &And{left, right} })
}

// binary reads predicates joined by a logical operator, or anything without it.
func (p *parser) binary(operator string, read func() (node, error), join func(left, right Predicate) Predicate) (node, error) {
	left, err := read()
	for err == nil && p.peek().keyword(operator) {
		left, err = p.joined(left, read, join)
	}
	return left, err
}

func (p *parser) joined(left node, read func() (node, error), join func(left, right Predicate) Predicate) (node, error) {
	leftPredicate, err := p.asPredicate(left)
	if err != nil {
		return nil, err
	}
	p.take()
	if err := p.countOperator(); err != nil {
		return nil, err
	}
	right, err := read()
	if err != nil {
		return nil, err
	}
	rightPredicate, err := p.asPredicate(right)
	if err != nil {
		return nil, err
	}
	return join(leftPredicate, rightPredicate), nil
}

func (p *parser) not() (node, error) {
	if !p.acceptKeyword("NOT") {
		return p.comparison()
	}
	if err := p.countOperator(); err != nil {
		return nil, err
	}
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	n, err := p.not()
	if err != nil {
		return nil, err
	}
	negated, err := p.asPredicate(n)
	if err != nil {
		return nil, err
	}
	return &Not{negated}, nil
}

// comparison reads an operand with what it is compared with, a function, or
// anything in parentheses.
func (p *parser) comparison() (node, error) {
	since := p.used()
	n, err := p.primary()
	if err != nil {
		return nil, err
	}
	left, ok := n.(Operand)
	if !ok {
		return n, nil
	}
	operator := p.peek()
	switch {
	case operator.kind == tokenSymbol && slices.Contains(comparators, operator.text):
		p.take()
		return p.compare(since, operator.text, left)
	case p.acceptKeyword("BETWEEN"):
		return p.between(since, left)
	case p.acceptKeyword("IN"):
		return p.in(since, left)
	}
	return n, nil
}

func (p *parser) compare(since int, operator string, left Operand) (node, error) {
	right, err := p.operand()
	if err != nil {
		return nil, err
	}
	return &Comparison{operator, left, right}, p.operator(since, operator, left, right)
}

func (p *parser) between(since int, operand Operand) (node, error) {
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
	return &Between{operand, low, high}, p.operator(since, "BETWEEN", operand, low, high)
}

func (p *parser) in(since int, operand Operand) (node, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	list, err := p.operands()
	if err != nil {
		return nil, err
	}
	if len(list) > maxOperands {
		return nil, refuse("The IN operator is provided with too many operands; number of operands: %d", len(list))
	}
	return &In{operand, list}, p.operator(since, "IN", operand, list...)
}

// operator ends a comparator, BETWEEN or IN.
func (p *parser) operator(since int, operator string, first Operand, others ...Operand) error {
	p.mark(since, Compared, operator)
	if err := p.countOperator(); err != nil {
		return err
	}
	return checkDistinct(operator, first, others)
}

// checkDistinct refuses a first operand that is compared with itself.
func checkDistinct(operator string, first Operand, others []Operand) error {
	path, ok := first.(Path)
	for _, other := range others {
		if same, isPath := other.(Path); ok && isPath && slices.Equal(path, same) {
			return notDistinct(operator, path)
		}
	}
	return nil
}

func notDistinct(operator string, first Path) error {
	return refuse("The first operand must be distinct from the remaining operands for this operator or function; operator: %s, first operand: %v", operator, first)
}

// operands reads operands up to the closing parenthesis.
func (p *parser) operands() ([]Operand, error) {
	var operands []Operand
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

func (p *parser) operand() (Operand, error) {
	n, err := p.primary()
	if err != nil {
		return nil, err
	}
	o, ok := n.(Operand)
	if !ok {
		return nil, p.unexpected()
	}
	return o, nil
}

// asPredicate refuses an operand where a predicate has to be.
func (p *parser) asPredicate(n node) (Predicate, error) {
	predicate, ok := n.(Predicate)
	if !ok {
		return nil, p.unexpected()
	}
	return predicate, nil
}

func (p *parser) primary() (node, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	t := p.peek()
	switch {
	case t.is("("):
		return p.parentheses()
	case t.kind == tokenValue:
		return p.value(), nil
	case t.kind == tokenWord && p.tokens[p.next+1].is("("):
		return p.function()
	}
	return p.path()
}

func (p *parser) parentheses() (node, error) {
	open := p.next
	p.take()
	n, err := p.or()
	if err != nil {
		return nil, err
	}
	return n, p.closeParentheses(open)
}
