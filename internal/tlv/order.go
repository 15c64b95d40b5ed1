package tlv

import (
	"bytes"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Order is the order in which map keys and set members are written. The
// published clients differ (docs/wire-format.md §3).
type Order uint8

const (
	// UTF8Order is the Python client's: strings by their UTF-8 bytes, binary
	// set members by unsigned bytes.
	UTF8Order Order = iota
	// UTF16Order is the Java client's: strings by UTF-16 code units, binary
	// set members by signed bytes.
	UTF16Order
)

// CompareStrings compares two valid UTF-8 strings in this order.
func (o Order) CompareStrings(a, b string) int {
	if o == UTF8Order {
		return strings.Compare(a, b)
	}
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return int(utf16Rank(a[i])) - int(utf16Rank(b[i]))
		}
	}
	return len(a) - len(b)
}

// utf16Rank moves the lead bytes of U+E000–U+FFFF (EE, EF) behind those of the
// characters above (F0–F4), which UTF-16 writes as surrogates, D800–DFFF. For
// all others UTF-8 and UTF-16 agree.
func utf16Rank(b byte) byte {
	if b == 0xEE || b == 0xEF {
		return b + 0x10
	}
	return b
}

// compareBytes compares two binary set members in this order.
func (o Order) compareBytes(a, b []byte) int {
	if o == UTF8Order {
		return bytes.Compare(a, b)
	}
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return int(int8(a[i])) - int(int8(b[i]))
		}
	}
	return len(a) - len(b)
}

// Matters reports whether the two orders may differ for strings one of which is
// s: whether it has characters from U+E000 on.
func Matters(s string) bool {
	for i := range len(s) {
		if s[i] >= 0xEE {
			return true
		}
	}
	return false
}

// OrderMatters reports whether the two orders may give v different
// serializations. It may say so of a value for which they do not, and of one that
// has no serialization.
func OrderMatters(v types.AttributeValue) bool { return orderMatters(v, 0) }

func orderMatters(v types.AttributeValue, depth int) bool {
	if depth > MaxDepth {
		return true
	}
	switch v := v.(type) {
	case *types.AttributeValueMemberBS:
		return v == nil || slices.ContainsFunc(v.Value, func(m []byte) bool {
			return slices.ContainsFunc(m, func(b byte) bool { return b >= 0x80 })
		})
	case *types.AttributeValueMemberSS:
		return v == nil || slices.ContainsFunc(v.Value, Matters)
	case *types.AttributeValueMemberL:
		return v == nil || slices.ContainsFunc(v.Value, func(v types.AttributeValue) bool { return orderMatters(v, depth+1) })
	case *types.AttributeValueMemberM:
		if v == nil {
			return true
		}
		for key, v := range v.Value {
			if Matters(key) || orderMatters(v, depth+1) {
				return true
			}
		}
	}
	return false
}
