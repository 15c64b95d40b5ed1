package client_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

func init() {
	suite["a table that is made anew while it is described is described again, and its old description does not come back"] = func(t *testing.T, w *world) {
		for name, named := range map[string]func(string) string{"by name": func(name string) string { return name }, "by ARN": arn} {
			t.Run(name, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				table := w.newTable(t) + "-made"
				request := named(table)
				db := w.open(client.OtherTables(client.Discover(crypto.Actions{})))
				item := crypto.Item{"id": str("alice"), "name": str("Alice")}
				put := func() error {
					_, err := db.PutItem(ctx, &dynamodb.PutItemInput{TableName: &request, Item: item})
					return err
				}
				_, err := db.CreateTable(ctx, byHash(table, "id"))
				require.NoError(t, err)
				w.reset()
				described, release, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
				w.tap.Inject("DescribeTable", wiretap.InOrder(wiretap.Fault{Rewrite: func(_ string, body []byte) []byte {
					close(described)
					<-release
					return body
				}}))
				go func() {
					defer close(done)
					_ = put() // by the old description
				}()
				<-described
				_, err = db.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &table})
				require.NoError(t, err)
				_, err = db.CreateTable(ctx, byHash(table, "name"))
				require.NoError(t, err)

				short, cancelShort := context.WithTimeout(ctx, 10*time.Second)
				defer cancelShort()
				_, during := db.PutItem(short, &dynamodb.PutItemInput{TableName: &request, Item: item})
				close(release)
				<-done
				require.NoError(t, during, "it waits for no answer about the old table")
				require.NoError(t, put())
				require.Equal(t, 2, w.tap.Count("DescribeTable"))
				stored := w.storedIn(t, table, crypto.Item{"name": str("Alice")})
				require.IsType(t, &types.AttributeValueMemberB{}, stored["id"], "it is no key any more")
				_, err = w.plain.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &table})
				require.NoError(t, err)
			})
		}
	}
}

func TestOnlyATransactionThatIsInvalidMakesTablesDoubtful(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		db := w.discovering()
		w.put(t, db, user("alice", 1))
		for reasons, asked := range map[string]int{
			`[{"Code":"ConditionalCheckFailed"}]`:              0,
			`[{"Code":"TransactionConflict"},{"Code":"None"}]`: 0,
			`[{"Code":"ThrottlingError"}]`:                     0,
			`[{"Code":"ProvisionedThroughputExceeded"}]`:       0,
			`[{"Code":"ItemCollectionSizeLimitExceeded"}]`:     0,
			`[{}]`:                         0,
			`[]`:                           0,
			`[{"Code":"ValidationError"}]`: 1,
			`[{"Code":"None"},{"Code":"ValidationError"}]`:                   1,
			`[{"Code":"ConditionalCheckFailed"},{"Code":"ValidationError"}]`: 1,
		} {
			for _, op := range []string{"TransactWriteItems", "TransactGetItems"} {
				time.Sleep(6 * time.Second)
				w.reset()
				w.tap.Inject(op, wiretap.InOrder(wiretap.Fault{Code: "TransactionCanceledException", Reasons: reasons}))
				var cancelled *types.TransactionCanceledException
				require.ErrorAs(t, requests[op].send(t.Context(), db, w.table), &cancelled)
				require.NoError(t, requests["PutItem"].send(t.Context(), db, w.table))
				require.Equal(t, asked, w.tap.Count("DescribeTable"), "%s for %s", op, reasons)
			}
		}
	})
}

func TestConditionsThatFailDoNotMakeTablesDoubtful(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		db := w.discovering()
		w.put(t, db, user("alice", 1))
		for kind, action := range fourKinds {
			time.Sleep(6 * time.Second)
			_, err := db.TransactWriteItems(t.Context(), transactWrite(action(w.table, textOf("#p = :gold"))))
			require.Equal(t, user("alice", 1), cancelled(t, err)[0].Item, kind)
		}
		require.Equal(t, user("alice", 1), w.read(t, db, key("alice", 1)))
		require.Equal(t, 1, w.tap.Count("DescribeTable"))
	})
}
