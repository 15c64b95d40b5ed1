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

func getOf(table string, key crypto.Item) types.TransactGetItem {
	return types.TransactGetItem{Get: &types.Get{TableName: &table, Key: key}}
}

func transactGet(items ...types.TransactGetItem) *dynamodb.TransactGetItemsInput {
	return &dynamodb.TransactGetItemsInput{TransactItems: items}
}

func init() {
	suite["a peer's fault: TransactGetItems returns ciphertext; here it decrypts by position, with missing items and other tables between"] = func(t *testing.T, w *world) {
		db, other, nothing := w.mixed(t)
		w.put(t, db, user("alice", 1), user("bob", 2))
		w.plantIn(t, other, user("carol", 3))
		w.plantIn(t, nothing, user("dave", 4))
		w.reset()

		out, err := ask(t, db.TransactGetItems, transactGet(getOf(w.table, key("bob", 2)), getOf(w.table, key("nobody", 9)), getOf(other, key("carol", 3)),
			getOf(nothing, key("dave", 4)), getOf(other, key("nobody", 9)), getOf(w.table, key("alice", 1))))
		require.NoError(t, err)
		require.Len(t, out.Responses, 6)
		for i, want := range []crypto.Item{user("bob", 2), nil, user("carol", 3), user("dave", 4), nil, user("alice", 1)} {
			if want == nil {
				require.Empty(t, out.Responses[i].Item, "item %d is missing", i)
			} else {
				require.Equal(t, want, out.Responses[i].Item, "item %d", i)
			}
		}
		require.EqualValues(t, 2, w.provider.calls.Load(), "one key for each protected item")
		require.Equal(t, []string{"TransactGetItems"}, w.tap.Operations())
	}

	suite["TransactGetItems refuses projections, and takes those from which nothing signed is missing"] = func(t *testing.T, w *world) {
		loosely := w.newTable(t)
		db := w.users(client.Tables(viewsOnly(loosely)))
		_, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &loosely, Item: user("alice", 1)})
		require.NoError(t, err)
		w.reset()

		part := getOf(loosely, key("alice", 1))
		part.Get.ProjectionExpression, part.Get.ExpressionAttributeNames = aws.String("id, created, #e, #a.city"), map[string]string{"#e": "email", "#a": "address"}
		refused := getOf(w.table, key("alice", 1))
		refused.Get.ProjectionExpression = aws.String("id, email")
		_, err = ask(t, db.TransactGetItems, transactGet(part, refused))
		require.Equal(t, w.table, w.requireRefused(t, err, "TransactGetItems", "TransactItems[1].Get.ProjectionExpression", "").Table)

		out, err := ask(t, db.TransactGetItems, transactGet(part))
		require.NoError(t, err)
		require.Equal(t, crypto.Item{"id": str("alice"), "created": num(1), "email": str("alice@example.com"),
			"address": &types.AttributeValueMemberM{Value: crypto.Item{"city": str("Delft")}}}, out.Responses[0].Item)
	}

	suite["TransactGetItems refuses an entry without Get, without a table, or of a table that is not declared"] = func(t *testing.T, w *world) {
		db := w.users()
		good := getOf(w.table, key("alice", 1))
		for parameter, entry := range map[string]types.TransactGetItem{
			"TransactItems[1].Get":           {},
			"TransactItems[1].Get.TableName": {Get: &types.Get{Key: key("alice", 1)}},
		} {
			_, err := ask(t, db.TransactGetItems, transactGet(good, entry))
			w.requireRefused(t, err, "TransactGetItems", parameter, "")
		}
		_, err := ask(t, db.TransactGetItems, transactGet(good, getOf("zzz-other", key("alice", 1))))
		require.Equal(t, "zzz-other", w.requireRefused(t, err, "TransactGetItems", "TransactItems[1].Get.TableName", "").Table)
		for _, in := range []*dynamodb.TransactGetItemsInput{nil, {}, transactGet()} {
			_, err := ask(t, db.TransactGetItems, in)
			require.Error(t, err, "DynamoDB wants an item")
		}
	}

	suite["TransactGetItems fails for items in the places of others"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1), user("bob", 2))
		w.swap("TransactGetItems")
		_, err := ask(t, db.TransactGetItems, transactGet(getOf(w.table, key("alice", 1)), getOf(w.table, key("bob", 2))))
		require.NoError(t, err)
		out, err := ask(t, db.TransactGetItems, transactGet(getOf(w.table, key("bob", 2)), getOf(w.table, key("alice", 1))))
		require.ErrorIs(t, err, crypto.ErrSignature)
		require.Nil(t, out)

		w.swap("TransactGetItems")
		_, err = ask(t, db.TransactGetItems, transactGet(getOf(w.table, key("alice", 1)), getOf(w.table, key("bob", 2))))
		require.NoError(t, err)
		out, err = ask(t, db.TransactGetItems, transactGet(getOf(w.table, key("alice", 1))))
		requireItemError(t, err, crypto.ErrSignature, "TransactGetItems", "", "Responses", nil)
		require.Nil(t, out)
	}

	suite["TransactGetItems fails for a changed item, or drops it and tells of it"] = func(t *testing.T, w *world) {
		w.put(t, w.users(), user("alice", 1), user("bob", 2))
		w.tamper(t, key("bob", 2))
		in := transactGet(getOf(w.table, key("alice", 1)), getOf(w.table, key("bob", 2)))
		out, err := ask(t, w.users().TransactGetItems, in)
		requireItemError(t, err, crypto.ErrSignature, "TransactGetItems", w.table, "Responses[1].Item", key("bob", 2))
		require.Nil(t, out)

		_, err = ask(t, w.users(client.CollectBadItems()).TransactGetItems, in)
		var bad *client.ItemsError
		require.ErrorAs(t, err, &bad)
		require.Len(t, bad.Items, 1)
		require.Equal(t, "Responses[1].Item", bad.Items[0].Parameter)
		require.Equal(t, []types.ItemResponse{{Item: user("alice", 1)}, {}}, bad.Output.(*dynamodb.TransactGetItemsOutput).Responses)
	}

	suite["TransactGetItems refuses an answer that ends early"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1))
		w.swap("TransactGetItems")
		_, err := ask(t, db.TransactGetItems, transactGet(getOf(w.table, key("alice", 1))))
		require.NoError(t, err)
		out, err := ask(t, db.TransactGetItems, transactGet(getOf(w.table, key("alice", 1)), getOf(w.table, key("bob", 2))))
		require.ErrorIs(t, err, crypto.ErrSignature)
		require.Nil(t, out)
	}
}

func TestTransactGetItemsTakesARNsAndDecryptsAllTheSame(t *testing.T) {
	embedded(t, func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1))
		out, err := ask(t, db.TransactGetItems, transactGet(getOf(arn(w.table), key("alice", 1)), getOf(w.table, key("bob", 2))))
		require.NoError(t, err)
		require.Equal(t, user("alice", 1), out.Responses[0].Item)
		w.tap.Inject("TransactGetItems", wiretap.InOrder(wiretap.Fault{Code: "ResourceNotFoundException"}))
		_, err = ask(t, db.TransactGetItems, transactGet(getOf(arn(w.table), key("alice", 1))))
		var missing *types.ResourceNotFoundException
		require.ErrorAs(t, err, &missing)
	})
}
