package cmp

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMostRecentAtTheEdges(t *testing.T) {
	failure := errors.New("throttled")
	bubbles(t, map[string]func(*testing.T){
		"an answer that nobody waited for does not set the newest version back": func(t *testing.T) {
			store := newStoreDouble(-1)
			release := make(chan struct{})
			store.answer(func(_ context.Context, call string) error {
				if call == "create 0" {
					<-release // it does not respect the context, or answers just then
				}
				return nil
			})
			m := newMostRecent(t, store)
			ctx, cancel := context.WithCancel(t.Context())
			old := make(chan error)
			go func() { _, err := encryptWith(ctx, m); old <- err }()
			synctest.Wait()
			cancel()
			require.ErrorIs(t, <-old, context.Canceled)
			store.rotate(1) // others made versions 0 and 1
			requireEncrypts(t, m, 1)
			close(release)
			synctest.Wait()
			requireEncrypts(t, m, 1)
		},
		"what took long to load is gone at the time to live too": func(t *testing.T) {
			store := &weakStore{storeDouble: newStoreDouble(9)}
			store.takes(testTTL / 2)
			m := newMostRecent(t, store)
			requireDecrypts(t, m, 1)
			time.Sleep(testTTL / 2)
			assert.Zero(t, store.inMemory())
			runtime.KeepAlive(m)
		},
		"what was asked for earlier and came later is gone at its time to live": func(t *testing.T) {
			store := &weakStore{storeDouble: newStoreDouble(9)}
			store.answer(func(ctx context.Context, call string) error {
				if call == "get 1" {
					time.Sleep(testTTL / 2)
				}
				return nil
			})
			m := newMostRecent(t, store)
			go func() { _ = decryptWith(t.Context(), m, 1) }()
			time.Sleep(testTTL / 4)
			requireDecrypts(t, m, 2)
			time.Sleep(testTTL * 3 / 4)
			synctest.Wait()
			assert.Equal(t, 1, store.inMemory())
			runtime.KeepAlive(m)
		},
		"a search that fails again and again does not hide a new version for ever": func(t *testing.T) {
			for _, ahead := range []time.Duration{0, testAhead} {
				store := newStoreDouble(3)
				m := newMostRecent(t, store, WithBackgroundRefresh(ahead))
				requireEncrypts(t, m, 3)
				time.Sleep(testTTL / 2)
				m.mu.Lock()
				m.versions.Remove(3)
				m.mu.Unlock()
				requireDecrypts(t, m, 3)
				store.rotate(4)
				store.failing(failure, "max")
				used := time.Duration(0)
				for range 20 * testTTL / time.Second {
					if _, err := encryptWith(t.Context(), m); err == nil {
						used += time.Second
					}
					requireDecrypts(t, m, 3)
					time.Sleep(time.Second)
				}
				assert.LessOrEqual(t, used, 2*testTTL, "ahead %v", ahead)
			}
		},
		"a refresh that fails at once is tried once by a crowd": func(t *testing.T) {
			for range 20 {
				store := newStoreDouble(3)
				m := newMostRecent(t, store, WithBackgroundRefresh(testAhead))
				requireEncrypts(t, m, 3)
				requireDecrypts(t, m, 2)
				store.asked()
				store.failing(failure)
				time.Sleep(testTTL - testAhead)
				var all sync.WaitGroup
				for range crowd {
					all.Go(func() { _, _ = encryptWith(t.Context(), m); _ = decryptWith(t.Context(), m, 2) })
				}
				all.Wait()
				synctest.Wait()
				got := map[string]int{}
				for _, c := range store.asked() {
					got[c]++
				}
				assert.Equal(t, map[string]int{"max": 1, "get 2": 1}, got)
				m.Refresh()
			}
		},
		"a short time ahead is enough for a second attempt": func(t *testing.T) {
			store := newStoreDouble(3)
			m, err := NewMostRecent(store, testMaterial, 10*time.Minute, WithBackgroundRefresh(10*time.Second))
			require.NoError(t, err)
			requireEncrypts(t, m, 3)
			store.failing(failure)
			time.Sleep(10*time.Minute - 10*time.Second)
			requireEncrypts(t, m, 3)
			synctest.Wait()
			time.Sleep(3 * time.Second)
			store.failing(nil)
			store.asked()
			for range 6 {
				requireEncrypts(t, m, 3)
				synctest.Wait()
				time.Sleep(time.Second)
			}
			assert.NotEmpty(t, store.asked())
		},
	})
}
