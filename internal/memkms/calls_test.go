package memkms_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
)

func TestTheRecordHasWhatWasSent(t *testing.T) {
	k := memkms.New()
	arn := k.CreateKey(west)
	k.AddGrant("token")
	client := k.Client(west, memkms.As("AKIAEXAMPLE"), func(o *kms.Options) {
		o.APIOptions = append(o.APIOptions, middleware.AddUserAgentKeyValue("marker", "1"))
	})
	context := pairs{"a": "1"}
	_, err := client.GenerateDataKey(t.Context(), &kms.GenerateDataKeyInput{KeyId: &arn, NumberOfBytes: aws.Int32(7), EncryptionContext: context, GrantTokens: []string{"token"}})
	require.NoError(t, err)
	_, err = client.GenerateDataKey(t.Context(), &kms.GenerateDataKeyInput{KeyId: aws.String("alias/none"), KeySpec: types.DataKeySpecAes128})
	require.Error(t, err)
	_, err = client.ReEncrypt(t.Context(), &kms.ReEncryptInput{
		CiphertextBlob: []byte("x"), SourceKeyId: &arn, SourceEncryptionContext: context,
		DestinationKeyId: aws.String("d"), DestinationEncryptionContext: pairs{"b": "2"},
	})
	require.Error(t, err)

	calls := k.Calls()
	require.Len(t, calls, 3)
	for i := range calls {
		assert.Contains(t, calls[i].UserAgent, "marker/1")
		calls[i].UserAgent = ""
	}
	who := memkms.Request{Region: west, Caller: "AKIAEXAMPLE"}
	first, second, third := who, who, who
	first.Operation, first.KeyID, first.NumberOfBytes, first.EncryptionContext, first.GrantTokens = "GenerateDataKey", arn, 7, context, []string{"token"}
	second.Operation, second.KeyID, second.KeySpec = "GenerateDataKey", "alias/none", "AES_128"
	third.Operation, third.KeyID, third.EncryptionContext = "ReEncrypt", arn, context
	third.DestinationKeyID, third.DestinationEncryptionContext = "d", pairs{"b": "2"}
	assert.Equal(t, []memkms.Call{{first, ""}, {second, "NotFoundException"}, {third, "InvalidCiphertextException"}}, calls)

	calls[0].EncryptionContext["a"] = "changed"
	assert.Equal(t, "1", k.Calls()[0].EncryptionContext["a"], "the record is copied")
	assert.Equal(t, []int{3, 2, 1, 0}, []int{k.Count(""), k.Count("GenerateDataKey"), k.Count("ReEncrypt"), k.Count("Decrypt")})
	k.ResetCalls()
	assert.Empty(t, k.Calls())
}
