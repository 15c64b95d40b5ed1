package crypto_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"maps"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

func TestDiagnoseFindsWhy(t *testing.T) {
	ctx := context.Background()
	provider := staticProvider(t)
	enc := crypto.NewEncryptor(provider)
	sealed, err := enc.EncryptItem(ctx, user(), users, userActions)
	require.NoError(t, err)
	other, err := cmp.NewHMACKey("HmacSHA256", bytes.Repeat([]byte{3}, 32))
	require.NoError(t, err)
	wrongKey, err := cmp.NewStatic(cmp.StaticKeys{Signing: other})
	require.NoError(t, err)

	with := func(overrides map[string]crypto.Action) crypto.Actions {
		merged := maps.Clone(userActions.Overrides)
		maps.Copy(merged, overrides)
		return crypto.Actions{Overrides: merged}
	}
	change := func(f func(crypto.Item)) crypto.Item {
		item := maps.Clone(sealed)
		f(item)
		return item
	}
	s := func(text string) types.AttributeValue { return &types.AttributeValueMemberS{Value: text} }

	for _, test := range []struct {
		name       string
		enc        *crypto.Encryptor
		item       crypto.Item
		context    cmp.EncryptionContext
		actions    crypto.Actions
		candidates crypto.Candidates
		want       string
	}{
		{name: "the table name", context: cmp.EncryptionContext{TableName: "users-restored"}, candidates: crypto.Candidates{Tables: []string{"x", "users"}},
			want: `the item was signed under table name "users", not "users-restored"`},
		{name: "an action that was sign", actions: with(map[string]crypto.Action{"plan": crypto.EncryptAndSign}), want: `attribute "plan" was signed with the action sign, not encrypt`},
		{name: "an action that was encrypt", actions: with(map[string]crypto.Action{"email": crypto.SignOnly}), want: `attribute "email" was signed with the action encrypt, not sign`},
		{name: "an action that was none", actions: with(map[string]crypto.Action{"views": crypto.SignOnly}), want: `attribute "views" is not covered by the signature`},
		{name: "two actions", actions: with(map[string]crypto.Action{"views": crypto.SignOnly, "email": crypto.SignOnly}),
			want: `attribute "email" was signed with the action encrypt, not sign; and attribute "views" is not covered`},
		{name: "an added attribute", item: change(func(i crypto.Item) { i["extra"] = s("x") }), want: `attribute "extra" is not covered by the signature: it was added later`},
		{name: "a renamed attribute", item: change(func(i crypto.Item) { i["Plan"] = i["plan"]; delete(i, "plan") }), actions: with(map[string]crypto.Action{"Plan": crypto.SignOnly}),
			want: `the value of attribute "Plan" was signed under the name "plan"`},
		{name: "two exchanged values", item: change(func(i crypto.Item) { i["email"], i["address"] = i["address"], i["email"] }), want: `the values of attributes "address" and "email" were exchanged`},
		{name: "a value of another type", item: change(func(i crypto.Item) { i["email"] = s("mallory") }), want: `attribute "email" is to be decrypted but is not binary`},
		{name: "a signature that is cut off", item: change(func(i crypto.Item) {
			i[crypto.DefaultSignatureAttribute] = &types.AttributeValueMemberB{Value: make([]byte, 20)}
		}), want: "the signature has 20 bytes, not the 32 of HmacSHA256"},
		{name: "another key", enc: crypto.NewEncryptor(wrongKey), candidates: crypto.Candidates{Providers: []cmp.Provider{wrongKey, provider}}, want: "the item verifies with the keys of the other provider 2"},
		{name: "no signature", item: change(func(i crypto.Item) { delete(i, crypto.DefaultSignatureAttribute) }), want: "there is no attribute"},
		{name: "a description that was changed", item: change(func(i crypto.Item) {
			i[crypto.DefaultDescriptionAttribute] = &types.AttributeValueMemberB{Value: []byte{0, 0, 0, 1}}
		}), want: "the material description attribute"},
		{name: "what cannot be known", item: change(func(i crypto.Item) { i["plan"] = s("free") }), want: "nothing that was tried explains it"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.enc == nil {
				test.enc = enc
			}
			if test.item == nil {
				test.item = sealed
			}
			if test.context.TableName == "" {
				test.context = users
			}
			if test.actions.Overrides == nil {
				test.actions = userActions
			}
			d, err := test.enc.Diagnose(ctx, test.item, test.context, test.actions, test.candidates)
			require.NoError(t, err)
			require.Error(t, d.Err)
			require.Contains(t, d.String(), test.want)
		})
	}
}

func TestDiagnoseSaysThatAnItemVerifies(t *testing.T) {
	enc := crypto.NewEncryptor(staticProvider(t))
	sealed, err := enc.EncryptItem(context.Background(), user(), users, userActions)
	require.NoError(t, err)
	d, err := enc.Diagnose(context.Background(), sealed, users, userActions, crypto.Candidates{})
	require.NoError(t, err)
	require.NoError(t, d.Err)
	require.Equal(t, "the item verifies", d.String())
}

func TestDiagnoseFindsAnItemWithoutTableName(t *testing.T) {
	ctx := context.Background()
	for _, options := range [][]crypto.Option{nil, {crypto.WithJavaOrder()}} {
		enc := crypto.NewEncryptor(staticProvider(t), options...)
		sealed, err := enc.EncryptItem(ctx, user(), cmp.EncryptionContext{}, userActions)
		require.NoError(t, err)
		d, err := enc.Diagnose(ctx, sealed, users, userActions, crypto.Candidates{})
		require.NoError(t, err)
		require.Contains(t, d.String(), "signed without a table name")
	}
}

func TestDiagnoseFindsARemovedAttribute(t *testing.T) {
	ctx := context.Background()
	enc := crypto.NewEncryptor(staticProvider(t))
	item := user()
	item["plan"] = &types.AttributeValueMemberBOOL{Value: true}
	sealed, err := enc.EncryptItem(ctx, item, users, userActions)
	require.NoError(t, err)
	delete(sealed, "plan")
	d, err := enc.Diagnose(ctx, sealed, users, userActions, crypto.Candidates{})
	require.NoError(t, err)
	require.Contains(t, d.String(), `attribute "plan" was signed and then removed`)
}

func TestDiagnoseEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	enc := crypto.NewEncryptor(staticProvider(t))
	sealed, err := enc.EncryptItem(ctx, user(), users, userActions)
	require.NoError(t, err)
	sealed["plan"] = &types.AttributeValueMemberS{Value: "free"}
	cancel()
	_, err = enc.Diagnose(ctx, sealed, users, userActions, crypto.Candidates{})
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, crypto.ErrKeyUnavailable)
}

func TestDiagnoseIsBoundedForItemsOfManyAttributes(t *testing.T) {
	ctx := context.Background()
	mac, err := cmp.NewHMACKey("HmacSHA256", bytes.Repeat([]byte{2}, 32))
	require.NoError(t, err)
	provider, err := cmp.NewStatic(cmp.StaticKeys{Signing: mac})
	require.NoError(t, err)
	enc := crypto.NewEncryptor(provider)
	actions := crypto.Actions{Default: crypto.SignOnly}
	item := crypto.Item{}
	for i := range 20_000 {
		item[fmt.Sprint(i)] = &types.AttributeValueMemberNULL{Value: true}
	}
	sealed, err := enc.EncryptItem(ctx, item, users, actions)
	require.NoError(t, err)
	sealed["7"] = &types.AttributeValueMemberBOOL{}
	d, err := enc.Diagnose(ctx, sealed, users, actions, crypto.Candidates{})
	require.NoError(t, err)
	require.Contains(t, d.String(), "the search ended at its bound")
	require.NotContains(t, d.String(), "ruled out: another action of one attribute")
}

func TestDiagnoseTakesShortECDSASignaturesForWhole(t *testing.T) {
	ctx := context.Background()
	private, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	require.NoError(t, err)
	signing, err := cmp.NewAsymmetricSigningKey("SHA256withECDSA", private)
	require.NoError(t, err)
	provider, err := cmp.NewStatic(cmp.StaticKeys{Signing: signing})
	require.NoError(t, err)
	enc := crypto.NewEncryptor(provider)
	actions := crypto.Actions{Default: crypto.SignOnly}
	sealed, err := enc.EncryptItem(ctx, user(), users, actions)
	require.NoError(t, err)
	sealed["plan"] = &types.AttributeValueMemberS{Value: "free"}
	d, err := enc.Diagnose(ctx, sealed, users, actions, crypto.Candidates{})
	require.NoError(t, err)
	require.NotContains(t, d.String(), "too few")
}
