package tlv

import (
	"bytes"
	"errors"
	"strings"
)

// DynamoDB's limits for numbers.
const (
	maxDigits   = 38
	maxExponent = 125  // of the first significant digit
	minExponent = -130 // of the first significant digit
)

// maxNumberText is the longest normal form: a sign, "0.", the zeros before the
// first digit of 1E-130, and 38 digits.
const maxNumberText = 1 + 2 + (-minExponent - 1) + maxDigits

var (
	errNumberSyntax = errors.New("number is not a decimal number")
	errNumberDigits = errors.New("number has more than 38 significant digits")
	errNumberRange  = errors.New("number is outside the range 1E-130 to 9.99E+125")
)

// number is a parsed decimal number. Digits stay in the text that they came in.
type number struct {
	digits   string // from the first to the last non-zero digit, perhaps with a point inside; empty for zero
	count    int    // of digits, without the point
	exponent int    // of the first digit: 123 has 2
	negative bool
}

// exponentCap ends the reading of absurd exponents: text that could bring
// such a number back into range would be longer than any item.
const exponentCap = 1 << 30

// parseNumber reads [+-]?(digits[.digits*]|.digits)([eE][+-]?digits)? and
// checks the range. It never expands an exponent.
func parseNumber(text string) (number, error) {
	var n number
	rest := text
	if rest != "" && (rest[0] == '+' || rest[0] == '-') {
		n.negative = rest[0] == '-'
		rest = rest[1:]
	}
	mantissa, point, length := scanMantissa(rest)
	if length < 0 {
		return number{}, errNumberSyntax
	}
	exponent, ok := scanExponent(rest[length:])
	if !ok {
		return number{}, errNumberSyntax
	}
	first := strings.IndexFunc(mantissa, isNonZeroDigit)
	if first < 0 {
		return number{}, nil
	}
	last := strings.LastIndexFunc(mantissa, isNonZeroDigit)
	n.digits = mantissa[first : last+1]
	n.count = len(n.digits)
	if first < point && point < last {
		n.count--
	}
	if n.count > maxDigits {
		return number{}, errNumberDigits
	}
	if first < point {
		n.exponent = point - first - 1 + exponent
	} else {
		n.exponent = point - first + exponent
	}
	if n.exponent > maxExponent || n.exponent < minExponent {
		return number{}, errNumberRange
	}
	return n, nil
}

func isNonZeroDigit(r rune) bool { return r >= '1' && r <= '9' }

// scanMantissa returns the digits and point at the start of s, the position
// of the point in them (their length if there is none), and how much of s
// they are; -1 if there is no digit.
func scanMantissa(s string) (mantissa string, point, length int) {
	point = -1
	digits := 0
	i := 0
	for ; i < len(s); i++ {
		if s[i] >= '0' && s[i] <= '9' {
			digits++
		} else if s[i] == '.' && point < 0 {
			point = i
		} else {
			break
		}
	}
	if digits == 0 {
		return "", 0, -1
	}
	if point < 0 {
		point = i
	}
	return s[:i], point, i
}

// scanExponent reads the empty text or [eE][+-]?digits to its end.
func scanExponent(s string) (int, bool) {
	if s == "" {
		return 0, true
	}
	if s[0] != 'e' && s[0] != 'E' {
		return 0, false
	}
	s = s[1:]
	negative := false
	if s != "" && (s[0] == '+' || s[0] == '-') {
		negative = s[0] == '-'
		s = s[1:]
	}
	if s == "" {
		return 0, false
	}
	value := 0
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		value = min(value*10+int(s[i]-'0'), exponentCap/10)
	}
	if negative {
		value = -value
	}
	return value, true
}

// size returns the length of the normal form.
func (n number) size() int {
	if n.count == 0 {
		return 1
	}
	size := n.count
	switch {
	case n.exponent >= n.count-1: // an integer, zeros at its end
		size = n.exponent + 1
	case n.exponent >= 0:
		size++
	default:
		size += 2 + (-n.exponent - 1)
	}
	if n.negative {
		size++
	}
	return size
}

var zeros = strings.Repeat("0", -minExponent)

// append appends the normal form: no exponent, no trailing zeros, no plus sign
// and no negative zero. Java: stripTrailingZeros().toPlainString().
func (n number) append(dst []byte) []byte {
	if n.count == 0 {
		return append(dst, '0')
	}
	if n.negative {
		dst = append(dst, '-')
	}
	if n.exponent < 0 {
		dst = append(dst, '0', '.')
		dst = append(dst, zeros[:-n.exponent-1]...)
	}
	written := 0
	for i := 0; i < len(n.digits); i++ {
		if n.digits[i] == '.' {
			continue
		}
		if written == n.exponent+1 && written > 0 {
			dst = append(dst, '.')
		}
		dst = append(dst, n.digits[i])
		written++
	}
	if n.exponent >= written {
		dst = append(dst, zeros[:n.exponent+1-written]...)
	}
	return dst
}

// AppendNumber appends the normal form of a number in any form that DynamoDB
// accepts: plain notation without trailing zeros, leading zeros, plus sign or
// negative zero. It refuses text that is not an ASCII decimal number, more than
// 38 significant digits, and magnitudes outside 1E-130 to 9.99…E+125.
func AppendNumber(dst []byte, text string) ([]byte, error) {
	n, err := parseNumber(text)
	if err != nil {
		return dst, err
	}
	return n.append(dst), nil
}

// NormalizeNumber returns what [AppendNumber] appends. Text that is in normal
// form already is returned as it is, without allocation.
func NormalizeNumber(text string) (string, error) {
	var buf [maxNumberText]byte
	normal, err := AppendNumber(buf[:0], text)
	if err != nil {
		return "", err
	}
	if string(normal) == text {
		return text, nil
	}
	return string(normal), nil
}

// compareNumbers orders two valid numbers by the bytes of their normal forms.
func compareNumbers(a, b string) int {
	var bufA, bufB [maxNumberText]byte
	normalA, _ := AppendNumber(bufA[:0], a)
	normalB, _ := AppendNumber(bufB[:0], b)
	return bytes.Compare(normalA, normalB)
}
