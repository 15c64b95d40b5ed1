package crypto_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

func TestEmptySetsAreDecryptedAndNotEncrypted(t *testing.T) {
	ctx := context.Background()
	actions := crypto.Actions{Overrides: map[string]crypto.Action{"id": crypto.SignOnly}}
	r := newRemote()
	for name, contentKey := range map[string]cmp.EncryptionKey{"in memory": aesKey(1, 16), "delegated": remoteContentKey{r, aesKey(1, 16)}} {
		t.Run(name, func(t *testing.T) {
			table := must(crypto.NewEncryptor(must(cmp.NewStatic(cmp.StaticKeys{Encryption: contentKey, Signing: hmacKey("HmacSHA256", 1)}))).For(orders, actions))
			item := crypto.Item{"id": str("1"), crypto.DefaultDescriptionAttribute: bin(descriptionOf(modeKey, "/CBC/PKCS5Padding")...)}
			for attribute, plaintext := range map[string]string{
				"ss": "\x00S\x00\x00\x00\x00", "ns": "\x00N\x00\x00\x00\x00", "bs": "\x00B\x00\x00\x00\x00", "l": "\x00L\x00\x00\x00\x01\x00N\x00\x00\x00\x00",
			} {
				item[attribute] = bin(must(aesKey(1, 16).Encrypt(ctx, []byte(plaintext), cmp.Transformation))...)
			}
			item[crypto.DefaultSignatureAttribute] = bin(pythonForm.sign(item, orders.TableName, actions)...)
			plain, err := table.DecryptItem(ctx, item)
			require.NoError(t, err)
			empty, none := []string{}, [][]byte{}
			require.Equal(t, crypto.Item{"id": str("1"), "ss": strs(empty...), "ns": nums(empty...), "bs": bins(none...), "l": list(nums(empty...))}, plain)

			for attribute, v := range plain {
				if attribute != "id" {
					_, err := table.EncryptItem(ctx, crypto.Item{"id": str("1"), attribute: v})
					requireClass(t, crypto.ErrConfig, err)
				}
			}
		})
	}
}
