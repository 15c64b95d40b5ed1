package mapper

import (
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

// keyField is a field that holds a key of the table.
type keyField struct {
	name  string // of the attribute
	path  string // of the field
	index []int
	// alone is a struct type with just this field, tags and all: it encodes as
	// the field does in its place.
	alone reflect.Type
}

// keyFields returns the partition key and perhaps the sort key.
func keyFields(t reflect.Type, model *tags.Model) ([]keyField, error) {
	partition, ok := model.Partition()
	if !ok {
		return nil, fmt.Errorf("no field is the partition key; add `ddbcrypt:\"partition\"` to its tags: %w", crypto.ErrConfig)
	}
	fields := []keyField{newKeyField(t, partition)}
	if sort, ok := model.Sort(); ok {
		fields = append(fields, newKeyField(t, sort))
	}
	return fields, nil
}

func newKeyField(t reflect.Type, a tags.Attribute) keyField {
	field := t.FieldByIndex(a.FieldIndex())
	alone := reflect.StructField{Name: field.Name, Type: field.Type, Tag: field.Tag}
	return keyField{a.Name, a.Path, a.FieldIndex(), reflect.StructOf([]reflect.StructField{alone})}
}

// key returns the key attributes for values of the key fields.
func (m *Mapper[T]) key(values []any) (map[string]types.AttributeValue, error) {
	if len(values) != len(m.keys) {
		return nil, fmt.Errorf("%w: the key of %s has %d values, not %d", crypto.ErrConfig, m.model.Type(), len(m.keys), len(values))
	}
	key := make(map[string]types.AttributeValue, len(values))
	for i, field := range m.keys {
		target := reflect.New(field.alone).Elem()
		if err := assign(target.Field(0), reflect.ValueOf(values[i])); err != nil {
			return nil, fmt.Errorf("%w: the value for key attribute %q, field %s, %w", crypto.ErrConfig, field.name, field.path, err)
		}
		if err := field.encode(m.codec, target, key); err != nil {
			return nil, err
		}
	}
	return key, nil
}

// keyOf returns the key attributes of a struct.
func (m *Mapper[T]) keyOf(value *T) (map[string]types.AttributeValue, error) {
	key := make(map[string]types.AttributeValue, len(m.keys))
	for _, field := range m.keys {
		target := reflect.New(field.alone).Elem()
		if source, err := reflect.ValueOf(value).Elem().FieldByIndexErr(field.index); err == nil {
			target.Field(0).Set(source)
		}
		if err := field.encode(m.codec, target, key); err != nil {
			return nil, err
		}
	}
	return key, m.requireKeys(key)
}

// encode adds the attribute of a value of f.alone to key.
func (f *keyField) encode(c codec, value reflect.Value, key map[string]types.AttributeValue) error {
	item, err := attributevalue.MarshalMapWithOptions(value.Interface(), c.encoder)
	if err != nil {
		return fmt.Errorf("%w: key attribute %q, field %s, does not encode", crypto.ErrConfig, f.name, f.path)
	}
	if v, ok := item[f.name]; ok {
		key[f.name] = v
	}
	return nil
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
		fits = isBytes(target) && isBytes(value)
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
