package interop

import (
	stdcrypto "crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"strings"
)

// Keys are the asymmetric key pairs that generated providers choose from: making them for each item would take
// longer than everything else.
type Keys struct {
	// RSA has pairs of 2048 and 3072 bits, EC pairs on P-256, P-384 and P-521.
	RSA, EC []KeyPair
}

// A KeyPair is a private key in PKCS #8 and its public key in SPKI form.
type KeyPair struct {
	// Name says what it is, such as RSA-2048.
	Name            string
	Private, Public []byte
}

// GenerateKeys makes fresh key pairs.
func GenerateKeys() (*Keys, error) {
	keys := &Keys{}
	for _, bits := range []int{2048, 3072} {
		private, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			return nil, fmt.Errorf("interop: generate an RSA key: %w", err)
		}
		pair, err := newKeyPair(fmt.Sprintf("RSA-%d", bits), private)
		if err != nil {
			return nil, err
		}
		keys.RSA = append(keys.RSA, pair)
	}
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		private, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			return nil, fmt.Errorf("interop: generate an EC key: %w", err)
		}
		pair, err := newKeyPair(curve.Params().Name, private)
		if err != nil {
			return nil, err
		}
		keys.EC = append(keys.EC, pair)
	}
	return keys, nil
}

func newKeyPair(name string, private stdcrypto.Signer) (KeyPair, error) {
	privateDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return KeyPair{}, fmt.Errorf("interop: encode a private key: %w", err)
	}
	publicDER, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		return KeyPair{}, fmt.Errorf("interop: encode a public key: %w", err)
	}
	return KeyPair{Name: name, Private: privateDER, Public: publicDER}, nil
}

// StaticProvider uses encryptionKey, an AES key or nothing, as it is.
func StaticProvider(encryptionKey []byte, signing SigningKeys) Provider {
	provider := signing.provider(ProviderStatic)
	if encryptionKey != nil {
		provider.EncryptionKey = rawKey("AES", encryptionKey)
	}
	return provider
}

// AESProvider wraps content keys with an AES key.
func AESProvider(wrappingKey []byte, signing SigningKeys) Provider {
	provider := signing.provider(ProviderWrapped)
	provider.WrappingKey = rawKey("AES", wrappingKey)
	provider.UnwrappingKey = provider.WrappingKey
	return provider
}

// RSAProvider wraps content keys with an RSA key, by a Java transformation or, if that is empty, the client's own choice.
func RSAProvider(pair KeyPair, transformation string, signing SigningKeys) Provider {
	provider := signing.provider(ProviderWrapped)
	provider.WrappingKey = derKey("RSA", pair.Public)
	provider.UnwrappingKey = derKey("RSA", pair.Private)
	provider.WrapAlgorithm = transformation
	provider.AllowPKCS1 = transformation != "" && !strings.Contains(transformation, "OAEP")
	return provider
}

// SigningKeys are a signing key and the key that verifies its signatures; nil where the same key does.
type SigningKeys struct {
	signing, verification *Key
	weak                  bool
}

// minimumHMAC is the shortest HMAC key, in bytes, that needs no permission.
const minimumHMAC = 16

// HMAC signs with a raw key; algorithm is such as HmacSHA256.
func HMAC(algorithm string, key []byte) SigningKeys {
	return SigningKeys{signing: rawKey(algorithm, key), weak: len(key) < minimumHMAC}
}

// Signature signs with an RSA or EC key; algorithm is such as SHA256withRSA.
func Signature(algorithm string, pair KeyPair) SigningKeys {
	return SigningKeys{signing: derKey(algorithm, pair.Private), verification: derKey(algorithm, pair.Public)}
}

func (s SigningKeys) provider(kind string) Provider {
	return Provider{Type: kind, SigningKey: s.signing, VerificationKey: s.verification, AllowWeakKeys: s.weak}
}

func rawKey(algorithm string, key []byte) *Key {
	return &Key{Algorithm: algorithm, Encoding: EncodingRaw, Base64: key}
}

func derKey(algorithm string, key []byte) *Key {
	return &Key{Algorithm: algorithm, Encoding: EncodingDER, Base64: key}
}
