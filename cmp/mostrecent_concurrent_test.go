package cmp

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const crowd = 1000

func TestMostRecentAsksOnceForAll(t *testing.T) {
	// everybody runs do in many goroutines at once.
	everybody := func(do func(i int)) {
		var all sync.WaitGroup
		for i := range crowd {
			all.Go(func() { do(i) })
		}
		all.Wait()
	}
	uses := map[string]func(*testing.T, *MostRecent, int){
		"encrypt": func(t *testing.T, m *MostRecent, _ int) {
			version, err := encryptWith(t.Context(), m)
			assert.NoError(t, err)
			assert.EqualValues(t, 3, version)
		},
		"decrypt": func(t *testing.T, m *MostRecent, _ int) { assert.NoError(t, decryptWith(t.Context(), m, 3)) },
	}
	uses["encrypt and decrypt"] = func(t *testing.T, m *MostRecent, i int) {
		uses[[]string{"encrypt", "decrypt"}[i%2]](t, m, i)
	}
	asked := map[string][]string{"encrypt": {"get 3", "max"}, "decrypt": {"get 3"}, "encrypt and decrypt": {"get 3", "max"}}
	for use, do := range uses {
		for _, latency := range []time.Duration{0, time.Second} {
			for _, ahead := range []time.Duration{0, testTTL / 4} {
				bubbles(t, map[string]func(*testing.T){
					fmt.Sprintf("%d goroutines %s with a store that takes %v and a refresh %v ahead", crowd, use, latency, ahead): func(t *testing.T) {
						store := newStoreDouble(3)
						store.takes(latency)
						m := newMostRecent(t, store, WithBackgroundRefresh(ahead))
						for range 3 {
							begun := time.Now()
							everybody(func(i int) { do(t, m, i) })
							got := store.asked()
							slices.Sort(got)
							assert.Equal(t, asked[use], got)
							assert.LessOrEqual(t, time.Since(begun), 2*latency)
							time.Sleep(testTTL)
						}
					},
				})
			}
		}
	}
	bubbles(t, map[string]func(*testing.T){
		"many goroutines make version 0 once": func(t *testing.T) {
			store := newStoreDouble(-1)
			store.takes(time.Second)
			m := newMostRecent(t, store)
			everybody(func(int) {
				version, err := encryptWith(t.Context(), m)
				assert.NoError(t, err)
				assert.Zero(t, version)
			})
			assert.Equal(t, []string{"max", "create 0"}, store.asked())
		},
		"many goroutines fail together": func(t *testing.T) {
			store := newStoreDouble(3)
			store.answer(func(context.Context, string) error { time.Sleep(time.Second); return ErrSignature })
			m := newMostRecent(t, store)
			everybody(func(int) { assert.ErrorIs(t, decryptWith(t.Context(), m, 2), ErrKeyUnavailable) })
			assert.Equal(t, []string{"get 2"}, store.asked())
		},
		"many goroutines read many versions": func(t *testing.T) {
			store := newStoreDouble(49)
			store.takes(time.Second)
			m := newMostRecent(t, store)
			begun := time.Now()
			everybody(func(i int) { assert.NoError(t, decryptWith(t.Context(), m, int64(i%50))) })
			assert.Len(t, store.asked(), 50)
			assert.Equal(t, time.Second, time.Since(begun), "one version waited for another")
		},
	})
}

func TestMostRecentHoldsNoLockWhileItAsks(t *testing.T) {
	bubbles(t, map[string]func(*testing.T){
		"a version that does not come delays no other": func(t *testing.T) {
			store := newStoreDouble(9)
			m := newMostRecent(t, store)
			requireEncrypts(t, m, 9)
			requireDecrypts(t, m, 2)
			release := make(chan struct{})
			store.answer(func(_ context.Context, call string) error {
				if call == "get 3" {
					<-release
				}
				return nil
			})
			stuck := make(chan error)
			go func() { stuck <- decryptWith(t.Context(), m, 3) }()
			synctest.Wait()
			begun := time.Now()
			requireDecrypts(t, m, 2, 5)
			requireEncrypts(t, m, 9)
			assert.EqualValues(t, 9, m.Stats().CurrentVersion)
			m.Refresh()
			requireEncrypts(t, m, 9)
			requireDecrypts(t, m, 2)
			assert.Zero(t, time.Since(begun))
			close(release)
			require.NoError(t, <-stuck)
		},
		"a search for the newest version delays no decryption": func(t *testing.T) {
			store := newStoreDouble(9)
			m := newMostRecent(t, store)
			release := make(chan struct{})
			store.answer(func(_ context.Context, call string) error {
				if call == "max" {
					<-release
				}
				return nil
			})
			stuck := make(chan error)
			go func() { _, err := encryptWith(t.Context(), m); stuck <- err }()
			synctest.Wait()
			requireDecrypts(t, m, 9, 8)
			close(release)
			require.NoError(t, <-stuck)
		},
	})
}

func TestMostRecentCancellation(t *testing.T) {
	type outcome struct {
		err   error
		after time.Duration
	}
	start := func(ctx context.Context, do func(context.Context) error) <-chan outcome {
		done, begun := make(chan outcome, 1), time.Now()
		go func() { done <- outcome{do(ctx), time.Since(begun)} }()
		synctest.Wait()
		return done
	}
	for name, newest := range map[string]int64{"get 3": 3, "create 0": -1} {
		encrypt := func(m *MostRecent) func(context.Context) error {
			return func(ctx context.Context) error { _, err := encryptWith(ctx, m); return err }
		}
		bubbles(t, map[string]func(*testing.T){
			"who gives up returns at once and the others get what they wait for: " + name: func(t *testing.T) {
				store := newStoreDouble(newest)
				store.takes(10 * time.Second)
				m := newMostRecent(t, store)
				ctx, cancel := context.WithCancel(t.Context())
				first, second := start(ctx, encrypt(m)), start(t.Context(), encrypt(m))
				time.Sleep(15 * time.Second) // until the second call of the store
				third := start(t.Context(), encrypt(m))
				cancel()
				got := <-first
				requireClass(t, ErrKeyUnavailable, got.err)
				require.ErrorIs(t, got.err, context.Canceled)
				assert.Equal(t, 15*time.Second, got.after)
				assert.Equal(t, outcome{nil, 20 * time.Second}, <-second)
				assert.Equal(t, outcome{nil, 5 * time.Second}, <-third)
				assert.Equal(t, []string{"max", name}, store.asked())
			},
			"if all give up the store is told, and who comes then starts anew: " + name: func(t *testing.T) {
				for _, patience := range []time.Duration{5 * time.Second, 15 * time.Second} {
					store := newStoreDouble(newest)
					var cancelled atomic.Int32
					store.answer(func(ctx context.Context, _ string) error {
						_, err := waitFor(10*time.Second, 0)(ctx)
						if err != nil {
							cancelled.Add(1)
						}
						return err
					})
					m := newMostRecent(t, store)
					ctx, cancel := context.WithTimeout(t.Context(), patience)
					defer cancel()
					first, second := start(ctx, encrypt(m)), start(ctx, encrypt(m))
					for _, got := range []outcome{<-first, <-second} {
						require.ErrorIs(t, got.err, context.DeadlineExceeded)
						assert.Equal(t, patience, got.after)
					}
					synctest.Wait()
					assert.EqualValues(t, 1, cancelled.Load())
					store.asked()
					assert.Equal(t, outcome{nil, 20 * time.Second}, <-start(t.Context(), encrypt(m)))
					assert.Equal(t, []string{"max", name}, store.asked())
				}
			},
		})
	}
	bubbles(t, map[string]func(*testing.T){
		"decryption takes over a load from encryption that gave up": func(t *testing.T) {
			store := newStoreDouble(3)
			store.answer(func(ctx context.Context, call string) error {
				if strings.HasPrefix(call, "get") {
					_, err := waitFor(10*time.Second, 0)(ctx)
					return err
				}
				return nil
			})
			m := newMostRecent(t, store)
			ctx, cancel := context.WithCancel(t.Context())
			encryption := start(ctx, func(ctx context.Context) error { _, err := encryptWith(ctx, m); return err })
			time.Sleep(time.Second)
			decryption := start(t.Context(), func(ctx context.Context) error { return decryptWith(ctx, m, 3) })
			cancel()
			require.ErrorIs(t, (<-encryption).err, context.Canceled)
			assert.Equal(t, outcome{nil, 9 * time.Second}, <-decryption)
			assert.Equal(t, []string{"max", "get 3"}, store.asked())
		},
		"a store that does not respect the context delays nobody who gives up": func(t *testing.T) {
			store := newStoreDouble(3)
			store.answer(func(context.Context, string) error { time.Sleep(time.Hour); return nil })
			m := newMostRecent(t, store)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			got := <-start(ctx, func(ctx context.Context) error { return decryptWith(ctx, m, 3) })
			require.ErrorIs(t, got.err, context.DeadlineExceeded)
			assert.Equal(t, time.Second, got.after)
			store.failing(nil)
			begun := time.Now()
			requireDecrypts(t, m, 3)
			assert.Zero(t, time.Since(begun))
			time.Sleep(time.Hour) // until the store has answered
		},
		"the store gets the values of the caller's context": func(t *testing.T) {
			type key struct{}
			store := newStoreDouble(3)
			store.answer(func(ctx context.Context, _ string) error { assert.Equal(t, "trace", ctx.Value(key{})); return nil })
			m := newMostRecent(t, store)
			_, err := encryptWith(context.WithValue(t.Context(), key{}, "trace"), m)
			require.NoError(t, err)
		},
	})
}

// Everything at once, for the race detector: who was not cancelled and met no fault
// has the right version, and encryption never goes back.
func TestMostRecentUnderLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStoreDouble(-1)
		var trouble atomic.Bool
		store.answer(func(ctx context.Context, call string) error {
			if _, err := waitFor(time.Duration(rand.IntN(50))*time.Millisecond, 0)(ctx); err != nil {
				return err
			}
			if trouble.Load() && rand.IntN(3) == 0 {
				return context.DeadlineExceeded
			}
			return nil
		})
		m, err := NewMostRecent(store, testMaterial, time.Second, WithCacheSize(3), WithBackgroundRefresh(200*time.Millisecond))
		require.NoError(t, err)
		end := time.Now().Add(30 * time.Second)
		var workers sync.WaitGroup
		for worker := range 64 {
			workers.Go(func() {
				last := int64(-1)
				for time.Now().Before(end) {
					ctx, cancel := context.WithTimeout(t.Context(), time.Duration(20+rand.IntN(500))*time.Millisecond)
					safe := !trouble.Load()
					version, err := encryptWith(ctx, m)
					if err == nil {
						assert.GreaterOrEqual(t, version, last)
						last = version
						err = decryptWith(ctx, m, rand.Int64N(version+1))
					}
					if safe && !trouble.Load() && ctx.Err() == nil {
						assert.NoError(t, err)
					}
					cancel()
					if worker == 0 && rand.IntN(50) == 0 {
						_ = m.Stats()
					}
					time.Sleep(time.Duration(rand.IntN(10)) * time.Millisecond)
				}
			})
		}
		for i := range 25 {
			time.Sleep(time.Second)
			store.rotate(int64(i))
			trouble.Store(i%5 == 3)
		}
		workers.Wait()
		time.Sleep(time.Second) // until a refresh that may still run has ended
		stats := m.Stats()
		assert.Positive(t, stats.Hits)
		assert.EqualValues(t, len(store.asked()), stats.StoreCalls)
	})
}
