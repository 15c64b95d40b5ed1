package cmp

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/ddbcrypt/ddbcrypt/internal/flight"
)

// MostRecent is the caching most recent provider: it encrypts with the newest
// version of a material in a [ProviderStore], decrypts with the version that the
// item was encrypted with, and keeps the versions that it got in memory for the
// time to live. It is safe for concurrent use. However many callers wait for the
// same version, the store is asked once; no caller waits for one of another
// version, and none for a lock that is held while the store is asked.
//
// Source: developer guide, "Most Recent Provider"; docs/wire-format.md §7.
type MostRecent struct {
	store        ProviderStore
	materialName string
	ttl, ahead   time.Duration
	flights      flight.Group[int64, Provider] // by version, or newestFlight

	mu         sync.Mutex
	versions   *simplelru.LRU[int64, cachedProvider]
	current    currentVersion
	generation uint64 // counts Refresh
	stats      MostRecentStats
}

var _ Provider = (*MostRecent)(nil)

// newestFlight is the key of the call that looks for the newest version.
const newestFlight int64 = -1

type cachedProvider struct {
	provider Provider
	loaded   time.Time // when the store was asked
	retry    time.Time // not to be refreshed before, as the store failed
	forget   *time.Timer
}

// currentVersion is the newest version that is known.
type currentVersion struct {
	number  int64     // -1 if none is known
	checked time.Time // when the store was last asked, and answered
	retry   time.Time // not to be asked again before, as it failed
}

// MostRecentStats are counters of a [MostRecent] provider since it was made.
type MostRecentStats struct {
	// Hits and Misses count requests for materials that were answered from
	// memory and that had to wait for the store.
	Hits, Misses uint64
	// StoreCalls counts calls of the store, and StoreErrors those that failed.
	StoreCalls, StoreErrors uint64
	// CurrentVersion is the newest version that is known, or -1.
	CurrentVersion int64
	// CurrentVersionAge is the time since the store last said so.
	CurrentVersionAge time.Duration
}

const defaultCacheSize = 1000

// WithCacheSize sets how many versions are kept in memory; the default is 1000.
// The one that was not used for the longest time makes room.
func WithCacheSize(versions int) Option {
	return providerOption{"WithCacheSize", mostRecentKind, func(o *providerOptions) { o.cacheSize = versions }}
}

// WithBackgroundRefresh lets a request for materials that will reach their time
// to live in less than ahead start a refresh in the background, and go on with
// what is there: as long as there are requests in that time, none has to wait for
// the store. It must be less than the time to live, which stays the limit: what
// could not be refreshed until then is not used any more.
func WithBackgroundRefresh(ahead time.Duration) Option {
	return providerOption{"WithBackgroundRefresh", mostRecentKind, func(o *providerOptions) { o.ahead = ahead }}
}

// NewMostRecent returns a provider for the material of that name in the store. If
// it has no version yet, the first encryption creates version 0.
//
// The time to live is how long keys are used without asking the store for them
// again: so long a new version may stay unseen, and so long a caller that may no
// longer have the keys can go on. Take the longest time for which both
// are acceptable, such as 1 to 15 minutes: the store is asked about twice in that
// time, and once more for each older version that items are read with. If the store
// cannot tell which version is the newest, while it still returns the one that is
// known, that one is used for a second time to live. A name that is empty or not
// UTF-8 and a time that is not positive are an [ErrConfig].
//
// Source: developer guide, "Setting a time-to-live value".
func NewMostRecent(store ProviderStore, materialName string, ttl time.Duration, options ...Option) (*MostRecent, error) {
	o, err := newProviderOptions(mostRecentKind, options)
	switch {
	case err != nil:
		return nil, err
	case store == nil:
		return nil, fmt.Errorf("cmp: the provider store is nil: %w", ErrConfig)
	case materialName == "" || !utf8.ValidString(materialName):
		return nil, fmt.Errorf("cmp: the material name is empty or not UTF-8: %w", ErrConfig)
	case ttl <= 0:
		return nil, fmt.Errorf("cmp: the time to live %v is not positive: %w", ttl, ErrConfig)
	case o.ahead < 0 || o.ahead >= ttl:
		return nil, fmt.Errorf("cmp: background refresh %v ahead is not between 0 and the time to live %v: %w", o.ahead, ttl, ErrConfig)
	}
	versions, err := simplelru.NewLRU(o.cacheSize, func(_ int64, cached cachedProvider) { cached.forget.Stop() })
	if err != nil {
		return nil, fmt.Errorf("cmp: a cache of %d versions is not possible: %w", o.cacheSize, ErrConfig)
	}
	return &MostRecent{
		store:        store,
		materialName: materialName,
		ttl:          ttl,
		ahead:        o.ahead,
		versions:     versions,
		current:      currentVersion{number: -1},
	}, nil
}

// EncryptionMaterials returns those of the newest version. If the store fails
// while a version is known that has not reached its time to live, they are that
// version's. What fails in the store is an [ErrKeyUnavailable], whatever it is: a
// version that was changed too.
func (m *MostRecent) EncryptionMaterials(ctx context.Context, request EncryptionRequest) (*EncryptionMaterials, error) {
	provider, err := m.newest(ctx)
	if err != nil {
		return nil, m.storeFailure(err)
	}
	return provider.EncryptionMaterials(ctx, request)
}

// DecryptionMaterials returns those of the version that the description names. A
// description without one, or of another material, is an [ErrDescription], and what
// fails in the store an [ErrKeyUnavailable].
func (m *MostRecent) DecryptionMaterials(ctx context.Context, request DecryptionRequest) (*DecryptionMaterials, error) {
	version, err := m.store.VersionFromDescription(m.materialName, request.Description)
	if err != nil {
		return nil, keyError(fmt.Sprintf("read the version of material %q", m.materialName), err)
	}
	if version < 0 {
		return nil, fmt.Errorf("%w: the provider store reads version %d of material %q from it", ErrDescription, version, m.materialName)
	}
	provider, err := m.version(ctx, version)
	if err != nil {
		return nil, m.storeFailure(err)
	}
	return provider.DecryptionMaterials(ctx, request)
}

// storeFailure is an error of the store or of a version in it. Whatever class that
// has, it is about the keys: an item whose keys were tampered with may be sound
// itself, and one whose keys are not encrypted is encrypted.
type storeFailure struct {
	materialName string
	err          error
}

func (m *MostRecent) storeFailure(err error) error { return &storeFailure{m.materialName, err} }

// Error returns one line of text.
func (e *storeFailure) Error() string {
	if errors.Is(e.err, ErrKeyUnavailable) { // and says so
		return fmt.Sprintf("material %q: %v", e.materialName, e.err)
	}
	return fmt.Sprintf("%v: material %q: %v", ErrKeyUnavailable, e.materialName, e.err)
}

// Is hides the failure classes of the store's own items.
func (e *storeFailure) Is(target error) bool {
	return target == ErrKeyUnavailable || !slices.Contains(failureClasses, target) && errors.Is(e.err, target)
}

// As finds what the store's error holds.
func (e *storeFailure) As(target any) bool { return errors.As(e.err, target) }

// Refresh forgets all versions: the next request asks the store.
func (m *MostRecent) Refresh() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.versions.Purge()
	m.current = currentVersion{number: -1}
	m.generation++
	m.flights.Detach()
}

// Stats returns the counters.
func (m *MostRecent) Stats() MostRecentStats {
	m.mu.Lock()
	defer m.mu.Unlock()
	stats := m.stats
	stats.CurrentVersion = m.current.number
	if stats.CurrentVersion >= 0 {
		stats.CurrentVersionAge = time.Since(m.current.checked)
	}
	return stats
}
