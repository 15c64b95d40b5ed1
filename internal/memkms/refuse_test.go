package memkms_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
)

func TestParametersHaveTheLimitsOfTheService(t *testing.T) {
	k := memkms.New()
	arn := k.CreateKey(west)
	client := k.Client(west)
	blob := dataKey(t, client, arn, nil).CiphertextBlob
	tokens := strings.Fields(strings.Repeat("t ", 11))
	invalid := code("ValidationException")

	generate := func(in kms.GenerateDataKeyInput) error {
		if in.KeyId == nil {
			in.KeyId = &arn
		}
		_, err := client.GenerateDataKey(t.Context(), &in)
		return err
	}
	decrypt := func(in kms.DecryptInput) error {
		_, err := client.Decrypt(t.Context(), &in)
		return err
	}
	encrypt := func(in kms.EncryptInput) error {
		in.KeyId = &arn
		_, err := client.Encrypt(t.Context(), &in)
		return err
	}
	reEncrypt := func(in kms.ReEncryptInput) error {
		in.DestinationKeyId = &arn
		_, err := client.ReEncrypt(t.Context(), &in)
		return err
	}
	aes := types.DataKeySpecAes256
	for name, tc := range map[string]struct {
		err  error
		want func(error) bool
	}{
		"GenerateDataKey of no size":            {generate(kms.GenerateDataKeyInput{}), invalid},
		"GenerateDataKey of both sizes":         {generate(kms.GenerateDataKeyInput{KeySpec: aes, NumberOfBytes: aws.Int32(32)}), invalid},
		"GenerateDataKey of 0 bytes":            {generate(kms.GenerateDataKeyInput{NumberOfBytes: aws.Int32(0)}), invalid},
		"GenerateDataKey of 1025 bytes":         {generate(kms.GenerateDataKeyInput{NumberOfBytes: aws.Int32(1025)}), invalid},
		"GenerateDataKey of an unknown spec":    {generate(kms.GenerateDataKeyInput{KeySpec: "AES_512"}), invalid},
		"GenerateDataKey with 11 grant tokens":  {generate(kms.GenerateDataKeyInput{KeySpec: aes, GrantTokens: tokens}), invalid},
		"GenerateDataKey with an empty token":   {generate(kms.GenerateDataKeyInput{KeySpec: aes, GrantTokens: []string{""}}), invalid},
		"GenerateDataKey with an unknown token": {generate(kms.GenerateDataKeyInput{KeySpec: aes, GrantTokens: tokens[:10]}), as[*types.InvalidGrantTokenException]},
		"GenerateDataKey with a huge context":   {generate(kms.GenerateDataKeyInput{KeySpec: aes, EncryptionContext: pairs{"a": strings.Repeat("x", 8192)}}), invalid},
		"GenerateDataKey with an empty key id":  {generate(kms.GenerateDataKeyInput{KeySpec: aes, KeyId: aws.String("")}), invalid},
		"GenerateDataKey with a long key id":    {generate(kms.GenerateDataKeyInput{KeySpec: aes, KeyId: aws.String(strings.Repeat("x", 2049))}), invalid},
		"GenerateDataKey as a dry run":          {generate(kms.GenerateDataKeyInput{KeySpec: aes, DryRun: aws.Bool(true)}), as[*types.DryRunOperationException]},
		"GenerateDataKey for an enclave":        {generate(kms.GenerateDataKeyInput{KeySpec: aes, Recipient: &types.RecipientInfo{}}), invalid},
		"Decrypt of nothing":                    {decrypt(kms.DecryptInput{CiphertextBlob: []byte{}}), invalid},
		"Decrypt of 6145 bytes":                 {decrypt(kms.DecryptInput{CiphertextBlob: make([]byte, 6145)}), invalid},
		"Decrypt of garbage":                    {decrypt(kms.DecryptInput{CiphertextBlob: make([]byte, 6144)}), as[*types.InvalidCiphertextException]},
		"Decrypt with an unknown algorithm":     {decrypt(kms.DecryptInput{CiphertextBlob: blob, EncryptionAlgorithm: "ROT13"}), invalid},
		"Decrypt with an RSA algorithm":         {decrypt(kms.DecryptInput{CiphertextBlob: blob, EncryptionAlgorithm: types.EncryptionAlgorithmSpecRsaesOaepSha256}), as[*types.InvalidKeyUsageException]},
		"Decrypt with 11 grant tokens":          {decrypt(kms.DecryptInput{CiphertextBlob: blob, GrantTokens: tokens}), invalid},
		"Decrypt as a dry run":                  {decrypt(kms.DecryptInput{CiphertextBlob: blob, DryRun: aws.Bool(true)}), as[*types.DryRunOperationException]},
		"ReEncrypt of nothing":                  {reEncrypt(kms.ReEncryptInput{CiphertextBlob: []byte{}}), invalid},
		"ReEncrypt with a huge context":         {reEncrypt(kms.ReEncryptInput{CiphertextBlob: blob, DestinationEncryptionContext: pairs{"a": strings.Repeat("x", 8192)}}), invalid},
		"ReEncrypt as a dry run":                {reEncrypt(kms.ReEncryptInput{CiphertextBlob: blob, DryRun: aws.Bool(true)}), as[*types.DryRunOperationException]},
		"Encrypt of nothing":                    {encrypt(kms.EncryptInput{Plaintext: []byte{}}), invalid},
		"Encrypt of 4097 bytes":                 {encrypt(kms.EncryptInput{Plaintext: make([]byte, 4097)}), invalid},
		"Encrypt as a dry run":                  {encrypt(kms.EncryptInput{Plaintext: []byte("x"), DryRun: aws.Bool(true)}), as[*types.DryRunOperationException]},
	} {
		t.Run(name, func(t *testing.T) {
			assert.True(t, tc.want(tc.err), "%v", tc.err)
		})
	}
	t.Run("the largest values pass", func(t *testing.T) {
		assert.NoError(t, encrypt(kms.EncryptInput{Plaintext: make([]byte, 4096), EncryptionContext: pairs{"a": strings.Repeat("x", 8191)}}))
	})
}

// operations are the cryptographic ones, with a key and one of its blobs.
func operations(t *testing.T, client *kms.Client) map[string]func(keyID string, blob []byte, tokens ...string) error {
	return map[string]func(string, []byte, ...string) error{
		"GenerateDataKey": func(keyID string, _ []byte, tokens ...string) error {
			_, err := client.GenerateDataKey(t.Context(), &kms.GenerateDataKeyInput{KeyId: &keyID, KeySpec: types.DataKeySpecAes256, GrantTokens: tokens})
			return err
		},
		"Encrypt": func(keyID string, _ []byte, tokens ...string) error {
			_, err := client.Encrypt(t.Context(), &kms.EncryptInput{KeyId: &keyID, Plaintext: []byte("x"), GrantTokens: tokens})
			return err
		},
		"Decrypt": func(keyID string, blob []byte, tokens ...string) error {
			_, err := client.Decrypt(t.Context(), &kms.DecryptInput{KeyId: &keyID, CiphertextBlob: blob, GrantTokens: tokens})
			return err
		},
		"Decrypt without a key": func(_ string, blob []byte, tokens ...string) error {
			_, err := client.Decrypt(t.Context(), &kms.DecryptInput{CiphertextBlob: blob, GrantTokens: tokens})
			return err
		},
		"ReEncrypt": func(keyID string, blob []byte, tokens ...string) error {
			_, err := client.ReEncrypt(t.Context(), &kms.ReEncryptInput{CiphertextBlob: blob, DestinationKeyId: &keyID, GrantTokens: tokens})
			return err
		},
	}
}

func TestAKeyThatIsNotEnabledIsRefused(t *testing.T) {
	k := memkms.New()
	arn := k.CreateKey(west)
	blob := dataKey(t, k.Client(west), arn, nil).CiphertextBlob
	for state, want := range map[types.KeyState]func(error) bool{
		types.KeyStateDisabled:        as[*types.DisabledException],
		types.KeyStatePendingDeletion: as[*types.KMSInvalidStateException],
		types.KeyStatePendingImport:   as[*types.KMSInvalidStateException],
		types.KeyStateUnavailable:     as[*types.KMSInvalidStateException],
	} {
		require.NoError(t, k.SetState(arn, state))
		for operation, run := range operations(t, k.Client(west)) {
			t.Run(fmt.Sprintf("%s when %s", operation, state), func(t *testing.T) {
				err := run(arn, blob)
				assert.True(t, want(err), "%v", err)
			})
		}
	}
	require.NoError(t, k.SetState(arn, types.KeyStateEnabled))
	for operation, run := range operations(t, k.Client(west)) {
		t.Run(operation+" when enabled again", func(t *testing.T) { assert.NoError(t, run(arn, blob)) })
	}
}

func TestAKeyOfAnotherKindIsRefused(t *testing.T) {
	k := memkms.New()
	blob := dataKey(t, k.Client(west), k.CreateKey(west), nil).CiphertextBlob
	for name, option := range map[string]memkms.KeyOption{
		"HMAC":           memkms.WithSpec(types.KeySpecHmac256, types.KeyUsageTypeGenerateVerifyMac),
		"RSA encryption": memkms.WithSpec(types.KeySpecRsa2048, types.KeyUsageTypeEncryptDecrypt),
		"RSA signing":    memkms.WithSpec(types.KeySpecRsa2048, types.KeyUsageTypeSignVerify),
		"ECC":            memkms.WithSpec(types.KeySpecEccNistP256, types.KeyUsageTypeSignVerify),
	} {
		arn := k.CreateKey(west, option)
		for operation, run := range operations(t, k.Client(west)) {
			if operation == "Decrypt without a key" {
				continue // no blob can be from such a key
			}
			t.Run(name+" for "+operation, func(t *testing.T) {
				err := run(arn, blob)
				assert.True(t, as[*types.InvalidKeyUsageException](err), "%v", err)
			})
		}
	}
}

func TestRulesDecideByCallerOperationAndKey(t *testing.T) {
	k := memkms.New()
	arn, other := k.CreateKey(west), k.CreateKey(west)
	blob := dataKey(t, k.Client(west), arn, nil).CiphertextBlob
	k.Deny(memkms.Rule{Caller: "reader"})
	k.Allow(memkms.Rule{Caller: "reader", Operation: "Decrypt", Key: arn})
	k.Deny(memkms.Rule{Operation: "ReEncryptTo", Key: other})
	denied := code("AccessDeniedException")

	reader := operations(t, k.Client(west, memkms.As("reader")))
	everyone := operations(t, k.Client(west, memkms.As("writer")))
	for name, tc := range map[string]struct {
		err     error
		allowed bool
	}{
		"what was allowed after all":        {reader["Decrypt"](arn, blob), true},
		"the same without naming the key":   {reader["Decrypt without a key"](arn, blob), true},
		"the same operation on another key": {reader["Decrypt"](other, blob), false},
		"another operation":                 {reader["GenerateDataKey"](arn, blob), false},
		"another caller":                    {everyone["GenerateDataKey"](arn, blob), true},
		"ReEncrypt to a denied destination": {everyone["ReEncrypt"](other, blob), false},
		"ReEncrypt to another one":          {everyone["ReEncrypt"](arn, blob), true},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.allowed {
				assert.NoError(t, tc.err)
				return
			}
			require.True(t, denied(tc.err), "%v", tc.err)
		})
	}
	assert.ErrorContains(t, reader["Encrypt"](arn, nil),
		"User: arn:aws:iam::111122223333:user/reader is not authorized to perform: kms:Encrypt on resource: "+arn+" because no identity-based policy allows the kms:Encrypt action")
}

func TestAGrantLetsADeniedCallerThrough(t *testing.T) {
	k := memkms.New()
	arn := k.CreateKey(west)
	blob := dataKey(t, k.Client(west), arn, nil).CiphertextBlob
	k.Deny(memkms.Rule{})
	k.AddGrant("known", memkms.Rule{Operation: "Decrypt", Key: arn}, memkms.Rule{Operation: "Encrypt", Caller: "writer"})
	k.AddGrant("empty")
	k.AddGrant("describe", memkms.Rule{Operation: "DescribeKey"})
	run := operations(t, k.Client(west))
	run["DescribeKey"] = func(keyID string, _ []byte, tokens ...string) error {
		_, err := k.Client(west).DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: &keyID, GrantTokens: tokens})
		return err
	}
	denied, badToken := code("AccessDeniedException"), as[*types.InvalidGrantTokenException]

	assert.NoError(t, run["Decrypt"](arn, blob, "known"))
	assert.NoError(t, run["Decrypt"](arn, blob, "empty", "known"))
	assert.NoError(t, run["DescribeKey"](arn, nil, "describe"))
	for name, tc := range map[string]struct {
		err  error
		want func(error) bool
	}{
		"no token":                      {run["Decrypt"](arn, blob), denied},
		"a token for nothing":           {run["Decrypt"](arn, blob, "empty"), denied},
		"a token for another operation": {run["GenerateDataKey"](arn, blob, "known"), denied},
		"a token for another caller":    {run["Encrypt"](arn, blob, "known"), denied},
		"DescribeKey without its token": {run["DescribeKey"](arn, nil, "known"), denied},
		"DescribeKey with an empty one": {run["DescribeKey"](arn, nil, ""), code("ValidationException")},
		"an unknown token":              {run["Decrypt"](arn, blob, "unknown"), badToken},
		"an unknown one after a known":  {run["Decrypt"](arn, blob, "known", "unknown"), badToken},
	} {
		t.Run(name, func(t *testing.T) { assert.True(t, tc.want(tc.err), "%v", tc.err) })
	}
}
