package cmp

import (
	"fmt"
	"maps"
	"time"
)

// Option configures a provider. [WithDescription] is for [NewStatic],
// [NewWrapped], [NewAsymmetricStatic] and the KMS providers. [WithGrantTokens],
// [WithKeySelector], [WithKeyValidator], [WithDecryptionKeys] and
// [AllowAnyKMSKey] are for [NewKMS] and [NewKMSFromConfig]. [WithCacheSize] and
// [WithBackgroundRefresh] are for [NewMostRecent]. A constructor refuses an option
// that it has no use for with [ErrConfig].
type Option interface{ applyToProvider(*providerOptions) error }

// providerKind tells which providers an option is for.
type providerKind uint8

const (
	staticKind providerKind = 1 << iota
	wrappedKind
	kmsKind
	mostRecentKind
)

var providerNames = map[providerKind]string{
	staticKind: "Static", wrappedKind: "Wrapped", kmsKind: "KMS", mostRecentKind: "MostRecent",
}

type providerOptions struct {
	kind        providerKind
	description MaterialDescription
	kms         kmsOptions
	cacheSize   int
	ahead       time.Duration
}

type providerOption struct {
	name  string
	kinds providerKind
	apply func(*providerOptions)
}

func (o providerOption) applyToProvider(p *providerOptions) error {
	if o.kinds&p.kind == 0 {
		return fmt.Errorf("cmp: the option %s is not for a %s provider: %w", o.name, providerNames[p.kind], ErrConfig)
	}
	o.apply(p)
	return nil
}

// WithDescription adds entries to the material description of each item, in the
// clear (the requested material description). A Wrapped or KMS provider also takes
// the content key's algorithm from amzn-ddb-env-alg: AES/128, AES/192 or AES/256.
// A KMS provider takes the signing key's from amzn-ddb-sig-alg:
// HmacSHA256/256, HmacSHA384/384 or HmacSHA512/512. Given more than once, the
// entries add up. It affects encryption only, but for amzn-ddb-sig-alg: a KMS
// provider reads items with the default or the requested one.
//
// Source: developer guide, "Requested material description".
func WithDescription(description MaterialDescription) Option {
	description = maps.Clone(description)
	return providerOption{"WithDescription", staticKind | wrappedKind | kmsKind, func(o *providerOptions) {
		if o.description == nil {
			o.description = make(MaterialDescription, len(description))
		}
		maps.Copy(o.description, description)
	}}
}

func newProviderOptions(kind providerKind, options []Option) (providerOptions, error) {
	o := providerOptions{kind: kind, cacheSize: defaultCacheSize}
	for i, option := range options {
		if option == nil {
			return o, fmt.Errorf("cmp: option %d is nil: %w", i+1, ErrConfig)
		}
		if err := option.applyToProvider(&o); err != nil {
			return o, err
		}
	}
	if _, err := o.description.Serialize(); err != nil {
		return o, fmt.Errorf("cmp: %w", err)
	}
	return o, nil
}

// signingKeys checks the keys that every provider has. A missing verification
// key is the signing key's other half, where it has one.
func signingKeys(signing SigningKey, verification VerificationKey) (VerificationKey, error) {
	if verification == nil && signing != nil {
		switch key := signing.(type) {
		case VerificationKey:
			verification = key
		case interface{ VerificationKey() VerificationKey }:
			verification = key.VerificationKey()
		}
	}
	if signing == nil && verification == nil {
		return nil, fmt.Errorf("cmp: there is neither a signing nor a verification key: %w", ErrConfig)
	}
	if signing != nil && !isSigningAlgorithm(signing.Algorithm()) {
		return nil, fmt.Errorf("cmp: signing key: algorithm %q is not allowed: %w", signing.Algorithm(), ErrConfig)
	}
	if verification != nil && !isSigningAlgorithm(verification.Algorithm()) {
		return nil, fmt.Errorf("cmp: verification key: algorithm %q is not allowed: %w", verification.Algorithm(), ErrConfig)
	}
	return verification, nil
}

// errMissing is what a provider answers if it lacks a key for the job.
func errMissing(key string) error {
	return fmt.Errorf("%w: no %s is configured", ErrKeyUnavailable, key)
}
