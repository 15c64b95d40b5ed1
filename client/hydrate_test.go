package client_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

// before runs something before each request of an operation is answered.
func (w *world) before(operation string, do func()) {
	w.tap.Inject(operation, func(wiretap.Request) wiretap.Fault { do(); return wiretap.Fault{} })
}

// remove deletes items of w.table as they are.
func (w *world) remove(t *testing.T, keys ...crypto.Item) {
	t.Helper()
	for _, key := range keys {
		_, err := w.plain.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &w.table, Key: key})
		require.NoError(t, err)
	}
}

// batchKeys are the keys of each BatchGetItem so far, by their sort keys, under the
// name that requests have for the table.
func (w *world) batchKeys(t *testing.T, named string) [][]string {
	t.Helper()
	var batches [][]string
	for _, body := range w.bodies("BatchGetItem") {
		tables := sentMembers(t, body)["RequestItems"].(map[string]any)
		require.Len(t, tables, 1)
		request := tables[named].(map[string]any)
		require.NotContains(t, request, "ProjectionExpression")
		var numbers []string
		for _, key := range request["Keys"].([]any) {
			key := key.(map[string]any)
			require.Len(t, key, 2, "the primary key and nothing else")
			require.Contains(t, key, "id")
			numbers = append(numbers, key["created"].(map[string]any)["N"].(string))
		}
		batches = append(batches, numbers)
	}
	return batches
}

func init() {
	suite["HydrateIndexes reads keys from the index, and whole items from the table, in the order of the index"] = func(t *testing.T, w *world) {
		want := w.putAlices(t, 5)
		for _, named := range []string{w.table, arn(w.table)} {
			for op, look := range lookups {
				for _, selects := range []types.Select{"", types.SelectAllAttributes} {
					w.reset()
					got, err := look(t, w.users(client.HydrateIndexes()), lookup{table: named, index: "keys", selects: selects})
					require.NoError(t, err)
					require.Equal(t, &lookedUp{Items: want, Count: 5, ScannedCount: 5}, got)
					require.Equal(t, []string{op, "BatchGetItem"}, w.tap.Operations())
					require.EqualValues(t, 5, w.provider.calls.Load())

					sent := sentMembers(t, w.bodies(op)[0])
					require.Equal(t, named, sent["TableName"])
					require.Equal(t, "SPECIFIC_ATTRIBUTES", sent["Select"])
					require.Equal(t, "#ddbcrypt_0, #ddbcrypt_1", sent["ProjectionExpression"])
					names := sent["ExpressionAttributeNames"].(map[string]any)
					require.Equal(t, []any{"id", "created"}, []any{names["#ddbcrypt_0"], names["#ddbcrypt_1"]})
					require.Equal(t, [][]string{{"0", "1", "2", "3", "4"}}, w.batchKeys(t, named))
				}
			}
		}
	}

	suite["HydrateIndexes keeps a descending order"] = func(t *testing.T, w *world) {
		want := w.putAlices(t, 4)
		slices.Reverse(want)
		out, err := ask(t, w.users(client.HydrateIndexes()).Query, &dynamodb.QueryInput{TableName: &w.table, IndexName: aws.String("keys"), ScanIndexForward: aws.Bool(false),
			KeyConditionExpression: aws.String("#p = :p"), ExpressionAttributeNames: map[string]string{"#p": "plan"}, ExpressionAttributeValues: crypto.Item{":p": str("free")}})
		require.NoError(t, err)
		require.Equal(t, want, out.Items)
	}

	suite["HydrateIndexes takes KeyConditions, and names of the caller's that look like its own"] = func(t *testing.T, w *world) {
		want := w.putAlices(t, 3)
		db := w.users(client.HydrateIndexes())
		out, err := ask(t, db.Query, &dynamodb.QueryInput{TableName: &w.table, IndexName: aws.String("keys"), KeyConditions: map[string]types.Condition{
			"plan":    {ComparisonOperator: "EQ", AttributeValueList: []types.AttributeValue{str("free")}},
			"created": {ComparisonOperator: "GE", AttributeValueList: []types.AttributeValue{num(1)}}}})
		require.NoError(t, err)
		require.Equal(t, want[1:], out.Items)
		out, err = ask(t, db.Query, &dynamodb.QueryInput{TableName: &w.table, IndexName: aws.String("keys"),
			KeyConditionExpression: aws.String("#ddbcrypt_1 = :p"), ExpressionAttributeNames: map[string]string{"#ddbcrypt_1": "plan"}, ExpressionAttributeValues: crypto.Item{":p": str("free")}})
		require.NoError(t, err)
		require.Equal(t, want, out.Items)
	}

	suite["HydrateIndexes reads several items that have one key in the index"] = func(t *testing.T, w *world) {
		db := w.users(client.HydrateIndexes())
		ids := []string{"alice", "bob", "carol", "dave"}
		for _, id := range ids {
			w.put(t, db, user(id, 1))
		}
		for op, look := range lookups {
			plain, err := look(t, w.plainly(), lookup{table: w.table, index: "keys"})
			require.NoError(t, err)
			got, err := look(t, db, lookup{table: w.table, index: "keys"})
			require.NoError(t, err, op)
			require.Equal(t, chosen(plain.Items, "id", "created"), chosen(got.Items, "id", "created"), "in the order of the index")
			for _, id := range ids {
				require.Contains(t, got.Items, map[string]types.AttributeValue(user(id, 1)))
			}
			var paged []map[string]types.AttributeValue
			l := lookup{table: w.table, index: "keys", limit: 1}
			for {
				page, err := look(t, db, l)
				require.NoError(t, err)
				paged = append(paged, page.Items...)
				if l.start = page.LastEvaluatedKey; l.start == nil {
					break
				}
			}
			require.Equal(t, got.Items, paged)
		}
	}

	suite["HydrateIndexes goes from page to page by the keys of the index"] = func(t *testing.T, w *world) {
		want := w.putAlices(t, 5)
		db := w.users(client.HydrateIndexes())
		for op, look := range lookups {
			w.reset()
			var got []map[string]types.AttributeValue
			l := lookup{table: w.table, index: "keys", limit: 2}
			for {
				page, err := look(t, db, l)
				require.NoError(t, err)
				plain, err := look(t, w.plainly(), l)
				require.NoError(t, err)
				require.Equal(t, plain.LastEvaluatedKey, page.LastEvaluatedKey)
				got = append(got, page.Items...)
				if l.start = page.LastEvaluatedKey; l.start == nil {
					break
				}
				require.Len(t, l.start, 3, "the keys of the index and of the table")
			}
			require.Equal(t, want, got)
			require.Equal(t, [][]string{{"0", "1"}, {"2", "3"}, {"4"}}, w.batchKeys(t, w.table), op)
		}
	}

	suite["HydrateIndexes filters by what the index holds, and reads only what is left"] = func(t *testing.T, w *world) {
		want := w.putAlices(t, 5)
		db := w.users(client.HydrateIndexes())
		for op, look := range lookups {
			w.reset()
			got, err := look(t, db, lookup{table: w.table, index: "keys", filter: "#i = :alice AND attribute_exists(id)"})
			require.NoError(t, err)
			require.Equal(t, want, got.Items)
			w.reset()
			got, err = look(t, db, lookup{table: w.table, index: "keys", filter: "id <> :alice"})
			require.NoError(t, err)
			require.Equal(t, &lookedUp{Items: got.Items, ScannedCount: 5}, got)
			require.Empty(t, got.Items)
			require.Equal(t, []string{op}, w.tap.Operations(), "there is nothing to read")
			require.Zero(t, w.provider.calls.Load())
		}
		w.requireLookupsRefused(t, db, lookup{table: w.table, index: "keys", filter: "email = :secret"}, "FilterExpression", "email")
	}

	suite["HydrateIndexes has nothing to read for an empty index"] = func(t *testing.T, w *world) {
		for op, look := range lookups {
			w.reset()
			got, err := look(t, w.users(client.HydrateIndexes()), lookup{table: w.table, index: "keys"})
			require.NoError(t, err)
			require.Empty(t, got.Items)
			require.Equal(t, []string{op}, w.tap.Operations())
		}
	}

	suite["HydrateIndexes does not count by reading, and does not read parts"] = func(t *testing.T, w *world) {
		w.putAlices(t, 3)
		db := w.users(client.HydrateIndexes())
		for op, look := range lookups {
			w.reset()
			got, err := look(t, db, lookup{table: w.table, index: "keys", selects: types.SelectCount})
			require.NoError(t, err)
			require.Equal(t, &lookedUp{Count: 3, ScannedCount: 3}, got)
			require.Equal(t, []string{op}, w.tap.Operations())
		}
		w.requireLookupsRefused(t, db, lookup{table: w.table, index: "keys", selects: types.SelectAllProjectedAttributes}, "IndexName", "")
		w.requireLookupsRefused(t, db, lookup{table: w.table, index: "keys", projection: "id"}, "ProjectionExpression", "")
		w.requireLookupsRefused(t, w.open(client.HydrateIndexes(), client.Tables(loose(w.table))),
			lookup{table: w.table, index: "keys", projection: "id, created, email, #p, #l"}, "IndexName", "")
	}

	suite["HydrateIndexes leaves out items that were deleted in between"] = func(t *testing.T, w *world) {
		db := w.users(client.HydrateIndexes())
		for op, look := range lookups {
			want := w.putAlices(t, 5)
			w.before("BatchGetItem", func() { w.remove(t, key("alice", 0), key("alice", 3)) })
			got, err := look(t, db, lookup{table: w.table, index: "keys", limit: 4})
			require.NoError(t, err)
			require.Equal(t, want[1:3], got.Items, op)
			require.EqualValues(t, 2, got.Count, "as many as there are items")
			require.EqualValues(t, 4, got.ScannedCount)
			require.NotNil(t, got.LastEvaluatedKey)

			w.before("BatchGetItem", func() { w.remove(t, key("alice", 4)) })
			got, err = look(t, db, lookup{table: w.table, index: "keys", start: got.LastEvaluatedKey})
			require.NoError(t, err)
			require.Empty(t, got.Items)
			require.Zero(t, got.Count)
			w.tap.Inject("BatchGetItem", nil)
		}
	}

	suite["HydrateIndexes returns an item that was changed in between as it is now"] = func(t *testing.T, w *world) {
		db := w.users(client.HydrateIndexes())
		changed := user("alice", 1)
		changed["plan"] = str("gold")
		for op, look := range lookups {
			items := w.putAlices(t, 3)
			w.before("BatchGetItem", func() { w.put(t, w.users(), changed) })
			got, err := look(t, db, lookup{table: w.table, index: "keys"})
			require.NoError(t, err)
			require.Equal(t, []map[string]types.AttributeValue{items[0], changed, items[2]}, got.Items, op)
			w.tap.Inject("BatchGetItem", nil)
		}
	}

	suite["HydrateIndexes reads more than 100 items in batches of 100"] = func(t *testing.T, w *world) {
		const n = 230
		want := alices(n)
		db := w.users(client.HydrateIndexes())
		for chunk := range slices.Chunk(want, 25) {
			var puts []types.WriteRequest
			for _, item := range chunk {
				puts = append(puts, putRequest(item))
			}
			out, err := db.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: writes{w.table: puts}})
			require.NoError(t, err)
			require.Empty(t, out.UnprocessedItems)
		}
		for op, look := range lookups {
			w.reset()
			got, err := look(t, db, lookup{table: w.table, index: "keys"})
			require.NoError(t, err)
			require.Equal(t, want, got.Items)
			require.EqualValues(t, n, got.Count)
			require.Equal(t, []string{op, "BatchGetItem", "BatchGetItem", "BatchGetItem"}, w.tap.Operations())
			var sizes []int
			for _, keys := range w.batchKeys(t, w.table) {
				sizes = append(sizes, len(keys))
			}
			require.Equal(t, []int{100, 100, 30}, sizes)
			require.EqualValues(t, n, w.provider.calls.Load())
		}
	}

	suite["HydrateIndexes works for indexes and tables that are discovered"] = func(t *testing.T, w *world) {
		want := w.putAlices(t, 3)
		for name, db := range map[string]api{
			"a table that is discovered":        w.discovering(client.HydrateIndexes()),
			"an index that is not declared":     w.open(client.HydrateIndexes(), client.Tables(w.undeclared())),
			"a table declared without its keys": w.open(client.HydrateIndexes(), client.Tables(client.Table{Name: w.table, Actions: w.declared().Actions})),
		} {
			t.Run(name, func(t *testing.T) {
				w.reset()
				for op, look := range lookups {
					got, err := look(t, db, lookup{table: w.table, index: "keys"})
					require.NoError(t, err, op)
					require.Equal(t, want, got.Items)
				}
				require.Equal(t, 1, w.tap.Count("DescribeTable"))
				require.Equal(t, 2, w.tap.Count("BatchGetItem"))
			})
		}
	}

	suite["HydrateIndexes reads whole items for an index that includes some attributes"] = func(t *testing.T, w *world) {
		table := w.undeclared()
		index := w.including(t, "email", "views")
		table.Name = w.table
		for name, indexes := range map[string][]client.Index{"declared": {index}, "not declared": nil} {
			t.Run(name, func(t *testing.T) {
				table.Indexes = indexes
				db := w.open(client.HydrateIndexes(), client.Tables(table))
				w.put(t, db, user("alice", 1), user("alice", 2))
				w.reset()
				for op, look := range lookups {
					got, err := look(t, db, lookup{table: w.table, index: "part", filter: "#v = :zero"})
					require.NoError(t, err, op)
					require.Equal(t, []map[string]types.AttributeValue{user("alice", 1), user("alice", 2)}, got.Items)
					require.Equal(t, "#ddbcrypt_0, #ddbcrypt_1", sentMembers(t, w.bodies(op)[0])["ProjectionExpression"], "what is stored in the index is not even read")
				}
			})
		}
	}

	suite["HydrateIndexes changes nothing where whole items come anyway"] = func(t *testing.T, w *world) {
		want := w.putAlices(t, 3)
		db := w.users(client.HydrateIndexes())
		for _, index := range []string{"", "all", "local"} {
			w.requireLookups(t, db, lookup{table: w.table, index: index}, want)
		}
	}
}

// plainly opens a client without encryption whose requests are not recorded.
func (w *world) plainly() api { return w.plain }
