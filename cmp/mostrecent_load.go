package cmp

import (
	"context"
	"errors"
	"time"
)

// newest returns the provider to encrypt with.
func (m *MostRecent) newest(ctx context.Context) (Provider, error) {
	now := time.Now()
	m.mu.Lock()
	current := m.current
	fresh := current.number >= 0 && now.Before(current.checked.Add(m.ttl))
	cached, alive := m.lookUpCurrent(now)
	if alive && (fresh || now.Before(current.retry)) {
		m.stats.Hits++
		m.mu.Unlock()
		if m.isDue(current.checked, current.retry, now) || m.isDue(cached.loaded, current.retry, now) {
			m.inBackground(ctx, newestFlight, cached, m.loadNewest)
		}
		return cached.provider, nil
	}
	m.stats.Misses++
	m.mu.Unlock()
	if fresh { // it made room for other versions
		return m.flights.Do(ctx, current.number, m.loader(current.number))
	}
	provider, err := m.flights.Do(ctx, newestFlight, m.loadNewest)
	if err != nil && alive && ctx.Err() == nil && time.Now().Before(cached.loaded.Add(m.ttl)) {
		return cached.provider, nil
	}
	return provider, err
}

// version returns the provider to decrypt with.
func (m *MostRecent) version(ctx context.Context, version int64) (Provider, error) {
	now := time.Now()
	m.mu.Lock()
	cached, alive := m.lookUp(version, now)
	if alive {
		m.stats.Hits++
		m.mu.Unlock()
		if m.isDue(cached.loaded, cached.retry, now) {
			m.inBackground(ctx, version, cached, m.loader(version))
		}
		return cached.provider, nil
	}
	m.stats.Misses++
	m.mu.Unlock()
	return m.flights.Do(ctx, version, m.loader(version))
}

// inBackground refreshes what is cached, until it reaches its time to live.
func (m *MostRecent) inBackground(ctx context.Context, key int64, cached cachedProvider, load func(context.Context) (Provider, error)) {
	if m.flights.Running(key) {
		return
	}
	ctx, cancel := context.WithDeadline(context.WithoutCancel(ctx), cached.loaded.Add(m.ttl))
	go func() {
		defer cancel()
		_, _ = m.flights.Do(ctx, key, load) // a failure is in the counters
	}()
}

// loadNewest asks the store for the newest version and, unless that is in memory,
// for its provider.
func (m *MostRecent) loadNewest(ctx context.Context) (Provider, error) {
	m.mu.Lock()
	generation, current, asked := m.generation, m.current, time.Now()
	cached, alive := m.lookUpCurrent(asked)
	// Another call may have ended since the caller looked.
	settled := asked.Before(current.checked.Add(m.ttl)) || asked.Before(current.retry)
	if alive && settled && !m.isDue(current.checked, current.retry, asked) && !m.isDue(cached.loaded, current.retry, asked) {
		m.mu.Unlock()
		return cached.provider, nil
	}
	m.mu.Unlock()

	provider, number, err := m.askForNewest(ctx, generation, current.number)

	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.generation != generation:
	case err != nil && ctx.Err() == nil: // the store's failure, not the callers'
		m.current.retry = time.Now().Add(m.retryPause())
	case err == nil && number >= m.current.number: // a call that was given up may end late
		m.current = currentVersion{number: number, checked: asked}
	}
	return provider, err
}

// askForNewest returns at least the version that is known: the newest cannot
// become an older one, unless somebody removed it from the store.
func (m *MostRecent) askForNewest(ctx context.Context, generation uint64, known int64) (Provider, int64, error) {
	number, err := call(m, func() (int64, error) { return m.store.MaxVersion(ctx, m.materialName) })
	if err != nil {
		return nil, 0, err
	}
	if number = max(number, known); number >= 0 {
		provider, err := m.flights.Do(ctx, number, m.loader(number))
		return provider, number, err
	}
	provider, err := m.load(generation, 0, func() (Provider, error) { return m.store.GetOrCreateProvider(ctx, m.materialName, 0) })
	return provider, 0, err
}

// loader returns the call that gets a version from the store, unless it is in
// memory by then.
func (m *MostRecent) loader(version int64) func(context.Context) (Provider, error) {
	return func(ctx context.Context) (Provider, error) {
		m.mu.Lock()
		generation, now := m.generation, time.Now()
		cached, alive := m.lookUp(version, now)
		m.mu.Unlock()
		if alive && !m.isDue(cached.loaded, cached.retry, now) {
			return cached.provider, nil
		}
		provider, err := m.load(generation, version, func() (Provider, error) { return m.store.Provider(ctx, m.materialName, version) })
		if err != nil && alive && ctx.Err() == nil {
			m.pauseRefresh(version)
		}
		return provider, err
	}
}

// load asks the store for a provider and keeps it.
func (m *MostRecent) load(generation uint64, version int64, ask func() (Provider, error)) (Provider, error) {
	asked := time.Now()
	provider, err := call(m, ask)
	if err == nil && provider == nil {
		err = errors.New("the store returned no provider")
	}
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.generation == generation && time.Since(asked) < m.ttl {
		if before, ok := m.versions.Peek(version); ok {
			before.forget.Stop()
		}
		forget := time.AfterFunc(m.ttl-time.Since(asked), func() { m.forget(version) })
		m.versions.Add(version, cachedProvider{provider: provider, loaded: asked, forget: forget})
	}
	return provider, nil
}

// call counts a call of the store.
func call[V any](m *MostRecent, ask func() (V, error)) (V, error) {
	v, err := ask()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stats.StoreCalls++
	if err != nil {
		m.stats.StoreErrors++
	}
	return v, err
}

// lookUp returns what is in memory and has not reached its time to live. The
// caller holds m.mu.
func (m *MostRecent) lookUp(version int64, now time.Time) (cachedProvider, bool) {
	cached, ok := m.versions.Get(version)
	if ok && !now.Before(cached.loaded.Add(m.ttl)) {
		m.versions.Remove(version)
		return cachedProvider{}, false
	}
	return cached, ok
}

// lookUpCurrent is lookUp for the newest version that is known. However often it is
// reloaded, it is not the newest for longer than two times to live without the store
// saying so: a newer one would stay unseen for ever. The caller holds m.mu.
func (m *MostRecent) lookUpCurrent(now time.Time) (cachedProvider, bool) {
	cached, ok := m.lookUp(m.current.number, now)
	return cached, ok && now.Before(m.current.checked.Add(m.ttl).Add(m.ttl))
}

// isDue reports whether it is time to refresh what the store said then.
func (m *MostRecent) isDue(then, retry, now time.Time) bool {
	return m.ahead > 0 && !now.Before(then.Add(m.ttl-m.ahead)) && !now.Before(retry)
}

// maxRetryPause bounds how long a store that failed is left alone, while there is
// something in memory that can be used.
const maxRetryPause = 10 * time.Second

func (m *MostRecent) retryPause() time.Duration {
	pause := min(m.ttl/10, maxRetryPause)
	if m.ahead > 0 {
		pause = min(pause, m.ahead/4)
	}
	return pause
}

func (m *MostRecent) pauseRefresh(version int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if cached, ok := m.versions.Peek(version); ok {
		cached.retry = time.Now().Add(m.retryPause())
		m.versions.Add(version, cached)
	}
}

// forget sees to it that a version does not stay in memory beyond its time to live,
// even if nobody asks for it.
func (m *MostRecent) forget(version int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if cached, ok := m.versions.Peek(version); ok && !time.Now().Before(cached.loaded.Add(m.ttl)) {
		m.versions.Remove(version)
	}
}
