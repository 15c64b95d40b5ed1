package conformance

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func testItems(t *testing.T, client *dynamodb.Client) {
	table := create(t, client, definition("pk", "S"))

	t.Run("a stored item is read back", func(t *testing.T) {
		it := item{"pk": str("a"), "n": num("1"), "b": bin(0, 255), "l": list(str("x"), null()), "m": dict(item{"k": boolean(true)})}
		put(t, client, table, it)
		assert.Equal(t, it, get(t, client, table, key("a")))
	})
	t.Run("a missing item is read as nothing", func(t *testing.T) {
		assert.Nil(t, get(t, client, table, key("missing")))
	})
	t.Run("a put replaces the whole item", func(t *testing.T) {
		put(t, client, table, item{"pk": str("r"), "old": str("x")}, item{"pk": str("r"), "new": str("y")})
		assert.Equal(t, item{"pk": str("r"), "new": str("y")}, get(t, client, table, key("r")))
	})
	t.Run("a put returns the old item when asked to", func(t *testing.T) {
		in := &dynamodb.PutItemInput{TableName: table, Item: item{"pk": str("o"), "v": num("1")}, ReturnValues: types.ReturnValueAllOld}
		out, err := client.PutItem(t.Context(), in)
		require.NoError(t, err)
		assert.Empty(t, out.Attributes)
		out, err = client.PutItem(t.Context(), in)
		require.NoError(t, err)
		assert.Equal(t, in.Item, out.Attributes)
	})
	for _, test := range []struct {
		name string
		in   dynamodb.DeleteItemInput
	}{
		{"a delete with an unknown function is refused", dynamodb.DeleteItemInput{ConditionExpression: name("unknown(pk)")}},
		{"a delete that returns the new item is refused", dynamodb.DeleteItemInput{ReturnValues: types.ReturnValueAllNew}},
		{"a delete with unused values is refused", dynamodb.DeleteItemInput{ConditionExpression: name("attribute_exists(pk)"), ExpressionAttributeValues: item{":v": num("1")}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			put(t, client, table, key("kept"))
			test.in.TableName, test.in.Key = table, key("kept")
			_, err := client.DeleteItem(t.Context(), &test.in)
			assertCode(t, invalid, err)
			assert.NotNil(t, get(t, client, table, key("kept")))
		})
	}
	t.Run("a put cannot return the new item", func(t *testing.T) {
		_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: key("a"), ReturnValues: types.ReturnValueAllNew})
		assertCode(t, invalid, err)
	})
	t.Run("a deleted item is gone and returned when asked to", func(t *testing.T) {
		put(t, client, table, key("d"))
		out, err := client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: table, Key: key("d"), ReturnValues: types.ReturnValueAllOld})
		require.NoError(t, err)
		assert.Equal(t, key("d"), out.Attributes)
		assert.Nil(t, get(t, client, table, key("d")))
	})
	t.Run("a missing item is deleted without an error", func(t *testing.T) {
		out, err := client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: table, Key: key("d"), ReturnValues: types.ReturnValueAllOld})
		require.NoError(t, err)
		assert.Empty(t, out.Attributes)
	})
	t.Run("a projection of an existing item that selects nothing is an empty item", func(t *testing.T) {
		put(t, client, table, key("e"))
		out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: key("e"), ProjectionExpression: name("missing1")})
		require.NoError(t, err)
		assert.NotNil(t, out.Item)
		assert.Empty(t, out.Item)
	})
}

func testConditionalWrites(t *testing.T, client *dynamodb.Client) {
	table := create(t, client, definition("pk", "S"))
	stored := item{"pk": str("a"), "v": num("1")}

	t.Run("the first of two conditional puts wins", func(t *testing.T) {
		in := &dynamodb.PutItemInput{TableName: table, Item: stored, ConditionExpression: name("attribute_not_exists(pk)")}
		_, err := client.PutItem(t.Context(), in)
		require.NoError(t, err)
		_, err = client.PutItem(t.Context(), in)
		var typed *types.ConditionalCheckFailedException
		require.ErrorAs(t, err, &typed)
		assert.NotEmpty(t, typed.ErrorMessage())
		assert.Nil(t, typed.Item)
	})
	t.Run("a failed condition returns the stored item when asked to", func(t *testing.T) {
		_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{
			TableName: table, Item: key("a"), ConditionExpression: name("attribute_not_exists(pk)"),
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		})
		var typed *types.ConditionalCheckFailedException
		require.ErrorAs(t, err, &typed)
		assert.Equal(t, stored, typed.Item)
	})
	t.Run("a failed condition on a missing item returns no item", func(t *testing.T) {
		_, err := client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
			TableName: table, Key: key("missing"), ConditionExpression: name("attribute_exists(pk)"),
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		})
		var typed *types.ConditionalCheckFailedException
		require.ErrorAs(t, err, &typed)
		assert.Empty(t, typed.Item)
	})
	t.Run("a failed condition changes nothing", func(t *testing.T) {
		_, err := client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
			TableName: table, Key: key("a"), ConditionExpression: name("v > :v"), ExpressionAttributeValues: item{":v": num("1")},
		})
		assertCode(t, conditionFailed, err)
		assert.Equal(t, stored, get(t, client, table, key("a")))
	})
	t.Run("of concurrent puts on one version exactly one wins each time", func(t *testing.T) {
		put(t, client, table, item{"pk": str("race"), "v": num("0")})
		var wins atomic.Int32
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				for version := range 5 {
					_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{
						TableName: table, Item: item{"pk": str("race"), "v": num(strconv.Itoa(version + 1))},
						ConditionExpression: name("v = :v"), ExpressionAttributeValues: item{":v": num(strconv.Itoa(version))},
					})
					if err == nil {
						wins.Add(1)
					}
				}
			})
		}
		group.Wait()
		assert.LessOrEqual(t, wins.Load(), int32(5))
		assert.Equal(t, num(strconv.Itoa(int(wins.Load()))), get(t, client, table, key("race"))["v"])
	})
}
