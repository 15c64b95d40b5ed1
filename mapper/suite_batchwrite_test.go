package mapper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// manyUsers returns n users with the canary in them, and their keys.
func manyUsers(n int) (users []*user, keys []mapper.Key) {
	for i := range n {
		users = append(users, &user{ID: canary, Created: int64(i), Email: fmt.Sprint(canary, i), Plan: canary})
		keys = append(keys, mapper.Key{canary, i})
	}
	return users, keys
}

// requireUndone wants a BatchError with just these positions, and the keys of the users
// there.
func requireUndone(t testing.TB, err error, op string, total int, positions ...int) *mapper.BatchError {
	t.Helper()
	requireNoCanary(t, err)
	batch := requireAs[*mapper.BatchError](t, err)
	require.Equal(t, total, batch.Total)
	var found []int
	for _, undone := range batch.Undone {
		found = append(found, undone.Index)
		one := requireAs[*mapper.Error](t, undone.Err)
		require.Equal(t, op, one.Op)
		if one.Key() != nil {
			require.Equal(t, crypto.Item{"id": str(canary), "created": num(fmt.Sprint(undone.Index))}, one.Key())
		}
	}
	require.Equal(t, positions, found)
	return batch
}

// from returns the numbers from a up to b, without b.
func from(a, b int) (all []int) {
	for i := a; i < b; i++ {
		all = append(all, i)
	}
	return all
}

func init() {
	for n, requests := range map[int]int{0: 0, 1: 1, 25: 1, 26: 2, 100: 4} {
		suite[fmt.Sprintf("%d values are written and deleted in %d requests", n, requests)] = func(t *testing.T, w *world) {
			users := createMapper[user](t, w)
			values, keys := manyUsers(n)
			require.NoError(t, users.SaveMany(t.Context(), values, mapper.Clobber()))
			require.Equal(t, requests, w.tap.Count(""))
			loaded, err := users.LoadMany(t.Context(), keys)
			require.NoError(t, err)
			require.Len(t, loaded, n)
			for i, value := range values {
				require.EqualValues(t, 1, value.Version)
				require.Equal(t, value, loaded[i])
			}
			w.tap.Reset()
			require.NoError(t, users.DeleteMany(t.Context(), append(keys, mapper.Key{"nobody", 1}), mapper.Clobber()))
			require.Equal(t, (n+1+24)/25, w.tap.Count("BatchWriteItem"))
			require.Empty(t, w.stored(t, "users"))
		}
	}

	suite["values without a version need no Clobber in a batch"] = func(t *testing.T, w *world) {
		things := createMapper[secretive](t, w)
		require.NoError(t, things.SaveMany(t.Context(), []*secretive{{ID: "a", Secret: "x"}, {ID: "b"}}))
		require.Len(t, w.stored(t, "secretives"), 2)
		require.NoError(t, things.DeleteMany(t.Context(), []mapper.Key{{"b"}, {"a"}}))
		require.Empty(t, w.stored(t, "secretives"))
	}

	suite["an item of a batch that only encryption makes too large is left out"] = func(t *testing.T, w *world) {
		users := createMapper[user](t, w)
		values, _ := manyUsers(4)
		values[2].Email = canary + string(make([]byte, 400<<10-150))
		err := users.SaveMany(t.Context(), values, mapper.Clobber())
		requireUndone(t, err, "SaveMany", 4, 2)
		requireClass(t, err, "SaveMany", crypto.ErrConfig)
		require.ErrorContains(t, err, "409600")
		require.Len(t, w.stored(t, "users"), 3)
		for i, value := range values {
			require.Equal(t, i != 2, value.Version == 1)
		}
	}

	suite["an error of the network lists what is not known to be done"] = func(t *testing.T, w *world) {
		users := createMapper[user](t, w)
		values, keys := manyUsers(60)
		w.tap.Inject("BatchWriteItem", wiretap.InOrder(wiretap.Fault{}, lost))
		requireUndone(t, users.SaveMany(t.Context(), values, mapper.Clobber()), "SaveMany", 60, from(25, 60)...)
		require.Equal(t, 2, w.tap.Count("BatchWriteItem"))
		require.Len(t, w.stored(t, "users"), 50)
		for i, value := range values {
			require.Equal(t, i < 25, value.Version == 1, i)
		}
		w.tap.Inject("BatchWriteItem", wiretap.InOrder(wiretap.Fault{}, wiretap.Fault{Code: "ValidationException", Message: "no"}))
		requireUndone(t, users.DeleteMany(t.Context(), keys, mapper.Clobber()), "DeleteMany", 60, from(25, 60)...)
		require.Len(t, w.stored(t, "users"), 25)
	}

	suite["unprocessed writes are sent again, the same bytes"] = func(t *testing.T, w *world) {
		users := createMapper[user](t, w)
		values, keys := manyUsers(5)
		w.tap.Inject("BatchWriteItem", wiretap.InOrder(wiretap.Fault{Partial: true, First: 2}, wiretap.Fault{Partial: true}, wiretap.Fault{Partial: true, First: 1}))
		require.NoError(t, users.SaveMany(t.Context(), values, mapper.Clobber()))
		require.Len(t, w.stored(t, "users"), 5)
		sent := w.writeRequests(t)
		require.Len(t, sent, 4)
		require.Len(t, sent[0], 5)
		require.Equal(t, sent[0][2:], sent[1])
		require.Equal(t, sent[0][2:], sent[2])
		require.Equal(t, sent[0][3:], sent[3])
		for _, value := range values {
			require.EqualValues(t, 1, value.Version)
		}

		w.tap.Reset()
		w.tap.Inject("BatchWriteItem", wiretap.InOrder(wiretap.Fault{Partial: true, First: 4}))
		require.NoError(t, users.DeleteMany(t.Context(), keys, mapper.Clobber()))
		require.Empty(t, w.stored(t, "users"))
		sent = w.writeRequests(t)
		require.Equal(t, sent[0][4:], sent[1])
	}
}
