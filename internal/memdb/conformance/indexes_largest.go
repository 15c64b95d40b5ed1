package conformance

import (
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// testLargestIndexKey has a global index with as many key attributes as there
// may be: four hash and four range attributes.
func testLargestIndexKey(t *testing.T, client *dynamodb.Client) {
	in := definition("pk", "S")
	var keys []types.KeySchemaElement
	for _, part := range []func(string) types.KeySchemaElement{hashPart, sortPart} {
		for i := range 4 {
			element := part("k" + strconv.Itoa(len(keys)))
			define(in, *element.AttributeName, []string{"S", "N", "B", "N"}[i])
			keys = append(keys, element)
		}
	}
	in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{{
		IndexName: name("largest"), KeySchema: keys, Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly},
	}}
	table := create(t, client, in)
	full := func(i int) item {
		return item{
			"pk": str(strconv.Itoa(i)), "k0": str("h"), "k1": num("1"), "k2": bin(2), "k3": num("3"),
			"k4": str("s"), "k5": num(strconv.Itoa(i / 4)), "k6": bin(byte(i / 2)), "k7": num(strconv.Itoa(i)),
		}
	}
	for i := range 8 {
		put(t, client, table, with(full(i), item{"rest": str("r")}))
	}
	put(t, client, table, with(full(9), item{"k3": num("4")}))
	partial := full(10)
	delete(partial, "k7")
	put(t, client, table, partial)

	const partition = "k0 = :k0 AND k1 = :k1 AND k2 = :k2 AND k3 = :k3"
	query := func(condition string) *dynamodb.QueryInput {
		values := item{}
		for attribute, v := range full(6) {
			if strings.Contains(condition, ":"+attribute) {
				values[":"+attribute] = v
			}
		}
		return &dynamodb.QueryInput{TableName: table, IndexName: name("largest"), KeyConditionExpression: &condition, ExpressionAttributeValues: values}
	}

	t.Run("the index describes its keys in their order", func(t *testing.T) {
		described := awaitTable(t, client, table)
		require.Len(t, described.GlobalSecondaryIndexes, 1)
		assert.Equal(t, keys, described.GlobalSecondaryIndexes[0].KeySchema)
		assert.Equal(t, types.IndexStatusActive, described.GlobalSecondaryIndexes[0].IndexStatus)
		assert.ElementsMatch(t, in.AttributeDefinitions, described.AttributeDefinitions)
	})
	for _, test := range []struct {
		more string
		want []int
	}{
		{"", []int{0, 1, 2, 3, 4, 5, 6, 7}},
		{" AND k4 = :k4 AND k5 = :k5", []int{4, 5, 6, 7}},
		{" AND k4 = :k4 AND k5 = :k5 AND k6 < :k6", []int{4, 5}},
		{" AND k4 = :k4 AND k5 = :k5 AND k6 = :k6", []int{6, 7}},
		{" AND k4 = :k4 AND k5 = :k5 AND k6 = :k6 AND k7 > :k7", []int{7}},
		{" AND k4 = :k4 AND k5 = :k5 AND k6 = :k6 AND k7 = :k7", []int{6}},
	} {
		t.Run("all hash attributes"+test.more+" select a range in order", func(t *testing.T) {
			out, err := client.Query(t.Context(), query(partition+test.more))
			require.NoError(t, err)
			assert.Equal(t, test.want, sortKeys(t, "k7", out.Items))
		})
	}
	t.Run("pages go through the partition and miss nothing", func(t *testing.T) {
		query := query(partition)
		query.Limit = new(int32(3))
		out, err := client.Query(t.Context(), query)
		require.NoError(t, err)
		assert.Equal(t, []item{full(0), full(1), full(2)}, out.Items, "the index holds keys only")
		assert.Equal(t, full(2), out.LastEvaluatedKey)
		query.ExclusiveStartKey, query.Limit = out.LastEvaluatedKey, nil
		out, err = client.Query(t.Context(), query)
		require.NoError(t, err)
		assert.Equal(t, []int{3, 4, 5, 6, 7}, sortKeys(t, "k7", out.Items))
	})
	for _, condition := range []string{
		"k0 = :k0 AND k1 = :k1 AND k2 = :k2",
		partition + " AND k7 = :k7",
		partition + " AND k4 = :k4 AND k5 >= :k5 AND k6 = :k6",
	} {
		t.Run("condition "+condition+" is refused", func(t *testing.T) {
			_, err := client.Query(t.Context(), query(condition))
			assertCode(t, invalid, err)
		})
	}
	t.Run("a fifth range attribute is refused", func(t *testing.T) {
		larger := *in
		larger.TableName = name(randomName())
		larger.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{in.GlobalSecondaryIndexes[0]}
		larger.GlobalSecondaryIndexes[0].KeySchema = append(keys[:8:8], sortPart("pk"))
		_, err := client.CreateTable(t.Context(), &larger)
		assertCode(t, invalid, err)
	})
}
