package analyzer

import (
	"reflect"

	"github.com/ddbcrypt/ddbcrypt/internal/source"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

// behind returns the type behind pointers.
func behind(t *source.Type) *source.Type {
	for range 10 { // types may contain themselves
		if t.Kind() != reflect.Pointer {
			break
		}
		t = t.Element()
	}
	return t
}

// canBeKey reports whether values of a type may be stored as a string, a number or
// binary. Package mapper asks the same of running programs.
func canBeKey(t *source.Type) bool {
	t = behind(t)
	if isMarshaler(t) || t.IsTime() {
		return true
	}
	switch k := t.Kind(); k {
	case reflect.Slice, reflect.Array:
		return t.Element().Kind() == reflect.Uint8
	case reflect.String, reflect.Interface, reflect.Invalid:
		return true
	default:
		return reflect.Int <= k && k <= reflect.Float64
	}
}

func isMarshaler(t *source.Type) bool {
	return t.CustomMarshaler() && t.HasMethod("MarshalDynamoDBAttributeValue")
}

// stored is what attributevalue makes of a field, as far as its expiry time matters.
type stored int

const (
	storedUnknown stored = iota // not known before the program runs
	storedNumber
	storedString
	storedOther
)

func storedKind(t *source.Type, flags tags.Flags) stored {
	t = behind(t)
	k := t.Kind()
	isNumber := reflect.Int <= k && k <= reflect.Float64 ||
		k == reflect.String && t.HasMethod("Float64") && t.HasMethod("Int64") && t.HasMethod("String")
	switch {
	case isMarshaler(t) || k == reflect.Interface || k == reflect.Invalid:
		return storedUnknown
	case t.IsTime() && flags.AsUnixTime, isNumber && !flags.AsString:
		return storedNumber
	case t.IsTime(), isNumber, k == reflect.String:
		return storedString
	}
	return storedOther
}
