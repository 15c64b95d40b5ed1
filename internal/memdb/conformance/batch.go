package conformance

import (
	"maps"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func putRequest(it item) types.WriteRequest {
	return types.WriteRequest{PutRequest: &types.PutRequest{Item: it}}
}

func deleteRequest(key item) types.WriteRequest {
	return types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: key}}
}

func testBatches(t *testing.T, client *dynamodb.Client) {
	table, second := create(t, client, definition("pk", "S", "sk", "N")), create(t, client, definition("pk", "S"))
	write := func(writes map[string][]types.WriteRequest) error {
		out, err := client.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: writes})
		if err == nil {
			assert.Empty(t, out.UnprocessedItems)
		}
		return err
	}
	read := func(keys map[string]types.KeysAndAttributes) (*dynamodb.BatchGetItemOutput, error) {
		return client.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: keys})
	}
	put(t, client, table, keyed("gone", 1))

	t.Run("a batch puts and deletes items of several tables", func(t *testing.T) {
		require.NoError(t, write(map[string][]types.WriteRequest{
			*table:  {putRequest(keyed("a", 1)), putRequest(keyed("a", 2)), deleteRequest(keyed("gone", 1)), deleteRequest(keyed("never", 1))},
			*second: {putRequest(item{"pk": str("s"), "v": list(num("1"))})},
		}))
		assert.Equal(t, keyed("a", 2), get(t, client, table, keyed("a", 2)))
		assert.Nil(t, get(t, client, table, keyed("gone", 1)))
		assert.Equal(t, item{"pk": str("s"), "v": list(num("1"))}, get(t, client, second, key("s")))
	})
	t.Run("a batch gets the items that are there from several tables", func(t *testing.T) {
		out, err := read(map[string]types.KeysAndAttributes{
			*table:  {Keys: []item{keyed("a", 1), keyed("a", 2), keyed("missing", 1)}, ProjectionExpression: name("#s"), ExpressionAttributeNames: map[string]string{"#s": "sk"}},
			*second: {Keys: []item{key("s")}},
		})
		require.NoError(t, err)
		assert.Empty(t, out.UnprocessedKeys)
		assert.ElementsMatch(t, []item{{"sk": num("1")}, {"sk": num("2")}}, out.Responses[*table])
		assert.Equal(t, []item{{"pk": str("s"), "v": list(num("1"))}}, out.Responses[*second])
	})
	t.Run("a batch of missing items is an empty response", func(t *testing.T) {
		out, err := read(map[string]types.KeysAndAttributes{*table: {Keys: []item{keyed("missing", 1)}}})
		require.NoError(t, err)
		assert.Empty(t, out.Responses[*table])
	})
	var many []types.WriteRequest
	var keys []item
	for i := range 101 {
		many = append(many, putRequest(keyed("many", i)))
		keys = append(keys, keyed("many", i))
	}
	t.Run("25 writes and 100 reads fit in a batch", func(t *testing.T) {
		require.NoError(t, write(map[string][]types.WriteRequest{*table: many[:25]}))
		out, err := read(map[string]types.KeysAndAttributes{*table: {Keys: keys[:100]}})
		require.NoError(t, err)
		assert.Len(t, out.Responses[*table], 25)
	})
	for _, test := range []struct {
		name   string
		writes []types.WriteRequest
	}{
		{"26 writes are refused", many[:26]},
		{"no write is refused", []types.WriteRequest{}},
		{"two puts of one key are refused", []types.WriteRequest{putRequest(keyed("x", 1)), putRequest(item{"pk": str("x"), "sk": num("1.0")})}},
		{"a put and a delete of one key are refused", []types.WriteRequest{putRequest(keyed("x", 1)), deleteRequest(keyed("x", 1))}},
		{"a request for nothing is refused", []types.WriteRequest{{}}},
		{"a request for a put and a delete is refused", []types.WriteRequest{{PutRequest: &types.PutRequest{Item: keyed("x", 1)}, DeleteRequest: &types.DeleteRequest{Key: keyed("x", 1)}}}},
		{"a put without its keys is refused", []types.WriteRequest{putRequest(keyed("x", 1)), putRequest(key("x"))}},
		{"a delete with another attribute is refused", []types.WriteRequest{putRequest(keyed("x", 1)), deleteRequest(with(keyed("y", 1), item{"z": null()}))}},
		{"an item that is too large is refused", []types.WriteRequest{putRequest(keyed("x", 1)), putRequest(with(keyed("y", 1), item{"z": str(strings.Repeat("x", 400<<10))}))}},
	} {
		t.Run(test.name+" and nothing is written", func(t *testing.T) {
			assertCode(t, invalid, write(map[string][]types.WriteRequest{*table: test.writes}))
			assert.Nil(t, get(t, client, table, keyed("x", 1)))
		})
	}
	for _, test := range []struct {
		name string
		keys types.KeysAndAttributes
	}{
		{"101 reads are refused", types.KeysAndAttributes{Keys: keys}},
		{"no read is refused", types.KeysAndAttributes{Keys: []item{}}},
		{"a read without the sort key is refused", types.KeysAndAttributes{Keys: []item{key("a")}}},
		{"an unused name is refused", types.KeysAndAttributes{Keys: keys[:1], ProjectionExpression: name("sk"), ExpressionAttributeNames: map[string]string{"#p": "pk"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := read(map[string]types.KeysAndAttributes{*table: test.keys})
			assertCode(t, invalid, err)
		})
	}
	t.Run("empty batches are refused", func(t *testing.T) {
		assertCode(t, invalid, write(map[string][]types.WriteRequest{}))
		_, err := read(map[string]types.KeysAndAttributes{})
		assertCode(t, invalid, err)
	})
	t.Run("a batch for an unknown table is refused and nothing is written", func(t *testing.T) {
		assertCode(t, notFound, write(map[string][]types.WriteRequest{randomName(): {putRequest(key("x"))}, *second: {putRequest(key("x"))}}))
		assert.Nil(t, get(t, client, second, key("x")))
	})
	t.Run("a batch gets at most 16 MB at once", func(t *testing.T) {
		large := create(t, client, definition("pk", "S", "sk", "N"))
		pending := map[string]types.KeysAndAttributes{}
		for i := range 45 {
			put(t, client, large, with(keyed("a", i), item{"v": str(strings.Repeat("x", 390<<10))}))
			pending[*large] = types.KeysAndAttributes{Keys: append(pending[*large].Keys, keyed("a", i))}
		}
		var got []item
		rounds := 0
		for ; len(pending) > 0 && rounds < 5; rounds++ {
			out, err := read(maps.Clone(pending))
			require.NoError(t, err)
			got = append(got, out.Responses[*large]...)
			pending = out.UnprocessedKeys
		}
		assert.Equal(t, 2, rounds)
		assert.Len(t, sortKeys(t, "sk", got), 45)
	})
}
