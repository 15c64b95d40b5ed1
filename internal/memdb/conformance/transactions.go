package conformance

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	cancelled       = "TransactionCanceledException"
	none            = "None"
	checkFailed     = "ConditionalCheckFailed"
	validationError = "ValidationError"
	whatFailed      = "The conditional request failed"
)

// actions are transactions on one table; the options of an action change it.
type actions struct{ table *string }

func (a actions) put(it item, options ...func(*types.Put)) types.TransactWriteItem {
	p := &types.Put{TableName: a.table, Item: it}
	for _, change := range options {
		change(p)
	}
	return types.TransactWriteItem{Put: p}
}

func (a actions) delete(pk string) types.TransactWriteItem {
	return types.TransactWriteItem{Delete: &types.Delete{TableName: a.table, Key: key(pk)}}
}

func (a actions) update(pk, expression string, values item) types.TransactWriteItem {
	return types.TransactWriteItem{Update: &types.Update{TableName: a.table, Key: key(pk), UpdateExpression: &expression, ExpressionAttributeValues: values}}
}

func (a actions) check(pk, condition string, values item) types.TransactWriteItem {
	return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{TableName: a.table, Key: key(pk), ConditionExpression: &condition, ExpressionAttributeValues: values}}
}

func (a actions) get(pk string) types.TransactGetItem {
	return types.TransactGetItem{Get: &types.Get{TableName: a.table, Key: key(pk)}}
}

func transact(t *testing.T, client *dynamodb.Client, writes ...types.TransactWriteItem) error {
	_, err := client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	return err
}

// requireReasons requires a cancelled transaction with these codes and returns
// its reasons.
func requireReasons(t *testing.T, err error, codes ...string) []types.CancellationReason {
	t.Helper()
	e, ok := errors.AsType[*types.TransactionCanceledException](err)
	require.True(t, ok, "error: %v", err)
	var got []string
	for _, reason := range e.CancellationReasons {
		got = append(got, aws.ToString(reason.Code))
	}
	require.Equal(t, codes, got)
	assert.Equal(t, "Transaction cancelled, please refer cancellation reasons for specific reasons ["+strings.Join(codes, ", ")+"]", e.ErrorMessage())
	return e.CancellationReasons
}

func globalIndexTable() *dynamodb.CreateTableInput {
	in := definition("pk", "S")
	define(in, "gk", "S")
	in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{{
		IndexName: name("index"), KeySchema: []types.KeySchemaElement{hashPart("gk")}, Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
	}}
	return in
}

func testTransactWrites(t *testing.T, client *dynamodb.Client) {
	table, second := create(t, client, globalIndexTable()), create(t, client, definition("pk", "S"))
	on := actions{table}
	put(t, client, table, key("gone"), item{"pk": str("counter"), "n": num("1")}, key("there"))

	t.Run("a transaction puts, updates, deletes and checks items of several tables", func(t *testing.T) {
		require.NoError(t, transact(t, client,
			on.put(item{"pk": str("new"), "v": list(num("1"))}),
			actions{second}.put(key("new")),
			on.update("counter", "SET n = n + :one", item{":one": num("1")}),
			on.update("created", "SET n = :one", item{":one": num("1")}),
			on.delete("gone"),
			on.delete("never"),
			on.check("there", "attribute_exists(pk)", nil),
			on.check("missing", "attribute_not_exists(pk)", nil),
		))
		assert.Equal(t, item{"pk": str("new"), "v": list(num("1"))}, get(t, client, table, key("new")))
		assert.Equal(t, key("new"), get(t, client, second, key("new")))
		assert.Equal(t, item{"pk": str("counter"), "n": num("2")}, get(t, client, table, key("counter")))
		assert.Equal(t, item{"pk": str("created"), "n": num("1")}, get(t, client, table, key("created")))
		assert.Equal(t, key("there"), get(t, client, table, key("there")))
		for _, pk := range []string{"gone", "never", "missing"} {
			assert.Nil(t, get(t, client, table, key(pk)))
		}
	})
	t.Run("a transaction keeps indexes up to date", func(t *testing.T) {
		require.NoError(t, transact(t, client, on.put(item{"pk": str("i1"), "gk": str("g")}), on.update("i2", "SET gk = :g", item{":g": str("g")})))
		out, err := client.Query(t.Context(), &dynamodb.QueryInput{
			TableName: table, IndexName: name("index"), KeyConditionExpression: name("gk = :g"), ExpressionAttributeValues: item{":g": str("g")},
		})
		require.NoError(t, err)
		assert.EqualValues(t, 2, out.Count)
	})
	t.Run("a hundred actions fit in a transaction and one more does not", func(t *testing.T) {
		var puts []types.TransactWriteItem
		for range 101 {
			puts = append(puts, on.put(key(randomName())))
		}
		assert.NoError(t, transact(t, client, puts[:100]...))
		assertCode(t, invalid, transact(t, client, puts...))
	})
	t.Run("four megabytes fit in a transaction and one byte more does not", func(t *testing.T) {
		const each = 4 << 20 / 16
		var puts []types.TransactWriteItem
		for i := range 16 {
			puts = append(puts, on.put(item{"pk": str(string(rune('a' + i))), "v": str(strings.Repeat("x", each-len("pk")-1-len("v")))}))
		}
		assert.NoError(t, transact(t, client, puts...))
		puts[0].Put.Item["more"] = str("")
		assertCode(t, invalid, transact(t, client, puts...))
	})
	for _, test := range []struct {
		name   string
		writes []types.TransactWriteItem
		want   string
	}{
		{"no action is refused", []types.TransactWriteItem{}, invalid},
		{"an empty action is refused", []types.TransactWriteItem{{}}, invalid},
		{"two actions in one are refused", []types.TransactWriteItem{{Put: on.put(key("x")).Put, Delete: on.delete("y").Delete}}, invalid},
		{"two actions on one item are refused", []types.TransactWriteItem{on.put(key("x")), on.delete("x")}, invalid},
		{"a check of an item that is written is refused", []types.TransactWriteItem{on.put(key("x")), on.check("x", "attribute_exists(pk)", nil)}, invalid},
		{"an unknown table is refused", []types.TransactWriteItem{on.put(key("x")), actions{name(randomName())}.put(key("x"))}, notFound},
		{"a condition that cannot be read is refused", []types.TransactWriteItem{on.put(key("x")), on.check("there", "pk ==", nil)}, invalid},
		{"an unused value is refused", []types.TransactWriteItem{on.put(key("x")), on.check("there", "attribute_exists(pk)", item{":v": null()})}, invalid},
		{"an update that cannot be read is refused", []types.TransactWriteItem{on.put(key("x")), on.update("there", "SET", nil)}, invalid},
		{"an item without its key is refused", []types.TransactWriteItem{on.put(key("x")), on.put(item{"v": null()})}, invalid},
		{"an item with an empty key is refused", []types.TransactWriteItem{on.put(key("x")), on.put(key(""))}, invalid},
		{"an item with an empty index key is refused", []types.TransactWriteItem{on.put(key("x")), on.put(item{"pk": str("y"), "gk": str("")})}, invalid},
		{"an item with a bad number is refused", []types.TransactWriteItem{on.put(key("x")), on.put(item{"pk": str("y"), "v": num("x")})}, invalid},
		{"an item that is too large is refused", []types.TransactWriteItem{on.put(key("x")), on.put(item{"pk": str("y"), "v": str(strings.Repeat("x", 400<<10))})}, invalid},
		{"a key with another attribute is refused", []types.TransactWriteItem{on.put(key("x")), {Delete: &types.Delete{TableName: table, Key: item{"pk": str("y"), "v": null()}}}}, invalid},
	} {
		t.Run(test.name+" and nothing is written", func(t *testing.T) {
			assertCode(t, test.want, transact(t, client, test.writes...))
			assert.Nil(t, get(t, client, table, key("x")))
		})
	}
}

func testTransactCancellations(t *testing.T, client *dynamodb.Client) {
	table := create(t, client, globalIndexTable())
	on := actions{table}
	stored := item{"pk": str("there"), "v": num("1")}
	put(t, client, table, stored)
	missing := func(p *types.Put) { p.ConditionExpression = name("attribute_not_exists(pk)") }

	t.Run("one failed condition cancels all actions, and the reasons are in their order", func(t *testing.T) {
		reasons := requireReasons(t, transact(t, client, on.put(key("x")), on.put(key("there"), missing), on.check("absent", "attribute_not_exists(pk)", nil)), none, checkFailed, none)
		assert.Equal(t, types.CancellationReason{Code: name(none)}, reasons[0])
		assert.Equal(t, types.CancellationReason{Code: name(checkFailed), Message: name(whatFailed)}, reasons[1])
		assert.Nil(t, get(t, client, table, key("x")))
		assert.Equal(t, stored, get(t, client, table, key("there")))
	})
	t.Run("every failed condition is a reason", func(t *testing.T) {
		remove, update := on.delete("there"), on.update("other", "SET a = :v", item{":v": num("1")})
		remove.Delete.ConditionExpression = name("v > :v")
		remove.Delete.ExpressionAttributeValues = item{":v": num("1")}
		update.Update.ConditionExpression = name("a = :v")
		reasons := requireReasons(t, transact(t, client, remove, on.put(key("x")), update, on.check("y", "attribute_exists(pk)", nil)), checkFailed, none, checkFailed, checkFailed)
		assert.Contains(t, *reasons[3].Message, whatFailed)
		assert.Equal(t, stored, get(t, client, table, key("there")))
		assert.Nil(t, get(t, client, table, key("other")))
	})
	t.Run("a reason has the stored item if it was asked for", func(t *testing.T) {
		asked := func(p *types.Put) {
			p.ConditionExpression = name("v = :v")
			p.ExpressionAttributeValues = item{":v": num("7")}
			p.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
		}
		check := on.check("there", "v = :v", item{":v": num("7")})
		check.ConditionCheck.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
		reasons := requireReasons(t, transact(t, client, check, on.put(key("none"), asked)), checkFailed, checkFailed)
		assert.Equal(t, stored, reasons[0].Item)
		assert.Nil(t, reasons[1].Item)
		reasons = requireReasons(t, transact(t, client, on.put(key("there"), asked), on.put(key("x"))), checkFailed, none)
		assert.Equal(t, stored, reasons[0].Item)
		assert.Nil(t, reasons[1].Item)
	})
	t.Run("what does not fit the keys of the table is a reason next to others", func(t *testing.T) {
		const tooLong = "Hash primary key values must be under 2048 bytes, and range primary key values must be under 1024 bytes"
		reasons := requireReasons(t, transact(t, client,
			on.put(item{"pk": num("1")}),
			on.put(key("there"), missing),
			on.put(key("x")),
			on.put(item{"pk": str("y"), "gk": num("1")}),
			on.delete(strings.Repeat("x", 2049)),
		), validationError, checkFailed, none, validationError, validationError)
		assert.Contains(t, *reasons[0].Message, "One or more parameter values were invalid: Type mismatch for key")
		assert.Contains(t, *reasons[3].Message, "One or more parameter values were invalid: Type mismatch for Index Key")
		assert.Contains(t, *reasons[4].Message, tooLong)
		assert.Nil(t, get(t, client, table, key("x")))
	})
	t.Run("an update to an index key of another type is a reason", func(t *testing.T) {
		reasons := requireReasons(t, transact(t, client, on.put(key("x")), on.update("there", "SET gk = :v", item{":v": num("1")})), none, validationError)
		assert.Contains(t, *reasons[1].Message, "One or more parameter values were invalid: Type mismatch for Index Key")
	})
	t.Run("an update of a key attribute is a reason", func(t *testing.T) {
		reasons := requireReasons(t, transact(t, client, on.update("there", "SET pk = :v", item{":v": str("x")})), validationError)
		assert.Equal(t, "One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key", *reasons[0].Message)
	})
	// The service documents reasons for these, DynamoDB Local refuses the request.
	for expression, values := range map[string]item{
		"SET v = missing1 + :v":       {":v": num("1")},
		"SET v.x = :v":                {":v": num("1")},
		"SET v = v + :v":              {":v": str("1")},
		"SET v = :v + :v":             {":v": num("9E125")},
		"SET a = list_append(:v, :v)": {":v": list(str(strings.Repeat("x", 300<<10)))},
	} {
		t.Run("update "+expression+", which cannot be done, cancels all actions", func(t *testing.T) {
			assert.Contains(t, []string{invalid, cancelled}, codeOf(transact(t, client, on.put(key("x")), on.update("there", expression, values))))
			assert.Nil(t, get(t, client, table, key("x")))
			assert.Equal(t, stored, get(t, client, table, key("there")))
		})
	}
}
