package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"regexp"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// testToken asserts on what the interface promises and the program prints; open
// opens a token that has its keys.
func testToken(t *testing.T, open func(t *testing.T) token) {
	ctx := context.Background()

	t.Run("the program seals, opens and refuses tampered copies", func(t *testing.T) {
		device := open(t)
		var out bytes.Buffer
		require.NoError(t, run(ctx, &out, device))
		require.Regexp(t, `(?s)^Keys: `+regexp.QuoteMeta(device.String())+`

1\. As DynamoDB would store the item:
   \*amzn-ddb-map-desc\*  amzn-ddb-env-alg = "AES/256"
   \*amzn-ddb-map-desc\*  amzn-ddb-env-key = "[0-9A-Za-z+/]{54}=="
   \*amzn-ddb-map-desc\*  amzn-ddb-map-signingAlg = "SHA256withRSA"
   \*amzn-ddb-map-desc\*  amzn-ddb-map-sym-mode = "/CBC/PKCS5Padding"
   \*amzn-ddb-map-desc\*  amzn-ddb-wrap-alg = "AESWrap"
   \*amzn-ddb-map-sig\*   B  [0-9a-f]{32}… \(384 bytes\)
   iban                 B  [0-9a-f]{32}… \(64 bytes\)
   id                   S  "a-1"

2\. Verified, its content key unwrapped by the token, decrypted:
   iban = CH93 0076 2011 6238 5295 7

3\. A copy under another id is refused by its signature:
   ddbcrypt: decrypt item of table "accounts" with key "id": signature does not match

4\. A copy whose wrapped key was changed is refused by the token:
   ddbcrypt: decrypt item of table "accounts" with key "id": verified item cannot be decrypted
$`, out.String())
	})

	t.Run("content keys of every length come back", func(t *testing.T) {
		key := wrappingKey{open(t)}
		for _, size := range []int{16, 24, 32} {
			contentKey := randomBytes(size)
			wrapped, err := key.Wrap(ctx, contentKey)
			require.NoError(t, err)
			require.NotContains(t, string(wrapped), string(contentKey))
			for _, stated := range []int{0, size} {
				unwrapped, err := key.Unwrap(ctx, cmp.WrappedKey{Ciphertext: wrapped, WrapAlgorithm: wrapAlgorithm, Size: stated})
				require.NoError(t, err)
				require.Equal(t, contentKey, unwrapped)
			}
		}
	})

	t.Run("a wrapped key that was changed anywhere is corrupt", func(t *testing.T) {
		key := wrappingKey{open(t)}
		wrapped, err := key.Wrap(ctx, randomBytes(32))
		require.NoError(t, err)
		for i := range wrapped {
			changed := bytes.Clone(wrapped)
			changed[i] ^= 0x10
			_, err := key.Unwrap(ctx, cmp.WrappedKey{Ciphertext: changed, Size: 32})
			require.ErrorIs(t, err, cmp.ErrCorrupt, "byte %d", i)
		}
		for _, ciphertext := range [][]byte{nil, {}, wrapped[:8], wrapped[:32], wrapped[:39], append(bytes.Clone(wrapped), 0), randomBytes(384)} {
			_, err := key.Unwrap(ctx, cmp.WrappedKey{Ciphertext: ciphertext})
			require.ErrorIs(t, err, cmp.ErrCorrupt, "%d bytes", len(ciphertext))
		}
		_, err = key.Unwrap(ctx, cmp.WrappedKey{Ciphertext: wrapped, Size: 16})
		require.ErrorIs(t, err, cmp.ErrCorrupt)
		_, err = key.Unwrap(ctx, cmp.WrappedKey{Ciphertext: wrapped, Size: 32})
		require.NoError(t, err, "after so many refusals the token still works")
	})

	t.Run("signatures verify under the public half", func(t *testing.T) {
		device := open(t)
		key := signingKey{device}
		message := []byte("message")
		signature, err := key.Sign(ctx, message)
		require.NoError(t, err)
		verification, err := cmp.NewAsymmetricVerificationKey(key.Algorithm(), device.PublicKey())
		require.NoError(t, err)
		require.NoError(t, verification.Verify(ctx, message, signature))
		require.ErrorIs(t, verification.Verify(ctx, []byte("massage"), signature), cmp.ErrSignature)

		_, err = key.SignDigest(ctx, message)
		require.ErrorIs(t, err, cmp.ErrConfig, "no digest")
	})

	t.Run("only AESWrap is unwrapped", func(t *testing.T) {
		key := wrappingKey{open(t)}
		require.True(t, key.AcceptsWrapAlgorithm("AESWrap"))
		require.False(t, key.AcceptsWrapAlgorithm(""))
		require.False(t, key.AcceptsWrapAlgorithm("RSA/ECB/OAEPWithSHA-256AndMGF1Padding"))
	})

	t.Run("many items are sealed and opened at the same time", func(t *testing.T) {
		provider, err := newProvider(open(t))
		require.NoError(t, err)
		encryptor := crypto.NewEncryptor(provider)
		var group errgroup.Group
		for worker := range 16 {
			group.Go(func() error {
				for n := range 10 {
					id := fmt.Sprintf("a-%d-%d", worker, n)
					if err := sealAndOpen(ctx, encryptor, id); err != nil {
						return err
					}
				}
				return nil
			})
		}
		require.NoError(t, group.Wait())
	})

	t.Run("a context that has ended is respected", func(t *testing.T) {
		device := open(t)
		ended, cancel := context.WithCancel(ctx)
		cancel()
		requireAllFail(ended, t, device, func(t *testing.T, err error) { require.ErrorIs(t, err, context.Canceled) })
	})

	t.Run("a token that was closed is not available", func(t *testing.T) {
		device := open(t)
		require.NoError(t, device.Close())
		requireAllFail(ctx, t, device, func(t *testing.T, err error) { require.ErrorContains(t, err, "closed") })
	})
}

func sealAndOpen(ctx context.Context, encryptor *crypto.Encryptor, id string) error {
	item := crypto.Item{
		"id":   &types.AttributeValueMemberS{Value: id},
		"iban": &types.AttributeValueMemberS{Value: "iban of " + id},
	}
	sealed, err := encryptor.EncryptItem(ctx, item, accounts, actions)
	if err != nil {
		return err
	}
	opened, err := encryptor.DecryptItem(ctx, sealed, accounts, actions)
	if err != nil {
		return err
	}
	if !assert.ObjectsAreEqual(item, opened) {
		return fmt.Errorf("item %s: got %v", id, opened)
	}
	return nil
}

// requireAllFail calls what needs the token. Nothing of it may look like a
// damaged item, and items cannot be sealed for want of a key.
func requireAllFail(ctx context.Context, t *testing.T, device token, check func(t *testing.T, err error)) {
	t.Helper()
	_, wrapErr := wrappingKey{device}.Wrap(ctx, randomBytes(32))
	_, unwrapErr := wrappingKey{device}.Unwrap(ctx, cmp.WrappedKey{Ciphertext: randomBytes(40), Size: 32})
	digest := sha256.Sum256(nil)
	_, signErr := signingKey{device}.SignDigest(ctx, digest[:])
	for _, err := range []error{wrapErr, unwrapErr, signErr} {
		require.Error(t, err)
		require.NoError(t, cmp.FailureClass(err), "the library finds the class: %v", err)
		check(t, err)
	}
	provider, err := newProvider(device)
	require.NoError(t, err)
	require.ErrorIs(t, sealAndOpen(ctx, crypto.NewEncryptor(provider), "a-1"), crypto.ErrKeyUnavailable)
}

func randomBytes(n int) []byte {
	data := make([]byte, n)
	_, _ = rand.Read(data) // never fails
	return data
}
