package conformance

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func testProjections(t *testing.T, client *dynamodb.Client) {
	table := create(t, client, definition("pk", "S"))
	put(t, client, table, item{
		"pk": str("a"), "s": str("x"), "name": str("n"),
		"m": dict(item{"x": str("y"), "l": list(num("1"), num("2"), dict(item{"q": str("z"), "r": null()}))}),
	})
	for _, test := range []struct {
		expression string
		want       item
	}{
		{"pk, s", item{"pk": str("a"), "s": str("x")}},
		{"#n", item{"name": str("n")}},
		{"m.x", item{"m": dict(item{"x": str("y")})}},
		{"m.l[1]", item{"m": dict(item{"l": list(num("2"))})}},
		{"m.l[2].q, m.l[0]", item{"m": dict(item{"l": list(num("1"), dict(item{"q": str("z")}))})}},
		{"m.nothing, s.x, m.l[9], pk", item{"pk": str("a")}},
	} {
		t.Run("projection "+test.expression+" selects its paths", func(t *testing.T) {
			in := &dynamodb.GetItemInput{TableName: table, Key: key("a"), ProjectionExpression: &test.expression}
			if test.expression == "#n" {
				in.ExpressionAttributeNames = map[string]string{"#n": "name"}
			}
			out, err := client.GetItem(t.Context(), in)
			require.NoError(t, err)
			assert.Equal(t, test.want, out.Item)
		})
	}
	for _, expression := range []string{
		"", "s,", "s s", "s, s", "m, m.x", "m.l[0], m.x, m[0]", "name", "_x", "x-y", "0x", "m..x", "m.l[]", "m.l[x]", "pk.x", "size(s)", "#undefined",
	} {
		t.Run("projection "+expression+" is refused", func(t *testing.T) {
			_, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: key("a"), ProjectionExpression: &expression})
			assertCode(t, invalid, err)
		})
	}
	t.Run("an unused name is refused", func(t *testing.T) {
		_, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{
			TableName: table, Key: key("a"), ProjectionExpression: name("s"), ExpressionAttributeNames: map[string]string{"#n": "name"},
		})
		assertCode(t, invalid, err)
	})
}
