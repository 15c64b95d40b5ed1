package cmp_test

import (
	"context"
	"crypto/aes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"hash"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
)

const none = "(none)" // no value that anybody writes

// kmsList is the accept list of docs/wire-format.md §2 for a provider with the default
// algorithms: values of one entry each, and what they are refused with.
var kmsList = []struct {
	key    string
	class  error // nil: accepted by the list
	values []string
}{
	{wrapAlgorithm, nil, []string{"kms"}},
	{wrapAlgorithm, cmp.ErrDescription, []string{none}},
	{wrapAlgorithm, cmp.ErrAlgorithm, []string{
		"", "KMS", "Kms", "kms ", " kms", "kms\x00", "kms/", "aws-kms", "AESWrap", "RSA", "RSA/ECB/PKCS1Padding", "RSA/ECB/OAEPWithSHA-256AndMGF1Padding", "none",
	}},
	{contentKeyAlgorithm, nil, []string{"AES", "AES/128", "AES/192", "AES/256"}},
	{contentKeyAlgorithm, cmp.ErrDescription, []string{none}},
	{contentKeyAlgorithm, cmp.ErrAlgorithm, []string{
		"", "aes", "aes/256", "AES/", "AES/0", "AES/64", "AES/255", "AES/512", "AES/0256", "AES/+256", "AES/-256", "AES/256 ", " AES/256", "AES/256/", "AES/2⁵⁶",
		"DES", "DESede/168", "RC4/128", "Blowfish/256", "ChaCha20/256", "HmacSHA256/256", "kms", "AES/99999999999999999999", "AES/CBC/PKCS5Padding",
	}},
	{signingKeyAlgorithm, nil, []string{"HmacSHA256/256"}},
	{signingKeyAlgorithm, cmp.ErrDescription, []string{none}},
	{signingKeyAlgorithm, cmp.ErrAlgorithm, []string{
		"", "HmacSHA256", "HmacSHA256/", "HmacSHA256/128", "HmacSHA256/8", "HmacSHA256/0", "HmacSHA256/512", "hmacsha256/256", "HmacSHA256/256 ", " HmacSHA256/256",
		"HmacSHA1/160", "HmacMD5/128", "HmacSHA224/224", "HmacSHA384/384", "HmacSHA512/512", "SHA256withRSA", "AES/256", "none", "HmacSHA256/0256",
	}},
	{coverage, nil, []string{"*keys*", none}},
	{coverage, cmp.ErrDescription, []string{"", "*keys", "keys", "*KEYS*", "*all*", "*keys* ", "*keys*,note"}},
	{contentKey, cmp.ErrDescription, []string{
		none, "", "\r\n", "=", "A", "AA", "AAA", "AB==", "AAAA AAAA", "AAAA\n", "AAAA\r", "\r\nAAAA", "AAAA\nAAAA", "AAAAA===", "AA==AA==", "!!!!", "__--", "AAAA\x00",
		strings.Repeat("AAAA\n", 19), strings.Repeat("A", 80) + "\r\n", base64.StdEncoding.EncodeToString(make([]byte, 8<<10+1)), strings.Repeat("A", 60_000),
	}},
	{contentKey, nil, []string{"AAAA", "AAAA\r\n", base64.StdEncoding.EncodeToString(make([]byte, 6144))}},
	{"amzn-ddb-map-sym-mode", nil, []string{"/CBC/PKCS5Padding", "the item encryptor checks it"}},
	{"amzn-ddb-meta-id", nil, []string{"material#1"}},
	{"", nil, []string{"", "unknown"}},
}

func TestDescriptionsOfKMSItems(t *testing.T) {
	double := memkms.New()
	key := double.CreateKey(ireland)
	p := newKMS(t, double.Client(ireland), key, cmp.WithDecryptionKeys(double.CreateKey(ireland)))
	written := seal(t, p, toEncrypt())
	for _, c := range kmsList {
		for _, value := range c.values {
			t.Run(fmt.Sprintf("%s is %.40q", c.key, value), func(t *testing.T) {
				description := maps.Clone(written)
				if description[c.key] = value; value == none {
					delete(description, c.key)
				}
				double.ResetCalls()
				err := open(t, p, toDecrypt(description))
				if c.class != nil {
					requireClass(t, c.class, err)
					assert.Zero(t, double.Count(""), "KMS was asked")
					if c.key != "" {
						assert.ErrorContains(t, err, c.key)
					}
					assert.NotContains(t, err.Error(), written[contentKey])
					return
				}
				assert.Equal(t, 1, double.Count("Decrypt"))
				if changesNothing := value == written[c.key] || value == none || c.key[:min(len(c.key), 12)] == "amzn-ddb-map" || c.key == "amzn-ddb-meta-id" || c.key == ""; changesNothing {
					require.NoError(t, err)
				} else {
					requireKMSError(t, cmp.ErrSignature, "Decrypt", key, err)
				}
			})
		}
	}
	t.Run("no description", func(t *testing.T) {
		double.ResetCalls()
		for _, description := range []cmp.MaterialDescription{nil, {}} {
			requireClass(t, cmp.ErrDescription, open(t, p, toDecrypt(description)))
		}
		assert.Zero(t, double.Count(""))
	})
	t.Run("the ciphertext in lines, as old Java has it", func(t *testing.T) {
		description := maps.Clone(written)
		var lines strings.Builder
		for rest := written[contentKey]; rest != ""; {
			n := min(76, len(rest))
			lines.WriteString(rest[:n] + "\r\n")
			rest = rest[n:]
		}
		description[contentKey] = lines.String()
		require.NoError(t, open(t, p, toDecrypt(description)))
	})
	t.Run("a ciphertext with a bit flipped is refused by KMS", func(t *testing.T) {
		blob := must(base64.StdEncoding.DecodeString(written[contentKey]))
		for at := range blob {
			blob[at] ^= 1 << (at % 8)
			description := maps.Clone(written)
			description[contentKey] = base64.StdEncoding.EncodeToString(blob)
			requireKMSError(t, cmp.ErrSignature, "Decrypt", key, open(t, p, toDecrypt(description)))
			blob[at] ^= 1 << (at % 8)
		}
	})
}

func TestTheRequestedSigningAlgorithmIsReadToo(t *testing.T) {
	double := memkms.New()
	key := double.CreateKey(ireland)
	make := func(algorithm string) *cmp.KMS {
		return newKMS(t, double.Client(ireland), key, cmp.WithDescription(cmp.MaterialDescription{signingKeyAlgorithm: algorithm}))
	}
	algorithms := []string{"HmacSHA256/256", "HmacSHA384/384", "HmacSHA512/512"}
	for _, writer := range algorithms {
		for _, reader := range algorithms {
			t.Run("written with "+writer+", read by a provider for "+reader, func(t *testing.T) {
				sealed := seal(t, make(writer), toEncrypt())
				double.ResetCalls()
				err := open(t, make(reader), toDecrypt(sealed))
				if reader == writer || writer == algorithms[0] {
					require.NoError(t, err)
					return
				}
				requireClass(t, cmp.ErrAlgorithm, err)
				assert.Zero(t, double.Count(""))
			})
		}
	}
}

func TestRequestedDescriptionsOfKMS(t *testing.T) {
	for name, description := range map[string]cmp.MaterialDescription{
		"a ciphertext":                      {contentKey: "AAAA"},
		"an empty ciphertext":               {contentKey: ""},
		"another wrap algorithm":            {wrapAlgorithm: "AESWrap"},
		"an empty wrap algorithm":           {wrapAlgorithm: ""},
		"another coverage":                  {coverage: "*all*"},
		"an empty coverage":                 {coverage: ""},
		"a content key of no length":        {contentKeyAlgorithm: "AES"},
		"a content key of 64 bits":          {contentKeyAlgorithm: "AES/64"},
		"an empty content algorithm":        {contentKeyAlgorithm: ""},
		"a content algorithm in lower case": {contentKeyAlgorithm: "aes/256"},
		"a signing key of no length":        {signingKeyAlgorithm: "HmacSHA256"},
		"a short signing key":               {signingKeyAlgorithm: "HmacSHA256/128"},
		"HmacSHA1":                          {signingKeyAlgorithm: "HmacSHA1/160"},
		"RSA signatures":                    {signingKeyAlgorithm: "SHA256withRSA"},
		"an empty signing algorithm":        {signingKeyAlgorithm: ""},
		"what is no UTF-8":                  {"k": "\xff"},
		"more than fits":                    {"k": strings.Repeat("x", 64<<10)},
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			_, err := cmp.NewKMS(&fakeKMS{}, fakeARN, cmp.WithDescription(description))
			requireClass(t, cmp.ErrConfig, err)
		})
	}
	t.Run("what a KMS provider writes anyway may be requested, and more", func(t *testing.T) {
		requested := cmp.MaterialDescription{wrapAlgorithm: "kms", coverage: "*keys*", contentKeyAlgorithm: "AES/256", signingKeyAlgorithm: "HmacSHA256/256", "team": "a", "": "b"}
		before := maps.Clone(requested)
		p := newKMS(t, &fakeKMS{}, fakeARN, cmp.WithDescription(requested), cmp.WithDescription(cmp.MaterialDescription{"more": "c"}))
		requested["team"] = "changed"
		for range 2 {
			sealed := seal(t, p, toEncrypt())
			assert.Equal(t, base64.StdEncoding.EncodeToString([]byte("ciphertext")), sealed[contentKey])
			before["more"] = "c"
			before[contentKey] = sealed[contentKey]
			assert.Equal(t, before, sealed)
			sealed["team"] = "the caller's now"
		}
	})
}

// extract and expand are RFC 5869, sections 2.2 and 2.3, with SHA-256.
func extract(salt, input []byte) []byte {
	mac := hmac.New(sha256.New, salt)
	mac.Write(input)
	return mac.Sum(nil)
}

func expand(prk []byte, info string, length int) []byte {
	var out, block []byte
	for counter := byte(1); len(out) < length; counter++ {
		mac := hmac.New(sha256.New, prk)
		mac.Write(block)
		mac.Write([]byte(info))
		mac.Write([]byte{counter})
		block = mac.Sum(nil)
		out = append(out, block...)
	}
	return out[:length]
}

func TestKeysAreDerivedByHKDF(t *testing.T) {
	prk := extract(make([]byte, sha256.Size), fakeDataKey)
	hashes := map[string]func() hash.Hash{"HmacSHA256": sha256.New, "HmacSHA384": sha512.New384, "HmacSHA512": sha512.New}
	for content, size := range map[string]int{"AES/128": 16, "AES/192": 24, "AES/256": 32, "AES": 32} {
		for signing, length := range map[string]int{"HmacSHA256": 32, "HmacSHA384": 48, "HmacSHA512": 64} {
			t.Run(fmt.Sprintf("%s and %s", content, signing), func(t *testing.T) {
				requested := cmp.MaterialDescription{signingKeyAlgorithm: fmt.Sprintf("%s/%d", signing, 8*length)}
				if content != "AES" {
					requested[contentKeyAlgorithm] = content
				}
				p := newKMS(t, &fakeKMS{}, fakeARN, cmp.WithDescription(requested))
				encryption, err := p.EncryptionMaterials(t.Context(), toEncrypt())
				require.NoError(t, err)
				description := maps.Clone(encryption.Description)
				description[contentKeyAlgorithm] = content
				decryption, err := p.DecryptionMaterials(t.Context(), toDecrypt(description))
				require.NoError(t, err)

				block := must(aes.NewCipher(expand(prk, "Encryption", size)))
				want, got := make([]byte, aes.BlockSize), make([]byte, aes.BlockSize)
				block.Encrypt(want, []byte("0123456789abcdef"))
				opened := must(decryption.DecryptionKey(t.Context()))
				for _, key := range []any{encryption.EncryptionKey, opened} {
					key.(cmp.BlockKey).Block().Encrypt(got, []byte("0123456789abcdef"))
					assert.Equal(t, want, got)
				}

				mac := hmac.New(hashes[signing], expand(prk, "Signing", length))
				mac.Write([]byte("message"))
				assert.Equal(t, signing, encryption.SigningKey.Algorithm())
				assert.Equal(t, signing, decryption.VerificationKey.Algorithm())
				assert.Equal(t, mac.Sum(nil), must(encryption.SigningKey.Sign(context.Background(), []byte("message"))))
				require.NoError(t, decryption.VerificationKey.Verify(t.Context(), []byte("message"), mac.Sum(nil)))
			})
		}
	}
}
