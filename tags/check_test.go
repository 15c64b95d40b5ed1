//lint:file-ignore U1000 fields are read by reflection

package tags_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/tags"
)

type opaque struct{ A int }

func (*opaque) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) { return nil, nil }

type embedsOpaque struct {
	opaque
	B int
}

type opaqueReader struct{ A int }

func (*opaqueReader) UnmarshalDynamoDBAttributeValue(types.AttributeValue) error { return nil }

type (
	hidden      struct{ X int }
	hiddenInt   int
	withMethods struct{ X int }
	Tagged      struct {
		Secret string `ddbcrypt:"none"`
	}
	Wrap struct{ In []map[string]*[2]Tagged }
	Loop struct {
		Next  *Loop
		Peers map[string][]Loop
		End   Tagged
	}
	Node struct {
		ID       string `ddbcrypt:"partition"`
		Children []Node
	}
	OptionsInside struct {
		_ struct{} `ddbcrypt:"table=inner"`
		A int
	}
	loopList []loopList
	left     struct {
		X int `ddbcrypt:"none"`
	}
	right struct{ X int }
)

func (withMethods) Hello() {}

type fault struct{ field, tag, reason string }

func TestOfRefusesWrongTags(t *testing.T) {
	for _, c := range []struct {
		name   string
		item   any
		faults []fault
	}{
		{"encrypt on a key", struct {
			ID string `dynamodbav:"id" ddbcrypt:"encrypt,partition"`
		}{}, []fault{{"ID", "encrypt,partition", "cannot be encrypted"}}},
		{"an unknown word", struct {
			Email string `ddbcrypt:"sing"`
		}{}, []fault{{"Email", "sing", `did you mean "sign"?`}}},
		{"two of each role", struct {
			A int `ddbcrypt:"partition"`
			B int `ddbcrypt:"partition"`
			C int `ddbcrypt:"sort"`
			D int `ddbcrypt:"sort"`
			E int `ddbcrypt:"version"`
			F int `ddbcrypt:"version"`
			G int `ddbcrypt:"ttl"`
			H int `ddbcrypt:"ttl"`
		}{}, []fault{
			{"B", "partition", "second partition key, field A is one already"},
			{"D", "sort", "second sort key, field C"},
			{"F", "version", "second version, field E"},
			{"H", "ttl", "second TTL attribute, field G"},
		}},
		{"a sort key alone", struct {
			S int `ddbcrypt:"sort"`
		}{}, []fault{{"S", "sort", "sort key without a partition key"}}},
		{"a tag on an unexported field", struct {
			id string `ddbcrypt:"sign"`
		}{}, []fault{{"id", "sign", "not exported"}}},
		{"a tag on an ignored field", struct {
			ID string `dynamodbav:"-" ddbcrypt:"sign"`
		}{}, []fault{{"ID", "sign", "ignored"}}},
		{"a tag on a field that is never written", struct {
			F func() `ddbcrypt:"sign"`
		}{}, []fault{{"F", "sign", "never written"}}},
		{"a tag on an embedded struct without a name", struct {
			Tagged `ddbcrypt:"sign"`
		}{}, []fault{{"Tagged", "sign", "embedded struct is no attribute"}}},
		{"reserved names", struct {
			A int `dynamodbav:"*amzn-ddb-map-desc*"`
			B int `dynamodbav:"*amzn-ddb-map-sig*" ddbcrypt:"none"`
			C int `dynamodbav:"*AMZN-ddb-map-sig*,omitempty"`
		}{}, []fault{
			{"A", `dynamodbav:"*amzn-ddb-map-desc*"`, "reserved"},
			{"B", "none", "reserved"},
			{"C", `dynamodbav:"*AMZN-ddb-map-sig*,omitempty"`, "reserved"},
			{"C", `dynamodbav:"*AMZN-ddb-map-sig*,omitempty"`, "differ only in case"},
		}},
		{"names that differ in case", struct {
			A int `dynamodbav:"email"`
			B int `dynamodbav:"EMAIL"`
			K int `dynamodbav:"k"`
			L int `dynamodbav:"\u212a"` // the Kelvin sign folds to k
		}{}, []fault{
			{"B", `dynamodbav:"EMAIL"`, `"EMAIL" and "email" (field A) differ only in case`},
			{"L", `dynamodbav:"\u212a"`, "differ only in case"},
		}},
		{"an unsigned key beside signed attributes", struct {
			A int `ddbcrypt:"none,partition"`
			B int `ddbcrypt:"none,sort"`
			C int `ddbcrypt:"none,version"`
			D int
		}{}, []fault{
			{"A", "none,partition", "not signed can be changed"}, {"B", "none,sort", "not signed can be changed"}, {"C", "none,version", "not signed can be changed"},
		}},
		{"a version that is no integer", struct {
			V string `ddbcrypt:"version"`
		}{}, []fault{{"V", "version", "must be an integer or a time, or a pointer to one"}}},
		{"a version behind two pointers", struct {
			V **int `ddbcrypt:"version"`
		}{}, []fault{{"V", "version", "must be an integer or a time, or a pointer to one"}}},
		{"a version that is a time behind two pointers", struct {
			V **time.Time `ddbcrypt:"version"`
		}{}, []fault{{"V", "version", "must be an integer or a time"}}},
		{"a version that is a duration in a struct", struct {
			V struct{ time.Duration } `ddbcrypt:"version"`
		}{}, []fault{{"V", "version", "must be an integer or a time"}}},
		{"a version that is a float", struct {
			V float64 `ddbcrypt:"none,version"`
		}{}, []fault{{"V", "none,version", "must be an integer or a time, or a pointer to one"}}},
		{"a malformed struct tag", structOf(field("A", `ddbcrypt:sign`)), []fault{{"A", `ddbcrypt:sign`, "malformed struct tag"}}},
		{"a malformed tag that loses the name", structOf(field("A", `dynamodbav:"a`)), []fault{{"A", `dynamodbav:"a`, "malformed struct tag"}}},
		{"a misspelled key", struct {
			A int `ddbcryt:"none"`
		}{}, []fault{{"A", `ddbcryt:"none"`, `did you mean "ddbcrypt"?`}}},
		{"two blank fields with options", struct {
			_ struct{} `ddbcrypt:"table=a"`
			_ struct{} `ddbcrypt:"default=none"`
		}{}, []fault{{"_", "default=none", "second blank field"}}},
		{"a field option on the blank field", struct {
			_ struct{} `ddbcrypt:"sign"`
		}{}, []fault{{"_", "sign", "is for one field"}}},
		{"a struct option on a field", struct {
			A int `ddbcrypt:"table=users"`
		}{}, []fault{{"A", "table=users", "for the whole struct"}}},
		{"a retired attribute that is still there", struct {
			_ struct{} `ddbcrypt:"retired=a:sign"`
			A int      `dynamodbav:"a"`
		}{}, []fault{{"A", `dynamodbav:"a"`, `"a" is retired but still in the struct`}}},
		{"a retired attribute with a bad action", struct {
			_ struct{} `ddbcrypt:"retired=a:bogus"`
		}{}, []fault{{"_", "retired=a:bogus", `unknown action "bogus"`}}},
		{"struct options in an embedded struct", struct {
			OptionsInside
		}{}, []fault{{"OptionsInside._", "table=inner", "move them to the outer struct"}}},
		{"tagged fields that cancel each other", struct {
			left
			right
		}{}, []fault{{"left.X", "none", "cancel each other"}}},
		{"an embedded value that attributevalue cannot read", struct {
			hiddenInt
			withMethods `dynamodbav:"m"`
			*hidden     `dynamodbav:"h"`
		}{}, []fault{
			{"hiddenInt", "", "type is not exported"},
			{"withMethods", `dynamodbav:"m"`, "type is not exported"},
			{"hidden", `dynamodbav:"h"`, "type is not exported"},
		}},
		{"an embedded pointer that attributevalue cannot allocate", struct {
			*hidden
		}{}, []fault{{"hidden.X", "", "cannot allocate embedded pointer hidden"}}},
	} {
		t.Run(c.name, func(t *testing.T) { requireRefusal(t, c.item, c.faults) })
	}
}

func TestOfRefusesTagsInsideNestedStructs(t *testing.T) {
	for _, c := range []struct {
		name   string
		item   any
		faults []fault
	}{
		{"directly", struct{ A Tagged }{}, []fault{{"A.Secret", "none", `attribute "A" is protected as a whole`}}},
		{"behind a pointer", struct{ A **Tagged }{}, []fault{{"A.Secret", "none", "nested"}}},
		{"in slices, maps and arrays", struct {
			W Wrap `dynamodbav:"w"`
		}{}, []fault{{"W.In.Secret", "none", `attribute "w"`}}},
		{"in an embedded struct with a name", struct {
			Tagged `dynamodbav:"t"`
		}{}, []fault{{"Tagged.Secret", "none", `attribute "t"`}}},
		{"in a struct that a nested one embeds", struct{ A struct{ *Tagged } }{},
			[]fault{{"A.Tagged.Secret", "none", "nested"}}},
		{"in a recursive type, once", struct{ L Loop }{}, []fault{{"L.End.Secret", "none", "nested"}}},
		{"in a model that holds itself", Node{}, []fault{{"Children.ID", "partition", "nested"}}},
		{"as options of a nested struct", struct{ A OptionsInside }{}, []fault{{"A._", "table=inner", "nested"}}},
		{"on a field that is not exported", struct {
			A struct {
				b int `ddbcrypt:"sign"`
			}
		}{}, []fault{{"A.b", "sign", "nested"}}},
		{"in text that cannot be read", structOf(field("A", "", field("B", `ddbcrypt:sign`))), []fault{{"A.B", "ddbcrypt:sign", "malformed"}}},
		{"for every attribute", struct{ A, B Tagged }{},
			[]fault{{"A.Secret", "none", `"A"`}, {"B.Secret", "none", `"B"`}}},
	} {
		t.Run(c.name, func(t *testing.T) { requireRefusal(t, c.item, c.faults) })
	}
}

func TestOfAccepts(t *testing.T) {
	for name, item := range map[string]any{
		"a struct without fields":       struct{}{},
		"a promoted tag":                struct{ Tagged }{},
		"a recursive type without tags": struct{ L loopList }{},
		"an ignored field whose type has tags": struct {
			A Tagged `dynamodbav:"-"`
		}{},
		"an unexported field whose type has tags": struct{ a Tagged }{},
		"a nested field that is ignored": struct {
			A struct {
				B Tagged `dynamodbav:"-"`
			}
		}{},
		"a nested field that is not exported": struct{ A struct{ b Tagged } }{},
		"odd tags inside a nested struct":     structOf(field("A", "", field("B", "odd"))),
		"an embedded struct of an unexported type": struct {
			hidden `dynamodbav:"h"`
		}{},
		"a hidden field's tag": struct {
			Tagged
			Secret string
		}{},
		"a key that is left alone": struct {
			A int `ddbcrypt:"none,partition"`
		}{},
		"an unsigned version": struct {
			V uint8 `ddbcrypt:"version"`
		}{},
		"a version that is a time": struct {
			V time.Time `dynamodbav:",unixtime" ddbcrypt:"version"`
		}{},
		"a version that points to a time": struct {
			V *time.Time `ddbcrypt:"version"`
		}{},
		"a version that converts to a time": struct {
			V attributevalue.UnixTime `ddbcrypt:"version"`
		}{},
		"a version that points to an integer": struct {
			V *uint16 `ddbcrypt:"version"`
		}{},
		"an attribute that was renamed in case only": struct {
			_ struct{} `ddbcrypt:"retired=Email:sign"`
			E int      `dynamodbav:"email"`
		}{},
		"blank fields that say nothing": struct {
			_ struct{}
			_ int `other:"x"`
		}{},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tags.Of(reflect.TypeOf(item))
			assert.NoError(t, err)
		})
	}
}

func TestOfReportsAllFaultsOfATypeAtOnce(t *testing.T) {
	type broken struct {
		_     struct{} `ddbcrypt:"tabel=users"`
		ID    string   `dynamodbav:"id" ddbcrypt:"encrypt,partition"`
		id    string   `ddbcrypt:"sign"`
		Email string   `dynamodbav:"ID" ddbcrypt:"sing"`
		Home  Tagged
	}
	requireRefusal(t, broken{}, []fault{
		{"id", "sign", "not exported"},
		{"_", "tabel=users", `did you mean "table"?`},
		{"ID", "encrypt,partition", "cannot be encrypted"},
		{"Email", "sing", `did you mean "sign"?`},
		{"Home.Secret", "none", "nested"},
		{"Email", "sing", "differ only in case"},
	})
}

// field and structOf make the tags that go vet would not let stand in source.
// A field with parts is a struct of them, others are integers.
func field(name, tag string, parts ...reflect.StructField) reflect.StructField {
	f := reflect.StructField{Name: name, Type: reflect.TypeFor[int](), Tag: reflect.StructTag(tag)}
	if len(parts) > 0 {
		f.Type = reflect.StructOf(parts)
	}
	return f
}

func structOf(fields ...reflect.StructField) any {
	return reflect.Zero(reflect.StructOf(fields)).Interface()
}

func requireRefusal(t *testing.T, item any, want []fault) {
	t.Helper()
	m, err := tags.Of(reflect.TypeOf(item))
	require.Nil(t, m)
	got := faultsOf(t, err)
	require.Len(t, got, len(want), "faults: %v", err)
	for i, e := range got {
		assert.Equal(t, want[i].field, e.Field)
		assert.Equal(t, want[i].tag, e.Tag)
		assert.ErrorContains(t, e, want[i].reason)
		assert.NotEmpty(t, e.Type)
		assert.LessOrEqual(t, len(e.Type), 40, "the type's name, not its text")
	}
}
