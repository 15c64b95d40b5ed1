package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

func TestBatchesThatAreRefusedAsAWhole(t *testing.T) {
	keys := &countingProvider{}
	tap, db := tapped(t)
	users, err := mapper.New[user](db, crypto.NewEncryptor(keys))
	require.NoError(t, err)
	save := func(change func(users []*user) []*user) func() error {
		return func() error {
			values, _ := manyUsers(30)
			err := users.SaveMany(t.Context(), change(values), mapper.Clobber())
			for _, value := range values {
				require.Zero(t, value.Version)
			}
			return err
		}
	}
	for name, tc := range map[string]struct {
		op    string
		run   func() error
		wrong []int
		words string
	}{
		"one value without a key": {"SaveMany", save(func(u []*user) []*user { u[27].ID = ""; return u }), []int{27}, `"id"`},
		"one value that is nil":   {"SaveMany", save(func(u []*user) []*user { return append(u[:3:3], nil) }), []int{3}, "nil"},
		"one value that is too large": {"SaveMany", save(func(u []*user) []*user {
			u[3].Email = canary + strings.Repeat("x", 400<<10)
			return u
		}), []int{3}, "409600"},
		"the same key twice": {"SaveMany", save(func(u []*user) []*user { u[28].Created = 4; return u }), []int{28}, "same key as number 4"},
		"the same key twice, to delete": {"DeleteMany", func() error {
			return users.DeleteMany(t.Context(), []mapper.Key{{canary, 1}, {canary, int8(1)}}, mapper.Clobber())
		}, []int{1}, "same key as number 0"},
		"a key of the wrong type": {"DeleteMany", func() error {
			return users.DeleteMany(t.Context(), []mapper.Key{{canary, 1}, {canary, canary}}, mapper.Clobber())
		}, []int{1}, `"created"`},
	} {
		t.Run(name, func(t *testing.T) {
			err := tc.run()
			requireClass(t, err, tc.op, crypto.ErrConfig)
			requireNoCanary(t, err)
			assert.ErrorContains(t, err, tc.words)
			batch := requireAs[*mapper.BatchError](t, err)
			require.Len(t, batch.Undone, batch.Total, "nothing is done")
			for i, undone := range batch.Undone {
				require.Equal(t, i, undone.Index)
				if slices.Contains(tc.wrong, i) {
					assert.ErrorContains(t, undone.Err, tc.words)
					assert.NotContains(t, undone.Err.Error(), "nothing was sent")
				} else {
					assert.ErrorContains(t, undone.Err, fmt.Sprintf("nothing was sent, as number %d cannot be written", tc.wrong[0]))
				}
			}
		})
	}
	t.Run("a type with a version, without Clobber", func(t *testing.T) {
		values, list := manyUsers(1)
		for op, err := range map[string]error{
			"SaveMany": users.SaveMany(t.Context(), values), "DeleteMany": users.DeleteMany(t.Context(), list),
		} {
			requireClass(t, err, op, crypto.ErrConfig)
			assert.ErrorContains(t, err, "Clobber")
		}
	})
	assert.Zero(t, tap.Count(""))
	assert.Zero(t, keys.asked.Load())
}

func TestAProviderThatFailsIsAskedOnceForEachItem(t *testing.T) {
	errProvider := errors.New("no key today")
	keys := &countingProvider{err: errProvider, after: 30}
	tap, db := tapped(t)
	users, err := mapper.New[user](db, crypto.NewEncryptor(keys), mapper.WithConcurrency(1))
	require.NoError(t, err)
	require.NoError(t, users.CreateTable(t.Context()))
	values, _ := manyUsers(75)
	err = users.SaveMany(t.Context(), values, mapper.Clobber())
	requireUndone(t, err, "SaveMany", 75, from(25, 75)...)
	requireClass(t, err, "SaveMany", crypto.ErrKeyUnavailable)
	require.ErrorIs(t, err, errProvider)
	assert.EqualValues(t, 31, keys.asked.Load())
	assert.Equal(t, 1, tap.Count("BatchWriteItem"))
}

func TestABatchThatIsNeverProcessed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tap, db := tapped(t)
		users := newMapper[user](t, db)
		require.NoError(t, users.CreateTable(t.Context()))
		tap.Inject("BatchWriteItem", func(r wiretap.Request) wiretap.Fault {
			if tap.Count("BatchWriteItem") == 1 {
				return wiretap.Fault{Partial: true, First: 10}
			}
			return wiretap.Fault{Partial: true}
		})
		values, keys := manyUsers(40)
		start := time.Now()
		err := users.SaveMany(t.Context(), values, mapper.Clobber())
		requireUndone(t, err, "SaveMany", 40, from(10, 40)...)
		requireOnly(t, err, mapper.ErrUnprocessed)
		assert.Greater(t, time.Since(start), time.Second)
		assert.Less(t, time.Since(start), 2*time.Minute)
		assert.Less(t, tap.Count("BatchWriteItem"), 20)
		for i, value := range values {
			assert.Equal(t, i < 10, value.Version == 1, i)
		}
		requireUndone(t, users.DeleteMany(t.Context(), keys, mapper.Clobber()), "DeleteMany", 40, from(0, 40)...)
	})
}

func TestABatchThatIsCancelledInTheMiddle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tap, db := tapped(t)
		users := newMapper[user](t, db)
		require.NoError(t, users.CreateTable(t.Context()))
		tap.Inject("BatchWriteItem", wiretap.InOrder(wiretap.Fault{}, wiretap.Fault{Partial: true, First: 5}, wiretap.Fault{Hang: true}))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		values, _ := manyUsers(80)
		err := users.SaveMany(ctx, values, mapper.Clobber())
		requireUndone(t, err, "SaveMany", 80, from(30, 80)...)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		for i, value := range values {
			assert.Equal(t, i < 30, value.Version == 1, i)
		}
		tap.Reset()
		require.ErrorIs(t, users.SaveMany(ctx, values, mapper.Clobber()), context.DeadlineExceeded)
		require.ErrorIs(t, users.DeleteMany(ctx, nil, mapper.Clobber()), context.DeadlineExceeded)
		assert.Zero(t, tap.Count(""))
	})
}
