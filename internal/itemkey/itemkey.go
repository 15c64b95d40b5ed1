// Package itemkey compares the primary keys of items.
package itemkey

import (
	"bytes"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/internal/tlv"
)

// Matches reports whether an item has exactly the key attributes of key.
func Matches(item, key map[string]types.AttributeValue) bool {
	for name, want := range key {
		if !same(item[name], want) {
			return false
		}
	}
	return true
}

// MatchesIn reports whether an item has the attributes of key that these names have.
func MatchesIn(item, key map[string]types.AttributeValue, names ...string) bool {
	for _, name := range names {
		if !same(item[name], key[name]) {
			return false
		}
	}
	return true
}

// same compares two key attributes. There are many ways to write a number.
func same(a, b types.AttributeValue) bool {
	switch a := a.(type) {
	case *types.AttributeValueMemberS:
		b, ok := b.(*types.AttributeValueMemberS)
		return ok && a != nil && b != nil && a.Value == b.Value
	case *types.AttributeValueMemberB:
		b, ok := b.(*types.AttributeValueMemberB)
		return ok && a != nil && b != nil && bytes.Equal(a.Value, b.Value)
	case *types.AttributeValueMemberN:
		b, ok := b.(*types.AttributeValueMemberN)
		if !ok || a == nil || b == nil {
			return false
		}
		x, errX := tlv.NormalizeNumber(a.Value)
		y, errY := tlv.NormalizeNumber(b.Value)
		return errX == nil && errY == nil && x == y
	}
	return false
}

// Of returns the attributes of an item that these names have.
func Of(item map[string]types.AttributeValue, names ...string) map[string]types.AttributeValue {
	key := make(map[string]types.AttributeValue, len(names))
	for _, name := range names {
		if v, ok := item[name]; ok {
			key[name] = v
		}
	}
	return key
}

// Text returns a text that two items of one table share if and only if their
// attributes with these names are equal; false if one is missing or cannot be a
// key.
func Text(item map[string]types.AttributeValue, names ...string) (string, bool) {
	var text []byte
	for _, name := range names {
		if !same(item[name], item[name]) { // no key, or a nil pointer
			return "", false
		}
		switch v := item[name].(type) {
		case *types.AttributeValueMemberS:
			text = appendPart(text, 'S', v.Value)
		case *types.AttributeValueMemberB:
			text = appendPart(text, 'B', string(v.Value))
		case *types.AttributeValueMemberN:
			normal, err := tlv.NormalizeNumber(v.Value)
			if err != nil {
				return "", false
			}
			text = appendPart(text, 'N', normal)
		default:
			return "", false
		}
	}
	return string(text), true
}

// appendPart writes the length too: no two lists of parts give the same text.
func appendPart(text []byte, kind byte, value string) []byte {
	n := len(value)
	text = append(text, kind, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	return append(text, value...)
}
