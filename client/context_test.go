package client_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
)

// deafProvider works on for a context that has ended, as local keys do, and ends
// the context at its first call.
type deafProvider struct {
	cmp.Provider
	end context.CancelFunc
}

func (p *deafProvider) EncryptionMaterials(ctx context.Context, r cmp.EncryptionRequest) (*cmp.EncryptionMaterials, error) {
	p.end()
	return p.Provider.EncryptionMaterials(context.WithoutCancel(ctx), r)
}

func (p *deafProvider) DecryptionMaterials(ctx context.Context, r cmp.DecryptionRequest) (*cmp.DecryptionMaterials, error) {
	p.end()
	return p.Provider.DecryptionMaterials(context.WithoutCancel(ctx), r)
}

// deafAPI sends requests whose context has ended, and notes them.
type deafAPI struct {
	client.API
	sent []any
}

func (a *deafAPI) BatchWriteItem(_ context.Context, in *dynamodb.BatchWriteItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	a.sent = append(a.sent, in)
	return &dynamodb.BatchWriteItemOutput{}, nil
}

func (a *deafAPI) TransactWriteItems(_ context.Context, in *dynamodb.TransactWriteItemsInput, _ ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	a.sent = append(a.sent, in)
	return &dynamodb.TransactWriteItemsOutput{}, nil
}

func TestABatchOfWhichNotEveryItemIsEncryptedIsNotSent(t *testing.T) {
	for _, limit := range []int{1, 2, 16} {
		w := newWorld(t, memdb.New().Client(), forms["wrapper"])
		for operation, write := range slowWrites(w, 25) {
			ctx, end := context.WithCancel(t.Context())
			keys := &deafProvider{newProvider(t), end}
			sent := &deafAPI{}
			db := client.New(sent, crypto.NewEncryptor(keys), client.Tables(w.declared()), client.WithConcurrency(limit))
			err := write(ctx, db)
			assert.ErrorIs(t, err, context.Canceled, "%s, %d at once", operation, limit)
			assert.Empty(t, sent.sent, "%s, %d at once", operation, limit)
		}
	}
}

func TestAPageOfWhichNotEveryItemIsDecryptedIsAnError(t *testing.T) {
	for form, open := range forms {
		for _, limit := range []int{1, 2, 16} {
			for name, option := range map[string]client.Option{"": nil, ", bad items collected": client.CollectBadItems()} {
				w := newWorld(t, memdb.New().Client(), open)
				w.crowd(t, 40)
				for operation, read := range slowReads(w, 40) {
					ctx, end := context.WithCancel(t.Context())
					w.provider = &countingProvider{Provider: &deafProvider{newProvider(t), end}}
					items, err := read(ctx, w.users(client.WithConcurrency(limit), option))
					require.ErrorIs(t, err, context.Canceled, "%s by %s, %d at once%s: %d items", operation, form, limit, name, len(items))
				}
			}
		}
	}
}
