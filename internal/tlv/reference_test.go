package tlv

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/big"
	"regexp"
	"slices"
	"sort"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// This file is a second, slow and plain reading of docs/wire-format.md §3 that the
// tests compare the package with. It shares no code with it.

var errReference = errors.New("refused by the reference")

var referenceGrammar = regexp.MustCompile(`^([+-]?)(?:([0-9]+)(?:\.([0-9]*))?|\.([0-9]+))(?:[eE]([+-]?[0-9]+))?$`)

// referenceNumber normalizes with exact big arithmetic.
func referenceNumber(text string) (string, error) {
	m := referenceGrammar.FindStringSubmatch(text)
	if m == nil || strings.HasSuffix(text, "\n") {
		return "", errReference
	}
	fraction := m[3] + m[4]
	coefficient, _ := new(big.Int).SetString(m[2]+fraction, 10)
	if coefficient.Sign() == 0 {
		return "0", nil
	}
	exponent := new(big.Int)
	if m[5] != "" {
		exponent.SetString(m[5], 10)
	}
	exponent.Sub(exponent, big.NewInt(int64(len(fraction))))
	digits := strings.TrimRight(coefficient.String(), "0")
	exponent.Add(exponent, big.NewInt(int64(len(coefficient.String())-len(digits))))
	first := new(big.Int).Add(exponent, big.NewInt(int64(len(digits)-1)))
	if len(digits) > 38 || first.Cmp(big.NewInt(125)) > 0 || first.Cmp(big.NewInt(-130)) < 0 {
		return "", errReference
	}
	coefficient.SetString(digits, 10)
	power := new(big.Int).Exp(big.NewInt(10), new(big.Int).Abs(exponent), nil)
	if m[1] == "-" {
		coefficient.Neg(coefficient)
	}
	if exponent.Sign() >= 0 {
		return coefficient.Mul(coefficient, power).String(), nil
	}
	return new(big.Rat).SetFrac(coefficient, power).FloatString(-int(exponent.Int64())), nil
}

func referenceCompareStrings(order Order, a, b string) int {
	if order == UTF16Order {
		return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
	}
	return slices.Compare([]rune(a), []rune(b))
}

func referenceCompareBytes(order Order, a, b []byte) int {
	if order == UTF16Order {
		return slices.Compare(signed(a), signed(b))
	}
	return slices.Compare(a, b)
}

func signed(b []byte) []int8 {
	var s []int8
	for _, x := range b {
		s = append(s, int8(x))
	}
	return s
}

// referenceEncode serializes a value in normal form.
func referenceEncode(v types.AttributeValue, order Order) []byte {
	var out bytes.Buffer
	uint32s := func(n int) { _ = binary.Write(&out, binary.BigEndian, uint32(n)) }
	tag := func(c byte) { out.Write([]byte{0, c}) }
	text := func(s string) { uint32s(len(s)); out.WriteString(s) }
	texts := func(set []string) {
		set = slices.Clone(set)
		sort.Slice(set, func(i, j int) bool { return referenceCompareStrings(order, set[i], set[j]) < 0 })
		uint32s(len(set))
		for _, s := range set {
			text(s)
		}
	}
	switch v := v.(type) {
	case *types.AttributeValueMemberB:
		tag('b')
		text(string(v.Value))
	case *types.AttributeValueMemberS:
		tag('s')
		text(v.Value)
	case *types.AttributeValueMemberN:
		tag('n')
		text(v.Value)
	case *types.AttributeValueMemberNULL:
		tag(0)
	case *types.AttributeValueMemberBOOL:
		tag('?')
		if v.Value {
			out.WriteByte(1)
		} else {
			out.WriteByte(0)
		}
	case *types.AttributeValueMemberSS:
		tag('S')
		texts(v.Value)
	case *types.AttributeValueMemberNS:
		tag('N')
		texts(v.Value)
	case *types.AttributeValueMemberBS:
		tag('B')
		set := slices.Clone(v.Value)
		sort.Slice(set, func(i, j int) bool { return referenceCompareBytes(order, set[i], set[j]) < 0 })
		uint32s(len(set))
		for _, b := range set {
			text(string(b))
		}
	case *types.AttributeValueMemberL:
		tag('L')
		uint32s(len(v.Value))
		for _, e := range v.Value {
			out.Write(referenceEncode(e, order))
		}
	case *types.AttributeValueMemberM:
		tag('M')
		uint32s(len(v.Value))
		var keys []string
		for k := range v.Value {
			keys = append(keys, k)
		}
		sort.Slice(keys, func(i, j int) bool { return referenceCompareStrings(order, keys[i], keys[j]) < 0 })
		for _, k := range keys {
			tag('s')
			text(k)
			out.Write(referenceEncode(v.Value[k], order))
		}
	}
	return out.Bytes()
}

// referenceDecode reads one value that fills data.
func referenceDecode(data []byte) (types.AttributeValue, error) {
	r := &referenceReader{Reader: bytes.NewReader(data)}
	v := r.value(0)
	if r.failed || r.Len() > 0 {
		return nil, errReference
	}
	return v, nil
}

// referenceReader goes on with zeros after a fault; failed says that there was one.
type referenceReader struct {
	*bytes.Reader
	failed bool
}

func (r *referenceReader) take(n uint32) []byte {
	if r.failed || int64(n) > int64(r.Len()) {
		r.failed = true
		return nil
	}
	b := make([]byte, n)
	_, _ = io.ReadFull(r, b)
	return b
}

func (r *referenceReader) uint32() uint32 {
	b := r.take(4)
	if r.failed {
		return 0
	}
	return binary.BigEndian.Uint32(b)
}

func (r *referenceReader) tag() byte {
	b := r.take(2)
	if r.failed || b[0] != 0 {
		r.failed = true
		return 0
	}
	return b[1]
}

func (r *referenceReader) blob() []byte { return r.take(r.uint32()) }

func (r *referenceReader) text() string {
	b := r.blob()
	r.failed = r.failed || !utf8.Valid(b)
	return string(b)
}

func (r *referenceReader) number() string {
	text := r.text()
	n, err := referenceNumber(text)
	// 170 is the longest text that a client writes.
	r.failed = r.failed || err != nil || len(text) > 170
	return n
}

func (r *referenceReader) texts(read func() string) []string {
	seen := map[string]bool{}
	for n := r.uint32(); n > 0 && !r.failed; n-- {
		s := read()
		r.failed = r.failed || seen[s]
		seen[s] = true
	}
	set := []string{}
	for s := range seen {
		set = append(set, s)
	}
	slices.Sort(set)
	return set
}

func (r *referenceReader) value(depth int) types.AttributeValue {
	switch r.tag() {
	case 0:
		return &types.AttributeValueMemberNULL{Value: true}
	case '?':
		b := r.take(1)
		r.failed = r.failed || b[0] > 1
		return &types.AttributeValueMemberBOOL{Value: !r.failed && b[0] == 1}
	case 'b':
		return &types.AttributeValueMemberB{Value: r.blob()}
	case 's':
		return &types.AttributeValueMemberS{Value: r.text()}
	case 'n':
		return &types.AttributeValueMemberN{Value: r.number()}
	case 'S':
		return &types.AttributeValueMemberSS{Value: r.texts(r.text)}
	case 'N':
		return &types.AttributeValueMemberNS{Value: r.texts(r.number)}
	case 'B':
		set := [][]byte{}
		for _, s := range r.texts(func() string { return string(r.blob()) }) {
			set = append(set, []byte(s))
		}
		return &types.AttributeValueMemberBS{Value: set}
	case 'L':
		list := []types.AttributeValue{}
		r.failed = r.failed || depth == 40
		for n := r.uint32(); n > 0 && !r.failed; n-- {
			list = append(list, r.value(depth+1))
		}
		return &types.AttributeValueMemberL{Value: list}
	case 'M':
		m := map[string]types.AttributeValue{}
		r.failed = r.failed || depth == 40
		for n := r.uint32(); n > 0 && !r.failed; n-- {
			r.failed = r.tag() != 's' || r.failed
			key := r.text()
			_, twice := m[key]
			r.failed = r.failed || twice
			m[key] = r.value(depth + 1)
		}
		return &types.AttributeValueMemberM{Value: m}
	default:
		r.failed = true
		return nil
	}
}
