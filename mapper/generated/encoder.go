package generated

import (
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// Encoder makes the attributes of one item. Values that it makes may share memory with
// the fields that they are made of.
type Encoder struct {
	item    crypto.Item
	strings slab[types.AttributeValueMemberS]
	numbers slab[types.AttributeValueMemberN]
	rest    func(any) (crypto.Item, error)
	failed  bool
}

// slab gives variables that were allocated together.
type slab[T any] struct {
	free []T
	room int // of the first allocation
}

// minRoom is how many are allocated at least where more come than were counted.
const minRoom = 8

func (s *slab[T]) next() *T {
	if len(s.free) == 0 {
		s.free = make([]T, max(s.room, 1))
		s.room = minRoom
	}
	v := &s.free[0]
	s.free = s.free[1:]
	return v
}

// Set sets an attribute.
func (e *Encoder) Set(name string, v types.AttributeValue) { e.item[name] = v }

// Rest sets the attributes of a struct with fields that only attributevalue encodes.
// fields points to it.
func (e *Encoder) Rest(fields any) {
	item, err := e.rest(fields)
	if err != nil {
		e.failed = true
	}
	for name, v := range item {
		e.item[name] = v
	}
}

// fail leaves the item to attributevalue, which says what is wrong.
func (e *Encoder) fail() types.AttributeValue {
	e.failed = true
	return nil
}

// Null returns NULL.
func Null() types.AttributeValue { return &types.AttributeValueMemberNULL{Value: true} }

// String encodes a string.
func String[T ~string](e *Encoder, v *T) types.AttributeValue { return e.text(string(*v)) }

func (e *Encoder) text(s string) types.AttributeValue {
	av := e.strings.next()
	av.Value = s
	return av
}

// Number encodes a string type with the methods of a number.
func Number[T ~string](e *Encoder, v *T) types.AttributeValue { return e.number(string(*v)) }

func (e *Encoder) number(digits string) types.AttributeValue {
	av := e.numbers.next()
	av.Value = digits
	return av
}

// Bool encodes a bool.
func Bool[T ~bool](_ *Encoder, v *T) types.AttributeValue {
	return &types.AttributeValueMemberBOOL{Value: bool(*v)}
}

// Signed are the integer types with a sign.
type Signed interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64
}

// Unsigned are those without one.
type Unsigned interface {
	~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

// Int encodes an integer.
func Int[T Signed](e *Encoder, v *T) types.AttributeValue {
	return e.number(strconv.FormatInt(int64(*v), 10))
}

// Uint encodes an integer without a sign.
func Uint[T Unsigned](e *Encoder, v *T) types.AttributeValue {
	return e.number(strconv.FormatUint(uint64(*v), 10))
}

// Float64 encodes a float64.
func Float64[T ~float64](e *Encoder, v *T) types.AttributeValue {
	return e.number(strconv.FormatFloat(float64(*v), 'f', -1, 64))
}

// Float32 encodes a float32.
func Float32[T ~float32](e *Encoder, v *T) types.AttributeValue {
	return e.number(strconv.FormatFloat(float64(*v), 'f', -1, 32))
}

// IntText encodes an integer with the option string.
func IntText[T Signed](e *Encoder, v *T) types.AttributeValue {
	return e.text(strconv.FormatInt(int64(*v), 10))
}

// UintText encodes an integer without a sign, with the option string.
func UintText[T Unsigned](e *Encoder, v *T) types.AttributeValue {
	return e.text(strconv.FormatUint(uint64(*v), 10))
}

// Bytes encodes a slice of bytes.
func Bytes[T ~[]byte](_ *Encoder, v *T) types.AttributeValue {
	if *v == nil {
		return Null()
	}
	return &types.AttributeValueMemberB{Value: []byte(*v)[:len(*v):len(*v)]}
}

// Time encodes a time as text.
func Time(e *Encoder, v *time.Time) types.AttributeValue { return e.text(v.Format(time.RFC3339Nano)) }

// UnixTime encodes a time as a number of seconds.
func UnixTime(e *Encoder, v *time.Time) types.AttributeValue {
	return e.number(strconv.FormatInt(v.Unix(), 10))
}

// Pointer encodes what a pointer points to.
func Pointer[T any](e *Encoder, v **T, encode func(*Encoder, *T) types.AttributeValue) types.AttributeValue {
	if *v == nil {
		return Null()
	}
	return encode(e, *v)
}

// List encodes a slice.
func List[S ~[]T, T any](e *Encoder, v *S, encode func(*Encoder, *T) types.AttributeValue) types.AttributeValue {
	if *v == nil {
		return Null()
	}
	list := make([]types.AttributeValue, len(*v))
	for i := range *v {
		list[i] = encode(e, &(*v)[i])
	}
	return &types.AttributeValueMemberL{Value: list}
}

// Map encodes a map.
func Map[M ~map[K]T, K ~string, T any](e *Encoder, v *M, encode func(*Encoder, *T) types.AttributeValue) types.AttributeValue {
	if *v == nil {
		return Null()
	}
	m := make(map[string]types.AttributeValue, len(*v))
	for key, element := range *v {
		if key == "" {
			return e.fail()
		}
		m[string(key)] = encode(e, &element)
	}
	return &types.AttributeValueMemberM{Value: m}
}

// StringSet encodes a slice of strings as a set.
func StringSet[S ~[]T, T ~string](_ *Encoder, v *S) types.AttributeValue {
	if len(*v) == 0 {
		return Null()
	}
	set := make([]string, len(*v))
	for i, member := range *v {
		set[i] = string(member)
	}
	return &types.AttributeValueMemberSS{Value: set}
}

// NumberSet encodes a slice of numbers as a set.
func NumberSet[S ~[]T, T any](e *Encoder, v *S, encode func(*Encoder, *T) types.AttributeValue) types.AttributeValue {
	if len(*v) == 0 {
		return Null()
	}
	set := make([]string, len(*v))
	for i := range *v {
		n, ok := encode(e, &(*v)[i]).(*types.AttributeValueMemberN)
		if !ok {
			return e.fail()
		}
		set[i] = n.Value
	}
	return &types.AttributeValueMemberNS{Value: set}
}

// BinarySet encodes a slice of slices of bytes as a set.
func BinarySet[S ~[][]byte](e *Encoder, v *S) types.AttributeValue {
	if len(*v) == 0 {
		return Null()
	}
	for _, member := range *v {
		if member == nil {
			return e.fail()
		}
	}
	return &types.AttributeValueMemberBS{Value: append([][]byte(nil), *v...)}
}

// Fields are the attributes of a nested struct.
type Fields map[string]types.AttributeValue

// NewFields returns room for the attributes of a struct with n fields.
func NewFields(n int) Fields { return make(Fields, n) }

// Set sets an attribute.
func (f Fields) Set(name string, v types.AttributeValue) { f[name] = v }

// Value returns the struct.
func (f Fields) Value() types.AttributeValue { return &types.AttributeValueMemberM{Value: f} }
