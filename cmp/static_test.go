package cmp

import (
	"crypto/elliptic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStaticKeys(t *testing.T) {
	aes, mac := newAES(t, 32), newHMAC(t)
	signing := newSigner(t, "SHA256withECDSA", newECDSA(t, elliptic.P256()))
	public := signing.VerificationKey()
	onlySigns := struct{ SigningKey }{mac}
	onlyEncrypts := struct{ EncryptionKey }{aes}
	for _, c := range []struct {
		name                                 string
		keys                                 StaticKeys
		encrypts, signs, verifies, canDecode bool
	}{
		{"all from two keys", StaticKeys{Encryption: aes, Signing: mac}, true, true, true, true},
		{"a key pair verifies by its public half", StaticKeys{Encryption: aes, Signing: signing}, true, true, true, true},
		{"a public key reads", StaticKeys{Decryption: aes, Verification: public}, false, false, true, true},
		{"a public key verifies", StaticKeys{Verification: public}, false, false, true, false},
		{"a signing key signs and verifies", StaticKeys{Signing: mac}, false, true, true, false},
		{"a key that only signs", StaticKeys{Encryption: aes, Signing: onlySigns}, true, true, false, false},
		{"a key that only encrypts", StaticKeys{Encryption: onlyEncrypts, Signing: mac}, true, true, true, false},
		{"a key that only encrypts and its other half", StaticKeys{Encryption: onlyEncrypts, Decryption: aes, Signing: mac}, true, true, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := NewStatic(c.keys)
			require.NoError(t, err)
			encryption, err := p.EncryptionMaterials(t.Context(), testRequest())
			if c.signs {
				require.NoError(t, err)
				assert.Equal(t, c.encrypts, encryption.EncryptionKey != nil)
				assert.NotNil(t, encryption.SigningKey)
			} else {
				requireClass(t, ErrKeyUnavailable, err)
			}
			decryption, err := p.DecryptionMaterials(t.Context(), DecryptionRequest{})
			if c.verifies {
				require.NoError(t, err)
				assert.Equal(t, c.canDecode, decryption.DecryptionKey != nil)
				assert.NotNil(t, decryption.VerificationKey)
			} else {
				requireClass(t, ErrKeyUnavailable, err)
			}
		})
	}
	t.Run("an explicit verification key is the one that counts", func(t *testing.T) {
		p, err := NewStatic(StaticKeys{Signing: mac, Verification: public})
		require.NoError(t, err)
		materials, err := p.DecryptionMaterials(t.Context(), DecryptionRequest{})
		require.NoError(t, err)
		assert.Same(t, public, materials.VerificationKey)
	})
	t.Run("an explicit decryption key is the one that counts", func(t *testing.T) {
		p, err := NewStatic(StaticKeys{Encryption: aes, Decryption: newAES(t, 16), Signing: mac})
		require.NoError(t, err)
		materials, err := p.DecryptionMaterials(t.Context(), DecryptionRequest{})
		require.NoError(t, err)
		key, err := materials.DecryptionKey(t.Context())
		require.NoError(t, err)
		assert.NotSame(t, aes, key)
	})
	t.Run("the description of an item has no say", func(t *testing.T) {
		p, err := NewStatic(StaticKeys{Encryption: aes, Signing: mac})
		require.NoError(t, err)
		_, err = p.DecryptionMaterials(t.Context(), DecryptionRequest{Description: MaterialDescription{
			DescriptionContentKey: "no base64", DescriptionContentKeyAlgorithm: "DES", DescriptionWrapAlgorithm: "none",
		}})
		require.NoError(t, err)
	})
}

// claiming is a key that says that it is for another algorithm.
type claiming struct {
	foreignSigner
	algorithm string
}

func (c claiming) Algorithm() string { return c.algorithm }

func TestRefusedSigningKeysOfProviders(t *testing.T) {
	aes, mac := newAES(t, 32), foreignSigner{newHMAC(t)}
	for name, keys := range map[string]WrappedKeys{
		"no signing and no verification key":   {},
		"a signing key for HmacSHA1":           {Signing: claiming{mac, "HmacSHA1"}},
		"a signing key for NONEwithRSA":        {Signing: claiming{mac, "NONEwithRSA"}, Verification: mac},
		"a signing key for nothing":            {Signing: claiming{mac, ""}},
		"a verification key for SHA1withRSA":   {Verification: claiming{mac, "SHA1withRSA"}},
		"a verification key for SHA1withECDSA": {Signing: mac, Verification: claiming{mac, "SHA1withECDSA"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewStatic(StaticKeys{Encryption: aes, Decryption: aes, Signing: keys.Signing, Verification: keys.Verification})
			requireClass(t, ErrConfig, err)
			keys.Wrapping = aes
			_, err = NewWrapped(keys)
			requireClass(t, ErrConfig, err)
		})
	}
	_, err := NewAsymmetricStatic(rsa2048(), nil)
	requireClass(t, ErrConfig, err)
	_, err = NewAsymmetricStatic(rsa2048(), claiming{mac, "HmacSHA1"})
	requireClass(t, ErrConfig, err)
}

func TestRequestedDescriptions(t *testing.T) {
	keys := StaticKeys{Encryption: newAES(t, 32), Signing: newHMAC(t)}
	t.Run("options add up, and the later wins", func(t *testing.T) {
		p, err := NewStatic(keys, WithDescription(MaterialDescription{"a": "1", "b": "2"}), WithDescription(MaterialDescription{"b": "3", "c": "4"}))
		require.NoError(t, err)
		materials, err := p.EncryptionMaterials(t.Context(), testRequest())
		require.NoError(t, err)
		assert.Equal(t, MaterialDescription{"a": "1", "b": "3", "c": "4"}, materials.Description)
	})
	t.Run("an option holds what it was made with", func(t *testing.T) {
		requested := MaterialDescription{"a": "1"}
		option := WithDescription(requested)
		requested["a"] = "2"
		p, err := NewStatic(keys, option)
		require.NoError(t, err)
		materials, err := p.EncryptionMaterials(t.Context(), testRequest())
		require.NoError(t, err)
		assert.Equal(t, MaterialDescription{"a": "1"}, materials.Description)
	})
	t.Run("nothing requested is nothing written", func(t *testing.T) {
		for _, options := range [][]Option{nil, {WithDescription(nil)}, {WithDescription(MaterialDescription{})}} {
			p, err := NewStatic(keys, options...)
			require.NoError(t, err)
			materials, err := p.EncryptionMaterials(t.Context(), testRequest())
			require.NoError(t, err)
			assert.Empty(t, materials.Description)
		}
	})
}
