package client_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
)

func init() {
	suite["a bad item fails a page by an error that has its key and names its key attributes"] = func(t *testing.T, w *world) {
		w.crowd(t, 5)
		w.tamper(t, key("crowd", 3))
		for name, read := range slowReads(w, 5) {
			items, err := read(t.Context(), w.users())
			require.Nil(t, items, name)
			failed := requireOnlyItem(t, err)
			require.Equal(t, key("crowd", 3), failed.Key(), name)
			require.Equal(t, name, failed.Op)
			require.Equal(t, w.table, failed.Table)
			if name != "BatchGetItem" { // its answers are in any order
				require.Contains(t, failed.Parameter, "[3]", name)
			}
			require.False(t, failed.Applied)
			require.ErrorContains(t, err, `"id"`, name)
			require.ErrorContains(t, err, `"created"`, name)
			requireNoValues(t, err, "crowd", "example.com", "Delft")
			require.ErrorIs(t, err, crypto.ErrSignature)
		}
	}
	suite["the first of several bad items is reported where one is opened at a time"] = func(t *testing.T, w *world) {
		w.crowd(t, 9)
		for _, n := range []int{8, 2, 5} {
			w.tamper(t, key("crowd", n))
		}
		for name, read := range slowReads(w, 9) {
			if name == "BatchGetItem" { // its answers are in any order
				continue
			}
			_, err := read(t.Context(), w.users(client.WithConcurrency(1)))
			require.Equal(t, key("crowd", 2), requireOnlyItem(t, err).Key(), name)
		}
	}
	suite["an answer of bad items only has none, and all of them in the error"] = func(t *testing.T, w *world) {
		w.crowd(t, 3)
		for n := range 3 {
			w.tamper(t, key("crowd", n))
		}
		_, err := w.users(client.CollectBadItems()).Scan(t.Context(), &dynamodb.ScanInput{TableName: &w.table})
		var collected *client.ItemsError
		require.ErrorAs(t, err, &collected)
		require.Len(t, collected.Items, 3)
		require.ErrorContains(t, err, "2 more")
		out := collected.Output.(*dynamodb.ScanOutput)
		require.Empty(t, out.Items)
		require.Zero(t, out.Count)
		require.EqualValues(t, 3, out.ScannedCount)
	}
}

// Reading goes on after a page with bad items, by the key that DynamoDB returned.
func TestReadingGoesOnAfterBadItems(t *testing.T) {
	const n = 23
	for form, open := range forms {
		t.Run(form, func(t *testing.T) {
			random := rand.New(rand.NewPCG(7, 7))
			w := newWorld(t, memdb.New().Client(), open)
			items := w.crowd(t, n)
			bad := []int{0, 4, 5, 6, 7, 8, 9, 14, 22} // a whole page, and the last item of others
			w.damage(t, random, w.table, bad...)
			var good []map[string]types.AttributeValue
			for i, item := range items {
				if !slices.Contains(bad, i) {
					good = append(good, item)
				}
			}
			for _, index := range []*string{nil, aws.String("keys"), aws.String("all")} {
				db := w.users(client.CollectBadItems(), client.HydrateIndexes())
				var got []map[string]types.AttributeValue
				var told []crypto.Item
				pages := 0
				for start := crypto.Item(nil); pages == 0 || start != nil; pages++ {
					out, err := db.Scan(t.Context(), &dynamodb.ScanInput{TableName: &w.table, IndexName: index, Limit: aws.Int32(5), ExclusiveStartKey: start})
					if collected, ok := errors.AsType[*client.ItemsError](err); ok {
						for _, failed := range collected.Items {
							told = append(told, failed.Key())
						}
						out = collected.Output.(*dynamodb.ScanOutput)
					} else {
						require.NoError(t, err)
					}
					got, start = append(got, out.Items...), out.LastEvaluatedKey
				}
				assert.Equal(t, 5, pages)
				require.Equal(t, keysOf("crowd", bad), told)
				require.Equal(t, good, got)
			}
		})
	}
}
