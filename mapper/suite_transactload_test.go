package mapper_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

func init() {
	suite["TransactLoad reads items of several types, and nil for none"] = func(t *testing.T, w *world) {
		users, things := createMapper[user](t, w), createMapper[secretive](t, w)
		u, s := alice(), secretive{ID: "s", Secret: "x", Plan: "p", Views: 3}
		require.NoError(t, mapper.Transact(t.Context(), users.PutOp(&u), things.PutOp(&s)))
		var gotUser, again, trimmed *user
		var gotThing *secretive
		missing := &user{ID: "of before"}
		w.tap.Reset()
		require.NoError(t, mapper.TransactLoad(t.Context(), users.LoadOp(&gotUser, "alice", 1700000000), nil, mapper.ClientOptions(),
			things.LoadOp(&gotThing, "s"), users.LoadOp(&missing, mapper.Key{"nobody", 1}), users.LoadOp(&again, mapper.Key{"carol", 1}),
			users.In("users").LoadOp(&trimmed, "bob", 1)))
		require.Equal(t, []string{"TransactGetItems"}, w.tap.Operations())
		require.Equal(t, &u, gotUser)
		require.Equal(t, &s, gotThing)
		require.Nil(t, missing)
		require.Nil(t, again)
		require.NoError(t, mapper.TransactLoad(t.Context(), users.LoadOp(&trimmed, "alice", 1700000000, mapper.Project("plan"))))
		require.Equal(t, &user{ID: "alice", Created: 1700000000, Plan: "gold", Version: 1}, trimmed)
	}

	suite["TransactLoad lists what does not verify and sets the others"] = func(t *testing.T, w *world) {
		users, things := createMapper[user](t, w), createMapper[secretive](t, w)
		u, s := user{ID: canary, Email: canary, Plan: canary}, secretive{ID: "s"}
		require.NoError(t, mapper.Transact(t.Context(), users.PutOp(&u), things.PutOp(&s)))
		w.plant(t, "users", with(w.stored(t, "users")[0], "plan", str(canary+"2")))
		bad := &user{ID: "of before"}
		var good *secretive
		err := mapper.TransactLoad(t.Context(), users.LoadOp(&bad, canary, 0), things.LoadOp(&good, "s"))
		requireClass(t, err, "TransactLoad", crypto.ErrSignature)
		requireNoCanary(t, err)
		batch := requireAs[*mapper.BatchError](t, err)
		require.Equal(t, 2, batch.Total)
		require.Len(t, batch.Undone, 1)
		require.Zero(t, batch.Undone[0].Index)
		require.Equal(t, crypto.Item{"id": str(canary), "created": num("0")}, requireAs[*mapper.Error](t, batch.Undone[0].Err).Key())
		require.Nil(t, bad)
		require.Equal(t, &s, good)
	}

	suite["TransactLoad takes no item for another"] = func(t *testing.T, w *world) {
		things := createMapper[secretive](t, w)
		a, b := secretive{ID: "key-a"}, secretive{ID: "key-b"}
		require.NoError(t, mapper.Transact(t.Context(), things.PutOp(&a), things.PutOp(&b)))
		var gotA, gotB *secretive
		w.tap.Inject("TransactGetItems", wiretap.InOrder(wiretap.Fault{Rewrite: func(_ string, body []byte) []byte {
			return bytes.ReplaceAll(body, []byte("key-a"), []byte("key-b"))
		}}, wiretap.Fault{Rewrite: func(string, []byte) []byte { return []byte(`{"Responses":[{}]}`) }}))
		err := mapper.TransactLoad(t.Context(), things.LoadOp(&gotA, "key-a"), things.LoadOp(&gotB, "key-b"))
		requireClass(t, err, "TransactLoad", crypto.ErrSignature)
		require.Nil(t, gotA)
		require.Equal(t, &b, gotB)
		err = mapper.TransactLoad(t.Context(), things.LoadOp(&gotA, "key-a"), things.LoadOp(&gotB, "key-b"))
		requireClass(t, err, "TransactLoad", crypto.ErrSignature)
	}
}

func TestTransactLoadsThatAreRefused(t *testing.T) {
	tap, db := tapped(t)
	users := newMapper[user](t, db)
	elsewhere := newMapper[user](t, memdb.New().Client())
	var into *user
	good := users.LoadOp(&into, canary, 1)
	for name, tc := range map[string]struct {
		ops   []mapper.LoadOp
		words string
	}{
		"nothing":                         {nil, "0 operations"},
		"only nil and options":            {[]mapper.LoadOp{nil, mapper.ClientOptions()}, "0 operations"},
		"a nil pointer":                   {[]mapper.LoadOp{good, users.LoadOp(nil, canary, 1)}, "operation 1"},
		"a key of too few values":         {[]mapper.LoadOp{users.LoadOp(&into, canary)}, "number of values"},
		"a key of the wrong type":         {[]mapper.LoadOp{users.LoadOp(&into, canary, canary)}, `"created"`},
		"an attribute that is not there":  {[]mapper.LoadOp{users.LoadOp(&into, canary, 1, mapper.Project("plam"))}, `did you mean "plan"?`},
		"an option of another operation":  {[]mapper.LoadOp{users.LoadOp(&into, canary, 1, mapper.Clobber())}, "no such option"},
		"values of the key after options": {[]mapper.LoadOp{users.LoadOp(&into, canary, mapper.Consistent(), 1)}, "before the options"},
		"mappers of two clients":          {[]mapper.LoadOp{good, elsewhere.LoadOp(&into, canary, 2)}, "another client"},
		"a table that cannot be":          {[]mapper.LoadOp{users.In("?").LoadOp(&into, canary, 1)}, "operation 0"},
	} {
		t.Run(name, func(t *testing.T) {
			err := mapper.TransactLoad(t.Context(), tc.ops...)
			requireClass(t, err, "TransactLoad", crypto.ErrConfig)
			requireNoCanary(t, err)
			assert.ErrorContains(t, err, tc.words)
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, mapper.TransactLoad(ctx, good), context.Canceled)
	assert.Zero(t, tap.Count(""))
}
