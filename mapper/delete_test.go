package mapper_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

func TestDelete(t *testing.T) {
	db, users := newUsers(t)
	u := alice()
	require.NoError(t, users.Save(t.Context(), &u))
	stale := u
	require.NoError(t, users.Save(t.Context(), &u))

	t.Run("of a stale value is a conflict and deletes nothing", func(t *testing.T) {
		before := stale
		require.ErrorIs(t, users.Delete(t.Context(), &stale), mapper.ErrVersionConflict)
		assert.Equal(t, before, stale)
		assert.Len(t, db.Items("users"), 1)
	})
	t.Run("of a value that was never saved is a conflict", func(t *testing.T) {
		fresh := alice()
		require.ErrorIs(t, users.Delete(t.Context(), &fresh), mapper.ErrVersionConflict)
		assert.Len(t, db.Items("users"), 1)
	})
	t.Run("of the current value deletes it and leaves the value", func(t *testing.T) {
		before := u
		require.NoError(t, users.Delete(t.Context(), &u))
		assert.Equal(t, before, u)
		assert.Empty(t, db.Items("users"))
		_, err := users.Load(t.Context(), "alice", 1700000000)
		require.ErrorIs(t, err, mapper.ErrNotFound)
	})
	t.Run("of a deleted item is a conflict", func(t *testing.T) {
		require.ErrorIs(t, users.Delete(t.Context(), &u), mapper.ErrVersionConflict)
	})
	t.Run("with Clobber deletes whatever is there, or nothing", func(t *testing.T) {
		again := alice()
		require.NoError(t, users.Save(t.Context(), &again))
		require.NoError(t, users.Delete(t.Context(), &stale, mapper.Clobber()))
		assert.Empty(t, db.Items("users"))
		require.NoError(t, users.Delete(t.Context(), &stale, mapper.Clobber()))
	})
}

func TestDeleteSendsOnlyTheKey(t *testing.T) {
	db, _ := newUsers(t)
	client := &recorder{DynamoDB: db.Client()}
	users := newMapper[user](t, client)
	u := alice()
	require.NoError(t, users.Save(t.Context(), &u))
	require.NoError(t, users.Delete(t.Context(), &u))
	require.Len(t, client.deletes, 1)
	assert.Equal(t, crypto.Item{"id": str("alice"), "created": num("1700000000")}, client.deletes[0].Key)
	assert.Equal(t, crypto.Item{":version": num("1")}, client.deletes[0].ExpressionAttributeValues)
}

func TestDeleteWithoutVersionIsIdempotent(t *testing.T) {
	type note struct {
		_      struct{} `ddbcrypt:"table=notes"`
		ID     string   `dynamodbav:"id" ddbcrypt:"partition"`
		Broken []string `dynamodbav:",numberset"`
	}
	db := newDB(t, "notes", "id", "S")
	notes := newMapper[note](t, db.Client())
	require.NoError(t, notes.Save(t.Context(), &note{ID: "n"}))
	for range 2 {
		// Only the keys count: the rest need not encode.
		require.NoError(t, notes.Delete(t.Context(), &note{ID: "n", Broken: []string{"no number"}}))
		assert.Empty(t, db.Items("notes"))
	}
}

func TestDeleteFailures(t *testing.T) {
	errNetwork := errors.New("connection reset")
	t.Run("without a value", func(t *testing.T) {
		_, users := newUsers(t)
		requireClass(t, users.Delete(t.Context(), nil), "Delete", crypto.ErrConfig)
	})
	t.Run("without a key", func(t *testing.T) {
		client := &recorder{DynamoDB: silent}
		err := newMapper[user](t, client).Delete(t.Context(), &user{Created: 1})
		requireClass(t, err, "Delete", crypto.ErrConfig)
		assert.ErrorContains(t, err, `"id"`)
		assert.Zero(t, client.requests())
	})
	t.Run("of the client", func(t *testing.T) {
		u := alice()
		err := newMapper[user](t, failing{errNetwork}).Delete(t.Context(), &u)
		require.ErrorIs(t, err, errNetwork)
		assert.NotErrorIs(t, err, mapper.ErrVersionConflict)
	})
	t.Run("of the context", func(t *testing.T) {
		_, users := newUsers(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		u := alice()
		require.ErrorIs(t, users.Delete(ctx, &u), context.Canceled)
	})
}

func TestDeleteOfAKeyThatTheSDKWouldChange(t *testing.T) {
	type note struct {
		_  struct{} `ddbcrypt:"table=notes"`
		ID string   `dynamodbav:"id" ddbcrypt:"partition"`
	}
	db := newDB(t, "notes", "id", "S")
	notes := newMapper[note](t, db.Client())
	require.NoError(t, notes.Save(t.Context(), &note{ID: "a\uFFFD"}))
	requireClass(t, notes.Delete(t.Context(), &note{ID: "a\xFF"}), "Delete", crypto.ErrConfig)
	assert.Len(t, db.Items("notes"), 1)
}
