package cmp

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func newWrapped(t testing.TB, keys WrappedKeys, options ...Option) *Wrapped {
	t.Helper()
	p, err := NewWrapped(keys, options...)
	require.NoError(t, err)
	return p
}

// opening returns the decryption materials for a description.
func opening(t testing.TB, p Provider, description MaterialDescription) (*DecryptionMaterials, error) {
	t.Helper()
	return p.DecryptionMaterials(t.Context(), decryptionRequest(t, description))
}

// Wire-format §2, "What we write".
func TestWrappedDescription(t *testing.T) {
	mac := newHMAC(t)
	public, private := newRSAPair(t, rsa2048())
	for _, c := range []struct {
		name      string
		keys      WrappedKeys
		requested string
		algorithm string
		size      int
		overhead  int // 0 is RSA
	}{
		{"AES-256 wrap", WrappedKeys{Wrapping: newAES(t, 32), Signing: mac}, "", "AESWrap", 32, 8},
		{"AES-128 wrap", WrappedKeys{Wrapping: newAES(t, 16), Signing: mac}, "", "AESWrap", 32, 8},
		{"AES wrap of AES/128", WrappedKeys{Wrapping: newAES(t, 32), Signing: mac}, "AES/128", "AESWrap", 16, 8},
		{"AES wrap of AES/192", WrappedKeys{Wrapping: newAES(t, 32), Signing: mac}, "AES/192", "AESWrap", 24, 8},
		{"AES wrap of AES/256", WrappedKeys{Wrapping: newAES(t, 32), Signing: mac}, "AES/256", "AESWrap", 32, 8},
		{"RSA wrap", WrappedKeys{Wrapping: public, Unwrapping: private, Signing: mac}, "", oaepSHA256, 32, 0},
		{"RSA wrap of AES/128", WrappedKeys{Wrapping: public, Unwrapping: private, Signing: mac}, "AES/128", oaepSHA256, 16, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var options []Option
			algorithm := "AES/256"
			if c.requested != "" {
				algorithm = c.requested
				options = append(options, WithDescription(MaterialDescription{"amzn-ddb-env-alg": algorithm, "amzn-ddb-wrap-alg": c.algorithm, "team": "a"}))
			}
			p := newWrapped(t, c.keys, options...)
			materials, err := p.EncryptionMaterials(t.Context(), testRequest())
			require.NoError(t, err)
			text := materials.Description["amzn-ddb-env-key"]
			want := MaterialDescription{"amzn-ddb-env-key": text, "amzn-ddb-env-alg": algorithm, "amzn-ddb-wrap-alg": c.algorithm}
			if c.requested != "" {
				want["team"] = "a"
			}
			assert.Equal(t, want, materials.Description)
			wrapped, err := base64.StdEncoding.Strict().DecodeString(text)
			require.NoError(t, err)
			if c.overhead == 0 {
				assert.Len(t, wrapped, 256)
			} else {
				assert.Len(t, wrapped, c.size+c.overhead)
			}
			contentKey, err := p.keys.Unwrapping.Unwrap(t.Context(), WrappedKey{wrapped, c.algorithm, c.size})
			require.NoError(t, err)
			assert.Len(t, contentKey, c.size)
			require.NoError(t, transfer(t, p, p))
		})
	}
}

func TestRefusedRequests(t *testing.T) {
	public, _ := newRSAPair(t, rsa2048())
	for name, description := range map[string]MaterialDescription{
		"a wrapped key":                 {"amzn-ddb-env-key": "AAAA"},
		"an empty wrapped key":          {"amzn-ddb-env-key": ""},
		"another wrap algorithm":        {"amzn-ddb-wrap-alg": "AESWrap"},
		"PKCS #1":                       {"amzn-ddb-wrap-alg": "RSA/ECB/PKCS1Padding"},
		"an empty wrap algorithm":       {"amzn-ddb-wrap-alg": ""},
		"another OAEP":                  {"amzn-ddb-wrap-alg": "RSA/ECB/OAEPWithSHA-1AndMGF1Padding"},
		"a content key for DES":         {"amzn-ddb-env-alg": "DESede/168"},
		"a content key of 64 bits":      {"amzn-ddb-env-alg": "AES/64"},
		"a content key of no length":    {"amzn-ddb-env-alg": "AES"},
		"an empty content algorithm":    {"amzn-ddb-env-alg": ""},
		"a length in another notation":  {"amzn-ddb-env-alg": "AES/0256"},
		"a content key of another case": {"amzn-ddb-env-alg": "aes/256"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewWrapped(WrappedKeys{Wrapping: public, Signing: newHMAC(t)}, WithDescription(description))
			requireClass(t, ErrConfig, err)
		})
	}
}

// countingKey counts its unwraps.
type countingKey struct {
	UnwrappingKey
	unwraps int
}

func (c *countingKey) Unwrap(ctx context.Context, wrapped WrappedKey) ([]byte, error) {
	c.unwraps++
	return c.UnwrappingKey.Unwrap(ctx, wrapped)
}

func TestContentKeyIsUnwrappedLazily(t *testing.T) {
	aes := newAES(t, 32)
	counting := &countingKey{UnwrappingKey: aes}
	p := newWrapped(t, WrappedKeys{Wrapping: aes, Unwrapping: counting, Signing: newHMAC(t)})
	encryption, err := p.EncryptionMaterials(t.Context(), testRequest())
	require.NoError(t, err)
	decryption, err := opening(t, p, encryption.Description)
	require.NoError(t, err)
	assert.Zero(t, counting.unwraps)
	_, err = decryption.DecryptionKey(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 1, counting.unwraps)
}

func TestWrappedKeysThatAreMissing(t *testing.T) {
	aes, mac := newAES(t, 32), newHMAC(t)
	onlyWraps := struct{ WrappingKey }{aes}
	whole := newWrapped(t, WrappedKeys{Wrapping: aes, Signing: mac})
	written, err := whole.EncryptionMaterials(t.Context(), testRequest())
	require.NoError(t, err)
	for _, c := range []struct {
		name                        string
		keys                        WrappedKeys
		encrypts, verifies, unwraps bool
	}{
		{"all", WrappedKeys{Wrapping: aes, Signing: mac}, true, true, true},
		{"no wrapping key", WrappedKeys{Unwrapping: aes, Signing: mac}, false, true, true},
		{"no unwrapping key", WrappedKeys{Wrapping: onlyWraps, Signing: mac}, true, true, false},
		{"no signing key", WrappedKeys{Wrapping: aes, Verification: mac}, false, true, true},
		{"no verification key", WrappedKeys{Wrapping: aes, Signing: struct{ SigningKey }{mac}}, true, false, false},
		{"nothing but a verification key", WrappedKeys{Verification: mac}, false, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newWrapped(t, c.keys)
			_, err := p.EncryptionMaterials(t.Context(), testRequest())
			if c.encrypts {
				require.NoError(t, err)
			} else {
				requireClass(t, ErrKeyUnavailable, err)
			}
			materials, err := opening(t, p, written.Description)
			if !c.verifies {
				requireClass(t, ErrKeyUnavailable, err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.unwraps, materials.DecryptionKey != nil)
		})
	}
}

// lines breaks text into lines that each end in CRLF.
func lines(text string, length int) string {
	var out strings.Builder
	for len(text) > length {
		out.WriteString(text[:length] + "\r\n")
		text = text[length:]
	}
	return out.String() + text + "\r\n"
}

func TestAcceptedDescriptions(t *testing.T) {
	public, private := newRSAPair(t, rsa2048(), AllowPKCS1())
	p := newWrapped(t, WrappedKeys{Wrapping: public, Unwrapping: private, Signing: newHMAC(t)})
	written, err := p.EncryptionMaterials(t.Context(), testRequest())
	require.NoError(t, err)
	text := written.Description[DescriptionContentKey]
	for _, c := range []struct {
		name       string
		key, value string
		want       error
	}{
		{"as written", "team", "a", nil},
		{"a content algorithm without a length", "amzn-ddb-env-alg", "AES", nil},
		{"lines of 76 characters", "amzn-ddb-env-key", lines(text, 76), nil},

		{"a description without content algorithm", "amzn-ddb-env-alg", "-", ErrDescription},
		{"an empty content algorithm", "amzn-ddb-env-alg", "", ErrAlgorithm},
		{"AES of 64 bits", "amzn-ddb-env-alg", "AES/64", ErrAlgorithm},
		{"AES in a notation of its own", "amzn-ddb-env-alg", "AES/0256", ErrAlgorithm},
		{"DES", "amzn-ddb-env-alg", "DESede/168", ErrAlgorithm},
		{"a description without wrapped key", "amzn-ddb-env-key", "-", ErrDescription},
		{"an empty wrapped key", "amzn-ddb-env-key", "", ErrDescription},
		{"only a line end", "amzn-ddb-env-key", "\r\n", ErrDescription},
		{"no base64", "amzn-ddb-env-key", "*" + text[1:], ErrDescription},
		{"base64 for URLs", "amzn-ddb-env-key", "__" + text[2:], ErrDescription},
		{"base64 without padding", "amzn-ddb-env-key", strings.TrimRight(text, "="), ErrDescription},
		{"base64 and more", "amzn-ddb-env-key", text + "AAAA", ErrDescription},
		{"base64 whose last bits are not zero", "amzn-ddb-env-key", "AB==", ErrDescription},
		{"space before", "amzn-ddb-env-key", " " + text, ErrDescription},
		{"lines of 64 characters", "amzn-ddb-env-key", lines(text, 64), ErrDescription},
		{"lines of 80 characters", "amzn-ddb-env-key", lines(text, 80), ErrDescription},
		{"lines without the last end", "amzn-ddb-env-key", strings.TrimSuffix(lines(text, 76), "\r\n"), ErrDescription},
		{"lines that end in LF", "amzn-ddb-env-key", strings.ReplaceAll(lines(text, 76), "\r\n", "\n"), ErrDescription},
		{"lines that end in CR", "amzn-ddb-env-key", strings.ReplaceAll(lines(text, 76), "\r\n", "\r"), ErrDescription},
		{"lines with an empty one", "amzn-ddb-env-key", lines(text, 76) + "\r\n", ErrDescription},
		{"an LF in a line", "amzn-ddb-env-key", text[:10] + "\n" + text[10:], ErrDescription},
		{"AESWrap", "amzn-ddb-wrap-alg", "AESWrap", ErrAlgorithm},
		{"KMS", "amzn-ddb-wrap-alg", "kms", ErrAlgorithm},
		{"another OAEP hash", "amzn-ddb-wrap-alg", "RSA/ECB/OAEPWithSHA-1AndMGF1Padding", ErrAlgorithm},
		{"no padding", "amzn-ddb-wrap-alg", "RSA/ECB/NoPadding", ErrAlgorithm},
		{"an empty wrap algorithm", "amzn-ddb-wrap-alg", "", ErrAlgorithm},
	} {
		t.Run(c.name, func(t *testing.T) {
			description := maps.Clone(written.Description)
			if description[c.key] = c.value; c.value == "-" {
				delete(description, c.key)
			}
			materials, err := opening(t, p, description)
			if c.want != nil {
				requireClass(t, c.want, err)
				assert.NotContains(t, err.Error(), text)
				return
			}
			require.NoError(t, err)
			_, err = materials.DecryptionKey(t.Context())
			require.NoError(t, err)
		})
	}
}

func TestWrappedKeySizeLimit(t *testing.T) {
	p := newWrapped(t, WrappedKeys{Unwrapping: foreignWrapper{newAES(t, 32), "HSM"}, Signing: newHMAC(t)})
	for n, want := range map[int]error{1: nil, maxWrappedKey: nil, maxWrappedKey + 1: ErrDescription, 40 << 10: ErrDescription} {
		plain := base64.StdEncoding.EncodeToString(make([]byte, n))
		for form, text := range map[string]string{"one line": plain, "lines": lines(plain, 76)} {
			t.Run(fmt.Sprintf("%d bytes in %s", n, form), func(t *testing.T) {
				_, err := opening(t, p, MaterialDescription{DescriptionContentKey: text, DescriptionContentKeyAlgorithm: "AES", DescriptionWrapAlgorithm: "HSM"})
				if want == nil {
					require.NoError(t, err)
				} else {
					requireClass(t, want, err)
				}
			})
		}
	}
}

// Wire-format §2: the oldest Java items do not say how the key is wrapped.
func TestDescriptionWithoutWrapAlgorithm(t *testing.T) {
	mac := newHMAC(t)
	without := func(t *testing.T, p Provider) MaterialDescription {
		materials, err := p.EncryptionMaterials(t.Context(), testRequest())
		require.NoError(t, err)
		delete(materials.Description, DescriptionWrapAlgorithm)
		return materials.Description
	}
	t.Run("is AESWrap for an AES key", func(t *testing.T) {
		p := newWrapped(t, WrappedKeys{Wrapping: newAES(t, 32), Signing: mac})
		materials, err := opening(t, p, without(t, p))
		require.NoError(t, err)
		_, err = materials.DecryptionKey(t.Context())
		require.NoError(t, err)
	})
	t.Run("is refused for an RSA key, and the error says how to read it", func(t *testing.T) {
		p, err := NewAsymmetricStatic(rsa2048(), mac)
		require.NoError(t, err)
		_, err = opening(t, p, without(t, p))
		requireClass(t, ErrAlgorithm, err)
		assert.ErrorContains(t, err, "PKCS#1")
	})
	t.Run("is PKCS #1 for an RSA key that allows it", func(t *testing.T) {
		public, private := newRSAPair(t, rsa2048(), AllowPKCS1())
		p := newWrapped(t, WrappedKeys{Wrapping: public, Unwrapping: private, Signing: mac})
		materials, err := opening(t, p, without(t, p))
		require.NoError(t, err)
		key, err := materials.DecryptionKey(t.Context())
		require.NoError(t, err, "OAEP read as PKCS #1 gives a random key")
		assert.NotNil(t, key)
	})
	t.Run("is refused for a key of others that does not want it", func(t *testing.T) {
		p := newWrapped(t, WrappedKeys{Wrapping: foreignWrapper{newAES(t, 32), "HSM"}, Signing: mac})
		_, err := opening(t, p, without(t, p))
		requireClass(t, ErrAlgorithm, err)
	})
}

func TestContentKeyOfAnotherLengthThanStated(t *testing.T) {
	public, private := newRSAPair(t, rsa2048())
	for name, keys := range map[string]WrappedKeys{
		"AES":    {Wrapping: newAES(t, 32)},
		"RSA":    {Wrapping: public, Unwrapping: private},
		"others": {Wrapping: foreignWrapper{newAES(t, 32), "HSM"}},
	} {
		keys.Signing = newHMAC(t)
		p := newWrapped(t, keys)
		written, err := p.EncryptionMaterials(t.Context(), testRequest())
		require.NoError(t, err)
		for _, algorithm := range []string{"AES/128", "AES/192"} {
			t.Run(name+" "+algorithm, func(t *testing.T) {
				description := maps.Clone(written.Description)
				description[DescriptionContentKeyAlgorithm] = algorithm
				materials, err := opening(t, p, description)
				if err == nil {
					_, err = materials.DecryptionKey(t.Context())
					requireClass(t, ErrCorrupt, err)
					return
				}
				requireClass(t, ErrAlgorithm, err)
			})
		}
	}
}

// The signature does not cover the wrapped key.
func TestWrappedKeyThatWasExchangedIsCorrupt(t *testing.T) {
	mac := newHMAC(t)
	public, private := newRSAPair(t, rsa2048())
	for name, keys := range map[string]WrappedKeys{
		"AES": {Wrapping: newAES(t, 32), Signing: mac},
		"RSA": {Wrapping: public, Unwrapping: private, Signing: mac},
	} {
		p := newWrapped(t, keys)
		written, err := p.EncryptionMaterials(t.Context(), testRequest())
		require.NoError(t, err)
		wrapped, err := base64.StdEncoding.DecodeString(written.Description[DescriptionContentKey])
		require.NoError(t, err)
		refuse := func(changed []byte) {
			t.Helper()
			description := maps.Clone(written.Description)
			description[DescriptionContentKey] = base64.StdEncoding.EncodeToString(changed)
			materials, err := opening(t, p, description)
			require.NoError(t, err)
			_, err = materials.DecryptionKey(t.Context())
			require.Equal(t, ErrCorrupt, err)
		}
		t.Run(name+" with a bit flipped", func(t *testing.T) {
			for at := range wrapped {
				changed := bytes.Clone(wrapped)
				changed[at] ^= 1 << (at % 8)
				refuse(changed)
			}
		})
		t.Run(name+" of random bytes", func(t *testing.T) { refuse(randomBytes(len(wrapped))) })
	}
	t.Run("under another AES key", func(t *testing.T) {
		from := newWrapped(t, WrappedKeys{Wrapping: newAES(t, 32), Signing: mac})
		to := newWrapped(t, WrappedKeys{Wrapping: newAES(t, 32), Signing: mac})
		require.Equal(t, ErrCorrupt, transfer(t, from, to))
	})
	t.Run("under another RSA key", func(t *testing.T) {
		_, foreign := newRSAPair(t, other())
		require.Equal(t, ErrCorrupt, transfer(t,
			newWrapped(t, WrappedKeys{Wrapping: public, Signing: mac}), newWrapped(t, WrappedKeys{Unwrapping: foreign, Signing: mac})))
	})
}

func TestWrapAlgorithmWithoutAnUnwrappingKey(t *testing.T) {
	verifier := newWrapped(t, WrappedKeys{Verification: newHMAC(t)})
	for name, want := range map[string]error{
		"AESWrap": nil, oaepSHA256: nil, "RSA/ECB/OAEPWithSHA-1AndMGF1Padding": nil, "RSA/ECB/PKCS1Padding": nil,
		"RSA/ECB/NoPadding": ErrAlgorithm, "": ErrAlgorithm, "HSM": ErrAlgorithm,
	} {
		t.Run(fmt.Sprintf("%q", name), func(t *testing.T) {
			_, err := opening(t, verifier, MaterialDescription{DescriptionContentKey: "AAAA", DescriptionContentKeyAlgorithm: "AES", DescriptionWrapAlgorithm: name})
			if want == nil {
				require.NoError(t, err)
			} else {
				requireClass(t, want, err)
			}
		})
	}
}
