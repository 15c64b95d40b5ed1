package client_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

// suite is what is true of both forms of the client, over the embedded store and
// over DynamoDB Local. Each file of the suite adds its part.
var suite = map[string]func(t *testing.T, w *world){}

func TestOperations(t *testing.T) { runSuite(t, memdb.New().Client()) }

func runSuite(t *testing.T, store *dynamodb.Client) {
	require.NotEmpty(t, suite)
	for name, test := range suite {
		t.Run(name, func(t *testing.T) {
			for form, open := range forms {
				t.Run(form, func(t *testing.T) { test(t, newWorld(t, store, open)) })
			}
		})
	}
}

// api is what tests call: both forms have it.
type api interface {
	client.API
	dynamodb.DescribeTableAPIClient
	CreateTable(context.Context, *dynamodb.CreateTableInput, ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error)
	UpdateTable(context.Context, *dynamodb.UpdateTableInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateTableOutput, error)
	DeleteTable(context.Context, *dynamodb.DeleteTableInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteTableOutput, error)
	ListTables(context.Context, *dynamodb.ListTablesInput, ...func(*dynamodb.Options)) (*dynamodb.ListTablesOutput, error)
	ExecuteStatement(context.Context, *dynamodb.ExecuteStatementInput, ...func(*dynamodb.Options)) (*dynamodb.ExecuteStatementOutput, error)
	BatchExecuteStatement(context.Context, *dynamodb.BatchExecuteStatementInput, ...func(*dynamodb.Options)) (*dynamodb.BatchExecuteStatementOutput, error)
	ExecuteTransaction(context.Context, *dynamodb.ExecuteTransactionInput, ...func(*dynamodb.Options)) (*dynamodb.ExecuteTransactionOutput, error)
	SearchVectors(context.Context, *dynamodb.SearchVectorsInput, ...func(*dynamodb.Options)) (*dynamodb.SearchVectorsOutput, error)
	StartBulkPutItems(context.Context, *dynamodb.StartBulkPutItemsInput, ...func(*dynamodb.Options)) (*dynamodb.StartBulkPutItemsOutput, error)
	ImportTable(context.Context, *dynamodb.ImportTableInput, ...func(*dynamodb.Options)) (*dynamodb.ImportTableOutput, error)
	ExportTableToPointInTime(context.Context, *dynamodb.ExportTableToPointInTimeInput, ...func(*dynamodb.Options)) (*dynamodb.ExportTableToPointInTimeOutput, error)
	UpdateTimeToLive(context.Context, *dynamodb.UpdateTimeToLiveInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateTimeToLiveOutput, error)
}

type opener func(options dynamodb.Options, encryptor crypto.ItemEncryptor, list ...client.Option) api

// forms are the two ways to get an encrypting client.
var forms = map[string]opener{
	"wrapper": func(options dynamodb.Options, encryptor crypto.ItemEncryptor, list ...client.Option) api {
		return client.New(dynamodb.New(options), encryptor, list...)
	},
	"middleware": func(options dynamodb.Options, encryptor crypto.ItemEncryptor, list ...client.Option) api {
		return dynamodb.New(options, client.WithEncryption(encryptor, list...))
	},
}

// world is a store with what a test needs around it.
type world struct {
	// plain is a client without encryption, whose requests are not recorded.
	plain *dynamodb.Client
	// tap is what the encrypting clients send their requests through.
	tap *wiretap.Tap
	// provider counts what the encrypting clients ask for.
	provider *countingProvider
	// table is the name of a table of its own, as newTable makes it.
	table string

	options dynamodb.Options
	form    opener
}

func newWorld(t *testing.T, store *dynamodb.Client, form opener) *world {
	w := &world{plain: store, options: store.Options(), form: form, provider: newProvider(t)}
	w.tap = wiretap.New(w.options.HTTPClient)
	w.options.HTTPClient = w.tap
	w.options.Retryer = aws.NopRetryer{}
	w.table = w.newTable(t)
	return w
}

// open returns an encrypting client.
func (w *world) open(list ...client.Option) api {
	return w.form(w.options, crypto.NewEncryptor(w.provider), list...)
}

// users opens a client for w.table with the actions of [users].
func (w *world) users(list ...client.Option) api {
	return w.open(append([]client.Option{client.Tables(w.declared())}, list...)...)
}

// declared is w.table as it is declared.
func (w *world) declared() client.Table { return users(w.table) }

// users declares a table that newTable made: email and address are encrypted, plan
// and level are signed, views is neither.
func users(name string) client.Table {
	return client.Table{
		Name: name, PartitionKey: "id", SortKey: "created",
		Indexes: []client.Index{
			{Name: "all", Keys: []string{"plan", "created"}},
			{Name: "keys", Keys: []string{"plan", "created"}, Projection: types.ProjectionTypeKeysOnly},
			{Name: "local", Keys: []string{"id", "level"}, Local: true, Projection: types.ProjectionTypeKeysOnly},
		},
		Actions: crypto.Actions{Overrides: map[string]crypto.Action{"plan": crypto.SignOnly, "level": crypto.SignOnly, "views": crypto.DoNothing}},
	}
}

var tableNumber atomic.Int64

// newTable creates a table with partition key id (S), sort key created (N), global
// indexes "all" and "keys" by plan and created, and the local index "local" by level
// (N).
func (w *world) newTable(t *testing.T) string {
	name := fmt.Sprintf("users-%d", tableNumber.Add(1))
	attribute := func(name string, kind types.ScalarAttributeType) types.AttributeDefinition {
		return types.AttributeDefinition{AttributeName: &name, AttributeType: kind}
	}
	keys := func(partition, sort string) []types.KeySchemaElement {
		return []types.KeySchemaElement{{AttributeName: &partition, KeyType: types.KeyTypeHash}, {AttributeName: &sort, KeyType: types.KeyTypeRange}}
	}
	_, err := w.plain.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: &name, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{attribute("id", "S"), attribute("created", "N"), attribute("plan", "S"), attribute("level", "N")},
		KeySchema:            keys("id", "created"),
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{
			{IndexName: aws.String("all"), KeySchema: keys("plan", "created"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll}},
			{IndexName: aws.String("keys"), KeySchema: keys("plan", "created"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly}},
		},
		LocalSecondaryIndexes: []types.LocalSecondaryIndex{
			{IndexName: aws.String("local"), KeySchema: keys("id", "level"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly}},
		},
	})
	require.NoError(t, err)
	return name
}

// arn is a name as an ARN.
func arn(table string) string { return "arn:aws:dynamodb:us-east-1:000000000000:table/" + table }

// user is an item with every kind of action.
func user(id string, created int) crypto.Item {
	return crypto.Item{
		"id": str(id), "created": num(created), "email": str(id + "@example.com"), "plan": str("free"), "level": num(1), "views": num(0),
		"address": &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"city": str("Delft"), "tags": &types.AttributeValueMemberL{Value: []types.AttributeValue{str("home")}}}},
	}
}

// key is the key of a user.
func key(id string, created int) crypto.Item {
	return crypto.Item{"id": str(id), "created": num(created)}
}

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
func num(n int) types.AttributeValue    { return &types.AttributeValueMemberN{Value: fmt.Sprint(n)} }

// put stores an item through db.
func (w *world) put(t *testing.T, db api, items ...crypto.Item) {
	t.Helper()
	for _, item := range items {
		_, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &w.table, Item: item})
		require.NoError(t, err)
	}
}

// stored returns an item of w.table as it is stored; nil if there is none.
func (w *world) stored(t *testing.T, key crypto.Item) crypto.Item {
	t.Helper()
	out, err := w.plain.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &w.table, Key: key, ConsistentRead: aws.Bool(true)})
	require.NoError(t, err)
	return out.Item
}

// plant stores an item as it is.
func (w *world) plant(t *testing.T, item crypto.Item) {
	t.Helper()
	_, err := w.plain.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &w.table, Item: item})
	require.NoError(t, err)
}

// tamper changes the signed attribute plan of a stored item.
func (w *world) tamper(t *testing.T, key crypto.Item) {
	t.Helper()
	_, err := w.plain.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: &w.table, Key: key,
		UpdateExpression: aws.String("SET #p = :p"), ExpressionAttributeNames: map[string]string{"#p": "plan"},
		ExpressionAttributeValues: crypto.Item{":p": str("gold")}})
	require.NoError(t, err)
}

// requireProtected checks that an item is stored encrypted and signed.
func requireProtected(t *testing.T, stored crypto.Item) {
	t.Helper()
	require.Contains(t, stored, crypto.DefaultSignatureAttribute)
	require.Contains(t, stored, crypto.DefaultDescriptionAttribute)
	for _, name := range []string{"email", "address"} {
		require.IsType(t, &types.AttributeValueMemberB{}, stored[name], name)
	}
}

// requireRefused checks that a request was refused by this parameter, about this
// attribute, and that nothing was sent and no key asked for. It starts to count
// anew.
func (w *world) requireRefused(t *testing.T, err error, op, parameter, attribute string) *client.RefusedError {
	t.Helper()
	require.Error(t, err)
	require.ErrorIs(t, err, crypto.ErrConfig)
	var refused *client.RefusedError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, op, refused.Op)
	require.Equal(t, parameter, refused.Parameter)
	require.Equal(t, attribute, refused.Attribute)
	require.NotEmpty(t, refused.Reason)
	require.NotEmpty(t, refused.Advice)
	require.Empty(t, w.tap.Operations(), "no request may be sent")
	require.Zero(t, w.provider.calls.Swap(0), "no key may be asked for")
	return refused
}

// reset forgets what was sent and asked for so far.
func (w *world) reset() {
	w.tap.Reset()
	w.provider.calls.Store(0)
}

// requireNoPlaintext checks that these texts were never sent.
func (w *world) requireNoPlaintext(t *testing.T, secrets ...string) {
	t.Helper()
	for _, request := range w.tap.Requests() {
		for _, secret := range secrets {
			require.False(t, bytes.Contains(request.Body, []byte(secret)), "%s sent %q", request.Operation, secret)
		}
	}
}

// countingProvider counts the requests for materials.
type countingProvider struct {
	cmp.Provider
	calls atomic.Int64
}

func (p *countingProvider) EncryptionMaterials(ctx context.Context, r cmp.EncryptionRequest) (*cmp.EncryptionMaterials, error) {
	p.calls.Add(1)
	return p.Provider.EncryptionMaterials(ctx, r)
}

func (p *countingProvider) DecryptionMaterials(ctx context.Context, r cmp.DecryptionRequest) (*cmp.DecryptionMaterials, error) {
	p.calls.Add(1)
	return p.Provider.DecryptionMaterials(ctx, r)
}

func newProvider(t testing.TB) *countingProvider {
	wrapping, err := cmp.NewAESKey(bytes.Repeat([]byte{1}, 32))
	require.NoError(t, err)
	signing, err := cmp.NewHMACKey("HmacSHA256", bytes.Repeat([]byte{2}, 32))
	require.NoError(t, err)
	provider, err := cmp.NewWrapped(cmp.WrappedKeys{Wrapping: wrapping, Signing: signing})
	require.NoError(t, err)
	return &countingProvider{Provider: provider}
}

// requireNoValues checks that an error tells none of the values of an item.
func requireNoValues(t *testing.T, err error, values ...string) {
	t.Helper()
	for _, value := range values {
		require.False(t, strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), value), "the error tells %q: %v", value, err)
	}
}
