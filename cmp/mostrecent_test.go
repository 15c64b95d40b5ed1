package cmp

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	testMaterial = "users"
	testTTL      = time.Minute
)

// storeDouble is a ProviderStore with the versions 0 to newest. What it answers is
// what was true when the call began, as with a service that is slow.
type storeDouble struct {
	mu     sync.Mutex
	newest int64
	calls  []string
	on     func(ctx context.Context, call string) error // may wait and fail
}

func newStoreDouble(newest int64) *storeDouble { return &storeDouble{newest: newest} }

func (s *storeDouble) begin(call string) (newest int64, on func(context.Context, string) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, call)
	if on = s.on; on == nil {
		on = func(context.Context, string) error { return nil }
	}
	return s.newest, on
}

func (s *storeDouble) MaxVersion(ctx context.Context, materialName string) (int64, error) {
	newest, on := s.begin("max")
	return newest, on(ctx, "max")
}

func (s *storeDouble) Provider(ctx context.Context, materialName string, version int64) (Provider, error) {
	call := fmt.Sprint("get ", version)
	newest, on := s.begin(call)
	if err := on(ctx, call); err != nil {
		return nil, err
	}
	if version > newest {
		return nil, fmt.Errorf("%w: there is no such version", ErrKeyUnavailable)
	}
	return &providerDouble{version, new([64]byte)}, nil
}

func (s *storeDouble) GetOrCreateProvider(ctx context.Context, materialName string, version int64) (Provider, error) {
	call := fmt.Sprint("create ", version)
	_, on := s.begin(call)
	if err := on(ctx, call); err != nil {
		return nil, err
	}
	s.rotate(version)
	return &providerDouble{version, new([64]byte)}, nil
}

func (s *storeDouble) VersionFromDescription(materialName string, description MaterialDescription) (int64, error) {
	text, ok := description[materialName]
	if !ok {
		return 0, fmt.Errorf("%w: another material", ErrDescription)
	}
	return strconv.ParseInt(text, 10, 64)
}

// rotate makes a version the newest, unless a newer one exists.
func (s *storeDouble) rotate(version int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.newest = max(s.newest, version)
}

// answer sets what calls do before they answer.
func (s *storeDouble) answer(on func(ctx context.Context, call string) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.on = on
}

// takes lets every call take that long, unless it is cancelled.
func (s *storeDouble) takes(d time.Duration) {
	s.answer(func(ctx context.Context, _ string) error {
		_, err := waitFor(d, 0)(ctx)
		return err
	})
}

// failing lets the named calls fail, or all.
func (s *storeDouble) failing(err error, calls ...string) {
	s.answer(func(_ context.Context, call string) error {
		if len(calls) == 0 || slices.Contains(calls, call) {
			return err
		}
		return nil
	})
}

// asked returns the calls since the last time.
func (s *storeDouble) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := s.calls
	s.calls = nil
	return calls
}

// providerDouble names its version in the description.
type providerDouble struct {
	version int64
	keys    *[64]byte // with a pointer in it, no two share a block of memory
}

func (p *providerDouble) EncryptionMaterials(context.Context, EncryptionRequest) (*EncryptionMaterials, error) {
	return &EncryptionMaterials{Description: written(p.version)}, nil
}

func (p *providerDouble) DecryptionMaterials(_ context.Context, request DecryptionRequest) (*DecryptionMaterials, error) {
	if request.Description[testMaterial] != strconv.FormatInt(p.version, 10) {
		return nil, errors.New("a provider of another version was asked")
	}
	return &DecryptionMaterials{}, nil
}

// written is the description of an item under a version.
func written(version int64) MaterialDescription {
	return MaterialDescription{testMaterial: strconv.FormatInt(version, 10)}
}

func newMostRecent(t testing.TB, store ProviderStore, options ...Option) *MostRecent {
	t.Helper()
	m, err := NewMostRecent(store, testMaterial, testTTL, options...)
	require.NoError(t, err)
	return m
}

// encryptWith returns the version that encrypts.
func encryptWith(ctx context.Context, m *MostRecent) (int64, error) {
	materials, err := m.EncryptionMaterials(ctx, EncryptionRequest{})
	if err != nil {
		return -1, err
	}
	return strconv.ParseInt(materials.Description[testMaterial], 10, 64)
}

func decryptWith(ctx context.Context, m *MostRecent, version int64) error {
	_, err := m.DecryptionMaterials(ctx, DecryptionRequest{Description: written(version)})
	return err
}

func requireEncrypts(t testing.TB, m *MostRecent, version int64) {
	t.Helper()
	got, err := encryptWith(t.Context(), m)
	require.NoError(t, err)
	require.Equal(t, version, got, "it encrypts under another version")
}

func requireDecrypts(t testing.TB, m *MostRecent, versions ...int64) {
	t.Helper()
	for _, version := range versions {
		require.NoError(t, decryptWith(t.Context(), m, version))
	}
}

// bubbles runs the tests under a clock of their own. A goroutine that is left over
// is a failure.
func bubbles(t *testing.T, tests map[string]func(*testing.T)) {
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { synctest.Test(t, test) })
	}
}

func TestMostRecentTimeToLive(t *testing.T) {
	bubbles(t, map[string]func(*testing.T){
		"encryption asks again at the time to live, and not before": func(t *testing.T) {
			store := newStoreDouble(3)
			m := newMostRecent(t, store)
			for range 3 {
				requireEncrypts(t, m, 3)
				assert.Equal(t, []string{"max", "get 3"}, store.asked())
				time.Sleep(testTTL - 1)
				requireEncrypts(t, m, 3)
				assert.Empty(t, store.asked())
				time.Sleep(time.Nanosecond)
			}
		},
		"decryption asks again at the time to live, and not before": func(t *testing.T) {
			store := newStoreDouble(3)
			m := newMostRecent(t, store)
			for range 3 {
				requireDecrypts(t, m, 1)
				assert.Equal(t, []string{"get 1"}, store.asked())
				time.Sleep(testTTL - 1)
				requireDecrypts(t, m, 1)
				assert.Empty(t, store.asked())
				time.Sleep(time.Nanosecond)
			}
		},
		"use does not make it longer": func(t *testing.T) {
			store := newStoreDouble(0)
			m := newMostRecent(t, store)
			for range 10 * int(testTTL/time.Second) {
				requireEncrypts(t, m, 0)
				requireDecrypts(t, m, 0)
				time.Sleep(time.Second)
			}
			assert.Len(t, store.asked(), 2*10)
		},
		"it begins when the store is asked": func(t *testing.T) {
			store := newStoreDouble(3)
			store.takes(10 * time.Second)
			m := newMostRecent(t, store)
			requireDecrypts(t, m, 3)
			store.asked()
			time.Sleep(testTTL - 10*time.Second - 1)
			requireDecrypts(t, m, 3)
			assert.Empty(t, store.asked())
			time.Sleep(time.Nanosecond)
			requireDecrypts(t, m, 3)
			assert.Equal(t, []string{"get 3"}, store.asked())
		},
		"an answer that takes longer is used once": func(t *testing.T) {
			store := newStoreDouble(3)
			store.takes(testTTL)
			m := newMostRecent(t, store)
			requireDecrypts(t, m, 3)
			requireDecrypts(t, m, 3)
			assert.Equal(t, []string{"get 3", "get 3"}, store.asked())
		},
		"encryption and decryption share what is in memory": func(t *testing.T) {
			store := newStoreDouble(3)
			m := newMostRecent(t, store)
			requireDecrypts(t, m, 3)
			requireEncrypts(t, m, 3)
			requireDecrypts(t, m, 3)
			assert.Equal(t, []string{"get 3", "max"}, store.asked())
		},
		"the longest time to live is none too long": func(t *testing.T) {
			store := newStoreDouble(3)
			m, err := NewMostRecent(store, testMaterial, 1<<63-1)
			require.NoError(t, err)
			requireEncrypts(t, m, 3)
			time.Sleep(24 * 365 * time.Hour)
			requireEncrypts(t, m, 3)
			assert.Len(t, store.asked(), 2)
			m.Refresh()
		},
	})
}

func TestMostRecentVersions(t *testing.T) {
	bubbles(t, map[string]func(*testing.T){
		"a new version is seen within the time to live": func(t *testing.T) {
			store := newStoreDouble(3)
			m := newMostRecent(t, store)
			requireEncrypts(t, m, 3)
			store.rotate(4)
			time.Sleep(testTTL - 1)
			requireEncrypts(t, m, 3)
			time.Sleep(time.Nanosecond)
			requireEncrypts(t, m, 4)
			assert.Equal(t, []string{"max", "get 3", "max", "get 4"}, store.asked())
		},
		"the newest version that is known does not go back": func(t *testing.T) {
			store := newStoreDouble(3)
			m := newMostRecent(t, store)
			requireEncrypts(t, m, 3)
			m.store = &staleStore{store}
			for range 3 {
				time.Sleep(testTTL)
				requireEncrypts(t, m, 3)
			}
			assert.EqualValues(t, 3, m.Stats().CurrentVersion)
		},
		"the first encryption makes version 0, once": func(t *testing.T) {
			store := newStoreDouble(-1)
			m := newMostRecent(t, store)
			for range 3 {
				requireEncrypts(t, m, 0)
				time.Sleep(testTTL)
			}
			requireEncrypts(t, newMostRecent(t, store), 0)
			assert.Equal(t, []string{"max", "create 0", "max", "get 0", "max", "get 0", "max", "get 0"}, store.asked())
		},
		"decryption makes no version": func(t *testing.T) {
			store := newStoreDouble(-1)
			requireClass(t, ErrKeyUnavailable, decryptWith(t.Context(), newMostRecent(t, store), 0))
			assert.Equal(t, []string{"get 0"}, store.asked())
		},
		"the version that was not used for the longest time makes room": func(t *testing.T) {
			store := newStoreDouble(9)
			m := newMostRecent(t, store, WithCacheSize(2))
			requireDecrypts(t, m, 0, 1, 0, 2, 0, 2)
			assert.Equal(t, []string{"get 0", "get 1", "get 2"}, store.asked())
			requireDecrypts(t, m, 1)
			assert.Equal(t, []string{"get 1"}, store.asked())
		},
		"the current version may make room for others, and comes back without a search": func(t *testing.T) {
			store := newStoreDouble(9)
			m := newMostRecent(t, store, WithCacheSize(1))
			requireEncrypts(t, m, 9)
			requireDecrypts(t, m, 4)
			store.asked()
			requireEncrypts(t, m, 9)
			assert.Equal(t, []string{"get 9"}, store.asked())
			time.Sleep(testTTL)
			requireEncrypts(t, m, 9)
			assert.Equal(t, []string{"max", "get 9"}, store.asked())
		},
		"1,000 versions stay in memory by default": func(t *testing.T) {
			store := newStoreDouble(5000)
			m := newMostRecent(t, store)
			for range 2 {
				for version := range int64(1000) {
					requireDecrypts(t, m, version)
				}
			}
			assert.Len(t, store.asked(), 1000)
			requireDecrypts(t, m, 1000, 0)
			assert.Len(t, store.asked(), 2)
		},
	})
}

// staleStore answers with a version before the newest.
type staleStore struct{ *storeDouble }

func (s *staleStore) MaxVersion(ctx context.Context, materialName string) (int64, error) {
	newest, err := s.storeDouble.MaxVersion(ctx, materialName)
	return newest - 1, err
}

// Descriptions are the attacker's.
func TestMostRecentDescriptions(t *testing.T) {
	for name, test := range map[string]struct {
		description MaterialDescription
		class       error
		asked       []string
	}{
		"no version":                  {MaterialDescription{}, ErrDescription, nil},
		"no description":              {nil, ErrDescription, nil},
		"another material":            {MaterialDescription{"orders": "1"}, ErrDescription, nil},
		"a negative version":          {written(-1), ErrDescription, nil},
		"the most negative version":   {written(-1 << 63), ErrDescription, nil},
		"a version that is not there": {written(4), ErrKeyUnavailable, []string{"get 4"}},
		"the largest version":         {written(1<<63 - 1), ErrKeyUnavailable, []string{fmt.Sprint("get ", int64(1<<63-1))}},
		"no number":                   {MaterialDescription{testMaterial: "x"}, ErrKeyUnavailable, nil},
	} {
		t.Run("an item with "+name+" is refused and changes nothing in memory", func(t *testing.T) {
			store := newStoreDouble(3)
			m := newMostRecent(t, store, WithCacheSize(2))
			requireEncrypts(t, m, 3)
			requireDecrypts(t, m, 2)
			store.asked()
			for range 3 {
				_, err := m.DecryptionMaterials(t.Context(), DecryptionRequest{Description: test.description})
				requireClass(t, test.class, err)
			}
			assert.ElementsMatch(t, slices.Repeat(test.asked, 3), store.asked())
			requireEncrypts(t, m, 3)
			requireDecrypts(t, m, 2)
			assert.Empty(t, store.asked())
			assert.EqualValues(t, 3, m.Stats().CurrentVersion)
		})
	}
	t.Run("a version that was not there is found once it is", func(t *testing.T) {
		store := newStoreDouble(3)
		m := newMostRecent(t, store)
		require.Error(t, decryptWith(t.Context(), m, 4))
		store.rotate(4)
		requireDecrypts(t, m, 4)
	})
}

// waitFor is a call that takes some time and notices when it is cancelled.
func waitFor(d time.Duration, value int) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) {
		select {
		case <-time.After(d):
			return value, nil
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}
