package cmp

import (
	"bytes"
	stdcrypto "crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// Encoding is the form in which key material comes.
type Encoding string

const (
	// Raw is the bytes of a symmetric key.
	Raw Encoding = "raw"
	// DER is an asymmetric key: PKCS #8 if private, SPKI if public.
	DER Encoding = "der"
	// PEM is one block of an asymmetric key: PRIVATE KEY, RSA PRIVATE KEY, EC
	// PRIVATE KEY, PUBLIC KEY, RSA PUBLIC KEY or CERTIFICATE. Text may stand
	// before it, but not after it. Of a certificate only the public key is
	// used: neither its dates nor its issuer are checked.
	PEM Encoding = "pem"
)

// ParseAESKey returns an AES key from raw bytes.
func ParseAESKey(algorithm string, encoding Encoding, data []byte) (*AESKey, error) {
	if algorithm != "AES" {
		return nil, fmt.Errorf("cmp: algorithm %q is not AES: %w", algorithm, ErrConfig)
	}
	if encoding != Raw {
		return nil, fmt.Errorf("cmp: AES key: encoding %q is not raw: %w", encoding, ErrConfig)
	}
	return NewAESKey(data)
}

// ParseSigningKey returns a key to sign with: an [HMACKey] from raw bytes, or an
// [AsymmetricSigningKey] from a private key in DER or PEM. What is not such a
// key is an [ErrConfig].
func ParseSigningKey(algorithm string, encoding Encoding, data []byte, options ...KeyOption) (SigningKey, error) {
	if isHMAC(algorithm) {
		return parseHMACKey(algorithm, encoding, data, options)
	}
	private, err := parsePrivateKey(encoding, data)
	if err != nil {
		return nil, err
	}
	return NewAsymmetricSigningKey(algorithm, private, options...)
}

// ParseVerificationKey returns a key to verify with: an [HMACKey] from raw
// bytes, or an [AsymmetricVerificationKey] from a public or private key in DER
// or PEM.
func ParseVerificationKey(algorithm string, encoding Encoding, data []byte, options ...KeyOption) (VerificationKey, error) {
	if isHMAC(algorithm) {
		return parseHMACKey(algorithm, encoding, data, options)
	}
	public, err := parsePublicKey(encoding, data)
	if err != nil {
		return nil, err
	}
	return NewAsymmetricVerificationKey(algorithm, public, options...)
}

// ParseWrappingKey returns a key to wrap content keys with: for the algorithm
// AES an [AESKey] from raw bytes, for RSA an [RSAWrappingKey] from a public or
// private key in DER or PEM.
func ParseWrappingKey(algorithm string, encoding Encoding, data []byte, options ...KeyOption) (WrappingKey, error) {
	if algorithm != "RSA" {
		return parseAESWrap(algorithm, encoding, data)
	}
	public, err := parsePublicKey(encoding, data)
	if err != nil {
		return nil, err
	}
	key, ok := public.(*rsa.PublicKey)
	if !ok {
		return nil, errKeyKind("an RSA key", public)
	}
	return NewRSAWrappingKey(key, options...)
}

// ParseUnwrappingKey returns a key to unwrap content keys with: for the
// algorithm AES an [AESKey] from raw bytes, for RSA an [RSAUnwrappingKey] from a
// private key in DER or PEM.
func ParseUnwrappingKey(algorithm string, encoding Encoding, data []byte, options ...KeyOption) (UnwrappingKey, error) {
	if algorithm != "RSA" {
		return parseAESWrap(algorithm, encoding, data)
	}
	private, err := parsePrivateKey(encoding, data)
	if err != nil {
		return nil, err
	}
	key, ok := private.(*rsa.PrivateKey)
	if !ok {
		return nil, errKeyKind("a private RSA key", private)
	}
	return NewRSAUnwrappingKey(key, options...)
}

func isHMAC(algorithm string) bool { return strings.HasPrefix(algorithm, "Hmac") }

func errKeyKind(want string, key any) error {
	return fmt.Errorf("cmp: a key of type %T is not %s: %w", key, want, ErrConfig)
}

func parseAESWrap(algorithm string, encoding Encoding, data []byte) (*AESKey, error) {
	if algorithm != "AES" {
		return nil, fmt.Errorf("cmp: wrapping algorithm %q is neither AES nor RSA: %w", algorithm, ErrConfig)
	}
	return ParseAESKey(algorithm, encoding, data)
}

func parseHMACKey(algorithm string, encoding Encoding, data []byte, options []KeyOption) (*HMACKey, error) {
	if encoding != Raw {
		return nil, fmt.Errorf("cmp: HMAC key: encoding %q is not raw: %w", encoding, ErrConfig)
	}
	return NewHMACKey(algorithm, data, options...)
}

func parsePrivateKey(encoding Encoding, data []byte) (stdcrypto.Signer, error) {
	key, err := parseKey(encoding, data)
	if err != nil {
		return nil, err
	}
	private, ok := key.(stdcrypto.Signer)
	if !ok {
		return nil, errKeyKind("a private key", key)
	}
	return private, nil
}

func parsePublicKey(encoding Encoding, data []byte) (stdcrypto.PublicKey, error) {
	key, err := parseKey(encoding, data)
	if err != nil {
		return nil, err
	}
	if private, ok := key.(stdcrypto.Signer); ok {
		return private.Public(), nil
	}
	return key, nil
}

// parseKey returns a private key as a stdcrypto.Signer, or a public key. It does
// not wrap the parser's error, which may quote what it read.
func parseKey(encoding Encoding, data []byte) (any, error) {
	switch encoding {
	case DER:
		if key, err := parsePKCS8(data); err == nil {
			return key, nil
		}
		if key, err := x509.ParsePKIXPublicKey(data); err == nil {
			return key, nil
		}
		return nil, fmt.Errorf("cmp: DER is neither a PKCS #8 private key nor an SPKI public key: %w", ErrConfig)
	case PEM:
		return parsePEM(data)
	default:
		return nil, fmt.Errorf("cmp: asymmetric key: encoding %q is neither der nor pem: %w", encoding, ErrConfig)
	}
}

// parsePKCS8 refuses what the standard library passes over: more bytes after the
// key.
func parsePKCS8(data []byte) (any, error) {
	if rest, err := asn1.Unmarshal(data, new(asn1.RawValue)); err != nil || len(rest) > 0 {
		return nil, errors.New("not one DER value")
	}
	return x509.ParsePKCS8PrivateKey(data)
}

func parsePEM(data []byte) (key any, err error) {
	block, rest := pem.Decode(data)
	if block == nil {
		return nil, fmt.Errorf("cmp: there is no PEM block: %w", ErrConfig)
	}
	if len(bytes.TrimSpace(rest)) > 0 {
		return nil, fmt.Errorf("cmp: something stands after the first PEM block, %q; leave only the key's: %w", block.Type, ErrConfig)
	}
	if block.Headers["DEK-Info"] != "" {
		return nil, fmt.Errorf("cmp: PEM block %q is encrypted; decrypt it first: %w", block.Type, ErrConfig)
	}
	switch block.Type {
	case "PRIVATE KEY":
		key, err = parsePKCS8(block.Bytes)
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	case "PUBLIC KEY":
		key, err = x509.ParsePKIXPublicKey(block.Bytes)
	case "RSA PUBLIC KEY":
		key, err = x509.ParsePKCS1PublicKey(block.Bytes)
	case "CERTIFICATE":
		var certificate *x509.Certificate
		if certificate, err = x509.ParseCertificate(block.Bytes); err == nil {
			key = certificate.PublicKey
		}
	default:
		return nil, fmt.Errorf("cmp: PEM block %q holds no key that is supported; decrypt an encrypted key first: %w", block.Type, ErrConfig)
	}
	if err != nil {
		return nil, fmt.Errorf("cmp: PEM block %q does not parse: %w", block.Type, ErrConfig)
	}
	return key, nil
}
