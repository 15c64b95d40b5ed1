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

// TestPublishedClientsDisagree holds what [Clients] keeps out of cases for both clients, and that the library reads
// what either wrote, as far as all of it is signed.
func TestPublishedClientsDisagree(t *testing.T) {
	ctx := context.Background()
	java, python := startPeers(ctx, t)
	table := "users"
	for name, test := range map[string]struct {
		item  string
		table *string
		// What the library says of Java's and of Python's item; nil if it reads it.
		ofJava, ofPython error
	}{
		"on what to sign without a table name": {item: `{"a":{"S":"x"}}`},
		"on the order of names":                {item: `{"\ue000":{"S":"x"},"\ud83d\ude00":{"S":"y"}}`, table: &table},
		"on the order of map keys":             {item: `{"a":{"M":{"\ue000":{"S":"x"},"\ud83d\ude00":{"S":"y"}}}}`, table: &table},
		"on the order of strings in a set":     {item: `{"a":{"SS":["\ue000","\ud83d\ude00"]}}`, table: &table},
		"on the order of binaries in a set":    {item: `{"a":{"BS":["gA==","AQ=="]}}`, table: &table},
		// Python signs the number rounded: its last digits are anybody's.
		"on numbers of more than 28 digits": {item: `{"a":{"N":"12345678901234567890123456789"}}`, table: &table, ofPython: crypto.ErrSignature},
		"on negative zero":                  {item: `{"a":{"N":"-0"}}`, table: &table, ofPython: crypto.ErrSignature},
		// Java seals nothing here.
		"on whether the reserved names of an empty item stay": {item: `{}`, table: &table, ofJava: crypto.ErrNotEncrypted},
	} {
		t.Run(name, func(t *testing.T) {
			request := Request{
				Op: OpEncrypt, Item: json.RawMessage(test.item), Table: test.table, DefaultAction: ActionSign,
				Provider: StaticProvider(nil, HMAC("HmacSHA256", make([]byte, 32))),
			}
			for _, direction := range []struct {
				writer, reader *Peer
				want           error
			}{{java, python, test.ofJava}, {python, java, test.ofPython}} {
				sealed, err := direction.writer.Do(ctx, request)
				require.NoError(t, err)
				plain, err := direction.reader.Do(ctx, request.Decrypting(sealed))
				if err == nil {
					assert.NotEqual(t, canonical(t, request.Item), canonical(t, plain), "%s to %s", direction.writer.Name, direction.reader.Name)
				} else {
					var refused *PeerError
					require.ErrorAs(t, err, &refused)
				}

				plain, err = Library{}.Do(ctx, request.Decrypting(sealed))
				if direction.want != nil {
					assert.ErrorIs(t, err, direction.want, "%s to Go", direction.writer.Name)
				} else if assert.NoError(t, err, "%s to Go", direction.writer.Name) {
					assert.Equal(t, canonical(t, request.Item), canonical(t, plain), "%s to Go", direction.writer.Name)
				}
			}
		})
	}
}
