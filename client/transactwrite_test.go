package client_test

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/itemsize"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

func transactWrite(items ...types.TransactWriteItem) *dynamodb.TransactWriteItemsInput {
	return &dynamodb.TransactWriteItemsInput{TransactItems: items}
}

func putOf(table string, item crypto.Item) types.TransactWriteItem {
	return types.TransactWriteItem{Put: &types.Put{TableName: &table, Item: item}}
}

// viewsOf sets views, which is not protected.
func viewsOf(table string, key crypto.Item, views int) types.TransactWriteItem {
	return types.TransactWriteItem{Update: &types.Update{TableName: &table, Key: key, UpdateExpression: aws.String("SET #views = :views"),
		ExpressionAttributeNames: map[string]string{"#views": "views"}, ExpressionAttributeValues: crypto.Item{":views": num(views)}}}
}

func deleteOf(table string, key crypto.Item) types.TransactWriteItem {
	return types.TransactWriteItem{Delete: &types.Delete{TableName: &table, Key: key}}
}

func checkOf(table string, key crypto.Item, condition string) types.TransactWriteItem {
	return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{TableName: &table, Key: key, ConditionExpression: &condition}}
}

// fourKinds are one action of each kind, with a condition.
var fourKinds = map[string]func(table string, e text) types.TransactWriteItem{
	"Put": func(table string, e text) types.TransactWriteItem {
		return types.TransactWriteItem{Put: &types.Put{TableName: &table, Item: user("alice", 1), ConditionExpression: &e.expression,
			ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values, ReturnValuesOnConditionCheckFailure: "ALL_OLD"}}
	},
	"Update": func(table string, e text) types.TransactWriteItem {
		update := viewsOf(table, key("alice", 1), 7)
		update.Update.ConditionExpression, update.Update.ReturnValuesOnConditionCheckFailure = &e.expression, "ALL_OLD"
		maps.Copy(update.Update.ExpressionAttributeNames, e.names)
		maps.Copy(update.Update.ExpressionAttributeValues, e.values)
		return update
	},
	"Delete": func(table string, e text) types.TransactWriteItem {
		return types.TransactWriteItem{Delete: &types.Delete{TableName: &table, Key: key("alice", 1), ConditionExpression: &e.expression,
			ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values, ReturnValuesOnConditionCheckFailure: "ALL_OLD"}}
	},
	"ConditionCheck": func(table string, e text) types.TransactWriteItem {
		return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{TableName: &table, Key: key("alice", 1), ConditionExpression: &e.expression,
			ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values, ReturnValuesOnConditionCheckFailure: "ALL_OLD"}}
	},
}

// cancelled returns the reasons for which a transaction was not done.
func cancelled(t *testing.T, err error) []types.CancellationReason {
	t.Helper()
	var failed *types.TransactionCanceledException
	require.ErrorAs(t, err, &failed)
	return failed.CancellationReasons
}

func init() {
	suite["a peer's fault: TransactWriteItems sends plaintext; here puts are encrypted, and all four kinds work over mixed tables"] = func(t *testing.T, w *world) {
		db, other, nothing := w.mixed(t)
		w.put(t, db, user("bob", 2), user("carol", 3), user("dave", 4))
		w.reset()

		out, err := ask(t, db.TransactWriteItems, transactWrite(
			putOf(other, user("erin", 5)), putOf(w.table, user("alice", 1)), viewsOf(w.table, key("bob", 2), 7), deleteOf(w.table, key("carol", 3)),
			checkOf(w.table, key("dave", 4), "attribute_exists(email) AND created <> id"), putOf(nothing, user("frank", 6)), putOf(w.table, user("grace", 7))))
		require.NoError(t, err)
		require.Empty(t, client.Unprotected(out.ResultMetadata))
		require.Equal(t, []string{"TransactWriteItems"}, w.tap.Operations())
		require.EqualValues(t, 2, w.provider.calls.Load(), "one key for each put")
		w.requireNoPlaintext(t, "alice@example.com", "grace@example.com")

		requireProtected(t, w.stored(t, key("alice", 1)))
		require.Equal(t, user("alice", 1), w.read(t, db, key("alice", 1)))
		require.Equal(t, user("grace", 7), w.read(t, db, key("grace", 7)))
		bob := user("bob", 2)
		bob["views"] = num(7)
		require.Equal(t, bob, w.read(t, db, key("bob", 2)))
		require.Nil(t, w.stored(t, key("carol", 3)))
		require.Equal(t, user("erin", 5), w.storedIn(t, other, key("erin", 5)))
		require.Equal(t, user("frank", 6), w.storedIn(t, nothing, key("frank", 6)))
	}

	suite["an update in a transaction asks for the signature, so that it creates no item without one"] = func(t *testing.T, w *world) {
		db := w.users()
		w.plant(t, user("plain", 2))
		for name, tc := range map[string]struct {
			key                       crypto.Item
			condition, sent, unsigned string
		}{
			"without a condition":                  {key: key("nobody", 9), sent: "attribute_exists(#ddbcrypt_0)"},
			"of an item without protection":        {key: key("plain", 2), sent: "attribute_exists(#ddbcrypt_0)"},
			"with a condition":                     {key("nobody", 9), "attribute_not_exists(id)", "attribute_exists(#ddbcrypt_0) AND (attribute_not_exists(id))", ""},
			"with an OR, which must not reach out": {key("plain", 2), "id = :alice OR attribute_exists(id)", "attribute_exists(#ddbcrypt_0) AND (id = :alice OR attribute_exists(id))", ""},
			"with parentheses of its own":          {key("plain", 2), "(attribute_exists(id))", "attribute_exists(#ddbcrypt_0) AND (attribute_exists(id))", ""},
		} {
			t.Run(name, func(t *testing.T) {
				w.reset()
				update := viewsOf(w.table, tc.key, 7)
				if tc.condition != "" {
					update.Update.ConditionExpression = &tc.condition
				}
				if strings.Contains(tc.condition, ":alice") {
					update.Update.ExpressionAttributeValues[":alice"] = str("alice")
				}
				before := w.stored(t, tc.key)
				_, err := ask(t, db.TransactWriteItems, transactWrite(update))
				require.Equal(t, "ConditionalCheckFailed", *cancelled(t, err)[0].Code)
				require.Equal(t, tc.sent, w.sent(t, "TransactItems", 0, "Update", "ConditionExpression"))
				require.Equal(t, map[string]any{"#views": "views", "#ddbcrypt_0": crypto.DefaultSignatureAttribute}, w.sent(t, "TransactItems", 0, "Update", "ExpressionAttributeNames"))
				require.Equal(t, before, w.stored(t, tc.key))
			})
		}
	}

	suite["a transaction refuses updates of what is protected"] = func(t *testing.T, w *world) {
		db, other, _ := w.mixed(t)
		for attribute, expression := range map[string]string{
			"plan": "SET #v = :zero, #p = :free", "email": "REMOVE #e", "address": "REMOVE address.city", "id": "SET id = :alice",
			crypto.DefaultSignatureAttribute: "REMOVE #sig", crypto.DefaultDescriptionAttribute: "REMOVE #desc", "level": "ADD #l :one",
		} {
			for _, table := range []string{w.table, arn(w.table)} {
				e := textOf(expression)
				_, err := ask(t, db.TransactWriteItems, transactWrite(putOf(other, user("bob", 2)), types.TransactWriteItem{Update: &types.Update{TableName: &table, Key: key("alice", 1),
					UpdateExpression: &e.expression, ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values}}))
				refused := w.requireRefused(t, err, "TransactWriteItems", "TransactItems[1].Update.UpdateExpression", attribute)
				require.Equal(t, w.table, refused.Table)
			}
		}
		e := textOf("SET #v = email")
		_, err := ask(t, db.TransactWriteItems, transactWrite(types.TransactWriteItem{Update: &types.Update{TableName: &w.table, Key: key("alice", 1), UpdateExpression: &e.expression, ExpressionAttributeNames: e.names}}))
		w.requireRefused(t, err, "TransactWriteItems", "TransactItems[0].Update.UpdateExpression", "email")
	}

	suite["a transaction checks the conditions of all four kinds"] = func(t *testing.T, w *world) {
		db, other, _ := w.mixed(t)
		for kind, action := range fourKinds {
			for expression, attribute := range map[string]string{
				"email = :secret": "email", "size(#e) > :zero": "email", "attribute_type(#a, :S)": "address", "#a.#c = :city": "address",
				"#p = :free AND begins_with(email, :secret)": "email", "#sig = :secret": crypto.DefaultSignatureAttribute,
			} {
				in := transactWrite(putOf(w.table, user("bob", 2)), action(w.table, textOf(expression)))
				_, err := ask(t, db.TransactWriteItems, in)
				refused := w.requireRefused(t, err, "TransactWriteItems", "TransactItems[1]."+kind+".ConditionExpression", attribute)
				require.Equal(t, w.table, refused.Table)
				requireNoValues(t, err, "alice@example.com", "Delft")
			}
			_, err := ask(t, db.TransactWriteItems, transactWrite(action(w.table, textOf("email ="))))
			w.requireRefused(t, err, "TransactWriteItems", "TransactItems[0]."+kind+".ConditionExpression", "")
			unused := textOf("#p = :free")
			unused.values[":secret"] = str("alice@example.com")
			_, err = ask(t, db.TransactWriteItems, transactWrite(action(w.table, unused)))
			w.requireRefused(t, err, "TransactWriteItems", "TransactItems[0]."+kind+".ExpressionAttributeValues", "")

			t.Run(kind+" with a condition on readable attributes", func(t *testing.T) {
				w.put(t, db, user("alice", 1))
				_, err := ask(t, db.TransactWriteItems, transactWrite(action(w.table, textOf("#p = :free AND attribute_exists(email) AND attribute_not_exists(#c)"))))
				require.NoError(t, err)
			})
			t.Run(kind+" of another table is not checked", func(t *testing.T) {
				w.plantIn(t, other, user("alice", 1))
				_, err := ask(t, db.TransactWriteItems, transactWrite(action(other, textOf("email = :secret"))))
				require.NoError(t, err)
			})
			w.reset()
		}
	}

	suite["a transaction refuses entries of no kind, and of two kinds"] = func(t *testing.T, w *world) {
		db, other, _ := w.mixed(t)
		for name, entry := range map[string]types.TransactWriteItem{
			"of no kind":               {},
			"a put and a delete":       {Put: putOf(w.table, user("alice", 1)).Put, Delete: deleteOf(w.table, key("alice", 1)).Delete},
			"an update and a check":    {Update: viewsOf(w.table, key("alice", 1), 1).Update, ConditionCheck: checkOf(w.table, key("alice", 1), "attribute_exists(id)").ConditionCheck},
			"two of tables to pass on": {Put: putOf(other, user("alice", 1)).Put, Delete: deleteOf(other, key("alice", 1)).Delete},
			"of another table first":   {Delete: deleteOf(other, key("alice", 1)).Delete, Put: putOf(w.table, user("alice", 1)).Put},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := ask(t, db.TransactWriteItems, transactWrite(putOf(w.table, user("bob", 2)), entry))
				w.requireRefused(t, err, "TransactWriteItems", "TransactItems[1]", "")
			})
		}
	}

	suite["a transaction refuses items that cannot be written, and tables that are not declared or not named"] = func(t *testing.T, w *world) {
		db := w.users()
		reserved, big := user("bob", 2), user("bob", 2)
		reserved[crypto.DefaultDescriptionAttribute] = str("forged")
		big["email"] = str(strings.Repeat("x", itemsize.Max))
		for _, tc := range []struct {
			item                 crypto.Item
			parameter, attribute string
		}{
			{reserved, "TransactItems[1].Put.Item", crypto.DefaultDescriptionAttribute},
			{crypto.Item{"id": str("bob")}, "TransactItems[1].Put.Item", "created"},
			{nil, "TransactItems[1].Put.Item", "id"},
			{withValue(user("bob", 2), "email", nil), "TransactItems[1].Put.Item", "email"},
			{withValue(user("bob", 2), "views", (*types.AttributeValueMemberN)(nil)), "TransactItems[1].Put.Item", "views"},
			{withValue(user("bob", 2), "id", (*types.AttributeValueMemberS)(nil)), "TransactItems[1].Put.Item", "id"},
			{big, "TransactItems[1].Put.Item", ""},
		} {
			_, err := ask(t, db.TransactWriteItems, transactWrite(putOf(w.table, user("alice", 1)), putOf(w.table, tc.item)))
			w.requireRefused(t, err, "TransactWriteItems", tc.parameter, tc.attribute)
		}
		for kind, action := range fourKinds {
			_, err := ask(t, db.TransactWriteItems, transactWrite(putOf(w.table, user("alice", 1)), action("zzz-other", textOf("attribute_exists(id)"))))
			require.Equal(t, "zzz-other", w.requireRefused(t, err, "TransactWriteItems", "TransactItems[1]."+kind+".TableName", "").Table)
			_, err = ask(t, db.TransactWriteItems, transactWrite(action("", textOf("attribute_exists(id)"))))
			w.requireRefused(t, err, "TransactWriteItems", "TransactItems[0]."+kind+".TableName", "")
		}
		for _, in := range []*dynamodb.TransactWriteItemsInput{nil, {}, transactWrite()} {
			_, err := ask(t, db.TransactWriteItems, in)
			require.Error(t, err, "DynamoDB wants an action")
		}
	}

	suite["a peer's fault: the items of cancellation reasons come as ciphertext; here they are decrypted by position, in a copy"] = func(t *testing.T, w *world) {
		db, other, nothing := w.mixed(t)
		for kind, action := range fourKinds {
			t.Run(kind, func(t *testing.T) {
				w.put(t, db, user("alice", 1))
				w.plantIn(t, other, user("alice", 1))
				w.plantIn(t, nothing, user("alice", 1))
				fails := textOf("#p = :gold")
				_, err := ask(t, db.TransactWriteItems, transactWrite(action(other, fails), putOf(w.table, user("bob", 2)), action(w.table, fails), action(nothing, fails)))
				reasons := cancelled(t, err)
				require.Len(t, reasons, 4)
				require.Equal(t, user("alice", 1), reasons[0].Item)
				require.Empty(t, reasons[1].Item)
				require.Equal(t, "None", *reasons[1].Code)
				require.Equal(t, user("alice", 1), reasons[2].Item)
				require.Equal(t, user("alice", 1), reasons[3].Item)
				var failure *client.FailureError
				if errors.As(err, &failure) { // it tells of the condition that is added to updates
					require.Empty(t, failure.Dropped)
					require.ErrorContains(t, err, "ddbcrypt added the condition")
				}
				requireNoValues(t, err, "alice@example.com")
				require.Nil(t, w.stored(t, key("bob", 2)))
			})
		}
	}

	suite["items of cancellation reasons that do not verify are dropped with a word, the others stay"] = func(t *testing.T, w *world) {
		db := w.users()
		fails := textOf("#p = :one")
		for kind, action := range fourKinds {
			t.Run(kind, func(t *testing.T) {
				w.put(t, db, user("alice", 1), user("bob", 2))
				w.tamper(t, key("alice", 1))
				good := fourKinds["Delete"](w.table, fails)
				good.Delete.Key = key("bob", 2)
				_, err := ask(t, db.TransactWriteItems, transactWrite(good, action(w.table, fails)))
				reasons := cancelled(t, err)
				require.Equal(t, user("bob", 2), reasons[0].Item)
				require.Nil(t, reasons[1].Item)
				require.Equal(t, "ConditionalCheckFailed", *reasons[1].Code)
				var failure *client.FailureError
				require.ErrorAs(t, err, &failure)
				require.Len(t, failure.Dropped, 1)
				requireItemError(t, failure.Dropped[0], crypto.ErrSignature, "TransactWriteItems", w.table, "CancellationReasons[1].Item", key("alice", 1))
				require.Empty(t, failure.Unprotected)
				require.ErrorContains(t, err, "CancellationReasons[1].Item was dropped")
				requireNoValues(t, err, "gold", "bob@example.com")
			})
		}
	}

	suite["items of cancellation reasons with another key than that of the action are dropped"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1), user("bob", 2))
		for kind, action := range fourKinds {
			w.tap.Inject("TransactWriteItems", wiretap.InOrder(wiretap.Fault{Code: "TransactionCanceledException",
				Reasons: fmt.Sprintf(`[{"Code":"ConditionalCheckFailed","Item":%s},{"Code":"None"},{"Code":"None","Item":{"id":{"S":"more"}}}]`, dynamoJSON(t, w.stored(t, key("bob", 2))))}))
			_, err := ask(t, db.TransactWriteItems, transactWrite(action(w.table, textOf("attribute_exists(id)"))))
			require.Nil(t, cancelled(t, err)[0].Item, kind)
			var failure *client.FailureError
			require.ErrorAs(t, err, &failure)
			require.Len(t, failure.Dropped, 2, kind)
			requireItemError(t, failure.Dropped[0], crypto.ErrSignature, "TransactWriteItems", w.table, "CancellationReasons[0].Item", key("bob", 2))
			require.Equal(t, "CancellationReasons[2].Item", failure.Dropped[1].Parameter, "there is no such action")
			require.Nil(t, cancelled(t, err)[2].Item)
		}
	}

	suite["plaintext sent twice under one ClientRequestToken is another request"] = func(t *testing.T, w *world) {
		db := w.users()
		in := transactWrite(putOf(w.table, user("alice", 1)))
		in.ClientRequestToken = aws.String("token-" + w.table)
		_, err := ask(t, db.TransactWriteItems, in)
		require.NoError(t, err)
		_, err = ask(t, db.TransactWriteItems, in)
		var mismatch *types.IdempotentParameterMismatchException
		require.ErrorAs(t, err, &mismatch)
	}
}

// Peers send plaintext to a table that is named by its ARN.
func TestTransactWriteItemsTakesARNsAndEncryptsAllTheSame(t *testing.T) {
	embedded(t, func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("bob", 2), user("carol", 3), user("dave", 4))
		w.reset()
		_, err := ask(t, db.TransactWriteItems, transactWrite(putOf(arn(w.table), user("alice", 1)), viewsOf(arn(w.table), key("bob", 2), 7),
			deleteOf(arn(w.table), key("carol", 3)), checkOf(w.table, key("dave", 4), "attribute_exists(email)")))
		require.NoError(t, err)
		w.requireNoPlaintext(t, "alice@example.com")
		require.Equal(t, user("alice", 1), w.read(t, db, key("alice", 1)))
		require.Equal(t, num(7), w.read(t, db, key("bob", 2))["views"])
		require.Nil(t, w.stored(t, key("carol", 3)))

		_, err = ask(t, db.TransactWriteItems, transactWrite(fourKinds["ConditionCheck"](arn(w.table), textOf("#p = :gold"))))
		require.Equal(t, user("alice", 1), cancelled(t, err)[0].Item)
	})
}
