package memkms_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
)

const (
	west = "eu-west-1"
	east = "us-east-1"
)

// pairs is an encryption context.
type pairs = map[string]string

// once is an option for clients that do not retry.
func once(o *kms.Options) { o.Retryer = aws.NopRetryer{} }

// as reports whether the SDK gives an error the type E.
func as[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// code reports whether an error, for which the SDK has no type, has a code.
func code(want string) func(error) bool {
	return func(err error) bool {
		e, ok := errors.AsType[smithy.APIError](err)
		return ok && e.ErrorCode() == want
	}
}

func dataKey(t *testing.T, client *kms.Client, keyID string, context pairs) *kms.GenerateDataKeyOutput {
	t.Helper()
	out, err := client.GenerateDataKey(t.Context(), &kms.GenerateDataKeyInput{
		KeyId: &keyID, KeySpec: types.DataKeySpecAes256, EncryptionContext: context,
	})
	require.NoError(t, err)
	return out
}

func TestADataKeyDecryptsUnderItsContextInAnyOrder(t *testing.T) {
	k := memkms.New()
	arn := k.CreateKey(west)
	client := k.Client(west)

	made := dataKey(t, client, arn, pairs{"a": "1", "b": "2"})
	assert.Len(t, made.Plaintext, 32)
	assert.NotContains(t, string(made.CiphertextBlob), string(made.Plaintext))
	assert.Equal(t, arn, *made.KeyId)

	for name, keyID := range map[string]*string{"with the key": &arn, "without a key": nil} {
		t.Run(name, func(t *testing.T) {
			out, err := client.Decrypt(t.Context(), &kms.DecryptInput{
				KeyId: keyID, CiphertextBlob: made.CiphertextBlob, EncryptionContext: pairs{"b": "2", "a": "1"},
			})
			require.NoError(t, err)
			assert.Equal(t, made.Plaintext, out.Plaintext)
			assert.Equal(t, arn, *out.KeyId)
			assert.Equal(t, types.EncryptionAlgorithmSpecSymmetricDefault, out.EncryptionAlgorithm)
			assert.Equal(t, made.KeyMaterialId, out.KeyMaterialId)
		})
	}
}

func TestDataKeysHaveTheSizeThatWasAskedFor(t *testing.T) {
	k := memkms.New()
	arn := k.CreateKey(west)
	for name, tc := range map[string]struct {
		in   kms.GenerateDataKeyInput
		want int
	}{
		"AES_128":        {kms.GenerateDataKeyInput{KeySpec: types.DataKeySpecAes128}, 16},
		"AES_256":        {kms.GenerateDataKeyInput{KeySpec: types.DataKeySpecAes256}, 32},
		"one byte":       {kms.GenerateDataKeyInput{NumberOfBytes: aws.Int32(1)}, 1},
		"the most bytes": {kms.GenerateDataKeyInput{NumberOfBytes: aws.Int32(1024)}, 1024},
	} {
		t.Run(name, func(t *testing.T) {
			tc.in.KeyId = &arn
			out, err := k.Client(west).GenerateDataKey(t.Context(), &tc.in)
			require.NoError(t, err)
			assert.Len(t, out.Plaintext, tc.want)
		})
	}
}

func TestAnotherContextIsAnInvalidCiphertext(t *testing.T) {
	k := memkms.New()
	arn := k.CreateKey(west)
	client := k.Client(west)
	blob := dataKey(t, client, arn, pairs{"ab": "c", "d": ""}).CiphertextBlob
	for name, context := range map[string]pairs{
		"none":                     nil,
		"one entry missing":        {"ab": "c"},
		"one entry more":           {"ab": "c", "d": "", "e": ""},
		"another value":            {"ab": "C", "d": ""},
		"another name":             {"AB": "c", "d": ""},
		"another border of a name": {"a": "bc", "d": ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := client.Decrypt(t.Context(), &kms.DecryptInput{KeyId: &arn, CiphertextBlob: blob, EncryptionContext: context})
			assert.True(t, as[*types.InvalidCiphertextException](err), "%v", err)
		})
	}
}

func TestAChangedBlobIsAnInvalidCiphertext(t *testing.T) {
	k := memkms.New()
	arn := k.CreateKey(west)
	client := k.Client(west)
	blob := dataKey(t, client, arn, nil).CiphertextBlob
	refused := func(t *testing.T, blob []byte) {
		t.Helper()
		for _, keyID := range []*string{&arn, nil} {
			_, err := client.Decrypt(t.Context(), &kms.DecryptInput{KeyId: keyID, CiphertextBlob: blob})
			require.True(t, as[*types.InvalidCiphertextException](err), "%v", err)
		}
	}
	t.Run("any bit", func(t *testing.T) {
		for i := range blob {
			changed := append([]byte(nil), blob...)
			changed[i] ^= 1 << (i % 8)
			refused(t, changed)
		}
	})
	t.Run("any end cut off", func(t *testing.T) {
		for i := 1; i < len(blob); i++ {
			refused(t, blob[:i])
		}
	})
	t.Run("a byte more", func(t *testing.T) { refused(t, append(append([]byte(nil), blob...), 0)) })
	t.Run("the id of another key", func(t *testing.T) {
		other := k.CreateKey(west)
		changed := strings.Replace(string(blob), arn[strings.LastIndex(arn, "/")+1:], other[strings.LastIndex(other, "/")+1:], 1)
		require.NotEqual(t, string(blob), changed)
		_, err := client.Decrypt(t.Context(), &kms.DecryptInput{KeyId: &other, CiphertextBlob: []byte(changed)})
		assert.True(t, as[*types.InvalidCiphertextException](err), "%v", err)
	})
}

func TestEncryptAndReEncryptBindBothContexts(t *testing.T) {
	k := memkms.New()
	first, second := k.CreateKey(west), k.CreateKey(west)
	client := k.Client(west)
	sealed, err := client.Encrypt(t.Context(), &kms.EncryptInput{KeyId: &first, Plaintext: []byte("hello"), EncryptionContext: pairs{"a": "1"}})
	require.NoError(t, err)
	assert.Equal(t, first, *sealed.KeyId)
	assert.Equal(t, types.EncryptionAlgorithmSpecSymmetricDefault, sealed.EncryptionAlgorithm)

	in := &kms.ReEncryptInput{
		CiphertextBlob: sealed.CiphertextBlob, SourceEncryptionContext: pairs{"a": "1"},
		DestinationKeyId: &second, DestinationEncryptionContext: pairs{"b": "2"},
	}
	moved, err := client.ReEncrypt(t.Context(), in)
	require.NoError(t, err)
	assert.Equal(t, []string{first, second}, []string{*moved.SourceKeyId, *moved.KeyId})
	assert.NotEqual(t, *moved.SourceKeyMaterialId, *moved.DestinationKeyMaterialId)
	opened, err := client.Decrypt(t.Context(), &kms.DecryptInput{KeyId: &second, CiphertextBlob: moved.CiphertextBlob, EncryptionContext: pairs{"b": "2"}})
	require.NoError(t, err)
	assert.Equal(t, "hello", string(opened.Plaintext))

	t.Run("wrong source context", func(t *testing.T) {
		in := *in
		in.SourceEncryptionContext = pairs{"b": "2"}
		_, err := client.ReEncrypt(t.Context(), &in)
		assert.True(t, as[*types.InvalidCiphertextException](err), "%v", err)
	})
	t.Run("wrong source key", func(t *testing.T) {
		in := *in
		in.SourceKeyId = &second
		_, err := client.ReEncrypt(t.Context(), &in)
		assert.True(t, as[*types.IncorrectKeyException](err), "%v", err)
	})
	t.Run("no such destination", func(t *testing.T) {
		in := *in
		in.DestinationKeyId = aws.String("alias/none")
		_, err := client.ReEncrypt(t.Context(), &in)
		assert.True(t, as[*types.NotFoundException](err), "%v", err)
	})
}

func TestCallsFromManyGoroutines(t *testing.T) {
	k := memkms.New()
	arn := k.CreateKey(west, memkms.MultiRegion())
	k.Inject(memkms.InOrder(memkms.Fault{Code: "ThrottlingException"}))
	client := k.Client(west)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 8 {
				made, err := client.GenerateDataKey(t.Context(), &kms.GenerateDataKeyInput{KeyId: &arn, NumberOfBytes: aws.Int32(8)})
				if !assert.NoError(t, err) {
					return
				}
				opened, err := client.Decrypt(t.Context(), &kms.DecryptInput{CiphertextBlob: made.CiphertextBlob})
				if assert.NoError(t, err) {
					assert.Equal(t, made.Plaintext, opened.Plaintext)
				}
			}
		})
	}
	for i := range 16 {
		other := k.CreateKey(west)
		alias := "alias/a" + strings.Repeat("x", i)
		assert.NoError(t, k.CreateAlias(west, alias, other))
		assert.NoError(t, k.SetState(other, types.KeyStateDisabled))
		k.Deny(memkms.Rule{Key: other})
		k.AddGrant(alias)
		k.Calls()
	}
	wg.Wait()
	assert.Equal(t, 128+1, k.Count("GenerateDataKey"), "one was throttled and sent again")
	assert.Equal(t, 128, k.Count("Decrypt"))
}
