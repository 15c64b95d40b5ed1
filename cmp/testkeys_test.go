package cmp

import (
	stdcrypto "crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// The RSA keys are made once: that takes a while.
var (
	rsa1024 = onceRSA(1024)
	rsa2048 = onceRSA(2048)
	rsa3072 = onceRSA(3072)
	other   = onceRSA(2048)
)

func onceRSA(bits int) func() *rsa.PrivateKey {
	return sync.OnceValue(func() *rsa.PrivateKey {
		key, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			panic(err)
		}
		return key
	})
}

func newECDSA(t testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	require.NoError(t, err)
	return key
}

func randomBytes(n int) []byte {
	data := make([]byte, n)
	_, _ = rand.Read(data)
	return data
}

func newAES(t testing.TB, size int) *AESKey {
	t.Helper()
	key, err := NewAESKey(randomBytes(size))
	require.NoError(t, err)
	return key
}

func newHMAC(t testing.TB) *HMACKey {
	t.Helper()
	key, err := NewHMACKey("HmacSHA256", randomBytes(32))
	require.NoError(t, err)
	return key
}

func newSigner(t testing.TB, algorithm string, signer stdcrypto.Signer) *AsymmetricSigningKey {
	t.Helper()
	key, err := NewAsymmetricSigningKey(algorithm, signer)
	require.NoError(t, err)
	return key
}

func newRSAPair(t testing.TB, key *rsa.PrivateKey, options ...KeyOption) (*RSAWrappingKey, *RSAUnwrappingKey) {
	t.Helper()
	public, err := NewRSAWrappingKey(&key.PublicKey, options...)
	require.NoError(t, err)
	private, err := NewRSAUnwrappingKey(key, options...)
	require.NoError(t, err)
	return public, private
}

func pkcs8(t testing.TB, key any) []byte {
	t.Helper()
	data, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return data
}

func spki(t testing.TB, key any) []byte {
	t.Helper()
	data, err := x509.MarshalPKIXPublicKey(key)
	require.NoError(t, err)
	return data
}

func pemBlock(kind string, data []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: data})
}

// requireClass wants an error of exactly one failure class.
func requireClass(t testing.TB, want, err error) {
	t.Helper()
	require.Error(t, err)
	for _, class := range failureClasses {
		if class == want {
			require.ErrorIs(t, err, class)
		} else {
			require.NotErrorIs(t, err, class)
		}
	}
}
