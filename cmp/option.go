package cmp

import (
	"fmt"
	"maps"
)

// Option configures a provider. The options are [WithDescription].
type Option interface{ applyToProvider(*providerOptions) }

type providerOptions struct {
	description MaterialDescription
}

type providerOption func(*providerOptions)

func (o providerOption) applyToProvider(p *providerOptions) { o(p) }

// WithDescription adds entries to the material description of each item, in the
// clear (the requested material description). A Wrapped provider also takes the
// content key's algorithm from amzn-ddb-env-alg: AES/128, AES/192 or AES/256.
// Given more than once, the entries add up. It affects encryption only.
//
// Source: developer guide, "Requested material description".
func WithDescription(description MaterialDescription) Option {
	description = maps.Clone(description)
	return providerOption(func(o *providerOptions) {
		if o.description == nil {
			o.description = make(MaterialDescription, len(description))
		}
		maps.Copy(o.description, description)
	})
}

func newProviderOptions(options []Option) (providerOptions, error) {
	o := providerOptions{}
	for _, option := range options {
		option.applyToProvider(&o)
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
