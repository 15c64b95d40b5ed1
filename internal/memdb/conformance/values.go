package conformance

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
)

func testValues(t *testing.T, client *dynamodb.Client) {
	table := create(t, client, definition("pk", "S"))
	for _, test := range []struct {
		name      string
		put, want value
	}{
		{"a number loses zeros at its ends", num("0012.500"), num("12.5")},
		{"a number loses its plus sign and exponent", num("+1.5E3"), num("1500")},
		{"a number may start with the point", num(".5"), num("0.5")},
		{"a number may end with the point", num("5."), num("5")},
		{"minus zero is zero", num("-0.00"), num("0")},
		{"38 digits are kept", num("-1234567890123456789012345678.9012345678"), num("-1234567890123456789012345678.9012345678")},
		{"zeros do not count as digits", num("1" + strings.Repeat("0", 60)), num("1" + strings.Repeat("0", 60))},
		{"the smallest number is written in plain notation", num("1E-130"), num("0." + strings.Repeat("0", 129) + "1")},
		{"the largest number is written in plain notation", num("9.9999999999999999999999999999999999999E125"), num(strings.Repeat("9", 38) + strings.Repeat("0", 88))},
		{"a string set comes back sorted", strs("b", "", "a"), strs("", "a", "b")},
		{"a number set comes back normalized and in the order of numbers", nums("100", "20.0", "-3"), nums("-3", "20", "100")},
		{"a binary set comes back sorted", bins([]byte("b"), []byte{}, []byte("a")), bins([]byte{}, []byte("a"), []byte("b"))},
		{"empty values are stored", list(str(""), bin(), list(), dict(item{}), null()), list(str(""), bin(), list(), dict(item{}), null())},
		{"any character of a string is stored", str("\x00\n\"\\é😀\uffff"), str("\x00\n\"\\é😀\uffff")},
		{"31 lists around a value are stored", nest(31), nest(31)},
	} {
		t.Run(test.name, func(t *testing.T) {
			put(t, client, table, item{"pk": str("v"), "v": test.put})
			assert.Equal(t, test.want, get(t, client, table, key("v"))["v"])
		})
	}
	for _, test := range []struct {
		name string
		put  value
	}{
		{"a number of 39 digits is refused", num(strings.Repeat("1", 39))},
		{"a number beyond the range is refused", num("1E126")},
		{"a number too close to zero is refused", num("-1E-131")},
		{"a huge exponent is refused", num("1E999999999")},
		{"text as a number is refused", num("abc")},
		{"an empty number is refused", num("")},
		{"NaN is refused", num("NaN")},
		{"a number with blanks is refused", num(" 1")},
		{"a bad number in a list is refused", list(num("x"))},
		{"a bad number in a set is refused", nums("1", "x")},
		{"an empty string set is refused", strs()},
		{"an empty number set is refused", nums()},
		{"an empty binary set is refused", bins()},
		{"an empty set within a map is refused", dict(item{"s": strs()})},
		{"a string set with duplicates is refused", strs("a", "a")},
		{"a number set with equal numbers is refused", nums("1", "1.0")},
		{"a binary set with duplicates is refused", bins([]byte("a"), []byte("a"))},
		{"NULL that is not true is refused", &types.AttributeValueMemberNULL{}},
		{"an empty name in a map is refused", dict(item{"": str("a")})},
		{"32 lists around a value are refused", nest(32)},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: item{"pk": str("v"), "v": test.put}})
			assertCode(t, invalid, err)
		})
	}
}

// nest returns a value inside of so many lists.
func nest(lists int) value {
	v := str("x")
	for range lists {
		v = list(v)
	}
	return v
}

func testKeys(t *testing.T, client *dynamodb.Client) {
	table := create(t, client, definition("pk", "S", "sk", "B"))
	valid := item{"pk": str("a"), "sk": bin(1)}
	for _, test := range []struct {
		name string
		key  item
	}{
		{"a key without its sort attribute is refused", item{"pk": str("a")}},
		{"a key without its hash attribute is refused", item{"sk": bin(1)}},
		{"a hash key of another type is refused", item{"pk": num("1"), "sk": bin(1)}},
		{"a sort key of another type is refused", item{"pk": str("a"), "sk": str("1")}},
		{"an empty string as a key is refused", item{"pk": str(""), "sk": bin(1)}},
		{"an empty binary as a key is refused", item{"pk": str("a"), "sk": bin()}},
		{"a hash key over 2048 bytes is refused", item{"pk": str(strings.Repeat("x", 2049)), "sk": bin(1)}},
		{"a sort key over 1024 bytes is refused", item{"pk": str("a"), "sk": bin(make([]byte, 1025)...)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: test.key})
			assertCode(t, invalid, err)
			_, err = client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: test.key})
			assertCode(t, invalid, err)
			_, err = client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: table, Key: test.key})
			assertCode(t, invalid, err)
		})
	}
	t.Run("a key with another attribute is refused", func(t *testing.T) {
		_, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: with(valid, item{"x": str("y")})})
		assertCode(t, invalid, err)
	})
	t.Run("keys of the largest size are stored", func(t *testing.T) {
		largest := item{"pk": str(strings.Repeat("x", 2048)), "sk": bin(make([]byte, 1024)...)}
		put(t, client, table, largest)
		assert.Equal(t, largest, get(t, client, table, largest))
	})
	t.Run("an empty attribute name is refused", func(t *testing.T) {
		_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: with(valid, item{"": str("y")})})
		assertCode(t, invalid, err)
	})
	t.Run("an attribute name over 65535 bytes is refused", func(t *testing.T) {
		_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: with(valid, item{strings.Repeat("n", 65536): str("y")})})
		assertCode(t, invalid, err)
	})
	t.Run("equal numbers are the same key", func(t *testing.T) {
		numbers := create(t, client, definition("pk", "N"))
		put(t, client, numbers, item{"pk": num("1.50"), "v": str("x")})
		assert.Equal(t, item{"pk": num("1.5"), "v": str("x")}, get(t, client, numbers, item{"pk": num("15E-1")}))
	})
}

func testSizes(t *testing.T, client *dynamodb.Client) {
	table := create(t, client, definition("pk", "S"))
	const limit = 400 << 10
	const keySize = len("pk") + len("a")
	for _, test := range []struct {
		name  string
		size  int // of the value by DynamoDB's rules, without the rest
		value func(rest string) value
	}{
		{"a string", 0, func(rest string) value { return str(rest) }},
		{"a string of two-byte characters", 4, func(rest string) value { return str(rest + "éé") }},
		{"a binary", 0, func(rest string) value { return bin([]byte(rest)...) }},
		{"a string set", 3, func(rest string) value { return strs("abc", rest) }},
		{"a list", 3 + 1 + 1 + 1, func(rest string) value { return list(str(rest), null()) }},
		{"a map", 3 + 1 + 1, func(rest string) value { return dict(item{"k": str(rest)}) }},
		{"a list of a list", 3 + 1 + 3 + 1, func(rest string) value { return list(list(str(rest))) }},
		{"numbers", 3 + 3 + 2 + 4, func(rest string) value { return list(num("123"), num("-5"), str(rest)) }},
	} {
		rest := limit - keySize - len("v") - test.size
		t.Run(test.name+" that makes the item exactly as large as allowed is stored", func(t *testing.T) {
			_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{
				TableName: table, Item: item{"pk": str("a"), "v": test.value(strings.Repeat("x", rest))},
			})
			assertCode(t, "", err)
		})
		t.Run(test.name+" that makes the item one byte too large is refused", func(t *testing.T) {
			_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{
				TableName: table, Item: item{"pk": str("a"), "v": test.value(strings.Repeat("x", rest+1))},
			})
			assertCode(t, invalid, err)
		})
	}
}
