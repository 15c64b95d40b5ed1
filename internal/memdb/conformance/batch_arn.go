package conformance

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func testBatchesByARN(t *testing.T, client *dynamodb.Client) {
	table := create(t, client, definition("pk", "S"))
	described, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: table})
	require.NoError(t, err)
	arn := *described.Table.TableArn

	// A request with both forms is left out: DynamoDB Local does one part of it.
	put(t, client, table, key("a"))
	t.Run("a batch writes to a table under its ARN", func(t *testing.T) {
		_, err := client.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{
			arn: {putRequest(key("b")), deleteRequest(key("a"))},
		}})
		require.NoError(t, err)
		assert.Equal(t, key("b"), get(t, client, table, key("b")))
		assert.Nil(t, get(t, client, table, key("a")))
	})
	t.Run("a batch gets items of a table under its ARN, and answers under its name", func(t *testing.T) {
		out, err := client.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{
			RequestItems:           map[string]types.KeysAndAttributes{arn: {Keys: []item{key("a"), key("b")}}},
			ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
		})
		require.NoError(t, err)
		assert.Equal(t, []item{key("b")}, out.Responses[*table])
		require.Len(t, out.ConsumedCapacity, 1)
		assert.Equal(t, *table, *out.ConsumedCapacity[0].TableName)
	})
}
