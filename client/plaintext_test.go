package client_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// migrating opens a client with a plaintext policy for w.table, and a counter.
func (w *world) migrating(policy client.PlaintextPolicy, list ...client.Option) (api, *client.Counter) {
	table, counter := w.declared(), new(client.Counter)
	table.Plaintext = policy
	return w.open(append(list, client.Tables(table), client.WithCounter(counter))...), counter
}

// requireUnprotected checks which plaintext items of w.table an answer tells of.
func (w *world) requireUnprotected(t *testing.T, metadata middleware.Metadata, keys ...crypto.Item) {
	t.Helper()
	var got []crypto.Item
	for _, item := range client.Unprotected(metadata) {
		require.Equal(t, w.table, item.Table)
		got = append(got, item.Key())
	}
	require.ElementsMatch(t, keys, got)
}

// reads are the operations that return the stored item alice, 1.
var reads = map[string]struct {
	parameter string // where the item is in the answer
	get       func(t *testing.T, db api, table string) (map[string]types.AttributeValue, middleware.Metadata, error)
}{
	"GetItem": {"Item", func(t *testing.T, db api, table string) (map[string]types.AttributeValue, middleware.Metadata, error) {
		out, err := ask(t, db.GetItem, &dynamodb.GetItemInput{TableName: &table, Key: key("alice", 1)})
		if err != nil {
			return nil, middleware.Metadata{}, err
		}
		return out.Item, out.ResultMetadata, nil
	}},
	"Query": {"Items[0]", func(t *testing.T, db api, table string) (map[string]types.AttributeValue, middleware.Metadata, error) {
		out, err := ask(t, db.Query, aliceQuery(table))
		if err != nil {
			return nil, middleware.Metadata{}, err
		}
		return out.Items[0], out.ResultMetadata, nil
	}},
	"Scan": {"Items[0]", func(t *testing.T, db api, table string) (map[string]types.AttributeValue, middleware.Metadata, error) {
		out, err := ask(t, db.Scan, &dynamodb.ScanInput{TableName: &table})
		if err != nil {
			return nil, middleware.Metadata{}, err
		}
		return out.Items[0], out.ResultMetadata, nil
	}},
	"BatchGetItem": {"Responses", func(t *testing.T, db api, table string) (map[string]types.AttributeValue, middleware.Metadata, error) {
		out, err := ask(t, db.BatchGetItem, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{table: getKeys(key("alice", 1))}})
		if err != nil {
			return nil, middleware.Metadata{}, err
		}
		return out.Responses[table][0], out.ResultMetadata, nil
	}},
	"TransactGetItems": {"Responses[0].Item", func(t *testing.T, db api, table string) (map[string]types.AttributeValue, middleware.Metadata, error) {
		out, err := ask(t, db.TransactGetItems, transactGet(getOf(table, key("alice", 1))))
		if err != nil {
			return nil, middleware.Metadata{}, err
		}
		return out.Responses[0].Item, out.ResultMetadata, nil
	}},
	"DeleteItem": {"Attributes", func(t *testing.T, db api, table string) (map[string]types.AttributeValue, middleware.Metadata, error) {
		out, err := ask(t, db.DeleteItem, &dynamodb.DeleteItemInput{TableName: &table, Key: key("alice", 1), ReturnValues: types.ReturnValueAllOld})
		if err != nil {
			return nil, middleware.Metadata{}, err
		}
		return out.Attributes, out.ResultMetadata, nil
	}},
}

func init() {
	suite["plaintext items are refused by every reading operation unless a policy lets them through"] = func(t *testing.T, w *world) {
		for op, read := range reads {
			w.plant(t, user("alice", 1))
			db, counter := w.migrating(client.ForbidPlaintext)
			_, _, err := read.get(t, db, w.table)
			parameter := read.parameter
			if op == "BatchGetItem" {
				parameter = fmt.Sprintf("Responses[%q][0]", w.table)
			}
			failed := requireItemError(t, err, crypto.ErrNotEncrypted, op, w.table, parameter, key("alice", 1))
			require.Equal(t, op == "DeleteItem", failed.Applied)
			require.Zero(t, counter.Read())
		}
	}

	suite["plaintext items are read as they are, counted and reported under both policies, by every reading operation"] = func(t *testing.T, w *world) {
		for _, policy := range []client.PlaintextPolicy{client.InsecureReadPlaintext, client.InsecureReadWritePlaintext} {
			for op, read := range reads {
				t.Run(fmt.Sprintf("%s, policy %d", op, policy), func(t *testing.T) {
					w.plant(t, user("alice", 1))
					w.reset()
					db, counter := w.migrating(policy)
					item, metadata, err := read.get(t, db, w.table)
					require.NoError(t, err)
					require.Equal(t, user("alice", 1), item)
					require.EqualValues(t, 1, counter.Read())
					require.Zero(t, counter.Written())
					w.requireUnprotected(t, metadata, key("alice", 1))
					require.Zero(t, w.provider.calls.Load())
				})
			}
		}
	}

	suite["encrypted items are read and not reported under every policy"] = func(t *testing.T, w *world) {
		for _, policy := range []client.PlaintextPolicy{client.ForbidPlaintext, client.InsecureReadPlaintext, client.InsecureReadWritePlaintext} {
			for op, read := range reads {
				w.put(t, w.users(), user("alice", 1))
				db, counter := w.migrating(policy)
				item, metadata, err := read.get(t, db, w.table)
				require.NoError(t, err, op)
				require.Equal(t, user("alice", 1), item)
				require.Zero(t, counter.Read())
				require.Empty(t, client.Unprotected(metadata))
			}
		}
	}

	suite["pages hold plaintext and encrypted items together, in order, and tell which is which"] = func(t *testing.T, w *world) {
		w.put(t, w.users(), user("alice", 1), user("alice", 3))
		w.plant(t, user("alice", 2))
		w.plant(t, user("alice", 4))
		db, counter := w.migrating(client.InsecureReadPlaintext)
		page, err := ask(t, db.Query, aliceQuery(w.table))
		require.NoError(t, err)
		require.Equal(t, []map[string]types.AttributeValue{user("alice", 1), user("alice", 2), user("alice", 3), user("alice", 4)}, page.Items)
		w.requireUnprotected(t, page.ResultMetadata, key("alice", 2), key("alice", 4))
		require.EqualValues(t, 2, counter.Read())

		batch, err := ask(t, db.BatchGetItem, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{w.table: getKeys(key("alice", 1), key("alice", 2))}})
		require.NoError(t, err)
		w.requireUnprotected(t, batch.ResultMetadata, key("alice", 2))
		require.EqualValues(t, 3, counter.Read())
	}

	suite["items with only a description or only a signature are refused under every policy"] = func(t *testing.T, w *world) {
		for _, missing := range []string{crypto.DefaultSignatureAttribute, crypto.DefaultDescriptionAttribute} {
			for _, policy := range []client.PlaintextPolicy{client.ForbidPlaintext, client.InsecureReadPlaintext, client.InsecureReadWritePlaintext} {
				for op, read := range reads {
					w.put(t, w.users(), user("alice", 1))
					stripped := w.stored(t, key("alice", 1))
					delete(stripped, missing)
					w.plant(t, stripped)
					db, counter := w.migrating(policy)
					_, metadata, err := read.get(t, db, w.table)
					require.Error(t, err, "%s without %s", op, missing)
					var failed *client.ItemError
					require.ErrorAs(t, err, &failed)
					require.Zero(t, counter.Read())
					require.Empty(t, client.Unprotected(metadata))
				}
			}
		}
	}

	suite["an item of which signature and description were taken away passes as plaintext, only under a policy, and is reported"] = func(t *testing.T, w *world) {
		w.put(t, w.users(), user("alice", 1))
		stripped := w.stored(t, key("alice", 1))
		delete(stripped, crypto.DefaultSignatureAttribute)
		delete(stripped, crypto.DefaultDescriptionAttribute)
		stripped["plan"] = str("gold")
		w.plant(t, stripped)
		_, _, err := reads["GetItem"].get(t, w.users(), w.table)
		requireItemError(t, err, crypto.ErrNotEncrypted, "GetItem", w.table, "Item", key("alice", 1))
		db, counter := w.migrating(client.InsecureReadPlaintext)
		item, metadata, err := reads["GetItem"].get(t, db, w.table)
		require.NoError(t, err)
		require.Equal(t, map[string]types.AttributeValue(stripped), item)
		w.requireUnprotected(t, metadata, key("alice", 1))
		require.EqualValues(t, 1, counter.Read())
	}

	suite["a changed item does not pass under any policy"] = func(t *testing.T, w *world) {
		w.put(t, w.users(), user("alice", 1))
		w.tamper(t, key("alice", 1))
		for _, policy := range []client.PlaintextPolicy{client.InsecureReadPlaintext, client.InsecureReadWritePlaintext} {
			db, _ := w.migrating(policy)
			_, _, err := reads["GetItem"].get(t, db, w.table)
			requireItemError(t, err, crypto.ErrSignature, "GetItem", w.table, "Item", key("alice", 1))
		}
	}

	suite["a plaintext item that was not asked for does not pass"] = func(t *testing.T, w *world) {
		w.plant(t, user("alice", 1))
		w.plant(t, user("bob", 2))
		db, counter := w.migrating(client.InsecureReadPlaintext)
		w.swap("GetItem")
		_, err := ask(t, db.GetItem, &dynamodb.GetItemInput{TableName: &w.table, Key: key("alice", 1)})
		require.NoError(t, err)
		_, err = ask(t, db.GetItem, &dynamodb.GetItemInput{TableName: &w.table, Key: key("bob", 2)})
		requireItemError(t, err, crypto.ErrSignature, "GetItem", w.table, "Item", key("alice", 1))
		require.EqualValues(t, 1, counter.Read())
	}

	suite["plaintext items of other tables are neither counted nor reported"] = func(t *testing.T, w *world) {
		other := w.newTable(t)
		w.plantIn(t, other, user("alice", 1))
		db, counter := w.migrating(client.InsecureReadWritePlaintext, client.OtherTables(client.PassThrough()))
		for op, read := range reads {
			_, metadata, err := read.get(t, db, other)
			require.NoError(t, err, op)
			require.Empty(t, client.Unprotected(metadata))
			w.plantIn(t, other, user("alice", 1))
		}
		require.Zero(t, counter.Read()+counter.Written())
	}

	suite["the plaintext items of failed conditions are returned and reported"] = func(t *testing.T, w *world) {
		w.plant(t, user("alice", 1))
		db, counter := w.migrating(client.InsecureReadPlaintext)
		_, err := ask(t, db.PutItem, &dynamodb.PutItemInput{TableName: &w.table, Item: user("alice", 1), ConditionExpression: aws.String("attribute_not_exists(id)"),
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld})
		var failed *types.ConditionalCheckFailedException
		require.ErrorAs(t, err, &failed)
		require.Equal(t, map[string]types.AttributeValue(user("alice", 1)), failed.Item)
		var failure *client.FailureError
		require.ErrorAs(t, err, &failure)
		require.Empty(t, failure.Dropped)
		require.Len(t, failure.Unprotected, 1)
		require.Equal(t, key("alice", 1), failure.Unprotected[0].Key())
		require.EqualValues(t, 1, counter.Read())

		_, err = ask(t, db.TransactWriteItems, transactWrite(putOf(w.table, user("bob", 2)), fourKinds["ConditionCheck"](w.table, textOf("#p = :gold"))))
		require.Equal(t, map[string]types.AttributeValue(user("alice", 1)), cancelled(t, err)[1].Item)
		require.ErrorAs(t, err, &failure)
		require.Len(t, failure.Unprotected, 1)
		require.Equal(t, w.table, failure.Unprotected[0].Table)

		strict, _ := w.migrating(client.ForbidPlaintext)
		_, err = ask(t, strict.TransactWriteItems, transactWrite(fourKinds["ConditionCheck"](w.table, textOf("#p = :gold"))))
		require.Nil(t, cancelled(t, err)[0].Item)
		require.ErrorAs(t, err, &failure)
		require.ErrorIs(t, failure.Dropped[0], crypto.ErrNotEncrypted)
	}
}
