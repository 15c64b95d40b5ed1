package client_test

import (
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
	suite["writes are protected unless the policy is to write plaintext"] = func(t *testing.T, w *world) {
		for _, policy := range []client.PlaintextPolicy{client.ForbidPlaintext, client.InsecureReadPlaintext} {
			db, counter := w.migrating(policy)
			for _, op := range []string{"PutItem", "BatchWriteItem", "TransactWriteItems"} {
				require.NoError(t, requests[op].send(t.Context(), db, w.table))
				requireProtected(t, w.stored(t, key("alice", 1)))
			}
			w.requireNoPlaintext(t, "alice@example.com")
			require.Zero(t, counter.Written())
		}
	}

	suite["writes stay plaintext under InsecureReadWritePlaintext, counted and reported, by every writing operation"] = func(t *testing.T, w *world) {
		db, counter := w.migrating(client.InsecureReadWritePlaintext)
		put, err := ask(t, db.PutItem, &dynamodb.PutItemInput{TableName: &w.table, Item: user("alice", 1)})
		require.NoError(t, err)
		w.requireUnprotected(t, put.ResultMetadata, key("alice", 1))
		batch, err := ask(t, db.BatchWriteItem, &dynamodb.BatchWriteItemInput{RequestItems: writes{w.table: {putRequest(user("bob", 2)), putRequest(user("carol", 3))}}})
		require.NoError(t, err)
		w.requireUnprotected(t, batch.ResultMetadata, key("bob", 2), key("carol", 3))
		transaction, err := ask(t, db.TransactWriteItems, transactWrite(putOf(w.table, user("dave", 4)), deleteOf(w.table, key("carol", 3))))
		require.NoError(t, err)
		w.requireUnprotected(t, transaction.ResultMetadata, key("dave", 4))
		for id, created := range map[string]int{"alice": 1, "bob": 2, "dave": 4} {
			require.Equal(t, user(id, created), w.stored(t, key(id, created)))
		}
		require.EqualValues(t, 4, counter.Written())
		require.Zero(t, counter.Read())
		require.Zero(t, w.provider.calls.Load())
	}

	suite["a write that replaces an item tells of the plaintext that it wrote and of that which it read"] = func(t *testing.T, w *world) {
		w.put(t, w.users(), user("alice", 1))
		db, counter := w.migrating(client.InsecureReadWritePlaintext)
		in := &dynamodb.PutItemInput{TableName: &w.table, Item: user("alice", 1), ReturnValues: types.ReturnValueAllOld}
		out, err := ask(t, db.PutItem, in)
		require.NoError(t, err)
		require.Equal(t, map[string]types.AttributeValue(user("alice", 1)), out.Attributes, "it was encrypted")
		w.requireUnprotected(t, out.ResultMetadata, key("alice", 1))
		out, err = ask(t, db.PutItem, in)
		require.NoError(t, err)
		w.requireUnprotected(t, out.ResultMetadata, key("alice", 1), key("alice", 1))
		require.EqualValues(t, 2, counter.Written())
		require.EqualValues(t, 1, counter.Read())
	}

	suite["unprocessed plaintext comes back as it was sent"] = func(t *testing.T, w *world) {
		db, counter := w.migrating(client.InsecureReadWritePlaintext)
		in := &dynamodb.BatchWriteItemInput{RequestItems: writes{w.table: {putRequest(user("alice", 1)), putRequest(user("bob", 2))}}}
		w.tap.Inject("BatchWriteItem", wiretap.InOrder(wiretap.Fault{Partial: true, First: 1}))
		out, err := ask(t, db.BatchWriteItem, in)
		require.NoError(t, err)
		require.Equal(t, writes{w.table: {putRequest(user("bob", 2))}}, out.UnprocessedItems)
		require.EqualValues(t, 2, counter.Written(), "two were sent")
	}

	suite["items with a reserved name are refused under every policy"] = func(t *testing.T, w *world) {
		for _, policy := range []client.PlaintextPolicy{client.ForbidPlaintext, client.InsecureReadPlaintext, client.InsecureReadWritePlaintext} {
			for _, name := range []string{crypto.DefaultSignatureAttribute, crypto.DefaultDescriptionAttribute} {
				db, counter := w.migrating(policy)
				item := user("alice", 1)
				item[name] = str("forged")
				_, err := ask(t, db.PutItem, &dynamodb.PutItemInput{TableName: &w.table, Item: item})
				w.requireRefused(t, err, "PutItem", "Item", name)
				require.Zero(t, counter.Written())
			}
		}
	}

	suite["updates ask for a signature unless plaintext may be written, and never touch what would be protected"] = func(t *testing.T, w *world) {
		for policy, condition := range map[client.PlaintextPolicy]any{
			client.ForbidPlaintext: "attribute_exists(#ddbcrypt_0)", client.InsecureReadPlaintext: "attribute_exists(#ddbcrypt_0)", client.InsecureReadWritePlaintext: nil,
		} {
			w.plant(t, user("alice", 1))
			db, _ := w.migrating(policy)
			_, err := ask(t, db.UpdateItem, viewsUpdate(w.table, key("alice", 1), 7))
			require.Equal(t, condition, w.sent(t, "ConditionExpression"))
			changed := user("alice", 1)
			if condition == nil {
				require.NoError(t, err)
				changed["views"] = num(7)
			} else {
				var failed *types.ConditionalCheckFailedException
				require.ErrorAs(t, err, &failed)
			}
			require.Equal(t, changed, w.stored(t, key("alice", 1)))

			_, err = ask(t, db.TransactWriteItems, transactWrite(viewsOf(w.table, key("alice", 1), 8)))
			require.Equal(t, condition == nil, err == nil, "%v", err)
			require.Equal(t, condition, w.sent(t, "TransactItems", 0, "Update", "ConditionExpression"))

			w.reset()
			for attribute, expression := range map[string]string{"plan": "SET #p = :gold", "email": "REMOVE #e", crypto.DefaultSignatureAttribute: "REMOVE #sig"} {
				e := textOf(expression)
				_, err = ask(t, db.UpdateItem, &dynamodb.UpdateItemInput{TableName: &w.table, Key: key("alice", 1), UpdateExpression: &e.expression,
					ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values})
				w.requireRefused(t, err, "UpdateItem", "UpdateExpression", attribute)
			}
		}
	}

	suite["an update under InsecureReadWritePlaintext leaves an encrypted item readable"] = func(t *testing.T, w *world) {
		w.put(t, w.users(), user("alice", 1))
		db, _ := w.migrating(client.InsecureReadWritePlaintext)
		in := viewsUpdate(w.table, key("alice", 1), 7)
		in.ReturnValues = types.ReturnValueAllNew
		out, err := ask(t, db.UpdateItem, in)
		require.NoError(t, err)
		changed := user("alice", 1)
		changed["views"] = num(7)
		require.Equal(t, map[string]types.AttributeValue(changed), out.Attributes)
		require.Len(t, client.Unprotected(out.ResultMetadata), 1, "an update may be one of a plaintext item")
		require.Equal(t, changed, w.read(t, w.users(), key("alice", 1)))
	}

	suite["conditions on what would be encrypted are refused under every policy"] = func(t *testing.T, w *world) {
		for _, policy := range []client.PlaintextPolicy{client.InsecureReadPlaintext, client.InsecureReadWritePlaintext} {
			db, _ := w.migrating(policy)
			_, err := ask(t, db.DeleteItem, &dynamodb.DeleteItemInput{TableName: &w.table, Key: key("alice", 1), ConditionExpression: aws.String("email = :secret"),
				ExpressionAttributeValues: crypto.Item{":secret": str("alice@example.com")}})
			w.requireRefused(t, err, "DeleteItem", "ConditionExpression", "email")
		}
	}

	suite["one counter serves several clients"] = func(t *testing.T, w *world) {
		counter := new(client.Counter)
		table := w.declared()
		table.Plaintext = client.InsecureReadWritePlaintext
		for range 2 {
			db := w.open(client.Tables(table), client.WithCounter(counter))
			require.NoError(t, requests["PutItem"].send(t.Context(), db, w.table))
			require.NoError(t, requests["GetItem"].send(t.Context(), db, w.table))
		}
		require.EqualValues(t, 2, counter.Read())
		require.EqualValues(t, 2, counter.Written())
	}

	suite["items that are sent as plaintext and refused by DynamoDB are counted"] = func(t *testing.T, w *world) {
		db, counter := w.migrating(client.InsecureReadWritePlaintext)
		w.plant(t, user("alice", 1))
		_, err := ask(t, db.PutItem, &dynamodb.PutItemInput{TableName: &w.table, Item: user("alice", 1), ConditionExpression: aws.String("attribute_not_exists(id)")})
		require.Error(t, err)
		require.EqualValues(t, 1, counter.Written())
	}

	suite["a partial batch tells of the plaintext that was written, and counts what was sent"] = func(t *testing.T, w *world) {
		db, counter := w.migrating(client.InsecureReadWritePlaintext)
		w.tap.Inject("BatchWriteItem", wiretap.InOrder(wiretap.Fault{Partial: true, First: 1}, wiretap.Fault{Partial: true}))
		in := &dynamodb.BatchWriteItemInput{RequestItems: writes{w.table: {putRequest(user("alice", 1)), putRequest(user("bob", 2)), deleteRequest(key("gone", 9))}}}
		for _, written := range [][]crypto.Item{{key("alice", 1)}, nil, {key("bob", 2)}} {
			out, err := ask(t, db.BatchWriteItem, in)
			require.NoError(t, err)
			w.requireUnprotected(t, out.ResultMetadata, written...)
			in.RequestItems = out.UnprocessedItems
		}
		require.Empty(t, in.RequestItems)
		require.EqualValues(t, 2+1+1, counter.Written())
	}

	suite["each Send of a prepared batch tells of the plaintext that it wrote, and counts what it sent"] = func(t *testing.T, w *world) {
		table, counter := w.declared(), new(client.Counter)
		table.Plaintext = client.InsecureReadWritePlaintext
		db := w.wrapper(client.Tables(table), client.WithCounter(counter))
		prepared, err := db.PrepareBatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: writes{w.table: {
			putRequest(user("alice", 1)), putRequest(user("bob", 2)), deleteRequest(key("gone", 9)), putRequest(user("carol", 3))}}})
		require.NoError(t, err)
		require.Zero(t, counter.Written(), "nothing is sent yet")
		w.tap.Inject("BatchWriteItem", wiretap.InOrder(wiretap.Fault{Partial: true, First: 1}, wiretap.Fault{Code: "ProvisionedThroughputExceededException"}, wiretap.Fault{Partial: true, First: 2}))
		total := 0
		for _, sent := range []struct {
			plaintext int
			written   []crypto.Item
			fails     bool
		}{
			{3, []crypto.Item{key("alice", 1)}, false},
			{2, nil, true},
			{2, []crypto.Item{key("bob", 2)}, false},
			{1, []crypto.Item{key("carol", 3)}, false},
			{0, nil, false}, // it is done
		} {
			out, err := prepared.Send(t.Context())
			require.Equal(t, sent.fails, err != nil, "%v", err)
			if out != nil {
				w.requireUnprotected(t, out.ResultMetadata, sent.written...)
			}
			total += sent.plaintext
			require.EqualValues(t, total, counter.Written())
		}
	}

	suite["the keys that are reported are copies"] = func(t *testing.T, w *world) {
		w.plant(t, user("alice", 1))
		db, _ := w.migrating(client.InsecureReadPlaintext)
		_, metadata, err := reads["GetItem"].get(t, db, w.table)
		require.NoError(t, err)
		delete(client.Unprotected(metadata)[0].Key(), "id")
		w.requireUnprotected(t, metadata, key("alice", 1))
	}
}
