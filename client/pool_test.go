package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sleep waits in the time of a bubble, or until the context ends.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func TestEachCallsEveryNumberOnceAndNeverMoreAtOnceThanTheLimit(t *testing.T) {
	for _, limit := range []int{1, 2, 3, 16, 100, 1000} {
		for _, n := range []int{0, 1, 2, 15, 16, 17, 100, 101} {
			t.Run(fmt.Sprintf("%d of %d", limit, n), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var running, most atomic.Int64
					calls := make([]atomic.Int64, n)
					start := time.Now()
					require.NoError(t, each(t.Context(), limit, n, func(ctx context.Context, i int) error {
						defer running.Add(-1)
						now := running.Add(1)
						for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
						}
						calls[i].Add(1)
						return sleep(ctx, 10*time.Millisecond)
					}))
					for i := range calls {
						assert.EqualValues(t, 1, calls[i].Load(), "call %d", i)
					}
					assert.EqualValues(t, min(limit, n), most.Load(), "as many at once as may be")
					rounds := (n + limit - 1) / limit
					assert.Equal(t, time.Duration(rounds)*10*time.Millisecond, time.Since(start))
				})
			})
		}
	}
}

func TestEachStartsCallsInTheirOrder(t *testing.T) {
	for _, limit := range []int{1, 4} {
		synctest.Test(t, func(t *testing.T) {
			var mu sync.Mutex
			rounds := map[time.Duration][]int{}
			start := time.Now()
			require.NoError(t, each(t.Context(), limit, 20, func(ctx context.Context, i int) error {
				mu.Lock()
				rounds[time.Since(start)] = append(rounds[time.Since(start)], i)
				mu.Unlock()
				return sleep(ctx, time.Second)
			}))
			for round := range 20 / limit {
				started := rounds[time.Duration(round)*time.Second]
				slices.Sort(started)
				require.Len(t, started, limit)
				assert.Equal(t, round*limit, started[0])
				assert.Equal(t, round*limit+limit-1, started[limit-1])
			}
		})
	}
}

func TestTheFirstErrorCancelsTheOthersAndStartsNoMore(t *testing.T) {
	fault := errors.New("fault")
	for _, limit := range []int{1, 2, 8, 100} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var started, cancelled atomic.Int64
				start := time.Now()
				err := each(t.Context(), limit, 100, func(ctx context.Context, i int) error {
					started.Add(1)
					if i == 0 {
						require.NoError(t, sleep(ctx, time.Second))
						return fault
					}
					err := sleep(ctx, time.Hour)
					if err != nil {
						cancelled.Add(1)
					}
					return err
				})
				require.Equal(t, fault, err)
				assert.Equal(t, time.Second, time.Since(start), "the others do not go on")
				assert.EqualValues(t, limit, started.Load(), "no more are started")
				assert.EqualValues(t, limit-1, cancelled.Load())
			})
		})
	}
}

func TestAnErrorIsNotHiddenByThoseThatItCauses(t *testing.T) {
	fault := errors.New("fault")
	synctest.Test(t, func(t *testing.T) {
		err := each(t.Context(), 4, 4, func(ctx context.Context, i int) error {
			if i == 3 {
				return fault
			}
			return fmt.Errorf("call %d: %w", i, sleep(ctx, time.Hour))
		})
		require.Equal(t, fault, err, "the calls before it failed only because of it")
	})
}

func TestEachEndsWithItsContext(t *testing.T) {
	for _, limit := range []int{1, 4} {
		for _, n := range []int{1, 2, 100} {
			t.Run(fmt.Sprintf("%d of %d", limit, n), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithTimeout(t.Context(), time.Second)
					defer cancel()
					var started atomic.Int64
					start := time.Now()
					err := each(ctx, limit, n, func(ctx context.Context, i int) error {
						started.Add(1)
						return sleep(ctx, time.Hour)
					})
					require.ErrorIs(t, err, context.DeadlineExceeded)
					assert.Equal(t, time.Second, time.Since(start))
					assert.EqualValues(t, min(limit, n), started.Load())
				})
			})
		}
	}
}

func TestEachIsDoneIfTheContextEndsAfterTheLastCall(t *testing.T) {
	for _, limit := range []int{1, 4} {
		ctx, cancel := context.WithCancel(t.Context())
		var done atomic.Int64
		require.NoError(t, each(ctx, limit, 4, func(context.Context, int) error {
			if done.Add(1) == 4 {
				cancel() // too late to matter
			}
			return nil
		}))
		cancel()
	}
}

func TestEachHandsOnTheValuesOfTheContext(t *testing.T) {
	type name struct{}
	ctx := context.WithValue(t.Context(), name{}, "value")
	require.NoError(t, each(ctx, 4, 8, func(ctx context.Context, i int) error {
		assert.Equal(t, "value", ctx.Value(name{}))
		return nil
	}))
}
