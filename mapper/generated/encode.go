package generated

import (
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/internal/tlv"
)

// Null encodes NULL.
func Null(e *Encoder) types.AttributeValue {
	if e.writing {
		e.writer.Null()
		return written
	}
	return &types.AttributeValueMemberNULL{Value: true}
}

// String encodes a string.
func String[T ~string](e *Encoder, v *T) types.AttributeValue { return e.text(string(*v)) }

// Number encodes a string type with the methods of a number.
func Number[T ~string](e *Encoder, v *T) types.AttributeValue { return e.number(string(*v)) }

// Bool encodes a bool.
func Bool[T ~bool](e *Encoder, v *T) types.AttributeValue {
	if e.writing {
		e.writer.Bool(bool(*v))
		return written
	}
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

// buffer is room for an integer, a float64 of usual size, or a time.
type buffer [64]byte

// Int encodes an integer.
func Int[T Signed](e *Encoder, v *T) types.AttributeValue {
	var b buffer
	return e.digits(strconv.AppendInt(b[:0], int64(*v), 10))
}

// Uint encodes an integer without a sign.
func Uint[T Unsigned](e *Encoder, v *T) types.AttributeValue {
	var b buffer
	return e.digits(strconv.AppendUint(b[:0], uint64(*v), 10))
}

// IntText encodes an integer with the option string.
func IntText[T Signed](e *Encoder, v *T) types.AttributeValue {
	var b buffer
	return e.textBytes(strconv.AppendInt(b[:0], int64(*v), 10))
}

// UintText encodes an integer without a sign, with the option string.
func UintText[T Unsigned](e *Encoder, v *T) types.AttributeValue {
	var b buffer
	return e.textBytes(strconv.AppendUint(b[:0], uint64(*v), 10))
}

// Float64 encodes a float64.
func Float64[T ~float64](e *Encoder, v *T) types.AttributeValue { return e.float(float64(*v), 64) }

// Float32 encodes a float32.
func Float32[T ~float32](e *Encoder, v *T) types.AttributeValue { return e.float(float64(*v), 32) }

func (e *Encoder) float(v float64, bits int) types.AttributeValue {
	return e.number(strconv.FormatFloat(v, 'f', -1, bits))
}

// Bytes encodes a slice of bytes.
func Bytes[T ~[]byte](e *Encoder, v *T) types.AttributeValue {
	switch {
	case *v == nil:
		return Null(e)
	case e.writing:
		e.writer.Bytes(*v)
		return written
	}
	return &types.AttributeValueMemberB{Value: slices.Clone([]byte(*v))}
}

// Time encodes a time as text.
func Time(e *Encoder, v *time.Time) types.AttributeValue {
	var b buffer
	return e.textBytes(v.AppendFormat(b[:0], time.RFC3339Nano))
}

// UnixTime encodes a time as a number of seconds.
func UnixTime(e *Encoder, v *time.Time) types.AttributeValue {
	var b buffer
	return e.digits(strconv.AppendInt(b[:0], v.Unix(), 10))
}

// Pointer encodes what a pointer points to.
func Pointer[T any](e *Encoder, v **T, encode func(*Encoder, *T) types.AttributeValue) types.AttributeValue {
	if *v == nil {
		return Null(e)
	}
	return encode(e, *v)
}

// List encodes a slice.
func List[S ~[]T, T any](e *Encoder, v *S, encode func(*Encoder, *T) types.AttributeValue) types.AttributeValue {
	switch {
	case *v == nil:
		return Null(e)
	case e.writing:
		e.writer.List(len(*v))
		for i := range *v {
			encode(e, &(*v)[i])
		}
		return written
	}
	list := make([]types.AttributeValue, len(*v))
	for i := range *v {
		list[i] = encode(e, &(*v)[i])
	}
	return &types.AttributeValueMemberL{Value: list}
}

// Map encodes a map.
func Map[M ~map[string]T, T any](e *Encoder, v *M, encode func(*Encoder, *T) types.AttributeValue) types.AttributeValue {
	if *v == nil {
		return Null(e)
	}
	if _, ok := (*v)[""]; ok {
		return e.fail()
	}
	if e.writing {
		writeMap(e, *v, encode)
		return written
	}
	m := make(map[string]types.AttributeValue, len(*v))
	var element T // one for all: encode wants a pointer
	for key := range *v {
		element = (*v)[key]
		m[key] = encode(e, &element)
	}
	return &types.AttributeValueMemberM{Value: m}
}

func writeMap[M ~map[string]T, T any](e *Encoder, m M, encode func(*Encoder, *T) types.AttributeValue) {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	e.writer.Map(len(keys))
	var element T
	for _, key := range keys {
		e.writer.String(key)
		element = m[key]
		encode(e, &element)
	}
}

// set encodes a set that was made as an attribute value.
func (e *Encoder) set(v types.AttributeValue) types.AttributeValue {
	if !e.writing {
		return v
	}
	data, err := tlv.Append(nil, v, tlv.UTF8Order)
	if err != nil {
		return e.fail()
	}
	e.writer.Raw(data)
	return written
}

// StringSet encodes a slice of strings as a set.
func StringSet[S ~[]T, T ~string](e *Encoder, v *S) types.AttributeValue {
	if len(*v) == 0 {
		return Null(e)
	}
	set := make([]string, len(*v))
	for i, member := range *v {
		set[i] = string(member)
	}
	return e.set(&types.AttributeValueMemberSS{Value: set})
}

// NumberSet encodes a slice of numbers as a set.
func NumberSet[S ~[]T, T any](e *Encoder, v *S, encode func(*Encoder, *T) types.AttributeValue) types.AttributeValue {
	if len(*v) == 0 {
		return Null(e)
	}
	writing := e.writing
	e.writing = false
	set := make([]string, len(*v))
	for i := range *v {
		n, ok := encode(e, &(*v)[i]).(*types.AttributeValueMemberN)
		if !ok {
			return e.fail()
		}
		set[i] = n.Value
	}
	e.writing = writing
	return e.set(&types.AttributeValueMemberNS{Value: set})
}

// BinarySet encodes a slice of slices of bytes as a set.
func BinarySet[S ~[][]byte](e *Encoder, v *S) types.AttributeValue {
	if len(*v) == 0 {
		return Null(e)
	}
	set := make([][]byte, len(*v))
	for i, member := range *v {
		if member == nil {
			return e.fail()
		}
		set[i] = slices.Clone(member)
	}
	return e.set(&types.AttributeValueMemberBS{Value: set})
}

// Fields are the attributes of a nested struct. They have to come sorted by name.
type Fields struct {
	e *Encoder
	m map[string]types.AttributeValue // nil while values are written
}

// NewFields begins a nested struct of n attributes.
func NewFields(e *Encoder, n int) Fields {
	if e.writing {
		e.writer.Map(n)
		return Fields{e: e}
	}
	return Fields{e, make(map[string]types.AttributeValue, n)}
}

// Set begins an attribute; its value has to follow.
func (f Fields) Set(name string) Field {
	if f.m == nil {
		f.e.writer.String(name)
	}
	return Field{f, name}
}

// Field is an attribute of a nested struct.
type Field struct {
	fields Fields
	name   string
}

// To sets the attribute to the value that was encoded since.
func (f Field) To(v types.AttributeValue) {
	if f.fields.m != nil {
		f.fields.m[f.name] = v
	}
}

// Value returns the struct.
func (f Fields) Value() types.AttributeValue {
	if f.m == nil {
		return written
	}
	return &types.AttributeValueMemberM{Value: f.m}
}
