package mapper

import (
	"fmt"
	"math"
	"reflect"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

// versionField is the field that counts the writes of an item.
type versionField struct {
	name  string // of the attribute
	path  string // of the field
	index []int
	limit uint64 // the largest version that the field holds
}

// oldVersion is the version that the stored item should have.
type oldVersion struct {
	absent bool // none
	number int64
	stored types.AttributeValue
}

// newVersionField returns nil if the model has no version.
func newVersionField(model *tags.Model) (*versionField, error) {
	a, ok := model.Version()
	if !ok {
		return nil, nil
	}
	if a.AsString {
		return nil, fmt.Errorf("field %s: a version is stored as a number; remove the option string from its dynamodbav tag: %w", a.Path, crypto.ErrConfig)
	}
	t := a.Type
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if p := reflect.PointerTo(t); p.Implements(marshalerType) || p.Implements(unmarshalerType) {
		return nil, fmt.Errorf("field %s: a version is stored as a number, but type %s has marshalers of its own; use another type: %w", a.Path, t, crypto.ErrConfig)
	}
	v := &versionField{name: a.Name, path: a.Path, index: a.FieldIndex()}
	bits := t.Bits()
	if reflect.Zero(t).CanInt() || bits == 64 {
		bits--
	}
	v.limit = 1<<bits - 1
	return v, nil
}

// read returns the version of a struct. Zero and nil mean that there is none
// yet.
func (v *versionField) read(value any) (oldVersion, error) {
	field, err := reflect.ValueOf(value).Elem().FieldByIndexErr(v.index)
	if err != nil {
		return oldVersion{absent: true}, nil // in an embedded struct that is nil
	}
	isPointer := field.Kind() == reflect.Pointer
	for field.Kind() == reflect.Pointer {
		if field.IsNil() {
			return oldVersion{absent: true}, nil
		}
		field = field.Elem()
	}
	var number int64
	if field.CanUint() {
		if field.Uint() > math.MaxInt64 {
			return oldVersion{}, v.errRange()
		}
		number = int64(field.Uint())
	} else {
		number = field.Int()
	}
	if number == 0 && !isPointer {
		return oldVersion{absent: true}, nil
	}
	return oldVersion{number: number, stored: &types.AttributeValueMemberN{Value: strconv.FormatInt(number, 10)}}, nil
}

// next returns the version after old. The first one is 1, as in Java.
func (v *versionField) next(old oldVersion) (uint64, error) {
	if old.number < 0 || uint64(old.number) >= v.limit {
		return 0, v.errRange()
	}
	return uint64(old.number) + 1, nil
}

func (v *versionField) errRange() error {
	return fmt.Errorf("%w: the version in field %s is negative or at the limit of its type", crypto.ErrConfig, v.path)
}

func (v *versionField) attribute(version uint64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatUint(version, 10)}
}

// write sets the version of a struct, in a new variable where the field is a
// pointer: others may share the old one.
func (v *versionField) write(value any, version uint64) {
	field := reflect.ValueOf(value).Elem()
	for i, x := range v.index {
		if i > 0 && field.Kind() == reflect.Pointer {
			if field.IsNil() {
				field.Set(reflect.New(field.Type().Elem()))
			}
			field = field.Elem()
		}
		field = field.Field(x)
	}
	for field.Kind() == reflect.Pointer {
		field.Set(reflect.New(field.Type().Elem()))
		field = field.Elem()
	}
	if field.CanUint() {
		field.SetUint(version)
	} else {
		field.SetInt(int64(version))
	}
}
