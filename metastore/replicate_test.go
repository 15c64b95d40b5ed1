package metastore_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/metastore"
)

func testReplicate(t *testing.T, client *dynamodb.Client) {
	sourceTable, targetTable := newTable(t, client), newTable(t, client)
	source, target := newStore(t, client, sourceTable, newProtector(t)), newStore(t, client, targetTable, newProtector(t))
	made, err := source.GetOrCreateProvider(t.Context(), material, 4)
	require.NoError(t, err)

	t.Run("under the target's own keys", func(t *testing.T) {
		copied, err := source.Replicate(t.Context(), material, 4, target)
		require.NoError(t, err)
		assert.True(t, copied)
		got, err := target.Provider(t.Context(), material, 4)
		require.NoError(t, err)
		requireSameKeys(t, made, got)
		assert.Equal(t, idOf(t, made), idOf(t, got))
		newest, err := target.MaxVersion(t.Context(), material)
		require.NoError(t, err)
		assert.EqualValues(t, 4, newest)
	})
	t.Run("once", func(t *testing.T) {
		copied, err := source.Replicate(t.Context(), material, 4, target)
		require.NoError(t, err)
		assert.False(t, copied)
	})
	t.Run("not over other keys", func(t *testing.T) {
		_, err := source.GetOrCreateProvider(t.Context(), material, 5)
		require.NoError(t, err)
		existing, err := target.GetOrCreateProvider(t.Context(), material, 5)
		require.NoError(t, err)
		copied, err := source.Replicate(t.Context(), material, 5, target)
		requireError(t, cmp.ErrConfig, "replicate", targetTable, material, 5, err)
		assert.False(t, copied)
		got, err := target.Provider(t.Context(), material, 5)
		require.NoError(t, err)
		requireSameKeys(t, existing, got)
	})
	t.Run("not over one that the target cannot open", func(t *testing.T) {
		_, err := source.GetOrCreateProvider(t.Context(), material, 6)
		require.NoError(t, err)
		_, err = newStore(t, client, targetTable, newProtector(t)).GetOrCreateProvider(t.Context(), material, 6)
		require.NoError(t, err)
		_, err = source.Replicate(t.Context(), material, 6, target)
		requireError(t, cmp.ErrSignature, "replicate", targetTable, material, 6, err)
	})
	t.Run("not what is not there", func(t *testing.T) {
		copied, err := source.Replicate(t.Context(), material, 9, target)
		requireError(t, cmp.ErrKeyUnavailable, "replicate", sourceTable, material, 9, err)
		assert.False(t, copied)
		_, err = source.Replicate(t.Context(), material, -1, target)
		requireClass(t, cmp.ErrConfig, err)
		_, err = source.Replicate(t.Context(), "", 0, target)
		requireClass(t, cmp.ErrConfig, err)
	})
	t.Run("not to nowhere", func(t *testing.T) {
		_, err := source.Replicate(t.Context(), material, 4, nil)
		requireError(t, cmp.ErrConfig, "replicate", sourceTable, material, 4, err)
	})
	t.Run("to itself it is there already", func(t *testing.T) {
		copied, err := source.Replicate(t.Context(), material, 4, source)
		require.NoError(t, err)
		assert.False(t, copied)
	})
	t.Run("with extra data, which the target may protect in another way", func(t *testing.T) {
		extra := func(string, int64) (crypto.Item, error) {
			return crypto.Item{"owner": str("team"), "hidden": str("text")}, nil
		}
		sourceTable, targetTable, protector := newTable(t, client), newTable(t, client), newProtector(t)
		source := newStore(t, client, sourceTable, newProtector(t), metastore.WithExtraData(extra, "owner"))
		target := newStore(t, client, targetTable, protector, metastore.WithExtraData(func(string, int64) (crypto.Item, error) {
			return crypto.Item{"owner": str("of the target")}, nil
		}, "hidden"))
		made, _, err := source.NewProvider(t.Context(), material)
		require.NoError(t, err)
		copied, err := source.Replicate(t.Context(), material, 0, target)
		require.NoError(t, err)
		assert.True(t, copied)
		got, err := target.Provider(t.Context(), material, 0)
		require.NoError(t, err)
		requireSameKeys(t, made, got)
		output, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &targetTable})
		require.NoError(t, err)
		actions := crypto.Actions{Overrides: map[string]crypto.Action{"N": crypto.SignOnly, "V": crypto.SignOnly, "hidden": crypto.SignOnly}}
		plain, err := protector.DecryptItem(t.Context(), output.Items[0], contextOf(targetTable), actions)
		require.NoError(t, err)
		assert.Equal(t, str("team"), plain["owner"])
		assert.Equal(t, str("text"), output.Items[0]["hidden"])
	})
	t.Run("and items travel with it", func(t *testing.T) {
		there, err := target.Provider(t.Context(), material, 4)
		require.NoError(t, err)
		requireSameKeys(t, made, there)
	})
}
