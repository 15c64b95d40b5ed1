package tlv

import (
	stdcmp "cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// edges are the first and last characters of each UTF-8 length and of the
// ranges that the two orders sort differently.
var edges = []rune{
	0, 'A', 'a', 'z', 0x7F, 0x80, 0xE9, 0x7FF, 0x800, 0x20AC, 0xCFFF, 0xD7FF, 0xE000, 0xE001, 0xEFFF, 0xF000, 0xFB01, 0xFFFD, 0xFFFF,
	0x10000, 0x103FF, 0x10400, 0x1F600, 0x3FFFF, 0x40000, 0xFFFFF, 0x100000, 0x10FFFF,
}

func randomText(r *rand.Rand, maxLength int) string {
	runes := make([]rune, r.IntN(maxLength+1))
	for i := range runes {
		switch r.IntN(4) {
		case 0:
			runes[i] = rune('a' + r.IntN(3))
		case 1:
			runes[i] = rune(r.IntN(0xD800))
		default:
			runes[i] = edges[r.IntN(len(edges))]
		}
	}
	return string(runes)
}

func sign(n int) int { return stdcmp.Compare(n, 0) }

func TestCompareStringsAgreesWithTheReference(t *testing.T) {
	check := func(a, b string) {
		for _, o := range orders {
			want := sign(referenceCompareStrings(o.order, a, b))
			require.Equal(t, want, sign(o.order.CompareStrings(a, b)), "%s: %+q and %+q", o.name, a, b)
			require.Equal(t, -want, sign(o.order.CompareStrings(b, a)), "%s: %+q and %+q", o.name, b, a)
		}
	}
	for _, a := range edges {
		for _, b := range edges {
			check(string(a), string(b))
			check("€"+string(a)+"b", "€"+string(b)+"a")
			check(string(a), string(a)+string(b))
		}
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 50_000 {
		a := randomText(r, 4)
		check(a, randomText(r, 4))
		check(a, a+randomText(r, 2))
	}
}

func TestCompareBytesAgreesWithTheReference(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	random := func() []byte {
		b := make([]byte, r.IntN(4))
		for i := range b {
			b[i] = []byte{0, 1, 0x7F, 0x80, 0x81, 0xFF}[r.IntN(6)]
		}
		return b
	}
	for range 50_000 {
		a, b := random(), random()
		for _, o := range orders {
			want := sign(referenceCompareBytes(o.order, a, b))
			require.Equal(t, want, sign(o.order.compareBytes(a, b)), "%s: %x and %x", o.name, a, b)
		}
	}
}

func TestTheOrdersDisagreeOnlyWhereTheDocumentSaysSo(t *testing.T) {
	for _, a := range edges {
		for _, b := range edges {
			utf8, utf16 := UTF8Order.CompareStrings(string(a), string(b)), UTF16Order.CompareStrings(string(a), string(b))
			private := func(x, y rune) bool { return x >= 0xE000 && x <= 0xFFFF && y > 0xFFFF }
			assert.Equal(t, private(a, b) || private(b, a), sign(utf8) != sign(utf16), "%U and %U", a, b)
		}
	}
}

func TestSortingByEitherOrderIsTotal(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, o := range orders {
		texts := make([]string, 500)
		for i := range texts {
			texts[i] = randomText(r, 3)
		}
		slices.SortFunc(texts, o.order.CompareStrings)
		for i := range texts {
			for j := i + 1; j < len(texts); j++ {
				require.LessOrEqual(t, o.order.CompareStrings(texts[i], texts[j]), 0, o.name)
			}
		}
	}
}

func TestOrderMattersWhereTheSerializationsDiffer(t *testing.T) {
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	for _, v := range []types.AttributeValue{
		&types.AttributeValueMemberSS{Value: []string{"\uFF5E", "\U0001F600"}},
		&types.AttributeValueMemberBS{Value: [][]byte{{0x7F}, {0x80}}},
		&types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"\uE000": text("a"), "\U00010000": text("b")}},
		&types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberBS{Value: [][]byte{{1}, {0xFF}}}}},
	} {
		python, err := Append(nil, v, UTF8Order)
		require.NoError(t, err)
		java, err := Append(nil, v, UTF16Order)
		require.NoError(t, err)
		require.NotEqual(t, python, java)
		require.True(t, OrderMatters(v))
	}
	for _, v := range []types.AttributeValue{
		text("\U0001F600"),
		&types.AttributeValueMemberSS{Value: []string{"a", "é", "漢"}},
		&types.AttributeValueMemberBS{Value: [][]byte{{1}, {0x7F}}},
		&types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"a": text("\uFF5E"), "b": text("c")}},
	} {
		require.False(t, OrderMatters(v))
	}
	require.True(t, OrderMatters((*types.AttributeValueMemberM)(nil)))
}
