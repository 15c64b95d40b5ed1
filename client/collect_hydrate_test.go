package client_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

// reversed answers a BatchGetItem with the items of each table in reverse, as
// DynamoDB may: it keeps no order.
func reversed(_ string, body []byte) []byte {
	var answer map[string]any
	if err := json.Unmarshal(body, &answer); err != nil {
		return body
	}
	for _, items := range answer["Responses"].(map[string]any) {
		slices.Reverse(items.([]any))
	}
	changed, err := json.Marshal(answer)
	if err != nil {
		return body
	}
	return changed
}

func TestHydratedItemsComeInTheOrderOfTheIndex(t *testing.T) {
	const n = 12
	for form, open := range forms {
		for name, fault := range map[string]wiretap.Fault{
			"in another order":    {Rewrite: reversed},
			"in parts":            {Partial: true, First: 5},
			"in parts, reordered": {Partial: true, First: 5, Rewrite: reversed},
		} {
			t.Run(form+" "+name, func(t *testing.T) {
				w := newWorld(t, memdb.New().Client(), open)
				w.crowd(t, n)
				bad := []int{1, 2, 7, 11}
				w.damage(t, rand.New(rand.NewPCG(3, 3)), w.table, bad...)
				w.tap.Inject("BatchGetItem", wiretap.Always(fault))
				db := w.users(client.HydrateIndexes(), client.CollectBadItems())
				for _, name := range []string{"Query of an index of keys", "Scan of an index of keys"} {
					a := crowdReads[name](t.Context(), db, n, w.table, "")
					var want []map[string]types.AttributeValue
					for _, n := range []int{0, 3, 4, 5, 6, 8, 9, 10} {
						want = append(want, user("crowd", n))
					}
					require.Equal(t, want, a.items[w.table])
					var collected *client.ItemsError
					require.ErrorAs(t, a.err, &collected)
					var told []crypto.Item
					for _, failed := range collected.Items {
						told = append(told, failed.Key())
					}
					require.ElementsMatch(t, keysOf("crowd", bad), told)
				}
			})
		}
	}
}

func TestHydrationThatDynamoDBPutsOffEndsWithItsContext(t *testing.T) {
	for form, open := range forms {
		t.Run(form, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, memdb.New().Client(), open)
				w.crowd(t, 5)
				w.tap.Inject("BatchGetItem", wiretap.Always(wiretap.Fault{Partial: true}))
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				start := time.Now()
				a := crowdReads["Query of an index of keys"](ctx, w.users(client.HydrateIndexes()), 5, w.table, "")
				require.ErrorIs(t, a.err, context.DeadlineExceeded)
				require.Nil(t, a.out)
				require.Equal(t, time.Minute, time.Since(start))
				require.Less(t, w.tap.Count("BatchGetItem"), 120, "it waits longer each time")
			})
		})
	}
}
