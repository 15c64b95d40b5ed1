package cmp

import "context"

// StaticKeys are the keys of a [Static] provider. Those that are not needed may
// be nil.
type StaticKeys struct {
	// Encryption encrypts attribute values. Without it nothing can be
	// encrypted, only signed.
	Encryption EncryptionKey
	// Decryption decrypts them. If nil, it is Encryption, where that can
	// decrypt.
	Decryption DecryptionKey
	// Signing signs items.
	Signing SigningKey
	// Verification verifies them. If nil, it is Signing or its public half.
	Verification VerificationKey
}

// Static is a provider that uses the keys that it is given, the same for every
// item. It is safe for concurrent use if its keys are.
//
// Nothing in an item tells which key it was encrypted with, and every value is
// encrypted under the same key: prefer [Wrapped] or KMS, except for tests and for
// data that is there already.
//
// Source: developer guide, "Static Provider".
type Static struct {
	encryption *EncryptionMaterials
	decryption *DecryptionMaterials
}

var _ Provider = (*Static)(nil)

// NewStatic returns a provider with the given keys. Without any signing or
// verification key it fails with [ErrConfig].
func NewStatic(keys StaticKeys, options ...Option) (*Static, error) {
	o, err := newProviderOptions(staticKind, options)
	if err != nil {
		return nil, err
	}
	verification, err := signingKeys(keys.Signing, keys.Verification)
	if err != nil {
		return nil, err
	}
	if keys.Decryption == nil && keys.Encryption != nil {
		keys.Decryption, _ = keys.Encryption.(DecryptionKey)
	}
	p := &Static{}
	if keys.Signing != nil {
		p.encryption = &EncryptionMaterials{
			Description:   o.description,
			EncryptionKey: keys.Encryption,
			SigningKey:    keys.Signing,
		}
	}
	if verification != nil {
		p.decryption = &DecryptionMaterials{VerificationKey: verification}
		if keys.Decryption != nil {
			p.decryption.DecryptionKey = func(context.Context) (DecryptionKey, error) { return keys.Decryption, nil }
		}
	}
	return p, nil
}

// EncryptionMaterials returns the keys. Without a signing key it fails with
// [ErrKeyUnavailable].
func (p *Static) EncryptionMaterials(context.Context, EncryptionRequest) (*EncryptionMaterials, error) {
	if p.encryption == nil {
		return nil, errMissing("signing key")
	}
	return p.encryption, nil
}

// DecryptionMaterials returns the keys, whatever the description says: it has no
// entry of this provider's. Without a verification key it fails with
// [ErrKeyUnavailable].
func (p *Static) DecryptionMaterials(context.Context, DecryptionRequest) (*DecryptionMaterials, error) {
	if p.decryption == nil {
		return nil, errMissing("verification key")
	}
	return p.decryption, nil
}
