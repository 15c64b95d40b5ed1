//go:build interop

package interop

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/ddbjson"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/interop/sequence"
)

// forms are the two ways to get our client.
var forms = map[string]func(options dynamodb.Options, encryptor crypto.ItemEncryptor, list ...client.Option) client.API{
	"wrapper": func(options dynamodb.Options, encryptor crypto.ItemEncryptor, list ...client.Option) client.API {
		return client.New(dynamodb.New(options), encryptor, list...)
	},
	"middleware": func(options dynamodb.Options, encryptor crypto.ItemEncryptor, list ...client.Option) client.API {
		return dynamodb.New(options, client.WithEncryption(encryptor, list...))
	},
}

// sequenceLength is how many operations there are before the clients read each other's items.
const sequenceLength = 400

// TestEncryptedClientOfPython runs a random sequence of operations through our client. Then Python reads all that it left,
// and writes items for our client to read.
func TestEncryptedClientOfPython(t *testing.T) {
	python := startPeer(context.Background(), t, InstallPython)
	server := httptest.NewServer(memdb.New())
	defer server.Close()
	double, url := startKMS(t)
	seed := uint64(numberFrom(t, seedVariable, defaultSeed))
	for under, provider := range map[string]Provider{"wrapped": wrappedKeys, "KMS": kmsProvider(url, homeRegion, double.CreateKey(homeRegion))} {
		for form, open := range forms {
			for name, actions := range sequence.Actions {
				t.Run(fmt.Sprintf("beside our %s, under %s keys, where %s", form, under, name), func(t *testing.T) {
					s := newShared(python, server.URL, provider, actions)
					s.pair.PlainTable, s.pair.EncryptedTable = s.newTable(t), s.newTable(t)
					s.pair.Encrypting = open(s.pair.Plain.Options(), s.encryptor(t), client.Tables(sequence.Declare(s.pair.EncryptedTable.Name, actions)))
					s.pair.Run(t, seed, sequenceLength)
					items := s.pair.CheckStored(t, s.encryptor(t))
					t.Logf("%d items (seed %d)", len(items), seed)
					s.pythonReads(t, items)
					s.pythonWrites(t, items)
				})
			}
		}
	}
}

var wrappedKeys = AESProvider(make([]byte, 32), HMAC("HmacSHA256", make([]byte, 32)))

// shared is a store that our client and Python's share.
type shared struct {
	python   *Peer
	endpoint Endpoint
	provider Provider
	pair     *sequence.Pair
}

func newShared(python *Peer, url string, provider Provider, actions crypto.Actions) *shared {
	endpoint := Endpoint{URL: url, Region: "us-east-1", AccessKey: partyGo}
	return &shared{python, endpoint, provider, &sequence.Pair{Plain: endpoint.dynamoDB(), Actions: actions}}
}

func (s *shared) encryptor(t *testing.T) *crypto.Encryptor {
	t.Helper()
	provider, err := party{name: partyGo}.as(s.provider).provider(role{seals: true, opens: true})
	require.NoError(t, err)
	return crypto.NewEncryptor(provider)
}

func (s *shared) newTable(t *testing.T) sequence.Table {
	t.Helper()
	table, err := sequence.CreateTable(t.Context(), s.pair.Plain, "users-"+rand.Text())
	require.NoError(t, err)
	return table
}

// call has Python call a method, and reads the output into a type of its own.
func call[Output any](ctx context.Context, s *shared, through, method string, parameters object) (Output, Called, error) {
	var output Output
	request := Request{Op: OpCall, Provider: party{name: partyPython}.as(s.provider), DefaultAction: s.pair.Actions.Default.String(), Actions: map[string]string{},
		Call: &Call{DynamoDB: s.endpoint, Through: through, Method: method, Parameters: json.RawMessage(mustMarshal(parameters))}}
	request.Call.DynamoDB.AccessKey = partyPython
	for name, action := range s.pair.Actions.Overrides {
		request.Actions[name] = action.String()
	}
	called, err := s.python.Call(ctx, request)
	if err == nil {
		err = json.Unmarshal(called.Output, &output)
	}
	return output, called, err
}

type object map[string]any

// withItem, withItems and withTables are outputs of operations.
type (
	withItem   struct{ Item json.RawMessage }
	withItems  struct{ Items []json.RawMessage }
	withTables struct {
		Responses map[string][]json.RawMessage
	}
)

// wire is an item as DynamoDB has it.
func wire(t *testing.T, item crypto.Item) json.RawMessage {
	t.Helper()
	text, err := ddbjson.Marshal(item)
	require.NoError(t, err)
	return text
}

func keyOf(item crypto.Item) crypto.Item {
	return crypto.Item{"id": item["id"], "created": item["created"]}
}

// pythonReads wants Python to see what our caller sees.
func (s *shared) pythonReads(t *testing.T, items []crypto.Item) {
	t.Helper()
	ctx, table := t.Context(), s.pair.EncryptedTable.Name
	wanted := map[string]bool{} // canonical items
	var keys []json.RawMessage
	ids := map[string]json.RawMessage{}
	for _, item := range items {
		wanted[canonical(t, wire(t, item))] = true
		keys = append(keys, wire(t, keyOf(item)))
		ids[item["id"].(*types.AttributeValueMemberS).Value] = wire(t, crypto.Item{":id": item["id"]})

		out, err := s.pair.Encrypting.GetItem(ctx, &dynamodb.GetItemInput{TableName: &table, Key: keyOf(item)})
		require.NoError(t, err)
		for _, through := range []string{ThroughClient, ThroughTable} {
			got, _, err := call[withItem](ctx, s, through, "get_item", object{"TableName": table, "Key": wire(t, keyOf(item))})
			require.NoError(t, withoutValues(err), through)
			requireItem(t, wire(t, out.Item), got.Item, through)
		}
	}

	var queried []json.RawMessage
	read := 0
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		pages, _, err := call[[]withItems](ctx, s, ThroughPaginator, "query", object{"TableName": table, "KeyConditionExpression": "id = :id",
			"ExpressionAttributeValues": ids[id], "PaginationConfig": object{"PageSize": 3}})
		require.NoError(t, withoutValues(err))
		read += len(pages)
		for _, page := range pages {
			queried = append(queried, page.Items...)
		}
	}
	require.Greater(t, read, len(ids), "no id has several pages")
	requireAll(t, wanted, queried)

	pages, _, err := call[[]withItems](ctx, s, ThroughPaginator, "scan", object{"TableName": table})
	require.NoError(t, withoutValues(err))
	require.Len(t, pages, 1)
	requireAll(t, wanted, pages[0].Items)

	got, _, err := call[withTables](ctx, s, ThroughClient, "batch_get_item", object{"RequestItems": object{table: object{"Keys": keys}}})
	require.NoError(t, withoutValues(err))
	requireAll(t, wanted, got.Responses[table])
}

// requireAll wants each item once.
func requireAll(t *testing.T, wanted map[string]bool, got []json.RawMessage) {
	t.Helper()
	seen := map[string]bool{}
	for _, item := range got {
		seen[canonical(t, item)] = true
	}
	require.Len(t, got, len(wanted))
	require.Equal(t, wanted, seen)
}

// pythonWrites has Python write each item under other keys, in several ways, and wants our client to read them.
func (s *shared) pythonWrites(t *testing.T, items []crypto.Item) {
	t.Helper()
	ctx, table := t.Context(), s.pair.EncryptedTable.Name
	written := map[string][]crypto.Item{} // by way, which is the partition key
	under := func(way string) []json.RawMessage {
		var texts []json.RawMessage
		for i, item := range items {
			item = maps.Clone(item)
			item["id"], item["created"] = &types.AttributeValueMemberS{Value: way}, &types.AttributeValueMemberN{Value: fmt.Sprint(i)}
			written[way] = append(written[way], item)
			texts = append(texts, wire(t, item))
		}
		return texts
	}
	for _, through := range []string{ThroughClient, ThroughTable} {
		for _, item := range under("put_item through the " + through) {
			_, _, err := call[object](ctx, s, through, "put_item", object{"TableName": table, "Item": item})
			require.NoError(t, withoutValues(err), through)
		}
	}
	for chunk := range slices.Chunk(under("batch_write_item"), 25) {
		var requests []object
		for _, item := range chunk {
			requests = append(requests, object{"PutRequest": object{"Item": item}})
		}
		_, _, err := call[object](ctx, s, ThroughClient, "batch_write_item", object{"RequestItems": object{table: requests}})
		require.NoError(t, withoutValues(err))
	}
	_, _, err := call[object](ctx, s, ThroughTable, "batch_writer", object{"TableName": table, "Items": under("batch_writer")})
	require.NoError(t, withoutValues(err))

	for way, want := range written {
		s.requireOursReads(t, way, want)
	}
}

// requireOursReads reads the items of one partition in each way that we have.
func (s *shared) requireOursReads(t *testing.T, id string, want []crypto.Item) {
	t.Helper()
	ctx, ours, table := t.Context(), s.pair.Encrypting, s.pair.EncryptedTable.Name
	wanted := map[string]bool{}
	var keys []map[string]types.AttributeValue
	for _, item := range want {
		wanted[canonical(t, wire(t, item))] = true
		keys = append(keys, keyOf(item))
		out, err := ours.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.pair.EncryptedTable.ARN, Key: keyOf(item)})
		require.NoError(t, err, id)
		requireItem(t, wire(t, item), wire(t, out.Item), id)
	}
	var queried []json.RawMessage
	pages := dynamodb.NewQueryPaginator(ours, &dynamodb.QueryInput{TableName: &table, KeyConditionExpression: aws.String("id = :id"),
		ExpressionAttributeValues: crypto.Item{":id": &types.AttributeValueMemberS{Value: id}}, Limit: aws.Int32(7)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		require.NoError(t, err, id)
		for _, item := range page.Items {
			queried = append(queried, wire(t, item))
		}
	}
	requireAll(t, wanted, queried)

	out, err := ours.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{table: {Keys: keys}}})
	require.NoError(t, err, id)
	var got []json.RawMessage
	for _, item := range out.Responses[table] {
		got = append(got, wire(t, item))
	}
	requireAll(t, wanted, got)
}
