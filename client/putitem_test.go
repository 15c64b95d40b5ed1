package client_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

func init() {
	suite["PutItem stores an item encrypted and GetItem returns it"] = func(t *testing.T, w *world) {
		db := w.users()
		_, err := ask(t, db.PutItem, &dynamodb.PutItemInput{TableName: &w.table, Item: user("alice", 1)})
		require.NoError(t, err)
		require.Equal(t, []string{"PutItem"}, w.tap.Operations())
		require.EqualValues(t, 1, w.provider.calls.Load())
		w.requireNoPlaintext(t, "alice@example.com", "Delft")
		stored := w.stored(t, key("alice", 1))
		requireProtected(t, stored)
		for _, readable := range []string{"id", "created", "plan", "level", "views"} {
			require.Equal(t, user("alice", 1)[readable], stored[readable])
		}

		out, err := ask(t, db.GetItem, &dynamodb.GetItemInput{TableName: &w.table, Key: key("alice", 1), ConsistentRead: aws.Bool(true)})
		require.NoError(t, err)
		require.Equal(t, user("alice", 1), out.Item)
	}

	suite["a peer's fault: PutItem returns ciphertext for ALL_OLD; here it is the item as it was"] = func(t *testing.T, w *world) {
		db := w.users()
		put := func(item crypto.Item, returned types.ReturnValue) *dynamodb.PutItemOutput {
			out, err := ask(t, db.PutItem, &dynamodb.PutItemInput{TableName: &w.table, Item: item, ReturnValues: returned})
			require.NoError(t, err)
			return out
		}
		require.Empty(t, put(user("alice", 1), types.ReturnValueAllOld).Attributes, "there was none")
		require.EqualValues(t, 1, w.provider.calls.Swap(0))
		gold := merged(user("alice", 1), crypto.Item{"plan": str("gold"), "email": str("new@example.com")})
		require.Equal(t, user("alice", 1), put(gold, types.ReturnValueAllOld).Attributes)
		require.EqualValues(t, 2, w.provider.calls.Swap(0), "one key to encrypt, one to decrypt")
		for _, nothing := range []types.ReturnValue{"", types.ReturnValueNone} {
			require.Empty(t, put(user("alice", 1), nothing).Attributes)
			require.EqualValues(t, 1, w.provider.calls.Swap(0))
		}
		require.Equal(t, user("alice", 1), w.read(t, db, key("alice", 1)))
		w.requireNoPlaintext(t, "example.com", "Delft")
	}

	suite["PutItem replaces an item only under its condition"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1))
		stored := w.stored(t, key("alice", 1))
		in := &dynamodb.PutItemInput{TableName: &w.table, Item: merged(user("alice", 1), crypto.Item{"plan": str("gold")}),
			ConditionExpression: aws.String("attribute_not_exists(email) OR #p = :p"), ExpressionAttributeNames: map[string]string{"#p": "plan"}, ExpressionAttributeValues: crypto.Item{":p": str("gold")}}
		_, err := ask(t, db.PutItem, in)
		met, err := met(err)
		require.NoError(t, err)
		require.Zero(t, met)
		require.Equal(t, stored, w.stored(t, key("alice", 1)))

		in.ExpressionAttributeValues[":p"] = str("free")
		_, err = ask(t, db.PutItem, in)
		require.NoError(t, err)
		require.Equal(t, "attribute_not_exists(email) OR #p = :p", w.sent(t, "ConditionExpression"), "conditions are sent as they are")
		require.Equal(t, map[string]any{"#p": "plan"}, w.sent(t, "ExpressionAttributeNames"))
		require.Equal(t, in.Item, map[string]types.AttributeValue(w.read(t, db, key("alice", 1))))
	}

	suite["what else PutItem asks for is sent, and what else it answers is returned"] = func(t *testing.T, w *world) {
		out, err := ask(t, w.users().PutItem, &dynamodb.PutItemInput{TableName: &w.table, Item: user("alice", 1),
			ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal})
		require.NoError(t, err)
		require.NotNil(t, out.ConsumedCapacity)
		require.Equal(t, "TOTAL", w.sent(t, "ReturnConsumedCapacity"))
		require.Equal(t, w.table, w.sent(t, "TableName"))
		require.Empty(t, client.Unprotected(out.ResultMetadata))
	}

	suite["encryption is random: an item that is put twice is stored in two ways"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1))
		first := w.stored(t, key("alice", 1))
		w.put(t, db, user("alice", 1))
		second := w.stored(t, key("alice", 1))
		for _, name := range []string{"email", "address", crypto.DefaultSignatureAttribute} {
			require.NotEqual(t, first[name], second[name], name)
		}
	}

	suite["ReturnValues that an operation does not have are refused"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1))
		w.reset()
		updated := []types.ReturnValue{types.ReturnValueUpdatedOld, types.ReturnValueUpdatedNew, types.ReturnValueAllNew}
		unknown := []types.ReturnValue{"all_old", "ALL", " NONE", "ALL_OLD "}
		for _, value := range append(updated, unknown...) {
			t.Run(string(value), func(t *testing.T) {
				_, err := ask(t, db.PutItem, &dynamodb.PutItemInput{TableName: &w.table, Item: user("alice", 1), ReturnValues: value})
				refused := w.requireRefused(t, err, "PutItem", "ReturnValues", "")
				require.Equal(t, w.table, refused.Table)
				require.Contains(t, refused.Reason, string(value))
				require.Contains(t, refused.Advice, "ALL_OLD")
				_, err = ask(t, db.DeleteItem, &dynamodb.DeleteItemInput{TableName: &w.table, Key: key("alice", 1), ReturnValues: value})
				w.requireRefused(t, err, "DeleteItem", "ReturnValues", "")
			})
		}
		for _, value := range unknown {
			in := viewsUpdate(w.table, key("alice", 1), 1)
			in.ReturnValues = value
			_, err := ask(t, db.UpdateItem, in)
			refused := w.requireRefused(t, err, "UpdateItem", "ReturnValues", "")
			require.Contains(t, refused.Advice, "UPDATED_NEW")
		}
	}
}
