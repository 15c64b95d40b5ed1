package keystore

import (
	"bytes"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

func TestOpenPEMDir(t *testing.T) {
	certificate, err := os.ReadFile("testdata/partner.cert")
	require.NoError(t, err)
	curve := newEC(t)
	sec1, err := x509.MarshalECPrivateKey(curve)
	require.NoError(t, err)
	dir := t.TempDir()
	for name, data := range map[string][]byte{
		"rsa.pem":        privatePEM(t, rsa2048()),
		"pkcs1.pem":      pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(rsa2048())}),
		"ec.pem":         privatePEM(t, curve),
		"sec1.pem":       pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: sec1}),
		"rsa-public.pem": publicPEM(t, rsa2048()),
		"ec-public.pem":  publicPEM(t, curve),
		"cert.pem":       certificate,
		"weak.pem":       privatePEM(t, rsa1024()),
		"a.b.aes":        base64Line(randomBytes(32)),
		"Mixed.aes":      base64Line(randomBytes(16)),
		"mac.hmac":       []byte(base64.StdEncoding.EncodeToString(randomBytes(32)) + "\r\n"),
		"short.hmac":     base64Line(randomBytes(8)),
		"README":         []byte("not a key"),
		"other.txt":      []byte("not a key"),
		"old.pem.bak":    []byte("not a key"),
		"UPPER.PEM":      []byte("not a key"),
		".hidden.pem":    []byte("not a key"),
		".pem":           []byte("not a key"),
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	require.NoError(t, os.Mkdir(filepath.Join(dir, "directory.pem"), 0o700))
	require.NoError(t, os.Symlink("ec.pem", filepath.Join(dir, "link.pem")))
	store, err := OpenPEMDir(dir)
	require.NoError(t, err)
	got := map[string]string{}
	for alias, e := range *store.current() {
		got[alias] = e.String()
	}
	assert.Equal(t, map[string]string{
		"rsa": "a private RSA key", "pkcs1": "a private RSA key", "ec": "a private EC key", "sec1": "a private EC key", "link": "a private EC key",
		"rsa-public": "a public RSA key", "ec-public": "a public EC key", "cert": "a public RSA key", "weak": "a private RSA key",
		"a.b": "an AES key", "Mixed": "an AES key", "mac": "an HMAC key", "short": "an HMAC key",
	}, got)
	assert.Equal(t, []string{"Mixed", "a.b", "cert", "ec", "ec-public", "link", "mac", "pkcs1", "rsa", "rsa-public", "sec1", "short", "weak"}, store.Aliases())
}

func TestBrokenPEMDirs(t *testing.T) {
	const canary = "canary-canary-canary"
	line := base64Line(randomBytes(32))
	_, ed, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	for _, test := range []struct {
		name  string
		files map[string][]byte
		want  string
	}{
		{"an empty directory", nil, "no key that has an alias"},
		{"a PEM file of other text", map[string][]byte{"bad.pem": []byte(canary)}, `file "bad.pem"`},
		{"a PEM file of another block", map[string][]byte{"bad.pem": pem.EncodeToMemory(&pem.Block{Type: "DH PARAMETERS", Bytes: []byte(canary)})}, `file "bad.pem"`},
		{"a PEM file that does not parse", map[string][]byte{"bad.pem": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte(canary)})}, `file "bad.pem"`},
		{"a PEM file of two keys", map[string][]byte{"bad.pem": bytes.Repeat(privatePEM(t, rsa2048()), 2)}, `file "bad.pem"`},
		{"a PEM file of an Ed25519 key", map[string][]byte{"bad.pem": privatePEM(t, ed)}, `file "bad.pem"`},
		{"half a PEM file", map[string][]byte{"bad.pem": privatePEM(t, rsa2048())[:900]}, `file "bad.pem"`},
		{"a key that is not base64", map[string][]byte{"bad.aes": []byte(canary + "!\n")}, `file "bad.aes"`},
		{"a key without a line feed, which may be half of one", map[string][]byte{"bad.aes": line[:24]}, "ends in a line feed"},
		{"a key of two lines", map[string][]byte{"bad.hmac": append(bytes.Clone(line), line...)}, `file "bad.hmac"`},
		{"base64 that is not canonical", map[string][]byte{"bad.aes": []byte("AAAAAAAAAAAAAAAAAAAAAB==\n")}, `file "bad.aes"`},
		{"an empty key", map[string][]byte{"bad.hmac": []byte("\n")}, `file "bad.hmac"`},
		{"an AES key of another length", map[string][]byte{"bad.aes": base64Line(randomBytes(33))}, "33 bytes"},
		{"a huge file", map[string][]byte{"bad.aes": bytes.Repeat([]byte{'A'}, maxKeyFile+1)}, "more than"},
		{"two files for one alias", map[string][]byte{"bad.aes": line, "bad.hmac": line}, `alias "bad"`},
	} {
		t.Run(test.name+" is refused", func(t *testing.T) {
			dir := t.TempDir()
			for name, data := range test.files {
				require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
			}
			_, err := OpenPEMDir(dir)
			requireClass(t, cmp.ErrConfig, err)
			assert.ErrorContains(t, err, test.want)
			assert.NotContains(t, err.Error(), "canary")
		})
	}
	t.Run("a directory that is not there is refused", func(t *testing.T) {
		_, err := OpenPEMDir(filepath.Join(t.TempDir(), "missing"))
		requireClass(t, cmp.ErrConfig, err)
		assert.ErrorIs(t, err, os.ErrNotExist)
	})
	t.Run("a link to nowhere is refused", func(t *testing.T) {
		dir := t.TempDir()
		require.NoError(t, os.Symlink("nowhere", filepath.Join(dir, "bad.pem")))
		_, err := OpenPEMDir(dir)
		requireClass(t, cmp.ErrConfig, err)
		assert.ErrorContains(t, err, "bad.pem")
	})
	t.Run("a nil option is refused", func(t *testing.T) {
		_, err := OpenPEMDir(t.TempDir(), nil)
		requireClass(t, cmp.ErrConfig, err)
	})
}

func TestKeysByAlias(t *testing.T) {
	dir, store := newDir(t)
	put(t, dir, "weak.pem", privatePEM(t, rsa1024()))
	put(t, dir, "short.hmac", base64Line(randomBytes(8)))
	put(t, dir, "rsa-public.pem", publicPEM(t, rsa2048()))
	java, err := OpenPKCS12("testdata/java.p12", []byte(password))
	require.NoError(t, err)

	wrapping := func(s *Store, alias string, o ...cmp.KeyOption) (any, error) { return s.WrappingKey(alias, o...) }
	unwrapping := func(s *Store, alias string, o ...cmp.KeyOption) (any, error) { return s.UnwrappingKey(alias, o...) }
	aesKey := func(s *Store, alias string, _ ...cmp.KeyOption) (any, error) { return s.AESKey(alias) }
	signing := func(algorithm string) func(*Store, string, ...cmp.KeyOption) (any, error) {
		return func(s *Store, alias string, o ...cmp.KeyOption) (any, error) {
			return s.SigningKey(alias, algorithm, o...)
		}
	}
	verification := func(algorithm string) func(*Store, string, ...cmp.KeyOption) (any, error) {
		return func(s *Store, alias string, o ...cmp.KeyOption) (any, error) {
			return s.VerificationKey(alias, algorithm, o...)
		}
	}
	for _, test := range []struct {
		name    string
		store   *Store
		key     func(*Store, string, ...cmp.KeyOption) (any, error)
		alias   string
		options []cmp.KeyOption
		want    error
	}{
		{"AES wraps", store, wrapping, "enc-2026", nil, nil},
		{"AES unwraps", store, unwrapping, "enc-2026", nil, nil},
		{"AES encrypts values", store, aesKey, "enc-2026", nil, nil},
		{"RSA wraps", store, wrapping, "rsa", nil, nil},
		{"RSA unwraps", store, unwrapping, "rsa", nil, nil},
		{"public RSA wraps", store, wrapping, "rsa-public", nil, nil},
		{"HMAC signs", store, signing(""), "sig-2026", nil, nil},
		{"HMAC verifies by any hash", store, verification("HmacSHA512"), "sig-2026", nil, nil},
		{"HMAC of a PKCS #12 file signs by its hash", java, signing("HmacSHA512"), "mac512", nil, nil},
		{"RSA signs", store, signing(""), "rsa", nil, nil},
		{"EC signs", store, signing("SHA384withECDSA"), "ec", nil, nil},
		{"public EC verifies", store, verification(""), "partner", nil, nil},
		{"an alias of Java is found in capitals", java, wrapping, "Enc-2025", nil, nil},
		{"weak RSA signs where it is allowed", store, signing(""), "weak", []cmp.KeyOption{cmp.AllowWeakKeys()}, nil},
		{"short HMAC verifies where it is allowed", store, verification(""), "short", []cmp.KeyOption{cmp.AllowWeakKeys()}, nil},

		{"a missing alias", store, wrapping, "missing", nil, cmp.ErrKeyUnavailable},
		{"an empty alias", store, signing(""), "", nil, cmp.ErrKeyUnavailable},
		{"a weak RSA key wraps", store, wrapping, "weak", nil, cmp.ErrConfig},
		{"a weak RSA key unwraps", store, unwrapping, "weak", nil, cmp.ErrConfig},
		{"a weak RSA key signs", store, signing(""), "weak", nil, cmp.ErrConfig},
		{"a short HMAC key verifies", store, verification(""), "short", nil, cmp.ErrConfig},
		{"HMAC wraps", store, wrapping, "sig-2026", nil, cmp.ErrConfig},
		{"HMAC unwraps", store, unwrapping, "sig-2026", nil, cmp.ErrConfig},
		{"HMAC encrypts values", store, aesKey, "sig-2026", nil, cmp.ErrConfig},
		{"AES signs", store, signing(""), "enc-2026", nil, cmp.ErrConfig},
		{"AES signs by HMAC", store, signing("HmacSHA256"), "enc-2026", nil, cmp.ErrConfig},
		{"AES verifies by HMAC", store, verification("HmacSHA256"), "enc-2026", nil, cmp.ErrConfig},
		{"EC wraps", store, wrapping, "ec", nil, cmp.ErrConfig},
		{"EC unwraps", store, unwrapping, "ec", nil, cmp.ErrConfig},
		{"RSA signs by HMAC", store, signing("HmacSHA256"), "rsa", nil, cmp.ErrConfig},
		{"a public key verifies by HMAC", store, verification("HmacSHA256"), "partner", nil, cmp.ErrConfig},
		{"RSA signs by ECDSA", store, signing("SHA256withECDSA"), "rsa", nil, cmp.ErrConfig},
		{"EC verifies by RSA", store, verification("SHA256withRSA"), "ec", nil, cmp.ErrConfig},
		{"RSA signs by SHA-1", store, signing("SHA1withRSA"), "rsa", nil, cmp.ErrConfig},
		{"HMAC signs by an unknown algorithm", store, signing("none"), "sig-2026", nil, cmp.ErrConfig},
		{"HMAC of a PKCS #12 file signs by another hash", java, signing("HmacSHA256"), "mac512", nil, cmp.ErrConfig},
		{"a public key signs", store, signing(""), "partner", nil, cmp.ErrConfig},
		{"a public key unwraps", store, unwrapping, "rsa-public", nil, cmp.ErrConfig},
		{"a DES key wraps", java, wrapping, "des", nil, cmp.ErrConfig},
		{"a DES key signs", java, signing("HmacSHA256"), "des", nil, cmp.ErrConfig},
		{"an Ed25519 key verifies", java, verification(""), "ed", nil, cmp.ErrConfig},
	} {
		name := test.name
		if test.want != nil {
			name += " is refused"
		}
		t.Run(name, func(t *testing.T) {
			key, err := test.key(test.store, test.alias, test.options...)
			if test.want == nil {
				require.NoError(t, err)
				assert.NotNil(t, key)
				return
			}
			requireClass(t, test.want, err)
			assert.ErrorContains(t, err, `alias "`+test.alias+`"`)
			assert.Nil(t, key)
		})
	}
	t.Run("an alias is taken as it is written first", func(t *testing.T) {
		put(t, dir, "Both.pem", privatePEM(t, newEC(t)))
		put(t, dir, "both.pem", privatePEM(t, rsa2048()))
		_, err := store.SigningKey("Both", "SHA256withECDSA")
		assert.NoError(t, err)
		_, err = store.SigningKey("BOTH", "SHA256withRSA")
		assert.NoError(t, err)
	})
}

// FuzzKeyFile wants no panic, and a key of everything that is accepted.
func FuzzKeyFile(f *testing.F) {
	f.Add("k.aes", base64Line(make([]byte, 32)))
	f.Add("k.hmac", base64Line(make([]byte, 8)))
	f.Add("k.pem", privatePEM(f, newEC(f)))
	f.Add("k.pem", publicPEM(f, newEC(f)))
	f.Add(".pem", []byte(elliptic.P256().Params().Name))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		alias, parse := keyFile(name)
		if parse == nil {
			return
		}
		e, err := parse(data)
		if err != nil {
			return
		}
		all := entries{alias: e}
		if _, err := all.get(alias); err != nil {
			t.Fatal(err)
		}
		if e.kind != kindAES {
			_, err = e.verificationKey("", []cmp.KeyOption{cmp.AllowWeakKeys()})
		} else {
			_, err = e.wrappingKey(nil)
		}
		if err != nil {
			t.Fatal(err)
		}
	})
}
