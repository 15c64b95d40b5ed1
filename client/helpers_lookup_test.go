package client_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// lookup is what Query and Scan have in common. Its expressions use the
// placeholders of textOf.
type lookup struct {
	table, index       string
	selects            types.Select
	filter, projection string
	limit              int32
	start              crypto.Item
}

// lookedUp is what the answers of Query and Scan have in common.
type lookedUp struct {
	Items               []map[string]types.AttributeValue
	Count, ScannedCount int32
	LastEvaluatedKey    map[string]types.AttributeValue
}

// lookups do the same by either operation, where all users are alice and have the
// plan free: Query asks for alice, and a global index for the plan.
var lookups = map[string]func(t *testing.T, db api, l lookup) (*lookedUp, error){
	"Query": func(t *testing.T, db api, l lookup) (*lookedUp, error) {
		t.Helper()
		condition := "id = :alice"
		if l.index != "" && l.index != "local" {
			condition = "#p = :free"
		}
		e := textOf(condition + " " + l.filter + " " + l.projection)
		out, err := ask(t, db.Query, &dynamodb.QueryInput{TableName: &l.table, IndexName: optional(l.index), Select: l.selects,
			KeyConditionExpression: &condition, FilterExpression: optional(l.filter), ProjectionExpression: optional(l.projection),
			ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values, Limit: optional(l.limit), ExclusiveStartKey: l.start})
		if err != nil {
			require.Nil(t, out)
			return nil, err
		}
		return &lookedUp{out.Items, out.Count, out.ScannedCount, out.LastEvaluatedKey}, nil
	},
	"Scan": func(t *testing.T, db api, l lookup) (*lookedUp, error) {
		t.Helper()
		e := textOf(l.filter + " " + l.projection)
		out, err := ask(t, db.Scan, &dynamodb.ScanInput{TableName: &l.table, IndexName: optional(l.index), Select: l.selects,
			FilterExpression: optional(l.filter), ProjectionExpression: optional(l.projection),
			ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values, Limit: optional(l.limit), ExclusiveStartKey: l.start})
		if err != nil {
			require.Nil(t, out)
			return nil, err
		}
		return &lookedUp{out.Items, out.Count, out.ScannedCount, out.LastEvaluatedKey}, nil
	},
}

// optional is a pointer to a value, nil for the zero value.
func optional[T comparable](v T) *T {
	if v == *new(T) {
		return nil
	}
	return &v
}

// alices returns n items of alice, which differ in every attribute that is not a
// key of an index.
func alices(n int) []map[string]types.AttributeValue {
	var items []map[string]types.AttributeValue
	for i := range n {
		item := user("alice", i)
		item["email"], item["level"], item["views"] = str("alice"+string(rune('a'+i))+"@example.com"), num(i), num(10*i)
		items = append(items, item)
	}
	return items
}

// putAlices stores them, and forgets the requests.
func (w *world) putAlices(t *testing.T, n int) []map[string]types.AttributeValue {
	t.Helper()
	items := alices(n)
	for _, item := range items {
		w.put(t, w.users(), item)
	}
	w.reset()
	return items
}

// chosen returns items with these attributes only.
func chosen(items []map[string]types.AttributeValue, names ...string) []map[string]types.AttributeValue {
	var list []map[string]types.AttributeValue
	for _, item := range items {
		part := map[string]types.AttributeValue{}
		for _, name := range names {
			part[name] = item[name]
		}
		list = append(list, part)
	}
	return list
}

// sentMembers are those of a request as it was sent.
func sentMembers(t *testing.T, body string) map[string]any {
	t.Helper()
	var m map[string]any
	require.NoError(t, json.Unmarshal([]byte(body), &m))
	return m
}

// requireSentAsPlain checks that the only request so far is what a client without
// encryption sends for the lookup.
func (w *world) requireSentAsPlain(t *testing.T, op string, l lookup) {
	t.Helper()
	_, err := lookups[op](t, dynamodb.New(w.options), l)
	require.NoError(t, err)
	require.Equal(t, []string{op, op}, w.tap.Operations())
	sent := w.bodies(op)
	require.JSONEq(t, sent[1], sent[0])
}

// requireLookupsRefused checks that both operations refuse a lookup.
func (w *world) requireLookupsRefused(t *testing.T, db api, l lookup, parameter, attribute string) {
	t.Helper()
	for op, look := range lookups {
		w.reset()
		_, err := look(t, db, l)
		refused := w.requireRefused(t, err, op, parameter, attribute)
		require.Equal(t, w.table, refused.Table)
		requireNoValues(t, err, "alice@example.com", "Delft")
	}
}

// requireLookups checks what both operations return for a lookup that is sent as
// it is, and how many keys were asked for.
func (w *world) requireLookups(t *testing.T, db api, l lookup, want []map[string]types.AttributeValue) {
	t.Helper()
	for op, look := range lookups {
		w.reset()
		got, err := look(t, db, l)
		require.NoError(t, err, op)
		require.Equal(t, want, got.Items, op)
		require.EqualValues(t, len(want), got.Count, op)
		require.EqualValues(t, len(want), w.provider.calls.Load(), op)
		require.Equal(t, []string{op}, w.tap.Operations())
	}
}
