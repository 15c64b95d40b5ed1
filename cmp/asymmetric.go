package cmp

import (
	"context"
	stdcrypto "crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"hash"
	"log/slog"
	"strings"
)

const (
	minRSABits     = 2048
	minWeakRSABits = 1024
)

// asymmetricAlgorithm is a parsed name such as SHA256withRSA.
type asymmetricAlgorithm struct {
	name  string
	hash  stdcrypto.Hash
	isRSA bool
}

func parseAsymmetricAlgorithm(name string) (asymmetricAlgorithm, error) {
	hashName, scheme, _ := strings.Cut(name, "with")
	h, known := hashes[hashName]
	if !known || scheme != "RSA" && scheme != "ECDSA" {
		return asymmetricAlgorithm{}, fmt.Errorf("cmp: signing algorithm %q is not SHA224, SHA256, SHA384 or SHA512 withRSA or withECDSA: %w", name, ErrConfig)
	}
	return asymmetricAlgorithm{name, h, scheme == "RSA"}, nil
}

// checkPublic refuses keys of another kind than the algorithm's, and weak RSA
// keys unless they are allowed. It reports whether the key is weak.
func (a asymmetricAlgorithm) checkPublic(key stdcrypto.PublicKey, options keyOptions) (weak bool, err error) {
	switch key := key.(type) {
	case *rsa.PublicKey:
		if a.isRSA && key != nil {
			return checkRSA(key, options)
		}
	case *ecdsa.PublicKey:
		if !a.isRSA && key != nil {
			return false, checkECDSA(key)
		}
	}
	return false, fmt.Errorf("cmp: a key of type %T does not sign with %s: %w", key, a.name, ErrConfig)
}

// checkECDSA refuses points that are not on a curve of NIST's, from P-224 on.
// Later the standard library would panic for some of them.
func checkECDSA(key *ecdsa.PublicKey) error {
	//lint:ignore SA1019 only Bytes may read the fields, but it panics if they are nil
	if key.X != nil && key.Y != nil {
		if _, err := key.Bytes(); err == nil {
			return nil
		}
	}
	return fmt.Errorf("cmp: EC key is not a point on P-224, P-256, P-384 or P-521: %w", ErrConfig)
}

func checkRSA(key *rsa.PublicKey, options keyOptions) (weak bool, err error) {
	if key.N == nil {
		return false, fmt.Errorf("cmp: RSA key has no modulus: %w", ErrConfig)
	}
	bits := key.N.BitLen()
	weak = bits < minRSABits
	if bits < minWeakRSABits || weak && !options.allowWeak {
		return weak, fmt.Errorf("cmp: RSA key has %d bits, fewer than %d; with weak keys allowed the least is %d: %w", bits, minRSABits, minWeakRSABits, ErrConfig)
	}
	return weak, nil
}

// AsymmetricSigningKey is a SigningKey over any [stdcrypto.Signer] for RSA or
// ECDSA: *rsa.PrivateKey, *ecdsa.PrivateKey, or one that stands for a key
// elsewhere. It is safe for concurrent use if the signer is, and prints nothing
// of itself.
type AsymmetricSigningKey struct {
	algorithm asymmetricAlgorithm
	weak      bool
	signer    func() stdcrypto.Signer // holds the key: fmt does not look into functions
}

var _ DigestSigner = (*AsymmetricSigningKey)(nil)

// NewAsymmetricSigningKey returns a key for SHA224withRSA, SHA256withRSA,
// SHA384withRSA or SHA512withRSA (PKCS #1 v1.5), or the same withECDSA, which
// among the published clients only Java's can verify. A signer of the wrong kind
// is refused with [ErrConfig], and so is an RSA key of less than 2048 bits
// unless [AllowWeakKeys] is given.
func NewAsymmetricSigningKey(algorithm string, signer stdcrypto.Signer, options ...KeyOption) (*AsymmetricSigningKey, error) {
	a, err := parseAsymmetricAlgorithm(algorithm)
	if err != nil {
		return nil, err
	}
	if isNilSigner(signer) {
		return nil, fmt.Errorf("cmp: %s: the signer is nil: %w", algorithm, ErrConfig)
	}
	weak, err := a.checkPublic(signer.Public(), newKeyOptions(options))
	if err != nil {
		return nil, err
	}
	return &AsymmetricSigningKey{a, weak, func() stdcrypto.Signer { return signer }}, nil
}

// isNilSigner also knows the private keys whose Public would panic.
func isNilSigner(signer stdcrypto.Signer) bool {
	switch key := signer.(type) {
	case nil:
		return true
	case *rsa.PrivateKey:
		return key == nil
	case *ecdsa.PrivateKey:
		return key == nil
	}
	return false
}

// Algorithm returns the name that the key was made with.
func (k *AsymmetricSigningKey) Algorithm() string { return k.algorithm.name }

// Weak reports whether it is an RSA key of less than 2048 bits.
func (k *AsymmetricSigningKey) Weak() bool { return k.weak }

// VerificationKey returns the public half.
func (k *AsymmetricSigningKey) VerificationKey() VerificationKey {
	return &AsymmetricVerificationKey{k.algorithm, k.weak, k.signer().Public()}
}

// NewHash returns the hash that is signed.
func (k *AsymmetricSigningKey) NewHash() hash.Hash { return k.algorithm.hash.New() }

// Sign signs the hash of message.
func (k *AsymmetricSigningKey) Sign(ctx context.Context, message []byte) ([]byte, error) {
	h := k.NewHash()
	h.Write(message)
	return k.SignDigest(ctx, h.Sum(nil))
}

// SignDigest signs digest. A signer that fails is an [ErrKeyUnavailable].
func (k *AsymmetricSigningKey) SignDigest(_ context.Context, digest []byte) ([]byte, error) {
	signature, err := k.signer().Sign(rand.Reader, digest, k.algorithm.hash)
	if err != nil {
		return nil, keyError("sign with "+k.algorithm.name, err)
	}
	return signature, nil
}

// Format prints a fixed text under every verb.
func (k *AsymmetricSigningKey) Format(state fmt.State, _ rune) { printName(state, "[signing key]") }

// LogValue returns a fixed text.
func (k *AsymmetricSigningKey) LogValue() slog.Value { return slog.StringValue("[signing key]") }

// AsymmetricVerificationKey is a VerificationKey for a public RSA or ECDSA key.
// It is safe for concurrent use.
type AsymmetricVerificationKey struct {
	algorithm asymmetricAlgorithm
	weak      bool
	public    stdcrypto.PublicKey
}

var _ DigestVerifier = (*AsymmetricVerificationKey)(nil)

// NewAsymmetricVerificationKey returns a key for an algorithm as in
// [NewAsymmetricSigningKey]. The key is an *rsa.PublicKey or *ecdsa.PublicKey.
func NewAsymmetricVerificationKey(algorithm string, key stdcrypto.PublicKey, options ...KeyOption) (*AsymmetricVerificationKey, error) {
	a, err := parseAsymmetricAlgorithm(algorithm)
	if err != nil {
		return nil, err
	}
	weak, err := a.checkPublic(key, newKeyOptions(options))
	if err != nil {
		return nil, err
	}
	return &AsymmetricVerificationKey{a, weak, key}, nil
}

// Algorithm returns the name that the key was made with.
func (k *AsymmetricVerificationKey) Algorithm() string { return k.algorithm.name }

// Weak reports whether it is an RSA key of less than 2048 bits.
func (k *AsymmetricVerificationKey) Weak() bool { return k.weak }

// NewHash returns the hash that is signed.
func (k *AsymmetricVerificationKey) NewHash() hash.Hash { return k.algorithm.hash.New() }

// Verify verifies a signature of the hash of message.
func (k *AsymmetricVerificationKey) Verify(ctx context.Context, message, signature []byte) error {
	h := k.NewHash()
	h.Write(message)
	return k.VerifyDigest(ctx, h.Sum(nil), signature)
}

// VerifyDigest verifies a signature of digest: PKCS #1 v1.5 for RSA, strict DER
// for ECDSA.
func (k *AsymmetricVerificationKey) VerifyDigest(_ context.Context, digest, signature []byte) error {
	valid := false
	switch public := k.public.(type) {
	case *rsa.PublicKey:
		valid = rsa.VerifyPKCS1v15(public, k.algorithm.hash, digest, signature) == nil
	case *ecdsa.PublicKey:
		valid = ecdsa.VerifyASN1(public, digest, signature)
	}
	if !valid {
		return ErrSignature
	}
	return nil
}

// Format prints a fixed text under every verb.
func (k *AsymmetricVerificationKey) Format(state fmt.State, _ rune) {
	printName(state, "[verification key]")
}

// LogValue returns a fixed text.
func (k *AsymmetricVerificationKey) LogValue() slog.Value {
	return slog.StringValue("[verification key]")
}
