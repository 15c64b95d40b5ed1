package cmp

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const testAhead = testTTL / 3

// requests uses the provider once a second and wants no waiting.
func requests(t *testing.T, d time.Duration, use func()) {
	for range d / time.Second {
		begun := time.Now()
		use()
		require.Zero(t, time.Since(begun), "a request waited for the store")
		time.Sleep(time.Second)
	}
}

// attemptsIn returns how often a store that fails is asked in that time, if there
// are requests all the time.
func attemptsIn(d time.Duration, m *MostRecent) int {
	return int((d + m.retryPause() - 1) / m.retryPause())
}

func TestMostRecentBackgroundRefresh(t *testing.T) {
	bubbles(t, map[string]func(*testing.T){
		"nobody waits as long as there are requests": func(t *testing.T) {
			store := newStoreDouble(3)
			m := newMostRecent(t, store, WithBackgroundRefresh(testAhead))
			requireEncrypts(t, m, 3)
			requireDecrypts(t, m, 2)
			store.takes(5 * time.Second)
			store.asked()
			requests(t, 10*testTTL, func() {
				requireEncrypts(t, m, 3)
				requireDecrypts(t, m, 2, 3)
			})
			// Each refresh comes 40 to 45 s after the one before.
			assert.InDelta(t, 3*600/42, len(store.asked()), 6)
		},
		"it begins at that time and not before": func(t *testing.T) {
			store := newStoreDouble(3)
			m := newMostRecent(t, store, WithBackgroundRefresh(testAhead))
			requireEncrypts(t, m, 3)
			requireDecrypts(t, m, 2)
			store.asked()
			time.Sleep(testTTL - testAhead - 1)
			requireEncrypts(t, m, 3)
			requireDecrypts(t, m, 2)
			synctest.Wait()
			assert.Empty(t, store.asked())
			time.Sleep(time.Nanosecond)
			requireDecrypts(t, m, 2)
			synctest.Wait()
			assert.Equal(t, []string{"get 2"}, store.asked())
			requireEncrypts(t, m, 3)
			synctest.Wait()
			assert.Equal(t, []string{"max", "get 3"}, store.asked())
		},
		"a new version comes without waiting": func(t *testing.T) {
			store := newStoreDouble(3)
			m := newMostRecent(t, store, WithBackgroundRefresh(testAhead))
			requireEncrypts(t, m, 3)
			store.rotate(4)
			time.Sleep(testTTL - testAhead)
			requireEncrypts(t, m, 3)
			synctest.Wait()
			requireEncrypts(t, m, 4)
		},
		"one runs at a time": func(t *testing.T) {
			store := newStoreDouble(3)
			m := newMostRecent(t, store, WithBackgroundRefresh(testAhead))
			requireEncrypts(t, m, 3)
			store.asked()
			store.takes(testAhead / 2)
			time.Sleep(testTTL - testAhead)
			before := runtime.NumGoroutine()
			for range crowd {
				requireEncrypts(t, m, 3)
				synctest.Wait()
			}
			assert.Equal(t, []string{"max"}, store.asked())
			assert.Less(t, runtime.NumGoroutine()-before, crowd/10, "each request has a goroutine that waits")
			time.Sleep(testAhead) // until it has ended
		},
		"what nobody uses is not refreshed": func(t *testing.T) {
			store := newStoreDouble(3)
			m := newMostRecent(t, store, WithBackgroundRefresh(testAhead))
			requireEncrypts(t, m, 3)
			store.asked()
			time.Sleep(10 * testTTL)
			assert.Empty(t, store.asked())
		},
		"a refresh that is stuck ends with the time to live": func(t *testing.T) {
			store := newStoreDouble(3)
			m := newMostRecent(t, store, WithBackgroundRefresh(testAhead))
			requireEncrypts(t, m, 3)
			var ended atomic.Int32
			store.answer(func(ctx context.Context, _ string) error { <-ctx.Done(); ended.Add(1); return ctx.Err() })
			time.Sleep(testTTL - testAhead)
			requests(t, testAhead, func() { requireEncrypts(t, m, 3) })
			synctest.Wait()
			assert.EqualValues(t, 1, ended.Load())
			store.failing(nil)
			requireEncrypts(t, m, 3)
		},
		"the context of the request that began it does not end it": func(t *testing.T) {
			store := newStoreDouble(3)
			m := newMostRecent(t, store, WithBackgroundRefresh(testAhead))
			requireEncrypts(t, m, 3)
			store.rotate(4)
			store.takes(time.Second)
			time.Sleep(testTTL - testAhead)
			ctx, cancel := context.WithCancel(t.Context())
			_, err := encryptWith(ctx, m)
			require.NoError(t, err)
			cancel()
			time.Sleep(2*time.Second + 1)
			requireEncrypts(t, m, 4)
		},
	})
}

func TestMostRecentFailedRefresh(t *testing.T) {
	failure := errors.New("throttled")
	for _, call := range []string{"max", "get 3"} {
		bubbles(t, map[string]func(*testing.T){
			"encryption goes on until the time to live and not longer: " + call: func(t *testing.T) {
				store := newStoreDouble(3)
				m := newMostRecent(t, store, WithBackgroundRefresh(testAhead))
				requireEncrypts(t, m, 3)
				store.asked()
				store.failing(failure, call)
				requests(t, testTTL, func() { requireEncrypts(t, m, 3); synctest.Wait() })
				attempts := 0
				for _, asked := range store.asked() {
					if asked == call {
						attempts++
					}
				}
				assert.Equal(t, attemptsIn(testAhead, m), attempts, "no pause between the attempts")
				_, err := encryptWith(t.Context(), m)
				requireClass(t, ErrKeyUnavailable, err)
				require.ErrorIs(t, err, failure)
				assert.Positive(t, m.Stats().StoreErrors)
				store.failing(nil)
				requireEncrypts(t, m, 3)
			},
		})
	}
	bubbles(t, map[string]func(*testing.T){
		"decryption goes on until the time to live and not longer": func(t *testing.T) {
			store := newStoreDouble(3)
			m := newMostRecent(t, store, WithBackgroundRefresh(testAhead))
			requireDecrypts(t, m, 3)
			store.asked()
			store.failing(failure)
			requests(t, testTTL, func() { requireDecrypts(t, m, 3); synctest.Wait() })
			assert.Len(t, store.asked(), attemptsIn(testAhead, m))
			err := decryptWith(t.Context(), m, 3)
			requireClass(t, ErrKeyUnavailable, err)
			require.ErrorIs(t, err, failure)
		},
		"a refresh after failures is as good as any": func(t *testing.T) {
			store := newStoreDouble(3)
			m := newMostRecent(t, store, WithBackgroundRefresh(testAhead))
			requireEncrypts(t, m, 3)
			store.failing(failure)
			requests(t, testTTL-testAhead/2, func() { requireEncrypts(t, m, 3); synctest.Wait() })
			store.failing(nil)
			requests(t, 3*testTTL, func() { requireEncrypts(t, m, 3); synctest.Wait() })
		},
		"a new version that does not verify is passed over until the old one has reached its time to live": func(t *testing.T) {
			store := newStoreDouble(3)
			m := newMostRecent(t, store, WithBackgroundRefresh(testAhead))
			requireEncrypts(t, m, 3)
			store.rotate(4)
			store.failing(ErrSignature, "get 4")
			requests(t, testTTL, func() { requireEncrypts(t, m, 3); synctest.Wait() })
			_, err := encryptWith(t.Context(), m)
			requireClass(t, ErrKeyUnavailable, err)
			requireDecrypts(t, m, 3)
		},
		"the refresh of one version that fails does not hold up another": func(t *testing.T) {
			store := newStoreDouble(3)
			m := newMostRecent(t, store, WithBackgroundRefresh(testAhead))
			requireDecrypts(t, m, 1, 2)
			store.failing(failure, "get 1")
			requests(t, testTTL, func() { requireDecrypts(t, m, 1, 2); synctest.Wait() })
			requireClass(t, ErrKeyUnavailable, decryptWith(t.Context(), m, 1))
			requireDecrypts(t, m, 2)
		},
	})
}

func TestMostRecentRefresh(t *testing.T) {
	bubbles(t, map[string]func(*testing.T){
		"the next request asks the store": func(t *testing.T) {
			store := newStoreDouble(3)
			m := newMostRecent(t, store)
			requireEncrypts(t, m, 3)
			requireDecrypts(t, m, 2)
			store.asked()
			store.rotate(4)
			m.Refresh()
			assert.Empty(t, store.asked(), "Refresh itself asked the store")
			assert.EqualValues(t, -1, m.Stats().CurrentVersion)
			requireDecrypts(t, m, 2)
			requireEncrypts(t, m, 4)
			assert.Equal(t, []string{"get 2", "max", "get 4"}, store.asked())
		},
		"a store that fails then is not made up for by what was forgotten": func(t *testing.T) {
			store := newStoreDouble(3)
			m := newMostRecent(t, store)
			requireEncrypts(t, m, 3)
			m.Refresh()
			store.failing(ErrKeyUnavailable)
			_, err := encryptWith(t.Context(), m)
			requireClass(t, ErrKeyUnavailable, err)
			requireClass(t, ErrKeyUnavailable, decryptWith(t.Context(), m, 3))
		},
		"it ends the pause after a failure": func(t *testing.T) {
			store := newStoreDouble(3)
			m := newMostRecent(t, store, WithBackgroundRefresh(testAhead))
			requireEncrypts(t, m, 3)
			store.failing(ErrKeyUnavailable)
			time.Sleep(testTTL - testAhead)
			requireEncrypts(t, m, 3)
			synctest.Wait()
			store.failing(nil)
			store.rotate(4)
			m.Refresh()
			requireEncrypts(t, m, 4)
		},
	})
	for call, newest := range map[string]int64{"max": 3, "get 3": 3, "create 0": -1} {
		for name, use := range map[string]func(context.Context, *MostRecent) error{
			"encryption": func(ctx context.Context, m *MostRecent) error { _, err := encryptWith(ctx, m); return err },
			"decryption": func(ctx context.Context, m *MostRecent) error { return decryptWith(ctx, m, 3) },
		} {
			if name == "decryption" && call != "get 3" {
				continue
			}
			bubbles(t, map[string]func(*testing.T){
				fmt.Sprintf("what %s got before it during %q is not kept", name, call): func(t *testing.T) {
					store := newStoreDouble(newest)
					m := newMostRecent(t, store)
					release := make(chan struct{})
					store.answer(func(_ context.Context, c string) error {
						if c == call {
							<-release
						}
						return nil
					})
					old := make(chan error)
					go func() { old <- use(t.Context(), m) }()
					synctest.Wait()
					m.Refresh()
					store.failing(nil)
					close(release)
					require.NoError(t, <-old, "who waited got nothing")
					synctest.Wait()
					assert.EqualValues(t, -1, m.Stats().CurrentVersion)
					store.asked()
					if version := max(newest, 0); call != "max" { // else the version was asked for after it
						requireDecrypts(t, m, version)
						assert.Equal(t, []string{fmt.Sprint("get ", version)}, store.asked())
					}
					store.rotate(4)
					requireEncrypts(t, m, 4)
					assert.Contains(t, store.asked(), "max")
				},
				fmt.Sprintf("who asks after it does not share %q of %s before it", call, name): func(t *testing.T) {
					store := newStoreDouble(newest)
					m := newMostRecent(t, store)
					release := make(chan struct{})
					store.answer(func(_ context.Context, c string) error {
						if c == call {
							<-release
						}
						return nil
					})
					old := make(chan error)
					go func() { old <- use(t.Context(), m) }()
					synctest.Wait()
					m.Refresh()
					store.failing(nil)
					store.rotate(4)
					requireEncrypts(t, m, 4)
					requireDecrypts(t, m, 3)
					close(release)
					require.NoError(t, <-old)
					store.asked()
					requireEncrypts(t, m, 4)
					assert.Empty(t, store.asked())
				},
			})
		}
	}
}

func TestMostRecentStats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStoreDouble(3)
		m := newMostRecent(t, store)
		requireEncrypts(t, m, 3)
		assert.Equal(t, MostRecentStats{Misses: 1, StoreCalls: 2, CurrentVersion: 3}, m.Stats())
		time.Sleep(time.Second)
		requireEncrypts(t, m, 3)
		requireDecrypts(t, m, 3, 2)
		assert.Equal(t, MostRecentStats{Hits: 2, Misses: 2, StoreCalls: 3, CurrentVersion: 3, CurrentVersionAge: time.Second}, m.Stats())
		require.Error(t, decryptWith(t.Context(), m, 4))
		assert.Equal(t, MostRecentStats{Hits: 2, Misses: 3, StoreCalls: 4, StoreErrors: 1, CurrentVersion: 3, CurrentVersionAge: time.Second}, m.Stats())
		_, err := m.DecryptionMaterials(t.Context(), DecryptionRequest{})
		require.Error(t, err)
		assert.Equal(t, MostRecentStats{Hits: 2, Misses: 3, StoreCalls: 4, StoreErrors: 1, CurrentVersion: 3, CurrentVersionAge: time.Second}, m.Stats(), "an item that is refused without asking counts")
		m.Refresh()
		assert.Equal(t, MostRecentStats{Hits: 2, Misses: 3, StoreCalls: 4, StoreErrors: 1, CurrentVersion: -1}, m.Stats())
		time.Sleep(testTTL)
		requireEncrypts(t, m, 3)
		time.Sleep(2 * testTTL)
		assert.Equal(t, 2*testTTL, m.Stats().CurrentVersionAge)
	})
}
