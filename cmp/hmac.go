package cmp

import (
	"bytes"
	"context"
	"crypto/hmac"
	"fmt"
	"hash"
	"log/slog"
	"runtime"
	"strings"
)

// minHMACBits is the length below which an HMAC key is weak.
const minHMACBits = 128

// HMACKey is a SigningKey and VerificationKey in memory. It is safe for
// concurrent use and prints nothing of itself. Its bytes are zeroed after the
// last reference to it is gone.
type HMACKey struct {
	algorithm string
	bits      int
	newHash   func() hash.Hash // holds the key: fmt does not look into functions
}

var (
	_ DigestSigner   = (*HMACKey)(nil)
	_ DigestVerifier = (*HMACKey)(nil)
)

// NewHMACKey returns a key for HmacSHA224, HmacSHA256, HmacSHA384 or
// HmacSHA512. It copies the bytes. A key of less than 128 bits is refused with
// [ErrConfig] unless [AllowWeakKeys] is given.
func NewHMACKey(algorithm string, key []byte, options ...KeyOption) (*HMACKey, error) {
	name, isHMAC := strings.CutPrefix(algorithm, "Hmac")
	h, known := hashes[name]
	if !isHMAC || !known {
		return nil, fmt.Errorf("cmp: HMAC key: algorithm %q is not HmacSHA224, HmacSHA256, HmacSHA384 or HmacSHA512: %w", algorithm, ErrConfig)
	}
	bits := 8 * len(key)
	if bits == 0 {
		return nil, fmt.Errorf("cmp: HMAC key is empty: %w", ErrConfig)
	}
	if bits < minHMACBits && !newKeyOptions(options).allowWeak {
		return nil, fmt.Errorf("cmp: HMAC key has %d bits, fewer than %d; allow weak keys if old data needs it: %w", bits, minHMACBits, ErrConfig)
	}
	secret := newHMACSecret(key)
	return &HMACKey{algorithm, bits, func() hash.Hash {
		defer runtime.KeepAlive(secret)
		return hmac.New(h.New, secret.key)
	}}, nil
}

// hmacSecret is what all copies of a key share.
type hmacSecret struct{ key []byte }

// newHMACSecret copies the key and sees to it that the copy is zeroed when nobody
// can use it any more, and not before: a signature under a key that is being zeroed
// would be anybody's.
func newHMACSecret(key []byte) *hmacSecret {
	secret := &hmacSecret{bytes.Clone(key)}
	runtime.AddCleanup(secret, func(key []byte) { clear(key) }, secret.key)
	return secret
}

// Algorithm returns the name that the key was made with.
func (k *HMACKey) Algorithm() string { return k.algorithm }

// Weak reports whether the key has less than 128 bits.
func (k *HMACKey) Weak() bool { return k.bits < minHMACBits }

// NewHash returns a new HMAC under this key.
func (k *HMACKey) NewHash() hash.Hash { return k.newHash() }

// Sign returns the HMAC of message.
func (k *HMACKey) Sign(_ context.Context, message []byte) ([]byte, error) {
	h := k.NewHash()
	h.Write(message)
	return h.Sum(nil), nil
}

// SignDigest returns digest: the HMAC is the signature.
func (k *HMACKey) SignDigest(_ context.Context, digest []byte) ([]byte, error) { return digest, nil }

// Verify compares signature with the HMAC of message in constant time.
func (k *HMACKey) Verify(ctx context.Context, message, signature []byte) error {
	expected, _ := k.Sign(ctx, message)
	return k.VerifyDigest(ctx, expected, signature)
}

// VerifyDigest compares signature with digest in constant time.
func (k *HMACKey) VerifyDigest(_ context.Context, digest, signature []byte) error {
	if !hmac.Equal(digest, signature) {
		return ErrSignature
	}
	return nil
}

// Format prints a fixed text under every verb.
func (k *HMACKey) Format(state fmt.State, _ rune) { printName(state, "[HMAC key]") }

// LogValue returns a fixed text.
func (k *HMACKey) LogValue() slog.Value { return slog.StringValue("[HMAC key]") }
