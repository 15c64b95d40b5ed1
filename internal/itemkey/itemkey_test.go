package itemkey_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"

	"github.com/ddbcrypt/ddbcrypt/internal/itemkey"
)

type item = map[string]types.AttributeValue

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
func num(n string) types.AttributeValue { return &types.AttributeValueMemberN{Value: n} }
func bin(b string) types.AttributeValue { return &types.AttributeValueMemberB{Value: []byte(b)} }

func TestKeysOfOneItemAndOfTwo(t *testing.T) {
	for name, test := range map[string]struct {
		a, b item
		same bool
	}{
		"equal strings":                         {item{"id": str("a"), "n": num("1")}, item{"id": str("a"), "n": num("1")}, true},
		"one number in two forms":               {item{"id": str("a"), "n": num("1.50")}, item{"id": str("a"), "n": num("15e-1")}, true},
		"equal binaries":                        {item{"id": bin("a"), "n": num("1")}, item{"id": bin("a"), "n": num("1")}, true},
		"another string":                        {item{"id": str("a"), "n": num("1")}, item{"id": str("b"), "n": num("1")}, false},
		"another number":                        {item{"id": str("a"), "n": num("1")}, item{"id": str("a"), "n": num("2")}, false},
		"another type":                          {item{"id": str("a"), "n": num("1")}, item{"id": bin("a"), "n": num("1")}, false},
		"a number that looks like a string":     {item{"id": str("1"), "n": num("1")}, item{"id": num("1"), "n": num("1")}, false},
		"parts that are divided another way":    {item{"id": str("ab"), "n": str("c")}, item{"id": str("a"), "n": str("bc")}, false},
		"attributes beside the key don't count": {item{"id": str("a"), "n": num("1"), "x": num("1")}, item{"id": str("a"), "n": num("1")}, true},
	} {
		t.Run(name, func(t *testing.T) {
			a, ok := itemkey.Text(test.a, "id", "n")
			assert.True(t, ok)
			b, ok := itemkey.Text(test.b, "id", "n")
			assert.True(t, ok)
			assert.Equal(t, test.same, a == b)
			assert.Equal(t, test.same, itemkey.Matches(test.a, itemkey.Of(test.b, "id", "n")))
			assert.Equal(t, test.same, itemkey.MatchesIn(test.a, test.b, "id", "n"))
		})
	}
}

func TestWhatCannotBeAKeyMatchesNothing(t *testing.T) {
	for name, v := range map[string]types.AttributeValue{
		"nothing":         nil,
		"a boolean":       &types.AttributeValueMemberBOOL{Value: true},
		"no number":       num("one"),
		"a typed nil":     (*types.AttributeValueMemberBOOL)(nil),
		"a list of a key": &types.AttributeValueMemberL{Value: []types.AttributeValue{str("a")}},
	} {
		t.Run(name, func(t *testing.T) {
			_, ok := itemkey.Text(item{"id": v}, "id")
			assert.False(t, ok)
			assert.False(t, itemkey.Matches(item{"id": v}, item{"id": v}))
			assert.False(t, itemkey.MatchesIn(item{"id": v}, item{"id": v}, "id"))
		})
	}
}
