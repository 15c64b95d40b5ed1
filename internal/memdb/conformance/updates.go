package conformance

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func testUpdates(t *testing.T, client *dynamodb.Client) {
	in := definition("pk", "S")
	define(in, "gk", "S")
	in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{{
		IndexName: name("index"), KeySchema: []types.KeySchemaElement{hashPart("gk")}, Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
	}}
	table := create(t, client, in)
	update := func(pk, expression string, values item) *dynamodb.UpdateItemInput {
		return &dynamodb.UpdateItemInput{TableName: table, Key: key(pk), UpdateExpression: &expression, ExpressionAttributeValues: values}
	}

	t.Run("an update creates a missing item", func(t *testing.T) {
		_, err := client.UpdateItem(t.Context(), update("new", "SET a = :a", item{":a": num("1")}))
		require.NoError(t, err)
		assert.Equal(t, item{"pk": str("new"), "a": num("1")}, get(t, client, table, key("new")))
	})
	t.Run("an update without an expression creates the key", func(t *testing.T) {
		_, err := client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: table, Key: key("bare")})
		require.NoError(t, err)
		assert.Equal(t, key("bare"), get(t, client, table, key("bare")))
	})
	for _, test := range []struct {
		returned types.ReturnValue
		want     item
	}{
		{types.ReturnValueNone, nil},
		{types.ReturnValueAllOld, item{"pk": str("r"), "a": num("1"), "b": num("2"), "m": dict(item{"x": num("1"), "y": num("2")})}},
		{types.ReturnValueAllNew, item{"pk": str("r"), "a": num("5"), "m": dict(item{"x": num("5"), "y": num("2")})}},
		{types.ReturnValueUpdatedOld, item{"a": num("1"), "b": num("2"), "m": dict(item{"x": num("1"), "y": num("2")})}},
		{types.ReturnValueUpdatedNew, item{"a": num("5"), "m": dict(item{"x": num("5"), "y": num("2")})}},
	} {
		t.Run("an update returns "+string(test.returned), func(t *testing.T) {
			put(t, client, table, item{"pk": str("r"), "a": num("1"), "b": num("2"), "m": dict(item{"x": num("1"), "y": num("2")})})
			in := update("r", "SET a = :a, m.x = :a REMOVE b", item{":a": num("5")})
			in.ReturnValues = test.returned
			out, err := client.UpdateItem(t.Context(), in)
			require.NoError(t, err)
			if len(test.want) == 0 {
				assert.Empty(t, out.Attributes)
			} else {
				assert.Equal(t, test.want, out.Attributes)
			}
		})
	}
	t.Run("a failed condition changes nothing", func(t *testing.T) {
		put(t, client, table, key("c"))
		in := update("c", "SET a = :a", item{":a": num("1")})
		in.ConditionExpression = name("attribute_not_exists(pk)")
		in.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
		_, err := client.UpdateItem(t.Context(), in)
		var typed *types.ConditionalCheckFailedException
		require.ErrorAs(t, err, &typed)
		assert.Equal(t, key("c"), typed.Item)
		assert.Equal(t, key("c"), get(t, client, table, key("c")))
	})
	t.Run("an update moves the item in an index", func(t *testing.T) {
		_, err := client.UpdateItem(t.Context(), update("i", "SET gk = :a", item{":a": str("g")}))
		require.NoError(t, err)
		out, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: table, IndexName: name("index")})
		require.NoError(t, err)
		assert.Equal(t, []item{{"pk": str("i"), "gk": str("g")}}, out.Items)
		_, err = client.UpdateItem(t.Context(), update("i", "REMOVE gk", nil))
		require.NoError(t, err)
		out, err = client.Scan(t.Context(), &dynamodb.ScanInput{TableName: table, IndexName: name("index")})
		require.NoError(t, err)
		assert.Empty(t, out.Items)
	})
	t.Run("an update with a wrong ReturnValues is refused", func(t *testing.T) {
		in := update("x", "SET a = :a", item{":a": num("1")})
		in.ReturnValues = "NONSENSE"
		_, err := client.UpdateItem(t.Context(), in)
		assertCode(t, invalid, err)
	})
	t.Run("an update that fails creates nothing", func(t *testing.T) {
		_, err := client.UpdateItem(t.Context(), update("nothing", "SET a = missing1", nil))
		assertCode(t, invalid, err)
		assert.Nil(t, get(t, client, table, key("nothing")))
	})
	for _, test := range []struct {
		name, expression string
		values           item
	}{
		{"an update of a key attribute is refused", "SET pk = :a", item{":a": str("x")}},
		{"a removal of a key attribute is refused", "REMOVE pk", nil},
		{"an index key of another type is refused", "SET gk = :a", item{":a": num("1")}},
		{"an item that becomes too large is refused", "SET a = :a", item{":a": str(strings.Repeat("x", 400<<10))}},
		{"an unused value is refused", "REMOVE a", item{":a": num("1")}},
		{"an undefined value is refused", "SET a = :b, b = :a", item{":a": num("1")}},
		{"a path into a key attribute is refused", "SET gk.x = :a", item{":a": num("1")}},
		{"a bad value is refused", "SET a = :a", item{":a": num("x")}},
		{"an undefined name is refused", "SET #a = :a", item{":a": num("1")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := client.UpdateItem(t.Context(), update("x", test.expression, test.values))
			assertCode(t, invalid, err)
		})
	}
}

func testUpdateExpressions(t *testing.T, client *dynamodb.Client) {
	table := create(t, client, definition("pk", "S"))
	before := item{
		"pk": str("a"), "n": num("1"), "s": str("x"), "l": list(str("0"), str("1"), str("2")), "m": dict(item{"x": num("1")}), "ss": strs("a", "b"),
		"ns": nums("1", "2"), "bs": bins([]byte("a"), []byte("b")),
	}
	v := func(v value) item { return item{":v": v} }
	for _, test := range []struct {
		expression string
		values     item
		want       item // what changes; nil values are gone; nil if the update is refused
	}{
		{"SET n = :v", v(str("y")), item{"n": str("y")}},
		{"set n = :v remove s", v(str("y")), item{"n": str("y"), "s": nil}},
		{"SET n = n + :v", v(num("0.5")), item{"n": num("1.5")}},
		{"SET n = :v - n", v(num("0.5")), item{"n": num("-0.5")}},
		{"SET n = m.x + n", nil, item{"n": num("2")}},
		{"SET n = if_not_exists(missing1, :v) + :v", v(num("3")), item{"n": num("6")}},
		{"SET n = if_not_exists(n, :v)", v(num("3")), item{}},
		{"SET n = s, s = n", nil, item{"n": str("x"), "s": num("1")}},
		{"SET m.y = :v", v(null()), item{"m": dict(item{"x": num("1"), "y": null()})}},
		{"SET l[1] = :v", v(str("one")), item{"l": list(str("0"), str("one"), str("2"))}},
		{"SET l[9] = :v, l[5] = s", v(str("y")), item{"l": list(str("0"), str("1"), str("2"), str("x"), str("y"))}},
		{"SET l = list_append(l, :v)", v(list(str("3"))), item{"l": list(str("0"), str("1"), str("2"), str("3"))}},
		{"SET l = list_append(:v, l)", v(list(str("3"))), item{"l": list(str("3"), str("0"), str("1"), str("2"))}},
		{"SET l2 = list_append(if_not_exists(l2, :v), :v)", v(list(str("3"))), item{"l2": list(str("3"), str("3"))}},
		{"SET n = (:v)", v(num("7")), item{"n": num("7")}},
		{"SET n = (n + :v)", v(num("7")), item{"n": num("8")}},
		{"SET n = if_not_exists(missing1, if_not_exists(missing2, :v)) - n", v(num("7")), item{"n": num("6")}},
		{"REMOVE l[0], l[1], missing1, m.missing1, l[9]", nil, item{"l": list(str("2"))}},
		{"REMOVE m.x", nil, item{"m": dict(item{})}},
		{"ADD n :v", v(num("-1")), item{"n": num("0")}},
		{"ADD fresh :v", v(num("2")), item{"fresh": num("2")}},
		{"ADD ss :v", v(strs("c", "a")), item{"ss": strs("a", "b", "c")}},
		{"ADD fresh :v", v(nums("2", "1")), item{"fresh": nums("1", "2")}},
		{"DELETE ss :v", v(strs("a", "z")), item{"ss": strs("b")}},
		{"DELETE ss :v", v(strs("a", "b")), item{"ss": nil}},
		{"ADD ns :v", v(nums("10", "1")), item{"ns": nums("1", "2", "10")}},
		{"ADD bs :v", v(bins([]byte("c"))), item{"bs": bins([]byte("a"), []byte("b"), []byte("c"))}},
		{"DELETE ns :v", v(nums("2")), item{"ns": nums("1")}},
		{"DELETE ns :v", v(nums("2", "1")), item{"ns": nil}},
		{"DELETE bs :v", v(bins([]byte("a"))), item{"bs": bins([]byte("b"))}},
		{"DELETE bs :v", v(bins([]byte("a"), []byte("b"))), item{"bs": nil}},
		{"SET n = if_not_exists(m.x, :v)", v(num("3")), item{"n": num("1")}},
		{"DELETE missing1 :v", v(strs("a")), item{}},
		{"SET n = :v ADD fresh :v DELETE ss :w REMOVE s", item{":v": num("4"), ":w": strs("a")}, item{"n": num("4"), "fresh": num("4"), "ss": strs("b"), "s": nil}},

		{"", nil, nil},
		{"n = :v", v(num("1")), nil},
		{"SET n", nil, nil},
		{"SET n = :v,", v(num("1")), nil},
		{"SET n = :v SET s = :v", v(num("1")), nil},
		{"SET n = :v REMOVE n", v(num("1")), nil},
		{"SET m = :v, m.x = :v", v(num("1")), nil},
		{"SET n = missing1", nil, nil},
		{"SET n = missing1 + :v", v(num("1")), nil},
		{"SET n = s + :v", v(num("1")), nil},
		{"SET n = n + :v", v(str("1")), nil},
		{"SET n = n + n + n", nil, nil},
		{"SET n = (n + n) + n", nil, nil},
		{"SET n = if_not_exists(s, (n + n))", nil, nil},
		{"SET n = ((:v))", v(num("7")), nil},
		{"SET n = if_not_exists(n, n)", nil, nil},
		{"SET l = list_append(list_append(l, :v), :v)", v(list()), nil},
		{"SET l = if_not_exists(missing1, list_append(l, :v))", v(list(str("3"))), nil},
		{"SET n = remove", nil, nil},
		{"REMOVE n" + strings.Repeat("[0]", 32), nil, nil},
		{manySums(301), nil, nil},
		{"SET n = n + :v", v(num("0.00000000000000000000000000000000000001")), nil},
		{"SET missing1.x = :v", v(num("1")), nil},
		{"SET s.x = :v", v(num("1")), nil},
		{"SET missing1[0] = :v", v(num("1")), nil},
		{"REMOVE missing1.x", nil, nil},
		{"SET l = list_append(l, :v)", v(str("3")), nil},
		{"SET l = list_append(missing1, :v)", v(list(str("3"))), nil},
		{"SET n = size(s)", nil, nil},
		{"SET n = if_not_exists(:v, n)", v(num("1")), nil},
		{"SET n = if_not_exists(n)", nil, nil},
		{"SET n = list_append(l, l, l)", nil, nil},
		{"SET n = (:v", v(num("1")), nil},
		{"SET n = :v + ", v(num("1")), nil},
		{"SET n.x[ = :v", v(num("1")), nil},
		{"ADD ns :v", v(strs("a")), nil},
		{"DELETE bs :v", v(nums("1")), nil},
		{"DELETE n n", nil, nil},
		{"SET name = :v", v(num("1")), nil},
		{"ADD fresh :v", v(str("1")), nil},
		{"ADD s :v", v(num("1")), nil},
		{"ADD ss :v", v(nums("1")), nil},
		{"ADD n m.x", nil, nil},
		{"DELETE ss :v", v(str("a")), nil},
		{"DELETE s :v", v(strs("a")), nil},
	} {
		title := test.expression
		if len(title) > 100 {
			title = title[:100]
		}
		outcome := " changes the item"
		if test.want == nil {
			outcome = " is refused"
		}
		t.Run("update "+title+outcome, func(t *testing.T) {
			put(t, client, table, before)
			_, err := client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
				TableName: table, Key: key("a"), UpdateExpression: &test.expression, ExpressionAttributeValues: test.values,
			})
			after := with(before, test.want)
			for attribute, v := range test.want {
				if v == nil {
					delete(after, attribute)
				}
			}
			if test.want == nil {
				assertCode(t, invalid, err)
			} else {
				require.NoError(t, err)
			}
			assert.Equal(t, after, get(t, client, table, key("a")))
		})
	}
}

// manySums returns an update with this many operators.
func manySums(n int) string {
	var sums []string
	for i := range n {
		sums = append(sums, fmt.Sprintf("a%d=n+n", i))
	}
	return "SET " + strings.Join(sums, ",")
}
