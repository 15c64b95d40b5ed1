package ddbcrypt_test

import (
	"context"
	"crypto/rand"
	"maps"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
	"github.com/ddbcrypt/ddbcrypt/mapper"
	"github.com/ddbcrypt/ddbcrypt/metastore"
)

type account struct {
	_       struct{}          `ddbcrypt:"table=accounts"`
	ID      string            `dynamodbav:"id" ddbcrypt:"partition"`
	Number  int64             `dynamodbav:"number" ddbcrypt:"sort"`
	Owner   string            `dynamodbav:"owner"`
	Limits  map[string]int    `dynamodbav:"limits"`
	Labels  []string          `dynamodbav:"labels,stringset,omitempty"`
	Opened  time.Time         `dynamodbav:"opened"`
	Secrets map[string][]byte `dynamodbav:"secrets,omitempty"`
	Status  string            `dynamodbav:"status" ddbcrypt:"sign"`
	Visits  int               `dynamodbav:"visits" ddbcrypt:"none"`
	Version int64             `dynamodbav:"version" ddbcrypt:"version"`
}

func TestAccountsEndToEnd(t *testing.T) { testEndToEnd(t, memdb.New().Client()) }

// testEndToEnd goes through the life of an item under each provider, with a store
// that anybody can write to.
func testEndToEnd(t *testing.T, db *dynamodb.Client) {
	createAccounts(t, db)
	direct := kmsProvider(t)
	for _, p := range []struct {
		name     string
		provider cmp.Provider
	}{
		{"wrapped", wrappedProvider(t)},
		{"KMS", direct},
		{"most recent over a MetaStore under KMS", mostRecentProvider(t, db, direct)},
	} {
		t.Run(p.name, func(t *testing.T) { testLifeOfAccount(t, db, p.provider) })
	}
}

func testLifeOfAccount(t *testing.T, db *dynamodb.Client, provider cmp.Provider) {
	ctx := context.Background()
	accounts, err := mapper.New[account](db, crypto.NewEncryptor(provider))
	require.NoError(t, err)

	opened := time.Date(2026, 11, 23, 12, 30, 0, 123456789, time.UTC)
	saved := account{ID: "a-1", Number: 7, Owner: "Alice Liddell", Limits: map[string]int{"day": 500, "week": 2000},
		Labels: []string{"gold", "vip"}, Opened: opened, Secrets: map[string][]byte{"pin": {1, 2, 3, 4}}, Status: "open", Visits: 3}
	require.NoError(t, accounts.Save(ctx, &saved))
	require.EqualValues(t, 1, saved.Version)

	loaded, err := accounts.Load(ctx, "a-1", 7, mapper.Consistent())
	require.NoError(t, err)
	require.Equal(t, saved, loaded)

	stored := storedAccount(t, db)
	for _, name := range []string{"owner", "limits", "labels", "opened", "secrets"} {
		require.IsType(t, &types.AttributeValueMemberB{}, stored[name], name)
	}
	require.Equal(t, &types.AttributeValueMemberS{Value: "open"}, stored["status"])

	t.Run("a signed attribute that is changed is refused", func(t *testing.T) {
		tampered := maps.Clone(stored)
		tampered["status"] = &types.AttributeValueMemberS{Value: "closed"}
		putAccount(t, db, tampered)
		got, err := accounts.Load(ctx, "a-1", 7)
		require.ErrorIs(t, err, crypto.ErrSignature)
		require.Zero(t, got)
	})
	t.Run("an item that is moved to another key is refused", func(t *testing.T) {
		moved := maps.Clone(stored)
		moved["id"] = &types.AttributeValueMemberS{Value: "a-2"}
		putAccount(t, db, moved)
		_, err := accounts.Load(ctx, "a-2", 7)
		require.ErrorIs(t, err, crypto.ErrSignature)
	})
	t.Run("an item whose signature is removed is refused", func(t *testing.T) {
		bare := maps.Clone(stored)
		delete(bare, crypto.DefaultSignatureAttribute)
		putAccount(t, db, bare)
		_, err := accounts.Load(ctx, "a-1", 7)
		require.ErrorIs(t, err, crypto.ErrNotEncrypted)
	})
	t.Run("an attribute without protection may change", func(t *testing.T) {
		visited := maps.Clone(stored)
		visited["visits"] = &types.AttributeValueMemberN{Value: "4"}
		putAccount(t, db, visited)
		got, err := accounts.Load(ctx, "a-1", 7)
		require.NoError(t, err)
		require.Equal(t, 4, got.Visits)
	})
	t.Run("of two who change an item one wins", func(t *testing.T) {
		first, err := accounts.Load(ctx, "a-1", 7)
		require.NoError(t, err)
		second := first
		first.Owner, second.Owner = "Alice", "Bob"
		require.NoError(t, accounts.Save(ctx, &first))
		require.ErrorIs(t, accounts.Save(ctx, &second), mapper.ErrVersionConflict)
		require.EqualValues(t, 1, second.Version)
		require.ErrorIs(t, accounts.Delete(ctx, &second), mapper.ErrVersionConflict)
		require.NoError(t, accounts.Delete(ctx, &first))
		_, err = accounts.Load(ctx, "a-1", 7)
		require.ErrorIs(t, err, mapper.ErrNotFound)
	})
}

func wrappedProvider(t *testing.T) cmp.Provider {
	t.Helper()
	material := make([]byte, 64)
	_, err := rand.Read(material)
	require.NoError(t, err)
	wrapping, err := cmp.NewAESKey(material[:32])
	require.NoError(t, err)
	signing, err := cmp.NewHMACKey("HmacSHA256", material[32:])
	require.NoError(t, err)
	provider, err := cmp.NewWrapped(cmp.WrappedKeys{Wrapping: wrapping, Signing: signing})
	require.NoError(t, err)
	return provider
}

func kmsProvider(t *testing.T) cmp.Provider {
	t.Helper()
	kms := memkms.New()
	provider, err := cmp.NewKMS(kms.Client("eu-west-1"), kms.CreateKey("eu-west-1"))
	require.NoError(t, err)
	return provider
}

func mostRecentProvider(t *testing.T, db *dynamodb.Client, protector cmp.Provider) cmp.Provider {
	t.Helper()
	_, err := metastore.CreateTable(context.Background(), db, "account-keys")
	require.NoError(t, err)
	store, err := metastore.New(db, "account-keys", crypto.NewEncryptor(protector))
	require.NoError(t, err)
	provider, err := cmp.NewMostRecent(store, "accounts", time.Minute)
	require.NoError(t, err)
	return provider
}

func createAccounts(t *testing.T, db *dynamodb.Client) {
	t.Helper()
	_, err := db.CreateTable(context.Background(), &dynamodb.CreateTableInput{
		TableName:   aws.String("accounts"),
		BillingMode: types.BillingModePayPerRequest,
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String("number"), KeyType: types.KeyTypeRange},
		},
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("id"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("number"), AttributeType: types.ScalarAttributeTypeN},
		},
	})
	require.NoError(t, err)
}

func storedAccount(t *testing.T, db *dynamodb.Client) crypto.Item {
	t.Helper()
	out, err := db.GetItem(context.Background(), &dynamodb.GetItemInput{TableName: aws.String("accounts"), ConsistentRead: aws.Bool(true), Key: crypto.Item{
		"id": &types.AttributeValueMemberS{Value: "a-1"}, "number": &types.AttributeValueMemberN{Value: "7"},
	}})
	require.NoError(t, err)
	return out.Item
}

func putAccount(t *testing.T, db *dynamodb.Client, item crypto.Item) {
	t.Helper()
	_, err := db.PutItem(context.Background(), &dynamodb.PutItemInput{TableName: aws.String("accounts"), Item: item})
	require.NoError(t, err)
}
