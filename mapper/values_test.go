package mapper_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// The same value under each action, plain and with each of attributevalue's
// options.
type (
	plainTag[V any] struct {
		_         struct{} `ddbcrypt:"table=values"`
		ID        string   `dynamodbav:"id" ddbcrypt:"partition"`
		Encrypted V        `dynamodbav:"encrypted"`
		Signed    V        `dynamodbav:"signed" ddbcrypt:"sign"`
		Untouched V        `dynamodbav:"untouched" ddbcrypt:"none"`
	}
	omitEmptyTag[V any] struct {
		_         struct{} `ddbcrypt:"table=values"`
		ID        string   `dynamodbav:"id" ddbcrypt:"partition"`
		Encrypted V        `dynamodbav:"encrypted,omitempty,omitemptyelem"`
		Signed    V        `dynamodbav:"signed,omitempty,omitemptyelem" ddbcrypt:"sign"`
		Untouched V        `dynamodbav:"untouched,omitempty,omitemptyelem" ddbcrypt:"none"`
	}
	nullEmptyTag[V any] struct {
		_         struct{} `ddbcrypt:"table=values"`
		ID        string   `dynamodbav:"id" ddbcrypt:"partition"`
		Encrypted V        `dynamodbav:"encrypted,nullempty,nullemptyelem"`
		Signed    V        `dynamodbav:"signed,nullempty,nullemptyelem" ddbcrypt:"sign"`
		Untouched V        `dynamodbav:"untouched,nullempty,nullemptyelem" ddbcrypt:"none"`
	}
	stringSetTag[V any] struct {
		_         struct{} `ddbcrypt:"table=values"`
		ID        string   `dynamodbav:"id" ddbcrypt:"partition"`
		Encrypted V        `dynamodbav:"encrypted,stringset"`
		Signed    V        `dynamodbav:"signed,stringset" ddbcrypt:"sign"`
		Untouched V        `dynamodbav:"untouched,stringset" ddbcrypt:"none"`
	}
	numberSetTag[V any] struct {
		_         struct{} `ddbcrypt:"table=values"`
		ID        string   `dynamodbav:"id" ddbcrypt:"partition"`
		Encrypted V        `dynamodbav:"encrypted,numberset"`
		Signed    V        `dynamodbav:"signed,numberset" ddbcrypt:"sign"`
		Untouched V        `dynamodbav:"untouched,numberset" ddbcrypt:"none"`
	}
	binarySetTag[V any] struct {
		_         struct{} `ddbcrypt:"table=values"`
		ID        string   `dynamodbav:"id" ddbcrypt:"partition"`
		Encrypted V        `dynamodbav:"encrypted,binaryset"`
		Signed    V        `dynamodbav:"signed,binaryset" ddbcrypt:"sign"`
		Untouched V        `dynamodbav:"untouched,binaryset" ddbcrypt:"none"`
	}
	stringTag[V any] struct {
		_         struct{} `ddbcrypt:"table=values"`
		ID        string   `dynamodbav:"id" ddbcrypt:"partition"`
		Encrypted V        `dynamodbav:"encrypted,string"`
		Signed    V        `dynamodbav:"signed,string" ddbcrypt:"sign"`
		Untouched V        `dynamodbav:"untouched,string" ddbcrypt:"none"`
	}
	unixTimeTag[V any] struct {
		_         struct{} `ddbcrypt:"table=values"`
		ID        string   `dynamodbav:"id" ddbcrypt:"partition"`
		Encrypted V        `dynamodbav:"encrypted,unixtime"`
		Signed    V        `dynamodbav:"signed,unixtime" ddbcrypt:"sign"`
		Untouched V        `dynamodbav:"untouched,unixtime" ddbcrypt:"none"`
	}
)

func newValues(t testing.TB) *memdb.DB { return newDB(t, "values", "id", "S") }

// roundTrips wants that each value comes back as attributevalue alone would
// return it, from a stored item that has its attributes.
func roundTrips[T any](t *testing.T, values ...T) {
	t.Helper()
	for _, value := range values {
		t.Run(strings.ReplaceAll(fmt.Sprintf("%T", value), "github.com/ddbcrypt/ddbcrypt/", ""), func(t *testing.T) {
			db := newValues(t)
			requireRoundTrip(t, db, newMapper[T](t, db.Client()), value)
		})
	}
}

func requireRoundTrip[T any](t *testing.T, db *memdb.DB, m *mapper.Mapper[T], value T) {
	t.Helper()
	item, err := attributevalue.MarshalMap(&value)
	require.NoError(t, err)
	var want T
	require.NoError(t, attributevalue.UnmarshalMap(item, &want))

	saved := value
	require.NoError(t, m.Save(t.Context(), &saved), "%+v", value)
	stored := theItem(t, db, "values")
	assert.Equal(t, names(item), slices.DeleteFunc(names(stored), func(name string) bool { return strings.HasPrefix(name, "*") }))
	for name, v := range item {
		switch name {
		case "encrypted":
			assert.IsType(t, bin(), stored[name])
		case "id", "signed", "untouched":
			assert.IsType(t, v, stored[name], name)
		}
	}
	got, err := m.Load(t.Context(), "x")
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

func plain[V any](values ...V) (all []plainTag[V]) {
	for _, v := range values {
		all = append(all, plainTag[V]{ID: "x", Encrypted: v, Signed: v, Untouched: v})
	}
	return all
}

func omitEmpty[V any](values ...V) (all []omitEmptyTag[V]) {
	for _, v := range plain(values...) {
		all = append(all, omitEmptyTag[V](v))
	}
	return all
}

func nullEmpty[V any](values ...V) (all []nullEmptyTag[V]) {
	for _, v := range plain(values...) {
		all = append(all, nullEmptyTag[V](v))
	}
	return all
}

func stringSet[V any](values ...V) (all []stringSetTag[V]) {
	for _, v := range plain(values...) {
		all = append(all, stringSetTag[V](v))
	}
	return all
}

func numberSet[V any](values ...V) (all []numberSetTag[V]) {
	for _, v := range plain(values...) {
		all = append(all, numberSetTag[V](v))
	}
	return all
}

func binarySet[V any](values ...V) (all []binarySetTag[V]) {
	for _, v := range plain(values...) {
		all = append(all, binarySetTag[V](v))
	}
	return all
}

func asString[V any](values ...V) (all []stringTag[V]) {
	for _, v := range plain(values...) {
		all = append(all, stringTag[V](v))
	}
	return all
}

func unixTime[V any](values ...V) (all []unixTimeTag[V]) {
	for _, v := range plain(values...) {
		all = append(all, unixTimeTag[V](v))
	}
	return all
}
