// Package itemsize computes the size of items as DynamoDB counts it.
package itemsize

import (
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/internal/tlv"
)

// Max is how large an item may be, in bytes.
const Max = 400 << 10

// Of returns the size of an item in bytes, by DynamoDB's published rules: the
// UTF-8 bytes of names and the sizes of values.
func Of(item map[string]types.AttributeValue) int {
	size := 0
	for name, v := range item {
		size += len(name) + OfValue(v)
	}
	return size
}

// OfValue returns the size of one value in bytes; none for a nil pointer, which
// cannot be sent.
func OfValue(v types.AttributeValue) int {
	size := 0
	if pointer := reflect.ValueOf(v); v == nil || pointer.Kind() == reflect.Pointer && pointer.IsNil() {
		return size
	}
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return len(v.Value)
	case *types.AttributeValueMemberN:
		return ofNumber(v.Value)
	case *types.AttributeValueMemberB:
		return len(v.Value)
	case *types.AttributeValueMemberSS:
		for _, s := range v.Value {
			size += len(s)
		}
	case *types.AttributeValueMemberNS:
		for _, n := range v.Value {
			size += ofNumber(n)
		}
	case *types.AttributeValueMemberBS:
		for _, b := range v.Value {
			size += len(b)
		}
	case *types.AttributeValueMemberBOOL, *types.AttributeValueMemberNULL:
		return 1
	case *types.AttributeValueMemberL:
		size = 3 + len(v.Value)
		for _, element := range v.Value {
			size += OfValue(element)
		}
	case *types.AttributeValueMemberM:
		size = 3 + len(v.Value) + Of(v.Value)
	case *tlv.Serialized:
		return tlv.Raw(v.Text).ItemSize(ofNumber)
	}
	return size
}

// ofNumber counts one byte for two significant digits and one more, and one for
// a minus sign. What is no number counts as text.
func ofNumber(text string) int {
	normal, err := tlv.NormalizeNumber(text)
	if err != nil {
		return len(text)
	}
	digits := strings.Trim(strings.ReplaceAll(strings.TrimPrefix(normal, "-"), ".", ""), "0")
	size := (len(digits)+1)/2 + 1
	if strings.HasPrefix(normal, "-") {
		size++
	}
	return size
}
