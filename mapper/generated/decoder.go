package generated

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/tlv"
)

// Decoder stores the attributes of one item in a struct. Functions that decode a value
// report false where attributevalue has to decode the attribute: it may find a fault,
// or know better.
type Decoder struct {
	rest crypto.Item // what attributevalue has to decode
}

// Value is a value to be decoded.
type Value struct {
	v   types.AttributeValue
	raw tlv.Raw // if v is nil
}

func valueOf(v types.AttributeValue) Value {
	if s, ok := v.(*tlv.Serialized); ok {
		return Value{raw: tlv.Raw(s.Text)}
	}
	return Value{v: v}
}

func decodeItem[T any](d *Decoder, item crypto.Item, out *T, decode func(*Decoder, string, Value, *T) bool) {
	for name, v := range item {
		if decode(d, name, valueOf(v), out) {
			continue
		}
		if d.rest == nil {
			d.rest = crypto.Item{}
		}
		d.rest[name] = tlv.Plain(v)
	}
}

// isNull reports whether a value is NULL, which leaves fields zero.
func (v Value) isNull() bool {
	if v.v == nil {
		return v.raw != "" && v.raw.Kind() == tlv.KindNull
	}
	_, ok := v.v.(*types.AttributeValueMemberNULL)
	return ok
}

// text returns the text of a string.
func (v Value) text() (string, bool) {
	if v.v == nil {
		if v.raw == "" || v.raw.Kind() != tlv.KindString {
			return "", false
		}
		return v.raw.Content(), true
	}
	s, ok := v.v.(*types.AttributeValueMemberS)
	if !ok || s == nil {
		return "", false
	}
	return s.Value, true
}

// number returns the text of a number.
func (v Value) number() (string, bool) {
	if v.v == nil {
		if v.raw == "" || v.raw.Kind() != tlv.KindNumber {
			return "", false
		}
		normal, err := tlv.NormalizeNumber(v.raw.Content())
		return normal, err == nil
	}
	n, ok := v.v.(*types.AttributeValueMemberN)
	if !ok || n == nil {
		return "", false
	}
	return n.Value, true
}

// DecodeString decodes a string, or the text of a number.
func DecodeString[T ~string](_ *Decoder, v Value, out *T) bool {
	s, ok := v.text()
	if !ok {
		s, ok = v.number()
	}
	if ok {
		*out = T(s)
	}
	return ok || v.isNull()
}

// DecodeBool decodes a bool.
func DecodeBool[T ~bool](_ *Decoder, v Value, out *T) bool {
	if v.v == nil {
		if v.raw == "" || v.raw.Kind() != tlv.KindBool {
			return v.isNull()
		}
		*out = T(v.raw.Bool())
		return true
	}
	b, ok := v.v.(*types.AttributeValueMemberBOOL)
	if !ok || b == nil {
		return v.isNull()
	}
	*out = T(b.Value)
	return true
}

// DecodeInt decodes an integer.
func DecodeInt[T Signed](_ *Decoder, v Value, out *T) bool {
	n, ok := v.number()
	return ok && setInt(n, out) || v.isNull()
}

// DecodeIntText decodes an integer with the option string.
func DecodeIntText[T Signed](_ *Decoder, v Value, out *T) bool {
	n, ok := v.textOrNumber()
	return ok && setInt(n, out) || v.isNull()
}

func setInt[T Signed](text string, out *T) bool {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || int64(T(n)) != n {
		return false
	}
	*out = T(n)
	return true
}

// textOrNumber returns the text of either.
func (v Value) textOrNumber() (string, bool) {
	if s, ok := v.text(); ok {
		return s, true
	}
	return v.number()
}

// DecodeUint decodes an integer without a sign.
func DecodeUint[T Unsigned](_ *Decoder, v Value, out *T) bool {
	n, ok := v.number()
	return ok && setUint(n, out) || v.isNull()
}

// DecodeUintText decodes an integer without a sign, with the option string.
func DecodeUintText[T Unsigned](_ *Decoder, v Value, out *T) bool {
	n, ok := v.textOrNumber()
	return ok && setUint(n, out) || v.isNull()
}

func setUint[T Unsigned](text string, out *T) bool {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || uint64(T(n)) != n {
		return false
	}
	*out = T(n)
	return true
}

// DecodeFloat64 decodes a float64.
func DecodeFloat64[T ~float64](_ *Decoder, v Value, out *T) bool {
	text, ok := v.number()
	if !ok {
		return v.isNull()
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return false
	}
	*out = T(n)
	return true
}

// DecodeFloat32 decodes a float32.
func DecodeFloat32[T ~float32](_ *Decoder, v Value, out *T) bool {
	text, ok := v.number()
	if !ok {
		return v.isNull()
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.Abs(n) > math.MaxFloat32 {
		return false
	}
	*out = T(n)
	return true
}

// DecodeBytes decodes binary.
func DecodeBytes[T ~[]byte](_ *Decoder, v Value, out *T) bool {
	if v.v == nil {
		if v.raw == "" || v.raw.Kind() != tlv.KindBinary {
			return v.isNull()
		}
		content := v.raw.Content()
		*out = append(make(T, 0, len(content)), content...)
		return true
	}
	b, ok := v.v.(*types.AttributeValueMemberB)
	if !ok || b == nil {
		return v.isNull()
	}
	*out = append(make(T, 0, len(b.Value)), b.Value...)
	return true
}

// DecodeTime decodes a time, from text or a number of seconds.
func DecodeTime(_ *Decoder, v Value, out *time.Time) bool {
	if s, ok := v.text(); ok {
		at, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return false
		}
		*out = at
		return true
	}
	n, ok := v.number()
	if !ok {
		return v.isNull()
	}
	seconds, err := strconv.ParseInt(n, 10, 64)
	if err != nil {
		return false
	}
	*out = time.Unix(seconds, 0)
	return true
}

// DecodePointer decodes what a pointer points to.
func DecodePointer[T any](d *Decoder, v Value, out **T, decode func(*Decoder, Value, *T) bool) bool {
	if v.isNull() {
		return true
	}
	target := new(T)
	if !decode(d, v, target) {
		return false
	}
	*out = target
	return true
}

// DecodeList decodes a list.
func DecodeList[S ~[]T, T any](d *Decoder, v Value, out *S, decode func(*Decoder, Value, *T) bool) bool {
	if v.v == nil {
		if v.raw == "" || v.raw.Kind() != tlv.KindList {
			return v.isNull()
		}
		n, rest := v.raw.Count()
		list := make(S, n)
		for i := range list {
			var element tlv.Raw
			element, rest = rest.NextValue()
			if !decode(d, Value{raw: element}, &list[i]) {
				return false
			}
		}
		*out = list
		return true
	}
	l, ok := v.v.(*types.AttributeValueMemberL)
	if !ok || l == nil {
		return v.isNull()
	}
	list := make(S, len(l.Value))
	for i := range list {
		if !decode(d, Value{v: l.Value[i]}, &list[i]) {
			return false
		}
	}
	*out = list
	return true
}

// DecodeMap decodes a map.
func DecodeMap[M ~map[K]T, K ~string, T any](d *Decoder, v Value, out *M, decode func(*Decoder, Value, *T) bool) bool {
	var made M
	start := func(n int) { made = make(M, n) }
	ok := v.eachEntry(start, func(key string, value Value) bool {
		var element T
		if !decode(d, value, &element) {
			return false
		}
		made[K(key)] = element
		return true
	})
	if ok && made != nil {
		*out = made
	}
	return ok
}

// eachEntry calls use for the entries of a map, after start with their number. It
// reports false for what is no map, and if use does.
func (v Value) eachEntry(start func(n int), use func(key string, value Value) bool) bool {
	if v.v == nil {
		if v.raw == "" || v.raw.Kind() != tlv.KindMap {
			return v.isNull()
		}
		n, rest := v.raw.Count()
		start(n)
		for range n {
			var key string
			var value tlv.Raw
			key, value, rest = rest.NextEntry()
			if !use(key, Value{raw: value}) {
				return false
			}
		}
		return true
	}
	m, ok := v.v.(*types.AttributeValueMemberM)
	if !ok || m == nil {
		return v.isNull()
	}
	start(len(m.Value))
	for key, value := range m.Value {
		if !use(key, Value{v: value}) {
			return false
		}
	}
	return true
}

// DecodeStruct decodes a nested struct by a function for its fields.
func DecodeStruct[T any](d *Decoder, v Value, out *T, decode func(*Decoder, string, Value, *T) bool) bool {
	return v.eachEntry(func(int) {}, func(key string, value Value) bool { return decode(d, key, value, out) })
}

// DecodeSet decodes a set, or a list, into a slice.
func DecodeSet[S ~[]T, T any](d *Decoder, v Value, out *S, decode func(*Decoder, Value, *T) bool) bool {
	plain := v.v
	if plain == nil && v.raw != "" {
		plain = v.raw.Decode() // which sorts members and knows the forms of numbers
	}
	var made S
	add := func(i int, member types.AttributeValue) bool { return decode(d, Value{v: member}, &made[i]) }
	switch set := plain.(type) {
	case *types.AttributeValueMemberSS:
		made = make(S, len(set.Value))
		for i, member := range set.Value {
			if !add(i, &types.AttributeValueMemberS{Value: member}) {
				return false
			}
		}
	case *types.AttributeValueMemberNS:
		made = make(S, len(set.Value))
		for i, member := range set.Value {
			if !add(i, &types.AttributeValueMemberN{Value: member}) {
				return false
			}
		}
	case *types.AttributeValueMemberBS:
		made = make(S, len(set.Value))
		for i, member := range set.Value {
			if !add(i, &types.AttributeValueMemberB{Value: member}) {
				return false
			}
		}
	default:
		return DecodeList(d, v, out, decode)
	}
	*out = made
	return true
}

// IsNone reports whether the key of an entry is none of a nested struct's fields, not
// even in another letter case, which attributevalue takes for one of them.
func IsNone(key string, fields ...string) bool {
	for _, field := range fields {
		if strings.EqualFold(key, field) {
			return false
		}
	}
	return true
}
