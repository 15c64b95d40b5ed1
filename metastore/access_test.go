package metastore_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/metastore"
)

// The package doc says which permissions are needed.
func TestPermissions(t *testing.T) {
	e := newEmbedded(t)
	w := &wire{next: e.db}
	client := w.client(e)
	newProvider := func() (*metastore.Store, *cmp.MostRecent) {
		store := newStore(t, client, e.table, e.protector)
		p, err := cmp.NewMostRecent(store, material, time.Minute)
		require.NoError(t, err)
		return store, p
	}
	plain, encryption := crypto.Item{"a": str("b")}, cmp.EncryptionContext{TableName: "items"}
	var sealed crypto.Item
	encrypt := func(p cmp.Provider) {
		var err error
		sealed, err = crypto.NewEncryptor(p).EncryptItem(t.Context(), plain, encryption, crypto.Actions{})
		require.NoError(t, err)
	}
	for _, step := range []struct {
		name string
		do   func(*metastore.Store, *cmp.MostRecent)
		want []string
	}{
		{"the first item makes a version", func(_ *metastore.Store, p *cmp.MostRecent) { encrypt(p) }, []string{"Query", "GetItem", "PutItem"}},
		{"writers search and read", func(_ *metastore.Store, p *cmp.MostRecent) { encrypt(p) }, []string{"Query", "GetItem"}},
		{"readers read", func(_ *metastore.Store, p *cmp.MostRecent) {
			opened, err := crypto.NewEncryptor(p).DecryptItem(t.Context(), sealed, encryption, crypto.Actions{})
			require.NoError(t, err)
			require.Equal(t, plain, opened)
		}, []string{"GetItem"}},
		{"who rotates searches and writes", func(s *metastore.Store, _ *cmp.MostRecent) {
			_, _, err := s.NewProvider(t.Context(), material)
			require.NoError(t, err)
		}, []string{"Query", "PutItem"}},
		{"who lists scans", func(*metastore.Store, *cmp.MostRecent) {
			for _, err := range metastore.List(t.Context(), client, e.table) {
				require.NoError(t, err)
			}
		}, []string{"Scan"}},
		{"who lists one material searches", func(*metastore.Store, *cmp.MostRecent) {
			for _, err := range metastore.Versions(t.Context(), client, e.table, material) {
				require.NoError(t, err)
			}
		}, []string{"Query"}},
		{"who makes the table creates and describes it", func(*metastore.Store, *cmp.MostRecent) {
			_, err := metastore.CreateTable(t.Context(), client, "another")
			require.NoError(t, err)
		}, []string{"CreateTable", "DescribeTable"}},
		{"a description is read without asking", func(s *metastore.Store, _ *cmp.MostRecent) {
			_, err := s.VersionFromDescription(material, cmp.MaterialDescription{"amzn-ddb-meta-id": "users#1"})
			require.NoError(t, err)
		}, nil},
	} {
		t.Run(step.name, func(t *testing.T) {
			store, p := newProvider()
			w.asked()
			step.do(store, p)
			assert.Equal(t, step.want, w.asked())
		})
	}
}

// strict is a DynamoDB whose reads lag behind unless they are consistent.
type strict struct {
	t *testing.T
	*dynamodb.Client
}

func (s strict) GetItem(ctx context.Context, input *dynamodb.GetItemInput, options ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	assert.True(s.t, aws.ToBool(input.ConsistentRead))
	return s.Client.GetItem(ctx, input, options...)
}

func (s strict) Query(ctx context.Context, input *dynamodb.QueryInput, options ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	assert.True(s.t, aws.ToBool(input.ConsistentRead))
	return s.Client.Query(ctx, input, options...)
}

func (s strict) Scan(ctx context.Context, input *dynamodb.ScanInput, options ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	assert.True(s.t, aws.ToBool(input.ConsistentRead))
	return s.Client.Scan(ctx, input, options...)
}

func TestReadsAreConsistent(t *testing.T) {
	e := newEmbedded(t)
	store := newStore(t, strict{t, e.client}, e.table, e.protector)
	_, _, err := store.NewProvider(t.Context(), material)
	require.NoError(t, err)
	_, err = store.GetOrCreateProvider(t.Context(), material, 0)
	require.NoError(t, err)
	for _, err := range metastore.List(t.Context(), strict{t, e.client}, e.table) {
		require.NoError(t, err)
	}
}
