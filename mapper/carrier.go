package mapper

import (
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/tlv"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

// carrier is the field with the option unknown: it carries what an item has and the
// struct does not model, from Load to Save.
type carrier struct {
	name  string // as attributevalue would write the field, or ""
	path  string
	index []int
}

func newCarrier(model *tags.Model) *carrier {
	field, ok := model.UnknownField()
	if !ok {
		return nil
	}
	return &carrier{field.Name, field.Path, field.FieldIndex()}
}

// load stores the attributes that are not modelled. Those that are retired are among
// them: a program that still has them may read the item.
func (c *carrier) load(model *tags.Model, item crypto.Item, out reflect.Value) {
	carried := map[string]types.AttributeValue{}
	for name, v := range item {
		if !model.Has(name) {
			carried[name] = tlv.Plain(v)
		}
	}
	field := settable(out, c.index)
	field.Set(reflect.ValueOf(carried).Convert(field.Type()))
}

// unload adds what was carried to an item.
func (c *carrier) unload(model *tags.Model, value reflect.Value, item crypto.Item) error {
	field, err := value.FieldByIndexErr(c.index)
	if err != nil {
		return nil // in an embedded struct that is nil
	}
	for name, v := range field.Convert(reflect.TypeFor[map[string]types.AttributeValue]()).Interface().(map[string]types.AttributeValue) {
		if model.Has(name) {
			return fmt.Errorf("%w: field %s has attribute %q, which is that of another field; remove it", crypto.ErrConfig, c.path, name)
		}
		item[name] = v
	}
	return nil
}
