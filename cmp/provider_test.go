package cmp

import (
	"context"
	"crypto/elliptic"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// maker makes a provider with fresh keys, where they are not too slow to make.
type maker struct {
	name    string
	wrapped bool
	make    func(t *testing.T, options ...Option) Provider
}

func makers() []maker {
	static := func(signing func(t *testing.T) SigningKey) func(*testing.T, ...Option) Provider {
		return func(t *testing.T, options ...Option) Provider {
			p, err := NewStatic(StaticKeys{Encryption: newAES(t, 32), Signing: signing(t)}, options...)
			require.NoError(t, err)
			return p
		}
	}
	wrapped := func(keys func(t *testing.T) WrappedKeys) func(*testing.T, ...Option) Provider {
		return func(t *testing.T, options ...Option) Provider {
			p, err := NewWrapped(keys(t), options...)
			require.NoError(t, err)
			return p
		}
	}
	viaHMAC := func(t *testing.T) SigningKey { return newHMAC(t) }
	viaRSA := func(t *testing.T) SigningKey { return newSigner(t, "SHA256withRSA", rsa2048()) }
	viaECDSA := func(t *testing.T) SigningKey { return newSigner(t, "SHA384withECDSA", newECDSA(t, elliptic.P384())) }
	all := []maker{
		{"static with HMAC", false, static(viaHMAC)},
		{"static with RSA", false, static(viaRSA)},
		{"static with ECDSA", false, static(viaECDSA)},
		{"static with keys of others", false, func(t *testing.T, options ...Option) Provider {
			key := newAES(t, 16)
			p, err := NewStatic(StaticKeys{Encryption: foreignCipher{key}, Signing: foreignSigner{newHMAC(t)}}, options...)
			require.NoError(t, err)
			return p
		}},
		{"asymmetric static with HMAC", true, func(t *testing.T, options ...Option) Provider {
			p, err := NewAsymmetricStatic(rsa3072(), newHMAC(t), options...)
			require.NoError(t, err)
			return p
		}},
		{"asymmetric static with RSA", true, func(t *testing.T, options ...Option) Provider {
			p, err := NewAsymmetricStatic(rsa2048(), viaRSA(t), options...)
			require.NoError(t, err)
			return p
		}},
		{"wrapped by keys of others", true, wrapped(func(t *testing.T) WrappedKeys {
			return WrappedKeys{Wrapping: foreignWrapper{newAES(t, 32), "HSM"}, Signing: foreignSigner{newHMAC(t)}}
		})},
	}
	for _, size := range []int{16, 24, 32} {
		all = append(all, maker{fmt.Sprintf("wrapped by AES-%d", 8*size), true, wrapped(func(t *testing.T) WrappedKeys {
			return WrappedKeys{Wrapping: newAES(t, size), Signing: viaECDSA(t)}
		})})
	}
	for name := range oaepHashes {
		all = append(all, maker{"wrapped by " + name, true, wrapped(func(t *testing.T) WrappedKeys {
			public, private := newRSAPair(t, rsa2048(), WithWrapAlgorithm(name))
			return WrappedKeys{Wrapping: public, Unwrapping: private, Signing: viaHMAC(t)}
		})})
	}
	return all
}

// The keys of others do what keys in an HSM do: they have none of the optional
// methods.
type (
	foreignSigner struct{ key *HMACKey }
	foreignCipher struct{ key *AESKey }
	// foreignWrapper has a wrap algorithm of its own.
	foreignWrapper struct {
		key  *AESKey
		name string
	}
)

var (
	_ SigningKey      = foreignSigner{}
	_ VerificationKey = foreignSigner{}
	_ EncryptionKey   = foreignCipher{}
	_ DecryptionKey   = foreignCipher{}
	_ WrappingKey     = foreignWrapper{}
	_ UnwrappingKey   = foreignWrapper{}
)

func (f foreignSigner) Algorithm() string { return f.key.Algorithm() }
func (f foreignSigner) Sign(ctx context.Context, message []byte) ([]byte, error) {
	return f.key.Sign(ctx, message)
}
func (f foreignSigner) Verify(ctx context.Context, message, signature []byte) error {
	return f.key.Verify(ctx, message, signature)
}
func (f foreignCipher) Encrypt(ctx context.Context, plaintext []byte, transformation string) ([]byte, error) {
	return f.key.Encrypt(ctx, plaintext, transformation)
}
func (f foreignCipher) Decrypt(ctx context.Context, ciphertext []byte, transformation string) ([]byte, error) {
	return f.key.Decrypt(ctx, ciphertext, transformation)
}
func (f foreignWrapper) WrapAlgorithm() string                 { return f.name }
func (f foreignWrapper) AcceptsWrapAlgorithm(name string) bool { return name == f.name }
func (f foreignWrapper) Wrap(ctx context.Context, contentKey []byte) ([]byte, error) {
	return f.key.Wrap(ctx, contentKey)
}
func (f foreignWrapper) Unwrap(ctx context.Context, wrapped WrappedKey) ([]byte, error) {
	return f.key.Unwrap(ctx, wrapped)
}

func testRequest() EncryptionRequest {
	return EncryptionRequest{
		Context: EncryptionContext{TableName: "table", PartitionKey: "id"},
		Item:    map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: "alice"}},
	}
}

// decryptionRequest sends a description the way that an item does.
func decryptionRequest(t testing.TB, description MaterialDescription) DecryptionRequest {
	t.Helper()
	data, err := description.Serialize()
	require.NoError(t, err)
	description, err = ParseMaterialDescription(data)
	require.NoError(t, err)
	return DecryptionRequest{Context: testRequest().Context, Item: testRequest().Item, Description: description}
}

// transfer encrypts and signs with one provider and opens with another.
func transfer(t testing.TB, from, to Provider) error {
	t.Helper()
	ctx, plaintext, message := t.Context(), []byte("plaintext"), []byte("message")
	materials, err := from.EncryptionMaterials(ctx, testRequest())
	require.NoError(t, err)
	sealed, err := materials.EncryptionKey.Encrypt(ctx, plaintext, Transformation)
	require.NoError(t, err)
	signature, err := materials.SigningKey.Sign(ctx, message)
	require.NoError(t, err)

	opening, err := to.DecryptionMaterials(ctx, decryptionRequest(t, materials.Description))
	if err != nil {
		return err
	}
	if err := opening.VerificationKey.Verify(ctx, message, signature); err != nil {
		return err
	}
	key, err := opening.DecryptionKey(ctx)
	if err != nil {
		return err
	}
	got, err := key.Decrypt(ctx, sealed, Transformation)
	if err == nil {
		require.Equal(t, plaintext, got)
	}
	return err
}

// testProvider is what holds for every provider.
func testProvider(t *testing.T, m maker) {
	t.Run("opens what it made", func(t *testing.T) {
		p := m.make(t)
		for range 3 {
			require.NoError(t, transfer(t, p, p))
		}
	})
	t.Run("refuses what was made under other keys", func(t *testing.T) {
		// Some of the makers take the same RSA keys each time: what differs
		// then is another key.
		if strings.HasPrefix(m.name, "asymmetric static with RSA") {
			p, err := NewAsymmetricStatic(other(), newSigner(t, "SHA256withRSA", other()))
			require.NoError(t, err)
			requireClass(t, ErrSignature, transfer(t, m.make(t), p))
			return
		}
		err := transfer(t, m.make(t), m.make(t))
		require.Error(t, err)
		assert.Contains(t, []error{ErrSignature, ErrCorrupt}, FailureClass(err))
	})
	t.Run("writes the requested description, as it was when asked for", func(t *testing.T) {
		requested := MaterialDescription{"purpose": "test", "": "empty key"}
		original := maps.Clone(requested)
		p := m.make(t, WithDescription(requested))
		requested["purpose"] = "changed"
		delete(requested, "")
		materials, err := p.EncryptionMaterials(t.Context(), testRequest())
		require.NoError(t, err)
		assert.Subset(t, materials.Description, original)
		require.NoError(t, transfer(t, p, p))
		require.NoError(t, transfer(t, p, p), "a second time")
	})
	t.Run("reads items whose description has more entries", func(t *testing.T) {
		p := m.make(t)
		materials, err := p.EncryptionMaterials(t.Context(), testRequest())
		require.NoError(t, err)
		description := maps.Clone(materials.Description)
		if description == nil {
			description = MaterialDescription{}
		}
		description["unknown"] = "entry"
		description["amzn-ddb-map-sym-mode"] = "/CBC/PKCS5Padding"
		_, err = p.DecryptionMaterials(t.Context(), decryptionRequest(t, description))
		require.NoError(t, err)
	})
	t.Run("changes neither item nor description", func(t *testing.T) {
		p := m.make(t)
		request := testRequest()
		materials, err := p.EncryptionMaterials(t.Context(), request)
		require.NoError(t, err)
		require.Equal(t, testRequest(), request)
		opening := decryptionRequest(t, materials.Description)
		_, err = p.DecryptionMaterials(t.Context(), opening)
		require.NoError(t, err)
		require.Equal(t, decryptionRequest(t, materials.Description), opening)
	})
	t.Run("serves many at once", func(t *testing.T) {
		p := m.make(t)
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() { assert.NoError(t, transfer(t, p, p)) })
		}
		group.Wait()
	})
	t.Run("uses content keys as it should", func(t *testing.T) {
		p := m.make(t)
		seen := map[string]bool{}
		for range 20 {
			materials, err := p.EncryptionMaterials(t.Context(), testRequest())
			require.NoError(t, err)
			seen[materials.Description[DescriptionContentKey]] = true
		}
		if m.wrapped {
			assert.Len(t, seen, 20, "a content key is used twice")
		} else {
			assert.Equal(t, map[string]bool{"": true}, seen)
		}
	})
	t.Run("writes nothing of the item encryptor's", func(t *testing.T) {
		for _, name := range []string{"amzn-ddb-map-sym-mode", "amzn-ddb-map-signingAlg"} {
			materials, err := m.make(t).EncryptionMaterials(t.Context(), testRequest())
			require.NoError(t, err)
			assert.NotContains(t, materials.Description, name)
		}
	})
}

func TestProviders(t *testing.T) {
	for _, m := range makers() {
		t.Run(m.name, func(t *testing.T) { testProvider(t, m) })
	}
}
