package mapper

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper/generated"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

// codec converts between structs and plain items by attributevalue's rules. Its
// errors replace those of attributevalue, which quote the value that they choke
// on.
type codec struct {
	model  *tags.Model
	direct *generated.Record // nil without generated code
	// serialize is true if values that are to be encrypted may be serialized already.
	serialize bool
	carrier   *carrier // nil if the struct has no field for unknown attributes
	encoder   func(*attributevalue.EncoderOptions)
	decoder   func(*attributevalue.DecoderOptions)
}

func newCodec(model *tags.Model, direct *generated.Record, o options) codec {
	return codec{
		model:   model,
		direct:  direct,
		carrier: newCarrier(model),
		encoder: func(e *attributevalue.EncoderOptions) {
			for _, change := range o.encoder {
				change(e)
			}
			e.TagKey = o.tagKey
		},
		decoder: func(d *attributevalue.DecoderOptions) {
			d.FixUnmarshalIndividualSetValues = true // or sets of types that unmarshal themselves are not read
			for _, change := range o.decoder {
				change(d)
			}
			d.TagKey = o.tagKey
		},
	}
}

var errPanic = errors.New("attributevalue panicked")

// marshal returns the item of the struct that a pointer points to: marshalers
// with pointer receivers want an address.
func (c codec) marshal(pointer any) (item crypto.Item, err error) {
	defer func() {
		if recover() != nil { // what is thrown may hold the value
			err = errPanic
		}
	}()
	return attributevalue.MarshalMapWithOptions(pointer, c.encoder)
}

// unmarshal is the inverse. attributevalue panics where the length of an array or
// the methods of an interface do not fit, and attributes that are not signed are
// anybody's.
func (c codec) unmarshal(item crypto.Item, pointer any) (err error) {
	defer func() {
		if recover() != nil {
			err = errPanic
		}
	}()
	return attributevalue.UnmarshalMapWithOptions(item, pointer, c.decoder)
}

// encode returns the item of the struct that value points to.
func (c codec) encode(value any) (crypto.Item, error) {
	item, err := c.fields(value)
	if err != nil {
		return nil, err
	}
	if c.carrier != nil {
		return item, c.carrier.unload(c.model, reflect.ValueOf(value).Elem(), item)
	}
	return item, nil
}

// fields returns the attributes of the fields, by generated code if there is some.
func (c codec) fields(value any) (crypto.Item, error) {
	if c.direct != nil {
		if item, ok := c.direct.Encode(value, c.serialize, c.marshal); ok {
			return item, nil
		}
	}
	item, err := c.marshal(value)
	if err != nil {
		return nil, c.encodeError(reflect.ValueOf(value).Elem())
	}
	if c.carrier != nil {
		delete(item, c.carrier.name) // it is no attribute
	}
	for name := range item {
		if !c.model.Has(name) {
			return nil, fmt.Errorf("%w: attribute %q is not in the model of %s", crypto.ErrConfig, name, c.model.Type())
		}
	}
	return item, nil
}

// encodeError finds the field that does not encode.
func (c codec) encodeError(value reflect.Value) error {
	for _, a := range c.model.Attributes() {
		field, err := value.FieldByIndexErr(a.FieldIndex())
		if err != nil || !field.CanInterface() {
			continue
		}
		only := reflect.New(alone(value.Type().FieldByIndex(a.FieldIndex())))
		only.Elem().Field(0).Set(field)
		if _, err := c.marshal(only.Interface()); err != nil {
			return fmt.Errorf("%w: field %s of type %s, attribute %q, does not encode", crypto.ErrConfig, a.Path, a.Type, a.Name)
		}
	}
	return fmt.Errorf("%w: a field of %s does not encode", crypto.ErrConfig, c.model.Type())
}

// alone returns a struct type with just one field, tags and all: it encodes as
// the field does in its place.
func alone(field reflect.StructField) reflect.Type {
	return reflect.StructOf([]reflect.StructField{{Name: field.Name, Type: field.Type, Tag: field.Tag}})
}

// decode stores the attributes that the model names, letter for letter, in what out points to.
// attributevalue would also take names that differ in case, signed or not. only
// limits it to some attributes; nil is all.
func (c codec) decode(item crypto.Item, only map[string]bool, out any) error {
	modelled := c.modelled(item, only)
	rest := modelled
	if c.direct != nil {
		rest = c.direct.Decode(modelled, out)
	}
	if (c.direct == nil || len(rest) > 0) && c.unmarshal(rest, out) != nil {
		return c.decodeError(rest, reflect.TypeOf(out).Elem())
	}
	if c.carrier != nil && only == nil && len(modelled) < len(item) {
		c.carrier.load(c.model, item, reflect.ValueOf(out).Elem())
	}
	return nil
}

// modelled returns the attributes of an item that are to be decoded: most often the
// item itself.
func (c codec) modelled(item crypto.Item, only map[string]bool) crypto.Item {
	wanted := func(name string) bool { return c.model.Has(name) && (only == nil || only[name]) }
	all := true
	for name := range item {
		all = all && wanted(name)
	}
	if all {
		return item
	}
	modelled := make(crypto.Item, len(item))
	for name, v := range item {
		if wanted(name) {
			modelled[name] = v
		}
	}
	return modelled
}

// decodeError finds the attribute that does not decode.
func (c codec) decodeError(modelled crypto.Item, t reflect.Type) error {
	for _, a := range c.model.Attributes() {
		v, ok := modelled[a.Name]
		if ok && c.unmarshal(crypto.Item{a.Name: v}, reflect.New(t).Interface()) != nil {
			return fmt.Errorf("%w: attribute %q does not decode into field %s of type %s", crypto.ErrConfig, a.Name, a.Path, a.Type)
		}
	}
	return fmt.Errorf("%w: the item does not decode into %s", crypto.ErrConfig, c.model.Type())
}

// settable returns a field of a struct, and makes room for it in embedded pointers
// that are nil.
func settable(value reflect.Value, index []int) reflect.Value {
	for i, x := range index {
		if i > 0 && value.Kind() == reflect.Pointer {
			if value.IsNil() {
				value.Set(reflect.New(value.Type().Elem()))
			}
			value = value.Elem()
		}
		value = value.Field(x)
	}
	return value
}
