package sequence

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// CheckStored checks what is stored in the encrypted table: that each item is signed, holds nothing of encrypted
// attributes in plaintext, and decrypts to what the plain table has under its key. It does not use the encrypting client.
// It returns the plain items.
func (p *Pair) CheckStored(t *testing.T, encryptor crypto.ItemEncryptor) []crypto.Item {
	t.Helper()
	ctx := t.Context()
	table, err := encryptor.For(cmp.EncryptionContext{TableName: p.EncryptedTable.Name, PartitionKey: partitionKey, SortKey: sortKey}, p.signingKeys(t))
	require.NoError(t, err)
	plain, stored := readAll(ctx, t, p.Plain, p.PlainTable), readAll(ctx, t, p.Plain, p.EncryptedTable)
	require.NotEmpty(t, plain)
	require.Len(t, stored, len(plain))
	for i, item := range stored {
		where := fmt.Sprintf("item %s", keyText(item))
		require.Contains(t, item, crypto.DefaultSignatureAttribute, where)
		for name, v := range plain[i] {
			if p.Actions.Action(name) == crypto.EncryptAndSign && name != partitionKey && name != sortKey {
				ciphertext, ok := item[name].(*types.AttributeValueMemberB)
				require.True(t, ok, "%s: %s is not stored encrypted", where, name)
				require.False(t, bytes.Contains(ciphertext.Value, []byte(Secret)), "%s: %s", where, name)
				require.NotEqual(t, v, item[name], "%s: %s", where, name)
			}
		}
		opened, err := table.DecryptItem(ctx, item)
		require.NoError(t, err, where)
		assert.Equal(t, plain[i], normal(opened), where)
	}
	return plain
}

func (p *Pair) signingKeys(t *testing.T) crypto.Actions {
	actions, err := p.Actions.WithIndexKeys(partitionKey, sortKey)
	require.NoError(t, err)
	return actions
}

// readAll returns all items of a table as they are stored, in normal form and sorted by key.
func readAll(ctx context.Context, t *testing.T, db *dynamodb.Client, table Table) []crypto.Item {
	t.Helper()
	var items []crypto.Item
	pages := dynamodb.NewScanPaginator(db, &dynamodb.ScanInput{TableName: &table.Name, ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		require.NoError(t, err)
		items = append(items, normalItems(out.Items)...)
	}
	return sortedByKey(items)
}
