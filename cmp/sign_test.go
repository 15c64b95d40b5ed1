package cmp

import (
	"bytes"
	stdcrypto "crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"io"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pair is a key to sign with and the one that verifies what it signs.
type pair struct {
	name string
	sign SigningKey
	SHA  stdcrypto.Hash
	with VerificationKey
}

func pairs(t *testing.T) []pair {
	t.Helper()
	var all []pair
	for _, name := range []string{"SHA224", "SHA256", "SHA384", "SHA512"} {
		mac, err := NewHMACKey("Hmac"+name, randomBytes(32))
		require.NoError(t, err)
		all = append(all, pair{"Hmac" + name, mac, hashes[name], mac})
		for label, signer := range map[string]stdcrypto.Signer{
			"withRSA of 2048 bits": rsa2048(), "withRSA of 3072 bits": rsa3072(),
			"withECDSA on P-224": newECDSA(t, elliptic.P224()), "withECDSA on P-256": newECDSA(t, elliptic.P256()),
			"withECDSA on P-384": newECDSA(t, elliptic.P384()), "withECDSA on P-521": newECDSA(t, elliptic.P521()),
		} {
			scheme, _, _ := bytes.Cut([]byte(label), []byte(" "))
			key := newSigner(t, name+string(scheme), signer)
			all = append(all, pair{name + label, key, hashes[name], key.VerificationKey()})
		}
	}
	return all
}

func TestSignatures(t *testing.T) {
	ctx, message := t.Context(), []byte("a string to sign")
	for _, p := range pairs(t) {
		t.Run(p.name, func(t *testing.T) {
			require.Equal(t, p.sign.Algorithm(), p.with.Algorithm())
			signature, err := p.sign.Sign(ctx, message)
			require.NoError(t, err)
			require.NoError(t, p.with.Verify(ctx, message, signature))

			signer, verifier := p.sign.(DigestSigner), p.with.(DigestVerifier)
			h := signer.NewHash()
			require.Equal(t, p.SHA.Size(), h.Size())
			for _, b := range message {
				h.Write([]byte{b})
			}
			digest := h.Sum(nil)
			signed, err := signer.SignDigest(ctx, digest)
			require.NoError(t, err)
			require.NoError(t, p.with.Verify(ctx, message, signed))
			h = verifier.NewHash()
			h.Write(message)
			require.Equal(t, digest, h.Sum(nil))
			require.NoError(t, verifier.VerifyDigest(ctx, digest, signature))

			refuse := func(what string, message, signature []byte) {
				t.Helper()
				require.Equal(t, ErrSignature, p.with.Verify(ctx, message, signature), what)
			}
			bits, bytesApart := 1, 1
			if _, fast := p.sign.(*HMACKey); !fast {
				bits, bytesApart = 37, max(1, len(signature)/16)
			}
			for bit := 0; bit < 8*len(message); bit += bits {
				changed := bytes.Clone(message)
				changed[bit/8] ^= 1 << (bit % 8)
				refuse("changed message", changed, signature)
			}
			for at := 0; at < len(signature); at += bytesApart {
				changed := bytes.Clone(signature)
				changed[at] ^= 1 << (at % 8)
				refuse("changed signature", message, changed)
				refuse("truncated signature", message, signature[:at])
			}
			refuse("extended signature", message, append(bytes.Clone(signature), 0))
			refuse("longer signature", message, append([]byte{0}, signature...))
			refuse("no signature", message, nil)
			refuse("a signature of zeros", message, make([]byte, len(signature)))
		})
	}
}

func TestSignatureOfAnotherAlgorithmIsRefused(t *testing.T) {
	message := []byte("message")
	curve := newECDSA(t, elliptic.P256())
	for _, scheme := range []string{"withRSA", "withECDSA"} {
		var signer stdcrypto.Signer = rsa2048()
		if scheme == "withECDSA" {
			signer = curve
		}
		for signed := range hashes {
			signature, err := newSigner(t, signed+scheme, signer).Sign(t.Context(), message)
			require.NoError(t, err)
			for verified := range hashes {
				err := newSigner(t, verified+scheme, signer).VerificationKey().Verify(t.Context(), message, signature)
				if signed == verified {
					require.NoError(t, err)
				} else {
					requireClass(t, ErrSignature, err)
				}
			}
		}
	}
}

// RFC 4231, test case 1.
func TestHMACVector(t *testing.T) {
	for algorithm, want := range map[string]string{
		"HmacSHA224": "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22",
		"HmacSHA256": "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
		"HmacSHA384": "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6",
		"HmacSHA512": "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
	} {
		t.Run(algorithm, func(t *testing.T) {
			key := bytes.Repeat([]byte{0x0b}, 20)
			mac, err := NewHMACKey(algorithm, key)
			require.NoError(t, err)
			clear(key) // the key has its own copy
			signature, err := mac.Sign(t.Context(), []byte("Hi There"))
			require.NoError(t, err)
			assert.Equal(t, want, hex.EncodeToString(signature))
		})
	}
}

func TestECDSASignaturesAreStrictDER(t *testing.T) {
	private := newECDSA(t, elliptic.P256())
	key := newSigner(t, "SHA256withECDSA", private)
	message := []byte("message")
	signature, err := key.Sign(t.Context(), message)
	require.NoError(t, err)
	var values struct{ R, S *big.Int }
	_, err = asn1.Unmarshal(signature, &values)
	require.NoError(t, err)
	der := func(r, s *big.Int) []byte {
		data, err := asn1.Marshal(struct{ R, S *big.Int }{r, s})
		require.NoError(t, err)
		return data
	}
	n := private.Params().N
	fixed := append(values.R.FillBytes(make([]byte, 32)), values.S.FillBytes(make([]byte, 32))...)
	body := signature[2:]
	long := append([]byte{0x30, 0x81, byte(len(body))}, body...)
	indefinite := append(append([]byte{0x30, 0x80}, body...), 0, 0)
	inner := append([]byte{0x30, byte(len(body)) + 1, 0x02, body[1] + 1, 0}, body[2:]...) // R with a zero too many
	negative := der(new(big.Int).Neg(values.R), values.S)
	for name, changed := range map[string][]byte{
		"r and s as fixed bytes":   fixed,
		"a long length":            long,
		"an indefinite length":     indefinite,
		"r with another zero":      inner,
		"bytes after the sequence": append(bytes.Clone(signature), 0),
		"bytes in the sequence":    append([]byte{0x30, byte(len(body)) + 2}, append(bytes.Clone(body), 5, 0)...),
		"a set":                    append([]byte{0x31}, signature[1:]...),
		"r and s zero":             der(new(big.Int), new(big.Int)),
		"r zero":                   der(new(big.Int), values.S),
		"s zero":                   der(values.R, new(big.Int)),
		"r negative":               negative,
		"r and the order":          der(new(big.Int).Add(values.R, n), values.S),
		"s and the order":          der(values.R, new(big.Int).Add(values.S, n)),
		"r of the order":           der(n, values.S),
		"s of the order":           der(values.R, n),
		"r and s swapped":          der(values.S, values.R),
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, ErrSignature, key.VerificationKey().Verify(t.Context(), message, changed))
		})
	}
	t.Run("the one other form that ECDSA itself allows verifies", func(t *testing.T) {
		require.NoError(t, key.VerificationKey().Verify(t.Context(), message, der(values.R, new(big.Int).Sub(n, values.S))))
	})
}

// failing is a signer that does not answer.
type failing struct {
	stdcrypto.Signer
	err error
}

func (f failing) Sign(io.Reader, []byte, stdcrypto.SignerOpts) ([]byte, error) { return nil, f.err }

func TestSignerElsewhere(t *testing.T) {
	gone := errors.New("the device is gone")
	key := newSigner(t, "SHA256withECDSA", failing{newECDSA(t, elliptic.P256()), gone})
	_, err := key.Sign(t.Context(), []byte("message"))
	requireClass(t, ErrKeyUnavailable, err)
	require.ErrorIs(t, err, gone)

	t.Run("a failure class of its own stays the only one", func(t *testing.T) {
		key := newSigner(t, "SHA256withECDSA", failing{newECDSA(t, elliptic.P256()), ErrConfig})
		_, err := key.Sign(t.Context(), []byte("message"))
		requireClass(t, ErrConfig, err)
	})
	t.Run("a signer that hides the private key works", func(t *testing.T) {
		private := newECDSA(t, elliptic.P384())
		key := newSigner(t, "SHA384withECDSA", struct{ stdcrypto.Signer }{private})
		signature, err := key.Sign(t.Context(), []byte("message"))
		require.NoError(t, err)
		public, err := NewAsymmetricVerificationKey("SHA384withECDSA", private.Public().(*ecdsa.PublicKey))
		require.NoError(t, err)
		require.NoError(t, public.Verify(t.Context(), []byte("message"), signature))
	})
}
