package conformance

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func addIndex(index, attribute string, projection types.ProjectionType) types.GlobalSecondaryIndexUpdate {
	return types.GlobalSecondaryIndexUpdate{Create: &types.CreateGlobalSecondaryIndexAction{
		IndexName: &index, KeySchema: []types.KeySchemaElement{hashPart(attribute)}, Projection: &types.Projection{ProjectionType: projection},
	}}
}

func deleteIndex(index string) types.GlobalSecondaryIndexUpdate {
	return types.GlobalSecondaryIndexUpdate{Delete: &types.DeleteGlobalSecondaryIndexAction{IndexName: &index}}
}

// awaitTable returns the description of a table once nothing of it is changing.
func awaitTable(t *testing.T, client *dynamodb.Client, table *string) *types.TableDescription {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		out, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: table})
		require.NoError(t, err)
		changing := slices.ContainsFunc(out.Table.GlobalSecondaryIndexes, func(i types.GlobalSecondaryIndexDescription) bool {
			return i.IndexStatus != types.IndexStatusActive
		})
		if out.Table.TableStatus == types.TableStatusActive && !changing {
			return out.Table
		}
		require.True(t, time.Now().Before(end), "the table is still %s", out.Table.TableStatus)
	}
}

func testTableUpdates(t *testing.T, client *dynamodb.Client) {
	table := create(t, client, definition("pk", "S", "sk", "N"))
	for i := range 5 {
		put(t, client, table, with(keyed("a", i), item{"gk": str("g"), "v": num(strconv.Itoa(i))}))
	}
	put(t, client, table, keyed("no index key", 1))
	update := func(definitions *dynamodb.CreateTableInput, updates ...types.GlobalSecondaryIndexUpdate) error {
		_, err := client.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{
			TableName: table, AttributeDefinitions: definitions.AttributeDefinitions, GlobalSecondaryIndexUpdates: updates,
		})
		return err
	}
	defined := func(attributes ...string) *dynamodb.CreateTableInput {
		in := &dynamodb.CreateTableInput{}
		for _, attribute := range attributes {
			define(in, attribute, "S")
		}
		return in
	}
	count := func(index string) int {
		return len(scanAll(t, client, &dynamodb.ScanInput{TableName: table, IndexName: &index}))
	}

	t.Run("a global index that is added holds the items that are there and those to come", func(t *testing.T) {
		before, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: table, Limit: new(int32(2))})
		require.NoError(t, err)
		in := defined("pk", "gk")
		define(in, "sk", "N")
		require.NoError(t, update(in, addIndex("everything", "gk", types.ProjectionTypeAll)))
		described := awaitTable(t, client, table)
		require.Len(t, described.GlobalSecondaryIndexes, 1)
		assert.Equal(t, "everything", *described.GlobalSecondaryIndexes[0].IndexName)
		assert.ElementsMatch(t, in.AttributeDefinitions, described.AttributeDefinitions)
		assert.Equal(t, 5, count("everything"))
		put(t, client, table, with(keyed("a", 5), item{"gk": str("g")}))
		assert.Equal(t, 6, count("everything"))
		rest := scanAll(t, client, &dynamodb.ScanInput{TableName: table, ExclusiveStartKey: before.LastEvaluatedKey})
		assert.GreaterOrEqual(t, len(rest), 4, "a scan goes on through the change")
	})
	t.Run("a second index needs no definition of the table's own keys", func(t *testing.T) {
		require.NoError(t, update(defined("gk"), addIndex("keys", "gk", types.ProjectionTypeKeysOnly)))
		awaitTable(t, client, table)
		items := scanAll(t, client, &dynamodb.ScanInput{TableName: table, IndexName: name("keys"), Limit: new(int32(1))})
		assert.Len(t, items, 6)
		assert.NotContains(t, items[0], "v")
	})
	for _, test := range []struct {
		name    string
		in      *dynamodb.CreateTableInput
		updates []types.GlobalSecondaryIndexUpdate
		want    string
	}{
		{"no change is refused", defined("gk"), nil, invalid},
		{"an empty change is refused", defined("gk"), []types.GlobalSecondaryIndexUpdate{{}}, invalid},
		{"an index that is there is refused", defined("gk"), []types.GlobalSecondaryIndexUpdate{addIndex("keys", "gk", types.ProjectionTypeAll)}, invalid},
		{"an index on an undefined attribute is refused", defined("gk"), []types.GlobalSecondaryIndexUpdate{addIndex("undefined", "zk", types.ProjectionTypeAll)}, invalid},
		{"a projection INCLUDE of nothing is refused", defined("gk"), []types.GlobalSecondaryIndexUpdate{addIndex("included", "gk", types.ProjectionTypeInclude)}, invalid},
		{"another type of an attribute is refused", defined("sk"), []types.GlobalSecondaryIndexUpdate{addIndex("another", "sk", types.ProjectionTypeAll)}, invalid},
		{"an unknown index cannot be deleted", defined(), []types.GlobalSecondaryIndexUpdate{deleteIndex("unknown")}, notFound},
		{"two changes at once are refused", defined("gk"), []types.GlobalSecondaryIndexUpdate{deleteIndex("keys"), addIndex("another", "gk", types.ProjectionTypeAll)}, "LimitExceededException"},
	} {
		t.Run(test.name, func(t *testing.T) {
			assertCode(t, test.want, update(test.in, test.updates...))
			assert.Len(t, awaitTable(t, client, table).GlobalSecondaryIndexes, 2)
		})
	}
	t.Run("an unknown table is not found", func(t *testing.T) {
		_, err := client.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{
			TableName: name(randomName()), GlobalSecondaryIndexUpdates: []types.GlobalSecondaryIndexUpdate{deleteIndex("keys")},
		})
		assertCode(t, notFound, err)
	})
	t.Run("a deleted index is gone, and the last one takes its attribute definition along", func(t *testing.T) {
		require.NoError(t, update(defined(), deleteIndex("keys")))
		assert.Len(t, awaitTable(t, client, table).AttributeDefinitions, 3)
		assert.Equal(t, 6, count("everything"))
		require.NoError(t, update(defined(), deleteIndex("everything")))
		described := awaitTable(t, client, table)
		assert.Empty(t, described.GlobalSecondaryIndexes)
		assert.Len(t, described.AttributeDefinitions, 2)
		_, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: table, IndexName: name("everything")})
		assertCode(t, invalid, err)
		assert.Len(t, scanAll(t, client, &dynamodb.ScanInput{TableName: table}), 7)
	})
}
