package wiretap_test

import (
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/inprocess"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

func putRequests(ids ...string) []types.WriteRequest {
	var requests []types.WriteRequest
	for _, id := range ids {
		requests = append(requests, types.WriteRequest{PutRequest: &types.PutRequest{Item: key(id)}})
	}
	return requests
}

func writes(table string, ids ...string) *dynamodb.BatchWriteItemInput {
	return &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{table: putRequests(ids...)}}
}

func keys(ids ...string) []item {
	var all []item
	for _, id := range ids {
		all = append(all, key(id))
	}
	return all
}

func TestAPartOfABatchIsWrittenAndTheRestComesBack(t *testing.T) {
	batch := map[string][]types.WriteRequest{"users": putRequests("u1", "u<2>"), "orders": putRequests("o1", "o2")}
	for name, tc := range map[string]struct {
		first         int
		orders, users []item
		rest          map[string][]types.WriteRequest
		delivered     int
	}{
		"none":                      {0, nil, nil, batch, 0},
		"none for a negative count": {-1, nil, nil, batch, 0},
		"the first":                 {1, keys("o1"), nil, map[string][]types.WriteRequest{"orders": putRequests("o2"), "users": batch["users"]}, 1},
		"all of one table":          {2, keys("o1", "o2"), nil, map[string][]types.WriteRequest{"users": batch["users"]}, 1},
		"all but the last":          {3, keys("o1", "o2"), keys("u1"), map[string][]types.WriteRequest{"users": putRequests("u<2>")}, 1},
		"all":                       {4, keys("o1", "o2"), keys("u1", "u<2>"), map[string][]types.WriteRequest{}, 1},
		"more than there are":       {9, keys("o1", "o2"), keys("u1", "u<2>"), map[string][]types.WriteRequest{}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			db, inner, _ := newTap(t)
			tap := wiretap.New(inner)
			client := db.Client(through(tap), once)
			tap.Inject("BatchWriteItem", wiretap.InOrder(wiretap.Fault{Partial: true, First: tc.first}))
			out, err := client.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: batch})
			require.NoError(t, err)
			assert.Equal(t, tc.rest, out.UnprocessedItems)
			assert.ElementsMatch(t, tc.orders, db.Items("orders"))
			assert.ElementsMatch(t, tc.users, db.Items("users"))
			assert.Equal(t, tc.delivered, inner.Count("BatchWriteItem"))
		})
	}
}

func TestAPartOfABatchIsReadAndTheRestComesBack(t *testing.T) {
	get := func(ids ...string) types.KeysAndAttributes {
		return types.KeysAndAttributes{Keys: keys(ids...), ConsistentRead: aws.Bool(true), ProjectionExpression: aws.String("id")}
	}
	for name, tc := range map[string]struct {
		first int
		found map[string][]item
		rest  map[string]types.KeysAndAttributes
	}{
		"none":      {0, map[string][]item{}, map[string]types.KeysAndAttributes{"users": get("a", "b", "c")}},
		"the first": {1, map[string][]item{"users": keys("a")}, map[string]types.KeysAndAttributes{"users": get("b", "c")}},
		"all":       {3, map[string][]item{"users": keys("a", "b", "c")}, map[string]types.KeysAndAttributes{}},
	} {
		t.Run(name, func(t *testing.T) {
			_, tap, client := newTap(t, once)
			for _, id := range []string{"a", "b", "c"} {
				require.NoError(t, put(t, client, id))
			}
			tap.Inject("BatchGetItem", wiretap.InOrder(wiretap.Fault{Partial: true, First: tc.first}))
			in := &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{"users": get("a", "b", "c")}}
			out, err := client.BatchGetItem(t.Context(), in)
			require.NoError(t, err)
			assert.Equal(t, tc.found, out.Responses)
			assert.Equal(t, tc.rest, out.UnprocessedKeys)
		})
	}
}

func TestWhatTheServiceLeftOfABatchStaysUnprocessed(t *testing.T) {
	db, inner, _ := newTap(t)
	inner.Inject("BatchWriteItem", wiretap.Always(wiretap.Fault{Partial: true, First: 1}))
	outer := wiretap.New(inner)
	outer.Inject("BatchWriteItem", wiretap.Always(wiretap.Fault{Partial: true, First: 2}))
	out, err := db.Client(through(outer)).BatchWriteItem(t.Context(), writes("users", "a", "b", "c"))
	require.NoError(t, err)
	assert.Equal(t, writes("users", "b", "c").RequestItems, out.UnprocessedItems)
	assert.Equal(t, keys("a"), db.Items("users"))
}

func TestAPartOfABatchIsWrittenAndItsAnswerLost(t *testing.T) {
	db, tap, client := newTap(t, once)
	tap.Inject("BatchWriteItem", wiretap.InOrder(wiretap.Fault{Partial: true, First: 1, Deliver: true, Timeout: true}))
	_, err := client.BatchWriteItem(t.Context(), writes("users", "a", "b"))
	require.Error(t, err)
	assert.Equal(t, keys("a"), db.Items("users"))
}

func TestAnErrorForTheFirstPartIsTheAnswer(t *testing.T) {
	_, tap, client := newTap(t, once)
	tap.Inject("BatchWriteItem", wiretap.Always(wiretap.Fault{Partial: true, First: 1, Tables: wiretap.OtherName}))
	_, err := client.BatchWriteItem(t.Context(), writes("nobody", "a", "b"))
	assert.True(t, as[*types.ResourceNotFoundException](err), "%v", err)
}

func TestAnswersNameTablesInTheirOtherForm(t *testing.T) {
	arn := wiretap.TableARN + "users"
	for name, tc := range map[string]struct{ asked, answered, unprocessed string }{
		"by ARN for a name": {"users", arn, arn},
		// The store always answers by name.
		"by name for an ARN": {arn, arn, "users"},
	} {
		t.Run(name, func(t *testing.T) {
			_, tap, client := newTap(t, once)
			fault := wiretap.Always(wiretap.Fault{Partial: true, First: 1, Tables: wiretap.OtherName})
			tap.Inject("BatchWriteItem", fault)
			tap.Inject("BatchGetItem", fault)

			written, err := client.BatchWriteItem(t.Context(), writes(tc.asked, "a", "b"))
			require.NoError(t, err)
			assert.Equal(t, writes(tc.unprocessed, "b").RequestItems, written.UnprocessedItems)

			in := &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{tc.asked: {Keys: keys("a", "b")}}}
			read, err := client.BatchGetItem(t.Context(), in)
			require.NoError(t, err)
			assert.Equal(t, map[string][]item{tc.answered: keys("a")}, read.Responses)
			assert.Equal(t, map[string]types.KeysAndAttributes{tc.unprocessed: {Keys: keys("b")}}, read.UnprocessedKeys)
		})
	}
}

func TestOtherNameIsItsOwnInverse(t *testing.T) {
	assert.Equal(t, "arn:aws:dynamodb:us-east-1:000000000000:table/users", wiretap.OtherName("users"))
	assert.Equal(t, "users", wiretap.OtherName(wiretap.OtherName("users")))
	assert.Equal(t, "users", wiretap.OtherName("arn:aws-cn:dynamodb:cn-north-1:123456789012:table/users"))
}

func TestFaultsThatCannotBeDoneSaySo(t *testing.T) {
	same := func(string) string { return "one" }
	for name, tc := range map[string]struct {
		operation string
		fault     wiretap.Fault
		want      string
	}{
		"a part of a single write":   {"PutItem", wiretap.Fault{Partial: true}, "not for PutItem"},
		"tables of a single write":   {"PutItem", wiretap.Fault{Tables: wiretap.OtherName}, "not for PutItem"},
		"an item that is not JSON":   {"PutItem", wiretap.Fault{Code: "X", Item: "{"}, "Reasons and Item have to be JSON"},
		"rewriting of a gzip answer": {"PutItem", wiretap.Fault{Rewrite: func(_ string, body []byte) []byte { return body }}, "compressed"},
		"a part of a gzip answer":    {"BatchWriteItem", wiretap.Fault{Partial: true, First: 1}, "compressed"},
		"one name for two tables":    {"BatchWriteItem", wiretap.Fault{Partial: true, Tables: same}, "the same name"},
	} {
		t.Run(name, func(t *testing.T) {
			db, _, _ := newTap(t)
			tap := wiretap.New(compressed{})
			client := db.Client(through(tap))
			tap.Inject(tc.operation, wiretap.InOrder(tc.fault))
			var err error
			if tc.operation == "PutItem" {
				err = put(t, client, "alice")
			} else {
				_, err = client.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{
					"users": putRequests("a"), "orders": putRequests("b"),
				}})
			}
			assert.ErrorContains(t, err, tc.want)
			assert.Equal(t, 1, tap.Count(""), "the SDK does not retry it")
		})
	}
}

// compressed says that its answers are compressed.
type compressed struct{}

func (compressed) Do(req *http.Request) (*http.Response, error) {
	return inprocess.Response(req, http.StatusOK, http.Header{"Content-Encoding": {"gzip"}}, []byte("{}")), nil
}
