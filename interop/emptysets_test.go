//go:build interop

package interop

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// TestEmptySetsOfPublishedClients wants both published clients to write empty sets, at any level, and all to read them
// where they are encrypted. Those that are signed only cannot be stored: the library reads none, and writes none at all.
func TestEmptySetsOfPublishedClients(t *testing.T) {
	ctx := context.Background()
	java, python := startPeers(ctx, t)
	for name, item := range map[string]string{
		"strings":  `{"a":{"SS":[]}}`,
		"numbers":  `{"a":{"NS":[]}}`,
		"binaries": `{"a":{"BS":[]}}`,
		"a list":   `{"a":{"L":[{"SS":[]},{"NS":[]},{"BS":[]}]}}`,
		"a map":    `{"a":{"M":{"s":{"SS":[]},"n":{"NS":[]},"b":{"BS":[]}}}}`,
	} {
		for _, action := range []string{ActionEncrypt, ActionSign} {
			t.Run(name+", "+action, func(t *testing.T) {
				table := "users"
				request := Request{
					Op: OpEncrypt, Item: json.RawMessage(item), Table: &table, DefaultAction: action,
					Provider: StaticProvider(make([]byte, 16), HMAC("HmacSHA256", make([]byte, 32))),
				}
				_, err := Library{}.Do(ctx, request)
				require.ErrorIs(t, err, crypto.ErrConfig)
				for _, writer := range []*Peer{java, python} {
					sealed, err := writer.Do(ctx, request)
					require.NoError(t, err)
					for _, reader := range []*Peer{java, python} {
						plain, err := reader.Do(ctx, request.Decrypting(sealed))
						require.NoError(t, err)
						assert.Equal(t, canonical(t, request.Item), canonical(t, plain), "%s to %s", writer.Name, reader.Name)
					}
					plain, err := Library{}.Do(ctx, request.Decrypting(sealed))
					if action == ActionSign {
						assert.ErrorIs(t, err, crypto.ErrSignature, "%s to Go", writer.Name)
					} else if assert.NoError(t, err, "%s to Go", writer.Name) {
						assert.JSONEq(t, item, string(plain), "%s to Go", writer.Name)
					}
				}
			})
		}
	}
}
