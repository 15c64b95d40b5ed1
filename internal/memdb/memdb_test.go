package memdb_test

import (
	"context"
	"errors"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
)

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
func num(n string) types.AttributeValue { return &types.AttributeValueMemberN{Value: n} }

type item = map[string]types.AttributeValue

func createTable(t *testing.T, client *dynamodb.Client, keyType types.ScalarAttributeType) *string {
	t.Helper()
	_, err := client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName:            aws.String("users"),
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}},
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: keyType}},
		BillingMode:          types.BillingModePayPerRequest,
	})
	require.NoError(t, err)
	return aws.String("users")
}

func TestItemsAreCopiesOfWhatIsStored(t *testing.T) {
	db := memdb.New()
	table := createTable(t, db.Client(), "S")
	stored := item{
		"id": str("a"), "n": num("1"), "b": &types.AttributeValueMemberB{Value: []byte("x")}, "ss": &types.AttributeValueMemberSS{Value: []string{"a"}},
		"ns": &types.AttributeValueMemberNS{Value: []string{"1"}}, "bs": &types.AttributeValueMemberBS{Value: [][]byte{{1}}},
		"t": &types.AttributeValueMemberBOOL{Value: true}, "z": &types.AttributeValueMemberNULL{Value: true},
		"l": &types.AttributeValueMemberL{Value: []types.AttributeValue{str("x")}}, "m": &types.AttributeValueMemberM{Value: item{"k": str("v")}},
	}
	_, err := db.Client().PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: stored})
	require.NoError(t, err)

	items := db.Items("users")
	require.Equal(t, []item{stored}, items)
	items[0]["b"].(*types.AttributeValueMemberB).Value[0] = 'y'
	items[0]["bs"].(*types.AttributeValueMemberBS).Value[0][0] = 2
	items[0]["ss"].(*types.AttributeValueMemberSS).Value[0] = "b"
	items[0]["l"].(*types.AttributeValueMemberL).Value[0] = str("y")
	items[0]["m"].(*types.AttributeValueMemberM).Value["k"] = str("w")
	delete(items[0], "t")
	assert.Equal(t, []item{stored}, db.Items("users"))
	assert.Nil(t, db.Items("unknown"))
}

func TestReplaceStoresAnItemAsItIs(t *testing.T) {
	db := memdb.New()
	table := createTable(t, db.Client(), "N")
	_, err := db.Client().PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: item{"id": num("1"), "v": num("1")}})
	require.NoError(t, err)

	tampered := item{"id": num("1"), "v": num("1.00"), "set": &types.AttributeValueMemberSS{Value: []string{"b", "a", "a"}}}
	require.NoError(t, db.Replace("users", tampered))
	tampered["set"].(*types.AttributeValueMemberSS).Value[0] = "changed by its owner"

	out, err := db.Client().GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: item{"id": num("1")}})
	require.NoError(t, err)
	assert.Equal(t, item{"id": num("1"), "v": num("1.00"), "set": &types.AttributeValueMemberSS{Value: []string{"b", "a", "a"}}}, out.Item)
}

func TestReplaceRefusesAnItemThatNobodyCouldRead(t *testing.T) {
	db := memdb.New()
	createTable(t, db.Client(), "N")
	for name, it := range map[string]item{
		"without its key":                  {"v": num("1")},
		"with a key of another type":       {"id": str("1")},
		"with a key that is not in normal": {"id": num("1.0")},
		"with a key that is no number":     {"id": num("x")},
	} {
		t.Run(name, func(t *testing.T) { assert.Error(t, db.Replace("users", it)) })
	}
	assert.Error(t, db.Replace("unknown", item{"id": num("1")}))
	assert.Empty(t, db.Items("users"))
}

func TestWhatIsNotSupportedIsRefusedByName(t *testing.T) {
	client := memdb.New().Client()
	table := createTable(t, client, "S")
	ctx, key := t.Context(), item{"id": str("a")}
	condition := map[string]types.Condition{"id": {ComparisonOperator: types.ComparisonOperatorEq, AttributeValueList: []types.AttributeValue{str("a")}}}
	for _, test := range []struct {
		want string
		call func() error
	}{
		{"parameter ReturnItemCollectionMetrics of TransactWriteItems", func() error {
			_, err := client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{
				TransactItems: []types.TransactWriteItem{{Put: &types.Put{TableName: table, Item: key}}}, ReturnItemCollectionMetrics: types.ReturnItemCollectionMetricsSize,
			})
			return err
		}},
		{"operation ExecuteStatement", func() error {
			_, err := client.ExecuteStatement(ctx, &dynamodb.ExecuteStatementInput{Statement: aws.String("SELECT * FROM users")})
			return err
		}},
		{"parameter BillingMode of UpdateTable", func() error {
			_, err := client.UpdateTable(ctx, &dynamodb.UpdateTableInput{TableName: table, BillingMode: types.BillingModePayPerRequest})
			return err
		}},
		{"parameter Expected of PutItem", func() error {
			_, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: table, Item: key, Expected: map[string]types.ExpectedAttributeValue{"id": {Exists: aws.Bool(false)}}})
			return err
		}},
		{"parameter AttributesToGet of GetItem", func() error {
			_, err := client.GetItem(ctx, &dynamodb.GetItemInput{TableName: table, Key: key, AttributesToGet: []string{"id"}})
			return err
		}},
		{"parameter ScanFilter of Scan", func() error {
			_, err := client.Scan(ctx, &dynamodb.ScanInput{TableName: table, ScanFilter: condition})
			return err
		}},
		{"parameter RequestItems.users.AttributesToGet of BatchGetItem", func() error {
			_, err := client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{"users": {Keys: []map[string]types.AttributeValue{key}, AttributesToGet: []string{"id"}}}})
			return err
		}},
		{"parameter AttributeUpdates of UpdateItem", func() error {
			_, err := client.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: table, Key: key, AttributeUpdates: map[string]types.AttributeValueUpdate{"v": {Value: num("1")}}})
			return err
		}},
		{"parameter ReturnItemCollectionMetrics of PutItem", func() error {
			_, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: table, Item: key, ReturnItemCollectionMetrics: types.ReturnItemCollectionMetricsSize})
			return err
		}},
		{"parameter StreamSpecification of CreateTable", func() error {
			_, err := client.CreateTable(ctx, &dynamodb.CreateTableInput{TableName: table, StreamSpecification: &types.StreamSpecification{StreamEnabled: aws.Bool(true)}})
			return err
		}},
	} {
		t.Run(test.want, func(t *testing.T) {
			err := test.call()
			e, ok := errors.AsType[smithy.APIError](err)
			require.True(t, ok, "error: %v", err)
			assert.Equal(t, "ValidationException", e.ErrorCode())
			assert.Equal(t, "not supported by the embedded store: "+test.want, e.ErrorMessage())
		})
	}
}

func TestACancelledCallEndsWithItsCause(t *testing.T) {
	db := memdb.New()
	table := createTable(t, db.Client(), "S")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := db.Client().PutItem(ctx, &dynamodb.PutItemInput{TableName: table, Item: item{"id": str("a")}})
	assert.ErrorIs(t, err, context.Canceled)
	assert.Empty(t, db.Items("users"))
}

// flaky fails the first call.
type flaky struct {
	http.RoundTripper
	calls int
}

func (f *flaky) Do(req *http.Request) (*http.Response, error) {
	if f.calls++; f.calls > 1 {
		return f.RoundTrip(req)
	}
	recorder := httptest.NewRecorder()
	recorder.WriteHeader(http.StatusInternalServerError)
	return recorder.Result(), nil
}

func TestTheClientRetriesAsTheSDKDoes(t *testing.T) {
	db := memdb.New()
	createTable(t, db.Client(), "S")
	transport := &flaky{RoundTripper: db}
	client := db.Client(func(o *dynamodb.Options) { o.HTTPClient = transport })
	out, err := client.ListTables(t.Context(), &dynamodb.ListTablesInput{})
	require.NoError(t, err)
	assert.Equal(t, []string{"users"}, out.TableNames)
	assert.Equal(t, 2, transport.calls)
	id, ok := middleware.GetRequestIDMetadata(out.ResultMetadata)
	assert.True(t, ok)
	assert.NotEmpty(t, id)
}

func TestResponsesCarryTheirChecksum(t *testing.T) {
	req := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{}"))
	req.Header.Set("X-Amz-Target", "DynamoDB_20120810.ListTables")
	resp, err := memdb.New().Do(req)
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.JSONEq(t, `{"TableNames":[]}`, string(body))
	assert.Equal(t, strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10), resp.Header.Get("X-Amz-Crc32"))
}

func TestTheStoreIsAnHTTPHandler(t *testing.T) {
	db := memdb.New()
	createTable(t, db.Client(), "S")
	server := httptest.NewServer(db)
	defer server.Close()
	client := dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
	})
	_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("users"), Item: item{"id": str("a")}})
	require.NoError(t, err)
	assert.Len(t, db.Items("users"), 1)
	_, err = client.PutItem(t.Context(), &dynamodb.PutItemInput{
		TableName: aws.String("users"), Item: item{"id": str("a")}, ConditionExpression: aws.String("attribute_not_exists(id)"),
	})
	var failed *types.ConditionalCheckFailedException
	assert.ErrorAs(t, err, &failed)
}

func TestRequestsThatAreNoneAreRefused(t *testing.T) {
	db := memdb.New()
	createTable(t, db.Client(), "S")
	for _, test := range []struct {
		name, method, target, body, want string
	}{
		{"another method", http.MethodGet, "DynamoDB_20120810.ListTables", "{}", "UnknownOperationException"},
		{"no target", http.MethodPost, "", "{}", "UnknownOperationException"},
		{"another service", http.MethodPost, "DynamoDBStreams_20120810.ListStreams", "{}", "UnknownOperationException"},
		{"no body", http.MethodPost, "DynamoDB_20120810.ListTables", "", "SerializationException"},
		{"half a body", http.MethodPost, "DynamoDB_20120810.ListTables", "{", "SerializationException"},
		{"a wrong type", http.MethodPost, "DynamoDB_20120810.GetItem", `{"TableName":5}`, "SerializationException"},
		{"invalid UTF-8", http.MethodPost, "DynamoDB_20120810.GetItem", "{\"TableName\":\"\xff\"}", "SerializationException"},
		{"a name in another case", http.MethodPost, "DynamoDB_20120810.GetItem", `{"tablename":"users"}`, "not supported"},
		{"a value of two types", http.MethodPost, "DynamoDB_20120810.PutItem", `{"TableName":"users","Item":{"id":{"S":"a","N":"1"}}}`, "ValidationException"},
		{"a value of no type", http.MethodPost, "DynamoDB_20120810.PutItem", `{"TableName":"users","Item":{"id":{}}}`, "ValidationException"},
		{"a return value of an action", http.MethodPost, "DynamoDB_20120810.TransactWriteItems", `{"TransactItems":[{"Put":{"TableName":"users","Item":{"id":{"S":"a"}},"ReturnValues":"NONE"}}]}`, "not supported by the embedded store: parameter TransactItems.0.Put.ReturnValues"},
		{"a transactional read of nothing", http.MethodPost, "DynamoDB_20120810.TransactGetItems", `{"TransactItems":[{}]}`, "ValidationException"},
		{"a transactional update of nothing", http.MethodPost, "DynamoDB_20120810.TransactWriteItems", `{"TransactItems":[{"Update":{"TableName":"users","Key":{"id":{"S":"a"}}}}]}`, "ValidationException"},
		{"a check of no condition", http.MethodPost, "DynamoDB_20120810.TransactWriteItems", `{"TransactItems":[{"ConditionCheck":{"TableName":"users","Key":{"id":{"S":"a"}}}}]}`, "ValidationException"},
		{"a time to live of nothing", http.MethodPost, "DynamoDB_20120810.UpdateTimeToLive", `{"TableName":"users"}`, "ValidationException"},
		{"a time to live neither on nor off", http.MethodPost, "DynamoDB_20120810.UpdateTimeToLive", `{"TableName":"users","TimeToLiveSpecification":{"AttributeName":"ttl"}}`, "ValidationException"},
		{"no item", http.MethodPost, "DynamoDB_20120810.PutItem", `{"TableName":"users"}`, "ValidationException"},
		{"no table", http.MethodPost, "DynamoDB_20120810.PutItem", `{"Item":{"id":{"S":"a"}}}`, "ValidationException"},
		{"more than 16 MB", http.MethodPost, "DynamoDB_20120810.ListTables", strings.Repeat(" ", 16<<20) + "{}", "RequestEntityTooLarge"},
	} {
		t.Run(test.name, func(t *testing.T) {
			req := httptest.NewRequest(test.method, "/", strings.NewReader(test.body))
			req.Header.Set("X-Amz-Target", test.target)
			recorder := httptest.NewRecorder()
			db.ServeHTTP(recorder, req)
			assert.Equal(t, http.StatusBadRequest, recorder.Code)
			assert.Contains(t, recorder.Body.String(), test.want)
		})
	}
}

// DynamoDB Local leaves numbers within documents as they are and counts a page
// after the filter; the service does not, by its documentation.
func TestWhatTheServiceDoesAndDynamoDBLocalDoesNot(t *testing.T) {
	client := memdb.New().Client()
	table := createTable(t, client, "S")
	t.Run("numbers within documents are normalized", func(t *testing.T) {
		list := &types.AttributeValueMemberL{Value: []types.AttributeValue{num("1.0")}}
		_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: item{"id": str("n"), "l": list}})
		require.NoError(t, err)
		out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: item{"id": str("n")}})
		require.NoError(t, err)
		assert.Equal(t, &types.AttributeValueMemberL{Value: []types.AttributeValue{num("1")}}, out.Item["l"])
	})
	t.Run("a page counts what the filter drops and the projection leaves out", func(t *testing.T) {
		for _, id := range []string{"1", "2", "3", "4", "5"} {
			_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: item{"id": str(id), "v": str(strings.Repeat("x", 300<<10))}})
			require.NoError(t, err)
		}
		out, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: table, FilterExpression: aws.String("attribute_not_exists(v)"), ProjectionExpression: aws.String("id")})
		require.NoError(t, err)
		assert.NotNil(t, out.LastEvaluatedKey)
		assert.LessOrEqual(t, out.ScannedCount, int32(5))
	})
	t.Run("a batch with a key twice is refused", func(t *testing.T) {
		_, err := client.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
			"users": {Keys: []map[string]types.AttributeValue{{"id": str("a")}, {"id": str("a")}}},
		}})
		assert.ErrorContains(t, err, "duplicates")
	})
	t.Run("a protected table is not deleted", func(t *testing.T) {
		_, err := client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
			TableName:                 aws.String("protected"),
			KeySchema:                 []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}},
			AttributeDefinitions:      []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: "S"}},
			BillingMode:               types.BillingModePayPerRequest,
			DeletionProtectionEnabled: aws.Bool(true),
		})
		require.NoError(t, err)
		_, err = client.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: aws.String("protected")})
		assert.ErrorContains(t, err, "protected against deletion")
	})
}
