package client_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// broken opens a client whose requests all fail with err, which the SDK wraps as it
// does the errors of DynamoDB. So each operation can fail like any other one.
func (w *world) broken(err error, list ...client.Option) api {
	options := w.options.Copy()
	options.APIOptions = append(options.APIOptions, func(stack *middleware.Stack) error {
		return stack.Finalize.Add(middleware.FinalizeMiddlewareFunc("broken", func(context.Context, middleware.FinalizeInput, middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
			return middleware.FinalizeOutput{}, middleware.Metadata{}, err
		}), middleware.Before)
	})
	return w.form(options, crypto.NewEncryptor(w.provider), append([]client.Option{client.Tables(w.declared())}, list...)...)
}

// requireNoItem checks that no way through an error leads to an item.
func requireNoItem(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	switch e := err.(type) {
	case *types.ConditionalCheckFailedException:
		require.Empty(t, e.Item)
	case *types.TransactionCanceledException:
		for i, reason := range e.CancellationReasons {
			require.Empty(t, reason.Item, "CancellationReasons[%d]", i)
		}
	}
	requireNoItem(t, as[*types.TransactionCanceledException](err))
	for _, e := range within(err) {
		requireNoItem(t, e)
	}
}

func init() {
	suite["an item that comes with an error does not reach the caller of an operation that it cannot belong to"] = func(t *testing.T, w *world) {
		w.put(t, w.users(), user("alice", 1))
		for whose, item := range map[string]crypto.Item{
			"a forged item":   {"id": str("alice"), "created": num(1), "email": str("alice@example.com")},
			"the stored item": w.stored(t, key("alice", 1)),
		} {
			for kind, failure := range map[string]error{
				"a failed condition":      &types.ConditionalCheckFailedException{Message: aws.String("failed"), Item: item},
				"a cancelled transaction": &types.TransactionCanceledException{Message: aws.String("cancelled"), CancellationReasons: []types.CancellationReason{{Item: item}}},
				"several attempts":        errors.Join(&types.ConditionalCheckFailedException{}, &types.ConditionalCheckFailedException{Item: item}),
				"both":                    errors.Join(&types.ConditionalCheckFailedException{Item: item}, &types.TransactionCanceledException{CancellationReasons: []types.CancellationReason{{Item: item}}}),
			} {
				for _, op := range []string{"GetItem", "Query", "Scan", "BatchGetItem", "BatchWriteItem", "TransactGetItems"} {
					t.Run(op+" answered by "+kind+" with "+whose, func(t *testing.T) {
						before := deepCopy(failure)
						err := requests[op].send(t.Context(), w.broken(failure), w.table)
						requireNoItem(t, err)
						requireNoValues(t, err, "alice@example.com", "Delft")
						dropped, ok := errors.AsType[*client.FailureError](err)
						require.True(t, ok, "%v", err)
						require.NotEmpty(t, dropped.Dropped)
						for _, item := range dropped.Dropped {
							require.ErrorIs(t, item, crypto.ErrSignature)
							require.Equal(t, op, item.Op)
						}
						require.Equal(t, hasType[*types.ConditionalCheckFailedException](failure), hasType[*types.ConditionalCheckFailedException](err))
						require.Equal(t, hasType[*types.TransactionCanceledException](failure), hasType[*types.TransactionCanceledException](err))
						require.Equal(t, before, failure, "the SDK's error was changed")
					})
				}
			}
		}
	}

	suite["an item of a reason that no action of the transaction has does not reach the caller"] = func(t *testing.T, w *world) {
		w.put(t, w.users(), user("alice", 1))
		stored := w.stored(t, key("alice", 1))
		err := requests["TransactWriteItems"].send(t.Context(), w.broken(&types.TransactionCanceledException{
			CancellationReasons: []types.CancellationReason{{Item: stored}, {Item: stored}}}), w.table)
		var cancelled *types.TransactionCanceledException
		require.ErrorAs(t, err, &cancelled)
		require.Len(t, cancelled.CancellationReasons, 2)
		require.Equal(t, user("alice", 1), crypto.Item(cancelled.CancellationReasons[0].Item))
		require.Nil(t, cancelled.CancellationReasons[1].Item)
		failure, ok := errors.AsType[*client.FailureError](err)
		require.True(t, ok)
		require.Len(t, failure.Dropped, 1)
		require.Equal(t, "CancellationReasons[1].Item", failure.Dropped[0].Parameter)
	}
}
