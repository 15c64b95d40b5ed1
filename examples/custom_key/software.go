//go:build !pkcs11

package main

import (
	"context"
	stdcrypto "crypto"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"sync"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

// softwareToken is a stand-in for a device, for machines that have none. Its
// keys are in the memory of the process and gone with it.
type softwareToken struct {
	wrapping *cmp.AESKey
	signing  *rsa.PrivateKey

	mu     sync.RWMutex
	closed bool
}

// openToken returns a stand-in with new keys.
func openToken(bool) (token, error) {
	material := make([]byte, 32)
	if _, err := rand.Read(material); err != nil {
		return nil, err
	}
	wrapping, err := cmp.NewAESKey(material)
	if err != nil {
		return nil, err
	}
	signing, err := rsa.GenerateKey(rand.Reader, 3072)
	if err != nil {
		return nil, err
	}
	return &softwareToken{wrapping: wrapping, signing: signing}, nil
}

func (t *softwareToken) String() string {
	return "stand-in for a token (in the memory of this process: it protects no key)"
}

func (t *softwareToken) WrapKey(ctx context.Context, contentKey []byte) ([]byte, error) {
	return t.call(ctx, func() ([]byte, error) { return t.wrapping.Wrap(ctx, contentKey) })
}

func (t *softwareToken) UnwrapKey(ctx context.Context, wrapped []byte) ([]byte, error) {
	return t.call(ctx, func() ([]byte, error) { return t.wrapping.Unwrap(ctx, cmp.WrappedKey{Ciphertext: wrapped}) })
}

func (t *softwareToken) SignDigest(ctx context.Context, digest []byte) ([]byte, error) {
	return t.call(ctx, func() ([]byte, error) { return t.signing.Sign(rand.Reader, digest, stdcrypto.SHA256) })
}

func (t *softwareToken) call(ctx context.Context, operation func() ([]byte, error)) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.closed {
		return nil, errors.New("it is closed")
	}
	return operation()
}

func (t *softwareToken) PublicKey() *rsa.PublicKey { return &t.signing.PublicKey }

func (t *softwareToken) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	return nil
}
