package tlv

import (
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func str(s string) types.AttributeValue       { return &types.AttributeValueMemberS{Value: s} }
func num(s string) types.AttributeValue       { return &types.AttributeValueMemberN{Value: s} }
func bin(b ...byte) types.AttributeValue      { return &types.AttributeValueMemberB{Value: blob(b...)} }
func boolean(b bool) types.AttributeValue     { return &types.AttributeValueMemberBOOL{Value: b} }
func null() types.AttributeValue              { return &types.AttributeValueMemberNULL{Value: true} }
func strSet(s ...string) types.AttributeValue { return &types.AttributeValueMemberSS{Value: s} }
func numSet(s ...string) types.AttributeValue { return &types.AttributeValueMemberNS{Value: s} }
func binSet(b ...[]byte) types.AttributeValue { return &types.AttributeValueMemberBS{Value: b} }
func dict(m map[string]types.AttributeValue) types.AttributeValue {
	return &types.AttributeValueMemberM{Value: m}
}

func list(v ...types.AttributeValue) types.AttributeValue {
	if v == nil {
		v = []types.AttributeValue{}
	}
	return &types.AttributeValueMemberL{Value: v}
}

func blob(b ...byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// A golden case: the bytes are written out from docs/wire-format.md §3.
type goldenCase struct {
	name   string
	value  types.AttributeValue
	normal types.AttributeValue // what decoding returns; value if nil
	hex    string
	java   string // in UTF16Order; hex if empty
}

func (c goldenCase) want() types.AttributeValue {
	if c.normal == nil {
		return c.value
	}
	return c.normal
}

func (c goldenCase) bytes(t *testing.T, order Order) []byte {
	t.Helper()
	text := c.hex
	if order == UTF16Order && c.java != "" {
		text = c.java
	}
	data, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	require.NoError(t, err)
	return data
}

var goldenCases = []goldenCase{
	{name: "empty binary", value: bin(), hex: "0062 00000000"},
	{name: "binary", value: bin(0x00, 0xff, 0x80), hex: "0062 00000003 00ff80"},
	{name: "empty string", value: str(""), hex: "0073 00000000"},
	{name: "ASCII string", value: str("abc"), hex: "0073 00000003 616263"},
	{name: "string of two, three and four byte characters", value: str("é€😀"), hex: "0073 00000009 c3a9 e282ac f09f9880"},
	{name: "string with NUL", value: str("\x00"), hex: "0073 00000001 00"},
	{name: "zero", value: num("0"), hex: "006e 00000001 30"},
	{name: "negative zero with scale", value: num("-0.00"), normal: num("0"), hex: "006e 00000001 30"},
	{name: "number with trailing zeros", value: num("1.50"), normal: num("1.5"), hex: "006e 00000003 312e35"},
	{name: "negative number with exponent", value: num("-1E3"), normal: num("-1000"), hex: "006e 00000005 2d31303030"},
	{name: "small number", value: num("1e-3"), normal: num("0.001"), hex: "006e 00000005 302e303031"},
	{name: "true", value: boolean(true), hex: "003f 01"},
	{name: "false", value: boolean(false), hex: "003f 00"},
	{name: "null", value: null(), hex: "0000"},
	{
		name:   "binary set",
		value:  binSet(blob(2), blob(1), blob(1, 2)),
		normal: binSet(blob(1), blob(1, 2), blob(2)),
		hex:    "0042 00000003 00000001 01 00000002 0102 00000001 02",
	},
	{name: "binary set of one empty member", value: binSet(blob()), hex: "0042 00000001 00000000"},
	{
		name:   "binary set with bytes above 7f, which Java takes as negative",
		value:  binSet(blob(0xff), blob(0x7f), blob(), blob(0x80), blob(0x00), blob(0x7f, 0x80)),
		normal: binSet(blob(), blob(0x00), blob(0x7f), blob(0x7f, 0x80), blob(0x80), blob(0xff)),
		hex:    "0042 00000006 00000000 00000001 00 00000001 7f 00000002 7f80 00000001 80 00000001 ff",
		java:   "0042 00000006 00000000 00000001 80 00000001 ff 00000001 00 00000001 7f 00000002 7f80",
	},
	{name: "number set of one", value: numSet("0"), hex: "004e 00000001 00000001 30"},
	{
		name:   "number set, normalized and then sorted as text",
		value:  numSet("9", "1E1", "-1", "0.50", "-2"),
		normal: numSet("-1", "-2", "0.5", "10", "9"),
		hex:    "004e 00000005 00000002 2d31 00000002 2d32 00000003 302e35 00000002 3130 00000001 39",
	},
	{
		name:   "string set",
		value:  strSet("b", "ab", "", "a"),
		normal: strSet("", "a", "ab", "b"),
		hex:    "0053 00000004 00000000 00000001 61 00000002 6162 00000001 62",
	},
	{
		name:   "string set around the surrogates, which Java sorts by UTF-16",
		value:  strSet("\uFFFF", "\U00010000", "z", "\uE000", "\U0010FFFF", "\uD7FF"),
		normal: strSet("z", "\uD7FF", "\uE000", "\uFFFF", "\U00010000", "\U0010FFFF"),
		hex:    "0053 00000006 00000001 7a 00000003 ed9fbf 00000003 ee8080 00000003 efbfbf 00000004 f0908080 00000004 f48fbfbf",
		java:   "0053 00000006 00000001 7a 00000003 ed9fbf 00000004 f0908080 00000004 f48fbfbf 00000003 ee8080 00000003 efbfbf",
	},
	{name: "empty list", value: list(), hex: "004c 00000000"},
	{
		name:  "list in its own order, nested",
		value: list(str("b"), str("a"), null(), list(boolean(true)), bin(7)),
		hex:   "004c 00000005 0073 00000001 62 0073 00000001 61 0000 004c 00000001 003f 01 0062 00000001 07",
	},
	{name: "empty map", value: dict(map[string]types.AttributeValue{}), hex: "004d 00000000"},
	{
		name:  "map with an empty key",
		value: dict(map[string]types.AttributeValue{"": null()}),
		hex:   "004d 00000001 0073 00000000 0000",
	},
	{
		name:   "map, nested",
		value:  dict(map[string]types.AttributeValue{"b": num("1.0"), "a": dict(map[string]types.AttributeValue{"k": str("")})}),
		normal: dict(map[string]types.AttributeValue{"b": num("1"), "a": dict(map[string]types.AttributeValue{"k": str("")})}),
		hex:    "004d 00000002 0073 00000001 61 004d 00000001 0073 00000001 6b 0073 00000000 0073 00000001 62 006e 00000001 31",
	},
	{
		name:  "map with keys around the surrogates",
		value: dict(map[string]types.AttributeValue{"\uE000": boolean(true), "\U00010000": boolean(false), "a": null()}),
		hex:   "004d 00000003 0073 00000001 61 0000 0073 00000003 ee8080 003f 01 0073 00000004 f0908080 003f 00",
		java:  "004d 00000003 0073 00000001 61 0000 0073 00000004 f0908080 003f 00 0073 00000003 ee8080 003f 01",
	},
	{
		name:   "map with keys that differ behind equal characters",
		value:  dict(map[string]types.AttributeValue{"x\uFB01": strSet("\uFB01", "😀"), "x😀": null()}),
		normal: dict(map[string]types.AttributeValue{"x\uFB01": strSet("\uFB01", "😀"), "x😀": null()}),
		hex:    "004d 00000002 0073 00000004 78efac81 0053 00000002 00000003 efac81 00000004 f09f9880 0073 00000005 78f09f9880 0000",
		java:   "004d 00000002 0073 00000005 78f09f9880 0000 0073 00000004 78efac81 0053 00000002 00000004 f09f9880 00000003 efac81",
	},
}

var orders = []struct {
	name  string
	order Order
}{{"UTF-8 order", UTF8Order}, {"UTF-16 order", UTF16Order}}

func TestGoldenEncodings(t *testing.T) {
	for _, c := range goldenCases {
		for _, o := range orders {
			t.Run(c.name+" in "+o.name, func(t *testing.T) {
				want := c.bytes(t, o.order)

				got, err := Append(nil, c.value, o.order)
				require.NoError(t, err)
				assert.Equal(t, hex.EncodeToString(want), hex.EncodeToString(got))

				decoded, err := Decode(want, string(want))
				require.NoError(t, err)
				assert.Equal(t, c.want(), decoded)

				assert.Equal(t, want, referenceEncode(c.want(), o.order), "the reference disagrees with the document")
			})
		}
	}
}

func TestGoldenCasesCoverEveryTag(t *testing.T) {
	seen := map[byte]bool{}
	for _, c := range goldenCases {
		seen[c.bytes(t, UTF8Order)[1]] = true
	}
	for _, tag := range []byte("bBnNsS?LM\x00") {
		assert.True(t, seen[tag], "no golden case has tag %q", tag)
	}
}

func TestAppendKeepsWhatIsThere(t *testing.T) {
	for _, c := range goldenCases {
		got, err := Append([]byte("before"), c.value, UTF8Order)
		require.NoError(t, err, c.name)
		assert.Equal(t, slices.Concat([]byte("before"), c.bytes(t, UTF8Order)), got, c.name)
	}
}

func TestPutBinaryHeaderWritesTheHeaderOfABinary(t *testing.T) {
	for _, size := range []int{0, 1, 255, 256, 70000} {
		value := make([]byte, size)
		want, err := Append(nil, &types.AttributeValueMemberB{Value: value}, UTF8Order)
		require.NoError(t, err)
		header := make([]byte, BinaryHeaderSize)
		PutBinaryHeader(header, size)
		assert.Equal(t, want[:len(want)-size], header)
	}
}

func TestNeedsTextIsFalseOnlyWithoutStrings(t *testing.T) {
	for _, c := range goldenCases {
		data := c.bytes(t, UTF8Order)
		if NeedsText(data) {
			continue
		}
		got, err := Decode(data, "")
		require.NoError(t, err, c.name)
		assert.Equal(t, c.want(), got, c.name)
	}
	for _, data := range []string{"", "\x00", "\x00b", "\x01b\x00", "\x00B\x00\x00\x00\x01", "\xffB\xff"} {
		assert.False(t, NeedsText([]byte(data)), "%q", data)
		_, err := Decode([]byte(data), "")
		assert.Error(t, err, "%q", data)
	}
	for _, data := range []string{"\x00s", "\x00L", "\x00M", "\x00n", "\x00S", "\x00N"} {
		assert.True(t, NeedsText([]byte(data)), "%q", data)
	}
}
