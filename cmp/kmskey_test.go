package cmp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
)

func TestKMSKeyIDs(t *testing.T) {
	for _, id := range []string{
		"1234abcd-12ab-34cd-56ef-1234567890ab", "mrk-1234abcd12ab34cd56ef1234567890ab", "alias/a", "alias/app/team_1-x", "alias/aws/dynamodb",
		"arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", "arn:aws:kms:us-west-2:111122223333:alias/app/x",
		"arn:aws-cn:kms:cn-north-1:111122223333:key/1", "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-1",
	} {
		t.Run(fmt.Sprintf("%q is accepted", id), func(t *testing.T) {
			_, err := cmp.NewKMS(&fakeKMS{}, id)
			require.NoError(t, err)
			_, err = cmp.NewKMS(&fakeKMS{}, fakeARN, cmp.WithDecryptionKeys(id))
			require.NoError(t, err)
		})
	}
	for _, id := range []string{
		"", " ", "a b", "key\n", "\tkey", "alias/", "alias/a b", "arn:", "arn:aws", "arn:aws:kms:us-west-2:111122223333", "arn:aws:kms:us-west-2:111122223333:",
		"arn:aws:kms:us-west-2:111122223333:key", "arn:aws:kms:us-west-2:111122223333:key/", "arn:aws:kms:us-west-2:111122223333:alias/",
		"arn:aws:kms:us-west-2:111122223333:grant/1", "arn:aws:kms:us-west-2::key/1", "arn:aws:kms::111122223333:key/1", "arn::kms:us-west-2:111122223333:key/1",
		"arn:aws:s3:us-west-2:111122223333:key/1", "arn:aws:dynamodb:us-west-2:111122223333:table/orders", "arn:aws:iam::111122223333:role/x",
	} {
		t.Run(fmt.Sprintf("%q is refused", id), func(t *testing.T) {
			f := &fakeKMS{}
			_, err := cmp.NewKMS(f, id)
			requireClass(t, cmp.ErrConfig, err)
			_, err = cmp.NewKMS(f, fakeARN, cmp.WithDecryptionKeys(fakeARN, id))
			requireClass(t, cmp.ErrConfig, err)
			p := newKMS(t, f, fakeARN, cmp.WithKeySelector(func(context.Context, cmp.KMSKeyRequest) (string, error) { return id, nil }))
			_, err = p.EncryptionMaterials(t.Context(), toEncrypt())
			requireClass(t, cmp.ErrConfig, err)
			requireClass(t, cmp.ErrConfig, open(t, p, toDecrypt(fakeDescription(t))))
			assert.Zero(t, f.calls.Load())
		})
	}
}

// fakeDescription is that of an item sealed with a fakeKMS.
func fakeDescription(t testing.TB) cmp.MaterialDescription {
	return seal(t, newKMS(t, &fakeKMS{}, fakeARN), toEncrypt())
}

// The key that KMS says it used, for each way to configure one.
func TestTheKeyThatWasUsedIsChecked(t *testing.T) {
	const (
		single  = "arn:aws:kms:eu-west-1:111122223333:key/0a1b"
		multi   = "arn:aws:kms:eu-west-1:111122223333:key/mrk-0a1b"
		replica = "arn:aws:kms:us-west-2:111122223333:key/mrk-0a1b"
		alias   = "arn:aws:kms:eu-west-1:111122223333:alias/app"
	)
	for _, c := range []struct {
		configured, used string
		ok               bool
	}{
		{single, single, true},
		{single, "arn:aws:kms:eu-west-1:111122223333:key/0a1c", false},
		{single, "arn:aws:kms:eu-west-1:111122223333:key/0A1B", false},
		{single, single + "/", false},
		{single, "arn:aws:kms:us-west-2:111122223333:key/0a1b", false},
		{single, "arn:aws:kms:eu-west-1:444455556666:key/0a1b", false},
		{single, "arn:aws-cn:kms:eu-west-1:111122223333:key/0a1b", false},
		{single, "0a1b", false}, {single, "key/0a1b", false}, {single, "", false}, {single, alias, false},
		{single, " " + single, false}, {single, single + "\n", false}, {single, strings.ToUpper(single), false},

		{multi, multi, true}, {multi, replica, true}, {replica, multi, true},
		{multi, "arn:aws:kms:us-west-2:111122223333:key/mrk-0a1c", false},
		{multi, "arn:aws:kms:us-west-2:444455556666:key/mrk-0a1b", false},
		{multi, "arn:aws-cn:kms:cn-north-1:111122223333:key/mrk-0a1b", false},
		{multi, "arn:aws:kms:us-west-2:111122223333:key/0a1b", false},
		{multi, "arn:aws:kms:us-west-2:111122223333:alias/mrk-0a1b", false},

		{"0a1b", single, true}, {"0a1b", "arn:aws:kms:eu-west-1:111122223333:key/0a1c", false}, {"0a1b", "", false}, {"0a1b", "0a1b", false},
		{"mrk-0a1b", multi, true}, {"mrk-0a1b", single, false}, {"0a1b", multi, false},

		{"alias/app", single, true}, {"alias/app", multi, true}, {"alias/app", "", false}, {"alias/app", alias, false}, {"alias/app", "nonsense", false},
		{alias, single, true}, {alias, multi, true}, {alias, alias, false}, {alias, "", false},
		{alias, replica, false},
		{alias, "arn:aws:kms:eu-west-1:444455556666:key/0a1b", false},
		{alias, "arn:aws-cn:kms:eu-west-1:111122223333:key/0a1b", false},
	} {
		t.Run(fmt.Sprintf("%s answered with %q: %v", c.configured, c.used, c.ok), func(t *testing.T) {
			f := &fakeKMS{
				generate: func(*kms.GenerateDataKeyInput) (*kms.GenerateDataKeyOutput, error) {
					return &kms.GenerateDataKeyOutput{CiphertextBlob: []byte("c"), Plaintext: bytes.Clone(fakeDataKey), KeyId: aws.String(c.used)}, nil
				},
				decrypt: func(*kms.DecryptInput) (*kms.DecryptOutput, error) {
					return &kms.DecryptOutput{Plaintext: bytes.Clone(fakeDataKey), KeyId: aws.String(c.used)}, nil
				},
			}
			_, encryptErr := newKMS(t, f, c.configured).EncryptionMaterials(t.Context(), toEncrypt())
			decryptErr := open(t, newKMS(t, f, c.configured), toDecrypt(fakeDescription(t)))
			if c.ok {
				require.NoError(t, encryptErr)
				require.NoError(t, decryptErr)
			} else {
				requireKMSError(t, cmp.ErrKeyUnavailable, "GenerateDataKey", c.configured, encryptErr)
				requireKMSError(t, cmp.ErrKeyUnavailable, "Decrypt", c.configured, decryptErr)
			}
			assert.EqualValues(t, 2, f.calls.Load())
		})
	}
}

func TestKeysOfOthersAreRefused(t *testing.T) {
	double := memkms.New()
	mine, theirs := double.CreateKey(ireland), double.CreateKey(ireland)
	sealed := seal(t, newKMS(t, double.Client(ireland), theirs), toEncrypt())
	t.Run("by KMS", func(t *testing.T) {
		double.ResetCalls()
		err := open(t, newKMS(t, double.Client(ireland), mine), toDecrypt(sealed))
		requireKMSError(t, cmp.ErrKeyUnavailable, "Decrypt", mine, err)
		var incorrect *kmstypes.IncorrectKeyException
		require.ErrorAs(t, err, &incorrect)
		assert.ErrorContains(t, err, "among the decryption keys")
		lastCall(t, double)
	})
	t.Run("of another Region by KMS, as no ciphertext", func(t *testing.T) {
		err := open(t, newKMS(t, double.Client(oregon), double.CreateKey(oregon)), toDecrypt(sealed))
		requireClass(t, cmp.ErrSignature, err)
	})
	t.Run("in a client of another Region than the key's", func(t *testing.T) {
		p := newKMS(t, double.Client(oregon), mine)
		_, err := p.EncryptionMaterials(t.Context(), toEncrypt())
		requireKMSError(t, cmp.ErrKeyUnavailable, "GenerateDataKey", mine, err)
		requireKMSError(t, cmp.ErrKeyUnavailable, "Decrypt", mine, open(t, p, toDecrypt(sealed)))
	})
}

func TestMultiRegionKeys(t *testing.T) {
	double := memkms.New()
	primary := double.CreateKey(ireland, memkms.MultiRegion())
	replica := must(double.ReplicateKey(primary, oregon))
	unrelated := double.CreateKey(oregon, memkms.MultiRegion())
	inIreland, inOregon := newKMS(t, double.Client(ireland), primary), newKMS(t, double.Client(oregon), replica)
	t.Run("what one seals the other opens", func(t *testing.T) {
		require.NoError(t, open(t, inOregon, toDecrypt(seal(t, inIreland, toEncrypt()))))
		require.NoError(t, open(t, inIreland, toDecrypt(seal(t, inOregon, toEncrypt()))))
	})
	t.Run("by an alias in each Region", func(t *testing.T) {
		require.NoError(t, double.CreateAlias(ireland, "alias/app", primary))
		require.NoError(t, double.CreateAlias(oregon, "alias/app", replica))
		a, b := newKMS(t, double.Client(ireland), "alias/app"), newKMS(t, double.Client(oregon), "alias/app")
		for range 2 {
			require.NoError(t, open(t, b, toDecrypt(seal(t, a, toEncrypt()))))
			require.NoError(t, open(t, a, toDecrypt(seal(t, b, toEncrypt()))))
		}
		assert.Zero(t, double.Count("DescribeKey"))
	})
	t.Run("each call goes to its Region, if the clients are the provider's own", func(t *testing.T) {
		for home, key := range map[string]string{oregon: primary, ireland: replica} {
			p := must(cmp.NewKMSFromConfig(awsConfig(double, home), key))
			double.ResetCalls()
			require.NoError(t, open(t, p, toDecrypt(seal(t, p, toEncrypt()))))
			for _, call := range double.Calls() {
				assert.Contains(t, key, call.Region)
				assert.NotEqual(t, home, call.Region)
			}
		}
	})
	t.Run("an unrelated one is refused", func(t *testing.T) {
		sealed := seal(t, inIreland, toEncrypt())
		requireKMSError(t, cmp.ErrKeyUnavailable, "Decrypt", unrelated, open(t, newKMS(t, double.Client(oregon), unrelated), toDecrypt(sealed)))
	})
	t.Run("a service that answers with the related key's ARN is believed", func(t *testing.T) {
		double.Inject(func(memkms.Request) memkms.Fault { return memkms.Fault{KeyID: replica} })
		defer double.Inject(nil)
		require.NoError(t, open(t, inIreland, toDecrypt(seal(t, inIreland, toEncrypt()))))
	})
	t.Run("a service that answers with an unrelated key's is not", func(t *testing.T) {
		sealed := seal(t, inIreland, toEncrypt())
		double.Inject(func(memkms.Request) memkms.Fault { return memkms.Fault{KeyID: unrelated} })
		defer double.Inject(nil)
		err := open(t, inIreland, toDecrypt(sealed))
		requireKMSError(t, cmp.ErrKeyUnavailable, "Decrypt", primary, err)
		assert.ErrorContains(t, err, unrelated)
		_, err = inIreland.EncryptionMaterials(t.Context(), toEncrypt())
		requireKMSError(t, cmp.ErrKeyUnavailable, "GenerateDataKey", primary, err)
	})
}

func TestDecryptionKeys(t *testing.T) {
	double := memkms.New()
	client := double.Client(ireland)
	current, second, third, theirs := double.CreateKey(ireland), double.CreateKey(ireland), double.CreateKey(ireland), double.CreateKey(ireland)
	abroad := double.CreateKey(oregon)
	under := func(region, key string) cmp.MaterialDescription {
		return seal(t, newKMS(t, double.Client(region), key), toEncrypt())
	}
	asked := func() (keys []string) {
		for _, call := range double.Calls() {
			require.Equal(t, "Decrypt", call.Operation)
			keys = append(keys, call.KeyID)
		}
		return keys
	}
	p := newKMS(t, client, current, cmp.WithDecryptionKeys(second), cmp.WithDecryptionKeys(third))
	for _, c := range []struct {
		under string
		asked []string
		ok    bool
	}{
		{current, []string{current}, true},
		{second, []string{current, second}, true},
		{third, []string{current, second, third}, true},
		{theirs, []string{current, second, third}, false},
	} {
		t.Run(fmt.Sprintf("they are asked in their order: %d calls, opened is %v", len(c.asked), c.ok), func(t *testing.T) {
			sealed := under(ireland, c.under)
			double.ResetCalls()
			err := open(t, p, toDecrypt(sealed))
			assert.Equal(t, c.asked, asked())
			if c.ok {
				require.NoError(t, err)
				return
			}
			requireKMSError(t, cmp.ErrKeyUnavailable, "Decrypt", current, err)
			_, incorrect := errors.AsType[*kmstypes.IncorrectKeyException](err)
			assert.True(t, incorrect)
		})
	}
	t.Run("nothing is encrypted under them", func(t *testing.T) {
		double.ResetCalls()
		sealed := seal(t, p, toEncrypt())
		assert.Equal(t, current, lastCall(t, double).KeyID)
		require.NoError(t, open(t, newKMS(t, client, current), toDecrypt(sealed)))
	})
	t.Run("the context is checked under each", func(t *testing.T) {
		for _, key := range []string{current, second, third} {
			request := toDecrypt(under(ireland, key))
			request.Item["customer"] = text("mallory")
			requireKMSError(t, cmp.ErrSignature, "Decrypt", key, open(t, p, request))
		}
	})
	t.Run("a key that cannot be used does not keep the others from opening", func(t *testing.T) {
		sealed, retired := under(ireland, third), under(ireland, second)
		double.Deny(memkms.Rule{Key: second})
		defer double.Allow(memkms.Rule{Key: second})
		require.NoError(t, double.SetState(current, kmstypes.KeyStateDisabled))
		defer func() { require.NoError(t, double.SetState(current, kmstypes.KeyStateEnabled)) }()
		double.ResetCalls()
		require.NoError(t, open(t, p, toDecrypt(sealed)))
		assert.Equal(t, []string{current, second, third}, asked())

		err := open(t, p, toDecrypt(retired))
		requireKMSError(t, cmp.ErrKeyUnavailable, "Decrypt", current, err)
		assert.ErrorContains(t, err, "DisabledException", "what tells more than that it is another key's")
	})
	t.Run("a failure of the service ends the search", func(t *testing.T) {
		sealed := under(ireland, third)
		double.ResetCalls()
		double.Inject(func(r memkms.Request) memkms.Fault {
			if r.KeyID == second {
				return memkms.Fault{Code: "UnrecognizedClientException"}
			}
			return memkms.Fault{}
		})
		defer double.Inject(nil)
		requireKMSError(t, cmp.ErrKeyUnavailable, "Decrypt", second, open(t, p, toDecrypt(sealed)))
		assert.Equal(t, []string{current, second}, asked())
	})
	t.Run("a Region that does not know the ciphertext is asked once", func(t *testing.T) {
		elsewhere := []string{double.CreateKey(oregon), double.CreateKey(oregon)}
		p := must(cmp.NewKMSFromConfig(awsConfig(double, ireland), current, cmp.WithDecryptionKeys(elsewhere[0], second, elsewhere[1], third)))
		request := toDecrypt(under(ireland, second))
		request.Context.TableName += "-moved"
		double.ResetCalls()
		requireKMSError(t, cmp.ErrSignature, "Decrypt", second, open(t, p, request))
		assert.Equal(t, []string{current, elsewhere[0], second}, asked())
	})
	t.Run("any key opens in each Region of the listed keys", func(t *testing.T) {
		p := must(cmp.NewKMSFromConfig(awsConfig(double, ireland), current, cmp.WithDecryptionKeys(second, abroad), cmp.AllowAnyKMSKey()))
		sealed := under(oregon, double.CreateKey(oregon))
		double.ResetCalls()
		require.NoError(t, open(t, p, toDecrypt(sealed)))
		require.Len(t, double.Calls(), 2)
		for i, region := range []string{ireland, oregon} {
			assert.Equal(t, region, double.Calls()[i].Region)
			assert.Empty(t, double.Calls()[i].KeyID)
		}
	})
	t.Run("keys of another Region open, with clients of the provider's own", func(t *testing.T) {
		p := must(cmp.NewKMSFromConfig(awsConfig(double, ireland), current, cmp.WithDecryptionKeys(abroad, second)))
		for _, c := range []struct {
			region, key string
			asked       []string
		}{{ireland, current, []string{current}}, {oregon, abroad, []string{current, abroad}}, {ireland, second, []string{current, abroad, second}}} {
			sealed := under(c.region, c.key)
			double.ResetCalls()
			require.NoError(t, open(t, p, toDecrypt(sealed)))
			assert.Equal(t, c.asked, asked())
			for _, call := range double.Calls() {
				assert.Contains(t, call.KeyID, call.Region)
			}
		}
		request := toDecrypt(under(oregon, abroad))
		request.Context.TableName = "other"
		p = must(cmp.NewKMSFromConfig(awsConfig(double, ireland), current, cmp.WithDecryptionKeys(abroad)))
		double.ResetCalls()
		requireClass(t, cmp.ErrSignature, open(t, p, request))
		assert.Equal(t, []string{current, abroad}, asked())
	})
	t.Run("keys of one Region are not asked for a changed item of the first key", func(t *testing.T) {
		request := toDecrypt(under(ireland, current))
		request.Context.TableName = "other"
		double.ResetCalls()
		requireKMSError(t, cmp.ErrSignature, "Decrypt", current, open(t, p, request))
		assert.Equal(t, []string{current}, asked())
	})
	t.Run("a listed key's alias opens too", func(t *testing.T) {
		require.NoError(t, double.CreateAlias(ireland, "alias/old", second))
		p := newKMS(t, client, current, cmp.WithDecryptionKeys("alias/old"))
		require.NoError(t, open(t, p, toDecrypt(under(ireland, second))))
		requireKMSError(t, cmp.ErrKeyUnavailable, "Decrypt", current, open(t, p, toDecrypt(under(ireland, third))))
	})
	t.Run("the answer's key is that of the call", func(t *testing.T) {
		sealed := under(ireland, second)
		double.Inject(func(r memkms.Request) memkms.Fault { return memkms.Fault{KeyID: current} })
		defer double.Inject(nil)
		requireKMSError(t, cmp.ErrKeyUnavailable, "Decrypt", second, open(t, p, toDecrypt(sealed)))
	})
}

func TestAnyKMSKey(t *testing.T) {
	double := memkms.New()
	own, theirs := double.CreateKey(ireland), double.CreateKey(ireland)
	var uses []cmp.KMSKeyUse
	p := newKMS(t, double.Client(ireland), own, cmp.AllowAnyKMSKey(), cmp.WithKeyValidator(func(_ context.Context, use cmp.KMSKeyUse) error {
		uses = append(uses, use)
		return nil
	}))
	sealed := seal(t, newKMS(t, double.Client(ireland), theirs), toEncrypt())
	double.ResetCalls()
	require.NoError(t, open(t, p, toDecrypt(sealed)))
	assert.Empty(t, lastCall(t, double).KeyID, "no key is named")
	assert.Equal(t, []cmp.KMSKeyUse{{Op: "Decrypt", Context: orders, KeyID: own, UsedKeyARN: theirs}}, uses)
	t.Run("the context is checked all the same", func(t *testing.T) {
		request := toDecrypt(sealed)
		request.Item["customer"] = text("mallory")
		requireKMSError(t, cmp.ErrSignature, "Decrypt", own, open(t, p, request))
	})
	t.Run("encryption is under the configured key", func(t *testing.T) {
		double.ResetCalls()
		seal(t, p, toEncrypt())
		assert.Equal(t, own, lastCall(t, double).KeyID)
		double.Inject(func(memkms.Request) memkms.Fault { return memkms.Fault{KeyID: theirs} })
		defer double.Inject(nil)
		_, err := p.EncryptionMaterials(t.Context(), toEncrypt())
		requireKMSError(t, cmp.ErrKeyUnavailable, "GenerateDataKey", own, err)
	})
}

func TestKeySelector(t *testing.T) {
	double := memkms.New()
	keys := map[string]string{"alice": double.CreateKey(ireland), "bob": double.CreateKey(oregon)}
	type key struct{}
	var requests []cmp.KMSKeyRequest
	choose := cmp.WithKeySelector(func(ctx context.Context, request cmp.KMSKeyRequest) (string, error) {
		assert.Equal(t, "value", ctx.Value(key{}), "the caller's context")
		requests = append(requests, request)
		for customer, id := range keys {
			if assert.ObjectsAreEqual(text(customer), request.Item["customer"]) {
				return id, nil
			}
		}
		return "", errors.New("nobody's key")
	})
	p := must(cmp.NewKMSFromConfig(awsConfig(double, ireland), "", choose))
	ctx := context.WithValue(t.Context(), key{}, "value")
	for customer, id := range keys {
		t.Run("it chooses the key and its Region for "+customer, func(t *testing.T) {
			requests = nil
			double.ResetCalls()
			i := alice()
			i["customer"] = text(customer)
			materials, err := p.EncryptionMaterials(ctx, cmp.EncryptionRequest{Context: orders, Item: i})
			require.NoError(t, err)
			assert.Equal(t, id, lastCall(t, double).KeyID)
			_, err = p.DecryptionMaterials(ctx, cmp.DecryptionRequest{Context: orders, Item: i, Description: materials.Description})
			require.NoError(t, err)
			assert.Equal(t, id, lastCall(t, double).KeyID)
			assert.Equal(t, []cmp.KMSKeyRequest{{Context: orders, Item: i}, {Context: orders, Item: i, Description: materials.Description}}, requests)

			double.ResetCalls()
			_, err = p.DecryptionMaterials(ctx, cmp.DecryptionRequest{Context: orders, Item: item{"customer": text("mallory")}, Description: materials.Description})
			requireClass(t, cmp.ErrKeyUnavailable, err)
			assert.ErrorContains(t, err, "nobody's key")
			assert.Zero(t, double.Count(""))
		})
	}
	t.Run("it is not asked about descriptions that are refused", func(t *testing.T) {
		requests = nil
		requireClass(t, cmp.ErrDescription, open(t, p, toDecrypt(nil)))
		assert.Empty(t, requests)
	})
	t.Run("its key is taken before the provider's own", func(t *testing.T) {
		f := &fakeKMS{}
		p := newKMS(t, f, "alias/unused", cmp.WithKeySelector(func(context.Context, cmp.KMSKeyRequest) (string, error) { return fakeARN, nil }))
		f.generate = func(input *kms.GenerateDataKeyInput) (*kms.GenerateDataKeyOutput, error) {
			assert.Equal(t, fakeARN, *input.KeyId)
			return nil, errors.New("enough")
		}
		_, err := p.EncryptionMaterials(t.Context(), toEncrypt())
		requireKMSError(t, cmp.ErrKeyUnavailable, "GenerateDataKey", fakeARN, err)
	})
	t.Run("its error has its own failure class, or ErrKeyUnavailable", func(t *testing.T) {
		cause := errors.New("cause")
		for _, class := range append(failureClasses, nil) {
			want, err := class, fmt.Errorf("text: %w: %w", class, cause)
			if class == nil {
				want, err = cmp.ErrKeyUnavailable, cause
			}
			f := &fakeKMS{}
			p := newKMS(t, f, "", cmp.WithKeySelector(func(context.Context, cmp.KMSKeyRequest) (string, error) { return fakeARN, err }))
			_, encryptErr := p.EncryptionMaterials(t.Context(), toEncrypt())
			requireClass(t, want, encryptErr)
			require.ErrorIs(t, encryptErr, cause)
			decryptErr := open(t, p, toDecrypt(fakeDescription(t)))
			requireClass(t, want, decryptErr)
			require.ErrorIs(t, decryptErr, cause)
			assert.Zero(t, f.calls.Load())
		}
	})
}

func TestKeyValidator(t *testing.T) {
	double := memkms.New()
	first, second := double.CreateKey(ireland), double.CreateKey(ireland)
	require.NoError(t, double.CreateAlias(ireland, "alias/app", first))
	var uses []cmp.KMSKeyUse
	var refusal error
	p := newKMS(t, double.Client(ireland), "alias/app", cmp.WithDecryptionKeys(second), cmp.WithKeyValidator(func(_ context.Context, use cmp.KMSKeyUse) error {
		uses = append(uses, use)
		return refusal
	}))
	sealed := seal(t, p, toEncrypt())
	require.NoError(t, open(t, p, toDecrypt(sealed)))
	require.NoError(t, open(t, p, toDecrypt(seal(t, newKMS(t, double.Client(ireland), second), toEncrypt()))))
	assert.Equal(t, []cmp.KMSKeyUse{
		{Op: "GenerateDataKey", Context: orders, KeyID: "alias/app", UsedKeyARN: first},
		{Op: "Decrypt", Context: orders, KeyID: "alias/app", UsedKeyARN: first},
		{Op: "Decrypt", Context: orders, KeyID: second, UsedKeyARN: second},
	}, uses, "it sees each call that succeeded")
	cause := errors.New("cause")
	for _, class := range append(failureClasses, nil) {
		want := class
		refusal = cause
		if class == nil {
			want = cmp.ErrKeyUnavailable
		} else {
			refusal = fmt.Errorf("text: %w: %w", class, cause)
		}
		t.Run(fmt.Sprintf("its refusal is of the class %v", want), func(t *testing.T) {
			materials, err := p.EncryptionMaterials(t.Context(), toEncrypt())
			assert.Nil(t, materials)
			requireKMSError(t, want, "GenerateDataKey", "alias/app", err)
			require.ErrorIs(t, err, cause)
			err = open(t, p, toDecrypt(sealed))
			requireKMSError(t, want, "Decrypt", "alias/app", err)
			require.ErrorIs(t, err, cause)
			assert.ErrorContains(t, err, first)
		})
	}
	t.Run("it is not asked about keys that the provider refuses", func(t *testing.T) {
		refusal, uses = nil, nil
		double.Inject(func(memkms.Request) memkms.Fault { return memkms.Fault{KeyID: "nonsense"} })
		defer double.Inject(nil)
		_, err := p.EncryptionMaterials(t.Context(), toEncrypt())
		requireClass(t, cmp.ErrKeyUnavailable, err)
		requireClass(t, cmp.ErrKeyUnavailable, open(t, p, toDecrypt(sealed)))
		assert.Empty(t, uses)
	})
}
