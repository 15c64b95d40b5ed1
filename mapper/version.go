package mapper

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/itemkey"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

// versionField is the field that tells the writes of an item apart: it counts them,
// or holds the time of the last one.
type versionField struct {
	name  string // of the attribute
	path  string // of the field
	index []int
	alone func() reflect.Type
	limit uint64 // the largest number that the field holds; 0 for a time
}

// version is a version of an item.
type version struct {
	absent bool // there is none yet
	number int64
	time   time.Time
	stored types.AttributeValue
}

var timeType = reflect.TypeFor[time.Time]()

// newVersionField returns nil if the model has no version.
func newVersionField(t reflect.Type, model *tags.Model) (*versionField, error) {
	a, ok := model.Version()
	if !ok {
		return nil, nil
	}
	v := &versionField{name: a.Name, path: a.Path, index: a.FieldIndex()}
	v.alone = sync.OnceValue(func() reflect.Type { return alone(t.FieldByIndex(v.index)) })
	base := a.Type
	for base.Kind() == reflect.Pointer {
		base = base.Elem()
	}
	if base.ConvertibleTo(timeType) {
		return v, nil
	}
	if a.AsString {
		return nil, fmt.Errorf("field %s: a version is stored as a number; remove the option string from its dynamodbav tag: %w", a.Path, crypto.ErrConfig)
	}
	if p := reflect.PointerTo(base); p.Implements(marshalerType) || p.Implements(unmarshalerType) {
		return nil, fmt.Errorf("field %s: a version is stored as a number, but type %s has marshalers of its own; use another type: %w", a.Path, base, crypto.ErrConfig)
	}
	bits := base.Bits()
	if reflect.Zero(base).CanInt() || bits == 64 {
		bits--
	}
	v.limit = 1<<bits - 1
	return v, nil
}

// read returns the version of a struct. Zero and nil mean that there is none
// yet.
func (v *versionField) read(c codec, value any) (version, error) {
	field, err := reflect.ValueOf(value).Elem().FieldByIndexErr(v.index)
	if err != nil {
		return version{absent: true}, nil // in an embedded struct that is nil
	}
	whole := field
	for field.Kind() == reflect.Pointer {
		if field.IsNil() {
			return version{absent: true}, nil
		}
		field = field.Elem()
	}
	if v.limit == 0 {
		at := field.Convert(timeType).Interface().(time.Time)
		if at.IsZero() {
			return version{absent: true}, nil
		}
		only := reflect.New(v.alone())
		only.Elem().Field(0).Set(whole)
		stored, err := v.encode(c, only)
		return version{time: at, stored: stored}, err
	}
	var number int64
	if field.CanUint() {
		if field.Uint() > math.MaxInt64 {
			return version{}, v.errRange()
		}
		number = int64(field.Uint())
	} else {
		number = field.Int()
	}
	if number == 0 && whole.Kind() != reflect.Pointer {
		return version{absent: true}, nil
	}
	return version{number: number, stored: &types.AttributeValueMemberN{Value: strconv.FormatInt(number, 10)}}, nil
}

// next returns the version after old: the next number, from 1 on as in Java, or the
// time, if need be a little later than it is.
func (v *versionField) next(c codec, old version, now func() time.Time) (version, error) {
	if v.limit == 0 {
		return v.nextTime(c, old, now().UTC())
	}
	if old.number < 0 || uint64(old.number) >= v.limit {
		return version{}, v.errRange()
	}
	number := old.number + 1
	return version{number: number, stored: &types.AttributeValueMemberN{Value: strconv.FormatInt(number, 10)}}, nil
}

// nextTime returns a time after old that is stored as another value than old is: some
// encodings hold whole seconds only.
func (v *versionField) nextTime(c codec, old version, at time.Time) (version, error) {
	for _, later := range []time.Duration{0, time.Nanosecond, time.Second} {
		if later > 0 {
			at = old.time.UTC().Add(later)
		}
		if !old.absent && !at.After(old.time) {
			continue
		}
		only := reflect.New(v.alone())
		set(only.Elem().Field(0), reflect.ValueOf(at))
		stored, err := v.encode(c, only)
		if err != nil {
			return version{}, err
		}
		if old.absent || v.isLater(c, old, stored) {
			return version{time: at, stored: stored}, nil
		}
	}
	return version{}, fmt.Errorf("%w: field %s: no later time can be stored in it; use an encoding that keeps seconds", crypto.ErrConfig, v.path)
}

// isLater reports whether a stored time is after old as it is stored.
func (v *versionField) isLater(c codec, old version, stored types.AttributeValue) bool {
	var times [2]time.Time
	for i, value := range []types.AttributeValue{old.stored, stored} {
		only := reflect.New(v.alone())
		if c.unmarshal(crypto.Item{v.name: value}, only.Interface()) != nil {
			return false
		}
		field := reflect.Indirect(only.Elem().Field(0))
		if !field.IsValid() {
			return false
		}
		times[i] = field.Convert(timeType).Interface().(time.Time)
	}
	return times[1].After(times[0])
}

// encode returns the attribute of a variable of type *v.alone().
func (v *versionField) encode(c codec, only reflect.Value) (types.AttributeValue, error) {
	item, err := c.marshal(only.Interface())
	if err != nil || item[v.name] == nil {
		return nil, fmt.Errorf("%w: the version in field %s does not encode", crypto.ErrConfig, v.path)
	}
	return item[v.name], nil
}

func (v *versionField) errRange() error {
	return fmt.Errorf("%w: the version in field %s is negative or at the limit of its type", crypto.ErrConfig, v.path)
}

// write sets the version of a struct to what Load would, in a new variable where the
// field is a pointer: others may share the old one.
func (v *versionField) write(c codec, value any, to version) {
	field := settable(reflect.ValueOf(value).Elem(), v.index)
	if v.limit > 0 {
		set(field, reflect.ValueOf(to.number))
		return
	}
	only := reflect.New(v.alone())
	if c.unmarshal(crypto.Item{v.name: to.stored}, only.Interface()) != nil { // isLater decoded it
		set(only.Elem().Field(0), reflect.ValueOf(to.time))
	}
	field.Set(only.Elem().Field(0))
}

// set converts a value to the type of a field, or of what the field points to.
func set(field, value reflect.Value) {
	for field.Kind() == reflect.Pointer {
		field.Set(reflect.New(field.Type().Elem()))
		field = field.Elem()
	}
	field.Set(value.Convert(field.Type()))
}

// condition returns the condition that the stored item has the version.
func (v *versionField) condition(old version) condition {
	names := map[string]string{"#version": v.name}
	if old.absent {
		return condition{text: "attribute_not_exists(#version)", names: names}
	}
	return condition{"#version = :version", names, map[string]types.AttributeValue{":version": old.stored}}
}

// holds reports whether a stored item meets the condition.
func (v *versionField) holds(old version, stored crypto.Item) bool {
	if old.absent {
		return stored[v.name] == nil
	}
	return itemkey.Matches(stored, crypto.Item{v.name: old.stored})
}
