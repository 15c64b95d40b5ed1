package memdb_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
)

func tableARN(t *testing.T, client *dynamodb.Client, table *string) *string {
	t.Helper()
	out, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: table})
	require.NoError(t, err)
	return out.Table.TableArn
}

func putAction(table *string, id string) types.TransactWriteItem {
	return types.TransactWriteItem{Put: &types.Put{TableName: table, Item: item{"id": str(id)}}}
}

func updateAction(table *string, id, expression string, values item) types.TransactWriteItem {
	return types.TransactWriteItem{Update: &types.Update{
		TableName: table, Key: item{"id": str(id)}, UpdateExpression: &expression, ExpressionAttributeValues: values,
	}}
}

func getAction(table *string, key item) types.TransactGetItem {
	return types.TransactGetItem{Get: &types.Get{TableName: table, Key: key}}
}

// reasonsOf returns the codes of a cancelled transaction and the message of
// its last reason.
func reasonsOf(t *testing.T, err error) (codes []string, last string) {
	t.Helper()
	e, ok := errors.AsType[*types.TransactionCanceledException](err)
	require.True(t, ok, "error: %v", err)
	for _, reason := range e.CancellationReasons {
		codes, last = append(codes, *reason.Code), aws.ToString(reason.Message)
	}
	return codes, last
}

// DynamoDB Local finds no table by its ARN in a transaction.
func TestATransactionTakesATableByItsNameAndItsARN(t *testing.T) {
	db := memdb.New()
	client := db.Client()
	table := createTable(t, client, "S")
	arn := tableARN(t, client, table)
	write := func(writes ...types.TransactWriteItem) (*dynamodb.TransactWriteItemsOutput, error) {
		return client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: writes, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal})
	}
	out, err := write(putAction(table, "a"), putAction(arn, "b"))
	require.NoError(t, err)
	assert.Len(t, db.Items("users"), 2)
	require.Len(t, out.ConsumedCapacity, 1)
	assert.InDelta(t, 4, *out.ConsumedCapacity[0].CapacityUnits, 0)

	_, err = write(putAction(table, "c"), putAction(arn, "c"))
	assert.ErrorContains(t, err, "multiple operations on one item")

	a, b := item{"id": str("a")}, item{"id": str("b")}
	got, err := client.TransactGetItems(t.Context(), &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{getAction(arn, b), getAction(table, a)}})
	require.NoError(t, err)
	assert.Equal(t, []types.ItemResponse{{Item: b}, {Item: a}}, got.Responses)
	_, err = client.TransactGetItems(t.Context(), &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{getAction(arn, a), getAction(table, a)}})
	assert.ErrorContains(t, err, "multiple operations on one item")
}

// DynamoDB Local does only one part of a batch with both forms.
func TestABatchTakesATableByItsNameAndItsARN(t *testing.T) {
	db := memdb.New()
	client := db.Client()
	table := createTable(t, client, "S")
	arn := tableARN(t, client, table)
	put := func(id string) []types.WriteRequest {
		return []types.WriteRequest{{PutRequest: &types.PutRequest{Item: item{"id": str(id)}}}}
	}
	keys := func(id string) types.KeysAndAttributes { return types.KeysAndAttributes{Keys: []item{{"id": str(id)}}} }

	written, err := client.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{
		RequestItems: map[string][]types.WriteRequest{*table: put("a"), *arn: put("b")}, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
	})
	require.NoError(t, err)
	assert.Len(t, db.Items("users"), 2)
	require.Len(t, written.ConsumedCapacity, 1)
	assert.InDelta(t, 2, *written.ConsumedCapacity[0].CapacityUnits, 0)

	read, err := client.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{
		RequestItems: map[string]types.KeysAndAttributes{*table: keys("a"), *arn: keys("b")}, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
	})
	require.NoError(t, err)
	assert.ElementsMatch(t, []item{{"id": str("a")}, {"id": str("b")}}, read.Responses[*table])
	require.Len(t, read.ConsumedCapacity, 1)
	assert.InDelta(t, 1, *read.ConsumedCapacity[0].CapacityUnits, 0)

	t.Run("one item under both is refused", func(t *testing.T) {
		_, err := client.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{*table: put("c"), *arn: put("c")}})
		assert.ErrorContains(t, err, "duplicates")
		_, err = client.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{*table: keys("a"), *arn: keys("a")}})
		assert.ErrorContains(t, err, "duplicates")
	})
	t.Run("what was not processed comes back under the form of the request", func(t *testing.T) {
		pending := map[string]types.KeysAndAttributes{}
		for i := range 44 {
			id := "large" + strconv.Itoa(i)
			require.NoError(t, db.Replace("users", item{"id": str(id), "v": str(strings.Repeat("x", 390<<10))}))
			form := []string{*table, *arn}[i%2]
			pending[form] = types.KeysAndAttributes{Keys: append(pending[form].Keys, item{"id": str(id)})}
		}
		first, err := client.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: pending})
		require.NoError(t, err)
		require.NotEmpty(t, first.UnprocessedKeys)
		second, err := client.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: first.UnprocessedKeys})
		require.NoError(t, err)
		assert.Empty(t, second.UnprocessedKeys)
		assert.Len(t, append(first.Responses[*table], second.Responses[*table]...), 44)
	})
}

// DynamoDB Local ends the request with a ValidationException.
func TestAnUpdateThatCannotBeDoneIsAReason(t *testing.T) {
	db := memdb.New()
	client := db.Client()
	table := createTable(t, client, "S")
	stored := item{"id": str("a"), "v": num("1"), "s": str("x")}
	require.NoError(t, db.Replace("users", stored))
	for _, test := range []struct {
		expression string
		value      types.AttributeValue
		want       string
	}{
		{"SET v = missing1 + :v", num("1"), "refers to an attribute that does not exist in the item"},
		{"SET v.x = :v", num("1"), "document path provided in the update expression is invalid for update"},
		{"SET v = s + :v", num("1"), "incorrect data type"},
		{"SET v = :v + :v", num("9E125"), "not a valid number"},
		{"SET v = list_append(:v, :v)", &types.AttributeValueMemberL{Value: []types.AttributeValue{str(strings.Repeat("x", 300<<10))}}, "exceeded the maximum allowed size"},
	} {
		t.Run(test.expression, func(t *testing.T) {
			_, err := client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{
				TransactItems: []types.TransactWriteItem{putAction(table, "b"), updateAction(table, "a", test.expression, item{":v": test.value})},
			})
			codes, message := reasonsOf(t, err)
			assert.Equal(t, []string{"None", "ValidationError"}, codes)
			assert.Contains(t, message, test.want)
			assert.Equal(t, []item{stored}, db.Items("users"))
		})
	}
	t.Run("an update of a key keeps the places of the reasons", func(t *testing.T) {
		_, err := client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{
			TransactItems: []types.TransactWriteItem{putAction(table, "b"), updateAction(table, "a", "SET id = :v", item{":v": str("c")})},
		})
		codes, message := reasonsOf(t, err)
		assert.Equal(t, []string{"None", "ValidationError"}, codes)
		assert.Contains(t, message, "Cannot update attribute id. This attribute is part of the key")
	})
}

// DynamoDB Local gives no reasons.
func TestATransactionalReadWithABadKeyHasReasons(t *testing.T) {
	client := memdb.New().Client()
	table := createTable(t, client, "S")
	_, err := client.TransactGetItems(t.Context(), &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{
		getAction(table, item{"id": str("a")}), getAction(table, item{"id": num("1")}), getAction(table, item{"other": num("1")}),
	}})
	codes, message := reasonsOf(t, err)
	assert.Equal(t, []string{"None", "ValidationError", "ValidationError"}, codes)
	assert.Contains(t, message, "does not match the schema")
}

func TestATokenIsRememberedForTenMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := memdb.New()
		client := db.Client()
		table := createTable(t, client, "S")
		counter := func() types.AttributeValue { return db.Items("users")[0]["n"] }
		write := func(action types.TransactWriteItem) error {
			_, err := client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{
				TransactItems: []types.TransactWriteItem{action}, ClientRequestToken: aws.String("token"),
			})
			return err
		}
		increment := updateAction(table, "a", "ADD n :one", item{":one": num("1")})
		require.NoError(t, write(increment))
		time.Sleep(10 * time.Minute)
		require.NoError(t, write(increment))
		assert.Equal(t, num("1"), counter())
		var reused *types.IdempotentParameterMismatchException
		require.ErrorAs(t, write(putAction(table, "b")), &reused)
		assert.Contains(t, reused.ErrorMessage(), "use a new token")

		time.Sleep(time.Second)
		require.NoError(t, write(increment))
		assert.Equal(t, num("2"), counter())
		time.Sleep(9 * time.Minute)
		require.NoError(t, write(increment))
		assert.Equal(t, num("2"), counter(), "the ten minutes begin with the transaction that was done")
	})
}

func TestTransactionsWithoutATokenAreNotRemembered(t *testing.T) {
	db := memdb.New()
	// Without a source of tokens the SDK sends none.
	client := db.Client(func(o *dynamodb.Options) { o.IdempotencyTokenProvider = noTokens{} })
	table := createTable(t, client, "S")
	for range 2 {
		_, err := client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{
			TransactItems: []types.TransactWriteItem{updateAction(table, "a", "ADD n :one", item{":one": num("1")})},
		})
		require.NoError(t, err)
	}
	assert.Equal(t, num("2"), db.Items("users")[0]["n"])
}

type noTokens struct{}

func (noTokens) GetIdempotencyToken() (string, error) { return "", nil }

// DynamoDB Local counts one unit for the deletion of nothing.
func TestATransactionalDeleteOfNothingCostsTwoUnits(t *testing.T) {
	client := memdb.New().Client()
	table := createTable(t, client, "S")
	out, err := client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{
		TransactItems:          []types.TransactWriteItem{{Delete: &types.Delete{TableName: table, Key: item{"id": str("a")}}}},
		ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
	})
	require.NoError(t, err)
	assert.InDelta(t, 2, *out.ConsumedCapacity[0].CapacityUnits, 0)
}

// DynamoDB Local adds items to an index whatever their keys are.
func TestAnAddedIndexLeavesOutWhatItCannotHold(t *testing.T) {
	client := memdb.New().Client()
	table := createTable(t, client, "S")
	for id, gk := range map[string]types.AttributeValue{"fits": str("g"), "number": num("1"), "empty": str(""), "long": str(strings.Repeat("x", 2049))} {
		_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: item{"id": str(id), "gk": gk}})
		require.NoError(t, err)
	}
	_, err := client.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{
		TableName:            table,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("gk"), AttributeType: "S"}},
		GlobalSecondaryIndexUpdates: []types.GlobalSecondaryIndexUpdate{{Create: &types.CreateGlobalSecondaryIndexAction{
			IndexName:  aws.String("index"),
			KeySchema:  []types.KeySchemaElement{{AttributeName: aws.String("gk"), KeyType: types.KeyTypeHash}},
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
		}}},
	})
	require.NoError(t, err)
	out, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: table, IndexName: aws.String("index")})
	require.NoError(t, err)
	assert.Equal(t, []item{{"id": str("fits"), "gk": str("g")}}, out.Items)
	for _, id := range []string{"number", "empty", "long"} {
		_, err := client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: table, Key: item{"id": str(id)}})
		require.NoError(t, err)
	}
	out, err = client.Scan(t.Context(), &dynamodb.ScanInput{TableName: table, IndexName: aws.String("index")})
	require.NoError(t, err)
	assert.EqualValues(t, 1, out.Count)
}
