package client_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

// withValue returns an item with another value of an attribute.
func withValue(item crypto.Item, name string, v types.AttributeValue) crypto.Item {
	item[name] = v
	return item
}

// unprocessed is a fault that does the first n requests of a batch, and returns as
// unprocessed what forge makes of the others, by name of the table.
func unprocessed(t *testing.T, n int, forge func(left map[string][]any)) wiretap.Fault {
	return wiretap.Fault{Partial: true, First: n, Rewrite: func(_ string, body []byte) []byte {
		var answer map[string]any
		require.NoError(t, json.Unmarshal(body, &answer))
		left := map[string][]any{}
		for table, requests := range answer["UnprocessedItems"].(map[string]any) {
			left[table] = requests.([]any)
		}
		forge(left)
		answer["UnprocessedItems"] = left
		forged, err := json.Marshal(answer)
		require.NoError(t, err)
		return forged
	}}
}

// forgedDelete and forgedPut are requests as they stand in answers.
func forgedDelete(id string, created int) any {
	return map[string]any{"DeleteRequest": map[string]any{"Key": forgedKey(id, created)}}
}

func forgedPut(id string, created int) any {
	return map[string]any{"PutRequest": map[string]any{"Item": forgedKey(id, created)}}
}

func forgedKey(id string, created int) map[string]any {
	return map[string]any{"id": map[string]any{"S": id}, "created": map[string]any{"N": fmt.Sprint(created)}}
}

func init() {
	// The batch puts alice and bob and deletes gone; nothing of it is done.
	forgeries := map[string]struct {
		forge func(requests []any) []any
		at    int // the request that was not sent
		key   crypto.Item
	}{
		"a delete of another key":       {func([]any) []any { return []any{forgedDelete("mallory", 7)} }, 0, key("mallory", 7)},
		"a put of another key":          {func([]any) []any { return []any{forgedPut("mallory", 7)} }, 0, key("mallory", 7)},
		"another sort key":              {func([]any) []any { return []any{forgedDelete("gone", 8)} }, 0, key("gone", 8)},
		"a delete of what was put":      {func([]any) []any { return []any{forgedDelete("alice", 1)} }, 0, key("alice", 1)},
		"a put of what was deleted":     {func([]any) []any { return []any{forgedPut("gone", 9)} }, 0, key("gone", 9)},
		"a put twice":                   {func(r []any) []any { return []any{r[0], r[0]} }, 1, key("alice", 1)},
		"a delete twice":                {func(r []any) []any { return []any{r[2], r[2]} }, 1, key("gone", 9)},
		"neither a put nor a delete":    {func([]any) []any { return []any{map[string]any{}} }, 0, crypto.Item{}},
		"a forged one after a good one": {func(r []any) []any { return []any{r[0], r[1], forgedDelete("mallory", 7)} }, 2, key("mallory", 7)},
	}
	batch := func(w *world) *dynamodb.BatchWriteItemInput {
		return &dynamodb.BatchWriteItemInput{RequestItems: writes{w.table: {putRequest(user("alice", 1)), putRequest(user("bob", 2)), deleteRequest(key("gone", 9))}}}
	}

	suite["BatchWriteItem fails for an unprocessed request that was not sent, and returns none of them"] = func(t *testing.T, w *world) {
		for name, tc := range forgeries {
			t.Run(name, func(t *testing.T) {
				db := w.users()
				w.tap.Inject("BatchWriteItem", wiretap.InOrder(unprocessed(t, 0, func(left map[string][]any) { left[w.table] = tc.forge(left[w.table]) })))
				out, err := ask(t, db.BatchWriteItem, batch(w))
				failed := requireItemError(t, err, crypto.ErrSignature, "BatchWriteItem", w.table, fmt.Sprintf("UnprocessedItems[%q][%d]", w.table, tc.at), tc.key)
				require.Empty(t, failed.Output.(*dynamodb.BatchWriteItemOutput).UnprocessedItems)
				require.Nil(t, out)
			})
		}
	}

	suite["BatchWriteItem fails for an unprocessed request of another table"] = func(t *testing.T, w *world) {
		db, other, nothing := w.mixed(t)
		for _, elsewhere := range []string{"elsewhere", other, nothing, arn(other)} {
			w.tap.Inject("BatchWriteItem", wiretap.InOrder(unprocessed(t, 0, func(left map[string][]any) { left[elsewhere] = []any{forgedDelete("gone", 9)} })))
			out, err := ask(t, db.BatchWriteItem, batch(w))
			plain := elsewhere[strings.LastIndex(elsewhere, "/")+1:]
			requireItemError(t, err, crypto.ErrSignature, "BatchWriteItem", plain, fmt.Sprintf("UnprocessedItems[%q]", elsewhere), nil)
			require.Empty(t, unprocessedOf(out))
		}
	}

	suite["a prepared batch sends everything again that was not confirmed, and nothing that was forged"] = func(t *testing.T, w *world) {
		for name, tc := range forgeries {
			t.Run(name, func(t *testing.T) {
				db := w.wrapper(client.Tables(w.declared()))
				w.plant(t, user("gone", 9))
				w.plant(t, user("mallory", 7))
				w.plant(t, user("gone", 8))
				w.reset()
				in := batch(w)
				in.RequestItems[w.table] = append([]types.WriteRequest{putRequest(user("first", 5))}, in.RequestItems[w.table]...)
				prepared, err := db.PrepareBatchWriteItem(t.Context(), in)
				require.NoError(t, err)
				w.tap.Inject("BatchWriteItem", wiretap.InOrder(wiretap.Fault{Partial: true, First: 1},
					unprocessed(t, 0, func(left map[string][]any) { left[w.table] = tc.forge(left[w.table]) })))
				_, err = prepared.Send(t.Context())
				require.NoError(t, err)
				everything := sentWrites(t, w)

				out, err := prepared.Send(t.Context())
				requireItemError(t, err, crypto.ErrSignature, "BatchWriteItem", w.table, fmt.Sprintf("UnprocessedItems[%q][%d]", w.table, tc.at), tc.key)
				require.Empty(t, unprocessedOf(out))
				require.False(t, prepared.Done(), "nobody can tell")

				out, err = prepared.Send(t.Context())
				require.NoError(t, err)
				require.Empty(t, out.UnprocessedItems)
				require.Equal(t, everything[1:], sentWrites(t, w), "with the first ciphertext")
				require.True(t, prepared.Done())
				require.Equal(t, user("bob", 2), w.read(t, db, key("bob", 2)))
				require.Nil(t, w.stored(t, key("gone", 9)))
				require.Equal(t, user("mallory", 7), w.stored(t, key("mallory", 7)))
				require.Equal(t, user("gone", 8), w.stored(t, key("gone", 8)))
			})
		}
	}

	suite["a prepared batch sends its own ciphertext, whatever came back under the key"] = func(t *testing.T, w *world) {
		db := w.wrapper(client.Tables(w.declared()))
		prepared, err := db.PrepareBatchWriteItem(t.Context(), batch(w))
		require.NoError(t, err)
		w.tap.Inject("BatchWriteItem", wiretap.InOrder(unprocessed(t, 0, func(left map[string][]any) { left[w.table] = []any{forgedPut("alice", 1)} })))
		out, err := prepared.Send(t.Context())
		require.NoError(t, err)
		require.Equal(t, writes{w.table: {putRequest(user("alice", 1))}}, out.UnprocessedItems)
		everything := sentWrites(t, w)
		_, err = prepared.Send(t.Context())
		require.NoError(t, err)
		require.Equal(t, everything[:1], sentWrites(t, w))
		require.Equal(t, user("alice", 1), w.read(t, db, key("alice", 1)))
	}
}

// unprocessedOf is what an answer returns as unprocessed; the SDK returns no answer
// beside an error.
func unprocessedOf(out *dynamodb.BatchWriteItemOutput) writes {
	if out == nil {
		return nil
	}
	return out.UnprocessedItems
}
