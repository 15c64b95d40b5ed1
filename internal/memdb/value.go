package memdb

import (
	"bytes"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/ddbcrypt/ddbcrypt/internal/ddbjson"
	"github.com/ddbcrypt/ddbcrypt/internal/tlv"
)

// Short names for the SDK's value types.
type (
	value   = types.AttributeValue
	stringV = types.AttributeValueMemberS
	numberV = types.AttributeValueMemberN
	binaryV = types.AttributeValueMemberB
	strSetV = types.AttributeValueMemberSS
	numSetV = types.AttributeValueMemberNS
	binSetV = types.AttributeValueMemberBS
	boolV   = types.AttributeValueMemberBOOL
	nullV   = types.AttributeValueMemberNULL
	listV   = types.AttributeValueMemberL
	mapV    = types.AttributeValueMemberM
)

// item is an item, or any other map of attribute values, with its wire form.
// Stored items and the values in them are never changed in place.
type item map[string]value

// UnmarshalJSON reads DynamoDB JSON.
func (it *item) UnmarshalJSON(data []byte) error {
	decoded, err := ddbjson.Unmarshal(data)
	*it = decoded
	return err
}

// MarshalJSON writes DynamoDB JSON.
func (it item) MarshalJSON() ([]byte, error) { return ddbjson.Marshal(it) }

const (
	maxNesting = 32
	maxName    = 65535
)

// normalizeItem replaces the values of it, which the caller owns, by what
// DynamoDB stores for them, or says what it refuses.
func normalizeItem(it item) error { return normalizeMap(it, 1) }

func normalizeMap(m map[string]value, depth int) error {
	for name, v := range m {
		if name == "" {
			return validation("Empty attribute name")
		}
		if len(name) > maxName {
			return validation("Attribute name is too large, must be less than 65536 bytes")
		}
		if err := normalizeAt(v, depth); err != nil {
			return err
		}
	}
	return nil
}

func normalize(v value) error { return normalizeAt(v, 1) }

func normalizeAt(v value, depth int) error {
	if depth > maxNesting {
		return validation("Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit")
	}
	switch v := v.(type) {
	case *numberV:
		return normalizeNumber(&v.Value)
	case *strSetV:
		return normalizeSet(v.Value, "string", tlv.UTF16Order.CompareStrings)
	case *numSetV:
		for i := range v.Value {
			if err := normalizeNumber(&v.Value[i]); err != nil {
				return err
			}
		}
		return normalizeSet(v.Value, "number", compareNumbers)
	case *binSetV:
		return normalizeSet(v.Value, "binary", compareSigned)
	case *listV:
		for _, element := range v.Value {
			if err := normalizeAt(element, depth+1); err != nil {
				return err
			}
		}
	case *mapV:
		return normalizeMap(v.Value, depth+1)
	}
	return nil
}

func normalizeNumber(text *string) error {
	normal, err := tlv.NormalizeNumber(*text)
	if err != nil {
		return validation("A value provided cannot be converted into a number: %v", err)
	}
	*text = normal
	return nil
}

// normalizeSet sorts members in the order in which DynamoDB Local returns them.
func normalizeSet[T any](members []T, kind string, compare func(a, b T) int) error {
	if len(members) == 0 {
		return validation("One or more parameter values were invalid: An %s set may not be empty", kind)
	}
	slices.SortFunc(members, compare)
	for i := 1; i < len(members); i++ {
		if compare(members[i-1], members[i]) == 0 {
			return validation("One or more parameter values were invalid: Input collection of a %s set contains duplicates", kind)
		}
	}
	return nil
}

// compareSigned compares bytes as Java does.
func compareSigned(a, b []byte) int {
	return slices.CompareFunc(a, b, func(x, y byte) int { return int(int8(x)) - int(int8(y)) })
}

// typeName returns the name of a value's type as the wire and the function
// attribute_type spell it.
func typeName(v value) string {
	switch v.(type) {
	case *stringV:
		return "S"
	case *numberV:
		return "N"
	case *binaryV:
		return "B"
	case *strSetV:
		return "SS"
	case *numSetV:
		return "NS"
	case *binSetV:
		return "BS"
	case *boolV:
		return "BOOL"
	case *nullV:
		return "NULL"
	case *listV:
		return "L"
	case *mapV:
		return "M"
	}
	return "?"
}

// equal reports whether two normalized values are the same.
func equal(a, b value) bool {
	switch a := a.(type) {
	case *stringV:
		b, ok := b.(*stringV)
		return ok && a.Value == b.Value
	case *numberV:
		b, ok := b.(*numberV)
		return ok && a.Value == b.Value
	case *binaryV:
		b, ok := b.(*binaryV)
		return ok && bytes.Equal(a.Value, b.Value)
	case *strSetV:
		b, ok := b.(*strSetV)
		return ok && slices.Equal(a.Value, b.Value)
	case *numSetV:
		b, ok := b.(*numSetV)
		return ok && slices.Equal(a.Value, b.Value)
	case *binSetV:
		b, ok := b.(*binSetV)
		return ok && slices.EqualFunc(a.Value, b.Value, bytes.Equal)
	case *boolV:
		b, ok := b.(*boolV)
		return ok && a.Value == b.Value
	case *nullV:
		_, ok := b.(*nullV)
		return ok
	case *listV:
		b, ok := b.(*listV)
		return ok && slices.EqualFunc(a.Value, b.Value, equal)
	case *mapV:
		b, ok := b.(*mapV)
		return ok && equalMaps(a.Value, b.Value)
	}
	return false
}

func equalMaps(a, b map[string]value) bool {
	if len(a) != len(b) {
		return false
	}
	for name, v := range a {
		if other, ok := b[name]; !ok || !equal(v, other) {
			return false
		}
	}
	return true
}

// compareScalars orders two strings, two numbers or two binaries; ok is false
// for anything else.
func compareScalars(a, b value) (order int, ok bool) {
	if typeName(a) != typeName(b) || !isScalar(a) {
		return 0, false
	}
	return strings.Compare(sortable(a), sortable(b)), true
}

func isScalar(v value) bool {
	switch v.(type) {
	case *stringV, *numberV, *binaryV:
		return true
	}
	return false
}

func cloneItem(it map[string]value) item {
	clone := make(item, len(it))
	for name, v := range it {
		clone[name] = cloneValue(v)
	}
	return clone
}

func cloneValue(v value) value {
	switch v := v.(type) {
	case *stringV:
		return &stringV{Value: v.Value}
	case *numberV:
		return &numberV{Value: v.Value}
	case *binaryV:
		return &binaryV{Value: bytes.Clone(v.Value)}
	case *strSetV:
		return &strSetV{Value: slices.Clone(v.Value)}
	case *numSetV:
		return &numSetV{Value: slices.Clone(v.Value)}
	case *binSetV:
		set := make([][]byte, len(v.Value))
		for i := range set {
			set[i] = bytes.Clone(v.Value[i])
		}
		return &binSetV{Value: set}
	case *boolV:
		return &boolV{Value: v.Value}
	case *nullV:
		return &nullV{Value: v.Value}
	case *listV:
		list := make([]value, len(v.Value))
		for i := range list {
			list[i] = cloneValue(v.Value[i])
		}
		return &listV{Value: list}
	case *mapV:
		return &mapV{Value: cloneItem(v.Value)}
	}
	return v
}
