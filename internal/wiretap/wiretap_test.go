package wiretap_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

type item = map[string]types.AttributeValue

func key(id string) item { return item{"id": &types.AttributeValueMemberS{Value: id}} }

// once makes a client that does not retry.
func once(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} }

// newTap returns a store with the empty tables "users" and "orders", a Tap in
// front of it and a client of that.
func newTap(t *testing.T, optFns ...func(*dynamodb.Options)) (*memdb.DB, *wiretap.Tap, *dynamodb.Client) {
	t.Helper()
	db := memdb.New()
	tap := wiretap.New(db)
	for _, table := range []string{"users", "orders"} {
		createTable(t, db.Client(), table)
	}
	return db, tap, db.Client(append([]func(*dynamodb.Options){through(tap)}, optFns...)...)
}

func createTable(t *testing.T, client *dynamodb.Client, table string) {
	t.Helper()
	_, err := client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName:            &table,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}},
		BillingMode:          types.BillingModePayPerRequest,
	})
	require.NoError(t, err)
}

func through(tap *wiretap.Tap) func(*dynamodb.Options) {
	return func(o *dynamodb.Options) { o.HTTPClient = tap }
}

func put(t *testing.T, client *dynamodb.Client, id string) error {
	t.Helper()
	_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("users"), Item: key(id)})
	return err
}

func get(t *testing.T, client *dynamodb.Client, id string) (item, error) {
	t.Helper()
	out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("users"), Key: key(id)})
	if err != nil {
		return nil, err
	}
	return out.Item, nil
}

func TestRequestsAreRecordedAsTheyWereSent(t *testing.T) {
	_, tap, client := newTap(t)
	require.NoError(t, put(t, client, "alice"))
	_, err := get(t, client, "alice")
	require.NoError(t, err)

	assert.Equal(t, []string{"PutItem", "GetItem"}, tap.Operations())
	assert.JSONEq(t, `{"TableName":"users","Item":{"id":{"S":"alice"}}}`, string(tap.Requests()[0].Body))
	assert.Equal(t, 1, tap.Count("PutItem"))
	assert.Equal(t, 0, tap.Count("Query"))
	assert.Equal(t, 2, tap.Count(""))

	tap.Requests()[0].Body[0] = 'X'
	assert.EqualValues(t, '{', tap.Requests()[0].Body[0], "the record is a copy")

	tap.Reset()
	assert.Empty(t, tap.Requests())
	assert.Empty(t, tap.Operations())
	assert.Zero(t, tap.Count(""))
}

func TestResetKeepsFaults(t *testing.T) {
	_, tap, client := newTap(t, once)
	tap.Inject("PutItem", wiretap.Always(wiretap.Fault{Cut: true}))
	tap.Reset()
	assert.Error(t, put(t, client, "alice"))
}

func TestATapBehindATapRecordsWhatWasDelivered(t *testing.T) {
	db, inner, _ := newTap(t)
	outer := wiretap.New(inner)
	outer.Inject("PutItem", wiretap.InOrder(wiretap.Fault{Cut: true}))
	client := db.Client(through(outer), once)
	require.Error(t, put(t, client, "alice"))
	require.NoError(t, put(t, client, "bob"))
	assert.Equal(t, 2, outer.Count("PutItem"))
	assert.Equal(t, 1, inner.Count("PutItem"))
}

func TestARequestWhoseContextHasEndedIsNotRecorded(t *testing.T) {
	_, tap, _ := newTap(t)
	req, err := http.NewRequest(http.MethodPost, "http://localhost", http.NoBody)
	require.NoError(t, err)
	ctx, cancel := cancelled(t)
	cancel()
	_, err = tap.Do(req.WithContext(ctx))
	require.ErrorIs(t, err, ctx.Err())
	assert.Zero(t, tap.Count(""))
}

func TestScriptsChooseTheRequestsThatFail(t *testing.T) {
	cut := wiretap.Fault{Cut: true}
	for name, tc := range map[string]struct {
		script wiretap.Script
		want   []bool // which of four attempts fail
	}{
		"none without a script": {nil, []bool{false, false, false, false}},
		"once":                  {wiretap.InOrder(cut), []bool{true, false, false, false}},
		"in order, with a gap":  {wiretap.InOrder(cut, wiretap.Fault{}, cut), []bool{true, false, true, false}},
		"three times":           {wiretap.Times(3, cut), []bool{true, true, true, false}},
		"always":                {wiretap.Always(cut), []bool{true, true, true, true}},
		"as a function decides": {onlyFor(`"bob"`, cut), []bool{false, true, false, false}},
		"zero times":            {wiretap.Times(0, cut), []bool{false, false, false, false}},
	} {
		t.Run(name, func(t *testing.T) {
			_, tap, client := newTap(t, once)
			tap.Inject("PutItem", tc.script)
			var failed []bool
			for _, id := range []string{"alice", "bob", "carol", "dave"} {
				_, err := get(t, client, id)
				require.NoError(t, err, "only PutItem fails")
				failed = append(failed, put(t, client, id) != nil)
			}
			assert.Equal(t, tc.want, failed)
		})
	}
}

func TestAScriptForAllOperationsYieldsToThatOfOne(t *testing.T) {
	_, tap, client := newTap(t, once)
	tap.Inject("", wiretap.Always(wiretap.Fault{Cut: true}))
	tap.Inject("PutItem", wiretap.Always(wiretap.Fault{}))
	_, err := get(t, client, "alice")
	assert.Error(t, err)
	assert.NoError(t, put(t, client, "alice"))

	tap.Inject("PutItem", nil)
	assert.Error(t, put(t, client, "alice"))
	tap.Inject("", nil)
	assert.NoError(t, put(t, client, "alice"))
}

func TestConcurrentRequestsShareAScript(t *testing.T) {
	db, tap, client := newTap(t, once)
	tap.Inject("PutItem", wiretap.Times(10, wiretap.Fault{Cut: true}))
	var wg sync.WaitGroup
	for range 30 {
		wg.Go(func() {
			_ = put(t, client, "alice")
			_ = tap.Operations()
			_ = tap.Requests()
		})
	}
	wg.Wait()
	assert.Equal(t, 30, tap.Count("PutItem"))
	assert.NotEmpty(t, db.Items("users"))
	assert.NoError(t, put(t, client, "alice"), "all ten faults have happened")
}

func TestATapServesARealConnection(t *testing.T) {
	db, _, _ := newTap(t)
	server := httptest.NewServer(db)
	defer server.Close()
	tap := wiretap.New(server.Client())
	client := db.Client(through(tap), once, func(o *dynamodb.Options) { o.BaseEndpoint = &server.URL })

	tap.Inject("BatchWriteItem", wiretap.InOrder(wiretap.Fault{Partial: true, First: 1, Tables: wiretap.OtherName}))
	out, err := client.BatchWriteItem(t.Context(), writes("users", "alice", "bob"))
	require.NoError(t, err)
	assert.Equal(t, writes(wiretap.TableARN+"users", "bob").RequestItems, out.UnprocessedItems)
	assert.Equal(t, []item{key("alice")}, db.Items("users"))

	tap.Inject("GetItem", wiretap.InOrder(wiretap.Fault{Truncate: 3}, wiretap.Fault{Truncate: 3, KeepLength: true}))
	for range 2 {
		_, err = get(t, client, "alice")
		assert.Error(t, err)
	}
	got, err := get(t, client, "alice")
	require.NoError(t, err)
	assert.Equal(t, key("alice"), got)
}

// onlyFor gives a fault to requests whose body contains a text.
func onlyFor(text string, fault wiretap.Fault) wiretap.Script {
	return func(r wiretap.Request) wiretap.Fault {
		if containsText(r, text) {
			return fault
		}
		return wiretap.Fault{}
	}
}
