package client_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

func TestBadHydratedItemsAreThoseOfTheRead(t *testing.T) {
	for form, open := range forms {
		t.Run(form, func(t *testing.T) {
			w := newWorld(t, memdb.New().Client(), open)
			w.crowd(t, 12)
			bad := map[string][]int{w.table: {1, 2, 7, 11}}
			w.damage(t, rand.New(rand.NewPCG(3, 3)), w.table, bad[w.table]...)
			w.tap.Inject("BatchGetItem", wiretap.Always(wiretap.Fault{Partial: true, First: 5, Rewrite: reversed}))
			for name, want := range map[string]string{"Query of an index of keys": "Query", "Scan of an index of keys": "Scan"} {
				a := crowdReads[name](t.Context(), w.users(client.HydrateIndexes(), client.CollectBadItems()), 12, w.table, "")
				requireAllTold(t, name, 12, bad, a)
				require.Equal(t, want, requireOnlyItem(t, a.err).Op)
				a = crowdReads[name](t.Context(), w.users(client.HydrateIndexes()), 12, w.table, "")
				require.Equal(t, want, requireOnlyItem(t, a.err).Op)
			}
		})
	}
}
