package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"hash"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

// newProvider returns a provider whose keys are those of the token.
func newProvider(device token) (cmp.Provider, error) {
	// The public half needs no token: verification is done in the process.
	verification, err := cmp.NewAsymmetricVerificationKey(signatureAlgorithm, device.PublicKey())
	if err != nil {
		return nil, err
	}
	wrapping := wrappingKey{device}
	return cmp.NewWrapped(cmp.WrappedKeys{
		Wrapping:     wrapping,
		Unwrapping:   wrapping,
		Signing:      signingKey{device},
		Verification: verification,
	})
}

// The names are part of each item, and are Java's: whoever has the same keys
// reads the items with any client.
const (
	wrapAlgorithm      = "AESWrap"
	wrapOverhead       = 8 // bytes that AES key wrap adds
	signatureAlgorithm = "SHA256withRSA"
)

// wrappingKey wraps and unwraps content keys in the token.
type wrappingKey struct{ token token }

var (
	_ cmp.WrappingKey   = wrappingKey{}
	_ cmp.UnwrappingKey = wrappingKey{}
)

func (k wrappingKey) WrapAlgorithm() string { return wrapAlgorithm }

func (k wrappingKey) Wrap(ctx context.Context, contentKey []byte) ([]byte, error) {
	wrapped, err := k.token.WrapKey(ctx, contentKey)
	if err != nil {
		return nil, fmt.Errorf("%v: %w", k.token, err)
	}
	return wrapped, nil
}

func (k wrappingKey) AcceptsWrapAlgorithm(name string) bool { return name == wrapAlgorithm }

// Unwrap does not trouble the token with what cannot be a content key. The
// wrapped key is not covered by the item's signature, so anybody who can write
// to the table can change it.
func (k wrappingKey) Unwrap(ctx context.Context, wrapped cmp.WrappedKey) ([]byte, error) {
	switch size := len(wrapped.Ciphertext) - wrapOverhead; {
	case size != 16 && size != 24 && size != 32:
		return nil, fmt.Errorf("%w: the wrapped key is not that of an AES key", cmp.ErrCorrupt)
	case wrapped.Size != 0 && wrapped.Size != size:
		return nil, fmt.Errorf("%w: the wrapped key has another length than is stated", cmp.ErrCorrupt)
	}
	contentKey, err := k.token.UnwrapKey(ctx, wrapped.Ciphertext)
	if err != nil {
		return nil, fmt.Errorf("%v: %w", k.token, err)
	}
	return contentKey, nil
}

// signingKey signs items in the token, which sees only digests of them. If your
// device already comes as a crypto.Signer of the standard library,
// [cmp.NewAsymmetricSigningKey] takes that; but a Signer knows no context.
type signingKey struct{ token token }

var _ cmp.DigestSigner = signingKey{}

func (k signingKey) Algorithm() string { return signatureAlgorithm }

func (k signingKey) NewHash() hash.Hash { return sha256.New() }

func (k signingKey) Sign(ctx context.Context, message []byte) ([]byte, error) {
	digest := sha256.Sum256(message)
	return k.SignDigest(ctx, digest[:])
}

func (k signingKey) SignDigest(ctx context.Context, digest []byte) ([]byte, error) {
	if len(digest) != sha256.Size {
		return nil, fmt.Errorf("%w: %d bytes are no SHA-256 digest", cmp.ErrConfig, len(digest))
	}
	signature, err := k.token.SignDigest(ctx, digest)
	if err != nil {
		return nil, fmt.Errorf("%v: %w", k.token, err)
	}
	return signature, nil
}
