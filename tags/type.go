package tags

import (
	"reflect"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Type is what the rules need to know of a Go type. [Of] reads it from
// reflect; tools that see only source implement it over go/types and call
// [Describe]. Values must be comparable, and equal exactly for identical
// types. Methods must be safe for concurrent use.
type Type interface {
	// String returns the name for error messages, with the package name.
	String() string
	Kind() reflect.Kind
	// Elem returns the element type of an array, map, pointer or slice.
	Elem() Type
	// NumField and Field list the fields of a struct.
	NumField() int
	Field(i int) Field
	// HasMethods reports whether T or *T has exported methods.
	HasMethods() bool
	// CustomMarshaler reports whether T or *T is an attributevalue.Marshaler
	// or attributevalue.Unmarshaler.
	CustomMarshaler() bool
	// IsTime reports whether T converts to time.Time.
	IsTime() bool
	// IsAttributeMap reports whether the underlying type of T is
	// map[string]types.AttributeValue, of the SDK's dynamodb/types.
	IsAttributeMap() bool
}

// Field is one field of a struct [Type].
type Field struct {
	Name     string
	Tag      string // the whole struct tag
	Type     Type
	Exported bool
	Embedded bool
}

// goType is the Type of a program that runs.
type goType struct{ t reflect.Type }

var (
	timeType         = reflect.TypeFor[time.Time]()
	attributeMapType = reflect.TypeFor[map[string]types.AttributeValue]()
	marshalerType    = reflect.TypeFor[attributevalue.Marshaler]()
	unmarshalerType  = reflect.TypeFor[attributevalue.Unmarshaler]()
)

func (g goType) String() string {
	if g.t.Name() == "" && g.t.Kind() == reflect.Struct {
		return "struct{…}" // the whole text would hide the message
	}
	return g.t.String()
}

func (g goType) Kind() reflect.Kind   { return g.t.Kind() }
func (g goType) Elem() Type           { return goType{g.t.Elem()} }
func (g goType) NumField() int        { return g.t.NumField() }
func (g goType) IsTime() bool         { return g.t.ConvertibleTo(timeType) }
func (g goType) IsAttributeMap() bool { return g.t.ConvertibleTo(attributeMapType) }

func (g goType) Field(i int) Field {
	f := g.t.Field(i)
	return Field{
		Name: f.Name, Tag: string(f.Tag), Type: goType{f.Type},
		Exported: f.IsExported(), Embedded: f.Anonymous,
	}
}

func (g goType) HasMethods() bool {
	return g.t.NumMethod() > 0 || reflect.PointerTo(g.t).NumMethod() > 0
}

func (g goType) CustomMarshaler() bool {
	pointer := reflect.PointerTo(g.t)
	for _, i := range []reflect.Type{marshalerType, unmarshalerType} {
		if g.t.Implements(i) || pointer.Implements(i) {
			return true
		}
	}
	return false
}

// indirect returns the struct behind a pointer as attributevalue does for
// embedded fields: one level.
func indirect(t Type) Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}
