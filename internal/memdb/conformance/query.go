package conformance

import (
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sortKeys returns the numbers in an attribute of the items.
func sortKeys(t *testing.T, attribute string, items []item) []int {
	t.Helper()
	numbers := []int{}
	for _, it := range items {
		n, ok := it[attribute].(*types.AttributeValueMemberN)
		require.True(t, ok, "item without a number in %s", attribute)
		i, err := strconv.Atoi(n.Value)
		require.NoError(t, err)
		numbers = append(numbers, i)
	}
	return numbers
}

func testQuery(t *testing.T, client *dynamodb.Client) {
	table := create(t, client, definition("pk", "S", "sk", "N"))
	for i := range 10 {
		put(t, client, table, with(keyed("a", i), item{"odd": boolean(i%2 == 1), "s": str("x")}))
	}
	put(t, client, table, keyed("b", 3))
	a := item{":p": str("a")}
	query := func(condition string, values item) *dynamodb.QueryInput {
		return &dynamodb.QueryInput{TableName: table, KeyConditionExpression: &condition, ExpressionAttributeValues: with(a, values)}
	}

	for _, test := range []struct {
		condition string
		values    item
		want      []int
	}{
		{"pk = :p", nil, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}},
		{"pk = :p AND sk = :v", item{":v": num("3.0")}, []int{3}},
		{"pk = :p AND sk < :v", item{":v": num("3")}, []int{0, 1, 2}},
		{"pk = :p AND sk <= :v", item{":v": num("3")}, []int{0, 1, 2, 3}},
		{"pk = :p AND sk > :v", item{":v": num("7")}, []int{8, 9}},
		{"pk = :p AND sk >= :v", item{":v": num("6.5")}, []int{7, 8, 9}},
		{"pk = :p AND sk BETWEEN :v AND :w", item{":v": num("3"), ":w": num("5")}, []int{3, 4, 5}},
		{"sk > :v AND pk = :p", item{":v": num("7")}, []int{8, 9}},
		{":p = pk AND :v <= sk", item{":v": num("8")}, []int{8, 9}},
		{"(pk = :p) AND (sk = :v)", item{":v": num("1")}, []int{1}},
		{"pk = :p AND sk > :v", item{":v": num("70")}, []int{}},
	} {
		t.Run("key condition "+test.condition+" selects its range in order", func(t *testing.T) {
			out, err := client.Query(t.Context(), query(test.condition, test.values))
			require.NoError(t, err)
			assert.Equal(t, test.want, sortKeys(t, "sk", out.Items))
			assert.EqualValues(t, len(test.want), out.Count)
			assert.EqualValues(t, len(test.want), out.ScannedCount)
			assert.Nil(t, out.LastEvaluatedKey)
		})
	}
	for _, test := range []struct {
		condition string
		values    item
	}{
		{"sk = :p", nil},
		{"pk > :p", nil},
		{"pk = :v", item{":p": str("unused"), ":v": str("a")}},
		{"pk = :p AND pk = :p", nil},
		{"pk = :p AND s = :v", item{":v": str("x")}},
		{"pk = :p OR sk = :v", item{":v": num("1")}},
		{"pk = :p AND NOT sk = :v", item{":v": num("1")}},
		{"pk = :p AND sk <> :v", item{":v": num("1")}},
		{"pk = :p AND sk IN (:v)", item{":v": num("1")}},
		{"pk = :p AND size(sk) = :v", item{":v": num("1")}},
		{"pk = :p AND sk = :v AND sk = :v", item{":v": num("1")}},
		{"pk = :p AND sk = :v", item{":v": str("1")}},
		{"pk = :p AND sk BETWEEN :v AND :w", item{":v": num("2"), ":w": num("1")}},
		{"pk = :p AND begins_with(sk, :v)", item{":v": num("1")}},
		{"pk = :p AND attribute_exists(sk)", nil},
		{"pk = sk AND pk = :p", nil},
		{"pk.x = :p", nil},
	} {
		t.Run("key condition "+test.condition+" is refused", func(t *testing.T) {
			_, err := client.Query(t.Context(), query(test.condition, test.values))
			assertCode(t, invalid, err)
		})
	}
	t.Run("a query without a key condition is refused", func(t *testing.T) {
		_, err := client.Query(t.Context(), &dynamodb.QueryInput{TableName: table})
		assertCode(t, invalid, err)
	})
	t.Run("a backward query goes from the end", func(t *testing.T) {
		in := query("pk = :p AND sk < :v", item{":v": num("5")})
		in.ScanIndexForward, in.Limit = aws.Bool(false), aws.Int32(2)
		out, err := client.Query(t.Context(), in)
		require.NoError(t, err)
		assert.Equal(t, []int{4, 3}, sortKeys(t, "sk", out.Items))
		assert.Equal(t, keyed("a", 3), out.LastEvaluatedKey)
		in.ExclusiveStartKey = out.LastEvaluatedKey
		out, err = client.Query(t.Context(), in)
		require.NoError(t, err)
		assert.Equal(t, []int{2, 1}, sortKeys(t, "sk", out.Items))
	})
	t.Run("a limit that ends at the last item still gives a key", func(t *testing.T) {
		in := query("pk = :p", nil)
		in.Limit = aws.Int32(10)
		out, err := client.Query(t.Context(), in)
		require.NoError(t, err)
		require.Equal(t, keyed("a", 9), out.LastEvaluatedKey)
		in.ExclusiveStartKey = out.LastEvaluatedKey
		out, err = client.Query(t.Context(), in)
		require.NoError(t, err)
		assert.Empty(t, out.Items)
		assert.Nil(t, out.LastEvaluatedKey)
	})
	t.Run("a limit of zero is refused", func(t *testing.T) {
		in := query("pk = :p", nil)
		in.Limit = aws.Int32(0)
		_, err := client.Query(t.Context(), in)
		assertCode(t, invalid, err)
	})
	t.Run("the filter counts after the limit", func(t *testing.T) {
		in := query("pk = :p", item{":t": boolean(true)})
		in.FilterExpression, in.Limit = name("odd = :t"), aws.Int32(5)
		out, err := client.Query(t.Context(), in)
		require.NoError(t, err)
		assert.Equal(t, []int{1, 3}, sortKeys(t, "sk", out.Items))
		assert.EqualValues(t, 2, out.Count)
		assert.EqualValues(t, 5, out.ScannedCount)
		assert.Equal(t, keyed("a", 4), out.LastEvaluatedKey)
	})
	for _, filter := range []string{
		"sk = :v", "odd = :v OR NOT :v = pk", "odd = :v AND size(pk) = :v", "sk BETWEEN :v AND :v", "odd IN (:v, sk)", "attribute_exists(sk) AND odd = :v",
	} {
		t.Run("a filter on a key attribute is refused: "+filter, func(t *testing.T) {
			in := query("pk = :p", item{":v": num("1")})
			in.FilterExpression = &filter
			_, err := client.Query(t.Context(), in)
			assertCode(t, invalid, err)
		})
	}
	t.Run("the pages of a paginator are the whole partition", func(t *testing.T) {
		in := query("pk = :p", nil)
		in.Limit = aws.Int32(3)
		pages := dynamodb.NewQueryPaginator(client, in)
		var items []item
		for pages.HasMorePages() {
			out, err := pages.NextPage(t.Context())
			require.NoError(t, err)
			items = append(items, out.Items...)
		}
		assert.Equal(t, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, sortKeys(t, "sk", items))
	})
	t.Run("a count has no items", func(t *testing.T) {
		in := query("pk = :p", nil)
		in.Select = types.SelectCount
		out, err := client.Query(t.Context(), in)
		require.NoError(t, err)
		assert.Nil(t, out.Items)
		assert.EqualValues(t, 10, out.Count)
	})
	t.Run("a projection selects attributes", func(t *testing.T) {
		in := query("pk = :p", nil)
		in.ProjectionExpression, in.Select, in.Limit = name("odd"), types.SelectSpecificAttributes, aws.Int32(1)
		out, err := client.Query(t.Context(), in)
		require.NoError(t, err)
		assert.Equal(t, []item{{"odd": boolean(false)}}, out.Items)
	})
	for _, test := range []struct {
		choice     types.Select
		projection *string
	}{
		{types.SelectCount, name("odd")},
		{types.SelectAllAttributes, name("odd")},
		{types.SelectSpecificAttributes, nil},
		{types.SelectAllProjectedAttributes, nil},
		{"NONSENSE", nil},
	} {
		t.Run("select "+string(test.choice)+" is refused where it makes no sense", func(t *testing.T) {
			in := query("pk = :p", nil)
			in.Select, in.ProjectionExpression = test.choice, test.projection
			_, err := client.Query(t.Context(), in)
			assertCode(t, invalid, err)
		})
	}
	for _, test := range []struct {
		name  string
		start item
		want  string
	}{
		{"a start key that is not stored is a position", item{"pk": str("a"), "sk": num("2.5")}, ""},
		{"a start key of another partition is refused", keyed("b", 3), invalid},
		{"a start key outside of the range is refused", keyed("a", 8), invalid},
		{"a start key without its sort attribute is refused", key("a"), invalid},
		{"a start key of another type is refused", item{"pk": str("a"), "sk": str("2")}, invalid},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := query("pk = :p AND sk < :v", item{":v": num("5")})
			in.ExclusiveStartKey = test.start
			out, err := client.Query(t.Context(), in)
			requireCode(t, test.want, err)
			if err == nil {
				assert.Equal(t, []int{3, 4}, sortKeys(t, "sk", out.Items))
			}
		})
	}
}

func testKeyOrder(t *testing.T, client *dynamodb.Client) {
	ordered := func(t *testing.T, kind string, values ...value) {
		t.Helper()
		table := create(t, client, definition("pk", "S", "sk", kind))
		want := []item{}
		for i := range values {
			want = append(want, item{"pk": str("a"), "sk": values[i]})
			put(t, client, table, item{"pk": str("a"), "sk": values[len(values)-1-i]})
		}
		out, err := client.Query(t.Context(), &dynamodb.QueryInput{
			TableName: table, KeyConditionExpression: name("pk = :p"), ExpressionAttributeValues: item{":p": str("a")},
		})
		require.NoError(t, err)
		assert.Equal(t, want, out.Items)
	}
	t.Run("number keys are in the order of numbers", func(t *testing.T) {
		ordered(t, "N", num("-1000000000000000000000000000000"), num("-10"), num("-9.5"), num("-9"), num("-0.02"), num("-0.01"), num("0"),
			num("0.001"), num("0.0011"), num("0.1"), num("1"), num("1.5"), num("9"), num("10"), num("12345678901234567890123456789012345678"), num("12345678901234567890123456789012345679"))
	})
	t.Run("string keys are in the order of their bytes", func(t *testing.T) {
		ordered(t, "S", str("\x00"), str("\x00\x00"), str("\x00a"), str("\x01"), str("A"), str("Z"), str("a"), str("a\x00"), str("aa"), str("é"), str("\uffff"), str("😀"))
	})
	t.Run("binary keys are in the order of unsigned bytes", func(t *testing.T) {
		ordered(t, "B", bin(0), bin(0, 0), bin(0, 1), bin(1), bin('a'), bin('a', 0), bin(0x7f), bin(0x80), bin(0xff), bin(0xff, 0), bin(0xff, 0xff))
	})
	t.Run("begins_with selects strings and binaries by their prefix", func(t *testing.T) {
		for kind, test := range map[string]struct {
			keys   []value
			prefix value
			want   int
		}{
			"S": {[]value{str("a"), str("ab"), str("ab\x00"), str("abc"), str("ac"), str("b")}, str("ab"), 3},
			"B": {[]value{bin(1), bin(1, 0xff), bin(1, 0xff, 0xff), bin(2), bin(1, 0xfe)}, bin(1, 0xff), 2},
		} {
			table := create(t, client, definition("pk", "S", "sk", kind))
			for _, k := range test.keys {
				put(t, client, table, item{"pk": str("a"), "sk": k})
			}
			out, err := client.Query(t.Context(), &dynamodb.QueryInput{
				TableName: table, KeyConditionExpression: name("pk = :p AND begins_with(sk, :v)"),
				ExpressionAttributeValues: item{":p": str("a"), ":v": test.prefix},
			})
			require.NoError(t, err)
			assert.Len(t, out.Items, test.want)
		}
	})
}
