//lint:file-ignore U1000 fields are read by reflection

package tags_test

import (
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/tags"
)

type (
	values = map[string]types.AttributeValue
	Rest   values
	rest   values

	carrierBase struct {
		More values `dynamodbav:"more" json:"extra" ddbcrypt:"unknown"`
	}
	carrierLeft  struct{ carrierBase }
	carrierRight struct{ carrierBase }
	HasRest      struct{ Rest string }
)

func TestUnknownField(t *testing.T) {
	for _, c := range []struct {
		name       string
		item       any
		attribute  string
		path       string
		attributes int
	}{
		{"under the name of the field", struct {
			A int
			B values `ddbcrypt:",unknown"`
		}{}, "B", "B", 1},
		{"under a name from a tag", struct {
			B values `dynamodbav:"rest,omitempty" ddbcrypt:"unknown"`
		}{}, "rest", "B", 0},
		{"of a named type", struct {
			B Rest `ddbcrypt:"unknown"`
		}{}, "B", "B", 0},
		{"embedded itself", struct {
			Rest `ddbcrypt:"unknown"`
		}{}, "Rest", "Rest", 0},
		{"in an embedded struct", struct {
			A int
			carrierBase
		}{}, "more", "carrierBase.More", 1},
		{"that attributevalue ignores", struct {
			A int
			B values `dynamodbav:"-" ddbcrypt:"unknown"`
		}{}, "", "B", 1},
		{"that is ignored but has the name of an attribute", struct {
			HasRest
			Rest values `dynamodbav:"-" ddbcrypt:"unknown"`
		}{}, "", "Rest", 1},
		{"beside the policy for unknown attributes", struct {
			_ struct{} `ddbcrypt:"unknown=sign,default=none"`
			B values   `ddbcrypt:"unknown"`
		}{}, "B", "B", 0},
		{"whose name is that of an attribute but for the case", struct {
			A int    `dynamodbav:"rest"`
			B values `dynamodbav:"Rest" ddbcrypt:"unknown"`
		}{}, "Rest", "B", 1},
		{"with the name of a retired attribute", struct {
			_ struct{} `ddbcrypt:"retired=B:sign"`
			B values   `ddbcrypt:"unknown"`
		}{}, "B", "B", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			typ := reflect.TypeOf(c.item)
			m, err := tags.Of(typ)
			require.NoError(t, err)
			got, ok := m.UnknownField()
			require.True(t, ok)
			assert.Equal(t, c.attribute, got.Name)
			assert.Equal(t, c.path, got.Path)
			assert.Equal(t, typ.FieldByIndex(got.FieldIndex()).Type, got.Type)

			assert.Len(t, m.Attributes(), c.attributes, "it is no attribute")
			assert.False(t, m.Has(c.attribute))
			actions := m.Actions()
			for _, r := range m.Retired() {
				delete(actions.Overrides, r.Name)
			}
			assert.NotContains(t, actions.Overrides, c.attribute)

			v := reflect.New(typ)
			field := v.Elem().FieldByIndex(got.FieldIndex())
			field.Set(reflect.ValueOf(values{"x": &types.AttributeValueMemberBOOL{}}).Convert(got.Type))
			written, err := attributevalue.MarshalMap(v.Interface())
			require.NoError(t, err)
			want := c.attributes
			if c.attribute != "" {
				want++
				assert.Contains(t, written, c.attribute)
			}
			assert.Len(t, written, want)
		})
	}
	t.Run("none", func(t *testing.T) {
		_, ok := modelOf[User](t).UnknownField()
		assert.False(t, ok)
	})
	t.Run("under the name of another tag key", func(t *testing.T) {
		got, _ := modelOf[carrierBase](t, tags.WithTagKey("json")).UnknownField()
		assert.Equal(t, "extra", got.Name)
	})
}

// The names may differ in case only because attributevalue prefers exact ones.
func TestAnAttributeIsNotDecodedIntoTheUnknownField(t *testing.T) {
	type item struct {
		B values `dynamodbav:"Rest" ddbcrypt:"unknown"`
		A int    `dynamodbav:"rest"`
	}
	m := modelOf[item](t)
	require.True(t, m.Has("rest"))
	require.False(t, m.Has("Rest"))
	var got item
	require.NoError(t, attributevalue.UnmarshalMap(values{"rest": &types.AttributeValueMemberN{Value: "7"}}, &got))
	assert.Equal(t, item{A: 7}, got)
}

func TestOfRefusesUnknownFields(t *testing.T) {
	for _, c := range []struct {
		name   string
		item   any
		faults []fault
	}{
		{"two of them", struct {
			A values `ddbcrypt:"unknown"`
			B values `dynamodbav:"-" ddbcrypt:"unknown"`
		}{}, []fault{{"B", "unknown", "second field of unknown attributes, field A is one already"}}},
		{"one that an outer one would hide", struct {
			carrierBase
			More values `dynamodbav:"more" ddbcrypt:"unknown"`
		}{}, []fault{{"carrierBase.More", "unknown", "second field of unknown attributes, field More"}}},
		{"one in a struct that is embedded twice", struct {
			carrierLeft
			carrierRight
		}{}, []fault{{"carrierLeft.carrierBase.More", "unknown", "cancel each other"}}},
		{"a map of strings", struct {
			A map[string]string `ddbcrypt:"unknown"`
		}{}, []fault{{"A", "unknown", "must be a map[string]types.AttributeValue"}}},
		{"a map with other keys", struct {
			A map[tags.Projection]types.AttributeValue `ddbcrypt:"unknown"`
		}{}, []fault{{"A", "unknown", "must be a map[string]types.AttributeValue"}}},
		{"a pointer to a map", struct {
			A *values `ddbcrypt:"unknown"`
		}{}, []fault{{"A", "unknown", "must be a map[string]types.AttributeValue"}}},
		{"an embedded struct", struct {
			HasRest `ddbcrypt:"unknown"`
		}{}, []fault{{"HasRest", "unknown", "must be a map[string]types.AttributeValue"}}},
		{"an action beside it", struct {
			A values `dynamodbav:"-" ddbcrypt:"sign,unknown"`
		}{}, []fault{{"A", "sign,unknown", `keep "unknown" alone`}}},
		{"an option and a wrong type beside it", struct {
			A int `ddbcrypt:"unknown,ttl"`
		}{}, []fault{
			{"A", "unknown,ttl", `keep "unknown" alone`},
			{"A", "unknown,ttl", "must be a map[string]types.AttributeValue"},
		}},
		{"a field that is not exported", struct {
			a values `ddbcrypt:"unknown"`
		}{}, []fault{{"a", "unknown", "not exported"}}},
		{"an embedded type that is not exported", struct {
			rest `ddbcrypt:"unknown"`
		}{}, []fault{{"rest", "unknown", "type is not exported"}}},
		{"behind an embedded pointer that cannot be allocated", struct {
			*carrierBase
		}{}, []fault{{"carrierBase.More", "unknown", "cannot allocate embedded pointer carrierBase"}}},
		{"a reserved name", struct {
			A values `dynamodbav:"*amzn-ddb-map-sig*" ddbcrypt:"unknown"`
		}{}, []fault{{"A", "unknown", "reserved"}}},
		{"the name of an attribute beside it", struct {
			A values `dynamodbav:"B" ddbcrypt:"unknown"`
			B int
		}{}, []fault{{"A", "unknown", `field B has the same attribute name "B"`}}},
		{"the name of an attribute that it hides", struct {
			HasRest
			Rest values `ddbcrypt:"unknown"`
		}{}, []fault{{"Rest", "unknown", `field HasRest.Rest has the same attribute name "Rest"`}}},
		{"the name of an attribute that hides it", struct {
			carrierBase
			A int `dynamodbav:"more"`
		}{}, []fault{{"carrierBase.More", "unknown", `field A has the same attribute name "more"`}}},
		{"one inside a nested struct", struct {
			A struct {
				B values `ddbcrypt:"unknown"`
			}
		}{}, []fault{{"A.B", "unknown", "tag inside a nested struct"}}},
		{"the word on a blank field", struct {
			_ struct{} `ddbcrypt:"unknown"`
		}{}, []fault{{"_", "unknown", `option "unknown" needs a value`}}},
	} {
		t.Run(c.name, func(t *testing.T) { requireRefusal(t, c.item, c.faults) })
	}
}
