package sequence

import (
	"bytes"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/tlv"
)

// clone returns a copy of an item that shares nothing with it.
func clone(item crypto.Item) crypto.Item { return copyItem(item, asItIs) }

// normal returns a copy of an item that all equal items share.
func normal(item crypto.Item) crypto.Item { return copyItem(item, sorted) }

// form is what a copy looks like.
type form int

const (
	asItIs form = iota
	// sorted has its sets sorted.
	sorted
	// nested is sorted, and has numbers as DynamoDB returns them.
	nested
)

// inner is the form of what is in a list or map.
func (f form) inner() form {
	if f == asItIs {
		return f
	}
	return nested
}

func copyItem(item crypto.Item, f form) crypto.Item {
	if item == nil {
		return nil
	}
	copied := make(crypto.Item, len(item))
	for name, v := range item {
		copied[name] = copyValue(v, f)
	}
	return copied
}

func copyValue(v types.AttributeValue, f form) types.AttributeValue {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return &types.AttributeValueMemberS{Value: v.Value}
	case *types.AttributeValueMemberN:
		return &types.AttributeValueMemberN{Value: copyNumber(v.Value, f)}
	case *types.AttributeValueMemberB:
		return &types.AttributeValueMemberB{Value: slices.Clone(v.Value)}
	case *types.AttributeValueMemberBOOL:
		return &types.AttributeValueMemberBOOL{Value: v.Value}
	case *types.AttributeValueMemberNULL:
		return &types.AttributeValueMemberNULL{Value: v.Value}
	case *types.AttributeValueMemberSS:
		return &types.AttributeValueMemberSS{Value: copySet(v.Value, f, strings.Clone, strings.Compare)}
	case *types.AttributeValueMemberNS:
		return &types.AttributeValueMemberNS{Value: copySet(v.Value, f, func(n string) string { return copyNumber(n, f) }, strings.Compare)}
	case *types.AttributeValueMemberBS:
		return &types.AttributeValueMemberBS{Value: copySet(v.Value, f, bytes.Clone, bytes.Compare)}
	case *types.AttributeValueMemberL:
		list := make([]types.AttributeValue, len(v.Value))
		for i, element := range v.Value {
			list[i] = copyValue(element, f.inner())
		}
		return &types.AttributeValueMemberL{Value: list}
	case *types.AttributeValueMemberM:
		return &types.AttributeValueMemberM{Value: copyItem(v.Value, f.inner())}
	}
	return v
}

func copyNumber(text string, f form) string {
	if f == nested {
		if number, err := tlv.NormalizeNumber(text); err == nil {
			return number
		}
	}
	return text
}

func copySet[E any](set []E, f form, member func(E) E, compare func(a, b E) int) []E {
	copied := make([]E, len(set))
	for i, e := range set {
		copied[i] = member(e)
	}
	if f != asItIs {
		slices.SortFunc(copied, compare)
	}
	return copied
}
