package metastore_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/ddbjson"
	"github.com/ddbcrypt/ddbcrypt/metastore"
)

// answers is a DynamoDB that has one row, under every key.
type answers struct{ row crypto.Item }

func (a answers) GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return &dynamodb.GetItemOutput{Item: a.row}, nil
}

func (a answers) PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return &dynamodb.PutItemOutput{}, nil
}

func (a answers) Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return &dynamodb.QueryOutput{Items: []crypto.Item{a.row}}, nil
}

// FuzzVersion reads any row: as it is, and as somebody would store it who has the
// keys that protect the table. Each failure has one class, and what is read is the
// version that was asked for.
func FuzzVersion(f *testing.F) {
	const table = "keys"
	protector := newProtector(f)
	own, err := protector.For(contextOf(table), ownActions)
	require.NoError(f, err)
	key := make([]byte, 33)
	for _, item := range []crypto.Item{
		genuine(material, "1", key[:32], key[:32]), genuine(material, "2", key[:16], key[:32]), genuine("#", "1", key[:24], key[:31]),
		genuine(material, "1", key, key), without(genuine(material, "1", key[:32], key[:32]), "t"),
		with(genuine(material, "1", key[:32], key[:32]), crypto.Item{"t": str("1")}), with(genuine(material, "1", key[:32], key[:32]), crypto.Item{"V": num("1E400")}),
		with(genuine(material, "1", key[:32], key[:32]), crypto.Item{"N": num("1"), "V": str("1")}),
	} {
		data, err := ddbjson.Marshal(item)
		require.NoError(f, err)
		f.Add(data, int64(1))
		if sealed, err := own.EncryptItem(context.Background(), item); err == nil {
			data, err := ddbjson.Marshal(sealed)
			require.NoError(f, err)
			f.Add(data, int64(1))
		}
	}
	f.Add([]byte(`{}`), int64(-1))
	f.Fuzz(func(t *testing.T, data []byte, version int64) {
		item, err := ddbjson.Unmarshal(data)
		if err != nil {
			return
		}
		rows := []crypto.Item{item}
		if sealed, err := own.EncryptItem(t.Context(), item); err == nil {
			rows = append(rows, sealed)
		}
		for _, row := range rows {
			store, err := metastore.New(answers{row}, table, protector)
			require.NoError(t, err)
			if _, err := store.MaxVersion(t.Context(), material); err != nil {
				require.Equal(t, []error{cmp.ErrCorrupt}, classes(err))
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			p, err := store.Provider(t.Context(), material, version)
			runtime.ReadMemStats(&after)
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(8*len(data)+256<<10))
			if err != nil {
				require.Len(t, classes(err), 1, "%v", err)
				continue
			}
			number, err := store.VersionFromDescription(material, cmp.MaterialDescription{"amzn-ddb-meta-id": idOf(t, p)})
			require.NoError(t, err)
			require.Equal(t, version, number)
			requireSameKeys(t, p, p)
		}
	})
}
