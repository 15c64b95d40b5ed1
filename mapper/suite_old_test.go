package mapper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

func init() {
	suite["ReturnOld gives the item before the write, or nil"] = func(t *testing.T, w *world) {
		users := createMapper[user](t, w)
		u := alice()
		old := &user{ID: "of before"}
		require.NoError(t, users.Save(t.Context(), &u, mapper.ReturnOld(&old)))
		require.Nil(t, old)
		first := u
		u.Email = "new@example.com"
		require.NoError(t, users.Save(t.Context(), &u, mapper.ReturnOld(&old)))
		require.Equal(t, &first, old)
		second := u
		require.NoError(t, users.Save(t.Context(), &u, mapper.ReturnOld(&old), mapper.Clobber()))
		require.Equal(t, &second, old)
		require.NoError(t, users.Delete(t.Context(), &u, mapper.ReturnOld(&old)))
		require.Equal(t, &u, old)
		require.NoError(t, users.DeleteKey(t.Context(), mapper.Key{"alice", 1700000000}, mapper.Clobber(), mapper.ReturnOld(&old)))
		require.Nil(t, old)
	}

	suite["ReturnOld gives the item that is there if a condition fails"] = func(t *testing.T, w *world) {
		users := createMapper[user](t, w)
		current := alice()
		require.NoError(t, users.Save(t.Context(), &current))
		stale := alice()
		var old *user
		requireOnly(t, users.Save(t.Context(), &stale, mapper.ReturnOld(&old)), mapper.ErrVersionConflict)
		require.Equal(t, &current, old)
		requireOnly(t, users.Delete(t.Context(), &stale, mapper.ReturnOld(&old)), mapper.ErrVersionConflict)
		require.Equal(t, &current, old)
		requireOnly(t, users.Save(t.Context(), &current, planIs("free"), mapper.ReturnOld(&old)), mapper.ErrConditionFailed)
		require.Equal(t, &current, old)

		require.NoError(t, users.Delete(t.Context(), &current))
		requireOnly(t, users.Delete(t.Context(), &current, mapper.ReturnOld(&old)), mapper.ErrVersionConflict)
		require.Nil(t, old)
	}

	suite["a tampered old item does not hide that the write was done"] = func(t *testing.T, w *world) {
		users := createMapper[user](t, w)
		tamper := func() {
			w.plant(t, "users", with(w.stored(t, "users")[0], "plan", str(canary)))
		}
		u := alice()
		require.NoError(t, users.Save(t.Context(), &u))
		tamper()
		var old *user
		err := users.Save(t.Context(), &u, mapper.ReturnOld(&old))
		requireClass(t, err, "Save", crypto.ErrSignature)
		require.ErrorContains(t, err, "it was done")
		requireNoCanary(t, err)
		require.Nil(t, old)
		require.EqualValues(t, 2, u.Version)
		require.NoError(t, users.Save(t.Context(), &u))

		tamper()
		stale := alice()
		err = users.Save(t.Context(), &stale, mapper.ReturnOld(&old))
		require.ErrorIs(t, err, crypto.ErrSignature)
		require.NotContains(t, err.Error(), "it was done")
		requireNoCanary(t, err)
		require.Nil(t, old)
		require.Zero(t, stale.Version)

		err = users.Delete(t.Context(), &u, mapper.ReturnOld(&old))
		requireClass(t, err, "Delete", crypto.ErrSignature)
		require.ErrorContains(t, err, "it was done")
		require.Nil(t, old)
		require.Empty(t, w.stored(t, "users"))
	}

	suite["a lost answer leaves the old item unknown"] = func(t *testing.T, w *world) {
		users := createMapper[user](t, w)
		u := alice()
		require.NoError(t, users.Save(t.Context(), &u))
		for _, options := range [][]mapper.SaveOption{nil, {mapper.Clobber()}} {
			before := u.Version
			var old *user
			w.tap.Inject("PutItem", wiretap.InOrder(lost))
			err := users.Save(t.Context(), &u, append(options, mapper.ReturnOld(&old), retrying())...)
			requireOnly(t, err, mapper.ErrOldUnknown)
			require.Nil(t, old)
			require.Equal(t, before+1, u.Version)
			stored, err := users.Load(t.Context(), "alice", 1700000000)
			require.NoError(t, err)
			require.Equal(t, u, stored)
		}
	}

	suite["a lost answer of a Save with a condition is no failure"] = func(t *testing.T, w *world) {
		users := createMapper[user](t, w)
		u := alice()
		require.NoError(t, users.Save(t.Context(), &u))
		u.Plan = "free"
		w.tap.Inject("PutItem", wiretap.InOrder(lost))
		require.NoError(t, users.Save(t.Context(), &u, planIs("gold"), retrying()))
		require.EqualValues(t, 2, u.Version)
		require.Equal(t, 3, w.tap.Count("PutItem"))
	}
}

func TestReturnOldOfTheWrongKind(t *testing.T) {
	tap, db := tapped(t)
	users := newMapper[user](t, db)
	var other *secretive
	u := alice()
	for name, option := range map[string]mapper.OldOption{
		"another type":  mapper.ReturnOld(&other),
		"a nil pointer": mapper.ReturnOld[user](nil),
	} {
		t.Run(name, func(t *testing.T) {
			err := users.Save(t.Context(), &u, option)
			requireClass(t, err, "Save", crypto.ErrConfig)
			require.ErrorContains(t, err, "ReturnOld")
			requireClass(t, users.Delete(t.Context(), &u, option), "Delete", crypto.ErrConfig)
			requireClass(t, users.DeleteKey(t.Context(), mapper.Key{"a", 1}, mapper.Clobber(), option), "DeleteKey", crypto.ErrConfig)
		})
	}
	require.Zero(t, tap.Count(""))
	require.Zero(t, u.Version)
}
