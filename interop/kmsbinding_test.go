//go:build interop

package interop

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"maps"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

func testDoubleBindsTheContext(ctx context.Context, t *testing.T, parties []party) {
	double, url := startKMS(t)
	changes := maps.Clone(contextChanges)
	// moto joins names and values without a mark between them.
	changes["names and values cut elsewhere"] = func(c map[string]string, _ []byte) { delete(c, "id"); c["ida"] = "lice" }
	testContextBinding(ctx, t, parties, kmsProvider(url, homeRegion, double.CreateKey(homeRegion)), changes)
}

// contextChanges make another context of one that has a table name and the key id, or another ciphertext.
var contextChanges = map[string]func(c map[string]string, blob []byte){
	"another value":                   func(c map[string]string, _ []byte) { c["id"] = "bob" },
	"a value in another case":         func(c map[string]string, _ []byte) { c["id"] = "Alice" },
	"a name in another case":          func(c map[string]string, _ []byte) { c["ID"] = c["id"]; delete(c, "id") },
	"an entry missing":                func(c map[string]string, _ []byte) { delete(c, "*aws-kms-table*") },
	"an entry more":                   func(c map[string]string, _ []byte) { c["created"] = "1" },
	"no context":                      func(c map[string]string, _ []byte) { clear(c) },
	"two values exchanged":            func(c map[string]string, _ []byte) { c["id"], c["*aws-kms-table*"] = c["*aws-kms-table*"], c["id"] },
	"a bit of the ciphertext flipped": func(_ map[string]string, blob []byte) { blob[len(blob)-1] ^= 1 },
}

// testContextBinding wants a service to open a data key under its own context and not after these changes, and the
// clients to open an item in its own place and no other. It runs against our double and against another's.
func testContextBinding(
	ctx context.Context, t *testing.T, parties []party, provider Provider, changes map[string]func(map[string]string, []byte),
) {
	client := kms.NewFromConfig(party{name: partyGo}.as(provider).KMS.config())
	for name, change := range changes {
		t.Run("a data key does not open with "+name, func(t *testing.T) {
			context := map[string]string{"id": "alice", "*aws-kms-table*": "users"}
			generated, err := client.GenerateDataKey(ctx, &kms.GenerateDataKeyInput{
				KeyId: &provider.KeyID, NumberOfBytes: aws.Int32(32), EncryptionContext: context,
			})
			require.NoError(t, err)
			input := &kms.DecryptInput{KeyId: &provider.KeyID, CiphertextBlob: generated.CiphertextBlob, EncryptionContext: context}
			decrypted, err := client.Decrypt(ctx, input)
			require.NoError(t, err)
			require.Equal(t, generated.Plaintext, decrypted.Plaintext)

			input.EncryptionContext = maps.Clone(context)
			change(input.EncryptionContext, input.CiphertextBlob)
			_, err = client.Decrypt(ctx, input)
			var invalid *kmstypes.InvalidCiphertextException
			assert.ErrorAs(t, err, &invalid)
		})
	}
	request := itemRequest(provider, keyedItem)
	for _, writer := range parties {
		sealed, err := writer.seal(ctx, request)
		require.NoError(t, err, writer.name)
		for _, reader := range parties {
			t.Run(reader.name+" opens what "+writer.name+" sealed, in its own place", func(t *testing.T) {
				plain, err := reader.open(ctx, request, sealed)
				require.NoError(t, err)
				requireItem(t, request.Item, plain)
			})
			for name, move := range moves {
				t.Run(reader.name+" refuses what "+writer.name+" sealed, with "+name, func(t *testing.T) {
					moved, request := parse(t, sealed), request
					move(moved, &request)
					text, err := marshalItem(moved)
					require.NoError(t, err)
					_, err = reader.open(ctx, request, text)
					requireRefusal(t, reader, err, cmp.ErrSignature)
				})
			}
		}
	}
}

// moves take a sealed item to another place, or change its data key.
var moves = map[string]func(item map[string]any, request *Request){
	"another table name": func(_ map[string]any, r *Request) { other := "orders"; r.Table = &other },
	"no table name":      func(_ map[string]any, r *Request) { r.Table = nil },
	"another partition key": func(item map[string]any, _ *Request) {
		item["id"] = map[string]any{"S": "bob"}
	},
	"a sort key that is near": func(item map[string]any, _ *Request) {
		item["created"] = map[string]any{"N": "17.0000000000000000000001"}
	},
	"a sort key of another type": func(item map[string]any, _ *Request) {
		item["created"] = map[string]any{"S": "17"}
	},
	"its keys exchanged":      func(_ map[string]any, r *Request) { r.PartitionKey, r.SortKey = "created", "" },
	"a key attribute removed": func(item map[string]any, _ *Request) { delete(item, "created") },
	"another content key size": func(item map[string]any, _ *Request) {
		redescribe(item, func(d cmp.MaterialDescription) { d[contentAlgorithm] = "AES/128" })
	},
	"a bit of its data key flipped": func(item map[string]any, _ *Request) {
		redescribe(item, func(d cmp.MaterialDescription) {
			blob, _ := base64.StdEncoding.DecodeString(d[contentKey])
			blob[len(blob)-1] ^= 1
			d[contentKey] = base64.StdEncoding.EncodeToString(blob)
		})
	},
}

const contentKey = "amzn-ddb-env-key"

// redescribe changes the material description of a sealed item.
func redescribe(item map[string]any, change func(d cmp.MaterialDescription)) {
	o := opening{item: item}
	raw, _ := o.binary(o.description())
	description, err := cmp.ParseMaterialDescription(raw)
	if err != nil {
		return
	}
	change(description)
	if raw, err = description.Serialize(); err == nil {
		o.setBinary(o.description(), raw)
	}
}

// described returns the material description of a sealed item.
func described(t *testing.T, sealed json.RawMessage) cmp.MaterialDescription {
	t.Helper()
	o := opening{item: parse(t, sealed)}
	raw, ok := o.binary(o.description())
	require.True(t, ok)
	description, err := cmp.ParseMaterialDescription(raw)
	require.NoError(t, err)
	return description
}

// requireRefusal wants the client's own refusal, and from us one of this class.
func requireRefusal(t *testing.T, p party, err, class error) {
	t.Helper()
	if p.name == partyGo {
		require.ErrorIs(t, err, class)
		return
	}
	var refused *PeerError
	require.ErrorAs(t, err, &refused)
}
