package client_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

// offIndex stores the user mallory, 7, whom no index holds.
func (w *world) offIndex(t *testing.T) crypto.Item {
	t.Helper()
	mallory := user("mallory", 7)
	delete(mallory, "plan")
	delete(mallory, "level")
	w.put(t, w.users(), mallory)
	return w.stored(t, key("mallory", 7))
}

// storedJSON is the stored user alice, n, as it stands in an answer.
func (w *world) storedJSON(t *testing.T, n int) jsontext.Value {
	t.Helper()
	return jsontext.Value(dynamoJSON(t, w.stored(t, key("alice", n))))
}

// leave makes an answer leave these keys of a table.
func leave(table string, keys ...any) func(answer map[string]any) {
	return func(answer map[string]any) {
		answer["UnprocessedKeys"] = map[string]any{table: map[string]any{"Keys": keys}}
	}
}

func init() {
	suite["a count has no items, whatever DynamoDB answers"] = func(t *testing.T, w *world) {
		w.putAlices(t, 2)
		forged := map[string]jsontext.Value{
			"a forged item":   jsontext.Value(`{"id":{"S":"alice"},"created":{"N":"1"},"email":{"S":"forged"}}`),
			"the stored item": w.storedJSON(t, 1),
		}
		for whose, item := range forged {
			for _, index := range []string{"", "all", "keys", "local"} {
				for name, db := range map[string]api{"": w.users(), " hydrated": w.users(client.HydrateIndexes()), " collected": w.users(client.CollectBadItems())} {
					for op, look := range lookups {
						t.Run(fmt.Sprintf("%s of %q with %s%s", op, index, whose, name), func(t *testing.T) {
							w.reset()
							w.change(t, op, func(answer map[string]any) { answer["Items"] = []any{item} })
							got, err := look(t, db, lookup{table: w.table, index: index, selects: types.SelectCount})
							require.NoError(t, err)
							require.Empty(t, got.Items)
							require.EqualValues(t, 2, got.Count)
							require.Equal(t, []string{op}, w.tap.Operations())
							require.Zero(t, w.provider.calls.Load(), "nothing is opened")
						})
					}
				}
			}
		}
	}

	suite["an update that returns protected attributes, which it cannot have changed, was applied, and returns none"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1))
		for _, returned := range []types.ReturnValue{"", types.ReturnValueNone, types.ReturnValueUpdatedNew, types.ReturnValueUpdatedOld} {
			for name, attributes := range map[string]string{
				"that are encrypted":                    `{"email":{"S":"alice@example.com"}}`,
				"that are signed":                       `{"plan":{"S":"gold"}}`,
				"that are new":                          `{"role":{"S":"admin"}}`,
				"of the key":                            `{"id":{"S":"alice"}}`,
				"that are the signature":                fmt.Sprintf(`{%q:{"B":"AAAA"}}`, crypto.DefaultSignatureAttribute),
				"that are the description":              fmt.Sprintf(`{%q:{"B":"AAAA"}}`, crypto.DefaultDescriptionAttribute),
				"beside the one that was updated":       `{"views":{"N":"4"},"email":{"S":"alice@example.com"}}`,
				"that are the whole item, as it is put": string(w.storedJSON(t, 1)),
			} {
				t.Run(fmt.Sprintf("%s for %q", name, returned), func(t *testing.T) {
					w.change(t, "UpdateItem", func(answer map[string]any) { answer["Attributes"] = jsontext.Value(attributes) })
					in := viewsUpdate(w.table, key("alice", 1), 4)
					in.ReturnValues, in.ReturnConsumedCapacity = returned, types.ReturnConsumedCapacityTotal
					out, err := ask(t, db.UpdateItem, in)
					opened := requireApplied(t, db, out, err, "UpdateItem", w.table, key("alice", 1))
					require.Empty(t, opened.Attributes)
					require.NotNil(t, opened.ConsumedCapacity)
					require.Equal(t, num(4), w.stored(t, key("alice", 1))["views"])
				})
			}
		}
	}

	suite["BatchGetItem fails for unprocessed keys that were not asked for"] = func(t *testing.T, w *world) {
		db, other, nothing := w.mixed(t)
		w.put(t, db, user("alice", 1), user("bob", 2))
		for name, tc := range map[string]struct {
			table     string
			keys      []any
			parameter string
			key       crypto.Item
		}{
			"another partition key":  {w.table, []any{forgedKey("mallory", 7)}, "UnprocessedKeys[%q].Keys[0]", key("mallory", 7)},
			"another sort key":       {w.table, []any{forgedKey("alice", 2)}, "UnprocessedKeys[%q].Keys[0]", key("alice", 2)},
			"one after a good one":   {w.table, []any{forgedKey("carol", 3), forgedKey("mallory", 7)}, "UnprocessedKeys[%q].Keys[1]", key("mallory", 7)},
			"a key twice":            {w.table, []any{forgedKey("carol", 3), forgedKey("carol", 3)}, "UnprocessedKeys[%q].Keys[1]", key("carol", 3)},
			"one that is answered":   {w.table, []any{forgedKey("alice", 1)}, "UnprocessedKeys[%q].Keys[0]", key("alice", 1)},
			"no key":                 {w.table, []any{map[string]any{}}, "UnprocessedKeys[%q].Keys[0]", crypto.Item{}},
			"under the ARN":          {arn(w.table), []any{forgedKey("mallory", 7)}, "UnprocessedKeys[%q].Keys[0]", key("mallory", 7)},
			"of an unknown table":    {"elsewhere", []any{forgedKey("alice", 1)}, "UnprocessedKeys[%q]", nil},
			"of a table let through": {other, []any{forgedKey("alice", 1)}, "UnprocessedKeys[%q]", nil},
			"of an untouched table":  {nothing, []any{forgedKey("alice", 1)}, "UnprocessedKeys[%q]", nil},
		} {
			t.Run(name, func(t *testing.T) {
				w.change(t, "BatchGetItem", leave(tc.table, tc.keys...))
				out, err := ask(t, db.BatchGetItem, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{w.table: getKeys(key("alice", 1), key("bob", 2), key("carol", 3))}})
				plain := tc.table
				if plain == arn(w.table) {
					plain = w.table
				}
				failed := requireItemError(t, err, crypto.ErrSignature, "BatchGetItem", plain, fmt.Sprintf(tc.parameter, tc.table), tc.key)
				require.False(t, failed.Applied)
				require.Nil(t, out)
			})
		}
	}

	// underBothNames answers with the items of w.table under its ARN too.
	underBothNames := func(w *world) func(answer map[string]any) {
		return func(answer map[string]any) {
			responses := answer["Responses"].(map[string]any)
			responses[arn(w.table)] = responses[w.table]
		}
	}

	suite["BatchGetItem fails for an item that comes under the name and the ARN of its table"] = func(t *testing.T, w *world) {
		w.put(t, w.users(), user("alice", 1))
		in := &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{w.table: getKeys(key("alice", 1))}}
		w.change(t, "BatchGetItem", underBothNames(w))
		out, err := ask(t, w.users().BatchGetItem, in)
		requireItemError(t, err, crypto.ErrSignature, "BatchGetItem", w.table, fmt.Sprintf("Responses[%q][0]", w.table), key("alice", 1))
		require.Nil(t, out)

		w.change(t, "BatchGetItem", underBothNames(w))
		_, err = ask(t, w.users(client.CollectBadItems()).BatchGetItem, in)
		var bad *client.ItemsError
		require.ErrorAs(t, err, &bad)
		require.Len(t, bad.Items, 1)
		responses := bad.Output.(*dynamodb.BatchGetItemOutput).Responses
		require.Equal(t, []map[string]types.AttributeValue{user("alice", 1)}, responses[arn(w.table)])
		require.Empty(t, responses[w.table], "it is returned once")
	}

	suite["HydrateIndexes fails for items and keys that it did not ask for, and puts none in place of another"] = func(t *testing.T, w *world) {
		good := w.putAlices(t, 3)
		mallory := jsontext.Value(dynamoJSON(t, w.offIndex(t)))
		inResponses := fmt.Sprintf("Responses[%q]", w.table)
		for name, tc := range map[string]struct {
			change    func(answer map[string]any)
			parameter string // of what is in no page
			key       crypto.Item
			collected bool // the answer has other items that can be used
		}{
			"unprocessed keys": {leave(w.table, forgedKey("mallory", 7)), fmt.Sprintf("UnprocessedKeys[%q].Keys[0]", w.table), key("mallory", 7), false},
			"an item in addition": {func(answer map[string]any) {
				responses := answer["Responses"].(map[string]any)
				responses[w.table] = append(responses[w.table].([]any), mallory)
			}, inResponses + "[3]", key("mallory", 7), true},
			"an item in place of all": {func(answer map[string]any) {
				answer["Responses"].(map[string]any)[w.table] = []any{mallory}
			}, inResponses + "[0]", key("mallory", 7), true},
			"an item of a table that was not asked for": {func(answer map[string]any) {
				answer["Responses"].(map[string]any)["elsewhere"] = []any{mallory}
			}, `Responses["elsewhere"]`, nil, false},
		} {
			for op, look := range lookups {
				t.Run(name+" for "+op, func(t *testing.T) {
					w.change(t, "BatchGetItem", tc.change)
					_, err := look(t, w.users(client.HydrateIndexes()), lookup{table: w.table, index: "keys"})
					table := w.table
					if tc.key == nil {
						table = "elsewhere"
					}
					requireItemError(t, err, crypto.ErrSignature, op, table, tc.parameter, tc.key)
				})
			}
			t.Run(name+" where bad items are collected", func(t *testing.T) {
				w.change(t, "BatchGetItem", tc.change)
				_, err := w.users(client.HydrateIndexes(), client.CollectBadItems()).Scan(t.Context(), &dynamodb.ScanInput{TableName: &w.table, IndexName: optional("keys")})
				var bad *client.ItemsError
				if !tc.collected {
					require.ErrorIs(t, err, crypto.ErrSignature)
					require.False(t, hasType[*client.ItemsError](err))
					return
				}
				require.ErrorAs(t, err, &bad)
				require.Len(t, bad.Items, 1)
				require.Equal(t, key("mallory", 7), bad.Items[0].Key())
				require.Subset(t, good, bad.Output.(*dynamodb.ScanOutput).Items)
			})
		}

		for op, look := range lookups {
			t.Run("items under both names for "+op, func(t *testing.T) {
				w.change(t, "BatchGetItem", underBothNames(w))
				_, err := look(t, w.users(client.HydrateIndexes()), lookup{table: w.table, index: "keys"})
				require.ErrorIs(t, err, crypto.ErrSignature)
				require.True(t, hasType[*client.ItemError](err))
			})
		}
	}

	suite["BatchGetItem lets keys go on that it asked for, under either name of the table"] = func(t *testing.T, w *world) {
		w.put(t, w.users(), user("alice", 1), user("bob", 2))
		for _, rename := range []func(string) string{nil, wiretap.OtherName} {
			w.tap.Inject("BatchGetItem", wiretap.InOrder(wiretap.Fault{Partial: true, First: 0, Tables: rename}))
			out, err := ask(t, w.users().BatchGetItem, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{w.table: getKeys(key("alice", 1), key("bob", 2))}})
			require.NoError(t, err)
			require.Len(t, out.UnprocessedKeys, 1)
			for _, left := range out.UnprocessedKeys {
				require.Len(t, left.Keys, 2)
			}
		}
	}
}
