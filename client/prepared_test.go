package client_test

import (
	"context"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

func init() {
	suite["a prepared transaction is the same each time it is sent, and done once"] = func(t *testing.T, w *world) {
		db := w.wrapper(client.Tables(w.declared()))
		w.put(t, db, user("bob", 2), user("carol", 3))
		for name, token := range map[string]*string{"with a token of the caller's": aws.String("token-" + w.table), "without a token": nil} {
			t.Run(name, func(t *testing.T) {
				w.reset()
				in := transactWrite(putOf(w.table, user("alice", 1)), viewsOf(w.table, key("bob", 2), 7), checkOf(w.table, key("carol", 3), "attribute_exists(email)"))
				in.ClientRequestToken = token
				before := deepCopy(in)
				prepared, err := db.PrepareTransactWriteItems(t.Context(), in)
				require.NoError(t, err)
				require.Empty(t, w.tap.Operations(), "nothing is sent yet")
				require.EqualValues(t, 1, w.provider.calls.Load())

				_, err = prepared.Send(t.Context())
				require.NoError(t, err)
				w.tap.Inject("TransactWriteItems", wiretap.InOrder(wiretap.Fault{Deliver: true, Cut: true}))
				_, err = prepared.Send(t.Context())
				require.Error(t, err, "the answer was lost")
				_, err = prepared.Send(t.Context())
				require.NoError(t, err)
				require.Equal(t, before, in)

				bodies := w.bodies("TransactWriteItems")
				require.Len(t, bodies, 3)
				require.JSONEq(t, bodies[0], bodies[1])
				require.JSONEq(t, bodies[0], bodies[2])
				require.EqualValues(t, 1, w.provider.calls.Load(), "nothing is encrypted again")
				sent := w.sent(t, "ClientRequestToken")
				if token != nil {
					require.Equal(t, *token, sent)
				} else {
					require.NotEmpty(t, sent)
					require.LessOrEqual(t, len(sent.(string)), 36, "as long as DynamoDB takes it")
				}
				w.requireNoPlaintext(t, "alice@example.com")
				require.Equal(t, user("alice", 1), w.read(t, db, key("alice", 1)))
			})
		}
	}

	suite["transactions that are prepared without a token have different ones"] = func(t *testing.T, w *world) {
		db := w.wrapper(client.Tables(w.declared()))
		for range 2 {
			prepared, err := db.PrepareTransactWriteItems(t.Context(), transactWrite(putOf(w.table, user("alice", 1))))
			require.NoError(t, err)
			_, err = prepared.Send(t.Context())
			require.NoError(t, err, "one token for both would be a mismatch")
		}
	}

	suite["a prepared transaction may be sent by several at once"] = func(t *testing.T, w *world) {
		db := w.wrapper(client.Tables(w.declared()))
		prepared, err := db.PrepareTransactWriteItems(t.Context(), transactWrite(putOf(w.table, user("alice", 1))))
		require.NoError(t, err)
		var senders sync.WaitGroup
		for range 8 {
			senders.Go(func() {
				// DynamoDB may answer that the transaction is in progress.
				_, _ = prepared.Send(t.Context())
			})
		}
		senders.Wait()
		_, err = prepared.Send(t.Context())
		require.NoError(t, err)
		for _, body := range w.bodies("TransactWriteItems") {
			require.JSONEq(t, w.bodies("TransactWriteItems")[0], body)
		}
	}

	suite["a prepared transaction decrypts the items for which it was cancelled"] = func(t *testing.T, w *world) {
		db := w.wrapper(client.Tables(w.declared()))
		w.put(t, db, user("alice", 1))
		prepared, err := db.PrepareTransactWriteItems(t.Context(), transactWrite(fourKinds["Put"](w.table, textOf("#p = :gold"))))
		require.NoError(t, err)
		for range 2 {
			_, err = prepared.Send(t.Context())
			require.Equal(t, user("alice", 1), cancelled(t, err)[0].Item)
		}
	}

	suite["a prepared batch resends exactly the unprocessed ciphertext and knows when it is done"] = func(t *testing.T, w *world) {
		for name, tc := range map[string]struct {
			asked  string
			rename func(string) string
		}{
			"by name":                        {w.table, nil},
			"by ARN":                         {arn(w.table), nil},
			"by name, answered by ARN":       {w.table, wiretap.OtherName},
			"by ARN, answered by its name":   {arn(w.table), wiretap.OtherName},
			"by name, answered by that name": {w.table, func(name string) string { return name }},
		} {
			t.Run(name, func(t *testing.T) {
				db := w.wrapper(client.Tables(w.declared()))
				w.put(t, db, user("gone", 9))
				w.reset()
				in := &dynamodb.BatchWriteItemInput{RequestItems: writes{tc.asked: {
					putRequest(user("alice", 1)), putRequest(user("bob", 2)), deleteRequest(key("gone", 9)), putRequest(user("carol", 3))}}}
				before := deepCopy(in)
				prepared, err := db.PrepareBatchWriteItem(t.Context(), in)
				require.NoError(t, err)
				require.Empty(t, w.tap.Operations(), "nothing is sent yet")
				require.EqualValues(t, 3, w.provider.calls.Load())
				require.False(t, prepared.Done())

				w.tap.Inject("BatchWriteItem", wiretap.InOrder(wiretap.Fault{Code: "ProvisionedThroughputExceededException"},
					wiretap.Fault{Partial: true, First: 1, Tables: tc.rename}, wiretap.Fault{Partial: true, First: 2}))
				_, err = prepared.Send(t.Context())
				var throttled *types.ProvisionedThroughputExceededException
				require.ErrorAs(t, err, &throttled)
				require.False(t, prepared.Done())
				everything := sentWrites(t, w)

				unprocessed := []writes{}
				for range 3 {
					out, err := prepared.Send(t.Context())
					require.NoError(t, err)
					unprocessed = append(unprocessed, out.UnprocessedItems)
				}
				answered := tc.asked
				if tc.rename != nil {
					answered = tc.rename(tc.asked)
				}
				require.Equal(t, writes{answered: {putRequest(user("bob", 2)), deleteRequest(key("gone", 9)), putRequest(user("carol", 3))}}, unprocessed[0])
				require.Equal(t, writes{tc.asked: {putRequest(user("carol", 3))}}, unprocessed[1], "the rest is sent under the name that was asked for")
				require.Empty(t, unprocessed[2])
				require.Equal(t, before, in)
				require.True(t, prepared.Done())

				require.Equal(t, everything[3:], sentWrites(t, w), "the last request has the ciphertext of the first one")
				require.Len(t, everything, 4)
				bodies := w.bodies("BatchWriteItem")
				require.Len(t, bodies, 4)
				require.JSONEq(t, bodies[0], bodies[1], "after an error everything is sent again")
				require.EqualValues(t, 3, w.provider.calls.Load(), "nothing is encrypted again")
				w.requireNoPlaintext(t, "alice@example.com", "bob@example.com", "carol@example.com")

				out, err := prepared.Send(t.Context())
				require.NoError(t, err)
				require.Empty(t, out.UnprocessedItems)
				require.Len(t, w.bodies("BatchWriteItem"), 4, "what is done is not sent")
				require.Equal(t, user("carol", 3), w.read(t, db, key("carol", 3)))
				require.Nil(t, w.stored(t, key("gone", 9)))
			})
		}
	}

	suite["a prepared batch leaves other tables as they are"] = func(t *testing.T, w *world) {
		other := w.newTable(t)
		db := w.wrapper(client.Tables(w.declared()), client.OtherTables(client.PassThrough()))
		in := &dynamodb.BatchWriteItemInput{RequestItems: writes{w.table: {putRequest(user("alice", 1))}, other: {putRequest(user("bob", 2))}}}
		prepared, err := db.PrepareBatchWriteItem(t.Context(), in)
		require.NoError(t, err)
		w.tap.Inject("BatchWriteItem", wiretap.InOrder(wiretap.Fault{Partial: true}))
		out, err := prepared.Send(t.Context())
		require.NoError(t, err)
		require.Equal(t, in.RequestItems, out.UnprocessedItems)
		_, err = prepared.Send(t.Context())
		require.NoError(t, err)
		require.True(t, prepared.Done())
		require.Equal(t, user("bob", 2), w.storedIn(t, other, key("bob", 2)))
		requireProtected(t, w.stored(t, key("alice", 1)))
	}

	suite["preparing refuses what sending would refuse"] = func(t *testing.T, w *world) {
		db := w.wrapper(client.Tables(w.declared()))
		_, err := db.PrepareTransactWriteItems(t.Context(), transactWrite(fourKinds["Delete"](w.table, textOf("email = :secret"))))
		w.requireRefused(t, err, "TransactWriteItems", "TransactItems[0].Delete.ConditionExpression", "email")
		_, err = db.PrepareBatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: writes{w.table: {putRequest(nil)}}})
		w.requireRefused(t, err, "BatchWriteItem", requestItems(w.table)+"[0].PutRequest.Item", "id")

		wrong := w.wrapper(client.Tables(w.declared(), w.declared()))
		_, err = wrong.PrepareTransactWriteItems(t.Context(), transactWrite(putOf(w.table, user("alice", 1))))
		w.requireRefused(t, err, "TransactWriteItems", "", "")
		_, err = wrong.PrepareBatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: writes{w.table: {putRequest(user("alice", 1))}}})
		w.requireRefused(t, err, "BatchWriteItem", "", "")

		ended, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = db.PrepareTransactWriteItems(ended, transactWrite(putOf(w.table, user("alice", 1))))
		require.ErrorIs(t, err, context.Canceled)
		_, err = db.PrepareBatchWriteItem(ended, &dynamodb.BatchWriteItemInput{RequestItems: writes{w.table: {putRequest(user("alice", 1))}}})
		require.ErrorIs(t, err, context.Canceled)
		require.Zero(t, w.provider.calls.Load())
	}

	suite["preparing takes empty requests, which DynamoDB then refuses"] = func(t *testing.T, w *world) {
		db := w.wrapper(client.Tables(w.declared()))
		for _, in := range []*dynamodb.TransactWriteItemsInput{nil, {}} {
			prepared, err := db.PrepareTransactWriteItems(t.Context(), in)
			require.NoError(t, err)
			_, err = prepared.Send(t.Context())
			require.Error(t, err)
		}
		for _, in := range []*dynamodb.BatchWriteItemInput{nil, {}} {
			prepared, err := db.PrepareBatchWriteItem(t.Context(), in)
			require.NoError(t, err)
			_, err = prepared.Send(t.Context())
			require.Error(t, err)
			require.False(t, prepared.Done())
		}
	}
}

// sentWrites are the requests of the last batch, of its one table, as they were
// sent.
func sentWrites(t *testing.T, w *world) []any {
	t.Helper()
	tables := w.sent(t, "RequestItems").(map[string]any)
	require.Len(t, tables, 1)
	for _, requests := range tables {
		return requests.([]any)
	}
	return nil
}

func TestPreparedRequestsNeedAClient(t *testing.T) {
	table := users("users")
	db := client.New(nil, crypto.NewEncryptor(newProvider(t)), client.Tables(table))
	transaction, err := db.PrepareTransactWriteItems(t.Context(), transactWrite(putOf("users", user("alice", 1))))
	require.NoError(t, err)
	_, err = transaction.Send(t.Context())
	require.ErrorIs(t, err, crypto.ErrConfig)
	batch, err := db.PrepareBatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: writes{"users": {putRequest(user("alice", 1))}}})
	require.NoError(t, err)
	_, err = batch.Send(t.Context())
	require.ErrorIs(t, err, crypto.ErrConfig)
	require.False(t, batch.Done())
}
