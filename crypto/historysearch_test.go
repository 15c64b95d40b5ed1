package crypto_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
)

func TestWithoutAMatchTheErrorIsThatOfTheCurrentActions(t *testing.T) {
	ctx := t.Context()
	encrypted := actionsOf(crypto.EncryptAndSign, map[string]crypto.Action{"missing": crypto.SignOnly})
	signed := actionsOf(crypto.SignOnly, map[string]crypto.Action{"gone": crypto.SignOnly})
	item := crypto.Item{"id": str("1"), "x": str("secret"), "y": num("1")}
	own, other := staticHMAC(1), staticHMAC(2)
	sealed := must(other.table(orders, encrypted).EncryptItem(ctx, item))
	unencrypted := signedOnly(2, item, signed)
	for name, tc := range map[string]struct {
		item  crypto.Item
		class error
	}{
		"another key":                            {sealed, crypto.ErrSignature},
		"another key, nothing encrypted":         {unencrypted, crypto.ErrDescription},
		"no signature":                           {item, crypto.ErrNotEncrypted},
		"a signature that is text":               {with(sealed, crypto.Item{crypto.DefaultSignatureAttribute: str("x")}), crypto.ErrSignature},
		"no description":                         {without(sealed, crypto.DefaultDescriptionAttribute), crypto.ErrDescription},
		"a description that is none":             {with(sealed, crypto.Item{crypto.DefaultDescriptionAttribute: bin(1)}), crypto.ErrDescription},
		"a description of another mode":          {with(sealed, crypto.Item{crypto.DefaultDescriptionAttribute: bin(descriptionOf("amzn-ddb-map-sym-mode", "/GCM")...)}), crypto.ErrAlgorithm},
		"a description of another algorithm":     {with(sealed, crypto.Item{crypto.DefaultDescriptionAttribute: bin(descriptionOf("amzn-ddb-map-sym-mode", "/CBC/PKCS5Padding", "amzn-ddb-map-signingAlg", "HmacSHA1")...)}), crypto.ErrAlgorithm},
		"only the algorithm, and another one":    {with(sealed, crypto.Item{crypto.DefaultDescriptionAttribute: bin(descriptionOf("amzn-ddb-map-signingAlg", "HmacSHA1")...)}), crypto.ErrDescription},
		"an attribute whose name is not UTF-8":   {with(sealed, crypto.Item{"\xff": str("")}), crypto.ErrSignature},
		"an encrypted attribute that is no text": {with(sealed, crypto.Item{"x": null()}), crypto.ErrSignature},
	} {
		t.Run(name, func(t *testing.T) {
			var u uses
			_, want := own.table(orders, encrypted).DecryptItem(ctx, tc.item)
			requireClass(t, tc.class, want)
			plain, err := history(own.provider, encrypted, u.add, signed, actionsOf(crypto.DoNothing, nil)).DecryptItem(ctx, tc.item)
			require.Nil(t, plain)
			require.Equal(t, want, err)
			require.Empty(t, u.counted())
			verified := own.table(orders, encrypted).VerifyItem(ctx, tc.item)
			require.Equal(t, verified, history(own.provider, encrypted, nil, signed).VerifyItem(ctx, tc.item))
		})
	}
	_, err := history(own.provider, encrypted, nil, signed).DecryptItem(ctx, sealed)
	var failed *crypto.ItemError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, []string{"missing"}, failed.Absent, "the hint is that of the current actions")
}

func TestTheProviderIsAskedOnceWhateverActionsMatch(t *testing.T) {
	ctx := t.Context()
	k := memkms.New()
	provider := &askedProvider{Provider: kmsProvider(k)}
	model := func(signed string) crypto.Actions {
		return actionsOf(crypto.EncryptAndSign, map[string]crypto.Action{signed: crypto.SignOnly})
	}
	nothing := actionsOf(crypto.SignOnly, nil)
	item := crypto.Item{"id": str("1"), "a": str("1"), "b": str("2"), "c": str("3")}
	for name, tc := range map[string]struct {
		sealed  crypto.Actions
		used    map[int]int64
		refused error
	}{
		"the current ones":                       {sealed: model("a"), used: map[int]int64{}},
		"the newest":                             {sealed: model("b"), used: map[int]int64{0: 1}},
		"the oldest":                             {sealed: model("c"), used: map[int]int64{2: 1}},
		"some that encrypt nothing":              {sealed: nothing, used: map[int]int64{1: 1}},
		"none":                                   {sealed: model("d"), used: map[int]int64{}, refused: crypto.ErrSignature},
		"none, with an attribute of the default": {sealed: actionsOf(crypto.SignOnly, map[string]crypto.Action{"a": crypto.EncryptAndSign}), used: map[int]int64{}, refused: crypto.ErrSignature},
	} {
		t.Run(name, func(t *testing.T) {
			var u uses
			sealed := must(must(crypto.NewEncryptor(provider).For(orders, tc.sealed)).EncryptItem(ctx, item))
			table := history(provider, model("a"), u.add, model("b"), nothing, model("c"))
			for what, read := range map[string]func() error{
				"decrypt": func() error { _, err := table.DecryptItem(ctx, sealed); return err },
				"verify":  func() error { return table.VerifyItem(ctx, sealed) },
			} {
				k.ResetCalls()
				provider.asked.Store(0)
				err := read()
				if tc.refused != nil {
					requireClass(t, tc.refused, err)
				} else {
					require.NoError(t, err, what)
				}
				require.EqualValues(t, 1, provider.asked.Load(), what)
				require.Equal(t, 1, k.Count(""), what)
				require.Equal(t, tc.used, u.counted(), what)
			}
		})
	}
	t.Run("not at all if no actions fit the description", func(t *testing.T) {
		provider := &askedProvider{Provider: staticHMAC(1).provider}
		_, err := history(provider, model("a"), nil, model("b")).DecryptItem(ctx, signedOnly(1, item, nothing))
		requireClass(t, crypto.ErrDescription, err)
		require.Zero(t, provider.asked.Load())
	})
}

func TestWhatFailsOtherwiseThanByTheSignatureEndsTheSearch(t *testing.T) {
	ctx, s := t.Context(), staticHMAC(1)
	encrypted, signed, free := actionsOf(crypto.EncryptAndSign, nil), actionsOf(crypto.SignOnly, nil), actionsOf(crypto.DoNothing, nil)
	item := crypto.Item{"id": str("1"), "x": str("secret")}
	outage := errors.New("the service is down")
	for name, tc := range map[string]struct {
		sealed        crypto.Item
		failure, want error
	}{
		"keys cannot be had":                                 {must(s.table(orders, encrypted).EncryptItem(ctx, item)), outage, crypto.ErrKeyUnavailable},
		"keys cannot be had, nothing is encrypted":           {signedOnly(1, item, signed), outage, crypto.ErrKeyUnavailable},
		"the provider refuses":                               {must(s.table(orders, encrypted).EncryptItem(ctx, item)), crypto.ErrAlgorithm, crypto.ErrAlgorithm},
		"the provider refuses an item that encrypts nothing": {signedOnly(1, item, signed), crypto.ErrAlgorithm, crypto.ErrDescription},
	} {
		t.Run(name, func(t *testing.T) {
			provider := &askedProvider{Provider: s.provider, err: tc.failure}
			_, err := history(provider, encrypted, nil, signed, free).DecryptItem(ctx, tc.sealed)
			requireClass(t, tc.want, err)
			require.EqualValues(t, 1, provider.asked.Load())
		})
	}
	t.Run("a verification key fails", func(t *testing.T) {
		sealed := must(s.table(orders, encrypted).EncryptItem(ctx, item))
		sealed["x"] = must(s.table(orders, encrypted).EncryptItem(ctx, item))["x"]
		for calls := range int64(3) {
			key := &failingVerifier{VerificationKey: verifier(hmacKey("HmacSHA256", 1)), after: calls, err: outage}
			provider := must(cmp.NewStatic(cmp.StaticKeys{Encryption: aesKey(1, 16), Signing: hmacKey("HmacSHA256", 1), Verification: key}))
			_, err := history(provider, encrypted, nil, signed, free).DecryptItem(ctx, sealed)
			requireClass(t, crypto.ErrKeyUnavailable, err)
			require.Equal(t, calls+1, key.calls.Load())
		}
	})
	t.Run("the context has ended", func(t *testing.T) {
		ended, cancel := context.WithCancel(ctx)
		cancel()
		_, err := history(s.provider, encrypted, nil, signed).DecryptItem(ended, signedOnly(1, item, signed))
		require.ErrorIs(t, err, context.Canceled)
	})
}

// failingVerifier fails after some calls, otherwise than by a signature.
type failingVerifier struct {
	cmp.VerificationKey
	calls atomic.Int64
	after int64
	err   error
}

func (k *failingVerifier) Verify(ctx context.Context, message, signature []byte) error {
	if k.calls.Add(1) > k.after {
		return k.err
	}
	return k.VerificationKey.Verify(ctx, message, signature)
}
