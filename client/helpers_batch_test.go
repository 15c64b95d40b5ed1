package client_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

// embedded runs a test for both forms of the client over the embedded store only:
// for what DynamoDB Local does otherwise than DynamoDB, or not in time.
func embedded(t *testing.T, test func(t *testing.T, w *world)) {
	for form, open := range forms {
		t.Run(form, func(t *testing.T) { test(t, newWorld(t, memdb.New().Client(), open)) })
	}
}

// mixed is a client for three tables: w.table is protected, other is not declared
// and passed through, nothing is declared with nothing to do.
func (w *world) mixed(t *testing.T, list ...client.Option) (db api, other, nothing string) {
	other, nothing = w.newTable(t), w.newTable(t)
	return w.users(append(list, client.OtherTables(client.PassThrough()), client.Tables(doNothing(nothing)))...), other, nothing
}

// doNothing declares a table whose items are not to be touched.
func doNothing(name string) client.Table {
	return client.Table{Name: name, PartitionKey: "id", SortKey: "created", Actions: crypto.Actions{Default: crypto.DoNothing}}
}

// viewsOnly declares a table of which only email is protected, and therefore can be
// read by parts.
func viewsOnly(name string) client.Table {
	return client.Table{Name: name, PartitionKey: "id", SortKey: "created",
		Actions: crypto.Actions{Default: crypto.DoNothing, Overrides: map[string]crypto.Action{"email": crypto.EncryptAndSign}}}
}

// retrying opens a client with the retries of the SDK.
func (w *world) retrying(list ...client.Option) api {
	options := w.options
	options.Retryer = retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = time.Millisecond })
	return w.form(options, crypto.NewEncryptor(w.provider), list...)
}

// wrapper opens a client that can prepare requests, whatever the form.
func (w *world) wrapper(list ...client.Option) *client.Client {
	return forms["wrapper"](w.options, crypto.NewEncryptor(w.provider), list...).(*client.Client)
}

// plantIn stores an item of any table as it is.
func (w *world) plantIn(t *testing.T, table string, item crypto.Item) {
	t.Helper()
	_, err := w.plain.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item})
	require.NoError(t, err)
}

// storedIn returns an item of any table as it is stored.
func (w *world) storedIn(t *testing.T, table string, key crypto.Item) crypto.Item {
	t.Helper()
	yes := true
	out, err := w.plain.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: key, ConsistentRead: &yes})
	require.NoError(t, err)
	return out.Item
}

// read returns an item of w.table through a client.
func (w *world) read(t *testing.T, db api, key crypto.Item) crypto.Item {
	t.Helper()
	yes := true
	out, err := db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &w.table, Key: key, ConsistentRead: &yes})
	require.NoError(t, err)
	return out.Item
}

// bodies are the requests of an operation as they were sent.
func (w *world) bodies(operation string) []string {
	var bodies []string
	for _, request := range w.tap.Requests() {
		if request.Operation == operation {
			bodies = append(bodies, string(request.Body))
		}
	}
	return bodies
}

// sent returns a member of the last request: a path of names and numbers.
func (w *world) sent(t *testing.T, path ...any) any {
	t.Helper()
	requests := w.tap.Requests()
	require.NotEmpty(t, requests)
	var value any
	require.NoError(t, json.Unmarshal(requests[len(requests)-1].Body, &value))
	for _, step := range path {
		switch step := step.(type) {
		case string:
			value = value.(map[string]any)[step]
		case int:
			value = value.([]any)[step]
		}
	}
	return value
}

// swap makes the second answer of an operation the same as the first one.
func (w *world) swap(operation string) {
	var first []byte
	w.tap.Inject(operation, wiretap.InOrder(
		wiretap.Fault{Rewrite: func(_ string, body []byte) []byte { first = body; return body }},
		wiretap.Fault{Rewrite: func(string, []byte) []byte { return first }}))
}

func requestItems(table string) string { return fmt.Sprintf("RequestItems[%q]", table) }

func putRequest(item crypto.Item) types.WriteRequest {
	return types.WriteRequest{PutRequest: &types.PutRequest{Item: item}}
}

func deleteRequest(key crypto.Item) types.WriteRequest {
	return types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: key}}
}

// getKeys asks for items of a table.
func getKeys(keys ...crypto.Item) types.KeysAndAttributes {
	yes := true
	return types.KeysAndAttributes{Keys: keys, ConsistentRead: &yes}
}

// dynamoJSON writes an item as it stands in a request.
func dynamoJSON(t *testing.T, item crypto.Item) string {
	t.Helper()
	members := map[string]any{}
	for name, v := range item {
		switch v := v.(type) {
		case *types.AttributeValueMemberS:
			members[name] = map[string]any{"S": v.Value}
		case *types.AttributeValueMemberN:
			members[name] = map[string]any{"N": v.Value}
		case *types.AttributeValueMemberB:
			members[name] = map[string]any{"B": v.Value}
		default:
			require.Failf(t, "no such type here", "%T", v)
		}
	}
	text, err := json.Marshal(members, json.Deterministic(true), jsontext.Multiline(false))
	require.NoError(t, err)
	return string(text)
}
