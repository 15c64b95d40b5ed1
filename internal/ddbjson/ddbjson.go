// Package ddbjson reads and writes items as DynamoDB JSON, the form in which
// the DynamoDB API, the AWS CLI and S3 exports write them:
//
//	{"id":{"S":"alice"},"views":{"N":"12"}}
//
// [Unmarshal] and [Marshal] convert one item, [UnmarshalValue] and
// [MarshalValue] one attribute value, and [Reader] streams items from JSON
// Lines, gzip or not.
//
// # Strictness
//
// Whatever could be read in two ways is an error: invalid UTF-8, lone
// surrogates, duplicate names at any level, text after the item, a value
// with no type or two, an unknown type, a type with the wrong kind of JSON,
// NULL with anything but true, and base64 that is not the canonical padded
// standard encoding. What only DynamoDB's rules forbid is left to the caller:
// the grammar of numbers (their text is kept exactly), empty sets, duplicate
// set members, empty names, sizes.
//
// Reading takes memory linear in the input, nesting is bounded by [MaxDepth],
// and no input makes it panic.
//
// # Output
//
// Output is compact and deterministic: names are sorted by their bytes, only
// what JSON requires is escaped, list and set order is kept.
//
// All functions are safe for concurrent use and keep no reference to their
// arguments.
package ddbjson

import "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

// MaxDepth is the deepest nesting of attribute values that is read or
// written; the value of an attribute of the item is at depth 1. DynamoDB
// itself stops at 32 levels.
const MaxDepth = 64

// Unmarshal reads one item. Its error is an [*Error] that wraps [ErrSyntax].
// Empty values are empty and never nil.
func Unmarshal(data []byte) (map[string]types.AttributeValue, error) {
	return decode(data, (*decoder).item)
}

// UnmarshalValue reads one attribute value such as {"S":"alice"}, with the
// rules and errors of [Unmarshal].
func UnmarshalValue(data []byte) (types.AttributeValue, error) {
	return decode(data, (*decoder).value)
}

// UnmarshalLine reads one item, either plain or wrapped as S3 exports write
// it, {"Item":{…}}, and reports whether it was wrapped. A text that is a plain
// item is one, even with an attribute named Item; no text is both. Errors are
// those of [Unmarshal]: about the wrapped item if the text has the shape of
// one, else about the plain item.
func UnmarshalLine(data []byte) (item map[string]types.AttributeValue, wrapped bool, err error) {
	item, err = Unmarshal(data)
	if err == nil {
		return item, false, nil
	}
	item, wrappedErr := decode(data, (*decoder).wrappedItem)
	if wrappedErr == nil {
		return item, true, nil
	}
	if looksWrapped(data) {
		return nil, false, wrappedErr
	}
	return nil, false, err
}

// Marshal writes one item. Its error is an [*Error] that wraps [ErrValue]:
// a nil or unknown value, NULL that is not true, invalid UTF-8 in a name or
// string, or nesting deeper than [MaxDepth]. A nil slice or map is written as
// an empty one.
func Marshal(item map[string]types.AttributeValue) ([]byte, error) {
	return orNil(AppendItem(nil, item))
}

// MarshalValue writes one attribute value, with the rules and errors of
// [Marshal].
func MarshalValue(v types.AttributeValue) ([]byte, error) {
	return orNil(AppendValue(nil, v))
}

// AppendItem is [Marshal] into dst, which it returns extended, or as it was
// in case of an error.
func AppendItem(dst []byte, item map[string]types.AttributeValue) ([]byte, error) {
	out, err := appendMap(dst, attributeStep, item, 1)
	if err != nil {
		return dst, err
	}
	return out, nil
}

// AppendValue is [MarshalValue] into dst, which it returns extended, or as it
// was in case of an error.
func AppendValue(dst []byte, v types.AttributeValue) ([]byte, error) {
	out, err := appendValue(dst, v, 1)
	if err != nil {
		return dst, err
	}
	return out, nil
}

// AppendLine appends the item as one line of JSON Lines, newline included,
// wrapped as {"Item":{…}} if wrapped is set: the reverse of [UnmarshalLine].
// Errors are those of [Marshal] and leave dst as it was.
func AppendLine(dst []byte, item map[string]types.AttributeValue, wrapped bool) ([]byte, error) {
	out := dst
	if wrapped {
		out = append(out, `{"Item":`...)
	}
	out, err := AppendItem(out, item)
	if err != nil {
		return dst, err
	}
	if wrapped {
		out = append(out, '}')
	}
	return append(out, '\n'), nil
}

func orNil(b []byte, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return b, nil
}
