//lint:file-ignore SA1019 the oldest items are made by PKCS #1 v1.5

package cmp

import (
	"bytes"
	stdcrypto "crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/subtle"
	"encoding/binary"
	"hash"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mgf1 is the mask of RFC 8017 §B.2.1.
func mgf1(h hash.Hash, seed []byte, n int) []byte {
	var mask []byte
	for counter := uint32(0); len(mask) < n; counter++ {
		h.Reset()
		h.Write(seed)
		h.Write(binary.BigEndian.AppendUint32(nil, counter))
		mask = h.Sum(mask)
	}
	return mask[:n]
}

func xor(a, b []byte) []byte {
	out := make([]byte, len(a))
	subtle.XORBytes(out, a, b)
	return out
}

// openOAEP is RFC 8017 §7.1.2 by hand with an empty label. It reports whether
// everything in the encoded message is as it must be.
func openOAEP(key *rsa.PrivateKey, h, mgf stdcrypto.Hash, ciphertext []byte) ([]byte, bool) {
	encoded := new(big.Int).Exp(new(big.Int).SetBytes(ciphertext), key.D, key.N).FillBytes(make([]byte, key.Size()))
	maskedSeed, maskedData := encoded[1:1+h.Size()], encoded[1+h.Size():]
	seed := xor(maskedSeed, mgf1(mgf.New(), maskedData, h.Size()))
	data := xor(maskedData, mgf1(mgf.New(), seed, len(maskedData)))
	if encoded[0] != 0 || !bytes.Equal(data[:h.Size()], h.New().Sum(nil)) {
		return nil, false
	}
	rest := bytes.TrimLeft(data[h.Size():], "\x00")
	if len(rest) == 0 || rest[0] != 1 {
		return nil, false
	}
	return rest[1:], true
}

func TestOAEPIsJavas(t *testing.T) {
	for name, h := range oaepHashes {
		t.Run(name, func(t *testing.T) {
			private := rsa2048()
			public, unwrapping := newRSAPair(t, private, WithWrapAlgorithm(name))
			require.Equal(t, name, public.WrapAlgorithm())
			contentKey := randomBytes(32)
			original := bytes.Clone(contentKey)
			wrapped, err := public.Wrap(t.Context(), contentKey)
			require.NoError(t, err)
			require.Equal(t, original, contentKey)
			require.Len(t, wrapped, private.Size())

			got, err := unwrapping.Unwrap(t.Context(), WrappedKey{wrapped, name, 32})
			require.NoError(t, err)
			assert.Equal(t, contentKey, got)
			got, ok := openOAEP(private, h, stdcrypto.SHA1, wrapped)
			require.True(t, ok)
			assert.Equal(t, contentKey, got)
			got, err = private.Decrypt(nil, wrapped, &rsa.OAEPOptions{Hash: h, MGFHash: stdcrypto.SHA1})
			require.NoError(t, err)
			assert.Equal(t, contentKey, got)

			if h != stdcrypto.SHA1 { // what Go means by OAEP with that hash
				_, err = rsa.DecryptOAEP(h.New(), nil, private, wrapped, nil)
				require.Error(t, err)
				_, ok = openOAEP(private, h, h, wrapped)
				assert.False(t, ok)
				foreign, err := rsa.EncryptOAEP(h.New(), rand.Reader, &private.PublicKey, contentKey, nil)
				require.NoError(t, err)
				_, err = unwrapping.Unwrap(t.Context(), WrappedKey{foreign, name, 32})
				requireClass(t, ErrCorrupt, err)
			}
			labelled, err := rsa.EncryptOAEPWithOptions(rand.Reader, &private.PublicKey, contentKey, &rsa.OAEPOptions{Hash: h, MGFHash: stdcrypto.SHA1, Label: []byte("x")})
			require.NoError(t, err)
			_, err = unwrapping.Unwrap(t.Context(), WrappedKey{labelled, name, 32})
			requireClass(t, ErrCorrupt, err)
		})
	}
}

func TestWrappedKeyOfAnotherTransformationIsRefused(t *testing.T) {
	contentKey := randomBytes(32)
	for made := range oaepHashes {
		public, _ := newRSAPair(t, rsa2048(), WithWrapAlgorithm(made))
		wrapped, err := public.Wrap(t.Context(), contentKey)
		require.NoError(t, err)
		for opened := range oaepHashes {
			_, private := newRSAPair(t, rsa2048(), WithWrapAlgorithm(opened), AllowPKCS1())
			require.Equal(t, made == opened, private.AcceptsWrapAlgorithm(made))
			_, err := private.Unwrap(t.Context(), WrappedKey{wrapped, opened, 32})
			if made == opened {
				require.NoError(t, err)
			} else {
				require.Equal(t, ErrCorrupt, err)
			}
		}
	}
}

func TestRSAWrappedKeyThatWasChangedIsRefused(t *testing.T) {
	public, private := newRSAPair(t, rsa2048())
	wrapped, err := public.Wrap(t.Context(), randomBytes(32))
	require.NoError(t, err)
	refuse := func(ciphertext []byte) {
		t.Helper()
		_, err := private.Unwrap(t.Context(), WrappedKey{ciphertext, oaepSHA256, 32})
		require.Equal(t, ErrCorrupt, err)
	}
	for at := range wrapped {
		changed := bytes.Clone(wrapped)
		changed[at] ^= 1 << (at % 8)
		refuse(changed)
	}
	refuse(nil)
	refuse(wrapped[1:])
	refuse(append([]byte{0}, wrapped...))
	refuse(append(bytes.Clone(wrapped), 0))
	refuse(make([]byte, len(wrapped)))
	refuse(bytes.Repeat([]byte{0xFF}, len(wrapped)))
	refuse(make([]byte, maxWrappedKey))
	_, private = newRSAPair(t, other())
	refuse(wrapped)
}

// RFC 8017 §7.1.2 and §7.2.2 want a ciphertext as long as the modulus; the
// standard library takes one without its leading zeros.
func TestCiphertextShorterThanTheModulusIsRefused(t *testing.T) {
	public, private := newRSAPair(t, rsa2048(), AllowPKCS1())
	contentKey := randomBytes(32)
	for name, encrypt := range map[string]func() ([]byte, error){
		oaepSHA256: func() ([]byte, error) { return public.Wrap(t.Context(), contentKey) },
		"RSA":      func() ([]byte, error) { return rsa.EncryptPKCS1v15(rand.Reader, &rsa2048().PublicKey, contentKey) },
	} {
		t.Run(name, func(t *testing.T) {
			wrapped := []byte{1}
			for wrapped[0] != 0 {
				var err error
				wrapped, err = encrypt()
				require.NoError(t, err)
			}
			got, err := private.Unwrap(t.Context(), WrappedKey{wrapped, name, 32})
			require.NoError(t, err)
			require.Equal(t, contentKey, got)
			_, err = private.Unwrap(t.Context(), WrappedKey{wrapped[1:], name, 32})
			requireClass(t, ErrCorrupt, err)
		})
	}
}

func TestContentKeyTooLongForTheRSAKey(t *testing.T) {
	const sha512 = "RSA/ECB/OAEPWithSHA-512AndMGF1Padding"
	public, err := NewRSAWrappingKey(&rsa1024().PublicKey, AllowWeakKeys(), WithWrapAlgorithm(sha512))
	if err == nil {
		_, err = public.Wrap(t.Context(), randomBytes(32))
	}
	requireClass(t, ErrConfig, err)
}

func TestPKCS1(t *testing.T) {
	names := []string{"", "RSA", "RSA/ECB/PKCS1Padding"}
	contentKey := randomBytes(32)
	wrapped, err := rsa.EncryptPKCS1v15(rand.Reader, &rsa2048().PublicKey, contentKey)
	require.NoError(t, err)
	public, strict := newRSAPair(t, rsa2048())
	_, lenient := newRSAPair(t, rsa2048(), AllowPKCS1())

	t.Run("is accepted only with the opt-in", func(t *testing.T) {
		for _, name := range names {
			assert.False(t, strict.AcceptsWrapAlgorithm(name), name)
			assert.True(t, lenient.AcceptsWrapAlgorithm(name), name)
			// Even if somebody asks all the same.
			_, err := strict.Unwrap(t.Context(), WrappedKey{wrapped, name, 32})
			requireClass(t, ErrCorrupt, err)
		}
		for _, name := range []string{"AESWrap", "kms", "RSA/ECB/NoPadding", "rsa", "RSA/ECB/OAEPWithSHA-1AndMGF1Padding"} {
			assert.False(t, lenient.AcceptsWrapAlgorithm(name), name)
		}
		assert.True(t, lenient.AcceptsWrapAlgorithm(oaepSHA256))
	})
	t.Run("unwraps by each of its names and sizes", func(t *testing.T) {
		for _, name := range names {
			for _, size := range []int{0, 32} { // 0 is a bare AES
				got, err := lenient.Unwrap(t.Context(), WrappedKey{wrapped, name, size})
				require.NoError(t, err)
				assert.Equal(t, contentKey, got)
			}
		}
		for _, size := range []int{16, 24} {
			short, err := rsa.EncryptPKCS1v15(rand.Reader, &rsa2048().PublicKey, contentKey[:size])
			require.NoError(t, err)
			got, err := lenient.Unwrap(t.Context(), WrappedKey{short, "RSA", size})
			require.NoError(t, err)
			assert.Equal(t, contentKey[:size], got)
		}
	})
	t.Run("a ciphertext that does not decrypt gives a random key", func(t *testing.T) {
		seen := map[string]bool{string(contentKey): true}
		random := func(ciphertext []byte, size int) {
			t.Helper()
			got, err := lenient.Unwrap(t.Context(), WrappedKey{ciphertext, "RSA", size})
			require.NoError(t, err)
			if size == 0 { // a bare AES
				size = 32
			}
			require.Len(t, got, size)
			require.False(t, seen[string(got)], "the key is not random")
			seen[string(got)] = true
		}
		for range 3 { // the same ciphertext, another key each time
			changed := bytes.Clone(wrapped)
			changed[100] ^= 1
			random(changed, 32)
			random(changed, 0)
		}
		random(wrapped, 16) // another length than the one inside
		random(wrapped, 24)
		oaep, err := public.Wrap(t.Context(), contentKey)
		require.NoError(t, err)
		random(oaep, 32)
		foreign, err := rsa.EncryptPKCS1v15(rand.Reader, &other().PublicKey, contentKey)
		require.NoError(t, err)
		foreign[0] = 0 // less than the modulus
		random(foreign, 32)
	})
	t.Run("a ciphertext of another length than the modulus is refused", func(t *testing.T) {
		for _, ciphertext := range [][]byte{nil, wrapped[1:], append(bytes.Clone(wrapped), 0)} {
			_, err := lenient.Unwrap(t.Context(), WrappedKey{ciphertext, "RSA", 32})
			requireClass(t, ErrCorrupt, err)
		}
	})
	t.Run("is never written", func(t *testing.T) {
		public, err := NewRSAWrappingKey(&rsa2048().PublicKey, AllowPKCS1())
		require.NoError(t, err)
		assert.Equal(t, oaepSHA256, public.WrapAlgorithm())
		wrapped, err := public.Wrap(t.Context(), contentKey)
		require.NoError(t, err)
		_, ok := openOAEP(rsa2048(), stdcrypto.SHA256, stdcrypto.SHA1, wrapped)
		assert.True(t, ok)
	})
}
