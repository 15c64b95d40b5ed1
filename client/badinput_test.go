package client_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/itemsize"
)

// noString is a string that is nil, but has a type.
var noString types.AttributeValue = (*types.AttributeValueMemberS)(nil)

// sized is a user of so many bytes, as DynamoDB counts them: few encrypted
// attributes and much that is not. It is not in the local index, whose entries
// DynamoDB counts too.
func sized(size int) crypto.Item {
	item := user("alice", 1)
	delete(item, "views")
	delete(item, "level")
	item["views"] = str(strings.Repeat("x", size-itemsize.Of(item)-len("views")))
	return item
}

// addedByEncryption is by how much encryption makes such an item larger, whatever its
// size. It starts to count anew.
func (w *world) addedByEncryption(t *testing.T, db api) int {
	t.Helper()
	small := sized(1000)
	w.put(t, db, small)
	defer w.reset()
	return itemsize.Of(w.stored(t, key("alice", 1))) - itemsize.Of(small)
}

func init() {
	suite["requests that are nil or empty are refused"] = func(t *testing.T, w *world) {
		db := w.users(client.OtherTables(client.PassThrough()))
		for name, call := range map[string]func() (string, error){
			"PutItem of nil":     func() (string, error) { _, err := db.PutItem(t.Context(), nil); return "PutItem", err },
			"GetItem of nil":     func() (string, error) { _, err := db.GetItem(t.Context(), nil); return "GetItem", err },
			"DeleteItem of nil":  func() (string, error) { _, err := db.DeleteItem(t.Context(), nil); return "DeleteItem", err },
			"UpdateItem of nil":  func() (string, error) { _, err := db.UpdateItem(t.Context(), nil); return "UpdateItem", err },
			"PutItem of nothing": func() (string, error) { _, err := ask(t, db.PutItem, &dynamodb.PutItemInput{}); return "PutItem", err },
			"GetItem of nothing": func() (string, error) { _, err := ask(t, db.GetItem, &dynamodb.GetItemInput{}); return "GetItem", err },
			"DeleteItem of nothing": func() (string, error) {
				_, err := ask(t, db.DeleteItem, &dynamodb.DeleteItemInput{})
				return "DeleteItem", err
			},
			"UpdateItem of nothing": func() (string, error) {
				_, err := ask(t, db.UpdateItem, &dynamodb.UpdateItemInput{})
				return "UpdateItem", err
			},
		} {
			t.Run(name, func(t *testing.T) {
				op, err := call()
				w.requireRefused(t, err, op, "TableName", "")
			})
		}
	}

	suite["an item without its whole key is refused"] = func(t *testing.T, w *world) {
		for name, tc := range map[string]struct {
			item      crypto.Item
			attribute string
		}{
			"no item":           {nil, "id"},
			"an empty item":     {crypto.Item{}, "id"},
			"no partition key":  {crypto.Item{"created": num(1), "email": str("alice@example.com")}, "id"},
			"no sort key":       {crypto.Item{"id": str("alice"), "email": str("alice@example.com")}, "created"},
			"a key that is nil": {merged(user("alice", 1), crypto.Item{"id": nil}), "id"},
			"a typed nil":       {merged(user("alice", 1), crypto.Item{"created": noString}), "created"},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := ask(t, w.users().PutItem, &dynamodb.PutItemInput{TableName: &w.table, Item: tc.item})
				refused := w.requireRefused(t, err, "PutItem", "Item", tc.attribute)
				require.Equal(t, w.table, refused.Table)
				requireNoValues(t, err, "alice@example.com")
			})
		}
	}

	suite["an item with a value that is nil, of no type or of no form is not sent"] = func(t *testing.T, w *world) {
		for name, value := range map[string]types.AttributeValue{
			"nil":                     nil,
			"a typed nil":             noString,
			"nil in a list":           &types.AttributeValueMemberL{Value: []types.AttributeValue{str("alice@example.com"), nil}},
			"a typed nil in a list":   &types.AttributeValueMemberL{Value: []types.AttributeValue{str("alice@example.com"), noString}},
			"nil in a map":            &types.AttributeValueMemberM{Value: crypto.Item{"city": nil}},
			"a typed nil deep inside": &types.AttributeValueMemberM{Value: crypto.Item{"city": &types.AttributeValueMemberL{Value: []types.AttributeValue{noString}}}},
			"an unknown type":         &types.UnknownUnionMember{Tag: "X", Value: []byte("alice@example.com")},
			"a number that is none":   &types.AttributeValueMemberN{Value: "alice@example.com"},
			"a set with one twice":    set("alice@example.com", "alice@example.com"),
		} {
			for _, attribute := range []string{"email", "plan"} {
				t.Run(fmt.Sprintf("%s in %s", name, attribute), func(t *testing.T) {
					_, err := w.users().PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &w.table, Item: merged(user("alice", 1), crypto.Item{attribute: value})})
					require.ErrorIs(t, err, crypto.ErrConfig)
					require.ErrorContains(t, err, attribute)
					require.ErrorContains(t, err, w.table)
					requireNoValues(t, err, "alice@example.com")
					require.Empty(t, w.tap.Operations())
				})
			}
		}
	}

	suite["items with reserved names are refused, so that nothing is encrypted twice"] = func(t *testing.T, w *world) {
		db := w.users()
		for _, name := range []string{crypto.DefaultSignatureAttribute, crypto.DefaultDescriptionAttribute} {
			for _, value := range []types.AttributeValue{str("mine"), &types.AttributeValueMemberB{Value: []byte{1}}, nil, noString} {
				_, err := ask(t, db.PutItem, &dynamodb.PutItemInput{TableName: &w.table, Item: merged(user("alice", 1), crypto.Item{name: value})})
				w.requireRefused(t, err, "PutItem", "Item", name)
			}
		}
		w.put(t, db, user("alice", 1))
		w.reset()
		_, err := ask(t, db.PutItem, &dynamodb.PutItemInput{TableName: &w.table, Item: w.stored(t, key("alice", 1))})
		var refused *client.RefusedError
		require.ErrorAs(t, err, &refused)
		w.requireRefused(t, err, "PutItem", "Item", refused.Attribute)
		require.Contains(t, refused.Advice, "encrypted already")
	}

	suite["an item that is too large before encryption is refused, and no key is asked for"] = func(t *testing.T, w *world) {
		for _, size := range []int{itemsize.Max + 1, itemsize.Max + 100, 2 * itemsize.Max} {
			_, err := ask(t, w.users().PutItem, &dynamodb.PutItemInput{TableName: &w.table, Item: sized(size)})
			refused := w.requireRefused(t, err, "PutItem", "Item", "")
			require.Contains(t, refused.Reason, fmt.Sprintf("%d bytes before encryption", size))
			require.Contains(t, refused.Reason, fmt.Sprint(itemsize.Max))
		}
	}

	suite["an item that encryption makes too large is refused with both sizes"] = func(t *testing.T, w *world) {
		db := w.users()
		added := w.addedByEncryption(t, db)
		for _, size := range []int{itemsize.Max, itemsize.Max - 1, itemsize.Max - 100} {
			item := sized(size)
			require.Equal(t, size, itemsize.Of(item))
			_, err := ask(t, db.PutItem, &dynamodb.PutItemInput{TableName: &w.table, Item: item})
			require.ErrorIs(t, err, crypto.ErrConfig)
			var refused *client.RefusedError
			require.ErrorAs(t, err, &refused)
			require.Equal(t, []string{"PutItem", w.table, "Item", ""}, []string{refused.Op, refused.Table, refused.Parameter, refused.Attribute})
			require.Contains(t, refused.Advice, "encrypt fewer")
			require.Empty(t, w.tap.Operations())
			require.EqualValues(t, 1, w.provider.calls.Swap(0))

			require.Contains(t, refused.Reason, fmt.Sprintf("%d bytes before encryption and %d after it", size, size+added))
		}
	}

	suite["the largest item that fits after encryption is stored and read"] = func(t *testing.T, w *world) {
		db := w.users()
		added := w.addedByEncryption(t, db)
		largest := sized(itemsize.Max - added)
		w.put(t, db, largest)
		require.Equal(t, itemsize.Max, itemsize.Of(w.stored(t, key("alice", 1))))
		require.Equal(t, largest, w.read(t, db, key("alice", 1)))
		_, err := ask(t, db.PutItem, &dynamodb.PutItemInput{TableName: &w.table, Item: sized(itemsize.Max - added + 1)})
		require.ErrorContains(t, err, fmt.Sprint(itemsize.Max+1))
		require.Equal(t, largest, w.read(t, db, key("alice", 1)))
	}

	suite["a key of other attributes than the table has is refused"] = func(t *testing.T, w *world) {
		db := w.users()
		for name, wrong := range map[string]crypto.Item{
			"no key":              nil,
			"an empty key":        {},
			"no sort key":         {"id": str("alice")},
			"no partition key":    {"created": num(1)},
			"one attribute more":  merged(key("alice", 1), crypto.Item{"email": str("alice@example.com")}),
			"a whole item":        user("alice", 1),
			"a key without value": {"id": str("alice"), "created": (*types.AttributeValueMemberN)(nil)},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := ask(t, db.GetItem, &dynamodb.GetItemInput{TableName: &w.table, Key: wrong})
				w.requireRefused(t, err, "GetItem", "Key", "")
				requireNoValues(t, err, "alice")
				_, err = ask(t, db.DeleteItem, &dynamodb.DeleteItemInput{TableName: &w.table, Key: wrong, ReturnValues: types.ReturnValueAllOld})
				w.requireRefused(t, err, "DeleteItem", "Key", "")
				_, err = ask(t, db.UpdateItem, update(w.table, wrong, "SET #v = :one", nil))
				w.requireRefused(t, err, "UpdateItem", "Key", "")
				_, err = ask(t, db.BatchGetItem, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{w.table: {Keys: []map[string]types.AttributeValue{key("bob", 2), wrong}}}})
				w.requireRefused(t, err, "BatchGetItem", fmt.Sprintf("RequestItems[%q].Keys[1]", w.table), "")
				_, err = ask(t, db.BatchWriteItem, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{w.table: {{DeleteRequest: &types.DeleteRequest{Key: wrong}}}}})
				w.requireRefused(t, err, "BatchWriteItem", fmt.Sprintf("RequestItems[%q][0].DeleteRequest.Key", w.table), "")
				_, err = ask(t, db.TransactGetItems, transactGet(getOf(w.table, wrong)))
				w.requireRefused(t, err, "TransactGetItems", "TransactItems[0].Get.Key", "")
				for parameter, item := range map[string]types.TransactWriteItem{
					"Delete":         {Delete: &types.Delete{TableName: &w.table, Key: wrong}},
					"Update":         {Update: &types.Update{TableName: &w.table, Key: wrong, UpdateExpression: aws.String("REMOVE clicks")}},
					"ConditionCheck": {ConditionCheck: &types.ConditionCheck{TableName: &w.table, Key: wrong, ConditionExpression: aws.String("attribute_exists(id)")}},
				} {
					_, err = ask(t, db.TransactWriteItems, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{item}})
					w.requireRefused(t, err, "TransactWriteItems", "TransactItems[0]."+parameter+".Key", "")
				}
			})
		}
	}

	suite["a start key that is none is not sent"] = func(t *testing.T, w *world) {
		db := w.users()
		_, err := ask(t, db.Scan, &dynamodb.ScanInput{TableName: &w.table, ExclusiveStartKey: user("alice", 1)})
		require.ErrorContains(t, err, "ExclusiveStartKey")
		require.ErrorIs(t, err, crypto.ErrConfig)
		_, err = ask(t, db.Query, &dynamodb.QueryInput{TableName: &w.table, KeyConditionExpression: aws.String("id = :id"),
			ExpressionAttributeValues: crypto.Item{":id": str("alice")}, ExclusiveStartKey: merged(key("alice", 1), crypto.Item{"email": str("alice@example.com")})})
		w.requireRefused(t, err, "Query", "ExclusiveStartKey", "email")
	}

	suite["a key of another type is DynamoDB's to refuse"] = func(t *testing.T, w *world) {
		_, err := ask(t, w.users().GetItem, &dynamodb.GetItemInput{TableName: &w.table, Key: crypto.Item{"id": num(1), "created": num(1)}})
		require.ErrorContains(t, err, "ValidationException")
	}

	suite["maps of placeholders that are empty or not used are DynamoDB's to refuse"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1))
		for name, in := range map[string]*dynamodb.GetItemInput{
			"names without an expression": {ExpressionAttributeNames: map[string]string{"#p": "plan"}},
			"empty names":                 {ExpressionAttributeNames: map[string]string{}},
		} {
			in.TableName, in.Key = &w.table, key("alice", 1)
			_, err := ask(t, db.GetItem, in)
			_, want := w.plain.GetItem(t.Context(), in)
			require.Equal(t, want == nil, err == nil, name)
		}
		in := update(w.table, key("alice", 1), "SET #v = :one", nil)
		in.ExpressionAttributeNames["#unused"] = "plan"
		_, err := ask(t, db.UpdateItem, in)
		require.ErrorContains(t, err, "ValidationException")
	}

	suite["a peer's fault: plaintext passes where the table is named by its ARN; here nothing does, and either name reads the other's items"] = func(t *testing.T, w *world) {
		db := w.users()
		for _, names := range [][2]string{{w.table, arn(w.table)}, {arn(w.table), w.table}, {arn(w.table), arn(w.table)}} {
			writer, reader := names[0], names[1]
			_, err := ask(t, db.PutItem, &dynamodb.PutItemInput{TableName: &writer, Item: user("alice", 1)})
			require.NoError(t, err)
			require.Equal(t, writer, w.sent(t, "TableName"), "the name is sent as it was given")
			requireProtected(t, w.stored(t, key("alice", 1)))
			got, err := get(t, db, reader, key("alice", 1), text{})
			require.NoError(t, err)
			require.Equal(t, user("alice", 1), crypto.Item(got.Item))

			in := viewsUpdate(reader, key("alice", 1), 7)
			in.ReturnValues = types.ReturnValueAllNew
			updated, err := ask(t, db.UpdateItem, in)
			require.NoError(t, err)
			require.Equal(t, merged(user("alice", 1), crypto.Item{"views": num(7)}), crypto.Item(updated.Attributes))
			_, err = ask(t, db.UpdateItem, viewsUpdate(writer, key("nobody", 9), 7))
			missed, err := met(err)
			require.NoError(t, err)
			require.Zero(t, missed)

			err = failing["PutItem"](t, db, reader, key("alice", 1), "#p = :gold", types.ReturnValuesOnConditionCheckFailureAllOld)
			require.Equal(t, merged(user("alice", 1), crypto.Item{"views": num(7)}), failedItem(t, err))
			deleted, err := ask(t, db.DeleteItem, &dynamodb.DeleteItemInput{TableName: &reader, Key: key("alice", 1), ReturnValues: types.ReturnValueAllOld})
			require.NoError(t, err)
			require.Equal(t, merged(user("alice", 1), crypto.Item{"views": num(7)}), crypto.Item(deleted.Attributes))
		}
		w.requireNoPlaintext(t, "alice@example.com", "Delft")

		w.reset()
		named := arn(w.table)
		_, err := get(t, db, named, key("alice", 1), textOf("email"))
		refused := w.requireRefused(t, err, "GetItem", "ProjectionExpression", "")
		require.Equal(t, w.table, refused.Table, "errors have the plain name")
		_, err = ask(t, db.UpdateItem, update(named, key("alice", 1), "SET #e = :secret", nil))
		w.requireRefused(t, err, "UpdateItem", "UpdateExpression", "email")
		_, err = ask(t, db.DeleteItem, &dynamodb.DeleteItemInput{TableName: &named, Key: key("alice", 1), ConditionExpression: aws.String("email = :secret"),
			ExpressionAttributeValues: crypto.Item{":secret": str("alice@example.com")}})
		w.requireRefused(t, err, "DeleteItem", "ConditionExpression", "email")
	}
}
