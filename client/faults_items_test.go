package client_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

// testPartialBatch lets DynamoDB do nothing, one and two of the requests of a batch:
// sending again what is left does the rest.
func testPartialBatch(t *testing.T, r *rig, op operation) {
	for first := range 3 {
		r := newRig(t, r.form)
		db := r.users()
		r.tap.Inject(op.name, wiretap.InOrder(wiretap.Fault{Partial: true, First: first}))
		in := op.request(r)
		out, err := r.run(t, op, db, op.request)
		require.NoError(t, err)
		require.Equal(t, 1, r.tap.Count(""), "nothing is sent again but by the caller")
		switch out := out.(type) {
		case *dynamodb.BatchWriteItemOutput:
			requests := in.(*dynamodb.BatchWriteItemInput).RequestItems[r.table]
			require.Equal(t, map[string][]types.WriteRequest{r.table: requests[first:]}, out.UnprocessedItems, "as the caller wrote them")
			again, err := db.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: out.UnprocessedItems})
			require.NoError(t, err)
			require.Empty(t, again.UnprocessedItems)
			state := r.state()
			require.Len(t, state, members+1, "two are put and one is deleted")
			got, err := db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &r.table, Key: memberKey(members)})
			require.NoError(t, err)
			require.Equal(t, member(members), crypto.Item(got.Item))
		case *dynamodb.BatchGetItemOutput:
			require.Len(t, out.UnprocessedKeys[r.table].Keys, members-first)
			require.Equal(t, memberKeys()[first:], out.UnprocessedKeys[r.table].Keys)
			again, err := db.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: out.UnprocessedKeys})
			require.NoError(t, err)
			require.Equal(t, memberItems(0, 1, 2, 3, 4), append(out.Responses[r.table], again.Responses[r.table]...))
		}
		r.check(t)
	}
}

// testUndecryptable damages one stored item.
func testUndecryptable(t *testing.T, r *rig, op operation) {
	if op.name == "TransactWriteItems" { // only its failure has items
		r.tamper(t, memberKey(0))
		_, err := r.run(t, op, r.users(), op.fails)
		requireCancelledFor(t, err, "ConditionalCheckFailed", nil)
		requireDropped(t, err)
		return
	}
	if op.pages() {
		for bad := range members {
			r := newRig(t, r.form)
			r.tamper(t, memberKey(bad))
			out, err := r.run(t, op, r.users(), op.request)
			require.Nil(t, out)
			require.ErrorIs(t, err, crypto.ErrSignature)
			require.Equal(t, memberKey(bad), requireOnlyItem(t, err).Key())
			r.requireOthers(t, op, hasType[*crypto.ItemError], crypto.ErrSignature, bad)
		}
		return
	}
	r.tamper(t, memberKey(0))
	for range 2 { // CollectBadItems is for pages
		out, err := r.run(t, op, r.users(), op.request)
		require.ErrorIs(t, err, crypto.ErrSignature)
		require.Equal(t, memberKey(0), requireOnlyItem(t, err).Key())
		if op.name == "GetItem" {
			require.Nil(t, out)
			r.reset()
			_, err = r.run(t, op, r.users(client.CollectBadItems()), op.request)
			require.ErrorIs(t, err, crypto.ErrSignature)
			return
		}
		requireAppliedWrite(t, op, out, err, r)
		r.put(t, r.users(), member(0))
		r.tamper(t, memberKey(0))
		r.reset()
	}
	if op.fails == nil {
		return
	}
	_, err := r.run(t, op, r.users(), op.fails)
	require.Nil(t, failedItem(t, err))
	requireDropped(t, err)
}

// testConditionFailed lets a condition fail that asks for the item.
func testConditionFailed(t *testing.T, r *rig, op operation) {
	before := r.state()
	out, err := r.run(t, op, r.users(), func(r *rig) any { return op.fails(r) })
	require.Nil(t, out)
	require.Error(t, err)
	assert.Equal(t, 1, r.tap.Count(""))
	assert.Equal(t, before, r.state())
	assert.Equal(t, 1, r.kms.Count("Decrypt"))
	if op.name == "TransactWriteItems" {
		requireCancelledFor(t, err, "ConditionalCheckFailed", member(0))
		return
	}
	require.Equal(t, member(0), failedItem(t, err))
	assert.True(t, hasType[*types.ConditionalCheckFailedException](err))
}

// testTransactionCancelled cancels a transaction for a conflict, and for reasons that
// come with the items of two actions.
func testTransactionCancelled(t *testing.T, r *rig, op operation) {
	before := r.state()
	r.tap.Inject(op.name, wiretap.InOrder(wiretap.Fault{Code: "TransactionCanceledException", Reasons: `[{"Code":"TransactionConflict"},{"Code":"None"}]`}))
	out, err := r.run(t, op, r.users(), op.request)
	require.Nil(t, out)
	requireCancelledFor(t, err, "TransactionConflict", nil)
	assert.Equal(t, 1, r.tap.Count(""))
	assert.Equal(t, op.sealed, r.kms.Count(""))
	assert.Equal(t, before, r.state())
	r.check(t)

	_, err = r.run(t, op, r.users(), op.request)
	require.NoError(t, err, "the fault was one")
}

// requireCancelledFor checks the first reason of a cancelled transaction and its item.
func requireCancelledFor(t *testing.T, err error, code string, item crypto.Item) {
	t.Helper()
	var cancelled *types.TransactionCanceledException
	require.ErrorAs(t, err, &cancelled)
	require.Equal(t, code, *cancelled.CancellationReasons[0].Code)
	require.Equal(t, item, crypto.Item(cancelled.CancellationReasons[0].Item))
}

// failedItem is the item that a failed condition comes with.
func failedItem(t *testing.T, err error) crypto.Item {
	t.Helper()
	var failed *types.ConditionalCheckFailedException
	require.ErrorAs(t, err, &failed)
	return failed.Item
}

// requireDropped checks that an error says that an item was taken out, which cannot be
// found behind it.
func requireDropped(t *testing.T, err error) {
	t.Helper()
	failure, ok := errors.AsType[*client.FailureError](err)
	require.True(t, ok, "%v", err)
	require.Len(t, failure.Dropped, 1)
	require.Equal(t, memberKey(0), failure.Dropped[0].Key())
	require.ErrorIs(t, err, crypto.ErrSignature)
	require.ErrorContains(t, err, "was dropped")
}
