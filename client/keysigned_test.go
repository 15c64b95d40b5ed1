package client_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

func init() {
	// Of the items only email is protected, by default nothing else.
	suite["primary keys are signed also where the default is to do nothing, unless the actions say otherwise by name"] = func(t *testing.T, w *world) {
		for name, tc := range map[string]struct {
			overrides map[string]crypto.Action
			signed    []string // keys
		}{
			"keys that are not named":           {nil, []string{"id", "created"}},
			"keys that are to be signed":        {map[string]crypto.Action{"id": crypto.SignOnly, "created": crypto.SignOnly}, []string{"id", "created"}},
			"a partition key with nothing done": {map[string]crypto.Action{"id": crypto.DoNothing}, []string{"created"}},
			"a sort key with nothing done":      {map[string]crypto.Action{"created": crypto.DoNothing}, []string{"id"}},
			"both keys with nothing done":       {map[string]crypto.Action{"id": crypto.DoNothing, "created": crypto.DoNothing}, nil},
		} {
			declared := viewsOnly(w.table)
			maps.Copy(declared.Actions.Overrides, tc.overrides)
			undescribed := declared
			undescribed.PartitionKey, undescribed.SortKey = "", ""
			for how, option := range map[string]client.Option{
				"declared": client.Tables(declared), "declared without keys": client.Tables(undescribed), "discovered": client.OtherTables(client.Discover(declared.Actions)),
			} {
				t.Run(name+", "+how, func(t *testing.T) {
					db := w.open(option)
					w.put(t, db, user("alice", 1))
					require.Equal(t, user("alice", 1), w.read(t, db, key("alice", 1)))
					for attribute, elsewhere := range map[string]crypto.Item{"id": key("mallory", 1), "created": key("alice", 7)} {
						moved := maps.Clone(w.stored(t, key("alice", 1)))
						maps.Copy(moved, elsewhere)
						w.plant(t, moved)
						out, err := db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &w.table, Key: elsewhere})
						if !slices.Contains(tc.signed, attribute) {
							require.NoError(t, err)
							want := user("alice", 1)
							maps.Copy(want, elsewhere)
							require.Equal(t, want, crypto.Item(out.Item))
							continue
						}
						requireItemError(t, err, crypto.ErrSignature, "GetItem", w.table, "Item", elsewhere)
						require.Nil(t, out)
					}
				})
			}
		}
	}

	suite["a table with keys is not touched where there is nothing to do by default"] = func(t *testing.T, w *world) {
		db := w.open(client.Tables(doNothing(w.table)))
		w.put(t, db, user("alice", 1))
		require.Equal(t, user("alice", 1), w.stored(t, key("alice", 1)))
		require.Zero(t, w.provider.calls.Load())
	}
}
