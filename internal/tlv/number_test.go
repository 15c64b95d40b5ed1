package tlv

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	nines38 = strings.Repeat("9", 38)
	zeros87 = strings.Repeat("0", 87) // 38 + 87 = 125 digits + 1: 9.99…E+125 in plain notation has 126
)

var numberForms = []struct{ text, normal string }{
	{"0", "0"}, {"-0", "0"}, {"+0", "0"}, {"00", "0"}, {"0.", "0"}, {".0", "0"}, {"-0.000", "0"}, {"0E5", "0"},
	{"0E999999999", "0"}, {"-0.0e-999999999", "0"}, {"0e99999999999999999999999999", "0"}, {"000.000E+7", "0"},
	{"0." + strings.Repeat("0", 500), "0"},
	{"1", "1"}, {"+1", "1"}, {"-1", "-1"}, {"01", "1"}, {"-0001", "-1"}, {"1.", "1"}, {"1.0", "1"}, {"1.e2", "100"},
	{".5", "0.5"}, {"+.5", "0.5"}, {"-.50", "-0.5"}, {".5E1", "5"}, {"0.5", "0.5"}, {"00.50", "0.5"},
	{"10", "10"}, {"100", "100"}, {"1E2", "100"}, {"1e+2", "100"}, {"1E-2", "0.01"}, {"1E0", "1"}, {"1E-0", "1"}, {"1E0002", "100"},
	{"123.456", "123.456"}, {"123.456e1", "1234.56"}, {"123.456e3", "123456"}, {"123.456e5", "12345600"},
	{"123.456e-2", "1.23456"}, {"123.456e-3", "0.123456"}, {"123.456e-5", "0.00123456"},
	{"120.00", "120"}, {"0.00120", "0.0012"}, {"1000000.0000001", "1000000.0000001"}, {"10.01E1", "100.1"},
	{nines38, nines38}, {"-" + nines38, "-" + nines38}, {nines38 + "0", nines38 + "0"}, {"0." + nines38, "0." + nines38},
	{nines38 + "." + strings.Repeat("0", 100), nines38},
	{strings.Repeat("0", 100) + nines38, nines38},
	{"1234567890123456789.0123456789012345678", "1234567890123456789.0123456789012345678"},
	{"1E125", "1" + strings.Repeat("0", 125)}, {"-1E125", "-1" + strings.Repeat("0", 125)},
	{"9." + nines38[1:] + "E125", nines38 + zeros87 + "0"},
	{nines38 + "E+88", nines38 + zeros87 + "0"},
	{"0.0001E129", "1" + strings.Repeat("0", 125)},
	{"1" + strings.Repeat("0", 125), "1" + strings.Repeat("0", 125)},
	{"1E-130", "0." + strings.Repeat("0", 129) + "1"}, {"-1E-130", "-0." + strings.Repeat("0", 129) + "1"},
	{"1000E-133", "0." + strings.Repeat("0", 129) + "1"},
	{"9." + nines38[1:] + "E-130", "0." + strings.Repeat("0", 129) + nines38},
	{"-9." + nines38[1:] + "E-130", "-0." + strings.Repeat("0", 129) + nines38},
	{"1" + strings.Repeat("0", 1000) + "E-1000", "1"}, {"0." + strings.Repeat("0", 999) + "1E1000", "1"},
}

var numberRefusals = []struct {
	name string
	text string
	want error
}{
	{"empty text", "", errNumberSyntax},
	{"a sign only", "-", errNumberSyntax},
	{"a point only", ".", errNumberSyntax},
	{"sign and point", "+.", errNumberSyntax},
	{"two signs", "--1", errNumberSyntax},
	{"two points", "1.2.3", errNumberSyntax},
	{"adjacent points", "1..2", errNumberSyntax},
	{"no exponent digits", "1e", errNumberSyntax},
	{"no exponent digits after its sign", "1E+", errNumberSyntax},
	{"two exponents", "1e2e3", errNumberSyntax},
	{"fractional exponent", "1e2.0", errNumberSyntax},
	{"two exponent signs", "1e+-2", errNumberSyntax},
	{"exponent without mantissa", "e5", errNumberSyntax},
	{"point and exponent", ".e5", errNumberSyntax},
	{"NaN", "NaN", errNumberSyntax},
	{"signalling NaN", "sNaN", errNumberSyntax},
	{"Infinity", "Infinity", errNumberSyntax},
	{"negative inf", "-inf", errNumberSyntax},
	{"leading space", " 1", errNumberSyntax},
	{"trailing space", "1 ", errNumberSyntax},
	{"inner space", "1 0", errNumberSyntax},
	{"trailing newline", "1\n", errNumberSyntax},
	{"trailing NUL", "1\x00", errNumberSyntax},
	{"underscore", "1_0", errNumberSyntax},
	{"comma", "1,0", errNumberSyntax},
	{"hexadecimal", "0x1", errNumberSyntax},
	{"hexadecimal float", "0x1p-2", errNumberSyntax},
	{"Arabic digits", "\u0661\u0662", errNumberSyntax},
	{"fullwidth digits", "\uFF11\uFF12", errNumberSyntax},
	{"fullwidth digit behind an ASCII one", "1\uFF12", errNumberSyntax},
	{"Arabic exponent", "1e\u0662", errNumberSyntax},
	{"Unicode minus", "\u22121", errNumberSyntax},
	{"invalid UTF-8", "1\xff", errNumberSyntax},
	{"suffix", "1f", errNumberSyntax},
	{"syntax fault after a zero", "0x", errNumberSyntax},
	{"39 digits", nines38 + "9", errNumberDigits},
	{"39 digits around a point", nines38 + ".9", errNumberDigits},
	{"39 digits with zeros between", "1" + strings.Repeat("0", 37) + "1", errNumberDigits},
	{"39 digits behind a point", "0." + nines38 + "1", errNumberDigits},
	{"1E126", "1E126", errNumberRange},
	{"-1E126", "-1E126", errNumberRange},
	{"0.1E127", "0.1E127", errNumberRange},
	{"127 plain digits", "1" + strings.Repeat("0", 126), errNumberRange},
	{"1E-131", "1E-131", errNumberRange},
	{"-9.9E-131", "-9.9E-131", errNumberRange},
	{"plain 1E-131", "0." + strings.Repeat("0", 130) + "1", errNumberRange},
	{"positive bomb", "1E999999999", errNumberRange},
	{"negative bomb", "1E-999999999", errNumberRange},
	{"negative number's bomb", "-1E999999999", errNumberRange},
	{"exponent beyond 64 bits", "1E99999999999999999999", errNumberRange},
	{"exponent that is 0 in 32 bits", "1E4294967296", errNumberRange},
	{"exponent that is 0 in 64 bits", "1E18446744073709551616", errNumberRange},
	{"negative exponent beyond 64 bits", "1E-18446744073709551617", errNumberRange},
}

func TestNormalizeNumberReturnsTheNormalForm(t *testing.T) {
	for _, c := range numberForms {
		t.Run(shorten(c.text), func(t *testing.T) {
			got, err := NormalizeNumber(c.text)
			require.NoError(t, err)
			assert.Equal(t, c.normal, got)

			again, err := NormalizeNumber(got)
			require.NoError(t, err)
			assert.Equal(t, got, again, "the normal form is not stable")

			appended, err := AppendNumber([]byte("x"), c.text)
			require.NoError(t, err)
			assert.Equal(t, "x"+c.normal, string(appended))

			reference, err := referenceNumber(c.text)
			require.NoError(t, err)
			assert.Equal(t, c.normal, reference, "the reference disagrees with the table")
		})
	}
}

func TestNumbersThatAreRefused(t *testing.T) {
	for _, c := range numberRefusals {
		t.Run(c.name, func(t *testing.T) {
			got, err := NormalizeNumber(c.text)
			require.ErrorIs(t, err, c.want)
			assert.Empty(t, got)

			dst, err := AppendNumber([]byte("x"), c.text)
			require.ErrorIs(t, err, c.want)
			assert.Equal(t, "x", string(dst))

			_, err = referenceNumber(c.text)
			require.Error(t, err, "the reference accepts it")
		})
	}
}

func TestLongNumberTexts(t *testing.T) {
	const size = 400 << 10
	zeros := strings.Repeat("0", size)
	for _, c := range []struct {
		name, text, normal string
		err                error
	}{
		{name: "zeros", text: zeros, normal: "0"},
		{name: "zeros before the digits", text: zeros + "12.5", normal: "12.5"},
		{name: "zeros behind the point", text: "7." + zeros, normal: "7"},
		{name: "zeros that an exponent takes back", text: "1" + zeros + fmt.Sprintf("E-%d", size), normal: "1"},
		{name: "small fraction that an exponent takes back", text: "." + zeros + fmt.Sprintf("1E%d", size+1), normal: "1"},
		{name: "zeros in the exponent", text: "1E" + zeros + "1", normal: "10"},
		{name: "nines", text: strings.Repeat("9", size), err: errNumberDigits},
		{name: "nines behind the point", text: "." + strings.Repeat("9", size), err: errNumberDigits},
		{name: "one and zeros", text: "1" + zeros, err: errNumberRange},
		{name: "nines in the exponent", text: "1E" + strings.Repeat("9", size), err: errNumberRange},
		{name: "nines in the negative exponent", text: "1E-" + strings.Repeat("9", size), err: errNumberRange},
		{name: "points", text: strings.Repeat(".", size), err: errNumberSyntax},
		{name: "letter at the end", text: zeros + "x", err: errNumberSyntax},
		{name: "letter at the end of the exponent", text: "1E" + zeros + "x", err: errNumberSyntax},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got string
			var err error
			allocated := allocation(func() { got, err = NormalizeNumber(c.text) })
			require.ErrorIs(t, err, c.err)
			assert.Equal(t, c.normal, got)
			assert.LessOrEqual(t, allocated, 1<<10)
		})
	}
}

func TestNormalFormIsReturnedWithoutAllocation(t *testing.T) {
	text := "-123.456"
	assert.Zero(t, testing.AllocsPerRun(100, func() { _, _ = NormalizeNumber(text) }))
}

// randomNumberText has all forms and is within the limits mostly, not always.
func randomNumberText(r *rand.Rand) string {
	var b strings.Builder
	b.WriteString([]string{"", "", "-", "+"}[r.IntN(4)])
	b.WriteString(strings.Repeat("0", r.IntN(3)*r.IntN(4)))
	digits := 1 + r.IntN(39)
	point := r.IntN(digits + 3)
	for i := range digits {
		if i == point {
			b.WriteByte('.')
		}
		b.WriteByte("0000123456789"[r.IntN(13)])
	}
	b.WriteString(strings.Repeat("0", r.IntN(3)*r.IntN(4)))
	if r.IntN(2) == 0 {
		_, _ = fmt.Fprintf(&b, "%s%d", []string{"e", "E", "e+", "E-", "e-"}[r.IntN(5)], r.IntN(140))
	}
	return b.String()
}

func TestNumbersKeepTheirValueAndAgreeWithTheReference(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	accepted := 0
	for range 50_000 {
		text := randomNumberText(r)
		got, err := NormalizeNumber(text)
		want, wantErr := referenceNumber(text)
		require.Equal(t, wantErr == nil, err == nil, "%s: %v", text, err)
		require.Equal(t, want, got, text)
		if err != nil {
			continue
		}
		accepted++
		before, ok := new(big.Rat).SetString(text)
		require.True(t, ok, text)
		after, ok := new(big.Rat).SetString(got)
		require.True(t, ok, got)
		require.Zero(t, before.Cmp(after), "%s became %s", text, got)
		n, err := parseNumber(text)
		require.NoError(t, err)
		require.Equal(t, len(got), n.size(), text)
		require.LessOrEqual(t, len(got), maxNumberText, text)
	}
	assert.Greater(t, accepted, 25_000, "too few of the random texts are numbers")
}

func shorten(s string) string {
	if len(s) <= 40 {
		return s
	}
	return fmt.Sprintf("%s… of %d", s[:30], len(s))
}
