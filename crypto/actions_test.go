package crypto_test

import (
	"bytes"
	"context"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

const (
	encrypt = crypto.EncryptAndSign
	sign    = crypto.SignOnly
	none    = crypto.DoNothing
)

type overrides = map[string]crypto.Action

func TestActionsHaveOneWordEach(t *testing.T) {
	for word, action := range map[string]crypto.Action{"encrypt": encrypt, "sign": sign, "none": none} {
		got, err := crypto.ParseAction(word)
		require.NoError(t, err)
		require.Equal(t, action, got)
		require.Equal(t, word, action.String())
	}
	for _, word := range []string{"", "Encrypt", "ENCRYPT", "encrypt ", "sign-only", "nothing", "invalid", "0"} {
		_, err := crypto.ParseAction(word)
		requireClass(t, crypto.ErrConfig, err)
	}
	require.Equal(t, "invalid", crypto.Action(3).String())
	require.Equal(t, encrypt, crypto.Action(0), "the zero action is the strongest")
}

func TestOverridesGoBeforeTheDefault(t *testing.T) {
	a := crypto.Actions{Default: sign, Overrides: overrides{"a": encrypt, "b": none, "aws:rep:deleting": encrypt}}
	wanted := overrides{
		"a": encrypt, "b": none, "c": sign, "A": sign, "": sign,
		"aws:rep:deleting": encrypt, "aws:rep:updatetime": none, "aws:rep:updateregion": none, "aws:rep:other": sign, "aws:rep:": sign, "AWS:REP:DELETING": sign,
	}
	for name, want := range wanted {
		require.Equal(t, want, a.Action(name), name)
	}
	require.Equal(t, encrypt, crypto.Actions{}.Action("x"))
}

func TestReplicationAttributesAreLeftAlone(t *testing.T) {
	ctx := context.Background()
	replicated := crypto.Item{"id": str("1"), "aws:rep:deleting": boolean(false), "aws:rep:updatetime": num("1"), "aws:rep:updateregion": str("eu-west-1")}
	for _, action := range []crypto.Action{encrypt, sign} {
		table := inMemoryHMAC(1).table(cmp.EncryptionContext{}, crypto.Actions{Default: action})
		sealed, err := table.EncryptItem(ctx, replicated)
		require.NoError(t, err)
		require.Equal(t, replicated["aws:rep:updatetime"], sealed["aws:rep:updatetime"])
		plain, err := table.DecryptItem(ctx, with(sealed, crypto.Item{"aws:rep:updatetime": num("2")}))
		require.NoError(t, err)
		require.Equal(t, num("2"), plain["aws:rep:updatetime"])
	}
	table := inMemoryHMAC(1).table(cmp.EncryptionContext{}, crypto.Actions{Overrides: overrides{"aws:rep:updatetime": sign}})
	sealed, err := table.EncryptItem(ctx, replicated)
	require.NoError(t, err)
	_, err = table.DecryptItem(ctx, with(sealed, crypto.Item{"aws:rep:updatetime": num("2")}))
	requireClass(t, crypto.ErrSignature, err)
}

func TestIndexKeysAreNotEncrypted(t *testing.T) {
	a := crypto.Actions{Overrides: overrides{"signed": sign, "free": none, "secret": encrypt}}
	got, err := a.WithIndexKeys("signed", "free", "other")
	require.NoError(t, err)
	require.Equal(t, overrides{"signed": sign, "free": none, "secret": encrypt, "other": sign}, got.Overrides)
	require.NotContains(t, a.Overrides, "other", "the receiver was changed")
	_, err = a.WithIndexKeys("other", "secret")
	requireClass(t, crypto.ErrConfig, err)

	for byDefault, want := range map[crypto.Action]crypto.Action{encrypt: sign, sign: sign, none: none} {
		got, err := crypto.Actions{Default: byDefault}.WithIndexKeys("key", "key")
		require.NoError(t, err)
		require.Equal(t, crypto.Actions{Default: byDefault, Overrides: overrides{"key": want}}, got)
	}
}

func TestMergeTakesTheStrongerAction(t *testing.T) {
	a := crypto.Actions{Default: sign, Overrides: overrides{"both": none, "a": encrypt, "aws:rep:deleting": sign}}
	b := crypto.Actions{Default: none, Overrides: overrides{"both": sign, "b": none}}
	want := crypto.Actions{Default: sign, Overrides: overrides{"both": sign, "a": encrypt, "b": sign, "aws:rep:deleting": sign}}
	require.Equal(t, want, a.Merge(b))
	require.Equal(t, want, b.Merge(a))
	require.Equal(t, encrypt, a.Merge(crypto.Actions{}).Default)
	require.Len(t, a.Overrides, 3)
}

func TestNothingToDoMeansDefaultAndOverridesAlike(t *testing.T) {
	for _, c := range []struct {
		actions crypto.Actions
		want    bool
	}{
		{crypto.Actions{}, false}, {crypto.Actions{Default: sign}, false}, {crypto.Actions{Default: none}, true},
		{crypto.Actions{Default: none, Overrides: overrides{"a": none, "b": none}}, true},
		{crypto.Actions{Default: none, Overrides: overrides{"a": none, "b": sign}}, false},
		{crypto.Actions{Default: sign, Overrides: overrides{"a": none}}, false},
	} {
		require.Equal(t, c.want, c.actions.PassThrough(), "%v", c.actions)
	}
}

func TestItemsPassThroughWhenThereIsNothingToDo(t *testing.T) {
	ctx := context.Background()
	strange := crypto.Item{"id": str("1"), crypto.DefaultSignatureAttribute: str("mine"), crypto.DefaultDescriptionAttribute: bin(1), "nil": nil, "bad": num("x")}
	for _, item := range []crypto.Item{strange, {}, user()} {
		table := must(crypto.NewEncryptor(failingProvider{}).For(users, crypto.Actions{Default: none, Overrides: overrides{"id": none}}))
		sealed, err := table.EncryptItem(ctx, item)
		require.NoError(t, err)
		require.Equal(t, item, sealed)
		plain, err := table.DecryptItem(ctx, item)
		require.NoError(t, err)
		require.Equal(t, item, plain)
		require.NoError(t, table.VerifyItem(ctx, item))
		sealed["more"], plain["more"] = null(), null()
		require.NotContains(t, item, "more", "the result is the caller's map")
	}
	t.Run("but not because the attributes at hand are all of that kind", func(t *testing.T) {
		table := inMemoryHMAC(1).table(users, crypto.Actions{Default: none, Overrides: overrides{"elsewhere": sign}})
		item := crypto.Item{"id": str("1")}
		sealed, err := table.EncryptItem(ctx, item)
		require.NoError(t, err)
		require.Len(t, sealed, 3)
		_, err = table.DecryptItem(ctx, item)
		requireClass(t, crypto.ErrNotEncrypted, err)
		plain, err := table.DecryptItem(ctx, with(sealed, crypto.Item{"id": str("2")}))
		require.NoError(t, err)
		require.Equal(t, crypto.Item{"id": str("2")}, plain)
		_, err = table.DecryptItem(ctx, with(sealed, crypto.Item{"elsewhere": str("2")}))
		requireClass(t, crypto.ErrSignature, err)
	})
}

// failingProvider has no keys at all.
type failingProvider struct{ err error }

func (p failingProvider) EncryptionMaterials(context.Context, cmp.EncryptionRequest) (*cmp.EncryptionMaterials, error) {
	return nil, p.err
}

func (p failingProvider) DecryptionMaterials(context.Context, cmp.DecryptionRequest) (*cmp.DecryptionMaterials, error) {
	return nil, p.err
}

func TestActionsThatDoNotFitAreRefused(t *testing.T) {
	keys := func(partition, sort string) cmp.EncryptionContext {
		return cmp.EncryptionContext{TableName: "t", PartitionKey: partition, SortKey: sort}
	}
	renamed := crypto.WithAttributeNames("desc", "sig")
	for what, c := range map[string]struct {
		context cmp.EncryptionContext
		actions crypto.Actions
		options []crypto.Option
	}{
		"partition key encrypted":            {keys("id", ""), crypto.Actions{Overrides: overrides{"id": encrypt}}, nil},
		"partition key encrypted by default": {keys("id", ""), crypto.Actions{}, nil},
		"sort key encrypted":                 {keys("id", "at"), crypto.Actions{Overrides: overrides{"id": sign}}, nil},
		"sort key alone encrypted":           {keys("", "at"), crypto.Actions{}, nil},
		"action for the signature":           {keys("", ""), crypto.Actions{Overrides: overrides{crypto.DefaultSignatureAttribute: none}}, nil},
		"action for the description":         {keys("", ""), crypto.Actions{Overrides: overrides{crypto.DefaultDescriptionAttribute: sign}}, nil},
		"action for a renamed signature":     {keys("", ""), crypto.Actions{Overrides: overrides{"sig": sign}}, []crypto.Option{renamed}},
		"key named as the signature":         {keys(crypto.DefaultSignatureAttribute, ""), crypto.Actions{Default: sign}, nil},
		"key named as the description":       {keys("id", "desc"), crypto.Actions{Default: sign}, []crypto.Option{renamed}},
		"unknown default":                    {keys("", ""), crypto.Actions{Default: 3}, nil},
		"unknown override":                   {keys("", ""), crypto.Actions{Overrides: overrides{"x": 255}}, nil},
		"name not in UTF-8":                  {keys("", ""), crypto.Actions{Overrides: overrides{"\xff": sign}}, nil},
		"ARN of an index":                    {cmp.EncryptionContext{TableName: "arn:aws:dynamodb:us-east-1:1:table/t/index/i"}, crypto.Actions{}, nil},
		"ARN of something else":              {cmp.EncryptionContext{TableName: "arn:aws:s3:::bucket"}, crypto.Actions{}, nil},
		"ARN cut off":                        {cmp.EncryptionContext{TableName: "arn:"}, crypto.Actions{}, nil},
		"empty attribute name":               {keys("", ""), crypto.Actions{}, []crypto.Option{crypto.WithAttributeNames("", "sig")}},
		"equal attribute names":              {keys("", ""), crypto.Actions{}, []crypto.Option{crypto.WithAttributeNames("x", "x")}},
		"no logger":                          {keys("", ""), crypto.Actions{}, []crypto.Option{crypto.WithLogger(nil)}},
		"signed name for an ARN of an index": {keys("", ""), crypto.Actions{}, []crypto.Option{crypto.WithSignedTableNames(map[string]string{"arn:aws:dynamodb:r:1:table/t/stream/x": "o"})}},
		"two signed names for a table":       {keys("", ""), crypto.Actions{}, []crypto.Option{crypto.WithSignedTableNames(map[string]string{"arn:aws:dynamodb:r:1:table/t": "o", "t": "p"})}},
	} {
		t.Run(what, func(t *testing.T) {
			encryptor := crypto.NewEncryptor(staticProvider(t), c.options...)
			table, err := encryptor.For(c.context, c.actions)
			requireClass(t, crypto.ErrConfig, err)
			require.True(t, table == nil, "a handle that is nil inside")
			_, err = encryptor.EncryptItem(context.Background(), user(), c.context, c.actions)
			requireClass(t, crypto.ErrConfig, err)
			_, err = encryptor.DecryptItem(context.Background(), user(), c.context, c.actions)
			requireClass(t, crypto.ErrConfig, err)
			requireClass(t, crypto.ErrConfig, encryptor.VerifyItem(context.Background(), user(), c.context, c.actions))
		})
	}
	_, err := crypto.NewEncryptor(nil).For(users, userActions)
	requireClass(t, crypto.ErrConfig, err)
}

func TestActionsAreCopied(t *testing.T) {
	actions := crypto.Actions{Overrides: overrides{"id": sign}}
	table := inMemoryHMAC(1).table(orders, actions)
	actions.Overrides["id"] = none
	sealed, err := table.EncryptItem(context.Background(), oneSecret())
	require.NoError(t, err)
	_, err = table.DecryptItem(context.Background(), with(sealed, crypto.Item{"id": str("2")}))
	requireClass(t, crypto.ErrSignature, err)
}

func TestATableIsSignedByOneName(t *testing.T) {
	const arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/orders"
	names := crypto.WithSignedTableNames(map[string]string{"restored": "orders", "arn:aws:dynamodb:r:1:table/copied": "orders", "nameless": ""})
	for what, c := range map[string]struct {
		table   string
		options []crypto.Option
		signed  string
	}{
		"its name": {"orders", nil, "orders"}, "its ARN": {arn, nil, "orders"}, "none": {"", nil, "None"},
		"one override": {"other", []crypto.Option{crypto.WithSignedTableName("orders")}, "orders"}, "no override": {"orders", []crypto.Option{crypto.WithSignedTableName("")}, "orders"},
		"an override of no name": {"", []crypto.Option{crypto.WithSignedTableName("orders")}, "orders"}, "an ARN, as Python signs it": {"x", []crypto.Option{crypto.WithSignedTableName(arn)}, arn},
		"a map":             {"restored", []crypto.Option{names}, "orders"},
		"a map, by ARN":     {"arn:aws:dynamodb:r:2:table/restored", []crypto.Option{names}, "orders"},
		"a map with an ARN": {"copied", []crypto.Option{names}, "orders"}, "a map without it": {"third", []crypto.Option{names}, "third"}, "a map to no name": {"nameless", []crypto.Option{names}, "None"},
		"a map before one override": {"restored", []crypto.Option{names, crypto.WithSignedTableName("x")}, "orders"}, "one override besides a map": {"third", []crypto.Option{names, crypto.WithSignedTableName("x")}, "x"},
	} {
		t.Run(what, func(t *testing.T) {
			context := cmp.EncryptionContext{TableName: c.table, PartitionKey: "id"}
			sealed, err := inMemoryHMAC(1).table(context, signAll, c.options...).EncryptItem(t.Context(), oneSecret())
			require.NoError(t, err)
			require.Equal(t, pythonForm.sign(sealed, c.signed, signAll), stored(sealed, crypto.DefaultSignatureAttribute))
			_, err = inMemoryHMAC(1).table(context, signAll, c.options...).DecryptItem(t.Context(), sealed)
			require.NoError(t, err)
		})
	}
}

func TestReservedNamesCanBeOthers(t *testing.T) {
	ctx := context.Background()
	for _, s := range []setup{staticHMAC(1), wrappedAES(1)} {
		options := []crypto.Option{crypto.WithAttributeNames("desc", "sig"), crypto.WithDescriptionPrefix("my-")}
		table := s.table(users, userActions, options...)
		item := with(user(), crypto.Item{crypto.DefaultSignatureAttribute: bin(1)})
		sealed, err := table.EncryptItem(ctx, item)
		require.NoError(t, err)
		description, err := cmp.ParseMaterialDescription(stored(sealed, "desc"))
		require.NoError(t, err)
		require.Equal(t, "/CBC/PKCS5Padding", description["my-sym-mode"])
		require.Equal(t, "HmacSHA256", description["my-signingAlg"])
		require.NotContains(t, description, modeKey)
		require.NotEqual(t, bin(1), sealed[crypto.DefaultSignatureAttribute], "now a name like others")
		plain, err := table.DecryptItem(ctx, sealed)
		require.NoError(t, err)
		require.Equal(t, item, plain)
		_, err = s.table(users, userActions).DecryptItem(ctx, sealed)
		require.Error(t, err)
		_, err = s.table(users, userActions, options[0]).DecryptItem(ctx, sealed)
		requireClass(t, crypto.ErrDescription, err)
		for _, name := range []string{"desc", "sig"} {
			_, err = table.EncryptItem(ctx, with(user(), crypto.Item{name: str("x")}))
			requireClass(t, crypto.ErrConfig, err)
		}
	}
}

func TestItemsWithReservedNamesAreNotEncrypted(t *testing.T) {
	table := inMemoryHMAC(1).table(users, userActions)
	for _, name := range []string{crypto.DefaultSignatureAttribute, crypto.DefaultDescriptionAttribute} {
		sealed, err := table.EncryptItem(context.Background(), with(user(), crypto.Item{name: bin(1)}))
		requireClass(t, crypto.ErrConfig, err)
		require.Nil(t, sealed)
		var itemError *crypto.ItemError
		require.ErrorAs(t, err, &itemError)
		require.Equal(t, name, itemError.Attribute)
		require.Equal(t, []string{"id", "created"}, itemError.Keys)
		require.Equal(t, "users", itemError.Table)
	}
}

func TestMissingKeysAreUnavailable(t *testing.T) {
	ctx := context.Background()
	mac, aes := hmacKey("HmacSHA256", 1), aesKey(1, 16)
	sealed := must(inMemoryHMAC(1).table(users, userActions).EncryptItem(ctx, user()))
	wrapped := must(wrappedAES(1).table(users, userActions).EncryptItem(ctx, user()))
	for what, c := range map[string]struct {
		provider                cmp.Provider
		item                    crypto.Item
		writes, verifies, reads bool
	}{
		"static to sign":          {must(cmp.NewStatic(cmp.StaticKeys{Signing: mac})), sealed, false, true, false},
		"static to verify":        {must(cmp.NewStatic(cmp.StaticKeys{Verification: mac})), sealed, false, true, false},
		"static to encrypt":       {must(cmp.NewStatic(cmp.StaticKeys{Encryption: aes, Decryption: nil, Verification: mac})), sealed, false, true, true},
		"static to decrypt":       {must(cmp.NewStatic(cmp.StaticKeys{Decryption: aes, Verification: mac})), sealed, false, true, true},
		"static to write":         {must(cmp.NewStatic(cmp.StaticKeys{Encryption: aes, Signing: remoteSigner{newRemote(), mac}})), sealed, true, false, false},
		"wrapped to sign":         {must(cmp.NewWrapped(cmp.WrappedKeys{Signing: mac})), wrapped, false, true, false},
		"wrapped to read":         {must(cmp.NewWrapped(cmp.WrappedKeys{Unwrapping: aesKey(1, 32), Verification: mac})), wrapped, false, true, true},
		"wrapped to write":        {must(cmp.NewWrapped(cmp.WrappedKeys{Wrapping: aesKey(1, 32), Signing: remoteSigner{newRemote(), mac}})), wrapped, true, false, false},
		"no materials":            {failingProvider{}, sealed, false, false, false},
		"a provider that fails":   {failingProvider{errRemote}, sealed, false, false, false},
		"a provider without keys": {emptyProvider{}, sealed, false, false, false},
		"a provider of nil keys":  {nilKeyProvider{mac}, sealed, false, true, false},
	} {
		t.Run(what, func(t *testing.T) {
			table := must(crypto.NewEncryptor(c.provider).For(users, userActions))
			check := func(works bool, err error) {
				t.Helper()
				if works {
					require.NoError(t, err)
				} else {
					requireClass(t, crypto.ErrKeyUnavailable, err)
				}
			}
			_, err := table.EncryptItem(ctx, user())
			check(c.writes, err)
			check(c.verifies, table.VerifyItem(ctx, c.item))
			_, err = table.DecryptItem(ctx, c.item)
			check(c.reads, err)
		})
	}
}

type emptyProvider struct{}

func (emptyProvider) EncryptionMaterials(context.Context, cmp.EncryptionRequest) (*cmp.EncryptionMaterials, error) {
	return &cmp.EncryptionMaterials{}, nil
}

func (emptyProvider) DecryptionMaterials(context.Context, cmp.DecryptionRequest) (*cmp.DecryptionMaterials, error) {
	return &cmp.DecryptionMaterials{}, nil
}

type nilKeyProvider struct{ mac *cmp.HMACKey }

func (p nilKeyProvider) EncryptionMaterials(context.Context, cmp.EncryptionRequest) (*cmp.EncryptionMaterials, error) {
	return &cmp.EncryptionMaterials{SigningKey: p.mac}, nil
}

func (p nilKeyProvider) DecryptionMaterials(context.Context, cmp.DecryptionRequest) (*cmp.DecryptionMaterials, error) {
	return &cmp.DecryptionMaterials{VerificationKey: p.mac, DecryptionKey: func(context.Context) (cmp.DecryptionKey, error) { return nil, nil }}, nil
}

func TestAProviderWithoutSigningKeyCannotSign(t *testing.T) {
	_, err := must(crypto.NewEncryptor(emptyProvider{}).For(orders, signAll)).EncryptItem(t.Context(), oneSecret())
	requireClass(t, crypto.ErrKeyUnavailable, err)
}

// alternating is a provider whose keys change from item to item.
type alternating struct {
	providers []cmp.Provider
	turn      int
}

func (p *alternating) EncryptionMaterials(ctx context.Context, r cmp.EncryptionRequest) (*cmp.EncryptionMaterials, error) {
	return p.providers[p.turn].EncryptionMaterials(ctx, r)
}

func (p *alternating) DecryptionMaterials(ctx context.Context, r cmp.DecryptionRequest) (*cmp.DecryptionMaterials, error) {
	return p.providers[p.turn].DecryptionMaterials(ctx, r)
}

func TestKeysMayChangeFromItemToItem(t *testing.T) {
	inMemory := func(fill byte) cmp.Provider {
		return must(cmp.NewStatic(cmp.StaticKeys{Encryption: aesKey(fill, 16), Signing: hmacKey("HmacSHA256", fill)}))
	}
	p := &alternating{providers: []cmp.Provider{inMemory(1), inMemory(2), inMemory(3)}}
	table := must(crypto.NewEncryptor(p).For(users, userActions))
	for i := range 12 {
		p.turn = i % 3
		sealed, err := table.EncryptItem(t.Context(), user())
		require.NoError(t, err)
		for j, own := range p.providers {
			plain, err := must(crypto.NewEncryptor(own).For(users, userActions)).DecryptItem(t.Context(), sealed)
			p.turn = j
			again, againErr := table.DecryptItem(t.Context(), sealed)
			if j == i%3 {
				require.NoError(t, err)
				require.NoError(t, againErr)
				require.Equal(t, user(), plain)
				require.Equal(t, user(), again)
			} else {
				requireClass(t, crypto.ErrSignature, err)
				requireClass(t, crypto.ErrSignature, againErr)
			}
		}
	}
}

func TestAProviderWithoutEncryptionKeySigns(t *testing.T) {
	p := must(cmp.NewStatic(cmp.StaticKeys{Signing: hmacKey("HmacSHA256", 1)}))
	table := must(crypto.NewEncryptor(p).For(orders, signAll))
	sealed, err := table.EncryptItem(t.Context(), oneSecret())
	require.NoError(t, err)
	require.Equal(t, descriptionOf(signingKey, "HmacSHA256"), stored(sealed, crypto.DefaultDescriptionAttribute))
	plain, err := table.DecryptItem(t.Context(), sealed)
	require.NoError(t, err)
	require.Equal(t, oneSecret(), plain)
}

func TestAbsentAttributesAreNamed(t *testing.T) {
	table := inMemoryHMAC(1).table(users, userActions)
	sealed, err := table.EncryptItem(t.Context(), user())
	require.NoError(t, err)
	_, err = table.DecryptItem(t.Context(), without(without(sealed, "plan"), "views"))
	requireClass(t, crypto.ErrSignature, err)
	var itemError *crypto.ItemError
	require.ErrorAs(t, err, &itemError)
	require.Equal(t, []string{"plan"}, itemError.Absent)
	require.Equal(t, "decrypt", itemError.Op)
	requireClass(t, crypto.ErrSignature, table.VerifyItem(t.Context(), without(sealed, "plan")))
}

func TestWeakKeysVerifyWithOneWarning(t *testing.T) {
	var log bytes.Buffer
	weak := must(cmp.NewHMACKey("HmacSHA256", []byte("15 bytes of key"), cmp.AllowWeakKeys()))
	p := must(cmp.NewStatic(cmp.StaticKeys{Encryption: aesKey(1, 16), Signing: weak}))
	table := must(crypto.NewEncryptor(p, crypto.WithLogger(slog.New(slog.NewTextHandler(&log, nil)))).For(users, userActions))
	sealed, err := table.EncryptItem(t.Context(), user())
	require.NoError(t, err)
	for range 3 {
		_, err = table.DecryptItem(t.Context(), sealed)
		require.NoError(t, err)
	}
	require.Equal(t, 1, bytes.Count(log.Bytes(), []byte("WARN")))
	require.NotContains(t, log.String(), "15 bytes")
}
