package keystore

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

func TestOpenPKCS12(t *testing.T) { checkStores(t, "testdata") }

// checkStores checks all stores that testdata/make.sh makes.
func checkStores(t *testing.T, dir string) {
	private := map[string]string{
		"enc-2025": "a private RSA key", "enc-2026": "a private RSA key", "sig-2025": "a private EC key", "sig-2026": "a private EC key",
		"weak": "a private RSA key", "partner": "a private RSA key",
	}
	for _, test := range []struct {
		name, file string
		want       map[string]string
	}{
		{"of private keys only", "keys.p12", private},
		{"of all kinds of entries", "java.p12", map[string]string{
			"enc-2025": "a private RSA key", "enc-2026": "a private RSA key", "sig-2025": "a private EC key", "sig-2026": "a private EC key",
			"weak": "a private RSA key", "partner": "a public RSA key",
			"aes": "an AES key", "mac": "an HmacSHA256 key", "mac512": "an HmacSHA512 key",
			"des": "an entry that is not supported (a secret key for algorithm 1.3.14.3.2.7)",
			"ed":  "an entry that is not supported (a private key that is neither RSA nor EC)",
		}},
		{"of certificates only", "trust.p12", map[string]string{"partner": "a public RSA key"}},
		{"of secret keys only", "secrets.p12", map[string]string{"aes": "an AES key"}},
		{"in the encryption of old Java", "legacy.p12", map[string]string{"sig": "a private EC key"}},
		{"converted from JKS", "converted.p12", map[string]string{"sig": "a private EC key"}},
		{"of OpenSSL", "openssl.p12", map[string]string{"Sig": "a private EC key"}},
	} {
		t.Run("a store "+test.name+" opens", func(t *testing.T) {
			store, err := OpenPKCS12(filepath.Join(dir, test.file), []byte(password))
			require.NoError(t, err)
			got := map[string]string{}
			for alias, e := range *store.current() {
				got[alias] = e.String()
			}
			assert.Equal(t, test.want, got)
			assert.Len(t, store.Aliases(), len(test.want))
			assert.NoError(t, store.Err())
		})
	}
	t.Run("secret keys are the ones that Java sees", func(t *testing.T) { checkSecretKeys(t, dir) })
	t.Run("private keys and certificates belong together", func(t *testing.T) { checkCertificates(t, dir) })
	t.Run("items open under the keys of a file", func(t *testing.T) {
		java, err := OpenPKCS12(filepath.Join(dir, "java.p12"), []byte(password))
		require.NoError(t, err)
		keys, err := OpenPKCS12(filepath.Join(dir, "keys.p12"), []byte(password))
		require.NoError(t, err)
		for _, pair := range []Aliases{pair2025, {Wrapping: "aes", Signing: "mac"}, {Wrapping: "enc-2026", Signing: "mac512"}, {Wrapping: "aes", Signing: "sig-2026", Algorithm: "SHA384withECDSA"}} {
			p := newProvider(t, java, pair)
			assert.NoError(t, unseal(t, p, seal(t, p)))
		}
		fromPartner := seal(t, newProvider(t, keys, Aliases{Wrapping: "enc-2026", Signing: "partner"}))
		assert.NoError(t, unseal(t, newProvider(t, java, Aliases{Wrapping: "enc-2026", Signing: "partner"}), fromPartner), "a certificate verifies where it is listed")
		requireClass(t, cmp.ErrKeyUnavailable, unseal(t, newProvider(t, java, Aliases{Wrapping: "enc-2026", Signing: "mac"}), fromPartner))
	})
	for _, test := range []struct{ name, file, password, want string }{
		{"under a wrong password", "keys.p12", "wrong", "the password is wrong"},
		{"under a password with a letter more", "java.p12", password + "x", "the password is wrong"},
		{"of all kinds under a wrong password", "java.p12", "wrong", "the password is wrong"},
		{"of secret keys under a wrong password", "secrets.p12", "wrong", "the password is wrong"},
		{"without a password", "keys.p12", "", "the password is empty"},
		{"without any alias", "unnamed.p12", password, "no key that has an alias"},
		{"of all kinds in the encryption of old Java", "legacy-trust.p12", password, "keytool -importkeystore"},
		{"that is not there", "missing.p12", password, "missing.p12"},
		{"that is PEM", "partner.cert", password, "partner.cert: configuration is not valid: it is no PKCS #12 file, or not a whole one"},
		{"that is a directory", "", password, "not a regular file"},
	} {
		t.Run("a store "+test.name+" is refused", func(t *testing.T) {
			store, err := OpenPKCS12(filepath.Join(dir, test.file), []byte(test.password))
			requireClass(t, cmp.ErrConfig, err)
			assert.ErrorContains(t, err, test.want)
			assert.ErrorContains(t, err, test.file)
			assert.Nil(t, store)
		})
	}
}

func checkSecretKeys(t *testing.T, dir string) {
	store, err := OpenPKCS12(filepath.Join(dir, "java.p12"), []byte(password))
	require.NoError(t, err)
	list, err := os.ReadFile(filepath.Join(dir, "secrets.txt"))
	require.NoError(t, err)
	checked := 0
	for line := range strings.Lines(string(list)) {
		fields := strings.Fields(line)
		require.Len(t, fields, 3)
		alias, algorithm := fields[0], fields[1]
		want, err := base64.StdEncoding.DecodeString(fields[2])
		require.NoError(t, err)
		if algorithm == "DES/CBC" {
			continue
		}
		e, err := store.current().get(alias)
		require.NoError(t, err)
		assert.True(t, string(want) == string(e.data()), alias)
		if algorithm != "AES" {
			assert.Equal(t, algorithm, e.defaultAlgorithm())
		}
		checked++
	}
	assert.Equal(t, 3, checked)
}

func checkCertificates(t *testing.T, dir string) {
	store, err := OpenPKCS12(filepath.Join(dir, "java.p12"), []byte(password))
	require.NoError(t, err)
	keys, err := OpenPKCS12(filepath.Join(dir, "keys.p12"), []byte(password))
	require.NoError(t, err)
	for alias, signer := range map[string]*Store{"partner": keys, "sig-2026": store} {
		signing, err := signer.SigningKey(alias, "")
		require.NoError(t, err)
		signature, err := signing.Sign(t.Context(), []byte("message"))
		require.NoError(t, err)
		data, err := os.ReadFile(filepath.Join(dir, alias+".cert"))
		require.NoError(t, err)
		certificate, err := cmp.ParseVerificationKey(signing.Algorithm(), cmp.PEM, data)
		require.NoError(t, err)
		assert.NoError(t, certificate.Verify(t.Context(), []byte("message"), signature))
		own, err := store.VerificationKey(alias, "")
		require.NoError(t, err)
		assert.NoError(t, own.Verify(t.Context(), []byte("message"), signature))
	}
}

func TestOtherFormats(t *testing.T) {
	const other = "it is no PKCS #12 file, or not a whole one"
	for _, test := range []struct {
		name, data, want string
	}{
		{"JKS", "\xfe\xed\xfe\xed\x00\x00\x00\x02\x00\x00\x00\x00", "it is a JKS file; convert it by keytool -importkeystore with -deststoretype pkcs12"},
		{"JCEKS", "\xce\xce\xce\xce\x00\x00\x00\x02\x00\x00\x00\x00", "it is a JKS file; convert it by keytool -importkeystore with -deststoretype pkcs12"},
		{"empty", "", other},
		{"text", "hello", other},
		{"other DER", "\x30\x03\x02\x01\x03", other},
		{"PKCS #12 of another version", "\x30\x14\x02\x01\x04\x30\x0f\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x02\x04\x00", "can only decode v3"},
		{"PKCS #12 without a code", "\x30\x14\x02\x01\x03\x30\x0f\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x02\x04\x00", "it is damaged, or no password protects it"},
	} {
		t.Run("a file that is "+test.name+" is refused", func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "keys.p12")
			require.NoError(t, os.WriteFile(file, []byte(test.data), 0o600))
			_, err := OpenPKCS12(file, []byte(password))
			requireClass(t, cmp.ErrConfig, err)
			assert.ErrorContains(t, err, test.want)
			assert.NotContains(t, err.Error(), "asn1")
		})
	}
}

func TestDamagedPKCS12(t *testing.T) {
	for _, name := range []string{"java.p12", "secrets.p12", "legacy.p12"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(t, err)
		const header, mac = 30, 130 // what the code does not cover
		file := filepath.Join(t.TempDir(), name)
		t.Run("any changed byte of "+name+" is noticed", func(t *testing.T) {
			for at := header; at < len(data)-mac; at += 1 + len(data)/25 {
				changed := append([]byte(nil), data...)
				changed[at] ^= 4
				require.NoError(t, os.WriteFile(file, changed, 0o600))
				_, err := OpenPKCS12(file, []byte(password))
				requireClass(t, cmp.ErrConfig, err)
			}
		})
		t.Run("a cut "+name+" is refused", func(t *testing.T) {
			for _, n := range []int{0, 1, 20, len(data) / 2, len(data) - 1} {
				require.NoError(t, os.WriteFile(file, data[:n], 0o600))
				_, err := OpenPKCS12(file, []byte(password))
				requireClass(t, cmp.ErrConfig, err)
			}
		})
	}
	t.Run("a huge file is refused before it is parsed", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "huge.p12")
		require.NoError(t, os.WriteFile(file, nil, 0o600))
		require.NoError(t, os.Truncate(file, maxPKCS12+1))
		_, err := OpenPKCS12(file, []byte(password))
		requireClass(t, cmp.ErrConfig, err)
		assert.ErrorContains(t, err, "more than")
	})
}

// What is authentic may still be malformed.
func TestReadBags(t *testing.T) {
	data, err := os.ReadFile("testdata/java.p12")
	require.NoError(t, err)
	t.Run("an entry under another password than the file's is refused", func(t *testing.T) {
		refused := 0
		for _, wrong := range []string{"a", "b", "c", "d"} { // one in 256 has a padding by chance
			if _, err := readBags(data, wrong); err != nil {
				assert.ErrorContains(t, err, "alias")
				refused++
			}
		}
		assert.NotZero(t, refused)
	})
	t.Run("a cut file is refused", func(t *testing.T) {
		for n := 0; n < len(data); n += 97 {
			_, err := readBags(data[:n], password)
			assert.Error(t, err)
		}
	})
	t.Run("no changed byte makes it panic", func(t *testing.T) {
		data, err := os.ReadFile("testdata/secrets.p12")
		require.NoError(t, err)
		iterations := bytes.LastIndex(data[:len(data)-100], []byte{2, 2, 0x27, 0x10}) // 10,000; many more would only take time
		for at := range data {
			if at >= iterations && at < iterations+4 {
				continue
			}
			changed := append([]byte(nil), data...)
			changed[at] ^= 1
			assert.NotPanics(t, func() { _, _ = readBags(changed, password) })
		}
	})
}
