package conformance

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func testCapacity(t *testing.T, client *dynamodb.Client) {
	table := create(t, client, indexedTable())
	large := with(keyed("a", 1), item{"gh": str("g"), "v": str(strings.Repeat("x", 5000))})

	t.Run("a write costs a unit for each kilobyte of the item and of its place in an index", func(t *testing.T) {
		out, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: large, ReturnConsumedCapacity: types.ReturnConsumedCapacityIndexes})
		require.NoError(t, err)
		assert.Equal(t, *table, *out.ConsumedCapacity.TableName)
		assert.InDelta(t, 10, *out.ConsumedCapacity.CapacityUnits, 0)
		assert.InDelta(t, 5, *out.ConsumedCapacity.Table.CapacityUnits, 0)
		assert.InDelta(t, 5, *out.ConsumedCapacity.GlobalSecondaryIndexes["everything"].CapacityUnits, 0)
	})
	t.Run("a write that does not change an index costs nothing there, a move costs twice", func(t *testing.T) {
		for _, test := range []struct {
			gh   string
			want float64
		}{{"g", 0}, {"moved", 10}, {"g", 10}} {
			out, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{
				TableName: table, Item: with(large, item{"gh": str(test.gh)}), ReturnConsumedCapacity: types.ReturnConsumedCapacityIndexes,
			})
			require.NoError(t, err)
			assert.InDelta(t, 5, *out.ConsumedCapacity.Table.CapacityUnits, 0)
			assert.InDelta(t, test.want, aws.ToFloat64(out.ConsumedCapacity.GlobalSecondaryIndexes["everything"].CapacityUnits), 0)
		}
	})
	t.Run("a read costs half a unit for each four kilobytes, a consistent one a whole unit", func(t *testing.T) {
		for consistent, want := range map[bool]float64{false: 1, true: 2} {
			out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{
				TableName: table, Key: keyed("a", 1), ConsistentRead: &consistent, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
			})
			require.NoError(t, err)
			assert.InDelta(t, want, *out.ConsumedCapacity.CapacityUnits, 0)
			assert.Nil(t, out.ConsumedCapacity.Table)
		}
	})
	t.Run("a query of an index costs what the index holds", func(t *testing.T) {
		out, err := client.Query(t.Context(), &dynamodb.QueryInput{
			TableName: table, IndexName: name("everything"), KeyConditionExpression: name("gh = :g"), ExpressionAttributeValues: item{":g": str("g")},
			ReturnConsumedCapacity: types.ReturnConsumedCapacityIndexes,
		})
		require.NoError(t, err)
		assert.InDelta(t, 1, *out.ConsumedCapacity.GlobalSecondaryIndexes["everything"].CapacityUnits, 0)
		assert.InDelta(t, 0, aws.ToFloat64(out.ConsumedCapacity.Table.CapacityUnits), 0)
	})
	t.Run("nothing is reported unless asked for", func(t *testing.T) {
		out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: keyed("a", 1)})
		require.NoError(t, err)
		assert.Nil(t, out.ConsumedCapacity)
	})
	t.Run("a batch reports each table", func(t *testing.T) {
		put(t, client, table, keyed("b", 1))
		out, err := client.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{
			RequestItems:           map[string]types.KeysAndAttributes{*table: {Keys: []item{keyed("a", 1), keyed("b", 1)}, ConsistentRead: aws.Bool(true)}},
			ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
		})
		require.NoError(t, err)
		require.Len(t, out.ConsumedCapacity, 1)
		assert.InDelta(t, 3, *out.ConsumedCapacity[0].CapacityUnits, 0)
	})
}
