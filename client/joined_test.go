package client_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

// notes opens a client for w.table with other keys and actions than users: email is
// signed only, views is neither.
func (w *world) notes(t *testing.T, policy client.PlaintextPolicy, list ...client.Option) *client.Client {
	t.Helper()
	wrapping, err := cmp.NewAESKey(bytes.Repeat([]byte{3}, 32))
	require.NoError(t, err)
	signing, err := cmp.NewHMACKey("HmacSHA256", bytes.Repeat([]byte{4}, 32))
	require.NoError(t, err)
	provider, err := cmp.NewWrapped(cmp.WrappedKeys{Wrapping: wrapping, Signing: signing})
	require.NoError(t, err)
	table := w.declared()
	table.Plaintext = policy
	table.Actions.Overrides = map[string]crypto.Action{"plan": crypto.SignOnly, "level": crypto.SignOnly, "email": crypto.SignOnly, "views": crypto.DoNothing}
	return client.New(dynamodb.New(w.options), crypto.NewEncryptor(provider), append(list, client.Tables(table))...)
}

func prepare(t *testing.T, db *client.Client, items ...types.TransactWriteItem) *client.PreparedTransactWrite {
	t.Helper()
	prepared, err := db.PrepareTransactWriteItems(t.Context(), transactWrite(items...))
	require.NoError(t, err)
	return prepared
}

func join(t *testing.T, parts ...*client.PreparedTransactWrite) *client.PreparedTransactWrite {
	t.Helper()
	joined, err := client.JoinTransactWrites(parts...)
	require.NoError(t, err)
	return joined
}

// tooMany are n actions.
func tooMany(table string, n int) []types.TransactWriteItem {
	var items []types.TransactWriteItem
	for i := range n {
		items = append(items, deleteOf(table, key("alice", i)))
	}
	return items
}

func init() {
	suite["a joined transaction has all actions in order, each by the keys and actions of its client, under the first token"] = func(t *testing.T, w *world) {
		users, notes := w.wrapper(client.Tables(w.declared())), w.notes(t, client.ForbidPlaintext)
		w.put(t, users, user("bob", 2))
		w.put(t, notes, user("carol", 3))
		w.reset()
		in := transactWrite(putOf(w.table, user("alice", 1)), viewsOf(w.table, key("bob", 2), 7))
		in.ClientRequestToken = aws.String("token-" + w.table)
		first, err := users.PrepareTransactWriteItems(t.Context(), in)
		require.NoError(t, err)
		second := prepare(t, notes, deleteOf(w.table, key("carol", 3)), putOf(w.table, user("dave", 4)))
		parts := []*client.PreparedTransactWrite{first, second, prepare(t, users, putOf(w.table, user("erin", 5)))}
		joined := join(t, parts...)
		parts[1] = nil
		require.Equal(t, "token-"+w.table, joined.Token())
		require.Empty(t, w.tap.Operations(), "nothing is sent yet")

		_, err = joined.Send(t.Context())
		require.NoError(t, err)
		w.tap.Inject("TransactWriteItems", wiretap.InOrder(wiretap.Fault{Deliver: true, Cut: true}))
		_, err = joined.Send(t.Context())
		require.Error(t, err, "the answer was lost")
		_, err = joined.Send(t.Context())
		require.NoError(t, err)
		require.Len(t, w.bodies("TransactWriteItems"), 3)
		require.JSONEq(t, w.bodies("TransactWriteItems")[0], w.bodies("TransactWriteItems")[2])
		require.Equal(t, joined.Token(), w.sent(t, "ClientRequestToken"))
		for i, kind := range []string{"Put", "Update", "Delete", "Put", "Put"} {
			require.Contains(t, w.sent(t, "TransactItems", i), kind)
		}

		require.Equal(t, user("alice", 1), w.read(t, users, key("alice", 1)))
		require.Equal(t, num(7), w.read(t, users, key("bob", 2))["views"])
		require.Nil(t, w.stored(t, key("carol", 3)))
		require.Equal(t, user("dave", 4), w.read(t, notes, key("dave", 4)))
		require.Equal(t, str("dave@example.com"), w.stored(t, key("dave", 4))["email"], "notes only sign it")
		require.Equal(t, user("erin", 5), w.read(t, users, key("erin", 5)))
		w.requireNoPlaintext(t, "alice@example.com", "erin@example.com")

		require.NotEqual(t, joined.Token(), second.Token())
		_, err = second.Send(t.Context())
		require.NoError(t, err, "a part is still a transaction of its own")
		require.Len(t, w.sent(t, "TransactItems"), 2)
	}

	suite["a joined transaction that is cancelled opens each item by the client of its part"] = func(t *testing.T, w *world) {
		users, notes := w.wrapper(client.Tables(w.declared())), w.notes(t, client.ForbidPlaintext)
		w.put(t, users, user("alice", 1), user("carol", 3), user("erin", 5))
		w.put(t, notes, user("bob", 2), user("dave", 4))
		w.tamper(t, key("erin", 5))
		fails := func(id string, created int) types.TransactWriteItem {
			action := fourKinds["Delete"](w.table, textOf("#p = :fr"))
			action.Delete.Key = key(id, created)
			return action
		}
		inner := join(t, prepare(t, notes, fails("dave", 4)), prepare(t, users, fails("erin", 5)))
		joined := join(t, prepare(t, users, fails("alice", 1)), prepare(t, notes, putOf(w.table, user("frank", 6)), fails("bob", 2)), inner, prepare(t, notes, fails("carol", 3)))
		for range 2 {
			_, err := joined.Send(t.Context())
			reasons := cancelled(t, err)
			require.Len(t, reasons, 6)
			for i, want := range []crypto.Item{user("alice", 1), nil, user("bob", 2), user("dave", 4), nil, nil} {
				if want == nil {
					require.Empty(t, reasons[i].Item, i)
				} else {
					require.Equal(t, want, reasons[i].Item, i)
				}
			}
			var failure *client.FailureError
			require.ErrorAs(t, err, &failure)
			require.Len(t, failure.Dropped, 2)
			requireItemError(t, failure.Dropped[0], crypto.ErrSignature, "TransactWriteItems", w.table, "CancellationReasons[4].Item", key("erin", 5))
			requireItemError(t, failure.Dropped[1], crypto.ErrSignature, "TransactWriteItems", w.table, "CancellationReasons[5].Item", key("carol", 3))
			require.NotContains(t, err.Error(), "ddbcrypt added the condition", "these are the caller's")
		}
	}

	suite["a joined transaction drops the items of positions that it does not have"] = func(t *testing.T, w *world) {
		users := w.wrapper(client.Tables(w.declared()))
		w.tap.Inject("TransactWriteItems", wiretap.InOrder(wiretap.Fault{Code: "TransactionCanceledException",
			Reasons: `[{"Code":"None"},{"Code":"None"},{"Code":"ConditionalCheckFailed","Item":{"id":{"S":"more"}}}]`}))
		_, err := join(t, prepare(t, users, viewsOf(w.table, key("alice", 1), 7)), prepare(t, users, viewsOf(w.table, key("bob", 2), 7))).Send(t.Context())
		require.Nil(t, cancelled(t, err)[2].Item)
		var failure *client.FailureError
		require.ErrorAs(t, err, &failure)
		require.Len(t, failure.Dropped, 1)
		require.NotContains(t, err.Error(), "ddbcrypt added the condition")
	}

	suite["a joined transaction tells of the condition that is added to an update of any part"] = func(t *testing.T, w *world) {
		users, notes := w.wrapper(client.Tables(w.declared())), w.notes(t, client.ForbidPlaintext)
		_, err := join(t, prepare(t, users, putOf(w.table, user("alice", 1))), prepare(t, notes, deleteOf(w.table, key("carol", 3)), viewsOf(w.table, key("nobody", 9), 7))).Send(t.Context())
		require.Equal(t, "ConditionalCheckFailed", *cancelled(t, err)[2].Code)
		require.ErrorContains(t, err, "ddbcrypt added the condition")
		require.Nil(t, w.stored(t, key("alice", 1)))
	}

	suite["a joined transaction counts plaintext with the client of each part, and reports all of it"] = func(t *testing.T, w *world) {
		var ofUsers, ofNotes client.Counter
		table := w.declared()
		table.Plaintext = client.InsecureReadWritePlaintext
		users := w.wrapper(client.Tables(table), client.WithCounter(&ofUsers))
		notes := w.notes(t, client.InsecureReadWritePlaintext, client.WithCounter(&ofNotes))
		w.plant(t, user("bob", 2))
		out, err := join(t, prepare(t, users, putOf(w.table, user("alice", 1))),
			prepare(t, notes, viewsOf(w.table, key("bob", 2), 7), putOf(w.table, user("carol", 3)))).Send(t.Context())
		require.NoError(t, err)
		w.requireUnprotected(t, out.ResultMetadata, key("alice", 1), key("bob", 2), key("carol", 3))
		require.EqualValues(t, 1, ofUsers.Written())
		require.EqualValues(t, 2, ofNotes.Written())

		_, err = join(t, prepare(t, users, deleteOf(w.table, key("carol", 3))), prepare(t, notes, fourKinds["Delete"](w.table, textOf("#p = :gold")))).Send(t.Context())
		require.Equal(t, user("alice", 1), cancelled(t, err)[1].Item)
		var failure *client.FailureError
		require.ErrorAs(t, err, &failure)
		require.Len(t, failure.Unprotected, 1)
		require.Zero(t, ofUsers.Read())
		require.EqualValues(t, 1, ofNotes.Read())
	}

	suite["joining refuses nothing, what is nil, and more actions than DynamoDB takes"] = func(t *testing.T, w *world) {
		users := w.wrapper(client.Tables(w.declared()))
		some, more := prepare(t, users, tooMany(w.table, 60)...), prepare(t, users, tooMany(w.table, 41)...)
		for parameter, parts := range map[string][]*client.PreparedTransactWrite{
			"writes": {}, "writes[1]": {some, nil}, "TransactItems": {some, more},
		} {
			_, err := client.JoinTransactWrites(parts...)
			w.requireRefused(t, err, "TransactWriteItems", parameter, "")
		}
		_, err := client.JoinTransactWrites(some, prepare(t, users, tooMany(w.table, 40)...))
		require.NoError(t, err, "100 are as many as DynamoDB takes")
	}
}

func TestAJoinedTransactionMakesTheTablesOfEachPartDoubtful(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		open := func() *client.Client {
			return w.wrapper(client.OtherTables(client.Discover(w.declared().Actions)))
		}
		first, second := open(), open()
		joined := join(t, prepare(t, first, putOf(w.table, user("alice", 1))), prepare(t, second, putOf(w.table, user("bob", 2))))
		for reason, asked := range map[string]int{"ConditionalCheckFailed": 0, "ValidationError": 1} {
			for name, db := range map[string]*client.Client{"first": first, "second": second} {
				w.put(t, first, user("carol", 3))
				w.put(t, second, user("carol", 3))
				time.Sleep(6 * time.Second)
				w.tap.Inject("TransactWriteItems", wiretap.InOrder(wiretap.Fault{Code: "TransactionCanceledException", Reasons: fmt.Sprintf(`[{"Code":%q},{}]`, reason)}))
				_, err := joined.Send(t.Context())
				require.Error(t, err)
				w.reset()
				w.put(t, db, user("carol", 3))
				require.Equal(t, asked, w.tap.Count("DescribeTable"), "%s after %s", name, reason)
			}
		}
	})
}
