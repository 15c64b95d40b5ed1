package memdb

import "github.com/ddbcrypt/ddbcrypt/internal/expression"

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

// condition reads a condition or key condition expression. An absent one is
// nil.
func (e *expressions) condition(parameter string, text *string) (condition, error) {
	c, _, err := e.conditionAndPaths(parameter, text)
	return c, err
}

// conditionAndPaths also returns the paths that the condition uses.
func (e *expressions) conditionAndPaths(parameter string, text *string) (condition, []path, error) {
	if text == nil {
		return nil, nil, nil
	}
	b := &binder{e, parameter}
	root, uses, err := expression.ParseCondition(*text, e.names)
	if err := b.note(uses, err); err != nil {
		return nil, nil, err
	}
	c, err := b.predicate(root)
	if err != nil {
		return nil, nil, err
	}
	return c, pathsOf(uses), nil
}

func (b *binder) predicate(p expression.Predicate) (condition, error) {
	switch p := p.(type) {
	case *expression.Or:
		left, right, err := b.both(p.Left, p.Right)
		return &orCondition{left, right}, err
	case *expression.And:
		left, right, err := b.both(p.Left, p.Right)
		return &andCondition{left, right}, err
	case *expression.Not:
		c, err := b.predicate(p.Predicate)
		return &notCondition{c}, err
	case *expression.Comparison:
		o, err := b.operator(p.Operator, p.Left, p.Right)
		if err != nil {
			return nil, err
		}
		return &comparison{p.Operator, o[0], o[1]}, nil
	case *expression.Between:
		return b.between(p)
	case *expression.In:
		o, err := b.operator("IN", append([]expression.Operand{p.Operand}, p.List...)...)
		return &in{o}, err
	case *expression.Function:
		o, err := b.operands(p.Operands)
		if err != nil {
			return nil, err
		}
		return &function{p.Name, o}, b.checkFunction(p.Name, o)
	}
	return nil, b.invalid("unknown predicate %T", p)
}

func (b *binder) both(left, right expression.Predicate) (condition, condition, error) {
	first, err := b.predicate(left)
	if err != nil {
		return nil, nil, err
	}
	second, err := b.predicate(right)
	return first, second, err
}

// operator returns the operands of a comparator, BETWEEN or IN.
func (b *binder) operator(operator string, operands ...expression.Operand) ([]operand, error) {
	o, err := b.operands(operands)
	if err != nil || operator == "=" || operator == "<>" || operator == "IN" {
		return o, err
	}
	return o, b.checkTypes(operator, o, scalarTypes)
}

func (b *binder) between(p *expression.Between) (condition, error) {
	o, err := b.operator("BETWEEN", p.Operand, p.Low, p.High)
	if err != nil {
		return nil, err
	}
	return &between{o[0], o[1], o[2]}, b.checkBounds(o[1], o[2])
}

func (b *binder) operands(operands []expression.Operand) ([]operand, error) {
	var out []operand
	for _, o := range operands {
		bound, err := b.operand(o)
		if err != nil {
			return nil, err
		}
		out = append(out, bound)
	}
	return out, nil
}

func (b *binder) operand(o expression.Operand) (operand, error) {
	switch o := o.(type) {
	case expression.Path:
		return &pathOperand{path(o)}, nil
	case expression.Value:
		return b.value(o)
	case *expression.Size:
		of, err := b.operand(o.Of)
		if err != nil {
			return nil, err
		}
		return &sizeOperand{of}, b.checkTypes("size", []operand{of}, measureTypes)
	}
	return nil, b.invalid("unknown operand %T", o)
}
