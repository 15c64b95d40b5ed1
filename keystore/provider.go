package keystore

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

// Keys of the material description that a [Provider] writes. The published clients
// pass over them.
const (
	DescriptionWrappingAlias = "ddbcrypt-wrapping-alias"
	DescriptionSigningAlias  = "ddbcrypt-signing-alias"
)

// Aliases are a pair of keys of a store: what items are encrypted with and what
// they are signed with. They are looked up as the [Store] does; items name them as
// the store spells them when [NewProvider] is called.
type Aliases struct {
	// Wrapping is the alias of the AES or RSA key that wraps content keys. With
	// only the public half of an RSA key, items can be encrypted but not
	// decrypted. Empty is for a program that only verifies: the pair then stands
	// for items of any wrapping alias.
	Wrapping string
	// Signing is the alias of the HMAC, RSA or EC key that signs. With only the
	// public half, items can be verified but not signed. Whoever has the private
	// half can sign items that the provider accepts.
	Signing string
	// Algorithm is that of the signing key. Empty is as in [Store.SigningKey].
	Algorithm string
	// Options are for the keys of this pair, such as [cmp.AllowPKCS1].
	Options []cmp.KeyOption
}

// Provider encrypts each item as [cmp.Wrapped] does, under the keys of two aliases,
// and writes the aliases into the material description, in the clear. It decrypts
// an item with the pair of aliases that its description names, if that pair was
// given to [NewProvider]. It is safe for concurrent use, and follows its store when
// that is reloaded.
//
// The description is not signed: whoever can write an item can choose the aliases.
// It chooses only among the pairs that were given, and each key does only the job
// of its place in the pair. Any other alias of the store, such as a trusted
// certificate, is never used.
type Provider struct {
	store   *Store
	pairs   []Aliases // the first is the current one, the last that for items that name none
	options []cmp.Option

	built    atomic.Pointer[generation]
	building sync.Mutex
}

var _ cmp.Provider = (*Provider)(nil)

// generation is the keys of all pairs from one loading of the store.
type generation struct {
	from  *entries
	pairs []builtPair
}

type builtPair struct {
	provider *cmp.Wrapped
	err      error
}

type providerOptions struct {
	previous    []Aliases
	unnamed     *Aliases
	description cmp.MaterialDescription
}

// ProviderOption configures a [Provider]. The options are [WithPrevious],
// [WithUnnamed] and [WithDescription].
type ProviderOption interface{ applyToProvider(*providerOptions) }

type providerOption func(*providerOptions)

func (o providerOption) applyToProvider(p *providerOptions) { o(p) }

// WithPrevious adds pairs under which items may have been written: those items
// still open. Take a pair out when no item of it is left, or when one of its keys
// is no longer trusted. It affects decryption only.
func WithPrevious(pairs ...Aliases) ProviderOption {
	return providerOption(func(o *providerOptions) { o.previous = append(o.previous, pairs...) })
}

// WithUnnamed sets the pair for items whose description names no aliases, as other
// providers and the published clients write them: the current pair by default. It
// affects decryption only.
func WithUnnamed(pair Aliases) ProviderOption {
	return providerOption(func(o *providerOptions) { o.unnamed = &pair })
}

// WithDescription adds entries to the material description of each item, as
// [cmp.WithDescription] does. The aliases cannot be set.
func WithDescription(description cmp.MaterialDescription) ProviderOption {
	description = maps.Clone(description)
	return providerOption(func(o *providerOptions) {
		if o.description == nil {
			o.description = make(cmp.MaterialDescription, len(description))
		}
		maps.Copy(o.description, description)
	})
}

// NewProvider returns a provider that encrypts under the current pair. An alias
// that the store does not have is a [cmp.ErrKeyUnavailable], and a key that cannot
// do its job, or a pair given twice, a [cmp.ErrConfig].
func NewProvider(store *Store, current Aliases, options ...ProviderOption) (*Provider, error) {
	var o providerOptions
	for i, option := range options {
		if option == nil {
			return nil, fmt.Errorf("keystore: option %d is nil: %w", i+1, cmp.ErrConfig)
		}
		option.applyToProvider(&o)
	}
	if store == nil {
		return nil, fmt.Errorf("keystore: the store is nil: %w", cmp.ErrConfig)
	}
	all := *store.current()
	current = all.storedPair(current)
	named := []Aliases{current}
	for _, pair := range o.previous {
		named = append(named, all.storedPair(pair))
	}
	if err := checkPairs(named); err != nil {
		return nil, err
	}
	for _, key := range []string{DescriptionWrappingAlias, DescriptionSigningAlias} {
		if _, ok := o.description[key]; ok {
			return nil, fmt.Errorf("keystore: the requested description cannot set %s: %w", key, cmp.ErrConfig)
		}
	}
	unnamed := current
	if o.unnamed != nil {
		unnamed = all.storedPair(*o.unnamed)
	}
	if err := checkPairs([]Aliases{unnamed}); err != nil {
		return nil, err
	}
	p := &Provider{store: store, pairs: append(named, unnamed)}
	p.options = []cmp.Option{cmp.WithDescription(o.description), cmp.WithDescription(cmp.MaterialDescription{
		DescriptionWrappingAlias: current.Wrapping, DescriptionSigningAlias: current.Signing,
	})}
	for i := range p.pairs {
		p.pairs[i].Options = slices.Clone(p.pairs[i].Options)
	}
	for _, pair := range p.generation().pairs {
		if pair.err != nil {
			return nil, pair.err
		}
	}
	return p, nil
}

// storedPair spells a pair as the store does, so that all who write and read with
// one store name a key alike.
func (all entries) storedPair(pair Aliases) Aliases {
	pair.Wrapping, pair.Signing = all.stored(pair.Wrapping), all.stored(pair.Signing)
	return pair
}

func checkPairs(pairs []Aliases) error {
	for i, pair := range pairs {
		if pair.Signing == "" {
			return fmt.Errorf("keystore: the pair with wrapping alias %q has no signing alias: %w", pair.Wrapping, cmp.ErrConfig)
		}
		for _, other := range pairs[:i] {
			if pair.Wrapping == other.Wrapping && pair.Signing == other.Signing {
				return fmt.Errorf("keystore: aliases %q and %q are given twice: %w", pair.Wrapping, pair.Signing, cmp.ErrConfig)
			}
		}
	}
	return nil
}

// EncryptionMaterials makes a content key and wraps it under the current pair. It
// fails with [cmp.ErrKeyUnavailable] if the pair has no key to wrap or to sign.
func (p *Provider) EncryptionMaterials(ctx context.Context, request cmp.EncryptionRequest) (*cmp.EncryptionMaterials, error) {
	pair := p.generation().pairs[0]
	if pair.err != nil {
		return nil, pair.err
	}
	return pair.provider.EncryptionMaterials(ctx, request)
}

// DecryptionMaterials returns the keys of the pair that the description names. A
// pair that was not given to [NewProvider], or is no longer in the store, is a
// [cmp.ErrKeyUnavailable]; one alias without the other is a [cmp.ErrDescription].
// The rest is as in [cmp.Wrapped].
func (p *Provider) DecryptionMaterials(ctx context.Context, request cmp.DecryptionRequest) (*cmp.DecryptionMaterials, error) {
	i, err := p.choose(request.Description)
	if err != nil {
		return nil, err
	}
	pair := p.generation().pairs[i]
	if pair.err != nil {
		return nil, pair.err
	}
	return pair.provider.DecryptionMaterials(ctx, request)
}

// choose returns the index of the pair for an item.
func (p *Provider) choose(description cmp.MaterialDescription) (int, error) {
	wrapping, hasWrapping := description[DescriptionWrappingAlias]
	signing, hasSigning := description[DescriptionSigningAlias]
	unnamed := len(p.pairs) - 1
	switch {
	case !hasWrapping && !hasSigning:
		return unnamed, nil
	case !hasWrapping:
		return 0, fmt.Errorf("%w: it has %s without %s", cmp.ErrDescription, DescriptionSigningAlias, DescriptionWrappingAlias)
	case !hasSigning:
		return 0, fmt.Errorf("%w: it has %s without %s", cmp.ErrDescription, DescriptionWrappingAlias, DescriptionSigningAlias)
	}
	for _, want := range []string{wrapping, ""} {
		for i, pair := range p.pairs[:unnamed] {
			if pair.Wrapping == want && pair.Signing == signing {
				return i, nil
			}
		}
	}
	return 0, fmt.Errorf("keystore: %w: the item was written under aliases %q and %q, which are not a pair that the provider may use; add it to the previous ones if you trust it",
		cmp.ErrKeyUnavailable, shorten(wrapping), shorten(signing))
}

// generation returns the keys as the store has them now. They are made once for
// each loading.
func (p *Provider) generation() *generation {
	now := p.store.current()
	if built := p.built.Load(); built != nil && built.from == now {
		return built
	}
	p.building.Lock()
	defer p.building.Unlock()
	now = p.store.loaded.Load() // perhaps newer than what this caller saw
	if built := p.built.Load(); built != nil && built.from == now {
		return built
	}
	built := &generation{from: now, pairs: make([]builtPair, len(p.pairs))}
	for i, pair := range p.pairs {
		built.pairs[i].provider, built.pairs[i].err = p.build(*now, pair)
	}
	p.built.Store(built)
	return built
}

func (p *Provider) build(all entries, pair Aliases) (*cmp.Wrapped, error) {
	keys, err := all.keys(pair)
	if err != nil {
		return nil, err
	}
	provider, err := cmp.NewWrapped(keys, p.options...)
	if err != nil {
		return nil, fmt.Errorf("keystore: aliases %q and %q: %w", pair.Wrapping, pair.Signing, err)
	}
	return provider, nil
}

// keys returns as much of a pair as the store has: a public key does half of its
// job.
func (all entries) keys(pair Aliases) (keys cmp.WrappedKeys, err error) {
	if pair.Wrapping != "" {
		_, err = use(all, pair.Wrapping, func(e entry) (_ any, err error) {
			if keys.Wrapping, err = e.wrappingKey(pair.Options); err == nil && e.canUnwrap() {
				keys.Unwrapping, err = e.unwrappingKey(pair.Options)
			}
			return nil, err
		})
		if err != nil {
			return cmp.WrappedKeys{}, err
		}
	}
	_, err = use(all, pair.Signing, func(e entry) (_ any, err error) {
		if keys.Verification, err = e.verificationKey(pair.Algorithm, pair.Options); err == nil && e.canSign() {
			keys.Signing, err = e.signingKey(pair.Algorithm, pair.Options)
		}
		return nil, err
	})
	if err != nil {
		return cmp.WrappedKeys{}, err
	}
	return keys, nil
}

// Format prints a fixed text under every verb.
func (p *Provider) Format(state fmt.State, _ rune) {
	_, _ = io.WriteString(state, "[key store provider]")
}

// LogValue returns a fixed text.
func (p *Provider) LogValue() slog.Value { return slog.StringValue("[key store provider]") }
