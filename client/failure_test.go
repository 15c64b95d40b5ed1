package client_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

// failing are writes of an item under a condition, of which the item may be asked
// for if it fails.
var failing = map[string]func(t *testing.T, db api, table string, key crypto.Item, condition string, returned types.ReturnValuesOnConditionCheckFailure) error{
	"PutItem": func(t *testing.T, db api, table string, key crypto.Item, condition string, returned types.ReturnValuesOnConditionCheckFailure) error {
		e := textOf(condition)
		out, err := ask(t, db.PutItem, &dynamodb.PutItemInput{TableName: &table, Item: merged(user("alice", 1), key), ReturnValuesOnConditionCheckFailure: returned,
			ConditionExpression: &condition, ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values})
		require.Nil(t, out)
		return err
	},
	"DeleteItem": func(t *testing.T, db api, table string, key crypto.Item, condition string, returned types.ReturnValuesOnConditionCheckFailure) error {
		e := textOf(condition)
		out, err := ask(t, db.DeleteItem, &dynamodb.DeleteItemInput{TableName: &table, Key: key, ReturnValuesOnConditionCheckFailure: returned,
			ConditionExpression: &condition, ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values})
		require.Nil(t, out)
		return err
	},
	"UpdateItem": func(t *testing.T, db api, table string, key crypto.Item, condition string, returned types.ReturnValuesOnConditionCheckFailure) error {
		in := update(table, key, "SET #v = :one", &condition)
		in.ReturnValuesOnConditionCheckFailure = returned
		out, err := ask(t, db.UpdateItem, in)
		require.Nil(t, out)
		return err
	},
}

// requireFailed checks that the errors of the SDK are found in one of an operation
// whose condition failed, and returns the item.
func requireFailed(t *testing.T, err error, op string) crypto.Item {
	t.Helper()
	var operation *smithy.OperationError
	require.ErrorAs(t, err, &operation)
	require.Equal(t, op, operation.Operation())
	var response *awshttp.ResponseError
	require.ErrorAs(t, err, &response)
	require.Equal(t, 400, response.HTTPStatusCode())
	var transport *smithyhttp.ResponseError
	require.ErrorAs(t, err, &transport)
	require.Equal(t, 400, transport.HTTPStatusCode())
	var apiError smithy.APIError
	require.ErrorAs(t, err, &apiError)
	require.Equal(t, "ConditionalCheckFailedException", apiError.ErrorCode())
	require.NotEmpty(t, apiError.ErrorMessage())
	require.Equal(t, smithy.FaultClient, apiError.ErrorFault())
	requireNoStoredItem(t, err)
	return failedItem(t, err)
}

// requireOneDropped checks that the item of a failed condition was taken out, and
// why.
func (w *world) requireOneDropped(t *testing.T, err, class error, op string, key crypto.Item) {
	t.Helper()
	require.Nil(t, requireFailed(t, err, op))
	failure, ok := errors.AsType[*client.FailureError](err)
	require.True(t, ok, "%v", err)
	require.Len(t, failure.Dropped, 1)
	require.Empty(t, failure.Unprotected)
	dropped := requireItemError(t, err, class, op, w.table, "Item", key)
	require.Same(t, failure.Dropped[0], dropped)
	require.False(t, dropped.Applied, "the write was not done")
	require.Nil(t, dropped.Output)
	require.ErrorContains(t, err, "Item was dropped")
	require.ErrorContains(t, err, "ConditionalCheckFailedException")
}

func init() {
	suite["a peer's fault: the item of a failed condition comes as ciphertext; here it is decrypted, and the errors of the SDK are found"] = func(t *testing.T, w *world) {
		db := w.users()
		for op, fail := range failing {
			t.Run(op, func(t *testing.T) {
				w.put(t, db, user("alice", 1))
				stored := w.stored(t, key("alice", 1))
				w.reset()
				err := fail(t, db, w.table, key("alice", 1), "#p = :gold", types.ReturnValuesOnConditionCheckFailureAllOld)
				require.Equal(t, user("alice", 1), requireFailed(t, err, op))
				_, changed := errors.AsType[*client.FailureError](err)
				require.Equal(t, op == "UpdateItem", changed, "there is something to tell of updates only")
				if changed {
					require.ErrorContains(t, err, "ddbcrypt added the condition")
				}
				requireNoValues(t, err, "alice@example.com", "Delft")
				require.Equal(t, []string{op}, w.tap.Operations())
				require.Equal(t, "ALL_OLD", w.sent(t, "ReturnValuesOnConditionCheckFailure"))
				require.Equal(t, stored, w.stored(t, key("alice", 1)), "nothing was done")
				w.requireNoPlaintext(t, "alice@example.com", "Delft")
			})
		}
	}

	suite["a failed condition without an item asks for no key"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1))
		sealed := map[string]int64{"PutItem": 1}
		for op, fail := range failing {
			for name, tc := range map[string]struct {
				key      crypto.Item
				returned types.ReturnValuesOnConditionCheckFailure
			}{
				"that was not asked for":       {key("alice", 1), ""},
				"that was said not to be sent": {key("alice", 1), types.ReturnValuesOnConditionCheckFailureNone},
				"that does not exist":          {key("nobody", 9), types.ReturnValuesOnConditionCheckFailureAllOld},
			} {
				t.Run(op+" "+name, func(t *testing.T) {
					w.reset()
					err := fail(t, db, w.table, tc.key, "#p = :gold", tc.returned)
					require.Empty(t, requireFailed(t, err, op))
					require.Equal(t, sealed[op], w.provider.calls.Load())
				})
			}
		}
	}

	suite["the item of a failed condition is dropped with a word if it does not verify"] = func(t *testing.T, w *world) {
		db := w.users()
		const all = types.ReturnValuesOnConditionCheckFailureAllOld
		for op, fail := range failing {
			t.Run(op+" of an item that was changed", func(t *testing.T) {
				w.put(t, db, user("alice", 1))
				w.tamper(t, key("alice", 1))
				w.requireOneDropped(t, fail(t, db, w.table, key("alice", 1), "#p = :free", all), crypto.ErrSignature, op, key("alice", 1))
			})
			t.Run(op+" of an item without a signature", func(t *testing.T) {
				w.plant(t, user("plain", 2))
				w.requireOneDropped(t, fail(t, db, w.table, key("plain", 2), "#p = :gold", all), crypto.ErrNotEncrypted, op, key("plain", 2))
			})
			t.Run(op+" that was answered with another item", func(t *testing.T) {
				w.put(t, db, user("bob", 2))
				w.tap.Inject(op, wiretap.InOrder(wiretap.Fault{Code: "ConditionalCheckFailedException", Item: dynamoJSON(t, w.stored(t, key("bob", 2)))}))
				err := fail(t, db, w.table, key("alice", 1), "#p = :gold", all)
				w.requireOneDropped(t, err, crypto.ErrSignature, op, key("bob", 2))
				require.ErrorContains(t, err, "another key")
			})
		}
	}

	suite["a failure to open an item that a write returned says that the write was applied"] = func(t *testing.T, w *world) {
		db := w.users()
		gold := merged(user("alice", 1), crypto.Item{"plan": str("gold"), "email": str("new@example.com")})
		for _, returned := range []types.ReturnValue{types.ReturnValueAllOld, types.ReturnValueAllNew} {
			w.put(t, db, user("alice", 1))
			w.tamper(t, key("alice", 1))
			in := viewsUpdate(w.table, key("alice", 1), 4)
			in.ReturnValues, in.ReturnConsumedCapacity = returned, types.ReturnConsumedCapacityTotal
			updated, err := ask(t, db.UpdateItem, in)
			updated = requireApplied(t, db, updated, err, "UpdateItem", w.table, key("alice", 1))
			require.Empty(t, updated.Attributes)
			require.NotNil(t, updated.ConsumedCapacity)
			require.Equal(t, num(4), w.stored(t, key("alice", 1))["views"])
		}

		put, err := ask(t, db.PutItem, &dynamodb.PutItemInput{TableName: &w.table, Item: gold, ReturnValues: types.ReturnValueAllOld, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal})
		put = requireApplied(t, db, put, err, "PutItem", w.table, key("alice", 1))
		require.Empty(t, put.Attributes)
		require.NotNil(t, put.ConsumedCapacity)
		require.Equal(t, gold, w.read(t, db, key("alice", 1)))

		w.put(t, db, user("alice", 1))
		w.tamper(t, key("alice", 1))
		deleted, err := ask(t, db.DeleteItem, &dynamodb.DeleteItemInput{TableName: &w.table, Key: key("alice", 1), ReturnValues: types.ReturnValueAllOld, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal})
		deleted = requireApplied(t, db, deleted, err, "DeleteItem", w.table, key("alice", 1))
		require.Empty(t, deleted.Attributes)
		require.NotNil(t, deleted.ConsumedCapacity)
		require.Nil(t, w.stored(t, key("alice", 1)))
	}

	suite["a write that replaces an item without a signature was applied, and does not return it"] = func(t *testing.T, w *world) {
		db := w.users()
		for op, write := range map[string]func() error{
			"PutItem": func() error {
				_, err := ask(t, db.PutItem, &dynamodb.PutItemInput{TableName: &w.table, Item: user("alice", 1), ReturnValues: types.ReturnValueAllOld})
				return err
			},
			"DeleteItem": func() error {
				_, err := ask(t, db.DeleteItem, &dynamodb.DeleteItemInput{TableName: &w.table, Key: key("alice", 1), ReturnValues: types.ReturnValueAllOld})
				return err
			},
		} {
			w.plant(t, user("alice", 1))
			failed := requireItemError(t, write(), crypto.ErrNotEncrypted, op, w.table, "Attributes", key("alice", 1))
			require.True(t, failed.Applied, op)
		}
	}

	suite["a write that is answered with another item was applied, and does not return it"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1), user("bob", 2))
		answer := []byte(fmt.Sprintf(`{"Attributes":%s}`, dynamoJSON(t, w.stored(t, key("bob", 2)))))
		for _, op := range []string{"PutItem", "DeleteItem", "UpdateItem"} {
			w.tap.Inject(op, wiretap.Always(wiretap.Fault{Rewrite: func(string, []byte) []byte { return answer }}))
		}
		in := viewsUpdate(w.table, key("alice", 1), 4)
		in.ReturnValues = types.ReturnValueAllNew
		updated, err := ask(t, db.UpdateItem, in)
		require.Empty(t, requireApplied(t, db, updated, err, "UpdateItem", w.table, key("bob", 2)).Attributes)
		put, err := ask(t, db.PutItem, &dynamodb.PutItemInput{TableName: &w.table, Item: user("alice", 1), ReturnValues: types.ReturnValueAllOld})
		require.Empty(t, requireApplied(t, db, put, err, "PutItem", w.table, key("bob", 2)).Attributes)
		deleted, err := ask(t, db.DeleteItem, &dynamodb.DeleteItemInput{TableName: &w.table, Key: key("alice", 1), ReturnValues: types.ReturnValueAllOld})
		require.Empty(t, requireApplied(t, db, deleted, err, "DeleteItem", w.table, key("bob", 2)).Attributes)
	}

	suite["other errors of DynamoDB are returned as they are"] = func(t *testing.T, w *world) {
		db := w.users()
		w.tap.Inject("PutItem", wiretap.Always(wiretap.Fault{Code: "ProvisionedThroughputExceededException", Message: "not now"}))
		_, err := ask(t, db.PutItem, &dynamodb.PutItemInput{TableName: &w.table, Item: user("alice", 1)})
		var exceeded *types.ProvisionedThroughputExceededException
		require.ErrorAs(t, err, &exceeded)
		_, ours := errors.AsType[*client.FailureError](err)
		require.False(t, ours)
		var operation *smithy.OperationError
		require.ErrorAs(t, err, &operation)
	}
}

// erring fails with the same error each time.
type erring struct {
	client.API
	err error
}

func (e erring) DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	return nil, e.err
}

// traced is an error of a package that nobody knows.
type traced struct {
	span string
	err  error
}

func (e *traced) Error() string { return e.span + ": " + e.err.Error() }
func (e *traced) Unwrap() error { return e.err }

func TestTheItemOfAFailedConditionIsDecryptedInACopyOfAnyError(t *testing.T) {
	w := newWorld(t, memdb.New().Client(), forms["wrapper"])
	w.put(t, w.users(), user("alice", 1))
	stored := w.stored(t, key("alice", 1))
	failed := &types.ConditionalCheckFailedException{Message: aws.String("failed"), Item: stored}
	other := errors.New("another error")
	response := func(err error) *awshttp.ResponseError {
		return &awshttp.ResponseError{ResponseError: &smithyhttp.ResponseError{Err: err}, RequestID: "1"}
	}
	for name, err := range map[string]error{
		"alone":                            failed,
		"of an operation":                  &smithy.OperationError{ServiceID: "DynamoDB", OperationName: "DeleteItem", Err: failed},
		"of a response":                    &smithy.OperationError{ServiceID: "DynamoDB", OperationName: "DeleteItem", Err: response(failed)},
		"after the last attempt":           &smithy.OperationError{OperationName: "DeleteItem", Err: &retry.MaxAttemptsError{Attempt: 3, Err: response(failed)}},
		"of a request that was given up":   &aws.RequestCanceledError{Err: failed},
		"in text":                          fmt.Errorf("deleting: %w", failed),
		"beside another":                   errors.Join(other, failed),
		"in text with another":             fmt.Errorf("%w: %w", other, failed),
		"of an unknown type":               &traced{"span", failed},
		"of an unknown type in an unknown": &traced{"outer", &traced{"inner", failed}},
		"of an unknown type, within":       &smithy.OperationError{OperationName: "DeleteItem", Err: &traced{"span", response(failed)}},
		"of an unknown type, outside":      &traced{"span", &smithy.OperationError{OperationName: "DeleteItem", Err: response(failed)}},
		"beside another, inside and out":   errors.Join(other, &smithy.OperationError{OperationName: "DeleteItem", Err: errors.Join(response(failed), other)}),
	} {
		t.Run(name, func(t *testing.T) {
			before := deepCopy(*failed)
			text := err.Error()
			db := client.New(erring{err: err}, crypto.NewEncryptor(w.provider), client.Tables(w.declared()))
			for range 2 { // a mock may return one error twice
				_, got := db.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &w.table, Key: key("alice", 1)})
				require.EqualError(t, got, text)
				require.Equal(t, user("alice", 1), failedItem(t, got))
				// A *traced that errors.As finds is the wrapper itself, which cannot be
				// copied: its own Unwrap may lead to the stored item.
				requireNoStoredItem(t, got)
				require.NotErrorIs(t, got, failed)
				require.Equal(t, errors.Is(err, other), errors.Is(got, other))
				for what, as := range map[string]func(error) bool{"*smithy.OperationError": hasType[*smithy.OperationError], "*awshttp.ResponseError": hasType[*awshttp.ResponseError],
					"*smithyhttp.ResponseError": hasType[*smithyhttp.ResponseError], "smithy.APIError": hasType[smithy.APIError], "*traced": hasType[*traced]} {
					require.Equal(t, as(err), as(got), what)
				}
			}
			require.Equal(t, before, *failed, "the error of the wrapped client was changed")
		})
	}
}
