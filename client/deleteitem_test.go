package client_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

func init() {
	suite["a peer's fault: DeleteItem returns ciphertext for ALL_OLD; here it is the item as it was"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1))
		w.reset()
		in := &dynamodb.DeleteItemInput{TableName: &w.table, Key: key("alice", 1), ReturnValues: types.ReturnValueAllOld}
		out, err := ask(t, db.DeleteItem, in)
		require.NoError(t, err)
		require.Equal(t, user("alice", 1), crypto.Item(out.Attributes))
		require.Nil(t, w.stored(t, key("alice", 1)))
		require.Equal(t, []string{"DeleteItem"}, w.tap.Operations())
		require.EqualValues(t, 1, w.provider.calls.Swap(0))

		out, err = ask(t, db.DeleteItem, in)
		require.NoError(t, err)
		require.Empty(t, out.Attributes, "there is none any more")
		require.Zero(t, w.provider.calls.Load())
	}

	suite["DeleteItem sends a request as it is and asks for no key"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1))
		for _, nothing := range []types.ReturnValue{"", types.ReturnValueNone} {
			w.reset()
			in := &dynamodb.DeleteItemInput{TableName: &w.table, Key: key("alice", 1), ReturnValues: nothing, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal}
			out, err := ask(t, db.DeleteItem, in)
			require.NoError(t, err)
			require.Empty(t, out.Attributes)
			require.NotNil(t, out.ConsumedCapacity)
			require.Nil(t, w.stored(t, key("alice", 1)))
			require.Zero(t, w.provider.calls.Load())
			_, err = dynamodb.New(w.options).DeleteItem(t.Context(), in)
			require.NoError(t, err)
			bodies := w.bodies("DeleteItem")
			require.JSONEq(t, bodies[1], bodies[0], "what a client without encryption sends")
		}
	}

	suite["DeleteItem deletes an item only under its condition"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1))
		in := &dynamodb.DeleteItemInput{TableName: &w.table, Key: key("alice", 1), ConditionExpression: aws.String("attribute_exists(email) AND #p = :p"),
			ExpressionAttributeNames: map[string]string{"#p": "plan"}, ExpressionAttributeValues: crypto.Item{":p": str("gold")}}
		_, err := ask(t, db.DeleteItem, in)
		met, err := met(err)
		require.NoError(t, err)
		require.Zero(t, met)
		require.Equal(t, user("alice", 1), w.read(t, db, key("alice", 1)))

		in.ExpressionAttributeValues[":p"] = str("free")
		_, err = ask(t, db.DeleteItem, in)
		require.NoError(t, err)
		require.Equal(t, "attribute_exists(email) AND #p = :p", w.sent(t, "ConditionExpression"), "no signature is asked for")
		require.Nil(t, w.stored(t, key("alice", 1)))
	}

	suite["DeleteItem deletes what cannot be opened"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1))
		w.tamper(t, key("alice", 1))
		w.plant(t, user("bob", 2))
		for _, bad := range []crypto.Item{key("alice", 1), key("bob", 2)} {
			_, err := ask(t, db.DeleteItem, &dynamodb.DeleteItemInput{TableName: &w.table, Key: bad})
			require.NoError(t, err)
			require.Nil(t, w.stored(t, bad))
		}
	}
}
