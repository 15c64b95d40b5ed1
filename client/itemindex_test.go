package client_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

var positions = regexp.MustCompile(`\[(\d+)\]`)

// requireIndex checks that the index of an error is the one in its parameter.
func requireIndex(t *testing.T, failed *client.ItemError) {
	t.Helper()
	want := 0
	if found := positions.FindAllStringSubmatch(failed.Parameter, -1); found != nil {
		var err error
		want, err = strconv.Atoi(found[len(found)-1][1])
		require.NoError(t, err)
	}
	require.Equal(t, want, failed.Index, failed.Parameter)
}

// unsealable is a value that cannot be encrypted.
func unsealable() crypto.Item {
	item := user("alice", 1)
	item["address"] = &types.AttributeValueMemberL{Value: []types.AttributeValue{nil}}
	return item
}

func init() {
	suite["an error of an item of an answer has its position in the list"] = func(t *testing.T, w *world) {
		const n = 6
		other := w.newTable(t)
		w.crowd(t, n)
		list := []client.Option{client.Tables(users(other)), client.HydrateIndexes()}
		for i := range n {
			_, err := w.users(list...).PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &other, Item: user("crowd", i)})
			require.NoError(t, err)
		}
		for _, i := range []int{1, 4} {
			stored := w.stored(t, key("crowd", i))
			stored["level"] = num(9)
			w.plant(t, stored)
		}
		for name, tc := range map[string]struct {
			parameter string
			indexes   []int
			batch     bool // read by a batch, which is answered in any order
		}{
			"Query":                     {"Items[%d]", []int{1, 4}, false},
			"Scan":                      {"Items[%d]", []int{1, 4}, false},
			"Query of an index of keys": {"Items[%d]", []int{1, 4}, true},
			"Scan of an index of keys":  {"Items[%d]", []int{1, 4}, true},
			"BatchGetItem":              {`Responses["` + w.table + `"][%d]`, nil, true},
			"TransactGetItems":          {"Responses[%d].Item", []int{2, 8}, false},
		} {
			t.Run(name, func(t *testing.T) {
				var collected *client.ItemsError
				require.ErrorAs(t, crowdReads[name](t.Context(), w.users(append(list, client.CollectBadItems())...), n, w.table, other).err, &collected)
				require.Len(t, collected.Items, 2)
				if collected.Items[0].Key()["created"].(*types.AttributeValueMemberN).Value == "4" {
					require.Nil(t, tc.indexes, "these come in order")
					slices.Reverse(collected.Items)
				}
				for i, failed := range collected.Items {
					require.Equal(t, key("crowd", []int{1, 4}[i]), failed.Key())
					require.Equal(t, fmt.Sprintf(tc.parameter, failed.Index), failed.Parameter)
					if tc.indexes != nil {
						require.Equal(t, tc.indexes[i], failed.Index)
					}
				}
				require.NotEqual(t, collected.Items[0].Index, collected.Items[1].Index)

				var failed *client.ItemError
				require.ErrorAs(t, crowdReads[name](t.Context(), w.users(append(list, client.WithConcurrency(1))...), n, w.table, other).err, &failed)
				first := collected.Items[0]
				if tc.batch && failed.Key()["created"].(*types.AttributeValueMemberN).Value == "4" {
					first = collected.Items[1]
				}
				require.Equal(t, first.Key(), failed.Key(), "the first of them")
				if tc.indexes != nil {
					require.Equal(t, first.Index, failed.Index)
				}
			})
		}
	}

	suite["an error of an item of a request has its position in the list"] = func(t *testing.T, w *world) {
		db := w.users()
		_, err := ask(t, db.PutItem, &dynamodb.PutItemInput{TableName: &w.table, Item: unsealable()})
		require.Zero(t, requireItemError(t, err, crypto.ErrConfig, "PutItem", w.table, "Item", key("alice", 1)).Index)
		_, err = ask(t, db.BatchWriteItem, &dynamodb.BatchWriteItemInput{RequestItems: writes{w.table: {deleteRequest(key("bob", 2)), putRequest(user("carol", 3)), putRequest(unsealable())}}})
		require.Equal(t, 2, requireItemError(t, err, crypto.ErrConfig, "BatchWriteItem", w.table, requestItems(w.table)+"[2].PutRequest.Item", key("alice", 1)).Index)
		_, err = ask(t, db.TransactWriteItems, transactWrite(deleteOf(w.table, key("bob", 2)), putOf(w.table, unsealable())))
		require.Equal(t, 1, requireItemError(t, err, crypto.ErrConfig, "TransactWriteItems", w.table, "TransactItems[1].Put.Item", key("alice", 1)).Index)
	}
}
