package tags_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

func TestAnAssembledModelIsTheOneThatWasRead(t *testing.T) {
	type Key struct {
		ID string `dynamodbav:"id" ddbcrypt:"partition"`
	}
	type good struct {
		_ struct{} `ddbcrypt:"table=items,default=sign,unknown=sign,retired=old:encrypt,projection=byPlan:keys,include=byCity:note"`
		*Key
		At   int64  `dynamodbav:"at" ddbcrypt:"sort"`
		Zone string `dynamodbav:"a_zone" ddbcrypt:"index=byPlan:sort,index=byCity:partition:2"`
		Plan string `dynamodbav:"plan,omitempty" ddbcrypt:"index=byPlan:partition,index=byCity:partition:1"`
		Note string `dynamodbav:"note" ddbcrypt:"none,localindex=byNote"`
		V    int    `ddbcrypt:"version"`
		End  int64  `dynamodbav:"end" ddbcrypt:"ttl"`
		Text string
		Rest map[string]types.AttributeValue `dynamodbav:"-" ddbcrypt:"unknown"`
	}
	want := modelOf[good](t)
	var stated []tags.Stated
	for _, a := range want.Attributes() {
		stated = append(stated, state(a))
	}
	rest, _ := want.UnknownField()
	unknown := state(rest)
	got, err := tags.Assemble(want.Type(), want.Options().String(), stated, &unknown)
	require.NoError(t, err)
	assert.Equal(t, want.Fingerprint(), got.Fingerprint())
	assert.Equal(t, want.Indexes(), got.Indexes())
	assert.Equal(t, want.Actions(), got.Actions())
	assert.Equal(t, want.Options(), got.Options())
	for i, a := range got.Attributes() {
		assert.Equal(t, want.Attributes()[i].Type, a.Type)
		assert.Equal(t, want.Attributes()[i].FieldIndex(), a.FieldIndex())
	}
	for _, get := range []func(*tags.Model) (tags.Attribute, bool){(*tags.Model).Partition, (*tags.Model).Sort, (*tags.Model).Version, (*tags.Model).UnknownField} {
		wantOne, _ := get(want)
		gotOne, ok := get(got)
		assert.True(t, ok)
		assert.Equal(t, wantOne.Path, gotOne.Path)
	}
}

func state(a tags.Attribute) tags.Stated {
	return tags.Stated{Name: a.Name, Path: a.Path, Index: a.FieldIndex(), Type: a.Type, Action: a.Action, Options: a.Tag().Options(), Flags: a.Flags}
}

func TestAssembleRefusesWhatWasChangedByHand(t *testing.T) {
	id := tags.Stated{Name: "id", Path: "ID", Index: []int{0}, Type: reflect.TypeFor[string](), Action: crypto.SignOnly, Options: "partition"}
	note := tags.Stated{Name: "note", Path: "Note", Index: []int{1}, Type: reflect.TypeFor[string]()}
	second := note
	second.Options = "partition"
	word := note
	word.Options = "partiton"
	for _, tt := range []struct {
		name, options string
		attributes    []tags.Stated
		want          string
	}{
		{"an order", "table=t", []tags.Stated{note, id}, "not sorted by name; run go generate"},
		{"an option of the struct", "tabel=t", []tags.Stated{id, note}, `did you mean "table"?`},
		{"an option of a field", "table=t", []tags.Stated{id, word}, `did you mean "partition"?`},
		{"two keys", "table=t", []tags.Stated{id, second}, "second partition key"},
		{"a projection of no index", "table=t,projection=byNote:all", []tags.Stated{id, note}, `index "byNote" has no key`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := tags.Assemble("p.T", tt.options, tt.attributes, nil)
			require.ErrorIs(t, err, crypto.ErrConfig)
			assert.ErrorContains(t, err, tt.want)
			assert.ErrorContains(t, err, "p.T")
		})
	}
	_, err := tags.Assemble("p.T", "table=t", []tags.Stated{id, note}, nil)
	require.NoError(t, err)
}
