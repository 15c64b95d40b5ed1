package conformance

import (
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func indexedTable() *dynamodb.CreateTableInput {
	in := definition("pk", "S", "sk", "N")
	define(in, "gh", "S")
	define(in, "gs", "N")
	define(in, "ls", "S")
	in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{
		{
			IndexName: name("included"), KeySchema: []types.KeySchemaElement{hashPart("gh"), sortPart("gs")},
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeInclude, NonKeyAttributes: []string{"inc"}},
		},
		{
			IndexName: name("everything"), KeySchema: []types.KeySchemaElement{hashPart("gh")},
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
		},
	}
	in.LocalSecondaryIndexes = []types.LocalSecondaryIndex{{
		IndexName: name("local"), KeySchema: []types.KeySchemaElement{hashPart("pk"), sortPart("ls")},
		Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly},
	}}
	return in
}

func testIndexes(t *testing.T, client *dynamodb.Client) {
	table := create(t, client, indexedTable())
	full := func(i int) item {
		return with(keyed("a", i), item{
			"gh": str("g"), "gs": num(strconv.Itoa(-i)), "ls": str("l" + strconv.Itoa(9-i)), "inc": str("i"), "rest": str("r"),
		})
	}
	for i := range 5 {
		put(t, client, table, full(i))
	}
	put(t, client, table, keyed("a", 50), with(keyed("a", 51), item{"gh": str("g")}), with(keyed("b", 1), item{"gh": str("other1"), "gs": num("1")}))
	g, a := item{":v": str("g")}, item{":v": str("a")}
	query := func(index, condition string, values item) *dynamodb.QueryInput {
		return &dynamodb.QueryInput{TableName: table, IndexName: &index, KeyConditionExpression: &condition, ExpressionAttributeValues: values}
	}

	t.Run("an index describes itself", func(t *testing.T) {
		out, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: table})
		require.NoError(t, err)
		require.Len(t, out.Table.GlobalSecondaryIndexes, 2)
		require.Len(t, out.Table.LocalSecondaryIndexes, 1)
		assert.Equal(t, types.IndexStatusActive, out.Table.GlobalSecondaryIndexes[0].IndexStatus)
		assert.Equal(t, types.ProjectionTypeKeysOnly, out.Table.LocalSecondaryIndexes[0].Projection.ProjectionType)
		assert.Equal(t, []types.KeySchemaElement{hashPart("pk"), sortPart("ls")}, out.Table.LocalSecondaryIndexes[0].KeySchema)
		assert.True(t, strings.HasSuffix(*out.Table.LocalSecondaryIndexes[0].IndexArn, "/index/local"))
	})
	t.Run("a global index has the items with all of its keys, in the order of its sort key", func(t *testing.T) {
		out, err := client.Query(t.Context(), query("included", "gh = :v", g))
		require.NoError(t, err)
		assert.Equal(t, []int{-4, -3, -2, -1, 0}, sortKeys(t, "gs", out.Items))
	})
	t.Run("an index without a sort key has the items without it", func(t *testing.T) {
		out, err := client.Query(t.Context(), query("everything", "gh = :v", g))
		require.NoError(t, err)
		assert.ElementsMatch(t, []int{0, 1, 2, 3, 4, 51}, sortKeys(t, "sk", out.Items))
	})
	t.Run("a global index shows the attributes that it holds", func(t *testing.T) {
		want := full(4)
		delete(want, "rest")
		delete(want, "ls")
		in := query("included", "gh = :v", g)
		in.Limit = aws.Int32(1)
		out, err := client.Query(t.Context(), in)
		require.NoError(t, err)
		assert.Equal(t, []item{want}, out.Items)
		delete(want, "inc")
		assert.Equal(t, want, out.LastEvaluatedKey)
		in.ExclusiveStartKey = out.LastEvaluatedKey
		out, err = client.Query(t.Context(), in)
		require.NoError(t, err)
		assert.Equal(t, []int{-3}, sortKeys(t, "gs", out.Items))
	})
	t.Run("a start key without the keys of the index is refused", func(t *testing.T) {
		in := query("included", "gh = :v", g)
		in.ExclusiveStartKey = keyed("a", 4)
		_, err := client.Query(t.Context(), in)
		assertCode(t, invalid, err)
	})
	t.Run("pages through equal index keys miss nothing", func(t *testing.T) {
		for _, forward := range []bool{true, false} {
			in := query("everything", "gh = :v", g)
			in.Limit, in.ScanIndexForward = aws.Int32(1), &forward
			pages := dynamodb.NewQueryPaginator(client, in)
			var items []item
			for pages.HasMorePages() {
				out, err := pages.NextPage(t.Context())
				require.NoError(t, err)
				items = append(items, out.Items...)
			}
			assert.ElementsMatch(t, []int{0, 1, 2, 3, 4, 51}, sortKeys(t, "sk", items))
		}
	})
	t.Run("what a global index does not hold cannot be asked for", func(t *testing.T) {
		in := query("included", "gh = :v", g)
		in.Select = types.SelectAllAttributes
		_, err := client.Query(t.Context(), in)
		assertCode(t, invalid, err)
		in = query("included", "gh = :v", g)
		in.ProjectionExpression = name("rest")
		_, err = client.Query(t.Context(), in)
		assertCode(t, invalid, err)
		in = query("included", "gh = :v", with(g, item{":r": str("r")}))
		in.FilterExpression = name("rest = :r")
		_, err = client.Query(t.Context(), in)
		assertCode(t, invalid, err)
	})
	t.Run("a filter on an index may use the keys of the table but not of the index", func(t *testing.T) {
		in := query("included", "gh = :v", with(g, item{":n": num("2")}))
		in.FilterExpression = name("sk = :n")
		out, err := client.Query(t.Context(), in)
		require.NoError(t, err)
		assert.Equal(t, []int{2}, sortKeys(t, "sk", out.Items))
		in.FilterExpression = name("gs = :n")
		_, err = client.Query(t.Context(), in)
		assertCode(t, invalid, err)
	})
	t.Run("a consistent read of a global index is refused", func(t *testing.T) {
		in := query("included", "gh = :v", g)
		in.ConsistentRead = aws.Bool(true)
		_, err := client.Query(t.Context(), in)
		assertCode(t, invalid, err)
	})
	t.Run("a local index is another order of a partition", func(t *testing.T) {
		in := query("local", "pk = :v AND ls > :l", with(a, item{":l": str("l5")}))
		in.ConsistentRead = aws.Bool(true)
		out, err := client.Query(t.Context(), in)
		require.NoError(t, err)
		assert.Equal(t, []int{3, 2, 1, 0}, sortKeys(t, "sk", out.Items))
		assert.Equal(t, with(keyed("a", 3), item{"ls": str("l6")}), out.Items[0])
	})
	t.Run("a local index fetches from the table what it does not hold", func(t *testing.T) {
		in := query("local", "pk = :v", a)
		in.Select, in.Limit = types.SelectAllAttributes, aws.Int32(1)
		out, err := client.Query(t.Context(), in)
		require.NoError(t, err)
		assert.Equal(t, []item{full(4)}, out.Items)
		in.Select, in.ProjectionExpression = "", name("rest")
		out, err = client.Query(t.Context(), in)
		require.NoError(t, err)
		assert.Equal(t, []item{{"rest": str("r")}}, out.Items)
	})
	t.Run("an index is scanned", func(t *testing.T) {
		out, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: table, IndexName: name("included")})
		require.NoError(t, err)
		assert.EqualValues(t, 6, out.Count)
		for _, it := range out.Items {
			assert.NotContains(t, it, "rest")
		}
	})
	t.Run("an unknown index is refused", func(t *testing.T) {
		_, err := client.Query(t.Context(), query("unknown", "gh = :v", g))
		assertCode(t, invalid, err)
	})
	for _, test := range []struct {
		name string
		item item
	}{
		{"an index key of another type is refused", item{"gh": num("1")}},
		{"an empty index key is refused", item{"gh": str("")}},
		{"an index hash key over 2048 bytes is refused", item{"gh": str(strings.Repeat("x", 2049)), "gs": num("1")}},
		{"an index sort key over 1024 bytes is refused", item{"ls": str(strings.Repeat("x", 1025))}},
		{"NULL as an index key is refused", item{"gs": null()}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: with(keyed("z", 1), test.item)})
			assertCode(t, invalid, err)
		})
	}
	t.Run("a changed item moves in its indexes and a deleted one leaves them", func(t *testing.T) {
		count := func(v string) int32 {
			out, err := client.Query(t.Context(), query("everything", "gh = :v", item{":v": str(v)}))
			require.NoError(t, err)
			return out.Count
		}
		put(t, client, table, with(keyed("m", 1), item{"gh": str("from")}))
		assert.EqualValues(t, 1, count("from"))
		put(t, client, table, with(keyed("m", 1), item{"gh": str("to")}))
		assert.EqualValues(t, 0, count("from"))
		assert.EqualValues(t, 1, count("to"))
		_, err := client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: table, Key: keyed("m", 1)})
		require.NoError(t, err)
		assert.EqualValues(t, 0, count("to"))
	})
}

func testMultiAttributeKeys(t *testing.T, client *dynamodb.Client) {
	in := definition("pk", "S")
	for attribute, kind := range map[string]string{"h1": "S", "h2": "N", "s1": "S", "s2": "N"} {
		define(in, attribute, kind)
	}
	in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{{
		IndexName: name("multi"), KeySchema: []types.KeySchemaElement{hashPart("h1"), hashPart("h2"), sortPart("s1"), sortPart("s2")},
		Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
	}}
	table := create(t, client, in)
	for i := range 6 {
		put(t, client, table, item{"pk": str(strconv.Itoa(i)), "h1": str("h"), "h2": num("1"), "s1": str("s" + strconv.Itoa(i/3)), "s2": num(strconv.Itoa(i))})
	}
	put(t, client, table, item{"pk": str("partial"), "h1": str("h"), "h2": num("1")})
	all := item{":h1": str("h"), ":h2": num("1"), ":s1": str("s1"), ":s2": num("4")}
	query := func(condition string) (*dynamodb.QueryOutput, error) {
		values := item{}
		for placeholder, v := range all {
			if strings.Contains(condition, placeholder) {
				values[placeholder] = v
			}
		}
		return client.Query(t.Context(), &dynamodb.QueryInput{
			TableName: table, IndexName: name("multi"), KeyConditionExpression: &condition, ExpressionAttributeValues: values,
		})
	}
	for _, test := range []struct {
		condition string
		want      []int
	}{
		{"h1 = :h1 AND h2 = :h2", []int{0, 1, 2, 3, 4, 5}},
		{"h1 = :h1 AND h2 = :h2 AND s1 = :s1", []int{3, 4, 5}},
		{"h1 = :h1 AND h2 = :h2 AND s1 < :s1", []int{0, 1, 2}},
		{"h1 = :h1 AND h2 = :h2 AND begins_with(s1, :s1)", []int{3, 4, 5}},
		{"h1 = :h1 AND h2 = :h2 AND s1 = :s1 AND s2 >= :s2", []int{4, 5}},
		{"h1 = :h1 AND h2 = :h2 AND s1 = :s1 AND s2 = :s2", []int{4}},
	} {
		t.Run("condition "+test.condition+" selects its range in order", func(t *testing.T) {
			out, err := query(test.condition)
			require.NoError(t, err)
			assert.Equal(t, test.want, sortKeys(t, "s2", out.Items))
		})
	}
	for _, condition := range []string{
		"h1 = :h1",
		"h1 = :h1 AND h2 > :h2",
		"h1 = :h1 AND h2 = :h2 AND s2 = :s2",
		"h1 = :h1 AND h2 = :h2 AND s1 > :s1 AND s2 = :s2",
	} {
		t.Run("condition "+condition+" is refused", func(t *testing.T) {
			_, err := query(condition)
			assertCode(t, invalid, err)
		})
	}
}
