package cmp

import (
	"context"
	stdcrypto "crypto"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha1" // MGF1 with SHA-1 is what the format asks for
	"fmt"
	"log/slog"
)

// oaepSHA256 is the transformation that the published clients write.
const oaepSHA256 = "RSA/ECB/OAEPWithSHA-256AndMGF1Padding"

// oaepHashes are the OAEP hashes by transformation. In Java's naming MGF1 stays
// with SHA-1 in all of them, and the label is empty (docs/wire-format.md §7).
var oaepHashes = map[string]stdcrypto.Hash{
	"RSA/ECB/OAEPWithSHA-1AndMGF1Padding":   stdcrypto.SHA1,
	oaepSHA256:                              stdcrypto.SHA256,
	"RSA/ECB/OAEPWithSHA-384AndMGF1Padding": stdcrypto.SHA384,
	"RSA/ECB/OAEPWithSHA-512AndMGF1Padding": stdcrypto.SHA512,
}

// isPKCS1 reports whether a description with this amzn-ddb-wrap-alg means
// PKCS#1 v1.5 where the wrapping key is RSA.
func isPKCS1(name string) bool {
	return name == "" || name == "RSA" || name == "RSA/ECB/PKCS1Padding"
}

func (o keyOptions) oaep() (*rsa.OAEPOptions, error) {
	h, known := oaepHashes[o.wrapAlgorithm]
	if !known {
		return nil, fmt.Errorf("cmp: RSA wrap algorithm %q is not RSA/ECB/OAEPWithSHA-1AndMGF1Padding or the same with SHA-256, SHA-384 or SHA-512: %w", o.wrapAlgorithm, ErrConfig)
	}
	return &rsa.OAEPOptions{Hash: h, MGFHash: stdcrypto.SHA1}, nil
}

// RSAWrappingKey is a WrappingKey for a public RSA key: content keys are
// encrypted by RSA OAEP. It is safe for concurrent use.
//
// RSA wrapping does not authenticate the content key: anybody who has the
// public key can wrap a key of their own. What ties the item to its writer is
// the signature alone, and it does not cover the wrapped key. Where you can
// choose, wrap by AES or use KMS.
type RSAWrappingKey struct {
	name    string
	options *rsa.OAEPOptions
	public  *rsa.PublicKey
}

var _ WrappingKey = (*RSAWrappingKey)(nil)

// NewRSAWrappingKey returns a key that wraps by [WithWrapAlgorithm]'s
// transformation. Keys of less than 2048 bits need [AllowWeakKeys].
func NewRSAWrappingKey(key *rsa.PublicKey, options ...KeyOption) (*RSAWrappingKey, error) {
	o := newKeyOptions(options)
	oaep, err := o.oaep()
	if err != nil {
		return nil, err
	}
	if key == nil {
		return nil, fmt.Errorf("cmp: RSA wrapping key is nil: %w", ErrConfig)
	}
	if _, err := checkRSA(key, o); err != nil {
		return nil, err
	}
	return &RSAWrappingKey{o.wrapAlgorithm, oaep, key}, nil
}

// WrapAlgorithm returns the transformation.
func (k *RSAWrappingKey) WrapAlgorithm() string { return k.name }

// Wrap encrypts contentKey.
func (k *RSAWrappingKey) Wrap(_ context.Context, contentKey []byte) ([]byte, error) {
	wrapped, err := rsa.EncryptOAEPWithOptions(rand.Reader, k.public, contentKey, k.options)
	if err != nil {
		return nil, fmt.Errorf("%w: a content key of %d bytes cannot be wrapped by %s: %w", ErrConfig, len(contentKey), k.name, err)
	}
	return wrapped, nil
}

// Format prints a fixed text under every verb.
func (k *RSAWrappingKey) Format(state fmt.State, _ rune) { printName(state, "[RSA wrapping key]") }

// LogValue returns a fixed text.
func (k *RSAWrappingKey) LogValue() slog.Value { return slog.StringValue("[RSA wrapping key]") }

// RSAUnwrappingKey is an UnwrappingKey for a private RSA key. It is safe for
// concurrent use and prints nothing of itself. See [RSAWrappingKey] for what RSA
// wrapping does not protect.
type RSAUnwrappingKey struct {
	name       string
	options    *rsa.OAEPOptions
	allowPKCS1 bool
	private    func() *rsa.PrivateKey // holds the key: fmt does not look into functions
}

var _ UnwrappingKey = (*RSAUnwrappingKey)(nil)

// NewRSAUnwrappingKey returns a key that unwraps [WithWrapAlgorithm]'s
// transformation, and with [AllowPKCS1] what the oldest Java items use. Keys of
// less than 2048 bits need [AllowWeakKeys].
func NewRSAUnwrappingKey(key *rsa.PrivateKey, options ...KeyOption) (*RSAUnwrappingKey, error) {
	o := newKeyOptions(options)
	oaep, err := o.oaep()
	if err != nil {
		return nil, err
	}
	if key == nil {
		return nil, fmt.Errorf("cmp: RSA unwrapping key is nil: %w", ErrConfig)
	}
	if _, err := checkRSA(&key.PublicKey, o); err != nil {
		return nil, err
	}
	if err := key.Validate(); err != nil {
		return nil, fmt.Errorf("cmp: RSA unwrapping key: its private half and its primes do not belong to its public half: %w", ErrConfig)
	}
	return &RSAUnwrappingKey{o.wrapAlgorithm, oaep, o.allowPKCS1, func() *rsa.PrivateKey { return key }}, nil
}

// AcceptsWrapAlgorithm reports whether name is the key's transformation, or one
// that [AllowPKCS1] allows.
func (k *RSAUnwrappingKey) AcceptsWrapAlgorithm(name string) bool {
	return name == k.name || k.allowPKCS1 && isPKCS1(name)
}

// pkcs1DefaultSize is the content key's length where amzn-ddb-env-alg is a bare
// AES (docs/wire-format.md §2).
const pkcs1DefaultSize = 32

// Unwrap decrypts the content key. A ciphertext that does not decrypt is an
// [ErrCorrupt], except one of the modulus's length under PKCS#1 v1.5: that gives
// a random key, so that nobody learns which part of it was wrong.
func (k *RSAUnwrappingKey) Unwrap(_ context.Context, wrapped WrappedKey) ([]byte, error) {
	if len(wrapped.Ciphertext) != k.private().Size() { // the standard library takes shorter ones
		return nil, ErrCorrupt
	}
	if k.allowPKCS1 && isPKCS1(wrapped.WrapAlgorithm) {
		return k.unwrapPKCS1(wrapped)
	}
	contentKey, err := k.private().Decrypt(nil, wrapped.Ciphertext, k.options)
	if err != nil {
		return nil, ErrCorrupt
	}
	return contentKey, nil
}

func (k *RSAUnwrappingKey) unwrapPKCS1(wrapped WrappedKey) ([]byte, error) {
	size := wrapped.Size
	if size == 0 {
		size = pkcs1DefaultSize
	}
	contentKey := make([]byte, size)
	if _, err := rand.Read(contentKey); err != nil {
		return nil, fmt.Errorf("%w: no random bytes: %w", ErrKeyUnavailable, err)
	}
	//lint:ignore SA1019 the oldest items need it, and AllowPKCS1 guards it
	if err := rsa.DecryptPKCS1v15SessionKey(nil, k.private(), wrapped.Ciphertext, contentKey); err != nil {
		return nil, ErrCorrupt
	}
	return contentKey, nil
}

// Format prints a fixed text under every verb.
func (k *RSAUnwrappingKey) Format(state fmt.State, _ rune) { printName(state, "[RSA unwrapping key]") }

// LogValue returns a fixed text.
func (k *RSAUnwrappingKey) LogValue() slog.Value { return slog.StringValue("[RSA unwrapping key]") }
