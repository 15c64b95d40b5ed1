// Package conformance holds the tests that every DynamoDB the project is
// tested with has to pass: the embedded store and DynamoDB Local alike. They
// are what the project relies on in the service.
package conformance

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Run runs the suite as subtests of t against the service that client talks
// to. It creates tables with random names and deletes them at the end, so that
// the service may hold other tables.
func Run(t *testing.T, client *dynamodb.Client) {
	for _, group := range []struct {
		name string
		run  func(t *testing.T, client *dynamodb.Client)
	}{
		{"tables", testTables},
		{"table definitions", testDefinitions},
		{"items", testItems},
		{"conditional writes", testConditionalWrites},
		{"values", testValues},
		{"keys", testKeys},
		{"sizes", testSizes},
		{"conditions", testConditions},
		{"placeholders", testPlaceholders},
		{"projections", testProjections},
		{"query", testQuery},
		{"key conditions", testKeyConditions},
		{"key order", testKeyOrder},
		{"secondary indexes", testIndexes},
		{"multi-attribute index keys", testMultiAttributeKeys},
		{"index keys of eight attributes", testLargestIndexKey},
		{"scan", testScan},
		{"pages", testPages},
		{"batches", testBatches},
		{"tables by ARN in batches", testBatchesByARN},
		{"transactional writes", testTransactWrites},
		{"cancelled transactions", testTransactCancellations},
		{"transaction tokens", testTransactTokens},
		{"transactional reads", testTransactGets},
		{"consumed capacity of transactions", testTransactCapacity},
		{"table updates", testTableUpdates},
		{"time to live", testTimeToLive},
		{"selections", testSelect},
		{"updates", testUpdates},
		{"update expressions", testUpdateExpressions},
		{"consumed capacity", testCapacity},
	} {
		t.Run(group.name, func(t *testing.T) { group.run(t, client) })
	}
}

// Short forms of what the tests write all the time.
type (
	item  = map[string]types.AttributeValue
	value = types.AttributeValue
)

func str(s string) value          { return &types.AttributeValueMemberS{Value: s} }
func num(n string) value          { return &types.AttributeValueMemberN{Value: n} }
func bin(b ...byte) value         { return &types.AttributeValueMemberB{Value: append([]byte{}, b...)} }
func strs(s ...string) value      { return &types.AttributeValueMemberSS{Value: s} }
func nums(n ...string) value      { return &types.AttributeValueMemberNS{Value: n} }
func bins(b ...[]byte) value      { return &types.AttributeValueMemberBS{Value: b} }
func boolean(b bool) value        { return &types.AttributeValueMemberBOOL{Value: b} }
func null() value                 { return &types.AttributeValueMemberNULL{Value: true} }
func list(v ...value) value       { return &types.AttributeValueMemberL{Value: append([]value{}, v...)} }
func dict(m item) value           { return &types.AttributeValueMemberM{Value: m} }
func with(base, more item) item   { out := maps.Clone(base); maps.Copy(out, more); return out }
func name(v string) *string       { return aws.String(v) }
func key(pk string) item          { return item{"pk": str(pk)} }
func keyed(pk string, n int) item { return item{"pk": str(pk), "sk": num(strconv.Itoa(n))} }

func dropTable(t *testing.T, client *dynamodb.Client, table *string) {
	// The test's own context has ended when its cleanup runs.
	_, err := client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: table})
	assert.NoError(t, err)
}

// codeOf returns the error code of a failed call, or "" for no error.
func codeOf(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return e.ErrorCode()
	}
	return err.Error()
}

const (
	invalid         = "ValidationException"
	conditionFailed = "ConditionalCheckFailedException"
	notFound        = "ResourceNotFoundException"
	inUse           = "ResourceInUseException"
)

func requireCode(t *testing.T, want string, err error) {
	t.Helper()
	require.Equal(t, want, codeOf(err), "error: %v", err)
}

func assertCode(t *testing.T, want string, err error) {
	t.Helper()
	assert.Equal(t, want, codeOf(err), "error: %v", err)
}

// randomName returns a table name that nothing else uses.
func randomName() string { return "conformance-" + rand.Text() }

// definition builds the definition of an on-demand table from names and types
// of its key attributes ("pk", "S", "sk", "N").
func definition(attributes ...string) *dynamodb.CreateTableInput {
	in := &dynamodb.CreateTableInput{TableName: name(randomName()), BillingMode: types.BillingModePayPerRequest}
	kinds := []types.KeyType{types.KeyTypeHash, types.KeyTypeRange}
	for i := 0; i < len(attributes); i += 2 {
		in.KeySchema = append(in.KeySchema, keyPart(attributes[i], kinds[i/2]))
		define(in, attributes[i], attributes[i+1])
	}
	return in
}

func define(in *dynamodb.CreateTableInput, attribute, kind string) {
	in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{
		AttributeName: name(attribute), AttributeType: types.ScalarAttributeType(kind),
	})
}

func keyPart(attribute string, kind types.KeyType) types.KeySchemaElement {
	return types.KeySchemaElement{AttributeName: name(attribute), KeyType: kind}
}

func hashPart(attribute string) types.KeySchemaElement {
	return keyPart(attribute, types.KeyTypeHash)
}

func sortPart(attribute string) types.KeySchemaElement {
	return keyPart(attribute, types.KeyTypeRange)
}

// create creates a table, deletes it when the test ends and returns its name.
func create(t *testing.T, client *dynamodb.Client, in *dynamodb.CreateTableInput) *string {
	t.Helper()
	_, err := client.CreateTable(t.Context(), in)
	require.NoError(t, err)
	t.Cleanup(func() { dropTable(t, client, in.TableName) })
	return in.TableName
}

func put(t *testing.T, client *dynamodb.Client, table *string, items ...item) {
	t.Helper()
	for _, it := range items {
		_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: it})
		require.NoError(t, err)
	}
}

func get(t *testing.T, client *dynamodb.Client, table *string, key item) item {
	t.Helper()
	out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: key, ConsistentRead: aws.Bool(true)})
	require.NoError(t, err)
	return out.Item
}
