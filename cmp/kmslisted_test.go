package cmp_test

import (
	"testing"

	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
)

// The failure class of a changed item is the same wherever its key stands in the
// list, and however the keys are named.
func TestChangedItemsUnderListedKeys(t *testing.T) {
	for name, c := range map[string]struct {
		first func(double *memkms.KMS, arn string) string // how the first key is named
		state kmstypes.KeyState                           // of the key in the middle
	}{
		"the first by ARN":                              {func(_ *memkms.KMS, arn string) string { return arn }, kmstypes.KeyStateEnabled},
		"the first by key ID":                           {func(_ *memkms.KMS, arn string) string { return arn[len(arn)-36:] }, kmstypes.KeyStateEnabled},
		"the first by alias":                            {func(*memkms.KMS, string) string { return "alias/app" }, kmstypes.KeyStateEnabled},
		"the first by ARN, another one disabled":        {func(_ *memkms.KMS, arn string) string { return arn }, kmstypes.KeyStateDisabled},
		"the first by alias, another one disabled":      {func(*memkms.KMS, string) string { return "alias/app" }, kmstypes.KeyStateDisabled},
		"the first by key ID, another pending deletion": {func(_ *memkms.KMS, arn string) string { return arn[len(arn)-36:] }, kmstypes.KeyStatePendingDeletion},
	} {
		t.Run(name, func(t *testing.T) {
			double := memkms.New()
			current, middle, last := double.CreateKey(ireland), double.CreateKey(ireland), double.CreateKey(ireland)
			require.NoError(t, double.CreateAlias(ireland, "alias/app", current))
			require.NoError(t, double.SetState(middle, c.state))
			id := c.first(double, current)
			for clients, p := range map[string]*cmp.KMS{
				"no other key": newKMS(t, double.Client(ireland), id, cmp.WithDecryptionKeys(last)),
				"one client":   newKMS(t, double.Client(ireland), id, cmp.WithDecryptionKeys(middle, last)),
				"own clients":  must(cmp.NewKMSFromConfig(awsConfig(double, ireland), id, cmp.WithDecryptionKeys(middle, last))),
				"two Regions":  must(cmp.NewKMSFromConfig(awsConfig(double, ireland), id, cmp.WithDecryptionKeys(middle, last, double.CreateKey(oregon)))),
				"abroad first": must(cmp.NewKMSFromConfig(awsConfig(double, ireland), id, cmp.WithDecryptionKeys(double.CreateKey(oregon), middle, last))),
			} {
				t.Run(clients, func(t *testing.T) {
					under := newKMS(t, double.Client(ireland), last)
					request := toDecrypt(seal(t, under, toEncrypt()))
					require.NoError(t, open(t, p, request))
					request.Item["customer"] = text("mallory")
					requireKMSError(t, cmp.ErrSignature, "Decrypt", last, open(t, p, request))

					raw := alice()
					raw["number"] = text("1.50")
					description := seal(t, under, cmp.EncryptionRequest{Context: orders, Item: raw})
					raw["number"] = number("1.50")
					require.NoError(t, open(t, p, cmp.DecryptionRequest{Context: orders, Item: raw, Description: description}), "a number as the published clients took it")

					requireClass(t, cmp.ErrKeyUnavailable, open(t, p, toDecrypt(seal(t, newKMS(t, double.Client(ireland), double.CreateKey(ireland)), toEncrypt()))))
				})
			}
		})
	}
}

func TestBug6ReservedNameOnDecrypt(t *testing.T) {
	i := alice()
	i[contextTable] = text("x")
	err := open(t, newKMS(t, &fakeKMS{}, fakeARN), cmp.DecryptionRequest{Context: cmp.EncryptionContext{PartitionKey: contextTable}, Item: i, Description: fakeDescription(t)})
	requireClass(t, cmp.ErrConfig, err)
}

// JSON makes one text of all that is not UTF-8.
func TestKeysThatAreNotUTF8(t *testing.T) {
	double := memkms.New()
	p := newKMS(t, double.Client(ireland), double.CreateKey(ireland))
	context := cmp.EncryptionContext{TableName: "t", PartitionKey: "k"}
	_, err := p.EncryptionMaterials(t.Context(), cmp.EncryptionRequest{Context: context, Item: item{"k": text("\xff")}})
	requireClass(t, cmp.ErrConfig, err)
	description := seal(t, p, cmp.EncryptionRequest{Context: context, Item: item{"k": text("\ufffd")}})
	double.ResetCalls()
	err = open(t, p, cmp.DecryptionRequest{Context: context, Item: item{"k": text("\xfe")}, Description: description})
	requireClass(t, cmp.ErrSignature, err)
	require.Zero(t, double.Count(""))
}
