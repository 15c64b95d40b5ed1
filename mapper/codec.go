package mapper

import (
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

// codec converts between structs and plain items by attributevalue's rules. Its
// errors replace those of attributevalue, which quote the value that they choke
// on.
type codec struct {
	model  *tags.Model
	tagKey string
}

func (c codec) encoder(o *attributevalue.EncoderOptions) { o.TagKey = c.tagKey }
func (c codec) decoder(o *attributevalue.DecoderOptions) { o.TagKey = c.tagKey }

// encode returns the item of value.
func encode[T any](c codec, value *T) (crypto.Item, error) {
	item, err := attributevalue.MarshalMapWithOptions(value, c.encoder)
	if err != nil {
		return nil, c.encodeError(reflect.ValueOf(value).Elem())
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
		if err != nil {
			continue
		}
		if _, err := attributevalue.MarshalWithOptions(field.Interface(), c.encoder); err != nil {
			return fmt.Errorf("%w: field %s of type %s, attribute %q, does not encode", crypto.ErrConfig, a.Path, a.Type, a.Name)
		}
	}
	return fmt.Errorf("%w: a field of %s does not encode", crypto.ErrConfig, c.model.Type())
}

// decode stores the attributes that the model names, letter for letter, in out.
// attributevalue would also take names that differ in case, signed or not.
func decode[T any](c codec, item crypto.Item, out *T) error {
	modelled := make(crypto.Item, len(item))
	for name, v := range item {
		if c.model.Has(name) {
			modelled[name] = v
		}
	}
	if attributevalue.UnmarshalMapWithOptions(modelled, out, c.decoder) == nil {
		return nil
	}
	for _, a := range c.model.Attributes() {
		v, ok := modelled[a.Name]
		if ok && attributevalue.UnmarshalMapWithOptions(crypto.Item{a.Name: v}, new(T), c.decoder) != nil {
			return fmt.Errorf("%w: attribute %q does not decode into field %s of type %s", crypto.ErrConfig, a.Name, a.Path, a.Type)
		}
	}
	return fmt.Errorf("%w: the item does not decode into %s", crypto.ErrConfig, c.model.Type())
}
