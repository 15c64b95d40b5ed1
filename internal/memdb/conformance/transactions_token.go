package conformance

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const tokenReused = "IdempotentParameterMismatchException"

func testTransactTokens(t *testing.T, client *dynamodb.Client) {
	table := create(t, client, definition("pk", "S"))
	on := actions{table}
	write := func(token string, writes ...types.TransactWriteItem) error {
		_, err := client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: writes, ClientRequestToken: &token})
		return err
	}
	token := func() string { return randomName()[:36] }
	increment := on.update("counter", "ADD n :one", item{":one": num("1")})

	t.Run("a transaction that is sent again under its token is done once", func(t *testing.T) {
		first := token()
		for range 3 {
			require.NoError(t, write(first, increment))
		}
		assert.Equal(t, num("1"), get(t, client, table, key("counter"))["n"])
		require.NoError(t, write(token(), increment))
		assert.Equal(t, num("2"), get(t, client, table, key("counter"))["n"])
	})
	t.Run("it succeeds even if its condition would fail now", func(t *testing.T) {
		first, once := token(), on.put(key("once"), func(p *types.Put) { p.ConditionExpression = name("attribute_not_exists(pk)") })
		require.NoError(t, write(first, once))
		assert.NoError(t, write(first, once))
		requireReasons(t, write(token(), once), checkFailed)
	})
	t.Run("another transaction under the token is refused", func(t *testing.T) {
		first := token()
		require.NoError(t, write(first, on.put(key("a")), on.put(key("b"))))
		for _, other := range [][]types.TransactWriteItem{
			{on.put(key("c"))},
			{on.put(key("b")), on.put(key("a"))},
			{on.put(key("a")), on.put(item{"pk": str("b"), "v": null()})},
			{on.put(key("a")), on.put(key("b")), on.put(key("c"))},
		} {
			err := write(first, other...)
			requireCode(t, tokenReused, err)
			var typed *types.IdempotentParameterMismatchException
			assert.ErrorAs(t, err, &typed)
		}
		assert.Nil(t, get(t, client, table, key("c")))
	})
	t.Run("a cancelled transaction does not use up its token", func(t *testing.T) {
		first, check := token(), on.check("later", "attribute_exists(pk)", nil)
		requireReasons(t, write(first, check, on.put(key("after"))), checkFailed, none)
		put(t, client, table, key("later"))
		require.NoError(t, write(first, check, on.put(key("after"))))
		assert.Equal(t, key("after"), get(t, client, table, key("after")))
	})
	t.Run("the level of reported capacity may change under a token", func(t *testing.T) {
		in := &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{on.put(key("level"))}, ClientRequestToken: aws.String(token())}
		_, err := client.TransactWriteItems(t.Context(), in)
		require.NoError(t, err)
		in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
		out, err := client.TransactWriteItems(t.Context(), in)
		require.NoError(t, err)
		require.Len(t, out.ConsumedCapacity, 1)
		assert.InDelta(t, 2, *out.ConsumedCapacity[0].CapacityUnits, 0)
	})
	t.Run("a token of more than 36 characters is refused", func(t *testing.T) {
		assertCode(t, invalid, write(token()+"x", increment))
	})
}
