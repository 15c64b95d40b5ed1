package cmp

//lint:file-ignore SA1019 hostile EC keys are made from their coordinates

import (
	stdcrypto "crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"fmt"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAESKeySizes(t *testing.T) {
	for n := range 34 {
		key, err := NewAESKey(make([]byte, n))
		parsed, parseErr := ParseAESKey("AES", Raw, make([]byte, n))
		if n == 16 || n == 24 || n == 32 {
			require.NoError(t, err, "%d bytes", n)
			require.NoError(t, parseErr, "%d bytes", n)
			continue
		}
		requireClass(t, ErrConfig, err)
		requireClass(t, ErrConfig, parseErr)
		require.Nil(t, key)
		require.Nil(t, parsed)
	}
}

func TestHMACKeySizes(t *testing.T) {
	for _, algorithm := range []string{"HmacSHA224", "HmacSHA256", "HmacSHA384", "HmacSHA512"} {
		for n := range 34 {
			_, err := NewHMACKey(algorithm, make([]byte, n))
			if n < 16 {
				requireClass(t, ErrConfig, err)
			} else {
				require.NoError(t, err)
			}
			key, err := NewHMACKey(algorithm, make([]byte, n), AllowWeakKeys())
			if n == 0 {
				requireClass(t, ErrConfig, err)
				continue
			}
			require.NoError(t, err)
			require.Equal(t, n < 16, key.Weak(), "%d bytes", n)
			require.Equal(t, algorithm, key.Algorithm())
		}
	}
}

// refusedAlgorithms sign nothing here.
var refusedAlgorithms = []string{
	"", "HmacSHA1", "HmacMD5", "Hmac", "HmacSHA", "hmacsha256", "HmacSHA256 ", "HmacSHA3-256", "HmacSHA256withRSA", "SHA256",
	"NONEwithRSA", "SHA1withRSA", "MD5withRSA", "MD2withRSA", "NONEwithECDSA", "SHA1withECDSA", "SHA256withDSA",
	"SHA256with", "withRSA", "SHA256withRSAwithRSA", "SHA256withRSAandMGF1", "SHA256withRSA/PSS", "sha256withRSA", "SHA256WithRSA", "RSASSA-PSS",
	"Ed25519", "EdDSA", "AES", "RSA",
}

func TestRefusedSigningAlgorithms(t *testing.T) {
	for _, algorithm := range refusedAlgorithms {
		t.Run(fmt.Sprintf("%q", algorithm), func(t *testing.T) {
			assert.False(t, isSigningAlgorithm(algorithm))
			weak := AllowWeakKeys()
			_, err := NewHMACKey(algorithm, make([]byte, 32), weak)
			requireClass(t, ErrConfig, err)
			for _, signer := range []stdcrypto.Signer{rsa2048(), newECDSA(t, elliptic.P256())} {
				_, err = NewAsymmetricSigningKey(algorithm, signer, weak)
				requireClass(t, ErrConfig, err)
				_, err = NewAsymmetricVerificationKey(algorithm, signer.Public(), weak)
				requireClass(t, ErrConfig, err)
				_, err = ParseSigningKey(algorithm, DER, pkcs8(t, signer), weak)
				requireClass(t, ErrConfig, err)
				_, err = ParseVerificationKey(algorithm, DER, spki(t, signer.Public()), weak)
				requireClass(t, ErrConfig, err)
			}
			_, err = ParseSigningKey(algorithm, Raw, make([]byte, 32), weak)
			requireClass(t, ErrConfig, err)
			_, err = ParseVerificationKey(algorithm, Raw, make([]byte, 32), weak)
			requireClass(t, ErrConfig, err)
		})
	}
}

// signerOf is a signer elsewhere, of which only the public half is known.
type signerOf struct {
	stdcrypto.Signer
	public stdcrypto.PublicKey
}

func (s signerOf) Public() stdcrypto.PublicKey { return s.public }

func TestRefusedAsymmetricKeys(t *testing.T) {
	_, edwards, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	curve := newECDSA(t, elliptic.P256())
	elsewhere := *elliptic.P256().Params() // the curve's parameters, as somebody's own implementation
	for _, c := range []struct {
		name      string
		algorithm string
		public    stdcrypto.PublicKey
	}{
		{"no key", "SHA256withRSA", nil},
		{"no key for ECDSA", "SHA256withECDSA", nil},
		{"a nil RSA key", "SHA256withRSA", (*rsa.PublicKey)(nil)},
		{"a nil EC key", "SHA256withECDSA", (*ecdsa.PublicKey)(nil)},
		{"an RSA key without a modulus", "SHA256withRSA", &rsa.PublicKey{E: 65537}},
		{"an RSA key of 512 bits", "SHA256withRSA", &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 511), E: 65537}},
		{"an EC key without a curve", "SHA256withECDSA", &ecdsa.PublicKey{}},
		{"an EC key without a point", "SHA256withECDSA", &ecdsa.PublicKey{Curve: elliptic.P256()}},
		{"an EC key with half a point", "SHA256withECDSA", &ecdsa.PublicKey{Curve: elliptic.P256(), X: curve.X}},
		{"an EC key off its curve", "SHA256withECDSA", &ecdsa.PublicKey{Curve: elliptic.P256(), X: curve.X, Y: new(big.Int).Add(curve.Y, big.NewInt(1))}},
		{"an EC key with a negative coordinate", "SHA256withECDSA", &ecdsa.PublicKey{Curve: elliptic.P256(), X: new(big.Int).Neg(curve.X), Y: curve.Y}},
		{"an EC key on the wrong curve", "SHA256withECDSA", &ecdsa.PublicKey{Curve: elliptic.P384(), X: curve.X, Y: curve.Y}},
		{"an EC key on somebody's curve", "SHA256withECDSA", &ecdsa.PublicKey{Curve: &elsewhere, X: curve.X, Y: curve.Y}},
		{"an EC key for RSA", "SHA256withRSA", &curve.PublicKey},
		{"an RSA key for ECDSA", "SHA256withECDSA", &rsa2048().PublicKey},
		{"an Ed25519 key for ECDSA", "SHA256withECDSA", edwards.Public()},
		{"an Ed25519 key for RSA", "SHA256withRSA", edwards.Public()},
		{"an RSA key by value", "SHA256withRSA", rsa2048().PublicKey},
		{"a private key", "SHA256withRSA", rsa2048()},
		{"a string", "SHA256withRSA", "key"},
	} {
		t.Run(c.name+" is refused", func(t *testing.T) {
			key, err := NewAsymmetricVerificationKey(c.algorithm, c.public, AllowWeakKeys())
			requireClass(t, ErrConfig, err)
			assert.Nil(t, key)
			signing, err := NewAsymmetricSigningKey(c.algorithm, signerOf{public: c.public}, AllowWeakKeys())
			requireClass(t, ErrConfig, err)
			assert.Nil(t, signing)
		})
	}
	for name, signer := range map[string]stdcrypto.Signer{
		"no signer":        nil,
		"a nil RSA key":    (*rsa.PrivateKey)(nil),
		"a nil EC key":     (*ecdsa.PrivateKey)(nil),
		"an empty RSA key": &rsa.PrivateKey{},
		"an empty EC key":  &ecdsa.PrivateKey{},
		"an Ed25519 key":   edwards,
	} {
		for _, algorithm := range []string{"SHA256withRSA", "SHA256withECDSA"} {
			t.Run(fmt.Sprintf("%s as a signer for %s is refused", name, algorithm), func(t *testing.T) {
				_, err := NewAsymmetricSigningKey(algorithm, signer)
				requireClass(t, ErrConfig, err)
			})
		}
	}
}

func TestRSAKeySizes(t *testing.T) {
	public := func(bits int) *rsa.PublicKey {
		if bits == 2048 {
			return &rsa2048().PublicKey
		}
		n := new(big.Int).Lsh(big.NewInt(1), uint(bits-1))
		return &rsa.PublicKey{N: n.SetBit(n, 0, 1), E: 65537}
	}
	for _, c := range []struct {
		bits         int
		strong, weak bool // accepted without and with AllowWeakKeys
	}{{512, false, false}, {1023, false, false}, {1024, false, true}, {2047, false, true}, {2048, true, true}} {
		t.Run(fmt.Sprintf("RSA %d", c.bits), func(t *testing.T) {
			key := public(c.bits)
			check := func(accepted bool, options ...KeyOption) {
				t.Helper()
				verification, err := NewAsymmetricVerificationKey("SHA256withRSA", key, options...)
				_, signErr := NewAsymmetricSigningKey("SHA256withRSA", signerOf{public: key}, options...)
				_, wrapErr := NewRSAWrappingKey(key, options...)
				if !accepted {
					requireClass(t, ErrConfig, err)
					requireClass(t, ErrConfig, signErr)
					requireClass(t, ErrConfig, wrapErr)
					return
				}
				require.NoError(t, err)
				require.NoError(t, signErr)
				require.NoError(t, wrapErr)
				require.Equal(t, !c.strong, verification.Weak())
			}
			check(c.strong)
			check(c.weak, AllowWeakKeys())
			check(c.strong, AllowPKCS1())
		})
	}
	t.Run("a weak private key unwraps and signs only if allowed", func(t *testing.T) {
		_, err := NewRSAUnwrappingKey(rsa1024())
		requireClass(t, ErrConfig, err)
		_, err = NewRSAUnwrappingKey(rsa1024(), AllowWeakKeys())
		require.NoError(t, err)
		_, err = NewAsymmetricStatic(rsa1024(), newHMAC(t))
		requireClass(t, ErrConfig, err)
		signing, err := NewAsymmetricSigningKey("SHA256withRSA", rsa1024(), AllowWeakKeys())
		require.NoError(t, err)
		assert.True(t, signing.Weak())
		assert.True(t, signing.VerificationKey().(*AsymmetricVerificationKey).Weak())
		signature, err := signing.Sign(t.Context(), []byte("message"))
		require.NoError(t, err)
		require.NoError(t, signing.VerificationKey().Verify(t.Context(), []byte("message"), signature))
	})
}

func TestRefusedWrappingKeys(t *testing.T) {
	_, err := NewRSAWrappingKey(nil)
	requireClass(t, ErrConfig, err)
	_, err = NewRSAWrappingKey(&rsa.PublicKey{})
	requireClass(t, ErrConfig, err)
	_, err = NewAsymmetricStatic(nil, newHMAC(t))
	requireClass(t, ErrConfig, err)
	for name, key := range map[string]*rsa.PrivateKey{
		"no key":                    nil,
		"an empty key":              {},
		"a key of the public half":  {PublicKey: rsa2048().PublicKey},
		"a key without its primes":  {PublicKey: rsa2048().PublicKey, D: rsa2048().D},
		"a key with another's half": {PublicKey: rsa2048().PublicKey, D: other().D, Primes: other().Primes},
	} {
		t.Run(name+" cannot unwrap", func(t *testing.T) {
			_, err := NewRSAUnwrappingKey(key)
			requireClass(t, ErrConfig, err)
		})
	}
	for _, name := range []string{
		"", "RSA", "AESWrap", "RSA/ECB/PKCS1Padding", "RSA/ECB/NoPadding", "RSA/ECB/OAEPPadding", "RSA/ECB/OAEPWithMD5AndMGF1Padding",
		"RSA/ECB/OAEPWithSHA-224AndMGF1Padding", "RSA/ECB/OAEPWithSHA-256AndMGF1Padding ", "RSA/ECB/OAEPWITHSHA-256ANDMGF1PADDING", "RSA/None/OAEPWithSHA-256AndMGF1Padding",
	} {
		t.Run(fmt.Sprintf("the transformation %q is refused", name), func(t *testing.T) {
			options := []KeyOption{WithWrapAlgorithm(name), AllowPKCS1(), AllowWeakKeys()}
			_, err := NewRSAWrappingKey(&rsa2048().PublicKey, options...)
			requireClass(t, ErrConfig, err)
			_, err = NewRSAUnwrappingKey(rsa2048(), options...)
			requireClass(t, ErrConfig, err)
		})
	}
}
