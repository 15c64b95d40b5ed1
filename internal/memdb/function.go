package memdb

import (
	"slices"
	"strings"
)

// Types of operands that functions and operators allow.
var (
	scalarTypes  = []string{"S", "N", "B"}
	prefixTypes  = []string{"S", "B"}
	measureTypes = []string{"S", "B", "SS", "NS", "BS", "L", "M"}
	allTypes     = []string{"S", "N", "B", "SS", "NS", "BS", "BOOL", "NULL", "L", "M"}
)

// operandCount says how many operands each function of a condition takes.
var operandCount = map[string]int{
	"attribute_exists":     1,
	"attribute_not_exists": 1,
	"attribute_type":       2,
	"begins_with":          2,
	"contains":             2,
	"size":                 1,
}

func (p *parser) function() (node, error) {
	name := p.take().text
	count, ok := operandCount[name]
	if !ok {
		return nil, p.invalid("Invalid function name; function: %s", name)
	}
	p.take()
	operands, err := p.operands()
	if err != nil {
		return nil, err
	}
	if len(operands) != count {
		return nil, p.invalid("Incorrect number of operands for operator or function; operator or function: %s, number of operands: %d", name, len(operands))
	}
	if err := p.checkFunction(name, operands); err != nil {
		return nil, err
	}
	if name == "size" {
		return &sizeOperand{operands[0]}, nil
	}
	return &function{name, operands}, nil
}

func (p *parser) checkFunction(name string, operands []operand) error {
	if err := p.checkDistinct(name, operands); err != nil {
		return err
	}
	switch name {
	case "attribute_exists", "attribute_not_exists":
		if _, ok := operands[0].(*pathOperand); !ok {
			return p.invalid("Operator or function requires a document path; operator or function: %s", name)
		}
	case "begins_with":
		return p.checkTypes(name, operands, prefixTypes)
	case "size":
		return p.checkTypes(name, operands, measureTypes)
	case "attribute_type":
		wanted, ok := operands[1].(*valueOperand)
		if !ok {
			return p.invalid("Incorrect operand type for operator or function; operator or function: attribute_type: the type must be an expression attribute value")
		}
		if err := p.checkTypes(name, operands[1:], []string{"S"}); err != nil {
			return err
		}
		if !slices.Contains(allTypes, wanted.value.(*stringV).Value) {
			return p.invalid("Invalid attribute type name found; type: %s, valid types: {%s}", wanted.value.(*stringV).Value, strings.Join(allTypes, ","))
		}
	}
	return nil
}

// checkOperator checks the operands of a comparator, BETWEEN or IN.
func (p *parser) checkOperator(operator string, operands ...operand) error {
	if err := p.countOperator(); err != nil {
		return err
	}
	if err := p.checkDistinct(operator, operands); err != nil {
		return err
	}
	if operator == "=" || operator == "<>" || operator == "IN" {
		return nil
	}
	return p.checkTypes(operator, operands, scalarTypes)
}

// checkDistinct refuses a first operand that is compared with itself.
func (p *parser) checkDistinct(operator string, operands []operand) error {
	first, ok := operands[0].(*pathOperand)
	for _, other := range operands[1:] {
		if same, isPath := other.(*pathOperand); ok && isPath && slices.Equal(first.path, same.path) {
			return p.invalid("The first operand must be distinct from the remaining operands for this operator or function; operator: %s, first operand: %v", operator, first.path)
		}
	}
	return nil
}

// checkTypes checks the operands whose type is known without an item.
func (p *parser) checkTypes(operator string, operands []operand, allowed []string) error {
	for _, o := range operands {
		kind := ""
		switch o := o.(type) {
		case *valueOperand:
			kind = typeName(o.value)
		case *sizeOperand:
			kind = "N"
		}
		if kind != "" && !slices.Contains(allowed, kind) {
			return p.invalid("Incorrect operand type for operator or function; operator or function: %s, operand type: %s", operator, kind)
		}
	}
	return nil
}

func (p *parser) checkBounds(low, high operand) error {
	a, ok := low.(*valueOperand)
	b, ok2 := high.(*valueOperand)
	if !ok || !ok2 || !isScalar(a.value) {
		return nil
	}
	order, same := compareScalars(a.value, b.value)
	if !same {
		return p.invalid("The BETWEEN operator requires same data type for lower and upper bounds")
	}
	if order > 0 {
		return p.invalid("The BETWEEN operator requires upper bound to be greater than or equal to lower bound")
	}
	return nil
}
