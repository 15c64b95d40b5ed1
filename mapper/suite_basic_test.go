package mapper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

func init() {
	suite["a value is saved, stored as ciphertext, loaded, and refused after tampering"] = func(t *testing.T, w *world) {
		users := createMapper[user](t, w)
		u := alice()
		require.NoError(t, users.Save(t.Context(), &u))
		got, err := users.Load(t.Context(), "alice", 1700000000)
		require.NoError(t, err)
		require.Equal(t, u, got)

		stored := w.stored(t, "users")
		require.Len(t, stored, 1)
		require.IsType(t, bin(), stored[0]["email"])
		w.plant(t, "users", with(stored[0], "plan", str("free")))
		_, err = users.Load(t.Context(), "alice", 1700000000)
		requireClass(t, err, "Load", crypto.ErrSignature)

		require.NoError(t, users.DeleteKey(t.Context(), mapper.Key{"alice", 1700000000}, mapper.Clobber()))
		require.Empty(t, w.stored(t, "users"))
	}
}
