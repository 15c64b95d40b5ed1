package metastore_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/metastore"
)

const material = "users"

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
func num(s string) types.AttributeValue { return &types.AttributeValueMemberN{Value: s} }
func bin(b []byte) types.AttributeValue { return &types.AttributeValueMemberB{Value: b} }

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

// newProtector returns an encryptor with keys of its own.
func newProtector(t testing.TB, options ...crypto.Option) *crypto.Encryptor {
	t.Helper()
	wrapping, err := cmp.NewAESKey(random(32))
	require.NoError(t, err)
	signing, err := cmp.NewHMACKey("HmacSHA256", random(32))
	require.NoError(t, err)
	provider, err := cmp.NewWrapped(cmp.WrappedKeys{Wrapping: wrapping, Signing: signing})
	require.NoError(t, err)
	return crypto.NewEncryptor(provider, options...)
}

// newTable makes the table of a store under a name that nobody has.
func newTable(t testing.TB, client *dynamodb.Client) string {
	t.Helper()
	table := fmt.Sprintf("keys-%x", random(8))
	created, err := metastore.CreateTable(t.Context(), client, table)
	require.NoError(t, err)
	require.True(t, created)
	t.Cleanup(func() {
		_, err := client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &table})
		require.NoError(t, err)
	})
	return table
}

func newStore(t testing.TB, api metastore.API, table string, protector crypto.ItemEncryptor, options ...metastore.Option) *metastore.Store {
	t.Helper()
	store, err := metastore.New(api, table, protector, options...)
	require.NoError(t, err)
	return store
}

// embedded is a store over the embedded DynamoDB, for tests that look behind it.
type embedded struct {
	db        *memdb.DB
	client    *dynamodb.Client
	table     string
	protector *crypto.Encryptor
	*metastore.Store
}

func newEmbedded(t testing.TB, options ...metastore.Option) *embedded {
	t.Helper()
	db := memdb.New()
	client := db.Client()
	table, protector := newTable(t, client), newProtector(t)
	return &embedded{db, client, table, protector, newStore(t, client, table, protector, options...)}
}

var ownActions = crypto.Actions{Overrides: map[string]crypto.Action{"N": crypto.SignOnly, "V": crypto.SignOnly}}

func contextOf(table string) cmp.EncryptionContext {
	return cmp.EncryptionContext{TableName: table, PartitionKey: "N", SortKey: "V"}
}

// row returns a version as it is stored.
func (e *embedded) row(t testing.TB, name string, version int64) crypto.Item {
	t.Helper()
	output, err := e.client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &e.table, Key: crypto.Item{"N": str(name), "V": num(fmt.Sprint(version))}})
	require.NoError(t, err)
	require.NotEmpty(t, output.Item)
	return output.Item
}

// opened returns a version decrypted.
func (e *embedded) opened(t testing.TB, name string, version int64) crypto.Item {
	t.Helper()
	plain, err := e.protector.DecryptItem(t.Context(), e.row(t, name, version), contextOf(e.table), ownActions)
	require.NoError(t, err)
	return plain
}

// forge stores a version as somebody can who has the store's own keys.
func (e *embedded) forge(t testing.TB, plain crypto.Item) {
	t.Helper()
	sealed, err := e.protector.EncryptItem(t.Context(), plain, contextOf(e.table), ownActions)
	require.NoError(t, err)
	require.NoError(t, e.db.Replace(e.table, sealed))
}

// genuine is a version that every client can read.
func genuine(name, version string, enc, mac []byte) crypto.Item {
	return crypto.Item{
		"N": str(name), "V": num(version), "t": str("0"), "encAlg": str("AES"), "enc": bin(enc), "intAlg": str("HmacSHA256"), "int": bin(mac),
	}
}

func with(item crypto.Item, changes crypto.Item) crypto.Item {
	changed := maps.Clone(item)
	maps.Copy(changed, changes)
	return changed
}

func without(item crypto.Item, name string) crypto.Item {
	changed := maps.Clone(item)
	delete(changed, name)
	return changed
}

// transfer seals an item with one provider and opens it with another.
func transfer(t testing.TB, from, to cmp.Provider) error {
	t.Helper()
	encryption := cmp.EncryptionContext{TableName: "items", PartitionKey: "id"}
	actions := crypto.Actions{Overrides: map[string]crypto.Action{"id": crypto.SignOnly}}
	plain := crypto.Item{"id": str("1"), "secret": str("text")}
	sealed, err := crypto.NewEncryptor(from).EncryptItem(t.Context(), plain, encryption, actions)
	require.NoError(t, err)
	opened, err := crypto.NewEncryptor(to).DecryptItem(t.Context(), sealed, encryption, actions)
	if err == nil {
		require.Equal(t, plain, opened)
	}
	return err
}

func requireSameKeys(t testing.TB, a, b cmp.Provider) {
	t.Helper()
	require.NoError(t, transfer(t, a, b))
	require.NoError(t, transfer(t, b, a))
}

func requireOtherKeys(t testing.TB, a, b cmp.Provider) {
	t.Helper()
	require.ErrorIs(t, transfer(t, a, b), cmp.ErrSignature)
}

// idOf returns what a provider writes as amzn-ddb-meta-id.
func idOf(t testing.TB, p cmp.Provider) string {
	t.Helper()
	materials, err := p.EncryptionMaterials(t.Context(), cmp.EncryptionRequest{})
	require.NoError(t, err)
	return materials.Description["amzn-ddb-meta-id"]
}

var failureClasses = []error{
	cmp.ErrNotEncrypted, cmp.ErrSignature, cmp.ErrDescription, cmp.ErrAlgorithm, cmp.ErrKeyUnavailable, cmp.ErrConfig, cmp.ErrCorrupt,
}

// classes returns all failure classes that err wraps.
func classes(err error) []error {
	var found []error
	for _, class := range failureClasses {
		if errors.Is(err, class) {
			found = append(found, class)
		}
	}
	return found
}

func requireClass(t testing.TB, want, err error) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, []error{want}, classes(err), "%v", err)
}

// requireError wants an Error of one class that names the material.
func requireError(t testing.TB, class error, op, table, name string, version int64, err error) {
	t.Helper()
	requireClass(t, class, err)
	var e *metastore.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, metastore.Error{Op: op, Table: table, MaterialName: name, Version: version}, metastore.Error{Op: e.Op, Table: e.Table, MaterialName: e.MaterialName, Version: e.Version})
	require.Contains(t, err.Error(), fmt.Sprintf("%q", table))
	require.Contains(t, err.Error(), fmt.Sprintf("%q", name))
}
