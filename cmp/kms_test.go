package cmp_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
)

const (
	ireland = "eu-west-1"
	oregon  = "us-west-2"

	contentKeyAlgorithm = "amzn-ddb-env-alg"
	contentKey          = "amzn-ddb-env-key"
	signingKeyAlgorithm = "amzn-ddb-sig-alg"
	wrapAlgorithm       = "amzn-ddb-wrap-alg"
	coverage            = "aws-kms-ec-attr"
)

type (
	item       = map[string]types.AttributeValue
	attributes = map[string]string
)

func text(s string) types.AttributeValue   { return &types.AttributeValueMemberS{Value: s} }
func number(s string) types.AttributeValue { return &types.AttributeValueMemberN{Value: s} }
func binary(b ...byte) types.AttributeValue {
	return &types.AttributeValueMemberB{Value: b}
}

// orders has both keys; alice is an item of it.
var orders = cmp.EncryptionContext{TableName: "orders", PartitionKey: "customer", SortKey: "number"}

func alice() item { return item{"customer": text("alice"), "number": number("7"), "note": text("n")} }

func toEncrypt() cmp.EncryptionRequest { return cmp.EncryptionRequest{Context: orders, Item: alice()} }

func toDecrypt(description cmp.MaterialDescription) cmp.DecryptionRequest {
	return cmp.DecryptionRequest{Context: orders, Item: alice(), Description: description}
}

func newKMS(t testing.TB, client cmp.KMSAPI, keyID string, options ...cmp.Option) *cmp.KMS {
	t.Helper()
	p, err := cmp.NewKMS(client, keyID, options...)
	require.NoError(t, err)
	return p
}

// seal returns the description of an item that the provider encrypts.
func seal(t testing.TB, p cmp.Provider, request cmp.EncryptionRequest) cmp.MaterialDescription {
	t.Helper()
	materials, err := p.EncryptionMaterials(t.Context(), request)
	require.NoError(t, err)
	return materials.Description
}

// open fails with what the provider fails with.
func open(t testing.TB, p cmp.Provider, request cmp.DecryptionRequest) error {
	t.Helper()
	materials, err := p.DecryptionMaterials(t.Context(), request)
	if err != nil {
		require.Nil(t, materials)
	}
	return err
}

var failureClasses = []error{
	cmp.ErrNotEncrypted, cmp.ErrSignature, cmp.ErrDescription, cmp.ErrAlgorithm, cmp.ErrKeyUnavailable, cmp.ErrConfig, cmp.ErrCorrupt,
}

// requireClass wants an error of exactly one failure class.
func requireClass(t testing.TB, want, err error) {
	t.Helper()
	require.Error(t, err)
	for _, class := range failureClasses {
		if class == want {
			require.ErrorIs(t, err, class)
		} else {
			require.NotErrorIs(t, err, class)
		}
	}
}

// requireKMSError wants a KMSError of that class, operation and key.
func requireKMSError(t testing.TB, class error, op, keyID string, err error) {
	t.Helper()
	requireClass(t, class, err)
	var k *cmp.KMSError
	require.ErrorAs(t, err, &k)
	require.Equal(t, op, k.Op)
	require.Equal(t, keyID, k.KeyID)
	require.Error(t, k.Err)
}

// lastCall returns the one call since the last time.
func lastCall(t testing.TB, k *memkms.KMS) memkms.Call {
	t.Helper()
	calls := k.Calls()
	require.Len(t, calls, 1)
	k.ResetCalls()
	return calls[0]
}

// withoutDescribe is a client that has no DescribeKey.
type withoutDescribe struct{ cmp.KMSAPI }

// awsConfig is a configuration for clients of k in every Region.
func awsConfig(k *memkms.KMS, region string) aws.Config {
	return aws.Config{Region: region, HTTPClient: k, Credentials: credentials.NewStaticCredentialsProvider("config", "embedded", "")}
}

// fakeKMS answers what a test wants; without a function, as a service with one
// key does.
type fakeKMS struct {
	generate func(*kms.GenerateDataKeyInput) (*kms.GenerateDataKeyOutput, error)
	decrypt  func(*kms.DecryptInput) (*kms.DecryptOutput, error)
	calls    atomic.Int64
}

const fakeARN = "arn:aws:kms:eu-west-1:111122223333:key/0a1b"

// fakeDataKey is the data key that every fakeKMS has; it answers with copies.
var fakeDataKey = bytes.Repeat([]byte{0x5a, 0xc3}, 16)

func (f *fakeKMS) GenerateDataKey(_ context.Context, input *kms.GenerateDataKeyInput, _ ...func(*kms.Options)) (*kms.GenerateDataKeyOutput, error) {
	f.calls.Add(1)
	if f.generate != nil {
		return f.generate(input)
	}
	return &kms.GenerateDataKeyOutput{CiphertextBlob: []byte("ciphertext"), Plaintext: bytes.Clone(fakeDataKey), KeyId: aws.String(fakeARN)}, nil
}

func (f *fakeKMS) Decrypt(_ context.Context, input *kms.DecryptInput, _ ...func(*kms.Options)) (*kms.DecryptOutput, error) {
	f.calls.Add(1)
	if f.decrypt != nil {
		return f.decrypt(input)
	}
	return &kms.DecryptOutput{Plaintext: bytes.Clone(fakeDataKey), KeyId: aws.String(fakeARN)}, nil
}

// Wire-format §7.
func TestKMSRequests(t *testing.T) {
	double := memkms.New()
	key := double.CreateKey(ireland)
	p := newKMS(t, double.Client(ireland), key)
	want := attributes{
		"*amzn-ddb-env-alg*": "AES/256", "*amzn-ddb-sig-alg*": "HmacSHA256/256", "*aws-kms-table*": "orders",
		"customer": "alice", "number": "7",
	}
	description := seal(t, p, toEncrypt())
	generated := lastCall(t, double)
	t.Run("GenerateDataKey asks for 32 bytes by number, under the key and the context", func(t *testing.T) {
		assert.Equal(t, "GenerateDataKey", generated.Operation)
		assert.Equal(t, key, generated.KeyID)
		assert.Equal(t, 32, generated.NumberOfBytes)
		assert.Empty(t, generated.KeySpec)
		assert.Equal(t, want, generated.EncryptionContext)
		assert.Empty(t, generated.GrantTokens)
	})
	require.NoError(t, open(t, p, toDecrypt(description)))
	decrypted := lastCall(t, double)
	t.Run("Decrypt names the key and the same context", func(t *testing.T) {
		assert.Equal(t, "Decrypt", decrypted.Operation)
		assert.Equal(t, key, decrypted.KeyID)
		assert.Equal(t, want, decrypted.EncryptionContext)
		assert.Empty(t, decrypted.GrantTokens)
	})
	t.Run("both name the library in the user agent", func(t *testing.T) {
		assert.Contains(t, generated.UserAgent, "ddbcrypt")
		assert.Contains(t, decrypted.UserAgent, "ddbcrypt")
	})
	t.Run("the description is that of the published clients", func(t *testing.T) {
		blob := description[contentKey]
		_, err := base64.StdEncoding.Strict().DecodeString(blob)
		require.NoError(t, err)
		assert.Equal(t, cmp.MaterialDescription{
			contentKeyAlgorithm: "AES/256", signingKeyAlgorithm: "HmacSHA256/256", wrapAlgorithm: "kms", coverage: "*keys*", contentKey: blob,
		}, description)
	})
	t.Run("the ciphertext is sent as it was answered", func(t *testing.T) {
		f := &fakeKMS{}
		var sent []byte
		f.decrypt = func(input *kms.DecryptInput) (*kms.DecryptOutput, error) {
			sent = input.CiphertextBlob
			return &kms.DecryptOutput{Plaintext: bytes.Clone(fakeDataKey), KeyId: aws.String(fakeARN)}, nil
		}
		p := newKMS(t, f, fakeARN)
		require.NoError(t, open(t, p, toDecrypt(seal(t, p, toEncrypt()))))
		assert.Equal(t, "ciphertext", string(sent))
	})
}

func TestKMSProviderOpensWhatItMade(t *testing.T) {
	double := memkms.New()
	key := double.CreateKey(ireland)
	require.NoError(t, double.CreateAlias(ireland, "alias/app", key))
	id := key[len(key)-36:]
	for name, keyID := range map[string]string{
		"a key ARN": key, "a key ID": id, "an alias name": "alias/app", "an alias ARN": "arn:aws:kms:eu-west-1:111122223333:alias/app",
	} {
		t.Run("with "+name, func(t *testing.T) {
			p := newKMS(t, double.Client(ireland), keyID)
			request := toEncrypt()
			materials, err := p.EncryptionMaterials(t.Context(), request)
			require.NoError(t, err)
			assert.Equal(t, toEncrypt(), request, "the request was changed")
			signature, err := materials.SigningKey.Sign(t.Context(), []byte("message"))
			require.NoError(t, err)
			sealed, err := materials.EncryptionKey.Encrypt(t.Context(), []byte("plaintext"), cmp.Transformation)
			require.NoError(t, err)

			double.ResetCalls()
			description := maps.Clone(materials.Description)
			opened, err := p.DecryptionMaterials(t.Context(), toDecrypt(description))
			require.NoError(t, err)
			assert.Equal(t, materials.Description, description, "the description was changed")
			assert.Equal(t, keyID, lastCall(t, double).KeyID)
			require.NoError(t, opened.VerificationKey.Verify(t.Context(), []byte("message"), signature))
			requireClass(t, cmp.ErrSignature, opened.VerificationKey.Verify(t.Context(), []byte("another"), signature))
			decryption, err := opened.DecryptionKey(t.Context())
			require.NoError(t, err)
			plaintext, err := decryption.Decrypt(t.Context(), sealed, cmp.Transformation)
			require.NoError(t, err)
			assert.Equal(t, "plaintext", string(plaintext))
			assert.Zero(t, double.Count(""), "the keys need no further calls")
		})
	}
}

func TestEachItemHasItsOwnDataKey(t *testing.T) {
	double := memkms.New()
	p := newKMS(t, double.Client(ireland), double.CreateKey(ireland))
	const items = 64
	var mu sync.Mutex
	seen := map[string]bool{}
	var group sync.WaitGroup
	for range items {
		group.Go(func() {
			materials, err := p.EncryptionMaterials(context.Background(), toEncrypt())
			if !assert.NoError(t, err) {
				return
			}
			_, err = p.DecryptionMaterials(context.Background(), toDecrypt(materials.Description))
			assert.NoError(t, err)
			mu.Lock()
			defer mu.Unlock()
			seen[materials.Description[contentKey]] = true
		})
	}
	group.Wait()
	assert.Len(t, seen, items)
	assert.Equal(t, items, double.Count("GenerateDataKey"))
	assert.Equal(t, items, double.Count("Decrypt"))
	assert.Equal(t, 2*items, double.Count(""))
}

// What the item encryptor makes of it.
func TestItemsUnderKMS(t *testing.T) {
	double := memkms.New()
	p := newKMS(t, double.Client(ireland), double.CreateKey(ireland))
	actions := crypto.Actions{Overrides: map[string]crypto.Action{"customer": crypto.SignOnly, "number": crypto.SignOnly}}
	byARN := orders
	byARN.TableName = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"
	encryptor := crypto.NewEncryptor(p)
	for _, c := range []struct{ writer, reader cmp.EncryptionContext }{{orders, orders}, {orders, byARN}, {byARN, orders}} {
		t.Run(fmt.Sprintf("written to %s open from %s", c.writer.TableName, c.reader.TableName), func(t *testing.T) {
			double.ResetCalls()
			sealed, err := encryptor.EncryptItem(t.Context(), alice(), c.writer, actions)
			require.NoError(t, err)
			plain, err := encryptor.DecryptItem(t.Context(), sealed, c.reader, actions)
			require.NoError(t, err)
			assert.Equal(t, alice(), plain)
			require.NoError(t, encryptor.VerifyItem(t.Context(), sealed, c.reader, actions))
			require.Equal(t, 3, double.Count(""))
			for _, call := range double.Calls() {
				assert.Equal(t, "orders", call.EncryptionContext["*aws-kms-table*"])
			}
		})
	}
	t.Run("what is refused without keys makes no call", func(t *testing.T) {
		double.ResetCalls()
		_, err := encryptor.EncryptItem(t.Context(), item{"customer": text("a"), "number": number("1"), crypto.DefaultSignatureAttribute: text("")}, orders, actions)
		requireClass(t, cmp.ErrConfig, err)
		_, err = encryptor.DecryptItem(t.Context(), alice(), orders, actions)
		requireClass(t, cmp.ErrNotEncrypted, err)
		assert.Zero(t, double.Count(""))
	})
	t.Run("an item that was moved is refused by KMS, which the error says", func(t *testing.T) {
		sealed, err := encryptor.EncryptItem(t.Context(), alice(), orders, actions)
		require.NoError(t, err)
		sealed["customer"] = text("mallory")
		_, err = encryptor.DecryptItem(t.Context(), sealed, orders, actions)
		requireClass(t, cmp.ErrSignature, err)
		var k *cmp.KMSError
		require.ErrorAs(t, err, &k)
		var of *crypto.ItemError
		require.ErrorAs(t, err, &of)
		assert.Equal(t, []string{"customer", "number"}, of.Keys)
	})
	t.Run("keys of another type with the same text are refused by the signature", func(t *testing.T) {
		original := item{"customer": text("aGk="), "number": number("7")}
		sealed, err := encryptor.EncryptItem(t.Context(), original, orders, actions)
		require.NoError(t, err)
		for _, change := range []item{{"customer": binary([]byte("hi")...)}, {"number": text("7")}} {
			changed := maps.Clone(sealed)
			maps.Copy(changed, change)
			_, err = encryptor.DecryptItem(t.Context(), changed, orders, actions)
			requireClass(t, cmp.ErrSignature, err)
			_, byKMS := errors.AsType[*cmp.KMSError](err)
			assert.False(t, byKMS)
		}
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestKMSConstructors(t *testing.T) {
	double := memkms.New()
	client := double.Client(ireland)
	selector := cmp.WithKeySelector(func(context.Context, cmp.KMSKeyRequest) (string, error) { return fakeARN, nil })
	for _, c := range []struct {
		name    string
		client  cmp.KMSAPI
		keyID   string
		options []cmp.Option
	}{
		{"no client", nil, fakeARN, nil},
		{"no key ID", client, "", nil},
		{"no key ID, but further ones", client, "", []cmp.Option{cmp.WithDecryptionKeys(fakeARN)}},
		{"no key ID, but any is allowed", client, "", []cmp.Option{cmp.AllowAnyKMSKey()}},
		{"a nil selector and no key ID", client, "", []cmp.Option{cmp.WithKeySelector(nil)}},
		{"a nil option", client, fakeARN, []cmp.Option{nil}},
		{"an empty further key", client, fakeARN, []cmp.Option{cmp.WithDecryptionKeys(fakeARN, "")}},
		{"a malformed further key", client, fakeARN, []cmp.Option{cmp.WithDecryptionKeys("arn:aws:s3:::bucket")}},
		{"a malformed key besides a selector", client, "arn:", []cmp.Option{selector}},
		{"an option of MostRecent", client, fakeARN, []cmp.Option{cmp.WithCacheSize(5)}},
		{"another option of MostRecent", client, fakeARN, []cmp.Option{cmp.WithBackgroundRefresh(5)}},
	} {
		t.Run(c.name+" is refused", func(t *testing.T) {
			p, err := cmp.NewKMS(c.client, c.keyID, c.options...)
			requireClass(t, cmp.ErrConfig, err)
			assert.Nil(t, p)
			if c.client == nil {
				return
			}
			p, err = cmp.NewKMSFromConfig(awsConfig(double, ireland), c.keyID, c.options...)
			requireClass(t, cmp.ErrConfig, err)
			assert.Nil(t, p)
		})
	}
	t.Run("other providers refuse the options of KMS", func(t *testing.T) {
		signing := must(cmp.NewHMACKey("HmacSHA256", make([]byte, 32)))
		for _, option := range []cmp.Option{
			cmp.WithGrantTokens("token"), cmp.WithDecryptionKeys(fakeARN), cmp.AllowAnyKMSKey(), selector,
			cmp.WithKeyValidator(func(context.Context, cmp.KMSKeyUse) error { return nil }),
		} {
			_, err := cmp.NewStatic(cmp.StaticKeys{Signing: signing}, option)
			requireClass(t, cmp.ErrConfig, err)
			_, err = cmp.NewWrapped(cmp.WrappedKeys{Signing: signing}, option)
			requireClass(t, cmp.ErrConfig, err)
			assert.ErrorContains(t, err, "Wrapped", "it says for which provider")
			_, err = cmp.NewMostRecent(nil, "material", 1, option)
			requireClass(t, cmp.ErrConfig, err)
			assert.ErrorContains(t, err, "MostRecent")
		}
	})
	t.Run("a key without a Region is refused if the configuration has none", func(t *testing.T) {
		_, err := cmp.NewKMSFromConfig(awsConfig(double, ""), "alias/app")
		requireClass(t, cmp.ErrConfig, err)
		_, err = cmp.NewKMSFromConfig(awsConfig(double, ""), fakeARN, cmp.WithDecryptionKeys("alias/app"))
		requireClass(t, cmp.ErrConfig, err)
		assert.ErrorContains(t, err, "alias/app")
		_, err = cmp.NewKMSFromConfig(awsConfig(double, ""), fakeARN)
		require.NoError(t, err)
		p, err := cmp.NewKMSFromConfig(awsConfig(double, ""), "", cmp.WithKeySelector(func(context.Context, cmp.KMSKeyRequest) (string, error) { return "alias/app", nil }))
		require.NoError(t, err)
		_, err = p.EncryptionMaterials(t.Context(), toEncrypt())
		requireClass(t, cmp.ErrConfig, err)
		requireClass(t, cmp.ErrConfig, open(t, p, toDecrypt(fakeDescription(t))))
	})
	t.Run("no constructor makes a call", func(t *testing.T) { assert.Zero(t, double.Count("")) })
	t.Run("what the caller changes later changes nothing", func(t *testing.T) {
		f := &fakeKMS{}
		var tokens []string
		f.generate = func(input *kms.GenerateDataKeyInput) (*kms.GenerateDataKeyOutput, error) {
			tokens = slices.Clone(input.GrantTokens)
			return nil, context.Canceled
		}
		list := []string{"one", "two"}
		p := newKMS(t, f, fakeARN, cmp.WithGrantTokens(list...), cmp.WithGrantTokens("three"))
		list[0] = "changed"
		_, err := p.EncryptionMaterials(t.Context(), toEncrypt())
		require.Error(t, err)
		assert.Equal(t, []string{"one", "two", "three"}, tokens)
	})
}

func TestGrantTokensAreSent(t *testing.T) {
	double := memkms.New()
	key := double.CreateKey(ireland)
	require.NoError(t, double.CreateAlias(ireland, "alias/app", key))
	double.Deny(memkms.Rule{})
	double.AddGrant("token-1")
	double.AddGrant("token-2", memkms.Rule{Operation: "GenerateDataKey"}, memkms.Rule{Operation: "Decrypt"}, memkms.Rule{Operation: "DescribeKey"})
	p := newKMS(t, double.Client(ireland), "alias/app", cmp.WithGrantTokens("token-1", "token-2"))
	description := seal(t, p, toEncrypt())
	require.NoError(t, open(t, p, toDecrypt(description)))
	other := double.CreateKey(ireland)
	require.NoError(t, double.UpdateAlias(ireland, "alias/app", other))
	later := seal(t, newKMS(t, double.Client(ireland), other, cmp.WithGrantTokens("token-2")), toEncrypt())
	require.NoError(t, open(t, p, toDecrypt(later)), "DescribeKey has them too")
	require.Equal(t, 1, double.Count("DescribeKey"))
	for _, call := range double.Calls() {
		if call.KeyID == "alias/app" {
			assert.Equal(t, []string{"token-1", "token-2"}, call.GrantTokens, call.Operation)
		}
	}
	_, err := newKMS(t, double.Client(ireland), key).EncryptionMaterials(t.Context(), toEncrypt())
	requireKMSError(t, cmp.ErrKeyUnavailable, "GenerateDataKey", key, err)
	_, err = newKMS(t, double.Client(ireland), key, cmp.WithGrantTokens("unknown")).EncryptionMaterials(t.Context(), toEncrypt())
	requireKMSError(t, cmp.ErrKeyUnavailable, "GenerateDataKey", key, err)
	assert.ErrorContains(t, err, "check the grant tokens")
}
