package keystore

import (
	"encoding/base64"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// javaItems are what Java's KeyStoreMaterialsProvider made (testdata/Items.java), by
// its aliases.
func javaItems(t *testing.T) map[string]crypto.Item {
	t.Helper()
	list, err := os.ReadFile("testdata/java-items.txt")
	require.NoError(t, err)
	items := map[string]crypto.Item{}
	for line := range strings.Lines(string(list)) {
		fields := strings.Fields(line)
		require.Greater(t, len(fields), 2)
		item := crypto.Item{}
		for _, field := range fields[2:] {
			name, value, _ := strings.Cut(field, "=")
			if text, isText := strings.CutPrefix(value, "S:"); isText {
				item[name] = &types.AttributeValueMemberS{Value: text}
				continue
			}
			data, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(value, "B:"))
			require.NoError(t, err)
			item[name] = &types.AttributeValueMemberB{Value: data}
		}
		items[fields[0]+" "+fields[1]] = item
	}
	require.Len(t, items, 3)
	return items
}

func TestItemsOfJavasKeyStoreMaterialsProvider(t *testing.T) {
	store, err := OpenPKCS12("testdata/java.p12", []byte(password))
	require.NoError(t, err)
	items := javaItems(t)
	t.Run("under an RSA and an HMAC entry open", func(t *testing.T) {
		p := newProvider(t, store, pair2026, WithUnnamed(Aliases{Wrapping: "enc-2025", Signing: "mac"}))
		assert.NoError(t, unseal(t, p, items["enc-2025 mac"]))
	})
	t.Run("under two RSA entries open", func(t *testing.T) {
		p := newProvider(t, store, Aliases{Wrapping: "enc-2025", Signing: "enc-2026"})
		assert.NoError(t, unseal(t, p, items["enc-2025 enc-2026"]))
	})
	t.Run("under secret keys open in a Static provider", func(t *testing.T) {
		encryption, err := store.AESKey("aes")
		require.NoError(t, err)
		signing, err := store.SigningKey("mac", "")
		require.NoError(t, err)
		static, err := cmp.NewStatic(cmp.StaticKeys{Encryption: encryption, Signing: signing})
		require.NoError(t, err)
		assert.NoError(t, unseal(t, static, items["aes mac"]))
		requireClass(t, cmp.ErrDescription, unseal(t, newProvider(t, store, Aliases{Wrapping: "aes", Signing: "mac"}), items["aes mac"]))
	})
	t.Run("under other entries do not", func(t *testing.T) {
		requireClass(t, cmp.ErrSignature, unseal(t, newProvider(t, store, Aliases{Wrapping: "enc-2025", Signing: "mac512", Algorithm: "HmacSHA512"}), items["enc-2025 mac"]))
	})
}
