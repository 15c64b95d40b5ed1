package mapper

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/tlv"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

// Key is the key of an item: the value of the partition key, then that of the sort key
// if there is one. Integers and strings of any type fit key fields of another integer
// or string type.
//
//	mapper.Key{"alice", 1700000000}
type Key []any

// keyField is a field that holds a key of the table or of an index.
type keyField struct {
	name  string // of the attribute
	path  string // of the field
	index []int
	typ   reflect.Type
	// alone is the type of a struct with just the field.
	alone func() reflect.Type
	// direct is true for a string or an integer that attributevalue encodes as such.
	direct bool
}

// keyFields returns the partition key and perhaps the sort key.
func keyFields(t reflect.Type, model *tags.Model) ([]keyField, error) {
	partition, ok := model.Partition()
	if !ok {
		return nil, fmt.Errorf("no field is the partition key; add `ddbcrypt:\"partition\"` to its tags: %w", crypto.ErrConfig)
	}
	keys := []tags.Attribute{partition}
	if sort, ok := model.Sort(); ok {
		keys = append(keys, sort)
	}
	return newKeyFields(t, keys)
}

func newKeyFields(t reflect.Type, keys []tags.Attribute) ([]keyField, error) {
	var fields []keyField
	for _, a := range keys {
		if !canBeKey(a.Type) {
			return nil, fmt.Errorf("field %s: a key is a string, a number or binary, not a %s: %w", a.Path, a.Type, crypto.ErrConfig)
		}
		fields = append(fields, newKeyField(t, a))
	}
	return fields, nil
}

func newKeyField(t reflect.Type, a tags.Attribute) keyField {
	index := a.FieldIndex()
	return keyField{a.Name, a.Path, index, a.Type, sync.OnceValue(func() reflect.Type { return alone(t.FieldByIndex(index)) }), isDirect(a)}
}

// isDirect reports whether nothing but its value decides how a field is encoded: its type
// is one of the language, and its tag has no options.
func isDirect(a tags.Attribute) bool {
	return a.Type.PkgPath() == "" && (a.Type.Kind() == reflect.String || reflect.Zero(a.Type).CanInt()) && a.Flags == tags.Flags{}
}

// indexKeys are the fields of the key of a secondary index.
type indexKeys struct{ partition, sort []keyField }

// indexFields returns the keys of the indexes that the tags name.
func indexFields(t reflect.Type, model *tags.Model) (map[string]indexKeys, error) {
	indexes := map[string]indexKeys{}
	var faults []error
	for _, index := range model.Indexes() {
		var keys indexKeys
		for _, part := range []struct {
			names  []string
			fields *[]keyField
		}{{index.Partition, &keys.partition}, {index.Sort, &keys.sort}} {
			attributes := make([]tags.Attribute, len(part.names))
			for i, name := range part.names {
				attributes[i], _ = model.Attribute(name)
			}
			fields, err := newKeyFields(t, attributes)
			if err != nil {
				faults = append(faults, fmt.Errorf("index %q: %w", index.Name, err))
			}
			*part.fields = fields
		}
		indexes[index.Name] = keys
	}
	return indexes, errors.Join(faults...)
}

var (
	marshalerType   = reflect.TypeFor[attributevalue.Marshaler]()
	unmarshalerType = reflect.TypeFor[attributevalue.Unmarshaler]()
)

// canBeKey reports whether values of a type may encode as a string, a number or
// binary, which is all that DynamoDB takes as a key.
func canBeKey(t reflect.Type) bool {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if reflect.PointerTo(t).Implements(marshalerType) || t.ConvertibleTo(reflect.TypeFor[time.Time]()) {
		return true
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		return t.Elem().Kind() == reflect.Uint8
	case reflect.String, reflect.Interface:
		return true
	}
	v := reflect.Zero(t)
	return v.CanInt() || v.CanUint() || v.CanFloat()
}

// key returns the key attributes for values of the key fields.
func (p *plan) key(values Key) (map[string]types.AttributeValue, error) {
	if len(values) != len(p.keys) {
		return nil, fmt.Errorf("%w: the number of values for the key of %s, which are those of %s, is %d, not %d", crypto.ErrConfig, p.model.Type(), quoted(p.keys), len(p.keys), len(values))
	}
	key := make(map[string]types.AttributeValue, len(values))
	for i, field := range p.keys {
		v, err := field.value(p.codec, values[i])
		if err != nil {
			return nil, err
		}
		key[field.name] = v
	}
	return key, nil
}

// value returns the attribute for a value of the field.
func (f *keyField) value(c codec, value any) (types.AttributeValue, error) {
	source := reflect.ValueOf(value)
	if f.direct && f.fits(source) { // attributevalue would do the same, with ten allocations
		v := scalar(source)
		return v, f.check(v)
	}
	target := reflect.New(f.alone()).Elem()
	if err := assign(target.Field(0), source); err != nil {
		return nil, fmt.Errorf("%w: the value for key attribute %q, field %s, %w", crypto.ErrConfig, f.name, f.path, err)
	}
	v, err := f.encode(c, target)
	if err != nil {
		return nil, err
	}
	return v, f.check(v)
}

// fits reports whether a value is a string for a string, or an integer for an integer.
func (f *keyField) fits(value reflect.Value) bool {
	if f.typ.Kind() == reflect.String {
		return value.Kind() == reflect.String
	}
	return value.CanInt() && !f.typ.OverflowInt(value.Int())
}

// check refuses what DynamoDB does not take for a key. Its own answer may quote the
// value.
func (f *keyField) check(v types.AttributeValue) error {
	if fault := keyFault(v); fault != "" {
		return fmt.Errorf("%w: the key attribute %q, field %s, %s", crypto.ErrConfig, f.name, f.path, fault)
	}
	return nil
}

// keyOf returns the key attributes of a struct.
func (p *plan) keyOf(value any) (map[string]types.AttributeValue, error) {
	key := make(map[string]types.AttributeValue, len(p.keys))
	for _, field := range p.keys {
		source, err := reflect.ValueOf(value).Elem().FieldByIndexErr(field.index)
		if err == nil && field.direct {
			key[field.name] = scalar(source)
			continue
		}
		target := reflect.New(field.alone()).Elem()
		if err == nil {
			target.Field(0).Set(source)
		}
		v, err := field.encode(p.codec, target)
		if err != nil {
			return nil, err
		}
		if v != nil {
			key[field.name] = v
		}
	}
	return key, p.requireKeys(key)
}

// requireKeys refuses items without a key that DynamoDB takes.
func (p *plan) requireKeys(item crypto.Item) error {
	for _, key := range p.keys {
		if err := key.check(item[key.name]); err != nil {
			return err
		}
	}
	return nil
}

// requireIndexKeys refuses keys of an index that DynamoDB would refuse. An item without
// them is fine: it is not in the index.
func (p *plan) requireIndexKeys(item crypto.Item) error {
	for _, index := range p.indexes {
		for _, fields := range [][]keyField{index.partition, index.sort} {
			for _, field := range fields {
				v, ok := item[field.name]
				if !ok {
					continue
				}
				if fault := keyFault(v); fault != "" {
					return fmt.Errorf("%w: attribute %q, field %s, is a key of an index and %s, or leave it out by the option omitempty of its dynamodbav tag",
						crypto.ErrConfig, field.name, field.path, fault)
				}
			}
		}
	}
	return nil
}

// keyFault says what is wrong with a key attribute, or nothing.
func keyFault(v types.AttributeValue) string {
	empty := false
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		if empty = v == nil || v.Value == ""; !empty && !utf8.ValidString(v.Value) {
			return "is not valid UTF-8" // the SDK would ask for another key
		}
	case *types.AttributeValueMemberB:
		empty = v == nil || len(v.Value) == 0
	case *types.AttributeValueMemberN:
		if empty = v == nil || v.Value == ""; !empty {
			if _, err := tlv.NormalizeNumber(v.Value); err != nil {
				return "is not a number of DynamoDB"
			}
		}
	case nil, *types.AttributeValueMemberNULL:
		empty = true
	default:
		return "is not a string, a number or binary"
	}
	if empty {
		return "is empty; set it"
	}
	return ""
}

// encode returns the attribute of a variable of type f.alone, if it has one.
func (f *keyField) encode(c codec, value reflect.Value) (types.AttributeValue, error) {
	if f.direct {
		return scalar(value.Field(0)), nil
	}
	item, err := c.marshal(value.Addr().Interface())
	if err != nil {
		return nil, fmt.Errorf("%w: key attribute %q, field %s, does not encode", crypto.ErrConfig, f.name, f.path)
	}
	return item[f.name], nil
}

// scalar is the attribute of a string or an integer.
func scalar(value reflect.Value) types.AttributeValue {
	if value.CanInt() {
		return &types.AttributeValueMemberN{Value: strconv.FormatInt(value.Int(), 10)}
	}
	return &types.AttributeValueMemberS{Value: value.String()}
}

// assign sets a key field to a value of its own type or of another integer,
// string or byte slice type.
func assign(target, value reflect.Value) error {
	if !value.IsValid() {
		return fmt.Errorf("is nil")
	}
	if value.Type().AssignableTo(target.Type()) {
		target.Set(value)
		return nil
	}
	if target.Kind() == reflect.Pointer {
		target.Set(reflect.New(target.Type().Elem()))
		return assign(target.Elem(), value)
	}
	fits := false
	switch {
	case target.CanInt() && value.CanInt():
		fits = !target.OverflowInt(value.Int())
	case target.CanInt() && value.CanUint():
		fits = value.Uint() <= 1<<63-1 && !target.OverflowInt(int64(value.Uint()))
	case target.CanUint() && value.CanUint():
		fits = !target.OverflowUint(value.Uint())
	case target.CanUint() && value.CanInt():
		fits = value.Int() >= 0 && !target.OverflowUint(uint64(value.Int()))
	case target.CanFloat():
		fits = value.CanFloat()
	case target.Kind() == reflect.String:
		fits = value.Kind() == reflect.String
	default:
		fits = isBytes(target) && isBytes(value) && value.CanConvert(target.Type())
	}
	if !fits {
		return fmt.Errorf("of type %s does not fit type %s", value.Type(), target.Type())
	}
	target.Set(value.Convert(target.Type()))
	return nil
}

func isBytes(v reflect.Value) bool {
	return v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8
}
