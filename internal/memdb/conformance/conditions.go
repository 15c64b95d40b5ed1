package conformance

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// The outcomes of a condition.
const (
	holds = ""
	fails = conditionFailed
)

func testConditions(t *testing.T, client *dynamodb.Client) {
	table := create(t, client, definition("pk", "S"))
	stored := item{
		"pk": str("a"), "s": str("hello"), "u": str("hé😀"), "n": num("5"), "n2": num("-0.5"), "big": num("12345678901234567890123456789012345678"),
		"bi": bin('a', 'b', 'c'), "ss": strs("a", "b"), "ns": nums("1", "2.5"), "bs": bins([]byte("x")), "t": boolean(true), "z": null(),
		"l": list(str("a"), num("1"), dict(item{"q": str("deep")})), "m": dict(item{"x": str("y"), "l": list(num("1"), num("2"))}),
	}
	put(t, client, table, stored)
	one, five, nine := num("1"), num("5"), num("9")
	for _, test := range []struct {
		expression string
		values     item
		want       string
	}{
		{"n = :v", item{":v": num("5.0")}, holds},
		{"n = :v", item{":v": str("5")}, fails},
		{"n <> :v", item{":v": str("5")}, holds},
		{"missing1 = :v", item{":v": five}, fails},
		{"missing1 <> :v", item{":v": five}, holds},
		{"missing1 = missing2", nil, fails},
		{"missing1 < :v", item{":v": five}, fails},
		{"NOT missing1 = :v", item{":v": five}, holds},
		{"n < :v", item{":v": num("10")}, holds},
		{"n > :v", item{":v": num("10")}, fails},
		{"n2 < :v", item{":v": num("-0.49")}, holds},
		{"big < :v", item{":v": num("12345678901234567890123456789012345679")}, holds},
		{"n <= :v AND n >= :v", item{":v": five}, holds},
		{"n > n2", nil, holds},
		{"s > :v", item{":v": str("hell")}, holds},
		{"s > :v", item{":v": one}, fails},
		{"bi < :v", item{":v": bin('a', 'b', 0xff)}, holds},
		{"ss = :v", item{":v": strs("b", "a")}, holds},
		{"ns = :v", item{":v": nums("2.50", "1.0")}, holds},
		{"bs = :v", item{":v": bins([]byte("x"))}, holds},
		{"t = :v", item{":v": boolean(true)}, holds},
		{"t = :v", item{":v": boolean(false)}, fails},
		{"z = :v", item{":v": null()}, holds},
		{"l = :v", item{":v": list(str("a"), num("1.0"), dict(item{"q": str("deep")}))}, holds},
		{"m = :v", item{":v": dict(item{"x": str("y")})}, fails},
		{"m.x = :v", item{":v": str("y")}, holds},
		{"m.l[1] = :v", item{":v": num("2")}, holds},
		{"l[2].q = :v", item{":v": str("deep")}, holds},
		{"l[7] = :v", item{":v": str("deep")}, fails},
		{"n[0] = :v", item{":v": five}, fails},
		{"attribute_exists(m.l[1])", nil, holds},
		{"attribute_exists(m.l[2])", nil, fails},
		{"attribute_not_exists(missing1.a.b)", nil, holds},
		{"attribute_exists (z)", nil, holds},
		{"attribute_type(m, :v)", item{":v": str("M")}, holds},
		{"attribute_type(z, :v)", item{":v": str("NULL")}, holds},
		{"attribute_type(s, :v)", item{":v": str("N")}, fails},
		{"attribute_type(missing1, :v)", item{":v": str("N")}, fails},
		{"begins_with(s, :v)", item{":v": str("he")}, holds},
		{"begins_with(bi, :v)", item{":v": bin('a', 'b')}, holds},
		{"begins_with(n, :v)", item{":v": str("5")}, fails},
		{"begins_with(:v, s)", item{":v": str("hello there")}, holds},
		{"contains(s, :v)", item{":v": str("ell")}, holds},
		{"contains(ss, :v)", item{":v": str("b")}, holds},
		{"contains(ns, :v)", item{":v": num("2.50")}, holds},
		{"contains(bs, :v)", item{":v": bin('x')}, holds},
		{"contains(bi, :v)", item{":v": bin('b')}, holds},
		{"contains(l, :v)", item{":v": one}, holds},
		{"contains(l, :v)", item{":v": num("2")}, fails},
		{"contains(m, :v)", item{":v": str("y")}, fails},
		{"size(s) = :v", item{":v": five}, holds},
		{"size(u) = :v", item{":v": num("4")}, holds},
		{"size(bi) = :v", item{":v": num("3")}, holds},
		{"size(l) = :v", item{":v": num("3")}, holds},
		{"size(m) = :v", item{":v": num("2")}, holds},
		{"size(ss) < size(l)", nil, holds},
		{"size(n) >= :v", item{":v": num("0")}, fails},
		{"size(missing1) >= :v", item{":v": num("0")}, fails},
		{"n BETWEEN :a AND :b", item{":a": one, ":b": nine}, holds},
		{"n BETWEEN :a AND :b AND s = :c", item{":a": one, ":b": nine, ":c": str("hello")}, holds},
		{"NOT n BETWEEN :a AND :b", item{":a": one, ":b": nine}, fails},
		{":a BETWEEN n2 AND n", item{":a": one}, holds},
		{"n IN (:a, :b)", item{":a": one, ":b": five}, holds},
		{"n IN (:a)", item{":a": one}, fails},
		{"n in(:a)", item{":a": five}, holds},
		{"n = :a OR n = :b AND s = :c", item{":a": five, ":b": nine, ":c": str("no")}, holds},
		{"(n = :a OR n = :b) AND s = :c", item{":a": five, ":b": nine, ":c": str("no")}, fails},
		{"not (n = :a) or s = :b", item{":a": five, ":b": str("hello")}, holds},
		{"NOT NOT n = :a", item{":a": five}, holds},
		{"((n = :a) OR (n = :b)) AND n2 < n", item{":a": five, ":b": nine}, holds},
		{"(n) = (:a)", item{":a": five}, holds},
		{":a = :a", item{":a": five}, holds},

		{"", nil, invalid},
		{"n", nil, invalid},
		{"n =", nil, invalid},
		{"n == :a", item{":a": five}, invalid},
		{"n != :a", item{":a": five}, invalid},
		{"n = 5", nil, invalid},
		{"n = :a)", item{":a": five}, invalid},
		{"(n = :a", item{":a": five}, invalid},
		{"((n = :a))", item{":a": five}, invalid},
		{"n = :a = :a", item{":a": five}, invalid},
		{"n AND n = :a", item{":a": five}, invalid},
		{"n = :a;", item{":a": five}, invalid},
		{"n IN ()", nil, invalid},
		{"l[00] = :a", item{":a": five}, invalid},
		{"l[-1] = :a", item{":a": five}, invalid},
		{"n = n", nil, invalid},
		{"pk.x = :a", item{":a": five}, invalid},
		{"name = :a", item{":a": five}, invalid},
		{"Status = :a", item{":a": five}, invalid},
		{"m.value = :a", item{":a": five}, invalid},
		{"unknown_function(n)", nil, invalid},
		{"SIZE(s) = :a", item{":a": five}, invalid},
		{"attribute_exists(n, s)", nil, invalid},
		{"attribute_exists(:a)", item{":a": five}, invalid},
		{"attribute_type(n, :a)", item{":a": str("X")}, invalid},
		{"attribute_type(n, s)", nil, invalid},
		{"begins_with(s)", nil, invalid},
		{"begins_with(s, :a)", item{":a": five}, invalid},
		{"size(:a) = :a", item{":a": five}, invalid},
		{"t < :a", item{":a": boolean(true)}, invalid},
		{"n BETWEEN :b AND :a", item{":a": one, ":b": nine}, invalid},
		{"n BETWEEN :a AND :b", item{":a": one, ":b": str("x")}, invalid},
		{"n = " + strings.Repeat(" ", 4096) + ":a", item{":a": five}, invalid},
		{strings.TrimSuffix(strings.Repeat("n = :a OR ", 300), "OR "), item{":a": five}, invalid},
		{strings.TrimSuffix(strings.Repeat("contains(n, s) OR ", 151), " OR "), nil, invalid},
		{strings.Repeat("(", 2000) + "n = :a" + strings.Repeat(")", 2000), item{":a": five}, invalid},
		{"n = m" + strings.Repeat("[0]", 32), nil, invalid},
		{"begins_with(size(s), :a)", item{":a": str("x")}, invalid},
		{"attribute_exists(size(s))", nil, invalid},
		{"remove = :a", item{":a": five}, invalid},
		{"attribute_exists((n))", nil, holds},
		{"attribute_not_exists(contains)", nil, holds},
	} {
		title := test.expression
		if len(title) > 60 {
			title = title[:60]
		}
		outcome := map[string]string{holds: " holds", fails: " does not hold", invalid: " is refused"}[test.want]
		t.Run("condition "+title+outcome, func(t *testing.T) {
			_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{
				TableName: table, Item: stored,
				ConditionExpression: &test.expression, ExpressionAttributeValues: test.values,
			})
			assertCode(t, test.want, err)
		})
	}
}

func testPlaceholders(t *testing.T, client *dynamodb.Client) {
	table := create(t, client, definition("pk", "S"))
	stored := item{"pk": str("a"), "name": str("x"), "a.b": str("dotted"), "*amzn-ddb-map-sig*": bin(1)}
	put(t, client, table, stored)
	x := item{":x": str("x")}
	for _, test := range []struct {
		name      string
		condition *string
		names     map[string]string
		values    item
		want      string
	}{
		{"a name placeholder stands for a reserved word", name("#n = :x"), map[string]string{"#n": "name"}, x, holds},
		{"a name placeholder stands for one name, dots included", name("#n = :x"), map[string]string{"#n": "a.b"}, item{":x": str("dotted")}, holds},
		{"a name placeholder stands for a name with other characters", name("#n = :x"), map[string]string{"#n": "*amzn-ddb-map-sig*"}, item{":x": bin(1)}, holds},
		{"placeholders may hold digits and underscores", name("#_1 = :1_"), map[string]string{"#_1": "name"}, item{":1_": str("x")}, holds},
		{"an undefined name placeholder is refused", name("#n = :x"), nil, x, invalid},
		{"an undefined value placeholder is refused", name("pk = :y"), nil, x, invalid},
		{"an unused name placeholder is refused", name("pk = :x"), map[string]string{"#n": "name"}, x, invalid},
		{"an unused value placeholder is refused", name("pk = :x"), nil, item{":x": str("x"), ":y": str("y")}, invalid},
		{"names without an expression are refused", nil, map[string]string{"#n": "name"}, nil, invalid},
		{"values without an expression are refused", nil, nil, x, invalid},
		{"no values in the map are refused", name("attribute_exists(pk)"), nil, item{}, invalid},
		{"a name placeholder without its sign is refused", name("pk = :x"), map[string]string{"n": "name"}, x, invalid},
		{"a value placeholder with a blank is refused", name("pk = :x"), nil, item{":x": str("x"), ":x y": str("x")}, invalid},
		{"an empty name behind a placeholder is refused", name("#n = :x"), map[string]string{"#n": ""}, x, invalid},
		{"a bad value behind a placeholder is refused", name("pk = :x"), nil, item{":x": num("x")}, invalid},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{
				TableName: table, Item: stored, ConditionExpression: test.condition,
				ExpressionAttributeNames: test.names, ExpressionAttributeValues: test.values,
			})
			assertCode(t, test.want, err)
		})
	}
}
