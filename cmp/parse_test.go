package cmp

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// parser is one of the functions that read key material.
type parser func(algorithm string, encoding Encoding, data []byte, options ...KeyOption) (any, error)

var parsers = map[string]parser{
	"ParseAESKey": func(algorithm string, encoding Encoding, data []byte, _ ...KeyOption) (any, error) {
		return ParseAESKey(algorithm, encoding, data)
	},
	"ParseSigningKey": func(algorithm string, encoding Encoding, data []byte, options ...KeyOption) (any, error) {
		return ParseSigningKey(algorithm, encoding, data, options...)
	},
	"ParseVerificationKey": func(algorithm string, encoding Encoding, data []byte, options ...KeyOption) (any, error) {
		return ParseVerificationKey(algorithm, encoding, data, options...)
	},
	"ParseWrappingKey": func(algorithm string, encoding Encoding, data []byte, options ...KeyOption) (any, error) {
		return ParseWrappingKey(algorithm, encoding, data, options...)
	},
	"ParseUnwrappingKey": func(algorithm string, encoding Encoding, data []byte, options ...KeyOption) (any, error) {
		return ParseUnwrappingKey(algorithm, encoding, data, options...)
	},
}

const (
	sign, verify, wrap, unwrap = "ParseSigningKey", "ParseVerificationKey", "ParseWrappingKey", "ParseUnwrappingKey"
)

// form is key material and who reads it; all other parsers refuse it, whatever
// the algorithm.
type form struct {
	name      string
	algorithm string // to sign with
	encoding  Encoding
	data      []byte
	accepted  []string
}

func certificate(t *testing.T, public, private any) []byte {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotAfter: time.Now().Add(time.Hour)}
	data, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	require.NoError(t, err)
	return data
}

// encrypted is an encrypted key as OpenSSL's traditional format has it.
func encrypted(kind string) []byte {
	return pem.EncodeToMemory(&pem.Block{
		Type:    kind,
		Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-256-CBC,000102030405060708090A0B0C0D0E0F"},
		Bytes:   make([]byte, 1200),
	})
}

// sec1 and pkcs1 are the older forms of private keys.
func sec1(t *testing.T, key *ecdsa.PrivateKey) []byte {
	t.Helper()
	data, err := x509.MarshalECPrivateKey(key)
	require.NoError(t, err)
	return data
}

func forms(t *testing.T) []form {
	r, e := rsa2048(), newECDSA(t, elliptic.P256())
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	x, err := ecdh.X25519().GenerateKey(rand.Reader)
	require.NoError(t, err)
	const viaRSA, viaEC = "SHA256withRSA", "SHA256withECDSA"
	all := []string{sign, verify, wrap, unwrap}
	twice := slices.Concat(pemBlock("PRIVATE KEY", pkcs8(t, r)), pemBlock("PUBLIC KEY", spki(t, &r.PublicKey)))
	whole := pemBlock("PRIVATE KEY", pkcs8(t, r))
	return []form{
		{"RSA PKCS #8 in DER", viaRSA, DER, pkcs8(t, r), all},
		{"RSA PKCS #8 in PEM", viaRSA, PEM, whole, all},
		{"RSA PKCS #1 private in PEM", viaRSA, PEM, pemBlock("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(r)), all},
		{"RSA SPKI in DER", viaRSA, DER, spki(t, &r.PublicKey), []string{verify, wrap}},
		{"RSA SPKI in PEM", viaRSA, PEM, pemBlock("PUBLIC KEY", spki(t, &r.PublicKey)), []string{verify, wrap}},
		{"RSA PKCS #1 public in PEM", viaRSA, PEM, pemBlock("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&r.PublicKey)), []string{verify, wrap}},
		{"RSA certificate in PEM", viaRSA, PEM, pemBlock("CERTIFICATE", certificate(t, &r.PublicKey, r)), []string{verify, wrap}},
		{"EC PKCS #8 in DER", viaEC, DER, pkcs8(t, e), []string{sign, verify}},
		{"EC PKCS #8 in PEM", viaEC, PEM, pemBlock("PRIVATE KEY", pkcs8(t, e)), []string{sign, verify}},
		{"EC SEC 1 in PEM", viaEC, PEM, pemBlock("EC PRIVATE KEY", sec1(t, e)), []string{sign, verify}},
		{"EC SPKI in DER", viaEC, DER, spki(t, &e.PublicKey), []string{verify}},
		{"EC SPKI in PEM", viaEC, PEM, pemBlock("PUBLIC KEY", spki(t, &e.PublicKey)), []string{verify}},
		{"EC certificate in PEM", viaEC, PEM, pemBlock("CERTIFICATE", certificate(t, &e.PublicKey, e)), []string{verify}},
		{"PEM with text before it", viaRSA, PEM, append([]byte("subject=test\n"), whole...), all},
		{"PEM with CRLF line ends", viaRSA, PEM, bytes.ReplaceAll(whole, []byte("\n"), []byte("\r\n")), all},
		{"PEM with blank lines after it", viaRSA, PEM, append(bytes.Clone(whole), " \r\n\t\n"...), all},

		{"RSA key for ECDSA", viaEC, DER, pkcs8(t, r), []string{wrap, unwrap}},
		{"EC key for RSA", viaRSA, DER, pkcs8(t, e), nil},
		{"Ed25519 private key", viaEC, DER, pkcs8(t, edwards), nil},
		{"Ed25519 public key", viaEC, DER, spki(t, edwards.Public()), nil},
		{"X25519 private key", viaEC, DER, pkcs8(t, x), nil},
		{"X25519 public key", viaEC, PEM, pemBlock("PUBLIC KEY", spki(t, x.PublicKey())), nil},
		{"PKCS #1 in DER", viaRSA, DER, x509.MarshalPKCS1PrivateKey(r), nil},
		{"SEC 1 in DER", viaEC, DER, sec1(t, e), nil},
		{"certificate in DER", viaRSA, DER, certificate(t, &r.PublicKey, r), nil},
		{"PEM said to be DER", viaRSA, DER, whole, nil},
		{"DER said to be PEM", viaRSA, PEM, pkcs8(t, r), nil},
		{"DER said to be raw", viaRSA, Raw, pkcs8(t, r), nil},
		{"DER in another encoding's name", viaRSA, "DER", pkcs8(t, r), nil},
		{"no encoding", viaRSA, "", pkcs8(t, r), nil},
		{"nothing in DER", viaRSA, DER, nil, nil},
		{"nothing in PEM", viaRSA, PEM, nil, nil},
		{"garbage in DER", viaRSA, DER, []byte("garbage"), nil},
		{"a truncated PKCS #8", viaRSA, DER, pkcs8(t, r)[:200], nil},
		{"a PKCS #8 and a byte more", viaRSA, DER, append(pkcs8(t, r), 0), nil},
		{"an SPKI and a byte more", viaRSA, DER, append(spki(t, &r.PublicKey), 0), nil},
		{"PEM of a PKCS #8 and a byte more", viaRSA, PEM, pemBlock("PRIVATE KEY", append(pkcs8(t, r), 0)), nil},
		{"PEM with text after it", viaRSA, PEM, append(bytes.Clone(whole), "subject=test\n"...), nil},
		{"PEM with a cut block after it", viaRSA, PEM, append(bytes.Clone(whole), whole[:100]...), nil},
		{"two PEM blocks", viaRSA, PEM, twice, nil},
		{"a truncated PEM block", viaRSA, PEM, whole[:500], nil},
		{"PEM of an encrypted PKCS #8", viaRSA, PEM, pemBlock("ENCRYPTED PRIVATE KEY", pkcs8(t, r)), nil},
		{"PEM of an encrypted RSA key", viaRSA, PEM, encrypted("RSA PRIVATE KEY"), nil},
		{"PEM of an encrypted EC key", viaEC, PEM, encrypted("EC PRIVATE KEY"), nil},
		{"PEM of another type", viaRSA, PEM, pemBlock("OPENSSH PRIVATE KEY", pkcs8(t, r)), nil},
		{"PEM of a certificate request", viaRSA, PEM, pemBlock("CERTIFICATE REQUEST", spki(t, &r.PublicKey)), nil},
		{"PEM of EC parameters", viaEC, PEM, pemBlock("EC PARAMETERS", []byte{6, 8, 42, 134, 72, 206, 61, 3, 1, 7}), nil},
		{"PEM of the wrong type", viaRSA, PEM, pemBlock("RSA PRIVATE KEY", pkcs8(t, r)), nil},
		{"PEM of a private key said to be public", viaRSA, PEM, pemBlock("PUBLIC KEY", pkcs8(t, r)), nil},
		{"PEM of garbage", viaRSA, PEM, pemBlock("PRIVATE KEY", []byte("garbage")), nil},
	}
}

func TestKeyForms(t *testing.T) {
	for _, f := range forms(t) {
		for name, parse := range parsers {
			algorithm, accepted := f.algorithm, slices.Contains(f.accepted, name)
			verb := map[bool]string{true: "accepts ", false: "refuses "}[accepted]
			switch name {
			case "ParseAESKey":
				algorithm = "AES"
			case wrap, unwrap:
				algorithm = "RSA"
			}
			t.Run(name+" "+verb+f.name, func(t *testing.T) {
				key, err := parse(algorithm, f.encoding, f.data)
				if accepted {
					require.NoError(t, err)
					assert.NotNil(t, key)
					return
				}
				requireClass(t, ErrConfig, err)
				if len(f.data) > 0 {
					assert.NotContains(t, err.Error(), string(f.data))
				}
			})
		}
	}
}

func TestEncryptedPEMSaysWhatToDo(t *testing.T) {
	for _, data := range [][]byte{encrypted("RSA PRIVATE KEY"), encrypted("EC PRIVATE KEY"), pemBlock("ENCRYPTED PRIVATE KEY", []byte{48})} {
		_, err := ParseSigningKey("SHA256withRSA", PEM, data)
		requireClass(t, ErrConfig, err)
		assert.ErrorContains(t, err, "decrypt")
	}
}

func TestRawKeys(t *testing.T) {
	for _, c := range []struct {
		algorithm string
		accepted  []string
	}{
		{"AES", []string{"ParseAESKey", wrap, unwrap}},
		{"HmacSHA256", []string{sign, verify}},
		{"RSA", nil},
		{"AESWrap", nil},
		{"aes", nil},
		{"", nil},
	} {
		for name, parse := range parsers {
			t.Run(fmt.Sprintf("%s of %q", name, c.algorithm), func(t *testing.T) {
				_, err := parse(c.algorithm, Raw, make([]byte, 32))
				if slices.Contains(c.accepted, name) {
					require.NoError(t, err)
				} else {
					requireClass(t, ErrConfig, err)
				}
				for _, encoding := range []Encoding{DER, PEM, "RAW", ""} {
					_, err := parse(c.algorithm, encoding, make([]byte, 32))
					requireClass(t, ErrConfig, err)
				}
			})
		}
	}
}

func TestParseTakesOptions(t *testing.T) {
	weak := pkcs8(t, rsa1024())
	for _, c := range []struct {
		name, algorithm string
		encoding        Encoding
		data            []byte
	}{
		{sign, "SHA256withRSA", DER, weak},
		{verify, "SHA256withRSA", DER, weak},
		{wrap, "RSA", DER, weak},
		{unwrap, "RSA", DER, weak},
		{sign, "HmacSHA256", Raw, make([]byte, 8)},
		{verify, "HmacSHA256", Raw, make([]byte, 8)},
	} {
		t.Run(c.name+" of a weak key for "+c.algorithm, func(t *testing.T) {
			_, err := parsers[c.name](c.algorithm, c.encoding, c.data)
			requireClass(t, ErrConfig, err)
			_, err = parsers[c.name](c.algorithm, c.encoding, c.data, AllowWeakKeys())
			require.NoError(t, err)
		})
	}
	t.Run("an RSA key of 512 bits is refused in any case", func(t *testing.T) {
		n := new(big.Int).Lsh(big.NewInt(1), 511)
		small := rsa.PublicKey{N: n.SetBit(n, 0, 1), E: 65537}
		bits, err := asn1.Marshal(small)
		require.NoError(t, err)
		data := pemBlock("RSA PUBLIC KEY", bits)
		_, err = ParseVerificationKey("SHA256withRSA", PEM, data, AllowWeakKeys())
		requireClass(t, ErrConfig, err)
		_, err = ParseWrappingKey("RSA", PEM, data, AllowWeakKeys(), AllowPKCS1())
		requireClass(t, ErrConfig, err)
	})
	t.Run("a transformation reaches the key", func(t *testing.T) {
		const sha512 = "RSA/ECB/OAEPWithSHA-512AndMGF1Padding"
		public, err := ParseWrappingKey("RSA", DER, spki(t, &rsa2048().PublicKey), WithWrapAlgorithm(sha512))
		require.NoError(t, err)
		assert.Equal(t, sha512, public.WrapAlgorithm())
		private, err := ParseUnwrappingKey("RSA", DER, pkcs8(t, rsa2048()), WithWrapAlgorithm(sha512), AllowPKCS1())
		require.NoError(t, err)
		assert.True(t, private.AcceptsWrapAlgorithm(sha512))
		assert.True(t, private.AcceptsWrapAlgorithm("RSA"))
		assert.False(t, private.AcceptsWrapAlgorithm(oaepSHA256))
	})
}
