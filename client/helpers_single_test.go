package client_test

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"regexp"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// ask calls an operation and checks that the request of the caller stays as it is.
func ask[In, Out any](t *testing.T, operation func(context.Context, *In, ...func(*dynamodb.Options)) (*Out, error), in *In) (*Out, error) {
	t.Helper()
	before := deepCopy(in)
	out, err := operation(t.Context(), in)
	require.Equal(t, before, in, "the caller's request was changed")
	return out, err
}

// deepCopy copies whatever exported fields, maps and slices lead to.
func deepCopy[T any](v T) T {
	return deepCopyOf(reflect.ValueOf(&v).Elem()).Interface().(T)
}

func deepCopyOf(v reflect.Value) reflect.Value {
	copied := reflect.New(v.Type()).Elem()
	copied.Set(v)
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			copied.Set(reflect.New(v.Type().Elem()))
			copied.Elem().Set(deepCopyOf(v.Elem()))
		}
	case reflect.Interface:
		if !v.IsNil() {
			copied.Set(deepCopyOf(v.Elem()))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				copied.Field(i).Set(deepCopyOf(v.Field(i)))
			}
		}
	case reflect.Map:
		if !v.IsNil() {
			copied.Set(reflect.MakeMap(v.Type()))
			for _, key := range v.MapKeys() {
				copied.SetMapIndex(key, deepCopyOf(v.MapIndex(key)))
			}
		}
	case reflect.Slice:
		if !v.IsNil() {
			copied.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				copied.Index(i).Set(deepCopyOf(v.Index(i)))
			}
		}
	}
	return copied
}

// text is an expression with the placeholders that it needs.
type text struct {
	expression string
	names      map[string]string
	values     crypto.Item
}

var placeholders = regexp.MustCompile(`[#:][A-Za-z0-9_]+`)

// textOf gives an expression the standard placeholders that it uses.
func textOf(expression string) text {
	e := text{expression: expression, names: map[string]string{}, values: crypto.Item{}}
	names := map[string]string{
		"#i": "id", "#r": "created", "#e": "email", "#p": "plan", "#l": "level", "#v": "views", "#a": "address", "#c": "city", "#dotted": "address.city",
		"#sig": crypto.DefaultSignatureAttribute, "#desc": crypto.DefaultDescriptionAttribute, "#ddbcrypt_0": "plan", "#ddbcrypt_1": "views",
	}
	values := crypto.Item{
		":free": str("free"), ":gold": str("gold"), ":fr": str("fr"), ":secret": str("alice@example.com"), ":city": str("Delft"),
		":S": str("S"), ":zero": num(0), ":one": num(1), ":four": num(4), ":alice": str("alice"),
	}
	for _, placeholder := range placeholders.FindAllString(expression, -1) {
		if name, ok := names[placeholder]; ok {
			e.names[placeholder] = name
		}
		if value, ok := values[placeholder]; ok {
			e.values[placeholder] = value
		}
	}
	if len(e.names) == 0 {
		e.names = nil
	}
	if len(e.values) == 0 {
		e.values = nil
	}
	return e
}

// carrier is a parameter that takes a condition. Its send asks for the user
// alice, 1, and returns how many items met the condition.
type carrier struct {
	op, parameter string
	send          func(t *testing.T, db api, table string, e text) (int, error)
}

func (c carrier) String() string { return c.op + " " + c.parameter }

var carriers = []carrier{
	{"PutItem", "ConditionExpression", func(t *testing.T, db api, table string, e text) (int, error) {
		_, err := ask(t, db.PutItem, &dynamodb.PutItemInput{TableName: &table, Item: user("alice", 1),
			ConditionExpression: &e.expression, ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values})
		return met(err)
	}},
	{"DeleteItem", "ConditionExpression", func(t *testing.T, db api, table string, e text) (int, error) {
		_, err := ask(t, db.DeleteItem, &dynamodb.DeleteItemInput{TableName: &table, Key: key("alice", 1),
			ConditionExpression: &e.expression, ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values})
		return met(err)
	}},
	{"UpdateItem", "ConditionExpression", func(t *testing.T, db api, table string, e text) (int, error) {
		in := viewsUpdate(table, key("alice", 1), 0)
		in.ConditionExpression = &e.expression
		maps.Copy(in.ExpressionAttributeNames, e.names)
		maps.Copy(in.ExpressionAttributeValues, e.values)
		_, err := ask(t, db.UpdateItem, in)
		return met(err)
	}},
	{"Query", "FilterExpression", func(t *testing.T, db api, table string, e text) (int, error) {
		in := aliceQuery(table)
		in.FilterExpression, in.ExpressionAttributeNames = &e.expression, e.names
		maps.Copy(in.ExpressionAttributeValues, e.values)
		out, err := ask(t, db.Query, in)
		return found(out, err)
	}},
	{"Scan", "FilterExpression", func(t *testing.T, db api, table string, e text) (int, error) {
		out, err := ask(t, db.Scan, &dynamodb.ScanInput{TableName: &table,
			FilterExpression: &e.expression, ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values})
		if err != nil {
			return 0, err
		}
		return len(out.Items), nil
	}},
}

// keyCondition is another carrier, for what is refused.
var keyCondition = carrier{"Query", "KeyConditionExpression", func(t *testing.T, db api, table string, e text) (int, error) {
	out, err := ask(t, db.Query, &dynamodb.QueryInput{TableName: &table,
		KeyConditionExpression: &e.expression, ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values})
	return found(out, err)
}}

// met tells whether a write's condition was met.
func met(err error) (int, error) {
	var failed *types.ConditionalCheckFailedException
	switch {
	case errors.As(err, &failed):
		return 0, nil
	case err != nil:
		return 0, err
	}
	return 1, nil
}

func found(out *dynamodb.QueryOutput, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	return len(out.Items), nil
}

// aliceQuery asks for the items of alice.
func aliceQuery(table string) *dynamodb.QueryInput {
	return &dynamodb.QueryInput{TableName: &table, KeyConditionExpression: aws.String("id = :id"), ExpressionAttributeValues: crypto.Item{":id": str("alice")}}
}

// viewsUpdate sets views, which is not protected.
func viewsUpdate(table string, key crypto.Item, views int) *dynamodb.UpdateItemInput {
	return &dynamodb.UpdateItemInput{TableName: &table, Key: key, UpdateExpression: aws.String("SET #views = :views"),
		ExpressionAttributeNames: map[string]string{"#views": "views"}, ExpressionAttributeValues: crypto.Item{":views": num(views)}}
}

// loose declares a table that newTable made: what is signed is stated, and
// everything else is not protected. So all that is signed can be projected.
func loose(name string) client.Table {
	table := users(name)
	table.Actions = crypto.Actions{Default: crypto.DoNothing, Overrides: map[string]crypto.Action{
		"email": crypto.EncryptAndSign, "plan": crypto.SignOnly, "level": crypto.SignOnly}}
	return table
}

// requireItemError checks what an error tells about an item.
func requireItemError(t *testing.T, err, class error, op, table, parameter string, key crypto.Item) *client.ItemError {
	t.Helper()
	require.Error(t, err)
	require.ErrorIs(t, err, class)
	var failed *client.ItemError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, op, failed.Op)
	require.Equal(t, table, failed.Table)
	require.Equal(t, parameter, failed.Parameter)
	requireIndex(t, failed)
	require.Equal(t, key, failed.Key())
	requireNoValues(t, err, "alice@example.com", "Delft", "gold")
	return failed
}

// requireApplied checks an error that says that a write was done, and returns the
// output, to which both forms give access.
func requireApplied[Out any](t *testing.T, db api, out *Out, err error, op, table string, key crypto.Item) *Out {
	t.Helper()
	failed := requireItemError(t, err, crypto.ErrSignature, op, table, "Attributes", key)
	require.True(t, failed.Applied)
	require.ErrorContains(t, err, "applied")
	require.IsType(t, out, failed.Output)
	if _, wrapper := db.(*client.Client); wrapper {
		require.Same(t, out, failed.Output)
	} else {
		require.Nil(t, out, "the SDK returns no output beside an error")
	}
	return failed.Output.(*Out)
}

// requireNoStoredItem checks that nothing in an error leads to an item as it is
// stored.
func requireNoStoredItem(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	if failed, ok := err.(*types.ConditionalCheckFailedException); ok {
		require.NotContains(t, failed.Item, crypto.DefaultSignatureAttribute)
		require.NotContains(t, failed.Item, crypto.DefaultDescriptionAttribute)
	}
	for _, within := range within(err) {
		requireNoStoredItem(t, within)
	}
}

// within returns the errors that errors.Unwrap and errors.As lead to.
func within(err error) []error {
	var list []error
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		list = append(list, e.Unwrap())
	case interface{ Unwrap() []error }:
		list = append(list, e.Unwrap()...)
	}
	return append(list,
		as[*types.ConditionalCheckFailedException](err), as[*smithy.OperationError](err),
		as[*awshttp.ResponseError](err), as[smithy.APIError](err))
}

// as returns another error of a type that errors.As finds, or nil.
func as[E error](err error) error {
	var target E
	if errors.As(err, &target) && error(target) != err {
		return target
	}
	return nil
}
