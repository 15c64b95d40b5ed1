package memkms_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
)

// idOf is the part of a key ARN after the slash.
func idOf(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }

func TestAKeyHasFourNames(t *testing.T) {
	k := memkms.New()
	arn := k.CreateKey(west)
	require.Regexp(t, `^arn:aws:kms:eu-west-1:111122223333:key/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, arn)
	require.NoError(t, k.CreateAlias(west, "alias/app/one", arn))
	client := k.Client(west)
	for name, keyID := range map[string]string{
		"key ARN": arn, "key id": idOf(arn), "alias": "alias/app/one", "alias ARN": "arn:aws:kms:eu-west-1:111122223333:alias/app/one",
	} {
		t.Run(name, func(t *testing.T) {
			made := dataKey(t, client, keyID, nil)
			assert.Equal(t, arn, *made.KeyId)
			out, err := client.Decrypt(t.Context(), &kms.DecryptInput{KeyId: &keyID, CiphertextBlob: made.CiphertextBlob})
			require.NoError(t, err)
			assert.Equal(t, arn, *out.KeyId)
		})
	}
}

func TestAKeyThatIsNotThereIsNotFound(t *testing.T) {
	k := memkms.New()
	arn := k.CreateKey(west)
	for name, keyID := range map[string]string{
		"key id":                    "12345678-1234-4234-8234-123456789012",
		"key ARN":                   "arn:aws:kms:us-east-1:111122223333:key/12345678-1234-4234-8234-123456789012",
		"alias":                     "alias/none",
		"alias ARN":                 "arn:aws:kms:us-east-1:111122223333:alias/none",
		"id of another Region":      idOf(arn),
		"ARN of another Region":     arn,
		"ARN of another service":    "arn:aws:s3:us-east-1:111122223333:key/x",
		"ARN of another partition":  "arn:aws-cn:kms:us-east-1:111122223333:key/x",
		"ARN of another resource":   "arn:aws:kms:us-east-1:111122223333:grant/x",
		"ARN without all its parts": "arn:aws:kms",
	} {
		t.Run(name, func(t *testing.T) {
			err := operations(t, k.Client(east))["GenerateDataKey"](keyID, nil)
			assert.True(t, as[*types.NotFoundException](err), "%v", err)
		})
	}
	err := operations(t, k.Client(east))["GenerateDataKey"](arn, nil)
	assert.ErrorContains(t, err, "Invalid arn eu-west-1")
	err = operations(t, k.Client(east))["GenerateDataKey"]("arn:aws:kms:us-east-1:444455556666:key/x", nil)
	assert.True(t, code("AccessDeniedException")(err), "%v", err)
}

func TestAnAliasCanBeRepointed(t *testing.T) {
	k := memkms.New()
	first, second := k.CreateKey(west), k.CreateKey(west)
	require.NoError(t, k.CreateAlias(west, "alias/app", first))
	client := k.Client(west)
	made := dataKey(t, client, "alias/app", nil)
	require.NoError(t, k.UpdateAlias(west, "alias/app", idOf(second)))
	assert.Equal(t, second, *dataKey(t, client, "alias/app", nil).KeyId)

	_, err := client.Decrypt(t.Context(), &kms.DecryptInput{KeyId: aws.String("alias/app"), CiphertextBlob: made.CiphertextBlob})
	assert.True(t, as[*types.IncorrectKeyException](err), "%v", err)
	out, err := client.Decrypt(t.Context(), &kms.DecryptInput{CiphertextBlob: made.CiphertextBlob})
	require.NoError(t, err)
	assert.Equal(t, first, *out.KeyId)
}

func TestASingleRegionKeyStaysInItsRegion(t *testing.T) {
	k := memkms.New()
	arn, other := k.CreateKey(west), k.CreateKey(east)
	blob := dataKey(t, k.Client(west), arn, nil).CiphertextBlob
	for name, keyID := range map[string]*string{"without a key": nil, "with a key of this Region": &other} {
		t.Run(name, func(t *testing.T) {
			_, err := k.Client(east).Decrypt(t.Context(), &kms.DecryptInput{KeyId: keyID, CiphertextBlob: blob})
			assert.True(t, as[*types.InvalidCiphertextException](err), "%v", err)
		})
	}
	_, err := k.ReplicateKey(arn, east)
	assert.ErrorContains(t, err, "UnsupportedOperationException")
}

func TestRelativesDecryptForEachOther(t *testing.T) {
	k := memkms.New()
	primary := k.CreateKey(west, memkms.MultiRegion())
	require.Regexp(t, `^arn:aws:kms:eu-west-1:111122223333:key/mrk-[0-9a-f]{32}$`, primary)
	replica, err := k.ReplicateKey(primary, east)
	require.NoError(t, err)
	third, err := k.ReplicateKey(primary, "cn-north-1")
	require.NoError(t, err)
	assert.Equal(t, "arn:aws:kms:us-east-1:111122223333:key/"+idOf(primary), replica)
	assert.Equal(t, "arn:aws-cn:kms:cn-north-1:111122223333:key/"+idOf(primary), third)

	arns := map[string]string{west: primary, east: replica, "cn-north-1": third}
	for from, made := range arns {
		sealed := dataKey(t, k.Client(from), made, pairs{"a": "1"})
		assert.Equal(t, made, *sealed.KeyId)
		for to, used := range arns {
			t.Run(from+" to "+to, func(t *testing.T) {
				for _, keyID := range []*string{&used, aws.String(idOf(used)), nil} {
					out, err := k.Client(to).Decrypt(t.Context(), &kms.DecryptInput{KeyId: keyID, CiphertextBlob: sealed.CiphertextBlob, EncryptionContext: pairs{"a": "1"}})
					require.NoError(t, err)
					assert.Equal(t, sealed.Plaintext, out.Plaintext)
					assert.Equal(t, used, *out.KeyId)
				}
			})
		}
	}
	t.Run("states are those of one Region", func(t *testing.T) {
		require.NoError(t, k.SetState(primary, types.KeyStateDisabled))
		dataKey(t, k.Client(east), replica, nil)
		_, err := k.ReplicateKey(primary, "us-west-2")
		assert.ErrorContains(t, err, "DisabledException")
	})
	t.Run("a replica has no replicas", func(t *testing.T) {
		_, err := k.ReplicateKey(replica, "us-west-2")
		assert.ErrorContains(t, err, "UnsupportedOperationException")
	})
	t.Run("there is one per Region", func(t *testing.T) {
		require.NoError(t, k.SetState(primary, types.KeyStateEnabled))
		_, err := k.ReplicateKey(primary, east)
		assert.ErrorContains(t, err, "AlreadyExistsException")
	})
}

func TestKeysAreManagedThroughTheAPI(t *testing.T) {
	k := memkms.New(memkms.WithAccount("444455556666"))
	ctx, client := t.Context(), k.Client(west)
	made, err := client.CreateKey(ctx, &kms.CreateKeyInput{MultiRegion: aws.Bool(true), Description: aws.String("of the test")})
	require.NoError(t, err)
	arn := made.KeyMetadata.Arn
	assert.Equal(t, "444455556666", *made.KeyMetadata.AWSAccountId)
	assert.WithinDuration(t, time.Now(), *made.KeyMetadata.CreationDate, time.Minute)
	_, err = client.CreateAlias(ctx, &kms.CreateAliasInput{AliasName: aws.String("alias/app"), TargetKeyId: arn})
	require.NoError(t, err)
	replica, err := client.ReplicateKey(ctx, &kms.ReplicateKeyInput{KeyId: arn, ReplicaRegion: aws.String(east)})
	require.NoError(t, err)
	assert.Equal(t, types.MultiRegionKeyTypeReplica, replica.ReplicaKeyMetadata.MultiRegionConfiguration.MultiRegionKeyType)

	describe := func() *types.KeyMetadata {
		t.Helper()
		out, err := client.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: aws.String("alias/app")})
		require.NoError(t, err)
		return out.KeyMetadata
	}
	described := describe()
	assert.Equal(t, *arn, *described.Arn)
	assert.Equal(t, "of the test", *described.Description)
	assert.Equal(t, types.KeySpecSymmetricDefault, described.KeySpec)
	assert.Equal(t, types.KeyUsageTypeEncryptDecrypt, described.KeyUsage)
	assert.Equal(t, &types.MultiRegionConfiguration{
		MultiRegionKeyType: types.MultiRegionKeyTypePrimary,
		PrimaryKey:         &types.MultiRegionKey{Arn: arn, Region: aws.String(west)},
		ReplicaKeys:        []types.MultiRegionKey{{Arn: replica.ReplicaKeyMetadata.Arn, Region: aws.String(east)}},
	}, described.MultiRegionConfiguration)

	_, err = client.DisableKey(ctx, &kms.DisableKeyInput{KeyId: arn})
	require.NoError(t, err)
	assert.Equal(t, types.KeyStateDisabled, describe().KeyState)
	_, err = client.EnableKey(ctx, &kms.EnableKeyInput{KeyId: arn})
	require.NoError(t, err)
	assert.True(t, describe().Enabled)

	_, err = client.CancelKeyDeletion(ctx, &kms.CancelKeyDeletionInput{KeyId: arn})
	assert.True(t, as[*types.KMSInvalidStateException](err), "%v", err)
	scheduled, err := client.ScheduleKeyDeletion(ctx, &kms.ScheduleKeyDeletionInput{KeyId: arn, PendingWindowInDays: aws.Int32(7)})
	require.NoError(t, err)
	assert.WithinDuration(t, time.Now().AddDate(0, 0, 7), *scheduled.DeletionDate, time.Minute)
	assert.Equal(t, types.KeyStatePendingDeletion, describe().KeyState)
	assert.NotNil(t, describe().DeletionDate)
	for name, run := range map[string]func() error{
		"ScheduleKeyDeletion": func() error {
			_, err := client.ScheduleKeyDeletion(ctx, &kms.ScheduleKeyDeletionInput{KeyId: arn})
			return err
		},
		"EnableKey": func() error {
			_, err := client.EnableKey(ctx, &kms.EnableKeyInput{KeyId: arn})
			return err
		},
		"CreateAlias": func() error {
			_, err := client.CreateAlias(ctx, &kms.CreateAliasInput{AliasName: aws.String("alias/b"), TargetKeyId: arn})
			return err
		},
	} {
		t.Run(name+" when pending deletion", func(t *testing.T) {
			err := run()
			assert.True(t, as[*types.KMSInvalidStateException](err), "%v", err)
		})
	}
	cancelled, err := client.CancelKeyDeletion(ctx, &kms.CancelKeyDeletionInput{KeyId: arn})
	require.NoError(t, err)
	assert.Equal(t, *arn, *cancelled.KeyId)
	assert.Equal(t, types.KeyStateDisabled, describe().KeyState)
	assert.Nil(t, describe().DeletionDate)
}

func TestWhatManagementRefuses(t *testing.T) {
	k := memkms.New()
	arn := k.CreateKey(west)
	require.NoError(t, k.CreateAlias(west, "alias/app", arn))
	ctx, client := t.Context(), k.Client(west)
	create := func(in kms.CreateKeyInput) error {
		_, err := client.CreateKey(ctx, &in)
		return err
	}
	alias := func(name, keyID string) error {
		_, err := client.CreateAlias(ctx, &kms.CreateAliasInput{AliasName: &name, TargetKeyId: &keyID})
		return err
	}
	repoint := func(name, keyID string) error {
		_, err := client.UpdateAlias(ctx, &kms.UpdateAliasInput{AliasName: &name, TargetKeyId: &keyID})
		return err
	}
	schedule := func(days int32) error {
		_, err := client.ScheduleKeyDeletion(ctx, &kms.ScheduleKeyDeletionInput{KeyId: &arn, PendingWindowInDays: &days})
		return err
	}
	disable := func(keyID string) error {
		_, err := client.DisableKey(ctx, &kms.DisableKeyInput{KeyId: &keyID})
		return err
	}
	invalid, missing := code("ValidationException"), as[*types.NotFoundException]
	for name, tc := range map[string]struct {
		err  error
		want func(error) bool
	}{
		"CreateKey of an unknown spec":         {create(kms.CreateKeyInput{KeySpec: "DES"}), invalid},
		"CreateKey for HMAC without a usage":   {create(kms.CreateKeyInput{KeySpec: types.KeySpecHmac256}), invalid},
		"CreateKey for HMAC that encrypts":     {create(kms.CreateKeyInput{KeySpec: types.KeySpecHmac256, KeyUsage: types.KeyUsageTypeEncryptDecrypt}), invalid},
		"CreateKey with a policy":              {create(kms.CreateKeyInput{Policy: aws.String("{}")}), invalid},
		"CreateAlias without the prefix":       {alias("app", arn), invalid},
		"CreateAlias with a wrong character":   {alias("alias/a b", arn), invalid},
		"CreateAlias that is reserved":         {alias("alias/aws/dynamodb", arn), as[*types.InvalidAliasNameException]},
		"CreateAlias that exists":              {alias("alias/app", arn), as[*types.AlreadyExistsException]},
		"CreateAlias of an alias":              {alias("alias/b", "alias/app"), missing},
		"UpdateAlias that does not exist":      {repoint("alias/b", arn), missing},
		"UpdateAlias to no key":                {repoint("alias/app", "none"), missing},
		"ScheduleKeyDeletion in 6 days":        {schedule(6), invalid},
		"ScheduleKeyDeletion in 31 days":       {schedule(31), invalid},
		"DisableKey of an alias":               {disable("alias/app"), missing},
		"an operation that is not implemented": {func() error { _, err := client.ListKeys(ctx, &kms.ListKeysInput{}); return err }(), code("UnknownOperationException")},
	} {
		t.Run(name, func(t *testing.T) { assert.True(t, tc.want(tc.err), "%v", tc.err) })
	}
	for name, in := range map[string]kms.CreateKeyInput{
		"HMAC": {KeySpec: types.KeySpecHmac256, KeyUsage: types.KeyUsageTypeGenerateVerifyMac},
		"RSA":  {KeySpec: types.KeySpecRsa2048, KeyUsage: types.KeyUsageTypeSignVerify},
	} {
		t.Run("CreateKey of "+name+" passes", func(t *testing.T) { assert.NoError(t, create(in)) })
	}
	t.Run("rules hold for management", func(t *testing.T) {
		k.Deny(memkms.Rule{Caller: "embedded"})
		replicate := func() error {
			_, err := client.ReplicateKey(ctx, &kms.ReplicateKeyInput{KeyId: &arn, ReplicaRegion: aws.String(east)})
			return err
		}
		for _, err := range []error{alias("alias/c", arn), repoint("alias/app", arn), schedule(7), disable(arn), replicate()} {
			assert.True(t, code("AccessDeniedException")(err), "%v", err)
		}
	})
}

func TestWhatTheSetUpMethodsRefuse(t *testing.T) {
	k := memkms.New()
	arn := k.CreateKey(west)
	for name, err := range map[string]error{
		"SetState of no key":         k.SetState("none", types.KeyStateDisabled),
		"CreateAlias of a bad name":  k.CreateAlias(west, "app", arn),
		"CreateAlias elsewhere":      k.CreateAlias(east, "alias/app", arn),
		"UpdateAlias without one":    k.UpdateAlias(west, "alias/app", arn),
		"ReplicateKey to no Region":  func() error { _, err := k.ReplicateKey(k.CreateKey(west, memkms.MultiRegion()), ""); return err }(),
		"ReplicateKey of a wrong id": func() error { _, err := k.ReplicateKey("none", east); return err }(),
	} {
		t.Run(name, func(t *testing.T) { assert.ErrorContains(t, err, "memkms: ") })
	}
}
