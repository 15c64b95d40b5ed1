package tlv

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A foreign type can only be a member of the union by embedding it.
type foreign struct{ types.AttributeValue }

const badText = "a\xff"

// nested returns a value inside depth lists or, with maps, lists and maps in turn.
func nested(inner types.AttributeValue, depth int, maps bool) types.AttributeValue {
	for i := range depth {
		if maps && i%2 == 0 {
			inner = dict(map[string]types.AttributeValue{"k": inner})
		} else {
			inner = list(inner)
		}
	}
	return inner
}

var encodeRefusals = []struct {
	name  string
	value types.AttributeValue
	want  error
}{
	{"nil", nil, errNil},
	{"nil B", (*types.AttributeValueMemberB)(nil), errNil},
	{"nil S", (*types.AttributeValueMemberS)(nil), errNil},
	{"nil N", (*types.AttributeValueMemberN)(nil), errNil},
	{"nil BOOL", (*types.AttributeValueMemberBOOL)(nil), errNil},
	{"nil NULL", (*types.AttributeValueMemberNULL)(nil), errNil},
	{"nil BS", (*types.AttributeValueMemberBS)(nil), errNil},
	{"nil NS", (*types.AttributeValueMemberNS)(nil), errNil},
	{"nil SS", (*types.AttributeValueMemberSS)(nil), errNil},
	{"nil L", (*types.AttributeValueMemberL)(nil), errNil},
	{"nil M", (*types.AttributeValueMemberM)(nil), errNil},
	{"unknown union member", &types.UnknownUnionMember{Tag: "X"}, errNil},
	{"nil unknown union member", (*types.UnknownUnionMember)(nil), errNil},
	{"foreign type", foreign{}, errNil},
	{"foreign type around a string", foreign{str("a")}, errNil},
	{"nil in a list", list(str("a"), nil), errNil},
	{"typed nil in a map", dict(map[string]types.AttributeValue{"a": (*types.AttributeValueMemberS)(nil)}), errNil},
	{"NULL that is false", &types.AttributeValueMemberNULL{}, errNull},
	{"empty string set", strSet(), errEmptySet},
	{"empty number set", numSet(), errEmptySet},
	{"empty binary set", binSet(), errEmptySet},
	{"nil string set", &types.AttributeValueMemberSS{}, errEmptySet},
	{"string twice", strSet("a", "b", "a"), errDuplicate},
	{"string twice in order", strSet("a", "a"), errDuplicate},
	{"empty string twice", strSet("", "b", ""), errDuplicate},
	{"binary twice", binSet(blob(1), blob(2), blob(1)), errDuplicate},
	{"empty and nil binary", binSet(blob(), nil), errDuplicate},
	{"number twice", numSet("2", "1", "2"), errDuplicate},
	{"number in two forms", numSet("1", "1.0"), errDuplicate},
	{"number in two forms, apart", numSet("1.0", "2", "10e-1"), errDuplicate},
	{"zero and negative zero", numSet("0", "-0.0"), errDuplicate},
	{"invalid string", str(badText), errUTF8},
	{"surrogate in a string", str("\xed\xa0\x80"), errUTF8},
	{"overlong NUL in a string", str("\xc0\x80"), errUTF8},
	{"character above U+10FFFF", str("\xf4\x90\x80\x80"), errUTF8},
	{"string cut in a character", str("\xf0\x9f\x98"), errUTF8},
	{"fault behind the first chunk of a string", str(strings.Repeat("x", 3*hashChunk) + "\xff"), errUTF8},
	{"invalid string in a set", strSet("a", badText), errUTF8},
	{"invalid map key", dict(map[string]types.AttributeValue{badText: null()}), errUTF8},
	{"invalid string in a list", list(str(badText)), errUTF8},
	{"invalid string in a map", dict(map[string]types.AttributeValue{"a": str(badText)}), errUTF8},
	{"invalid number", num("1_0"), errNumberSyntax},
	{"number out of range", num("1E126"), errNumberRange},
	{"number of 39 digits", num(nines38 + "9"), errNumberDigits},
	{"invalid number in a set", numSet("1", "x"), errNumberSyntax},
	{"number out of range in a set", numSet("1E-131", "1"), errNumberRange},
	{"41 lists", nested(null(), 41, false), errDepth},
	{"41 lists and maps", nested(null(), 41, true), errDepth},
	{"empty list inside 40", nested(list(), 40, false), errDepth},
	{"empty map inside 40", nested(dict(map[string]types.AttributeValue{}), 40, false), errDepth},
	{"100,000 lists", nested(null(), 100_000, false), errDepth},
	{"100,000 lists and maps", nested(null(), 100_000, true), errDepth},
}

func TestEncodingRefuses(t *testing.T) {
	// Size leaves these to the encoder (its doc: "most").
	encoderOnly := []error{errNull, errEmptySet, errDuplicate, errUTF8}
	hasher := NewHasher()
	for _, c := range encodeRefusals {
		t.Run(c.name, func(t *testing.T) {
			for _, o := range orders {
				_, err := Append(nil, c.value, o.order)
				require.ErrorIs(t, err, c.want)
				assert.NotContains(t, err.Error(), badText)
				sum, err := hasher.Sum(nil, c.value, o.order)
				require.ErrorIs(t, err, c.want)
				assert.Nil(t, sum)
			}
			if _, err := Size(c.value); err == nil {
				assert.Contains(t, encoderOnly, c.want, "Size accepts it")
			} else {
				require.ErrorIs(t, err, c.want)
			}
		})
	}
}

func TestFortyLevelsAreAccepted(t *testing.T) {
	for _, maps := range []bool{false, true} {
		v := nested(num("1"), MaxDepth, maps)
		data, err := Append(nil, v, UTF8Order)
		require.NoError(t, err)
		size, err := Size(v)
		require.NoError(t, err)
		assert.Len(t, data, size)
		got, err := Decode(data, string(data))
		require.NoError(t, err)
		assert.Equal(t, v, got)
	}
}

var decodeRefusals = []struct {
	name string
	hex  string
	want error
}{
	{"nothing", "", errTruncated},
	{"half a tag", "00", errTruncated},
	{"unknown tag", "0078 00000000", errTag},
	{"tag 1", "0001", errTag},
	{"upper case tag of a bool", "003e 01", errTag},
	{"first byte of the tag not zero", "0173 00000000", errTag},
	{"first byte of NULL's tag not zero", "0100", errTag},
	{"first byte of a member's tag not zero", "004c 00000001 ff00", errTag},
	{"unknown tag in a list", "004c 00000001 0061", errTag},
	{"unknown tag in a map", "004d 00000001 0073 00000001 61 0061", errTag},
	{"BOOL 2", "003f 02", errBool},
	{"BOOL ff", "003f ff", errBool},
	{"BOOL 2 in a list", "004c 00000001 003f 02", errBool},
	{"string twice", "0053 00000002 00000001 61 00000001 61", errDuplicate},
	{"string twice, apart", "0053 00000003 00000001 61 00000001 62 00000001 61", errDuplicate},
	{"empty string twice", "0053 00000002 00000000 00000000", errDuplicate},
	{"binary twice", "0042 00000002 00000001 ff 00000001 ff", errDuplicate},
	{"binary twice, apart", "0042 00000003 00000001 ff 00000001 01 00000001 ff", errDuplicate},
	{"number twice", "004e 00000002 00000001 31 00000001 31", errDuplicate},
	{"number in two forms", "004e 00000002 00000001 31 00000003 312e30", errDuplicate},
	{"number in two forms, apart", "004e 00000003 00000003 312e30 00000001 32 00000001 31", errDuplicate},
	{"zero and negative zero", "004e 00000002 00000001 30 00000002 2d30", errDuplicate},
	{"duplicate in a set in a list", "004c 00000002 0000 0053 00000002 00000001 61 00000001 61", errDuplicate},
	{"map key twice", "004d 00000002 0073 00000001 61 0000 0073 00000001 61 0000", errMapTwice},
	{"map key twice, apart", "004d 00000003 0073 00000001 61 0000 0073 00000001 62 0000 0073 00000001 61 0000", errMapTwice},
	{"empty map key twice", "004d 00000002 0073 00000000 0000 0073 00000000 0000", errMapTwice},
	{"map key twice in an inner map", "004d 00000001 0073 00000000 004d 00000002 0073 00000001 61 0000 0073 00000001 61 0000", errMapTwice},
	{"binary map key", "004d 00000001 0062 00000001 61 0000", errMapKey},
	{"number map key", "004d 00000001 006e 00000001 31 0000", errMapKey},
	{"NULL map key", "004d 00000001 0000 0000 00000000", errMapKey},
	{"invalid string", "0073 00000001 ff", errUTF8},
	{"surrogate", "0073 00000003 eda080", errUTF8},
	{"overlong NUL", "0073 00000002 c080", errUTF8},
	{"string cut in a character", "0073 00000002 e282", errUTF8},
	{"invalid string in a set", "0053 00000002 00000001 61 00000001 ff", errUTF8},
	{"invalid map key", "004d 00000001 0073 00000001 ff 0000", errUTF8},
	{"invalid string in a list", "004c 00000001 0073 00000001 ff", errUTF8},
	{"empty number", "006e 00000000", errNumberSyntax},
	{"NaN", "006e 00000003 4e614e", errNumberSyntax},
	{"invalid UTF-8 in a number", "006e 00000002 31ff", errNumberSyntax},
	{"number bomb", "006e 0000000b 3145393939393939393939", errNumberRange},
	{"empty number in a set", "004e 00000001 00000000", errNumberSyntax},
	{"number bomb in a set", "004e 00000001 0000000b 3145393939393939393939", errNumberRange},
	{"byte behind a NULL", "0000 00", errTrailing},
	{"second value", "0000 0000", errTrailing},
	{"byte behind a string", "0073 00000001 61 62", errTrailing},
	{"member behind an empty set", "0053 00000000 00000001 62", errTrailing},
	{"half a count of a set", "0053 0000", errTruncated},
	{"member behind a set", "0053 00000001 00000001 61 00000001 62", errTrailing},
	{"entry behind a map", "004d 00000000 0073 00000000 0000", errTrailing},
}

func decodeHex(t testing.TB, text string) []byte {
	t.Helper()
	data, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	require.NoError(t, err)
	return data
}

func TestDecodingRefuses(t *testing.T) {
	for _, c := range decodeRefusals {
		t.Run(c.name, func(t *testing.T) {
			data := decodeHex(t, c.hex)
			got, err := Decode(data, string(data))
			require.ErrorIs(t, err, c.want)
			assert.Nil(t, got)
			_, err = referenceDecode(data)
			require.Error(t, err, "the reference accepts it")
		})
	}
}

func TestNumbersThatAreRefusedAreRefusedInSerializations(t *testing.T) {
	for _, c := range numberRefusals {
		data := []byte{0, 'n', 0, 0, 0, byte(len(c.text))}
		data = append(data, c.text...)
		_, err := Decode(data, string(data))
		require.ErrorIs(t, err, c.want, c.name)
		_, err = Append(nil, num(c.text), UTF8Order)
		require.ErrorIs(t, err, c.want, c.name)
		_, err = Size(num(c.text))
		require.ErrorIs(t, err, c.want, c.name)
		_, err = Size(numSet(c.text))
		require.ErrorIs(t, err, c.want, c.name)
	}
}

func TestNumbersInOtherFormsAreNormalizedOnDecode(t *testing.T) {
	for _, c := range numberForms {
		data := []byte{0, 'n', 0, 0, byte(len(c.text) >> 8), byte(len(c.text))}
		data = append(data, c.text...)
		got, err := Decode(data, string(data))
		if len(c.text) > maxNumberText {
			require.ErrorIs(t, err, errNumberSyntax, shorten(c.text))
			continue
		}
		require.NoError(t, err, c.text)
		require.Equal(t, num(c.normal), got, c.text)
	}
}

func TestEveryTruncationIsRefused(t *testing.T) {
	for _, c := range goldenCases {
		for _, o := range orders {
			data := c.bytes(t, o.order)
			for n := range data {
				got, err := Decode(data[:n:n], string(data[:n]))
				require.ErrorIs(t, err, errTruncated, "%s cut to %d bytes", c.name, n)
				require.Nil(t, got)
			}
		}
	}
}

func TestEveryExtensionIsRefused(t *testing.T) {
	for _, c := range goldenCases {
		for _, more := range []string{"\x00", "\x01", "\xff", "\x00\x00", "\x00\x00\x00\x00"} {
			data := append(c.bytes(t, UTF8Order), more...)
			_, err := Decode(data, string(data))
			require.ErrorIs(t, err, errTrailing, "%s and %q", c.name, more)
		}
	}
}

func TestEveryFlippedBitOfAGoldenEncodingAgreesWithTheReference(t *testing.T) {
	for _, c := range goldenCases {
		for _, o := range orders {
			data := c.bytes(t, o.order)
			for bit := range 8 * len(data) {
				data[bit/8] ^= 1 << (bit % 8)
				checkDecode(t, data)
				data[bit/8] ^= 1 << (bit % 8)
			}
		}
	}
}

// serializedNesting is NULL inside depth lists or maps.
func serializedNesting(depth int, maps bool) []byte {
	level := "\x00L\x00\x00\x00\x01"
	if maps {
		level = "\x00M\x00\x00\x00\x01\x00s\x00\x00\x00\x01k"
	}
	return []byte(strings.Repeat(level, depth) + "\x00\x00")
}

func TestNestingIsBoundedOnDecode(t *testing.T) {
	for _, maps := range []bool{false, true} {
		data := serializedNesting(MaxDepth, maps)
		_, err := Decode(data, string(data))
		require.NoError(t, err)
		for _, depth := range []int{MaxDepth + 1, 1_000, 100_000} {
			data := serializedNesting(depth, maps)
			var err error
			text := string(data)
			allocated := allocation(func() { _, err = Decode(data, text) })
			require.ErrorIs(t, err, errDepth)
			assert.LessOrEqual(t, allocated, 1<<10)
		}
	}
	for _, inner := range []string{"\x00L\x00\x00\x00\x00", "\x00M\x00\x00\x00\x00"} {
		data := strings.Repeat("\x00L\x00\x00\x00\x01", MaxDepth) + inner
		_, err := Decode([]byte(data), data)
		require.ErrorIs(t, err, errDepth)
	}
}
