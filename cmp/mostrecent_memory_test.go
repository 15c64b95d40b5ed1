package cmp

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// weakStore remembers which of its providers are in memory.
type weakStore struct {
	*storeDouble
	providers []weak.Pointer[providerDouble]
}

func (s *weakStore) Provider(ctx context.Context, materialName string, version int64) (Provider, error) {
	p, err := s.storeDouble.Provider(ctx, materialName, version)
	if err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.providers = append(s.providers, weak.Make(p.(*providerDouble)))
	}
	return p, err
}

// inMemory returns how many providers are.
func (s *weakStore) inMemory() int {
	synctest.Wait()
	runtime.GC()
	n := 0
	for _, p := range s.providers {
		if p.Value() != nil {
			n++
		}
	}
	return n
}

// Nobody asks for anything after the first time in these tests.
func TestMostRecentForgetsWhenIdle(t *testing.T) {
	bubbles(t, map[string]func(*testing.T){
		"all is gone at the time to live": func(t *testing.T) {
			store := &weakStore{storeDouble: newStoreDouble(9)}
			m := newMostRecent(t, store)
			requireEncrypts(t, m, 9)
			requireDecrypts(t, m, 1, 2)
			time.Sleep(testTTL - 1)
			assert.Equal(t, 3, store.inMemory())
			time.Sleep(time.Nanosecond)
			assert.Zero(t, store.inMemory())
			runtime.KeepAlive(m)
		},
		"each is gone at its own": func(t *testing.T) {
			store := &weakStore{storeDouble: newStoreDouble(9)}
			m := newMostRecent(t, store)
			for version := range int64(6) {
				requireDecrypts(t, m, version)
				time.Sleep(testTTL / 6)
			}
			for left := range 6 {
				assert.Equal(t, 5-left, store.inMemory())
				time.Sleep(testTTL / 6)
			}
			runtime.KeepAlive(m)
		},
		"all is gone after a second time of use": func(t *testing.T) {
			store := &weakStore{storeDouble: newStoreDouble(9)}
			m := newMostRecent(t, store)
			for range 3 {
				requireDecrypts(t, m, 1, 2)
				time.Sleep(testTTL)
				assert.Zero(t, store.inMemory())
				time.Sleep(3 * testTTL)
			}
			runtime.KeepAlive(m)
		},
		"what made room is gone at once": func(t *testing.T) {
			store := &weakStore{storeDouble: newStoreDouble(9)}
			m := newMostRecent(t, store, WithCacheSize(2))
			requireDecrypts(t, m, 1, 2, 3, 4)
			assert.Equal(t, 2, store.inMemory())
			runtime.KeepAlive(m)
		},
		"Refresh removes all at once": func(t *testing.T) {
			store := &weakStore{storeDouble: newStoreDouble(9)}
			m := newMostRecent(t, store)
			requireDecrypts(t, m, 1, 2)
			m.Refresh()
			assert.Zero(t, store.inMemory())
			requireDecrypts(t, m, 1)
			time.Sleep(testTTL)
			assert.Zero(t, store.inMemory())
			runtime.KeepAlive(m)
		},
		"a refresh in the background keeps no old one": func(t *testing.T) {
			store := &weakStore{storeDouble: newStoreDouble(9)}
			m := newMostRecent(t, store, WithBackgroundRefresh(testAhead))
			requireEncrypts(t, m, 9)
			time.Sleep(testTTL - testAhead)
			requireEncrypts(t, m, 9)
			assert.Equal(t, 1, store.inMemory())
			require.Len(t, store.providers, 2)
			runtime.KeepAlive(m)
		},
		"a provider that nobody has any more is gone at the time to live": func(t *testing.T) {
			m := weak.Make(newMostRecent(t, newStoreDouble(9)))
			requireEncrypts(t, m.Value(), 9)
			time.Sleep(testTTL)
			synctest.Wait()
			runtime.GC()
			assert.Nil(t, m.Value())
		},
	})
}
