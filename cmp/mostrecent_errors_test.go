package cmp

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNewMostRecentRefuses(t *testing.T) {
	store := newStoreDouble(0)
	for name, test := range map[string]struct {
		store    ProviderStore
		material string
		ttl      time.Duration
		options  []Option
	}{
		"no store":                                      {nil, "m", time.Minute, nil},
		"no material name":                              {store, "", time.Minute, nil},
		"no time to live":                               {store, "m", 0, nil},
		"a negative time to live":                       {store, "m", -1, nil},
		"no cache":                                      {store, "m", time.Minute, []Option{WithCacheSize(0)}},
		"a negative cache":                              {store, "m", time.Minute, []Option{WithCacheSize(-1)}},
		"a refresh that is always due":                  {store, "m", time.Minute, []Option{WithBackgroundRefresh(time.Minute)}},
		"a refresh that is longer than the life":        {store, "m", time.Minute, []Option{WithBackgroundRefresh(time.Hour)}},
		"a negative refresh":                            {store, "m", time.Minute, []Option{WithBackgroundRefresh(-1)}},
		"an option of a KMS provider":                   {store, "m", time.Minute, []Option{WithGrantTokens("x")}},
		"a description":                                 {store, "m", time.Minute, []Option{WithDescription(MaterialDescription{"a": "b"})}},
		"a nil option":                                  {store, "m", time.Minute, []Option{nil}},
		"a wrong option though a later one is in order": {store, "m", time.Minute, []Option{AllowAnyKMSKey(), WithCacheSize(1)}},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := NewMostRecent(test.store, test.material, test.ttl, test.options...)
			requireClass(t, ErrConfig, err)
			assert.Nil(t, m)
		})
	}
	t.Run("its options are of no use to other providers", func(t *testing.T) {
		for _, option := range []Option{WithCacheSize(1), WithBackgroundRefresh(1)} {
			_, err := NewWrapped(WrappedKeys{Signing: newHMAC(t)}, option)
			requireClass(t, ErrConfig, err)
		}
	})
	t.Run("and no more than that", func(t *testing.T) {
		m, err := NewMostRecent(store, "#", 1, WithCacheSize(1), WithBackgroundRefresh(0))
		require.NoError(t, err)
		assert.Equal(t, MostRecentStats{CurrentVersion: -1}, m.Stats())
		assert.Empty(t, store.asked(), "the store was asked before there was an item")
	})
}

// nilStore returns neither providers nor errors.
type nilStore struct{ *storeDouble }

func (nilStore) Provider(context.Context, string, int64) (Provider, error) { return nil, nil }

func (nilStore) GetOrCreateProvider(context.Context, string, int64) (Provider, error) {
	return nil, nil
}

func TestMostRecentErrors(t *testing.T) {
	plain := errors.New("connection reset")
	// None of them is about the item.
	for name, test := range map[string]struct {
		cause error // the store's
		found error // what errors.Is finds of it
	}{
		"without a class":                {plain, plain},
		"of the context":                 {context.DeadlineExceeded, context.DeadlineExceeded},
		"about a version that was moved": {errors.Join(ErrSignature, plain), plain},
		"about a corrupt version":        {errors.Join(ErrCorrupt, plain), plain},
		"about its configuration":        {errors.Join(ErrConfig, plain), plain},
		"about a version in the clear":   {errors.Join(ErrNotEncrypted, plain), plain},
		"about a missing version":        {errors.Join(ErrKeyUnavailable, plain), plain},
	} {
		t.Run("an error of the store "+name+" is a missing key", func(t *testing.T) {
			for _, newest := range []int64{-1, 3} {
				for _, call := range []string{"max", "get 3", "create 0"} {
					store := newStoreDouble(newest)
					store.failing(test.cause, call)
					m := newMostRecent(t, store)
					_, encryption := encryptWith(t.Context(), m)
					decryption := decryptWith(t.Context(), m, 3)
					if call == "max" || newest >= 0 && call == "get 3" || newest < 0 && call == "create 0" {
						requireClass(t, ErrKeyUnavailable, encryption)
						require.ErrorIs(t, encryption, test.found)
					}
					if call == "get 3" {
						requireClass(t, ErrKeyUnavailable, decryption)
						require.ErrorIs(t, decryption, test.found)
					}
				}
			}
		})
	}
	t.Run("an error without a class names the material", func(t *testing.T) {
		store := newStoreDouble(3)
		store.failing(plain)
		_, err := encryptWith(t.Context(), newMostRecent(t, store))
		assert.ErrorContains(t, err, `"users"`)
	})
	t.Run("a store without a provider and without an error is a missing key", func(t *testing.T) {
		for _, newest := range []int64{-1, 3} {
			m := newMostRecent(t, nilStore{newStoreDouble(newest)})
			_, err := encryptWith(t.Context(), m)
			requireClass(t, ErrKeyUnavailable, err)
			requireClass(t, ErrKeyUnavailable, decryptWith(t.Context(), m, 3))
			assert.EqualValues(t, -1, m.Stats().CurrentVersion)
		}
	})
	t.Run("a failure is not remembered", func(t *testing.T) {
		store := newStoreDouble(3)
		m := newMostRecent(t, store)
		store.failing(plain)
		_, err := encryptWith(t.Context(), m)
		require.Error(t, err)
		require.Error(t, decryptWith(t.Context(), m, 3))
		store.failing(nil)
		requireDecrypts(t, m, 3)
		requireEncrypts(t, m, 3)
	})
}

func TestMostRecentStoreFailsWhileAVersionLives(t *testing.T) {
	failure := errors.New("throttled")
	// expired returns a provider that must search for the newest version, while
	// version 3 will live for another half of its time.
	expired := func(t *testing.T, store *storeDouble, options ...Option) *MostRecent {
		m := newMostRecent(t, store, append([]Option{WithCacheSize(1)}, options...)...)
		requireEncrypts(t, m, 3)
		time.Sleep(testTTL / 2)
		requireDecrypts(t, m, 2, 3)
		time.Sleep(testTTL / 2)
		store.asked()
		return m
	}
	bubbles(t, map[string]func(*testing.T){
		"encryption goes on, with pauses between the searches": func(t *testing.T) {
			store := newStoreDouble(3)
			m := expired(t, store)
			store.failing(failure, "max")
			for range testTTL / 2 / time.Second {
				requireEncrypts(t, m, 3)
				time.Sleep(time.Second)
			}
			assert.Len(t, store.asked(), attemptsIn(testTTL/2, m))
			_, err := encryptWith(t.Context(), m)
			requireClass(t, ErrKeyUnavailable, err)
			require.ErrorIs(t, err, failure)
		},
		"a new version that does not verify is passed over": func(t *testing.T) {
			store := newStoreDouble(3)
			m := expired(t, store)
			store.rotate(4)
			store.failing(ErrSignature, "get 4")
			requireEncrypts(t, m, 3)
			assert.Equal(t, []string{"max", "get 4"}, store.asked())
			assert.EqualValues(t, 3, m.Stats().CurrentVersion)
			time.Sleep(testTTL/2 - 1)
			requireEncrypts(t, m, 3)
			time.Sleep(time.Nanosecond)
			_, err := encryptWith(t.Context(), m)
			requireClass(t, ErrKeyUnavailable, err)
			store.failing(nil)
			requireEncrypts(t, m, 4)
		},
		"a version that dies meanwhile is not used": func(t *testing.T) {
			store := newStoreDouble(3)
			m := expired(t, store)
			store.answer(func(context.Context, string) error { time.Sleep(testTTL / 2); return failure })
			_, err := encryptWith(t.Context(), m)
			requireClass(t, ErrKeyUnavailable, err)
		},
		"a caller that gives up gets its own error": func(t *testing.T) {
			store := newStoreDouble(3)
			m := expired(t, store)
			store.takes(time.Second)
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			defer cancel()
			_, err := encryptWith(ctx, m)
			requireClass(t, ErrKeyUnavailable, err)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			synctest.Wait()
			store.failing(nil)
			store.asked()
			requireEncrypts(t, m, 3)
			assert.Equal(t, []string{"max"}, store.asked(), "a caller that gave up counts as a failure of the store")
		},
	})
}
