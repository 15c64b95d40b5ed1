package conformance

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func testTransactGets(t *testing.T, client *dynamodb.Client) {
	table, second := create(t, client, definition("pk", "S")), create(t, client, definition("pk", "S"))
	on := actions{table}
	put(t, client, table, item{"pk": str("a"), "v": num("1"), "m": dict(item{"x": num("2"), "y": null()})})
	put(t, client, second, item{"pk": str("a"), "other1": boolean(true)})
	read := func(gets ...types.TransactGetItem) ([]types.ItemResponse, error) {
		out, err := client.TransactGetItems(t.Context(), &dynamodb.TransactGetItemsInput{TransactItems: gets})
		if err != nil {
			return nil, err
		}
		return out.Responses, nil
	}

	t.Run("the items are in the places of their actions, and the place of a missing one is empty", func(t *testing.T) {
		got, err := read(on.get("missing"), actions{second}.get("a"), on.get("never"), on.get("a"))
		require.NoError(t, err)
		assert.Equal(t, []types.ItemResponse{
			{}, {Item: item{"pk": str("a"), "other1": boolean(true)}}, {}, {Item: get(t, client, table, key("a"))},
		}, got)
	})
	t.Run("each action has its own projection", func(t *testing.T) {
		projected, nothing := on.get("a"), actions{second}.get("a")
		projected.Get.ProjectionExpression, projected.Get.ExpressionAttributeNames = name("#m.x, v"), map[string]string{"#m": "m"}
		nothing.Get.ProjectionExpression = name("absent1")
		got, err := read(projected, nothing)
		require.NoError(t, err)
		assert.Equal(t, []types.ItemResponse{{Item: item{"v": num("1"), "m": dict(item{"x": num("2")})}}, {Item: item{}}}, got)
	})
	var many []types.TransactGetItem
	for range 101 {
		many = append(many, on.get(randomName()))
	}
	t.Run("a hundred actions fit in a transaction", func(t *testing.T) {
		got, err := read(many[:100]...)
		require.NoError(t, err)
		assert.Equal(t, make([]types.ItemResponse, 100), got)
	})
	unused, unreadable := on.get("b"), on.get("b")
	unused.Get.ProjectionExpression, unused.Get.ExpressionAttributeNames = name("v"), map[string]string{"#m": "m"}
	unreadable.Get.ProjectionExpression = name("v v")
	for _, test := range []struct {
		name string
		gets []types.TransactGetItem
		want string
	}{
		{"no action is refused", []types.TransactGetItem{}, invalid},
		{"a hundred and one actions are refused", many, invalid},
		{"one item twice is refused", []types.TransactGetItem{on.get("a"), on.get("b"), on.get("a")}, invalid},
		{"an unused name is refused", []types.TransactGetItem{on.get("a"), unused}, invalid},
		{"a projection that cannot be read is refused", []types.TransactGetItem{on.get("a"), unreadable}, invalid},
		{"an unknown table is refused", []types.TransactGetItem{on.get("a"), actions{name(randomName())}.get("a")}, notFound},
		{"a key of another type cancels the transaction", []types.TransactGetItem{on.get("a"), {Get: &types.Get{TableName: table, Key: item{"pk": num("1")}}}}, cancelled},
		{"a key of other attributes cancels the transaction", []types.TransactGetItem{on.get("a"), {Get: &types.Get{TableName: table, Key: item{"v": num("1")}}}}, cancelled},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := read(test.gets...)
			assertCode(t, test.want, err)
		})
	}
	t.Run("a transaction gets at most 4 MB, counted after the projection", func(t *testing.T) {
		var gets, projected []types.TransactGetItem
		for i := range 11 {
			pk := strings.Repeat("l", i+1)
			put(t, client, table, item{"pk": str(pk), "v": str(strings.Repeat("x", 390<<10))})
			gets = append(gets, on.get(pk))
			action := on.get(pk)
			action.Get.ProjectionExpression = name("pk")
			projected = append(projected, action)
		}
		got, err := read(gets[:10]...)
		require.NoError(t, err)
		assert.Len(t, got, 10)
		_, err = read(gets...)
		assertCode(t, invalid, err)
		got, err = read(projected...)
		require.NoError(t, err)
		assert.Len(t, got, 11)
	})
}

func testTransactCapacity(t *testing.T, client *dynamodb.Client) {
	table, second := create(t, client, globalIndexTable()), create(t, client, definition("pk", "S"))
	on := actions{table}
	large := item{"pk": str("a"), "gk": str("g"), "v": str(strings.Repeat("x", 5000))}
	write := func(writes ...types.TransactWriteItem) []types.ConsumedCapacity {
		out, err := client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{
			TransactItems: writes, ReturnConsumedCapacity: types.ReturnConsumedCapacityIndexes,
		})
		require.NoError(t, err)
		return out.ConsumedCapacity
	}
	t.Run("a write costs twice what it costs alone, in the table and its indexes", func(t *testing.T) {
		out := write(on.put(large))
		require.Len(t, out, 1)
		assert.Equal(t, *table, *out[0].TableName)
		assert.InDelta(t, 20, *out[0].CapacityUnits, 0)
		assert.InDelta(t, 10, *out[0].Table.CapacityUnits, 0)
		assert.InDelta(t, 10, *out[0].GlobalSecondaryIndexes["index"].CapacityUnits, 0)
	})
	t.Run("a condition check costs twice a consistent read", func(t *testing.T) {
		assert.InDelta(t, 4, *write(on.check("a", "attribute_exists(pk)", nil))[0].CapacityUnits, 0)
	})
	t.Run("each table is reported", func(t *testing.T) {
		out := write(on.put(key("b")), actions{second}.put(key("b")))
		require.Len(t, out, 2)
		assert.ElementsMatch(t, []string{*table, *second}, []string{*out[0].TableName, *out[1].TableName})
		assert.InDelta(t, 2, *out[0].CapacityUnits, 0)
		assert.InDelta(t, 2, *out[1].CapacityUnits, 0)
	})
	t.Run("a read costs twice a consistent read, of a missing item too", func(t *testing.T) {
		in := &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{on.get("a"), on.get("missing")}}
		out, err := client.TransactGetItems(t.Context(), in)
		require.NoError(t, err)
		assert.Empty(t, out.ConsumedCapacity)
		in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
		out, err = client.TransactGetItems(t.Context(), in)
		require.NoError(t, err)
		require.Len(t, out.ConsumedCapacity, 1)
		assert.InDelta(t, 6, *out.ConsumedCapacity[0].CapacityUnits, 0)
	})
}
