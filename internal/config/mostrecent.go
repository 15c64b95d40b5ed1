package config

import (
	"context"
	"time"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// defaultTTL is the time to live of a provider of type most_recent. Commands that
// end sooner ask the store once.
const defaultTTL = 5 * time.Minute

// recentSection holds the keys of a provider of type most_recent.
type recentSection struct {
	materialName string
	ttl          time.Duration
	cacheSize    int // 0 if it is not stated
	store        *store
}

// mostRecent needs the keys that read the store's rows for every purpose. Those
// that write a row are needed if the store has no version yet.
func (p *provider) mostRecent(ctx context.Context, purpose Purpose, more []crypto.Option) (cmp.Provider, error) {
	if p.recent.materialName == "" {
		return nil, p.missing("material_name", purpose.doing())
	}
	s, err := p.stated(purpose.doing())
	if err != nil {
		return nil, err
	}
	opened, err := s.open(ctx, ReadStore, more)
	if err != nil {
		return nil, err
	}
	ttl := p.recent.ttl
	if ttl == 0 {
		ttl = defaultTTL
	}
	var options []cmp.Option
	if p.recent.cacheSize > 0 {
		options = append(options, cmp.WithCacheSize(p.recent.cacheSize))
	}
	provider, err := cmp.NewMostRecent(opened.Store, p.recent.materialName, ttl, options...)
	if err != nil {
		return nil, p.wrap(p.path, p.node, err)
	}
	return provider, nil
}

// inherit lets keys of the store's rows be weak if this provider allows it: it has
// none of its own that it could mean.
func (p *provider) inherit() {
	if s := p.recent.store; s != nil && s.provider != nil {
		s.provider.allowWeak = s.provider.allowWeak || p.allowWeak
		s.provider.allowPKCS1 = s.provider.allowPKCS1 || p.allowPKCS1
	}
}

// stated returns the section of the store.
func (p *provider) stated(doing string) (*store, error) {
	if p.recent.store == nil {
		return nil, p.missing("store", doing)
	}
	return p.recent.store, nil
}
