package conformance

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func testTables(t *testing.T, client *dynamodb.Client) {
	in := definition("pk", "S", "sk", "N")
	table := create(t, client, in)
	put(t, client, table, keyed("a", 1))

	t.Run("a created table is active and describes its keys", func(t *testing.T) {
		out, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: table})
		require.NoError(t, err)
		assert.Equal(t, types.TableStatusActive, out.Table.TableStatus)
		assert.Equal(t, in.KeySchema, out.Table.KeySchema)
		assert.Equal(t, in.AttributeDefinitions, out.Table.AttributeDefinitions)
		assert.Equal(t, types.BillingModePayPerRequest, out.Table.BillingModeSummary.BillingMode)
		assert.Contains(t, *out.Table.TableArn, ":table/"+*table)
		assert.EqualValues(t, 1, *out.Table.ItemCount)
		assert.False(t, out.Table.CreationDateTime.IsZero())
	})
	t.Run("a table is found by its ARN", func(t *testing.T) {
		described, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: table})
		require.NoError(t, err)
		out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: described.Table.TableArn, Key: keyed("a", 1)})
		require.NoError(t, err)
		assert.Equal(t, keyed("a", 1), out.Item)
	})
	t.Run("a table cannot be created twice", func(t *testing.T) {
		_, err := client.CreateTable(t.Context(), in)
		assertCode(t, inUse, err)
		var typed *types.ResourceInUseException
		assert.ErrorAs(t, err, &typed)
	})
	t.Run("an unknown table is not found by any operation", func(t *testing.T) {
		unknown := name(randomName())
		_, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: unknown})
		assertCode(t, notFound, err)
		_, err = client.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: unknown})
		assertCode(t, notFound, err)
		_, err = client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: unknown, Item: key("a")})
		assertCode(t, notFound, err)
		var typed *types.ResourceNotFoundException
		assert.ErrorAs(t, err, &typed)
		_, err = client.Scan(t.Context(), &dynamodb.ScanInput{TableName: unknown})
		assertCode(t, notFound, err)
	})
	t.Run("a deleted table is gone with its items", func(t *testing.T) {
		in := definition("pk", "S")
		_, err := client.CreateTable(t.Context(), in)
		require.NoError(t, err)
		put(t, client, in.TableName, key("a"))
		dropTable(t, client, in.TableName)
		create(t, client, in)
		assert.Nil(t, get(t, client, in.TableName, key("a")))
	})
	t.Run("tables are listed in the order of their names, page by page", func(t *testing.T) {
		create(t, client, definition("pk", "S"))
		pages := dynamodb.NewListTablesPaginator(client, &dynamodb.ListTablesInput{Limit: aws.Int32(1)})
		var names []string
		for pages.HasMorePages() {
			out, err := pages.NextPage(t.Context())
			require.NoError(t, err)
			assert.LessOrEqual(t, len(out.TableNames), 1)
			names = append(names, out.TableNames...)
		}
		assert.IsIncreasing(t, names)
		assert.Contains(t, names, *table)
		_, err := client.ListTables(t.Context(), &dynamodb.ListTablesInput{Limit: aws.Int32(101)})
		assertCode(t, invalid, err)
	})
}

func testDefinitions(t *testing.T, client *dynamodb.Client) {
	index := func(kind types.ProjectionType, attributes []string, keys ...types.KeySchemaElement) types.GlobalSecondaryIndex {
		return types.GlobalSecondaryIndex{
			IndexName:  name("byIndex"),
			KeySchema:  keys,
			Projection: &types.Projection{ProjectionType: kind, NonKeyAttributes: attributes},
		}
	}
	for _, test := range []struct {
		name   string
		change func(in *dynamodb.CreateTableInput)
	}{
		{"a name of two characters is refused", func(in *dynamodb.CreateTableInput) { in.TableName = name("ab") }},
		{"a name with a blank is refused", func(in *dynamodb.CreateTableInput) { in.TableName = name("a b c") }},
		{"a key attribute without a definition is refused", func(in *dynamodb.CreateTableInput) { in.AttributeDefinitions = in.AttributeDefinitions[:1] }},
		{"a definition that no key uses is refused", func(in *dynamodb.CreateTableInput) { define(in, "other1", "S") }},
		{"a key attribute of another type is refused", func(in *dynamodb.CreateTableInput) { in.AttributeDefinitions[0].AttributeType = "BOOL" }},
		{"a table without a hash key is refused", func(in *dynamodb.CreateTableInput) { in.KeySchema[0].KeyType = types.KeyTypeRange }},
		{"two hash keys are refused", func(in *dynamodb.CreateTableInput) { in.KeySchema[1].KeyType = types.KeyTypeHash }},
		{"the same attribute twice is refused", func(in *dynamodb.CreateTableInput) {
			in.KeySchema[1].AttributeName = name("pk")
			in.AttributeDefinitions = in.AttributeDefinitions[:1]
		}},
		{"a provisioned table without throughput is refused", func(in *dynamodb.CreateTableInput) { in.BillingMode = "" }},
		{"an index on an undefined attribute is refused", func(in *dynamodb.CreateTableInput) {
			in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{index("ALL", nil, hashPart("gk"))}
		}},
		{"two indexes of one name are refused", func(in *dynamodb.CreateTableInput) {
			in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{index("ALL", nil, hashPart("pk")), index("ALL", nil, hashPart("pk"))}
		}},
		{"a projection INCLUDE of nothing is refused", func(in *dynamodb.CreateTableInput) {
			in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{index("INCLUDE", nil, hashPart("pk"))}
		}},
		{"a projection ALL with attributes is refused", func(in *dynamodb.CreateTableInput) {
			in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{index("ALL", []string{"x"}, hashPart("pk"))}
		}},
		{"an empty list of indexes is refused", func(in *dynamodb.CreateTableInput) {
			in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{}
		}},
		{"an index with five hash attributes is refused", func(in *dynamodb.CreateTableInput) {
			keys := []types.KeySchemaElement{hashPart("pk")}
			for _, attribute := range []string{"g1", "g2", "g3", "g4"} {
				define(in, attribute, "S")
				keys = append(keys, hashPart(attribute))
			}
			in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{index("ALL", nil, keys...)}
		}},
		{"a local index with another hash key is refused", func(in *dynamodb.CreateTableInput) {
			in.LocalSecondaryIndexes = []types.LocalSecondaryIndex{{
				IndexName: name("local"), KeySchema: []types.KeySchemaElement{hashPart("sk"), sortPart("pk")},
				Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
			}}
		}},
		{"a local index without a sort key is refused", func(in *dynamodb.CreateTableInput) {
			in.LocalSecondaryIndexes = []types.LocalSecondaryIndex{{
				IndexName: name("local"), KeySchema: []types.KeySchemaElement{hashPart("pk")},
				Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
			}}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := definition("pk", "S", "sk", "S")
			test.change(in)
			_, err := client.CreateTable(t.Context(), in)
			assertCode(t, invalid, err)
			if err == nil {
				dropTable(t, client, in.TableName)
			}
		})
	}
	t.Run("a table with provisioned throughput is created", func(t *testing.T) {
		in := definition("pk", "B")
		in.BillingMode = types.BillingModeProvisioned
		in.ProvisionedThroughput = &types.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(5), WriteCapacityUnits: aws.Int64(6)}
		out, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: create(t, client, in)})
		require.NoError(t, err)
		assert.EqualValues(t, 5, *out.Table.ProvisionedThroughput.ReadCapacityUnits)
		assert.EqualValues(t, 6, *out.Table.ProvisionedThroughput.WriteCapacityUnits)
	})
}
