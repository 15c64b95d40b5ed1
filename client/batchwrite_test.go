package client_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/itemsize"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

type writes = map[string][]types.WriteRequest

func init() {
	suite["a peer's fault: BatchWriteItem overwrites the caller's map; here it encrypts copies, and leaves other tables as they are"] = func(t *testing.T, w *world) {
		db, other, nothing := w.mixed(t)
		w.put(t, db, user("gone", 9))
		w.plantIn(t, other, user("gone", 9))
		w.reset()

		in := &dynamodb.BatchWriteItemInput{RequestItems: writes{
			w.table: {putRequest(user("alice", 1)), deleteRequest(key("gone", 9)), putRequest(user("bob", 2))},
			other:   {deleteRequest(key("gone", 9)), putRequest(user("carol", 3))},
			nothing: {putRequest(user("dave", 4))},
		}}
		out, err := ask(t, db.BatchWriteItem, in)
		require.NoError(t, err)
		require.Empty(t, out.UnprocessedItems)
		w.requireNoPlaintext(t, "alice@example.com", "bob@example.com")
		require.EqualValues(t, 2, w.provider.calls.Load(), "one key for each put")
		require.Equal(t, []string{"BatchWriteItem"}, w.tap.Operations())
		require.Empty(t, client.Unprotected(out.ResultMetadata))

		requireProtected(t, w.stored(t, key("alice", 1)))
		requireProtected(t, w.stored(t, key("bob", 2)))
		require.Equal(t, user("alice", 1), w.read(t, db, key("alice", 1)))
		require.Nil(t, w.stored(t, key("gone", 9)))
		require.Equal(t, user("carol", 3), w.storedIn(t, other, key("carol", 3)))
		require.Nil(t, w.storedIn(t, other, key("gone", 9)))
		require.Equal(t, user("dave", 4), w.storedIn(t, nothing, key("dave", 4)))
	}

	suite["a peer's fault: a batch for an ARN goes out as plaintext; here it is encrypted and signed under the name"] = func(t *testing.T, w *world) {
		db := w.users()
		in := &dynamodb.BatchWriteItemInput{RequestItems: writes{arn(w.table): {putRequest(user("alice", 1))}}}
		_, err := ask(t, db.BatchWriteItem, in)
		require.NoError(t, err)
		w.requireNoPlaintext(t, "alice@example.com")
		requireProtected(t, w.stored(t, key("alice", 1)))
		require.Equal(t, user("alice", 1), w.read(t, db, key("alice", 1)))
	}

	suite["BatchWriteItem refuses a table under its name and its ARN"] = func(t *testing.T, w *world) {
		_, err := ask(t, w.users().BatchWriteItem, &dynamodb.BatchWriteItemInput{RequestItems: writes{
			w.table: {putRequest(user("alice", 1))}, arn(w.table): {putRequest(user("bob", 2))},
		}})
		w.requireRefused(t, err, "BatchWriteItem", requestItems(w.table), "")
	}

	suite["BatchWriteItem returns the caller's plaintext requests as UnprocessedItems, which can be sent again"] = func(t *testing.T, w *world) {
		for name, tc := range map[string]struct {
			asked  string
			rename func(string) string
		}{
			"asked and answered by name":      {w.table, nil},
			"asked by name, answered by ARN":  {w.table, arn},
			"asked and answered by ARN":       {arn(w.table), nil},
			"asked by ARN, answered by name":  {arn(w.table), func(string) string { return w.table }},
			"asked by name, under other name": {w.table, wiretap.OtherName},
		} {
			t.Run(name, func(t *testing.T) {
				db := w.users()
				w.put(t, db, user("gone", 9))
				w.reset()
				w.tap.Inject("BatchWriteItem", wiretap.InOrder(wiretap.Fault{Partial: true, First: 1, Tables: tc.rename}))
				in := &dynamodb.BatchWriteItemInput{RequestItems: writes{tc.asked: {putRequest(user("alice", 1)), putRequest(user("bob", 2)), deleteRequest(key("gone", 9))}}}
				out, err := ask(t, db.BatchWriteItem, in)
				require.NoError(t, err)
				answered := tc.asked
				if tc.rename != nil {
					answered = tc.rename(tc.asked)
				}
				require.Equal(t, writes{answered: {putRequest(user("bob", 2)), deleteRequest(key("gone", 9))}}, out.UnprocessedItems)
				require.Nil(t, w.stored(t, key("bob", 2)))

				out, err = ask(t, db.BatchWriteItem, &dynamodb.BatchWriteItemInput{RequestItems: out.UnprocessedItems})
				require.NoError(t, err)
				require.Empty(t, out.UnprocessedItems)
				w.requireNoPlaintext(t, "alice@example.com", "bob@example.com")
				require.Equal(t, user("bob", 2), w.read(t, db, key("bob", 2)))
				require.Nil(t, w.stored(t, key("gone", 9)))
				_, err = w.plain.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &w.table, Key: key("bob", 2)})
				require.NoError(t, err)
			})
		}
	}

	suite["BatchWriteItem finds unprocessed items by their keys, also if a number comes back in another form"] = func(t *testing.T, w *world) {
		db := w.users()
		item := user("alice", 7)
		item["created"] = &types.AttributeValueMemberN{Value: "7.00"}
		w.tap.Inject("BatchWriteItem", wiretap.InOrder(wiretap.Fault{Partial: true, Rewrite: func(_ string, body []byte) []byte {
			require.Contains(t, string(body), `"7.00"`)
			return bytes.ReplaceAll(body, []byte(`"7.00"`), []byte(`"7"`))
		}}))
		out, err := ask(t, db.BatchWriteItem, &dynamodb.BatchWriteItemInput{RequestItems: writes{w.table: {putRequest(item)}}})
		require.NoError(t, err)
		require.Equal(t, writes{w.table: {putRequest(item)}}, out.UnprocessedItems)
	}

	suite["BatchWriteItem leaves the unprocessed items of other tables as they are"] = func(t *testing.T, w *world) {
		db, other, nothing := w.mixed(t)
		w.tap.Inject("BatchWriteItem", wiretap.InOrder(wiretap.Fault{Partial: true}))
		in := &dynamodb.BatchWriteItemInput{RequestItems: writes{
			w.table: {putRequest(user("alice", 1))}, other: {putRequest(user("carol", 3))}, nothing: {putRequest(user("dave", 4))},
		}}
		out, err := ask(t, db.BatchWriteItem, in)
		require.NoError(t, err)
		require.Equal(t, in.RequestItems, out.UnprocessedItems)
	}

	suite["BatchWriteItem fails for an unprocessed item or table that was not in the request"] = func(t *testing.T, w *world) {
		db := w.users()
		in := &dynamodb.BatchWriteItemInput{RequestItems: writes{w.table: {putRequest(user("alice", 1))}}}
		w.tap.Inject("BatchWriteItem", wiretap.InOrder(wiretap.Fault{Partial: true, Rewrite: func(_ string, body []byte) []byte {
			require.Contains(t, string(body), `"alice"`)
			return bytes.ReplaceAll(body, []byte(`"alice"`), []byte(`"mallory"`))
		}}))
		_, err := ask(t, db.BatchWriteItem, in)
		requireItemError(t, err, crypto.ErrSignature, "BatchWriteItem", w.table, `UnprocessedItems["`+w.table+`"][0]`, key("mallory", 1))

		w.tap.Inject("BatchWriteItem", wiretap.InOrder(wiretap.Fault{Partial: true, Tables: func(string) string { return "elsewhere" }}))
		_, err = ask(t, db.BatchWriteItem, in)
		requireItemError(t, err, crypto.ErrSignature, "BatchWriteItem", "elsewhere", `UnprocessedItems["elsewhere"]`, nil)
	}

	suite["BatchWriteItem refuses what cannot be written safely before it asks for a key"] = func(t *testing.T, w *world) {
		db, other, _ := w.mixed(t)
		reserved, big := user("bob", 2), user("bob", 2)
		reserved[crypto.DefaultSignatureAttribute] = str("forged")
		big["email"] = str(strings.Repeat("x", itemsize.Max))
		without := user("bob", 2)
		delete(without, "created")
		for name, tc := range map[string]struct {
			request              types.WriteRequest
			parameter, attribute string
		}{
			"an item with a reserved name":   {putRequest(reserved), ".PutRequest.Item", crypto.DefaultSignatureAttribute},
			"an item without its key":        {putRequest(without), ".PutRequest.Item", "created"},
			"a nil item":                     {putRequest(nil), ".PutRequest.Item", "id"},
			"an attribute without a value":   {putRequest(withValue(user("bob", 2), "email", nil)), ".PutRequest.Item", "email"},
			"an attribute with a nil value":  {putRequest(withValue(user("bob", 2), "email", (*types.AttributeValueMemberS)(nil))), ".PutRequest.Item", "email"},
			"a key with a nil value":         {putRequest(withValue(user("bob", 2), "created", (*types.AttributeValueMemberN)(nil))), ".PutRequest.Item", "created"},
			"an item that is too big":        {putRequest(big), ".PutRequest.Item", ""},
			"neither put nor delete":         {types.WriteRequest{}, "", ""},
			"put and delete in one request":  {types.WriteRequest{PutRequest: putRequest(user("bob", 2)).PutRequest, DeleteRequest: deleteRequest(key("bob", 2)).DeleteRequest}, "", ""},
			"a put request without anything": {types.WriteRequest{PutRequest: &types.PutRequest{}}, ".PutRequest.Item", "id"},
		} {
			t.Run(name, func(t *testing.T) {
				in := &dynamodb.BatchWriteItemInput{RequestItems: writes{other: {putRequest(user("carol", 3))}, w.table: {putRequest(user("alice", 1)), tc.request}}}
				_, err := ask(t, db.BatchWriteItem, in)
				refused := w.requireRefused(t, err, "BatchWriteItem", requestItems(w.table)+"[1]"+tc.parameter, tc.attribute)
				require.Equal(t, w.table, refused.Table)
				requireNoValues(t, err, "alice", "bob@example.com")
			})
		}
	}

	suite["a batch or transaction with an item that only its encryption makes too big is not sent"] = func(t *testing.T, w *world) {
		db := w.users()
		item := user("bob", 2)
		item["email"] = str(strings.Repeat("x", itemsize.Max-itemsize.Of(item)))
		for op, tc := range map[string]struct {
			parameter string
			send      func() error
		}{
			"BatchWriteItem": {requestItems(w.table) + "[1].PutRequest.Item", func() error {
				_, err := ask(t, db.BatchWriteItem, &dynamodb.BatchWriteItemInput{RequestItems: writes{w.table: {putRequest(user("alice", 1)), putRequest(item)}}})
				return err
			}},
			"TransactWriteItems": {"TransactItems[1].Put.Item", func() error {
				_, err := ask(t, db.TransactWriteItems, transactWrite(putOf(w.table, user("alice", 1)), putOf(w.table, item)))
				return err
			}},
		} {
			err := tc.send()
			require.Positive(t, w.provider.calls.Swap(0), "it was encrypted")
			refused := w.requireRefused(t, err, op, tc.parameter, "")
			require.Regexp(t, fmt.Sprintf(`%d bytes before encryption and \d+ after`, itemsize.Of(item)), refused.Reason)
		}
	}

	suite["BatchWriteItem refuses a table that is not declared, and passes nothing at all on"] = func(t *testing.T, w *world) {
		db := w.users()
		_, err := ask(t, db.BatchWriteItem, &dynamodb.BatchWriteItemInput{RequestItems: writes{
			w.table: {putRequest(user("alice", 1))}, "zzz-other": {putRequest(user("alice", 1))}}})
		w.requireRefused(t, err, "BatchWriteItem", requestItems("zzz-other"), "")
		for _, in := range []*dynamodb.BatchWriteItemInput{nil, {}, {RequestItems: writes{}}} {
			_, err := ask(t, db.BatchWriteItem, in)
			require.Error(t, err, "DynamoDB wants a request")
		}
	}

	suite["the SDK resends the same bytes of puts, batches and transactions"] = func(t *testing.T, w *world) {
		db := w.retrying(client.Tables(w.declared()))
		for op, call := range map[string]func() error{
			"PutItem": func() error {
				_, err := ask(t, db.PutItem, &dynamodb.PutItemInput{TableName: &w.table, Item: user("alice", 1)})
				return err
			},
			"BatchWriteItem": func() error {
				_, err := ask(t, db.BatchWriteItem, &dynamodb.BatchWriteItemInput{RequestItems: writes{w.table: {putRequest(user("alice", 1))}}})
				return err
			},
			"TransactWriteItems": func() error {
				_, err := ask(t, db.TransactWriteItems, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{{Put: &types.Put{TableName: &w.table, Item: user("alice", 1)}}}})
				return err
			},
		} {
			for name, fault := range map[string]wiretap.Fault{
				"the service failed":  {Code: "InternalServerError"},
				"the answer was lost": {Deliver: true, Cut: true},
			} {
				t.Run(op+": "+name, func(t *testing.T) {
					w.reset()
					w.tap.Inject(op, wiretap.InOrder(fault))
					require.NoError(t, call())
					bodies := w.bodies(op)
					require.Len(t, bodies, 2)
					require.Equal(t, bodies[0], bodies[1])
					require.EqualValues(t, 1, w.provider.calls.Load(), "the item is encrypted once")
					require.Equal(t, user("alice", 1), w.read(t, db, key("alice", 1)))
				})
			}
		}
	}
}
