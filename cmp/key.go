package cmp

import (
	"context"
	"crypto/cipher"
	"fmt"
	"hash"
	"io"
	"strings"
)

// The interfaces of this file are all that the library asks of a key. The
// types [AESKey], [HMACKey], [AsymmetricSigningKey], [AsymmetricVerificationKey],
// [RSAWrappingKey] and [RSAUnwrappingKey] implement them for keys in memory;
// implement them yourself for keys in an HSM, behind PKCS#11 or in a remote
// service (Java and Python call these delegated keys). All methods must be safe
// for concurrent use and must respect the context.
//
// An error of a key is reported as [ErrKeyUnavailable] unless it wraps one of
// the failure classes itself: a Verify that ran and did not match must wrap
// [ErrSignature], an Unwrap or Decrypt that ran and failed must wrap
// [ErrCorrupt].

// SigningKey signs items. If it has a method VerificationKey() VerificationKey, or
// is a VerificationKey itself, providers need no other key to verify.
type SigningKey interface {
	// Algorithm returns the Java name of the signature algorithm, such as
	// HmacSHA256, SHA256withRSA or SHA256withECDSA.
	Algorithm() string
	// Sign returns the signature of message, which it must not keep.
	Sign(ctx context.Context, message []byte) ([]byte, error)
}

// VerificationKey verifies the signatures of items.
type VerificationKey interface {
	// Algorithm is as in [SigningKey].
	Algorithm() string
	// Verify returns nil only if signature is one of message, and compares in
	// constant time.
	Verify(ctx context.Context, message, signature []byte) error
}

// DigestSigner is a SigningKey that needs only a digest of the message. The
// item encryptor prefers it, as it can then hash the message piece by piece.
type DigestSigner interface {
	SigningKey
	// NewHash returns a new hash to write the message to.
	NewHash() hash.Hash
	// SignDigest returns the signature of the message with that digest.
	SignDigest(ctx context.Context, digest []byte) ([]byte, error)
}

// DigestVerifier is a VerificationKey that needs only a digest of the message.
type DigestVerifier interface {
	VerificationKey
	// NewHash returns a new hash to write the message to.
	NewHash() hash.Hash
	// VerifyDigest is Verify for the message with that digest.
	VerifyDigest(ctx context.Context, digest, signature []byte) error
}

// Transformation is the one way in which attribute values are encrypted, in
// Java's notation.
const Transformation = "AES/CBC/PKCS5Padding"

// EncryptionKey encrypts attribute values.
type EncryptionKey interface {
	// Encrypt returns IV and ciphertext in one slice: a fresh random IV of 16
	// bytes, then the plaintext under the transformation, which is always
	// [Transformation].
	Encrypt(ctx context.Context, plaintext []byte, transformation string) ([]byte, error)
}

// DecryptionKey decrypts attribute values.
type DecryptionKey interface {
	// Decrypt reverses [EncryptionKey]'s Encrypt into a new slice. It checks
	// every byte of the padding.
	Decrypt(ctx context.Context, ciphertext []byte, transformation string) ([]byte, error)
}

// BlockKey is an EncryptionKey or DecryptionKey whose block cipher runs in this
// process, so that attribute values can be encrypted in place.
type BlockKey interface {
	// Block returns the block cipher, which is safe for concurrent use.
	Block() cipher.Block
}

// WrappingKey encrypts content keys.
type WrappingKey interface {
	// WrapAlgorithm returns what is written to the description as
	// amzn-ddb-wrap-alg: AESWrap, or a Java transformation such as
	// RSA/ECB/OAEPWithSHA-256AndMGF1Padding.
	WrapAlgorithm() string
	// Wrap returns contentKey encrypted. It must not keep contentKey.
	Wrap(ctx context.Context, contentKey []byte) ([]byte, error)
}

// UnwrappingKey decrypts content keys.
type UnwrappingKey interface {
	// AcceptsWrapAlgorithm reports whether keys may be unwrapped whose
	// description has this amzn-ddb-wrap-alg; empty means that the
	// description has none.
	AcceptsWrapAlgorithm(name string) bool
	// Unwrap returns the content key in a new slice. The caller checks its
	// length and zeroes it.
	Unwrap(ctx context.Context, wrapped WrappedKey) ([]byte, error)
}

// WrappedKey is a content key as it stands in a material description.
type WrappedKey struct {
	// Ciphertext is at most 8 KiB.
	Ciphertext []byte
	// WrapAlgorithm is one that the key accepts; perhaps empty.
	WrapAlgorithm string
	// Size is the length of the content key in bytes that amzn-ddb-env-alg
	// states: 16, 24 or 32, or 0 if it states none.
	Size int
}

// KeyOption configures a key that is made from key material. The options are
// [AllowWeakKeys], [AllowPKCS1] and [WithWrapAlgorithm].
type KeyOption interface{ applyToKey(*keyOptions) }

type keyOptions struct {
	allowWeak     bool
	allowPKCS1    bool
	wrapAlgorithm string
}

type keyOption func(*keyOptions)

func (o keyOption) applyToKey(k *keyOptions) { o(k) }

// AllowWeakKeys accepts HMAC keys of less than 128 bits and RSA keys of 1024 to
// 2047 bits, which occur with old data. Other keys are not affected.
func AllowWeakKeys() KeyOption { return keyOption(func(o *keyOptions) { o.allowWeak = true }) }

// AllowPKCS1 lets an RSA unwrapping key also unwrap PKCS#1 v1.5, which the
// oldest Java items use: amzn-ddb-wrap-alg is RSA, RSA/ECB/PKCS1Padding or
// absent. Nothing is ever written in this way. Other keys are not affected.
func AllowPKCS1() KeyOption { return keyOption(func(o *keyOptions) { o.allowPKCS1 = true }) }

// WithWrapAlgorithm sets the transformation of an RSA wrapping or unwrapping
// key, by its Java name: RSA/ECB/OAEPWithSHA-256AndMGF1Padding (the default), or
// the same with SHA-1, SHA-384 or SHA-512. Other keys are not affected.
func WithWrapAlgorithm(name string) KeyOption {
	return keyOption(func(o *keyOptions) { o.wrapAlgorithm = name })
}

func newKeyOptions(options []KeyOption) keyOptions {
	o := keyOptions{wrapAlgorithm: oaepSHA256}
	for _, option := range options {
		option.applyToKey(&o)
	}
	return o
}

// isSigningAlgorithm reports whether name is on the allow list: a hash of at
// least SHA-224 with HMAC, RSA PKCS #1 v1.5 or ECDSA.
func isSigningAlgorithm(name string) bool {
	rest, isHMAC := strings.CutPrefix(name, "Hmac")
	if !isHMAC {
		var isRSA, isECDSA bool
		rest, isRSA = strings.CutSuffix(name, "withRSA")
		if !isRSA {
			rest, isECDSA = strings.CutSuffix(name, "withECDSA")
		}
		if !isRSA && !isECDSA {
			return false
		}
	}
	_, ok := hashes[rest]
	return ok
}

// printName is what keys show of themselves under every verb.
func printName(state fmt.State, name string) { _, _ = io.WriteString(state, name) }
