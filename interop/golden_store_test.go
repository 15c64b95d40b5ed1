package interop

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/ddbjson"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/metastore"
)

func TestLibraryUsesGoldenStores(t *testing.T) {
	ctx := context.Background()
	goldens, err := GoldenStores()
	require.NoError(t, err)
	count := map[string]int{}
	for _, golden := range goldens {
		count[golden.Client]++
		t.Run(golden.Client+": "+golden.Name, func(t *testing.T) {
			store := golden.load(t)
			material := golden.Items[0].Request.Provider.MaterialName
			newest, err := store.MaxVersion(ctx, material)
			require.NoError(t, err)
			assert.EqualValues(t, 1, newest)

			provider, err := cmp.NewMostRecent(store, material, time.Minute)
			require.NoError(t, err)
			encryptor := crypto.NewEncryptor(provider)
			require.Len(t, golden.Items, 2)
			for version, item := range golden.Items {
				encryption, err := item.Request.encryptionContext()
				require.NoError(t, err)
				actions, err := item.Request.actions()
				require.NoError(t, err)
				sealed, err := ddbjson.Unmarshal(item.Sealed)
				require.NoError(t, err)
				opened, err := encryptor.DecryptItem(ctx, sealed, encryption, actions)
				require.NoError(t, err, "version %d", version)
				plain, err := ddbjson.Marshal(opened)
				require.NoError(t, err)
				assert.Equal(t, string(item.Plain), canonical(t, plain))

				encryption.TableName = "elsewhere"
				_, err = encryptor.DecryptItem(ctx, sealed, encryption, actions)
				assert.ErrorIs(t, err, crypto.ErrSignature)
			}
			_, version, err := store.NewProvider(ctx, material)
			require.NoError(t, err)
			assert.EqualValues(t, 2, version)
		})
	}
	assert.Equal(t, map[string]int{JavaClient: 2, PythonClient: 2}, count)
}

// load puts the rows into an embedded table.
func (g GoldenStore) load(t *testing.T) *metastore.Store {
	t.Helper()
	ctx, db := context.Background(), memdb.New().Client()
	s := g.Items[0].Request.Provider.Store
	_, err := metastore.CreateTable(ctx, db, s.Table)
	require.NoError(t, err)
	for _, row := range g.Rows {
		item, err := ddbjson.Unmarshal(row)
		require.NoError(t, err)
		_, err = db.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.Table, Item: item})
		require.NoError(t, err)
	}
	inner, err := s.Provider.provider(role{seals: true, opens: true})
	require.NoError(t, err)
	store, err := metastore.New(db, s.Table, crypto.NewEncryptor(inner))
	require.NoError(t, err)
	return store
}
