package crypto_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/ddbjson"
)

// fuzzItems are the only items that were ever signed under the fuzz keys.
func fuzzItems() []crypto.Item {
	items := []crypto.Item{user(), disputed()}
	for _, s := range shapes(false) {
		items = append(items, s.item)
	}
	return items
}

var fuzzActions = crypto.Actions{Overrides: overrides{"id": sign, "signed": sign, "views": none, "free": none, below: sign}}

func fuzzTables() []crypto.TableEncryptor {
	return []crypto.TableEncryptor{inMemoryHMAC(1).table(orders, fuzzActions), wrappedAES(2).table(orders, fuzzActions)}
}

// FuzzDecryptItem changes sealed items. Either the change is refused, with one
// failure class, or what is protected comes out as it was.
func FuzzDecryptItem(f *testing.F) {
	tables, items := fuzzTables(), fuzzItems()
	for _, table := range tables {
		for _, item := range items {
			f.Add(must(ddbjson.Marshal(must(table.EncryptItem(context.Background(), item)))))
		}
	}
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"*amzn-ddb-map-sig*":{"B":""},"*amzn-ddb-map-desc*":{"B":"AAAAAA=="}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		item, err := ddbjson.Unmarshal(data)
		if err != nil {
			return
		}
		for _, table := range tables {
			plain, err := table.DecryptItem(context.Background(), item)
			verified := table.VerifyItem(context.Background(), item)
			if err != nil {
				require.NoError(t, oneClass(err))
				require.Nil(t, plain)
				if verified != nil {
					require.Equal(t, classOf(err), classOf(verified))
				} else {
					require.Equal(t, crypto.ErrCorrupt, classOf(err))
				}
				continue
			}
			require.NoError(t, verified)
			require.True(t, slices.ContainsFunc(items, func(known crypto.Item) bool { return sameProtected(known, plain) }), "another plaintext came out")
		}
	})
}

// sameProtected compares what fuzzActions protect.
func sameProtected(a, b crypto.Item) bool {
	for name := range a {
		if fuzzActions.Action(name) != none && (b[name] == nil || !equal(a[name], b[name])) {
			return false
		}
	}
	for name := range b {
		if fuzzActions.Action(name) != none && a[name] == nil {
			return false
		}
	}
	return true
}

// FuzzEncryptItem seals any item, and sees it come back.
func FuzzEncryptItem(f *testing.F) {
	for i, item := range fuzzItems() {
		f.Add(must(ddbjson.Marshal(item)), byte(i), i%2 == 0, "orders")
	}
	f.Add([]byte(`{"":{"N":"1E999999999"}}`), byte(1), false, "")
	f.Add([]byte(`{"n":{"NS":["1","01"]},"*amzn-ddb-map-sig*":{"S":""}}`), byte(2), true, "arn:aws:dynamodb:r:1:table/t")
	aes, mac := aesKey(1, 16), hmacKey("HmacSHA256", 1)
	providers := []cmp.Provider{
		must(cmp.NewStatic(cmp.StaticKeys{Encryption: aes, Signing: mac})),
		must(cmp.NewWrapped(cmp.WrappedKeys{Wrapping: aes, Signing: mac})),
	}
	f.Fuzz(func(t *testing.T, data []byte, action byte, java bool, name string) {
		item, err := ddbjson.Unmarshal(data)
		if err != nil {
			return
		}
		var options []crypto.Option
		if java {
			options = append(options, crypto.WithJavaOrder())
		}
		actions := crypto.Actions{Default: crypto.Action(action % 3), Overrides: overrides{"signed": sign, "free": none}}
		before := must(ddbjson.Marshal(item))
		table, err := crypto.NewEncryptor(providers[action/3%2], options...).For(cmp.EncryptionContext{TableName: name}, actions)
		if err != nil {
			require.Equal(t, crypto.ErrConfig, classOf(err))
			return
		}
		sealed, err := table.EncryptItem(t.Context(), item)
		require.Equal(t, string(before), string(must(ddbjson.Marshal(item))), "the input was changed")
		if err != nil {
			require.Equal(t, crypto.ErrConfig, classOf(err))
			require.Nil(t, sealed)
			return
		}
		stored, err := ddbjson.Unmarshal(must(ddbjson.Marshal(sealed)))
		require.NoError(t, err)
		plain, err := table.DecryptItem(t.Context(), stored)
		require.NoError(t, err)
		requireEqualItems(t, item, plain)
	})
}
