package crypto_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

var (
	users = cmp.EncryptionContext{TableName: "users", PartitionKey: "id", SortKey: "created"}

	userActions = crypto.Actions{Overrides: map[string]crypto.Action{
		"id": crypto.SignOnly, "created": crypto.SignOnly, "plan": crypto.SignOnly, "views": crypto.DoNothing,
	}}
)

func user() crypto.Item {
	return crypto.Item{
		"id":      &types.AttributeValueMemberS{Value: "alice"},
		"created": &types.AttributeValueMemberN{Value: "1700000000"},
		"email":   &types.AttributeValueMemberS{Value: "alice@example.com"},
		"address": &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{
			"city": &types.AttributeValueMemberS{Value: "Zürich"},
			"tags": &types.AttributeValueMemberSS{Value: []string{"a", "b"}},
		}},
		"photo": &types.AttributeValueMemberB{Value: []byte{1, 2, 3}},
		"plan":  &types.AttributeValueMemberS{Value: "pro"},
		"views": &types.AttributeValueMemberN{Value: "7"},
	}
}

func staticProvider(t testing.TB) *cmp.Static {
	t.Helper()
	aes, err := cmp.NewAESKey(bytes.Repeat([]byte{1}, 32))
	require.NoError(t, err)
	mac, err := cmp.NewHMACKey("HmacSHA256", bytes.Repeat([]byte{2}, 32))
	require.NoError(t, err)
	p, err := cmp.NewStatic(cmp.StaticKeys{Encryption: aes, Signing: mac})
	require.NoError(t, err)
	return p
}

func TestItemsComeBackAsTheyWere(t *testing.T) {
	ctx := context.Background()
	enc := crypto.NewEncryptor(staticProvider(t))
	sealed, err := enc.EncryptItem(ctx, user(), users, userActions)
	require.NoError(t, err)
	require.Len(t, sealed, len(user())+2)
	require.IsType(t, &types.AttributeValueMemberB{}, sealed["email"])
	plain, err := enc.DecryptItem(ctx, sealed, users, userActions)
	require.NoError(t, err)
	require.Equal(t, user(), plain)

	sealed["plan"] = &types.AttributeValueMemberS{Value: "free"}
	_, err = enc.DecryptItem(ctx, sealed, users, userActions)
	require.ErrorIs(t, err, crypto.ErrSignature)
}

func TestVerifyingWithoutAnUnwrappingKeyStillRefusesUnknownWrapAlgorithms(t *testing.T) {
	ctx := context.Background()
	mac, err := cmp.NewHMACKey("HmacSHA256", bytes.Repeat([]byte{2}, 32))
	require.NoError(t, err)
	verifier, err := cmp.NewWrapped(cmp.WrappedKeys{Verification: mac})
	require.NoError(t, err)
	for algorithm, class := range map[string]error{
		"AESWrap": nil, "RSA/ECB/OAEPWithSHA-512AndMGF1Padding": nil, "RSA": nil,
		"AES/CBC/PKCS5Padding": crypto.ErrAlgorithm, "aeswrap": crypto.ErrAlgorithm, "RSA/ECB/NoPadding": crypto.ErrAlgorithm,
	} {
		description := cmp.MaterialDescription{"amzn-ddb-env-alg": "AES/256", "amzn-ddb-env-key": "AAAA", "amzn-ddb-wrap-alg": algorithm, "amzn-ddb-map-sym-mode": "/CBC/PKCS5Padding"}
		_, err := verifier.DecryptionMaterials(ctx, cmp.DecryptionRequest{Description: description})
		if class == nil {
			require.NoError(t, err, algorithm)
		} else {
			require.ErrorIs(t, err, class, algorithm)
		}
	}
}

func TestTheDescriptionOfASignedOnlyItemHasNoMode(t *testing.T) {
	ctx := context.Background()
	mac, err := cmp.NewHMACKey("HmacSHA256", bytes.Repeat([]byte{2}, 32))
	require.NoError(t, err)
	provider, err := cmp.NewStatic(cmp.StaticKeys{Signing: mac}, cmp.WithDescription(cmp.MaterialDescription{"amzn-ddb-map-sym-mode": "/GCM/NoPadding", "team": "a"}))
	require.NoError(t, err)
	enc := crypto.NewEncryptor(provider)
	actions := crypto.Actions{Default: crypto.SignOnly}
	sealed, err := enc.EncryptItem(ctx, user(), users, actions)
	require.NoError(t, err)
	description, err := cmp.ParseMaterialDescription(sealed[crypto.DefaultDescriptionAttribute].(*types.AttributeValueMemberB).Value)
	require.NoError(t, err)
	require.Equal(t, cmp.MaterialDescription{"amzn-ddb-map-signingAlg": "HmacSHA256", "team": "a"}, description)
	_, err = enc.DecryptItem(ctx, sealed, users, actions)
	require.NoError(t, err)
}
