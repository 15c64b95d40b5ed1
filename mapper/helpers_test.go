package mapper_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// user is the struct of the package documentation.
type user struct {
	_       struct{} `ddbcrypt:"table=users"`
	ID      string   `dynamodbav:"id" ddbcrypt:"partition"`
	Created int64    `dynamodbav:"created" ddbcrypt:"sort"`
	Email   string   `dynamodbav:"email"`
	Plan    string   `dynamodbav:"plan" ddbcrypt:"sign"`
	Views   int      `dynamodbav:"views" ddbcrypt:"none"`
	Version int64    `dynamodbav:"version" ddbcrypt:"version"`
}

func alice() user {
	return user{ID: "alice", Created: 1700000000, Email: "alice@example.com", Plan: "gold", Views: 7}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// newEncryptor returns an encryptor with the same keys for the same fill.
func newEncryptor(fill byte, options ...crypto.Option) *crypto.Encryptor {
	return crypto.NewEncryptor(newProvider(fill), options...)
}

func newProvider(fill byte) cmp.Provider {
	return must(cmp.NewStatic(cmp.StaticKeys{
		Encryption: must(cmp.NewAESKey(bytes.Repeat([]byte{fill}, 32))),
		Signing:    must(cmp.NewHMACKey("HmacSHA256", bytes.Repeat([]byte{fill ^ 0xFF}, 32))),
	}))
}

// newDB returns a store with a table whose keys are given as name and type, such
// as "id", "S".
func newDB(t testing.TB, table string, keys ...string) *memdb.DB {
	t.Helper()
	db := memdb.New()
	addTable(t, db, table, keys...)
	return db
}

func addTable(t testing.TB, db *memdb.DB, table string, keys ...string) {
	t.Helper()
	input := &dynamodb.CreateTableInput{TableName: &table, BillingMode: types.BillingModePayPerRequest}
	for i := 0; i < len(keys); i += 2 {
		input.AttributeDefinitions = append(input.AttributeDefinitions, types.AttributeDefinition{
			AttributeName: &keys[i], AttributeType: types.ScalarAttributeType(keys[i+1]),
		})
		keyType := types.KeyTypeHash
		if i > 0 {
			keyType = types.KeyTypeRange
		}
		input.KeySchema = append(input.KeySchema, types.KeySchemaElement{AttributeName: &keys[i], KeyType: keyType})
	}
	_, err := db.Client().CreateTable(t.Context(), input)
	require.NoError(t, err)
}

func newUsers(t testing.TB) (*memdb.DB, *mapper.Mapper[user]) {
	t.Helper()
	db := newDB(t, "users", "id", "S", "created", "N")
	return db, newMapper[user](t, db.Client())
}

func newMapper[T any](t testing.TB, db mapper.DynamoDB, options ...mapper.Option) *mapper.Mapper[T] {
	t.Helper()
	m, err := mapper.New[T](db, newEncryptor(1), options...)
	require.NoError(t, err)
	return m
}

// theItem returns the only item of a table as it is stored.
func theItem(t testing.TB, db *memdb.DB, table string) crypto.Item {
	t.Helper()
	items := db.Items(table)
	require.Len(t, items, 1)
	return items[0]
}

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
func num(s string) types.AttributeValue { return &types.AttributeValueMemberN{Value: s} }
func bin(b ...byte) types.AttributeValue {
	return &types.AttributeValueMemberB{Value: b}
}

// with returns a copy of item in which one attribute is set, or removed if value
// is nil.
func with(item crypto.Item, name string, value types.AttributeValue) crypto.Item {
	changed := maps.Clone(item)
	if value == nil {
		delete(changed, name)
	} else {
		changed[name] = value
	}
	return changed
}

var failureClasses = []error{
	crypto.ErrNotEncrypted, crypto.ErrSignature, crypto.ErrDescription, crypto.ErrAlgorithm,
	crypto.ErrKeyUnavailable, crypto.ErrConfig, crypto.ErrCorrupt,
}

// requireClass wants an Error of the operation with one failure class.
func requireClass(t testing.TB, err error, op string, class error) {
	t.Helper()
	var e *mapper.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, op, e.Op)
	var found []error
	for _, c := range failureClasses {
		if errors.Is(err, c) {
			found = append(found, c)
		}
	}
	require.Equal(t, []error{class}, found, "failure classes of %v", err)
}

// recorder is a client that keeps requests.
type recorder struct {
	mapper.DynamoDB
	puts    []*dynamodb.PutItemInput
	gets    []*dynamodb.GetItemInput
	deletes []*dynamodb.DeleteItemInput
	options [][]func(*dynamodb.Options)
}

func (r *recorder) PutItem(ctx context.Context, in *dynamodb.PutItemInput, o ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	r.puts, r.options = append(r.puts, in), append(r.options, o)
	return r.DynamoDB.PutItem(ctx, in, o...)
}

func (r *recorder) GetItem(ctx context.Context, in *dynamodb.GetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	r.gets, r.options = append(r.gets, in), append(r.options, o)
	return r.DynamoDB.GetItem(ctx, in, o...)
}

func (r *recorder) DeleteItem(ctx context.Context, in *dynamodb.DeleteItemInput, o ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	r.deletes, r.options = append(r.deletes, in), append(r.options, o)
	return r.DynamoDB.DeleteItem(ctx, in, o...)
}

func (r *recorder) requests() int { return len(r.puts) + len(r.gets) + len(r.deletes) }

// failing is a client whose every operation returns nothing but an error.
type failing struct{ err error }

// silent is a client that does nothing, as mocks do.
var silent failing

func (f failing) PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return nil, f.err
}

func (f failing) GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return nil, f.err
}

func (f failing) DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	return nil, f.err
}

// answering is a client that returns one item for every key.
type answering struct {
	failing
	item crypto.Item
}

func (a answering) GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return &dynamodb.GetItemOutput{Item: a.item}, nil
}

// broken is a transport that fails.
type broken struct{ err error }

func (b broken) Do(*http.Request) (*http.Response, error) { return nil, b.err }

// throughTransport makes client options that send requests there, without
// retries.
func throughTransport(transport dynamodb.HTTPClient) func(*dynamodb.Options) {
	return func(o *dynamodb.Options) {
		o.HTTPClient = transport
		o.Retryer = aws.NopRetryer{}
	}
}

// keyless is a provider that has no keys.
type keyless struct{ err error }

func (k keyless) EncryptionMaterials(context.Context, cmp.EncryptionRequest) (*cmp.EncryptionMaterials, error) {
	return nil, k.err
}

func (k keyless) DecryptionMaterials(context.Context, cmp.DecryptionRequest) (*cmp.DecryptionMaterials, error) {
	return nil, k.err
}

func names(item crypto.Item) []string { return slices.Sorted(maps.Keys(item)) }
