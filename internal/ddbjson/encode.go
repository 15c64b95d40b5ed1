package ddbjson

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/go-json-experiment/json/jsontext"
)

func appendValue(dst []byte, v types.AttributeValue, depth int) ([]byte, error) {
	if depth > MaxDepth {
		return dst, valueError(tooDeep)
	}
	// A nil pointer of a known type leaves the switch, as nil itself does.
	switch v := v.(type) {
	case nil:
	case *types.AttributeValueMemberS:
		if v != nil {
			return closeObject(appendString(append(dst, `{"S":`...), v.Value))
		}
	case *types.AttributeValueMemberN:
		if v != nil {
			return closeObject(appendString(append(dst, `{"N":`...), v.Value))
		}
	case *types.AttributeValueMemberB:
		if v != nil {
			return closeObject(appendBinary(append(dst, `{"B":`...), v.Value))
		}
	case *types.AttributeValueMemberSS:
		if v != nil {
			return closeObject(appendArray(append(dst, `{"SS":`...), v.Value, appendString))
		}
	case *types.AttributeValueMemberNS:
		if v != nil {
			return closeObject(appendArray(append(dst, `{"NS":`...), v.Value, appendString))
		}
	case *types.AttributeValueMemberBS:
		if v != nil {
			return closeObject(appendArray(append(dst, `{"BS":`...), v.Value, appendBinary))
		}
	case *types.AttributeValueMemberBOOL:
		if v != nil {
			return closeObject(strconv.AppendBool(append(dst, `{"BOOL":`...), v.Value), nil)
		}
	case *types.AttributeValueMemberNULL:
		if v != nil && !v.Value {
			return dst, valueError("NULL must be true")
		}
		if v != nil {
			return append(dst, `{"NULL":true}`...), nil
		}
	case *types.AttributeValueMemberL:
		if v != nil {
			return closeObject(appendList(append(dst, `{"L":`...), v.Value, depth+1))
		}
	case *types.AttributeValueMemberM:
		if v != nil {
			return closeObject(appendMap(append(dst, `{"M":`...), mapStep, v.Value, depth+1))
		}
	default:
		return dst, valueError(fmt.Sprintf("unknown attribute value type %T", v))
	}
	return dst, valueError("attribute value is nil")
}

func closeObject(dst []byte, err error) ([]byte, error) {
	return append(dst, '}'), err
}

func appendList(dst []byte, list []types.AttributeValue, depth int) ([]byte, error) {
	return appendArray(dst, list, func(dst []byte, v types.AttributeValue) ([]byte, error) {
		return appendValue(dst, v, depth)
	})
}

func appendArray[T any](dst []byte, elements []T, appendElement func([]byte, T) ([]byte, error)) ([]byte, error) {
	dst = append(dst, '[')
	for i, element := range elements {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = appendElement(dst, element); err != nil {
			return dst, withinElement(i, err)
		}
	}
	return append(dst, ']'), nil
}

func appendMap(dst []byte, step func(name string) string, m map[string]types.AttributeValue, depth int) ([]byte, error) {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)

	dst = append(dst, '{')
	for i, name := range names {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = appendString(dst, name); err != nil {
			return dst, within(step(name), err)
		}
		dst = append(dst, ':')
		if dst, err = appendValue(dst, m[name], depth); err != nil {
			return dst, within(step(name), err)
		}
	}
	return append(dst, '}'), nil
}

func appendBinary(dst, b []byte) ([]byte, error) {
	dst = append(dst, '"')
	dst = base64.StdEncoding.AppendEncode(dst, b)
	return append(dst, '"'), nil
}

func appendString(dst []byte, s string) ([]byte, error) {
	if isPlain(s) {
		dst = append(dst, '"')
		dst = append(dst, s...)
		return append(dst, '"'), nil
	}
	dst, err := jsontext.AppendQuote(dst, s)
	if err != nil {
		return dst, valueError("invalid UTF-8")
	}
	return dst, nil
}

// isPlain reports whether s is ASCII that needs no escape. It saves most
// strings the copy that AppendQuote makes.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
