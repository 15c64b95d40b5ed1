package cmp_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

var javaLines = regexp.MustCompile(`^(?:[A-Za-z0-9+/=]{76}\r\n)*[A-Za-z0-9+/=]{1,76}\r\n$`)

// isOnList is the accept list of docs/wire-format.md §2, written down a second time and
// plainly.
func isOnList(d cmp.MaterialDescription) bool {
	blob := d[contentKey]
	if javaLines.MatchString(blob) {
		blob = strings.ReplaceAll(blob, "\r\n", "")
	}
	ciphertext, err := base64.StdEncoding.DecodeString(blob)
	canonical := err == nil && base64.StdEncoding.EncodeToString(ciphertext) == blob
	keys, covers := d[coverage]
	return d[wrapAlgorithm] == "kms" && d[signingKeyAlgorithm] == "HmacSHA256/256" && (!covers || keys == "*keys*") &&
		slices.Contains([]string{"AES", "AES/128", "AES/192", "AES/256"}, d[contentKeyAlgorithm]) &&
		canonical && len(ciphertext) > 0 && len(ciphertext) <= 8<<10
}

// FuzzKMSDescription reads descriptions as they come from an item. KMS is asked
// once for those on the accept list and never for others, with the algorithms
// that the description states; whatever it answers, there is no panic.
func FuzzKMSDescription(f *testing.F) {
	valid := cmp.MaterialDescription{contentKeyAlgorithm: "AES/256", signingKeyAlgorithm: "HmacSHA256/256", wrapAlgorithm: "kms", coverage: "*keys*", contentKey: "Y2lwaGVydGV4dA=="}
	f.Add(must(valid.Serialize()), "alice", "7", byte(0))
	for _, c := range kmsList {
		for i, value := range c.values {
			changed := cmp.MaterialDescription{}
			for key, v := range valid {
				changed[key] = v
			}
			if changed[c.key] = value; value == none {
				delete(changed, c.key)
			}
			if data, err := changed.Serialize(); err == nil && len(data) < 1<<10 {
				f.Add(data, "\xff", "1E2", byte(i))
			}
		}
	}
	f.Add([]byte{0, 0, 0, 0}, "", "1E999999999", byte(3))
	f.Add([]byte{0, 0, 0, 1, 0xff}, "", "-0", byte(4))
	f.Fuzz(func(t *testing.T, data []byte, partition, sort string, answer byte) {
		description, err := cmp.ParseMaterialDescription(data)
		if err != nil {
			return
		}
		request := cmp.DecryptionRequest{Context: orders, Item: item{"customer": text(partition), "number": number(sort)}, Description: description}
		onList := isOnList(description)
		fake := &fakeKMS{decrypt: func(input *kms.DecryptInput) (*kms.DecryptOutput, error) {
			require.True(t, onList, "KMS was asked")
			require.Equal(t, fakeARN, *input.KeyId)
			require.NotEmpty(t, input.CiphertextBlob)
			require.Len(t, input.EncryptionContext, 5)
			require.Equal(t, description[contentKeyAlgorithm], input.EncryptionContext["*amzn-ddb-env-alg*"])
			require.Equal(t, description[signingKeyAlgorithm], input.EncryptionContext["*amzn-ddb-sig-alg*"])
			require.Equal(t, partition, input.EncryptionContext["customer"])
			output := &kms.DecryptOutput{Plaintext: bytes.Clone(fakeDataKey), KeyId: aws.String(fakeARN)}
			switch answer % 8 {
			case 1:
				output.Plaintext = data
			case 2:
				output.KeyId = aws.String(string(data))
			case 3:
				return nil, &kmstypes.InvalidCiphertextException{}
			case 4:
				return nil, &kmstypes.IncorrectKeyException{Message: aws.String(string(data))}
			case 5:
				output.KeyId = nil
			case 6:
				return nil, context.Canceled
			}
			return output, nil
		}}
		p, err := cmp.NewKMS(fake, fakeARN)
		require.NoError(t, err)
		materials, err := p.DecryptionMaterials(context.Background(), request)
		calls := fake.calls.Load()
		if err == nil {
			require.True(t, onList)
			require.EqualValues(t, 1, calls)
			require.NotNil(t, materials.VerificationKey)
			_, err := materials.DecryptionKey(context.Background())
			require.NoError(t, err)
			return
		}
		require.Nil(t, materials)
		class := cmp.FailureClass(err)
		require.NotNil(t, class)
		if !onList {
			require.Zero(t, calls)
			require.Contains(t, []error{cmp.ErrDescription, cmp.ErrAlgorithm}, class)
		}
		require.LessOrEqual(t, calls, int64(2), "two are for a number that is not in normal form")
	})
}
