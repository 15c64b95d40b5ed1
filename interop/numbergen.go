package interop

import (
	"strconv"
	"strings"
)

// DynamoDB's limits on numbers, and those of the Python client, which rounds to 28 significant digits and refuses
// texts of more than 38 digits after leading zeros: 1E125 is fine, but not written out.
const (
	maxDigits    = 38
	minMagnitude = -130
	maxMagnitude = 125

	pythonDigits     = 28
	pythonWrittenOut = 37
)

// number makes a number in one of the many ways to write it.
func (g *valueGenerator) number() string {
	switch g.rnd.IntN(8) {
	case 0:
		return pick(g.rnd, g.zeros()...)
	case 1:
		return strconv.Itoa(g.rnd.IntN(2000) - 1000)
	}
	digits := maxDigits
	if g.clients.Python {
		digits = pythonDigits
	}
	count := 1 + g.rnd.IntN(digits)
	// The first digit stands for 10^magnitude, the last one for 10^(magnitude-count+1).
	lowest := minMagnitude + count - 1
	magnitude := pick(g.rnd, lowest, maxMagnitude, g.rnd.IntN(maxDigits), lowest+g.rnd.IntN(maxMagnitude-lowest+1))
	return pick(g.rnd, "", "", "-", "+") + g.written(g.digits(count), magnitude)
}

func (g *valueGenerator) zeros() []string {
	zeros := []string{"0", "0.0", "000", "0E5", "0e-7", ".0", "+0"}
	if !g.clients.Python {
		zeros = append(zeros, "-0", "-0.00")
	}
	return zeros
}

func (g *valueGenerator) digits(count int) string {
	digits := []byte(strconv.Itoa(1 + g.rnd.IntN(9)))
	for len(digits) < count {
		digits = append(digits, byte('0'+g.rnd.IntN(10)))
	}
	return string(digits)
}

// written writes the number whose first digit stands for 10^magnitude.
func (g *valueGenerator) written(digits string, magnitude int) string {
	exponent := magnitude - len(digits) + 1
	choice := g.rnd.IntN(4)
	if choice == 0 && g.clients.Python && magnitude > pythonWrittenOut {
		choice = 1
	}
	switch choice {
	case 0:
		return mustNormalNumber(digits + "e" + strconv.Itoa(exponent))
	case 1:
		return digits[:1] + "." + digits[1:] + pick(g.rnd, "E", "e") + strconv.Itoa(magnitude)
	case 2:
		return "." + digits + "E" + plus(magnitude+1)
	default:
		return strings.Repeat("0", g.rnd.IntN(3)) + digits + "E" + plus(exponent)
	}
}

func plus(exponent int) string {
	if exponent < 0 {
		return strconv.Itoa(exponent)
	}
	return "+" + strconv.Itoa(exponent)
}
