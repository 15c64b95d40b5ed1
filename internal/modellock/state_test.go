package modellock_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/modellock"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

func TestFromModelTakesAllThatItemsDependOn(t *testing.T) {
	type order struct {
		_        struct{} `ddbcrypt:"table=orders,unknown=sign,signedas=old-orders,retired=coupon:none"`
		Customer string   `dynamodbav:"customer" ddbcrypt:"partition"`
		At       int64    `dynamodbav:"at" ddbcrypt:"sort"`
		City     string   `dynamodbav:"city" ddbcrypt:"index=by_city:partition"`
		Note     string   `dynamodbav:"note"`
		Version  int64    `dynamodbav:"version" ddbcrypt:"version"`
		Expires  int64    `dynamodbav:"expires" ddbcrypt:"none,ttl,index"`
	}
	require.Equal(t, modellock.State{
		Table: "orders", SignedAs: "old-orders", PartitionKey: "customer", SortKey: "at", Unknown: "sign",
		Attributes: map[string]modellock.Attribute{
			"customer": {Action: sign}, "at": {Action: sign}, "city": {Action: sign, Index: true}, "note": {Action: encrypt},
			"version": {Action: sign, Version: true}, "expires": {Action: none, TTL: true, Index: true},
			"coupon": {Action: none, Retired: true},
		},
	}, stateOf[order]())
}

func TestFromModelOfAnEmptyStruct(t *testing.T) {
	require.Equal(t, modellock.State{Unknown: "ignore", Attributes: map[string]modellock.Attribute{}}, stateOf[struct{}]())
}

func TestActionsAreThoseOfTheModel(t *testing.T) {
	type signing struct {
		_ struct{} `ddbcrypt:"unknown=sign,retired=a:none"`
		B string
	}
	for _, typ := range []reflect.Type{reflect.TypeFor[users](), reflect.TypeFor[plainUsers](), reflect.TypeFor[signing](), reflect.TypeFor[struct{}]()} {
		model := must(tags.Of(typ))
		require.Equal(t, model.Actions(), modellock.FromModel(model).Actions(), typ)
	}
}
