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

func (b *binder) checkFunction(name string, operands []operand) error {
	switch name {
	case "begins_with":
		return b.checkTypes(name, operands, prefixTypes)
	case "attribute_type":
		if err := b.checkTypes(name, operands[1:], []string{"S"}); err != nil {
			return err
		}
		wanted := operands[1].(*valueOperand).value.(*stringV).Value
		if !slices.Contains(allTypes, wanted) {
			return b.invalid("Invalid attribute type name found; type: %s, valid types: {%s}", wanted, strings.Join(allTypes, ","))
		}
	}
	return nil
}

// checkTypes checks the operands that are values of the request.
func (b *binder) checkTypes(operator string, operands []operand, allowed []string) error {
	for _, o := range operands {
		v, ok := o.(*valueOperand)
		if ok && !slices.Contains(allowed, typeName(v.value)) {
			return b.invalid("Incorrect operand type for operator or function; operator or function: %s, operand type: %s", operator, typeName(v.value))
		}
	}
	return nil
}

func (b *binder) checkBounds(low, high operand) error {
	from, ok := low.(*valueOperand)
	to, ok2 := high.(*valueOperand)
	if !ok || !ok2 || !isScalar(from.value) {
		return nil
	}
	order, same := compareScalars(from.value, to.value)
	if !same {
		return b.invalid("The BETWEEN operator requires same data type for lower and upper bounds")
	}
	if order > 0 {
		return b.invalid("The BETWEEN operator requires upper bound to be greater than or equal to lower bound")
	}
	return nil
}
