package memdb

import (
	"bytes"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/internal/tlv"
)

func errOperandMissing() error {
	return validation("The provided expression refers to an attribute that does not exist in the item")
}

func errOperandType() error {
	return validation("An operand in the update expression has an incorrect data type")
}

func (s *setOperand) compute(it item) (value, error) {
	if v := s.operand.eval(it); v != nil {
		return cloneValue(v), nil
	}
	return nil, errOperandMissing()
}

func (s *ifNotExists) compute(it item) (value, error) {
	if v := s.path.resolve(it); v != nil {
		return cloneValue(v), nil
	}
	return s.fallback.compute(it)
}

func (s *listAppend) compute(it item) (value, error) {
	first, second, err := computeBoth(it, s.first, s.second)
	if err != nil {
		return nil, err
	}
	a, ok := first.(*listV)
	b, ok2 := second.(*listV)
	if !ok || !ok2 {
		return nil, errOperandType()
	}
	return &listV{Value: slices.Concat(a.Value, b.Value)}, nil
}

func (s *sum) compute(it item) (value, error) {
	left, right, err := computeBoth(it, s.left, s.right)
	if err != nil {
		return nil, err
	}
	a, ok := left.(*numberV)
	b, ok2 := right.(*numberV)
	if !ok || !ok2 {
		return nil, errOperandType()
	}
	return addNumbers(a.Value, b.Value, s.minus)
}

func computeBoth(it item, first, second setValue) (a, b value, err error) {
	if a, err = first.compute(it); err != nil {
		return nil, nil, err
	}
	b, err = second.compute(it)
	return a, b, err
}

// addNumbers adds or subtracts numbers in normal notation, exactly.
func addNumbers(a, b string, minus bool) (value, error) {
	x, scaleX := unscaled(a)
	y, scaleY := unscaled(b)
	scale := max(scaleX, scaleY)
	x.Mul(x, powerOfTen(scale-scaleX))
	y.Mul(y, powerOfTen(scale-scaleY))
	if minus {
		y.Neg(y)
	}
	exact := x.Add(x, y).String() + "E-" + strconv.Itoa(scale)
	normal, err := tlv.NormalizeNumber(exact)
	if err != nil {
		return nil, validation("The result of the update is not a valid number: %v", err)
	}
	return &numberV{Value: normal}, nil
}

// unscaled returns the digits of a number as an integer, and how many of them
// are decimals.
func unscaled(normal string) (*big.Int, int) {
	whole, fraction, _ := strings.Cut(normal, ".")
	n, _ := new(big.Int).SetString(whole+fraction, 10)
	return n, len(fraction)
}

func powerOfTen(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

// add returns what ADD makes of a value, which may be nil.
func add(old, operand value) (value, error) {
	if old == nil {
		return operand, nil
	}
	switch old := old.(type) {
	case *numberV:
		if operand, ok := operand.(*numberV); ok {
			return addNumbers(old.Value, operand.Value, false)
		}
	case *strSetV:
		if operand, ok := operand.(*strSetV); ok {
			return &strSetV{Value: union(old.Value, operand.Value, tlv.UTF16Order.CompareStrings)}, nil
		}
	case *numSetV:
		if operand, ok := operand.(*numSetV); ok {
			return &numSetV{Value: union(old.Value, operand.Value, compareNumbers)}, nil
		}
	case *binSetV:
		if operand, ok := operand.(*binSetV); ok {
			return &binSetV{Value: union(old.Value, operand.Value, compareSigned)}, nil
		}
	}
	return nil, errOperandType()
}

func union[T any](a, b []T, compare func(a, b T) int) []T {
	all := slices.Concat(a, b)
	slices.SortFunc(all, compare)
	return slices.CompactFunc(all, func(a, b T) bool { return compare(a, b) == 0 })
}

// subtract returns what DELETE leaves of a set; nil if that is nothing.
func subtract(old, operand value) (value, error) {
	switch old := old.(type) {
	case *strSetV:
		if operand, ok := operand.(*strSetV); ok {
			return setOrNil(&strSetV{Value: without(old.Value, operand.Value, strings.Compare)}), nil
		}
	case *numSetV:
		if operand, ok := operand.(*numSetV); ok {
			return setOrNil(&numSetV{Value: without(old.Value, operand.Value, strings.Compare)}), nil
		}
	case *binSetV:
		if operand, ok := operand.(*binSetV); ok {
			return setOrNil(&binSetV{Value: without(old.Value, operand.Value, bytes.Compare)}), nil
		}
	}
	return nil, errOperandType()
}

func without[T any](from, members []T, compare func(a, b T) int) []T {
	return slices.DeleteFunc(slices.Clone(from), func(m T) bool {
		return slices.ContainsFunc(members, func(other T) bool { return compare(m, other) == 0 })
	})
}

func setOrNil(set value) value {
	switch set := set.(type) {
	case *strSetV:
		if len(set.Value) == 0 {
			return nil
		}
	case *numSetV:
		if len(set.Value) == 0 {
			return nil
		}
	case *binSetV:
		if len(set.Value) == 0 {
			return nil
		}
	}
	return set
}
