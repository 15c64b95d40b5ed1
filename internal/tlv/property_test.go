package tlv

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// generator makes random values that DynamoDB would accept.
type generator struct{ *rand.Rand }

func newGenerator(seed uint64) generator { return generator{rand.New(rand.NewPCG(seed, 99))} }

func (g generator) blob() []byte {
	b := make([]byte, g.IntN(6))
	for i := range b {
		b[i] = byte(g.Uint32())
	}
	return b
}

func (g generator) number() string {
	for {
		text := randomNumberText(g.Rand)
		if _, err := referenceNumber(text); err == nil {
			return text
		}
	}
}

// set returns one to six members that differ under identity.
func set[M any](g generator, member func() M, identity func(M) string) []M {
	var members []M
	seen := map[string]bool{}
	for range 1 + g.IntN(6) {
		if m := member(); !seen[identity(m)] {
			seen[identity(m)] = true
			members = append(members, m)
		}
	}
	return members
}

func (g generator) value(depth int) types.AttributeValue {
	kinds := 10
	if depth == 0 {
		kinds = 8
	}
	switch g.IntN(kinds) {
	case 0:
		return null()
	case 1:
		return boolean(g.IntN(2) == 0)
	case 2:
		return str(randomText(g.Rand, 8))
	case 3:
		return num(g.number())
	case 4:
		return bin(g.blob()...)
	case 5:
		return strSet(set(g, func() string { return randomText(g.Rand, 3) }, strings.Clone)...)
	case 6:
		return numSet(set(g, g.number, normalNumber)...)
	case 7:
		return binSet(set(g, g.blob, func(b []byte) string { return string(b) })...)
	case 8:
		values := []types.AttributeValue{}
		for range g.IntN(5) {
			values = append(values, g.value(depth-1))
		}
		return list(values...)
	default:
		values := map[string]types.AttributeValue{}
		for range g.IntN(6) {
			values[randomText(g.Rand, 3)] = g.value(depth - 1)
		}
		return dict(values)
	}
}

func normalNumber(text string) string {
	n, err := referenceNumber(text)
	if err != nil {
		return err.Error()
	}
	return n
}

// normalForm is what decoding returns for an encoded value. It shares nothing
// with v that could be changed.
func normalForm(v types.AttributeValue) types.AttributeValue {
	switch v := v.(type) {
	case *types.AttributeValueMemberN:
		return num(normalNumber(v.Value))
	case *types.AttributeValueMemberB:
		return bin(bytes.Clone(v.Value)...)
	case *types.AttributeValueMemberSS:
		return strSet(slices.Sorted(slices.Values(v.Value))...)
	case *types.AttributeValueMemberBS:
		var members [][]byte
		for _, m := range v.Value {
			members = append(members, append([]byte{}, m...))
		}
		return binSet(slices.SortedFunc(slices.Values(members), bytes.Compare)...)
	case *types.AttributeValueMemberNS:
		var members []string
		for _, m := range v.Value {
			members = append(members, normalNumber(m))
		}
		slices.Sort(members)
		return numSet(members...)
	case *types.AttributeValueMemberL:
		values := []types.AttributeValue{}
		for _, e := range v.Value {
			values = append(values, normalForm(e))
		}
		return list(values...)
	case *types.AttributeValueMemberM:
		values := map[string]types.AttributeValue{}
		for k, e := range v.Value {
			values[k] = normalForm(e)
		}
		return dict(values)
	default:
		return v
	}
}

// deepCopy copies all that a faulty encoder could change.
func deepCopy(v types.AttributeValue) types.AttributeValue {
	switch v := v.(type) {
	case *types.AttributeValueMemberN:
		return num(v.Value)
	case *types.AttributeValueMemberB:
		return bin(bytes.Clone(v.Value)...)
	case *types.AttributeValueMemberSS:
		return strSet(slices.Clone(v.Value)...)
	case *types.AttributeValueMemberNS:
		return numSet(slices.Clone(v.Value)...)
	case *types.AttributeValueMemberBS:
		var members [][]byte
		for _, m := range v.Value {
			members = append(members, append([]byte{}, m...))
		}
		return binSet(members...)
	case *types.AttributeValueMemberL:
		values := []types.AttributeValue{}
		for _, e := range v.Value {
			values = append(values, deepCopy(e))
		}
		return list(values...)
	case *types.AttributeValueMemberM:
		values := map[string]types.AttributeValue{}
		for k, e := range v.Value {
			values[k] = deepCopy(e)
		}
		return dict(values)
	default:
		return v
	}
}

func TestRandomValues(t *testing.T) {
	hasher := NewHasher()
	g := newGenerator(1)
	for i := range 5_000 {
		v := g.value(4)
		before := deepCopy(v)
		want := normalForm(v)
		for _, o := range orders {
			name := fmt.Sprintf("value %d in %s", i, o.name)

			data, err := Append(nil, v, o.order)
			require.NoError(t, err, name)
			require.Equal(t, referenceEncode(want, o.order), data, name)

			size, err := Size(v)
			require.NoError(t, err, name)
			require.Equal(t, len(data), size, name)

			sum, err := hasher.Sum(nil, v, o.order)
			require.NoError(t, err, name)
			require.Equal(t, sha256.Sum256(data), [32]byte(sum), name)
			require.Equal(t, before, v, "%s: encoding changed its input", name)

			stored := bytes.Clone(data)
			decoded, err := Decode(data, string(data))
			require.NoError(t, err, name)
			require.Equal(t, want, decoded, name)
			require.Equal(t, stored, data, "%s: decoding changed its input", name)

			again, err := Append(nil, decoded, o.order)
			require.NoError(t, err, name)
			require.Equal(t, data, again, "%s: encode of decode is not stable", name)
		}
	}
}

func TestAnyOrderOfTheSameMembersGivesTheSameBytes(t *testing.T) {
	g := newGenerator(2)
	for range 1_000 {
		v := strSet(set(g, func() string { return randomText(g.Rand, 3) }, strings.Clone)...).(*types.AttributeValueMemberSS)
		n := numSet(set(g, g.number, normalNumber)...).(*types.AttributeValueMemberNS)
		for _, o := range orders {
			wantStrings, err := Append(nil, v, o.order)
			require.NoError(t, err)
			wantNumbers, err := Append(nil, n, o.order)
			require.NoError(t, err)
			g.Shuffle(len(v.Value), func(i, j int) { v.Value[i], v.Value[j] = v.Value[j], v.Value[i] })
			g.Shuffle(len(n.Value), func(i, j int) { n.Value[i], n.Value[j] = n.Value[j], n.Value[i] })
			gotStrings, err := Append(nil, v, o.order)
			require.NoError(t, err)
			gotNumbers, err := Append(nil, n, o.order)
			require.NoError(t, err)
			require.Equal(t, wantStrings, gotStrings)
			require.Equal(t, wantNumbers, gotNumbers)
		}
	}
}

func TestDecodedSlicesDoNotReachIntoTheirNeighbours(t *testing.T) {
	v := list(bin(1, 2), bin(3, 4), binSet(blob(5), blob(6), blob(7)), str("end"))
	data, err := Append(nil, v, UTF8Order)
	require.NoError(t, err)
	stored := bytes.Clone(data)
	decoded, err := Decode(data, string(data))
	require.NoError(t, err)

	values := decoded.(*types.AttributeValueMemberL).Value
	for _, e := range values[:2] {
		_ = append(e.(*types.AttributeValueMemberB).Value, 0xEE, 0xEE)
	}
	for _, m := range values[2].(*types.AttributeValueMemberBS).Value {
		_ = append(m, 0xEE, 0xEE)
	}
	assert.Equal(t, stored, data)
	assert.Equal(t, v, decoded)

	_ = append(values[2].(*types.AttributeValueMemberBS).Value, nil)
	_ = append(values, nil)
	assert.Equal(t, v, decoded)
}

// chunkSizes surround the sizes at which a Hasher passes bytes on.
func chunkSizes() []int {
	sizes := []int{0, 1, 5, 6, 7, 400 << 10}
	for _, middle := range []int{hashChunk, 2 * hashChunk, 3 * hashChunk} {
		for size := middle - 20; size <= middle+10; size++ {
			sizes = append(sizes, size)
		}
	}
	return sizes
}

func TestHasherSumIsTheHashOfTheSerialization(t *testing.T) {
	hasher := NewHasher()
	check := func(t *testing.T, v types.AttributeValue) {
		t.Helper()
		for _, o := range orders {
			data, err := Append(nil, v, o.order)
			require.NoError(t, err)
			got, err := hasher.Sum([]byte("before"), v, o.order)
			require.NoError(t, err)
			want := sha256.Sum256(data)
			require.Equal(t, slices.Concat([]byte("before"), want[:]), got)
		}
	}
	text := func(size int) string { return strings.Repeat("x", size) }
	shapes := []struct {
		name  string
		build func(size int) types.AttributeValue
	}{
		{"a string", func(n int) types.AttributeValue { return str(text(n)) }},
		{"a string of two byte characters", func(n int) types.AttributeValue { return str(strings.Repeat("é", n/2) + text(n%2)) }},
		{"a binary", func(n int) types.AttributeValue { return bin(make([]byte, n)...) }},
		{"a string and a binary", func(n int) types.AttributeValue { return list(str(text(n)), bin(1, 2, 3), str(text(n))) }},
		{"a binary, a number and a bool", func(n int) types.AttributeValue {
			return list(bin(make([]byte, n)...), num("1E-130"), boolean(true), bin(make([]byte, n)...), null())
		}},
		{"a string set", func(n int) types.AttributeValue { return strSet(text(n), "a"+text(n), "b", text(n+1)) }},
		{"a binary set", func(n int) types.AttributeValue {
			return binSet(make([]byte, n), append(make([]byte, n), 1), []byte{9}, append([]byte{0xFF}, make([]byte, n)...))
		}},
		{"a map", func(n int) types.AttributeValue {
			return dict(map[string]types.AttributeValue{text(n): str(text(n)), "b": num("-1E125"), "a": bin(make([]byte, n)...)})
		}},
		{"nested lists", func(n int) types.AttributeValue {
			return list(str(text(n)), list(list(list(list()), num("5"))), str("t"))
		}},
		{"bools and nulls", func(n int) types.AttributeValue {
			values := []types.AttributeValue{}
			for range min(n, 3000) / 5 {
				values = append(values, boolean(true), null())
			}
			return list(append(values, str(text(n%5)), null(), boolean(false))...)
		}},
		{"long numbers", func(n int) types.AttributeValue {
			values := []types.AttributeValue{str(text(n % 1024))}
			for range min(n, 3000) / 100 {
				values = append(values, num("-1.5E-130"))
			}
			return list(values...)
		}},
		{"a number set", func(n int) types.AttributeValue {
			var members []string
			for i := range 1 + min(n, 3000)/100 {
				members = append(members, fmt.Sprintf("%dE100", i+1))
			}
			return list(str(text(n%1024)), numSet(members...))
		}},
	}
	for _, shape := range shapes {
		t.Run(shape.name, func(t *testing.T) {
			for _, size := range chunkSizes() {
				check(t, shape.build(size))
			}
		})
	}
	t.Run("golden values", func(t *testing.T) {
		for _, c := range goldenCases {
			check(t, c.value)
		}
	})
}

func TestHasherSumBinaryIsTheHashOfABinary(t *testing.T) {
	hasher := NewHasher()
	for _, size := range chunkSizes() {
		value := bytes.Repeat([]byte{0xA5}, size)
		want, err := hasher.Sum([]byte{1}, &types.AttributeValueMemberB{Value: value}, UTF8Order)
		require.NoError(t, err)
		require.Equal(t, want, hasher.SumBinary([]byte{1}, value), "size %d", size)
	}
}

func TestHasherIsAsNewAfterARefusedValue(t *testing.T) {
	hasher := NewHasher()
	want, err := hasher.Sum(nil, str("a"), UTF8Order)
	require.NoError(t, err)
	for _, size := range []int{0, 10, 1020, 5000} {
		dst, err := hasher.Sum([]byte("x"), list(str(strings.Repeat("s", size)), num("NaN")), UTF8Order)
		require.ErrorIs(t, err, errNumberSyntax)
		require.Equal(t, "x", string(dst))

		got, err := hasher.Sum(nil, str("a"), UTF8Order)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}
