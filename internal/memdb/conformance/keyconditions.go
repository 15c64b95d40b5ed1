package conformance

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// testKeyConditions checks what there was before key condition expressions.
func testKeyConditions(t *testing.T, client *dynamodb.Client) {
	table := create(t, client, definition("pk", "S", "sk", "N"))
	for i := range 10 {
		put(t, client, table, with(keyed("a", i), item{"odd": boolean(i%2 == 1)}))
	}
	put(t, client, table, keyed("b", 3))
	is := func(operator types.ComparisonOperator, values ...value) types.Condition {
		return types.Condition{ComparisonOperator: operator, AttributeValueList: values}
	}
	partition := map[string]types.Condition{"pk": is("EQ", str("a"))}
	both := func(c types.Condition) map[string]types.Condition {
		return map[string]types.Condition{"pk": is("EQ", str("a")), "sk": c}
	}

	for name, test := range map[string]struct {
		conditions map[string]types.Condition
		want       []int
	}{
		"the partition key": {partition, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}},
		"EQ":                {both(is("EQ", num("3.0"))), []int{3}},
		"LT":                {both(is("LT", num("3"))), []int{0, 1, 2}},
		"LE":                {both(is("LE", num("3"))), []int{0, 1, 2, 3}},
		"GT":                {both(is("GT", num("7"))), []int{8, 9}},
		"GE":                {both(is("GE", num("6.5"))), []int{7, 8, 9}},
		"BETWEEN":           {both(is("BETWEEN", num("3"), num("5"))), []int{3, 4, 5}},
	} {
		t.Run("key conditions with "+name+" select their range in order", func(t *testing.T) {
			out, err := client.Query(t.Context(), &dynamodb.QueryInput{TableName: table, KeyConditions: test.conditions})
			require.NoError(t, err)
			assert.Equal(t, test.want, sortKeys(t, "sk", out.Items))
		})
	}
	t.Run("key conditions with BEGINS_WITH select strings by their prefix", func(t *testing.T) {
		table := create(t, client, definition("pk", "S", "sk", "S"))
		for _, k := range []string{"a", "ab", "abc", "b"} {
			put(t, client, table, item{"pk": str("a"), "sk": str(k)})
		}
		out, err := client.Query(t.Context(), &dynamodb.QueryInput{TableName: table, KeyConditions: both(is("BEGINS_WITH", str("ab")))})
		require.NoError(t, err)
		assert.Len(t, out.Items, 2)
	})
	t.Run("key conditions go together with filter and projection expressions", func(t *testing.T) {
		out, err := client.Query(t.Context(), &dynamodb.QueryInput{TableName: table, KeyConditions: partition,
			FilterExpression: name("odd = :t"), ProjectionExpression: name("sk"), ExpressionAttributeValues: item{":t": boolean(true)}})
		require.NoError(t, err)
		assert.Equal(t, []int{1, 3, 5, 7, 9}, sortKeys(t, "sk", out.Items))
		assert.Len(t, out.Items[0], 1)
	})
	for name, in := range map[string]*dynamodb.QueryInput{
		"together with a key condition expression": {KeyConditions: partition, KeyConditionExpression: name("pk = :p"), ExpressionAttributeValues: item{":p": str("a")}},
		"that are empty":                   {KeyConditions: map[string]types.Condition{}},
		"with names and no expression":     {KeyConditions: partition, ExpressionAttributeNames: map[string]string{"#p": "pk"}},
		"without the partition key":        {KeyConditions: map[string]types.Condition{"sk": is("EQ", num("1"))}},
		"with a range of partition keys":   {KeyConditions: map[string]types.Condition{"pk": is("LT", str("a"))}},
		"with an attribute that is no key": {KeyConditions: map[string]types.Condition{"pk": is("EQ", str("a")), "odd": is("EQ", boolean(true))}},
		"with the operator IN":             {KeyConditions: both(is("IN", num("1")))},
		"with an unknown operator":         {KeyConditions: both(is("EVEN", num("1")))},
		"with two values for EQ":           {KeyConditions: both(is("EQ", num("1"), num("2")))},
		"with no value":                    {KeyConditions: both(is("EQ"))},
		"with one value for BETWEEN":       {KeyConditions: both(is("BETWEEN", num("1")))},
		"with an empty range":              {KeyConditions: both(is("BETWEEN", num("5"), num("3")))},
		"with another type":                {KeyConditions: both(is("EQ", str("1")))},
		"with BEGINS_WITH for a number":    {KeyConditions: both(is("BEGINS_WITH", num("1")))},
	} {
		t.Run("key conditions "+name+" are refused", func(t *testing.T) {
			in.TableName = table
			_, err := client.Query(t.Context(), in)
			requireCode(t, "ValidationException", err)
		})
	}
}
