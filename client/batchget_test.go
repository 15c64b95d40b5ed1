package client_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

func init() {
	suite["BatchGetItem decrypts the items of protected tables and leaves the others as they are"] = func(t *testing.T, w *world) {
		db, other, nothing := w.mixed(t)
		w.put(t, db, user("alice", 1), user("bob", 2))
		w.plantIn(t, other, user("carol", 3))
		w.plantIn(t, nothing, user("dave", 4))
		w.reset()

		in := &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
			w.table: getKeys(key("alice", 1), key("nobody", 9), key("bob", 2)),
			other: {Keys: []map[string]types.AttributeValue{key("carol", 3)}, ConsistentRead: aws.Bool(true),
				ProjectionExpression: aws.String("id, #e"), ExpressionAttributeNames: map[string]string{"#e": "email"}},
			nothing: getKeys(key("dave", 4)),
		}}
		out, err := ask(t, db.BatchGetItem, in)
		require.NoError(t, err)
		require.ElementsMatch(t, []map[string]types.AttributeValue{user("alice", 1), user("bob", 2)}, out.Responses[w.table], "a missing item stays missing")
		require.Equal(t, []map[string]types.AttributeValue{{"id": str("carol"), "email": str("carol@example.com")}}, out.Responses[other])
		require.Equal(t, []map[string]types.AttributeValue{user("dave", 4)}, out.Responses[nothing])
		require.Empty(t, out.UnprocessedKeys)
		require.Equal(t, []string{"BatchGetItem"}, w.tap.Operations())
		require.EqualValues(t, 2, w.provider.calls.Load(), "one key for each protected item")
		require.Empty(t, client.Unprotected(out.ResultMetadata))
	}

	suite["BatchGetItem takes names and ARNs and finds its answer under either"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1))
		for form, asked := range map[string]string{"name": w.table, "ARN": arn(w.table)} {
			for answer, rename := range map[string]func(string) string{
				"name": func(string) string { return w.table },
				"ARN":  func(string) string { return arn(w.table) },
			} {
				t.Run("asked by "+form+", answered by "+answer, func(t *testing.T) {
					w.tap.Inject("BatchGetItem", wiretap.InOrder(wiretap.Fault{Tables: rename}))
					in := &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{asked: getKeys(key("alice", 1))}}
					out, err := ask(t, db.BatchGetItem, in)
					require.NoError(t, err)
					require.Equal(t, map[string][]map[string]types.AttributeValue{rename(""): {user("alice", 1)}}, out.Responses)
				})
			}
		}
	}

	suite["BatchGetItem refuses a table under its name and its ARN"] = func(t *testing.T, w *world) {
		_, err := ask(t, w.users().BatchGetItem, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
			w.table: getKeys(key("alice", 1)), arn(w.table): getKeys(key("bob", 2)),
		}})
		refused := w.requireRefused(t, err, "BatchGetItem", requestItems(w.table), "")
		require.Equal(t, w.table, refused.Table)
	}

	suite["BatchGetItem leaves UnprocessedKeys as they are, and they can be asked for again"] = func(t *testing.T, w *world) {
		for form, asked := range map[string]string{"by name": w.table, "by ARN": arn(w.table)} {
			t.Run(form, func(t *testing.T) {
				db := w.users()
				w.put(t, db, user("alice", 1), user("bob", 2), user("carol", 3))
				w.tap.Inject("BatchGetItem", wiretap.InOrder(wiretap.Fault{Partial: true, First: 1, Tables: wiretap.OtherName}))
				request := getKeys(key("alice", 1), key("bob", 2), key("carol", 3))
				out, err := ask(t, db.BatchGetItem, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{asked: request}})
				require.NoError(t, err)
				require.Equal(t, [][]map[string]types.AttributeValue{{user("alice", 1)}}, slices.Collect(maps.Values(out.Responses)))
				require.Equal(t, map[string]types.KeysAndAttributes{wiretap.OtherName(asked): getKeys(key("bob", 2), key("carol", 3))}, out.UnprocessedKeys)

				out, err = ask(t, db.BatchGetItem, &dynamodb.BatchGetItemInput{RequestItems: out.UnprocessedKeys})
				require.NoError(t, err)
				require.Empty(t, out.UnprocessedKeys)
				require.ElementsMatch(t, []map[string]types.AttributeValue{user("bob", 2), user("carol", 3)}, slices.Concat(slices.Collect(maps.Values(out.Responses))...))
			})
		}
	}

	suite["BatchGetItem reads parts of items of which all that is signed comes along, also when it goes on"] = func(t *testing.T, w *world) {
		db := w.open(client.Tables(viewsOnly(w.table)))
		w.put(t, db, user("alice", 1), user("bob", 2))
		request := getKeys(key("alice", 1), key("bob", 2))
		request.ProjectionExpression, request.ExpressionAttributeNames = aws.String("id, created, email, #v"), map[string]string{"#v": "views"}
		w.tap.Inject("BatchGetItem", wiretap.InOrder(wiretap.Fault{Partial: true, First: 1}))
		want := func(id string, created int) map[string]types.AttributeValue {
			return map[string]types.AttributeValue{"id": str(id), "created": num(created), "email": str(id + "@example.com"), "views": num(0)}
		}
		in := &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{w.table: request}}
		out, err := ask(t, db.BatchGetItem, in)
		require.NoError(t, err)
		require.Equal(t, []map[string]types.AttributeValue{want("alice", 1)}, out.Responses[w.table])

		out, err = ask(t, db.BatchGetItem, &dynamodb.BatchGetItemInput{RequestItems: out.UnprocessedKeys})
		require.NoError(t, err)
		require.Equal(t, []map[string]types.AttributeValue{want("bob", 2)}, out.Responses[w.table])
	}

	suite["a peer's fault: BatchGetItem leaves projections unchecked; here they are refused, table by table"] = func(t *testing.T, w *world) {
		db, other, _ := w.mixed(t)
		for parameter, request := range map[string]types.KeysAndAttributes{
			"ProjectionExpression": {Keys: []map[string]types.AttributeValue{key("alice", 1)}, ProjectionExpression: aws.String("id, email")},
			"AttributesToGet":      {Keys: []map[string]types.AttributeValue{key("alice", 1)}, AttributesToGet: []string{"email"}},
		} {
			for _, named := range []string{w.table, arn(w.table)} {
				in := &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{other: getKeys(key("alice", 1)), named: request}}
				_, err := ask(t, db.BatchGetItem, in)
				refused := w.requireRefused(t, err, "BatchGetItem", requestItems(named)+"."+parameter, "")
				require.Equal(t, w.table, refused.Table)
			}
		}
	}

	suite["BatchGetItem refuses an answer with an item that was not asked for"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1), user("bob", 2))
		get := func(id string, created int) (*dynamodb.BatchGetItemOutput, error) {
			return ask(t, db.BatchGetItem, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{w.table: getKeys(key(id, created))}})
		}
		w.swap("BatchGetItem")
		_, err := get("alice", 1)
		require.NoError(t, err)
		out, err := get("bob", 2)
		requireItemError(t, err, crypto.ErrSignature, "BatchGetItem", w.table, `Responses["`+w.table+`"][0]`, key("alice", 1))
		require.Nil(t, out)
	}

	suite["BatchGetItem refuses an answer with an item twice"] = func(t *testing.T, w *world) {
		w.put(t, w.users(), user("alice", 1), user("bob", 2))
		twice := wiretap.Fault{Rewrite: func(_ string, body []byte) []byte {
			var answer map[string]any
			require.NoError(t, json.Unmarshal(body, &answer))
			items := answer["Responses"].(map[string]any)
			items[w.table] = append(items[w.table].([]any)[:1], items[w.table].([]any)[0])
			rewritten, err := json.Marshal(answer)
			require.NoError(t, err)
			return rewritten
		}}
		for name, request := range map[string]types.KeysAndAttributes{
			"in place of another one": getKeys(key("alice", 1), key("bob", 2)),
			"in addition":             getKeys(key("alice", 1)),
		} {
			t.Run(name, func(t *testing.T) {
				in := &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{w.table: request}}
				w.tap.Inject("BatchGetItem", wiretap.InOrder(twice))
				out, err := ask(t, w.users().BatchGetItem, in)
				require.ErrorIs(t, err, crypto.ErrSignature)
				require.Nil(t, out)

				w.tap.Inject("BatchGetItem", wiretap.InOrder(twice))
				_, err = ask(t, w.users(client.CollectBadItems()).BatchGetItem, in)
				var bad *client.ItemsError
				require.ErrorAs(t, err, &bad)
				require.Len(t, bad.Items, 1)
				require.Equal(t, fmt.Sprintf("Responses[%q][1]", w.table), bad.Items[0].Parameter)
				require.Len(t, bad.Output.(*dynamodb.BatchGetItemOutput).Responses[w.table], 1)
			})
		}
	}

	suite["BatchGetItem returns UnprocessedKeys with the caller's own projection"] = func(t *testing.T, w *world) {
		for form, asked := range map[string]string{"by name": w.table, "by ARN": arn(w.table)} {
			for name, projection := range map[string]struct {
				expression string
				names      map[string]string
			}{
				"with names":    {"id, created, email, #v", map[string]string{"#v": "views"}},
				"without names": {"email, created, id", nil},
				"with the attributes of the protection": {"id, created, email, #s, #d", map[string]string{
					"#s": crypto.DefaultSignatureAttribute, "#d": crypto.DefaultDescriptionAttribute}},
			} {
				t.Run(form+" "+name, func(t *testing.T) {
					db := w.open(client.Tables(viewsOnly(w.table)))
					w.put(t, db, user("alice", 1), user("bob", 2))
					w.tap.Inject("BatchGetItem", wiretap.InOrder(wiretap.Fault{Partial: true, First: 1, Tables: wiretap.OtherName}))
					request := getKeys(key("alice", 1), key("bob", 2))
					request.ProjectionExpression, request.ExpressionAttributeNames = &projection.expression, projection.names
					out, err := ask(t, db.BatchGetItem, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{asked: request}})
					require.NoError(t, err)
					sent := w.sent(t, "RequestItems", asked, "ExpressionAttributeNames").(map[string]any)
					require.Contains(t, slices.Collect(maps.Values(sent)), crypto.DefaultSignatureAttribute, "what is sent has more")
					request.Keys = request.Keys[1:]
					require.Equal(t, map[string]types.KeysAndAttributes{wiretap.OtherName(asked): request}, out.UnprocessedKeys)
				})
			}
		}
	}

	suite["BatchGetItem refuses UnprocessedKeys of a table that was not asked for"] = func(t *testing.T, w *world) {
		db, other, _ := w.mixed(t)
		for _, elsewhere := range []string{"elsewhere", other} {
			w.tap.Inject("BatchGetItem", wiretap.InOrder(wiretap.Fault{Partial: true, Tables: func(string) string { return elsewhere }}))
			out, err := ask(t, db.BatchGetItem, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{w.table: getKeys(key("alice", 1))}})
			requireItemError(t, err, crypto.ErrSignature, "BatchGetItem", elsewhere, fmt.Sprintf("UnprocessedKeys[%q]", elsewhere), nil)
			require.Nil(t, out)
		}
	}

	suite["BatchGetItem refuses an answer for a table that was not asked for"] = func(t *testing.T, w *world) {
		db := w.users(client.OtherTables(client.PassThrough()))
		w.put(t, db, user("alice", 1))
		for _, elsewhere := range []string{"elsewhere", arn("elsewhere")} {
			w.tap.Inject("BatchGetItem", wiretap.InOrder(wiretap.Fault{Tables: func(string) string { return elsewhere }}))
			out, err := ask(t, db.BatchGetItem, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{w.table: getKeys(key("alice", 1))}})
			requireItemError(t, err, crypto.ErrSignature, "BatchGetItem", "elsewhere", `Responses["`+elsewhere+`"]`, nil)
			require.Nil(t, out)
		}
	}

	suite["BatchGetItem fails for a changed item, or tells of it beside the good ones"] = func(t *testing.T, w *world) {
		w.put(t, w.users(), user("alice", 1), user("bob", 2))
		w.tamper(t, key("alice", 1))
		in := &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{w.table: getKeys(key("alice", 1), key("bob", 2))}}
		out, err := ask(t, w.users().BatchGetItem, in)
		require.ErrorIs(t, err, crypto.ErrSignature)
		require.Nil(t, out)

		_, err = ask(t, w.users(client.CollectBadItems()).BatchGetItem, in)
		var bad *client.ItemsError
		require.ErrorAs(t, err, &bad)
		require.Len(t, bad.Items, 1)
		require.Equal(t, key("alice", 1), bad.Items[0].Key())
		require.Equal(t, []map[string]types.AttributeValue{user("bob", 2)}, bad.Output.(*dynamodb.BatchGetItemOutput).Responses[w.table])
	}

	suite["BatchGetItem without anything to protect passes, and with a table that is not declared it does not"] = func(t *testing.T, w *world) {
		db := w.users()
		_, err := ask(t, db.BatchGetItem, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
			w.table: getKeys(key("alice", 1)), "zzz-other": getKeys(key("alice", 1))}})
		refused := w.requireRefused(t, err, "BatchGetItem", requestItems("zzz-other"), "")
		require.Equal(t, "zzz-other", refused.Table)
		_, err = ask(t, db.BatchGetItem, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{"": getKeys(key("alice", 1))}})
		w.requireRefused(t, err, "BatchGetItem", requestItems(""), "")
		for _, in := range []*dynamodb.BatchGetItemInput{nil, {}, {RequestItems: map[string]types.KeysAndAttributes{}}} {
			_, err := ask(t, db.BatchGetItem, in)
			require.Error(t, err, "DynamoDB wants a table")
		}
	}
}
