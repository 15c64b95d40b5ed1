package metastore_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/metastore"
)

func TestFailuresHaveOneClass(t *testing.T) {
	e := newEmbedded(t)
	t.Run("a nil option is refused", func(t *testing.T) {
		assert.NotPanics(t, func() {
			_, err := metastore.New(e.client, e.table, e.protector, nil)
			requireClass(t, cmp.ErrConfig, err)
		})
	})
	t.Run("no client to make the table with is refused", func(t *testing.T) {
		assert.NotPanics(t, func() {
			_, err := metastore.CreateTable(t.Context(), nil, "keys")
			requireClass(t, cmp.ErrConfig, err)
		})
	})
	t.Run("no client to list with is refused", func(t *testing.T) {
		assert.NotPanics(t, func() {
			for _, err := range metastore.List(t.Context(), nil, "keys") {
				requireClass(t, cmp.ErrConfig, err)
			}
		})
	})
	t.Run("an error of the extra data has one class", func(t *testing.T) {
		bad := newStore(t, e.client, e.table, e.protector, metastore.WithExtraData(func(string, int64) (crypto.Item, error) { return nil, cmp.ErrKeyUnavailable }))
		_, _, err := bad.NewProvider(t.Context(), "bad")
		requireClass(t, cmp.ErrKeyUnavailable, err)
	})
	t.Run("a version that is wrong in two ways has the same class every time", func(t *testing.T) {
		e.forge(t, without(with(genuine("two", "0", random(32), random(32)), crypto.Item{"t": str("1")}), "encAlg"))
		got := map[error]int{}
		for range 50 {
			_, err := e.Provider(t.Context(), "two", 0)
			got[cmp.FailureClass(err)]++
		}
		assert.Len(t, got, 1)
	})
	t.Run("errors of CreateTable have a class", func(t *testing.T) {
		_, err := metastore.CreateTable(t.Context(), &slowTables{err: errors.New("x")}, "keys")
		require.Len(t, classes(err), 1)
		_, err = metastore.CreateTable(t.Context(), e.client, "")
		require.Len(t, classes(err), 1)
	})
}
