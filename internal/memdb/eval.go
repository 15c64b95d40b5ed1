package memdb

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

func (o *pathOperand) eval(it item) value { return o.path.resolve(it) }

func (o *valueOperand) eval(item) value { return o.value }

func (o *sizeOperand) eval(it item) value {
	n := 0
	switch v := o.of.eval(it).(type) {
	case *stringV:
		n = utf16Length(v.Value)
	case *binaryV:
		n = len(v.Value)
	case *strSetV:
		n = len(v.Value)
	case *numSetV:
		n = len(v.Value)
	case *binSetV:
		n = len(v.Value)
	case *listV:
		n = len(v.Value)
	case *mapV:
		n = len(v.Value)
	default:
		return nil
	}
	return &numberV{Value: strconv.Itoa(n)}
}

// utf16Length is how DynamoDB counts the characters of a string.
func utf16Length(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

func (c *orCondition) holds(it item) bool { return c.left.holds(it) || c.right.holds(it) }

func (c *andCondition) holds(it item) bool { return c.left.holds(it) && c.right.holds(it) }

func (c *notCondition) holds(it item) bool { return !c.not.holds(it) }

func (c *comparison) holds(it item) bool {
	left, right := c.left.eval(it), c.right.eval(it)
	switch c.operator {
	case "=":
		return equal(left, right)
	case "<>":
		return !equal(left, right)
	}
	order, ok := compareScalars(left, right)
	if !ok {
		return false
	}
	switch c.operator {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

func (c *between) holds(it item) bool {
	v := c.operand.eval(it)
	low, ok := compareScalars(v, c.low.eval(it))
	high, ok2 := compareScalars(v, c.high.eval(it))
	return ok && ok2 && low >= 0 && high <= 0
}

func (c *in) holds(it item) bool {
	v := c.operands[0].eval(it)
	return slices.ContainsFunc(c.operands[1:], func(o operand) bool { return equal(v, o.eval(it)) })
}

func (c *function) holds(it item) bool {
	first := c.operands[0].eval(it)
	switch c.name {
	case "attribute_exists":
		return first != nil
	case "attribute_not_exists":
		return first == nil
	}
	second := c.operands[1].eval(it)
	switch c.name {
	case "attribute_type":
		return typeName(first) == second.(*stringV).Value
	case "begins_with":
		return beginsWith(first, second)
	}
	return contains(first, second)
}

func beginsWith(v, prefix value) bool {
	switch v := v.(type) {
	case *stringV:
		prefix, ok := prefix.(*stringV)
		return ok && strings.HasPrefix(v.Value, prefix.Value)
	case *binaryV:
		prefix, ok := prefix.(*binaryV)
		return ok && bytes.HasPrefix(v.Value, prefix.Value)
	}
	return false
}

// contains looks for a substring, a member of a set or an element of a list.
func contains(v, part value) bool {
	switch v := v.(type) {
	case *stringV:
		part, ok := part.(*stringV)
		return ok && strings.Contains(v.Value, part.Value)
	case *binaryV:
		part, ok := part.(*binaryV)
		return ok && bytes.Contains(v.Value, part.Value)
	case *strSetV:
		part, ok := part.(*stringV)
		return ok && slices.Contains(v.Value, part.Value)
	case *numSetV:
		part, ok := part.(*numberV)
		return ok && slices.Contains(v.Value, part.Value)
	case *binSetV:
		part, ok := part.(*binaryV)
		return ok && slices.ContainsFunc(v.Value, func(b []byte) bool { return bytes.Equal(b, part.Value) })
	case *listV:
		return slices.ContainsFunc(v.Value, func(element value) bool { return equal(element, part) })
	}
	return false
}
