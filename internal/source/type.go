// Package source shows package tags the types of Go source, which go/types has
// read, so that tools need no running program.
package source

import (
	"go/types"
	"reflect"

	"golang.org/x/tools/go/types/typeutil"

	"github.com/ddbcrypt/ddbcrypt/tags"
)

// Types makes a [tags.Type] of types of go/types: the same one of identical types. It
// is not safe for concurrent use.
type Types struct {
	of typeutil.Map // from types.Type to *Type
}

// Type is a [tags.Type].
type Type struct {
	types.Type // not an alias
	owner      *Types
}

var _ tags.Type = (*Type)(nil)

// Of returns a type as package tags wants it; of an alias, the type that it stands for.
func (o *Types) Of(t types.Type) *Type {
	t = types.Unalias(t)
	if known, ok := o.of.At(t).(*Type); ok {
		return known
	}
	made := &Type{t, o}
	o.of.Set(t, made)
	return made
}

// String implements [tags.Type].
func (t *Type) String() string {
	if s, ok := t.Type.(*types.Struct); ok && s.NumFields() > 0 {
		return "struct{…}" // the whole text would hide the message
	}
	return types.TypeString(t.Type, (*types.Package).Name)
}

var kinds = map[types.BasicKind]reflect.Kind{
	types.Bool: reflect.Bool, types.String: reflect.String, types.UnsafePointer: reflect.UnsafePointer,
	types.Int: reflect.Int, types.Int8: reflect.Int8, types.Int16: reflect.Int16, types.Int32: reflect.Int32, types.Int64: reflect.Int64,
	types.Uint: reflect.Uint, types.Uint8: reflect.Uint8, types.Uint16: reflect.Uint16, types.Uint32: reflect.Uint32, types.Uint64: reflect.Uint64,
	types.Uintptr: reflect.Uintptr, types.Float32: reflect.Float32, types.Float64: reflect.Float64,
	types.Complex64: reflect.Complex64, types.Complex128: reflect.Complex128,
}

// Kind implements [tags.Type]. It is [reflect.Invalid] for type parameters.
func (t *Type) Kind() reflect.Kind {
	if _, ok := t.Type.(*types.TypeParam); ok {
		return reflect.Invalid
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return kinds[u.Kind()]
	case *types.Array:
		return reflect.Array
	case *types.Chan:
		return reflect.Chan
	case *types.Interface:
		return reflect.Interface
	case *types.Map:
		return reflect.Map
	case *types.Pointer:
		return reflect.Pointer
	case *types.Signature:
		return reflect.Func
	case *types.Slice:
		return reflect.Slice
	case *types.Struct:
		return reflect.Struct
	}
	return reflect.Invalid
}

// Elem implements [tags.Type].
func (t *Type) Elem() tags.Type { return t.Element() }

// Element is Elem as a Type.
func (t *Type) Element() *Type {
	return t.owner.Of(t.Underlying().(interface{ Elem() types.Type }).Elem())
}

// NumField implements [tags.Type].
func (t *Type) NumField() int { return t.Struct().NumFields() }

// Struct returns the fields of a struct type.
func (t *Type) Struct() *types.Struct { return t.Underlying().(*types.Struct) }

// Field implements [tags.Type].
func (t *Type) Field(i int) tags.Field {
	f := t.Struct().Field(i)
	return tags.Field{Name: f.Name(), Tag: t.Struct().Tag(i), Type: t.owner.Of(f.Type()), Exported: f.Exported(), Embedded: f.Embedded()}
}

// HasMethods implements [tags.Type].
func (t *Type) HasMethods() bool {
	if i, ok := t.Underlying().(*types.Interface); ok {
		return i.NumMethods() > 0
	}
	for _, set := range t.methodSets() {
		for m := range set.Methods() {
			if m.Obj().Exported() {
				return true
			}
		}
	}
	return false
}

// methodSets returns the methods of T and of *T.
func (t *Type) methodSets() [2]*types.MethodSet {
	return [2]*types.MethodSet{types.NewMethodSet(t.Type), types.NewMethodSet(types.NewPointer(t.Type))}
}

// HasMethod reports whether T or *T has a method of this exported name.
func (t *Type) HasMethod(name string) bool { return t.method(name) != nil }

func (t *Type) method(name string) *types.Signature {
	for _, set := range t.methodSets() {
		if m := set.Lookup(nil, name); m != nil {
			return m.Type().(*types.Signature)
		}
	}
	return nil
}

const attributeTypes = "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

// isAttributeValue reports whether a type is the interface of the SDK.
func isAttributeValue(t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Name() == "AttributeValue" && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == attributeTypes
}

// CustomMarshaler implements [tags.Type].
func (t *Type) CustomMarshaler() bool {
	if m := t.method("MarshalDynamoDBAttributeValue"); m != nil && m.Params().Len() == 0 && m.Results().Len() == 2 &&
		isAttributeValue(m.Results().At(0).Type()) && isError(m.Results().At(1).Type()) {
		return true
	}
	m := t.method("UnmarshalDynamoDBAttributeValue")
	return m != nil && !m.Variadic() && m.Params().Len() == 1 && m.Results().Len() == 1 &&
		isAttributeValue(m.Params().At(0).Type()) && isError(m.Results().At(0).Type())
}

func isError(t types.Type) bool { return types.Identical(t, types.Universe.Lookup("error").Type()) }

// IsTime implements [tags.Type]. Only types that are made of time.Time have its fields.
func (t *Type) IsTime() bool {
	s, ok := t.Underlying().(*types.Struct)
	if !ok || s.NumFields() != 3 {
		return false
	}
	first := s.Field(0)
	return first.Name() == "wall" && first.Pkg() != nil && first.Pkg().Path() == "time"
}

// IsAttributeMap implements [tags.Type].
func (t *Type) IsAttributeMap() bool {
	m, ok := t.Underlying().(*types.Map)
	return ok && types.Identical(m.Key(), types.Typ[types.String]) && isAttributeValue(m.Elem())
}
