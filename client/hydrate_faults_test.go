package client_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

func init() {
	suite["HydrateIndexes asks again for keys that DynamoDB leaves, and only for those"] = func(t *testing.T, w *world) {
		want := w.putAlices(t, 7)
		db := w.users(client.HydrateIndexes())
		for _, rename := range []func(string) string{nil, func(string) string { return arn(w.table) }} {
			w.tap.Inject("BatchGetItem", wiretap.Always(wiretap.Fault{Partial: true, First: 3, Tables: rename}))
			for op, look := range lookups {
				w.reset()
				got, err := look(t, db, lookup{table: w.table, index: "keys"})
				require.NoError(t, err)
				require.Equal(t, want, got.Items)
				require.Equal(t, []string{op, "BatchGetItem", "BatchGetItem", "BatchGetItem"}, w.tap.Operations())
				if rename == nil {
					require.Equal(t, [][]string{{"0", "1", "2", "3", "4", "5", "6"}, {"3", "4", "5", "6"}, {"6"}}, w.batchKeys(t, w.table))
				}
				require.EqualValues(t, 7, w.provider.calls.Load(), "no item is opened twice")
			}
		}
	}

	suite["HydrateIndexes waits a little when DynamoDB leaves all keys"] = func(t *testing.T, w *world) {
		want := w.putAlices(t, 3)
		for op, look := range lookups {
			w.reset()
			w.tap.Inject("BatchGetItem", wiretap.Times(2, wiretap.Fault{Partial: true}))
			got, err := look(t, w.users(client.HydrateIndexes()), lookup{table: w.table, index: "keys"})
			require.NoError(t, err, op)
			require.Equal(t, want, got.Items)
			require.Equal(t, 3, w.tap.Count("BatchGetItem"))
		}
	}

	suite["HydrateIndexes fails with the error of BatchGetItem"] = func(t *testing.T, w *world) {
		w.putAlices(t, 4)
		for _, code := range []string{"ProvisionedThroughputExceededException", "AccessDeniedException", "ValidationException"} {
			for op, look := range lookups {
				w.reset()
				w.tap.Inject("BatchGetItem", wiretap.InOrder(wiretap.Fault{Partial: true, First: 2}, wiretap.Fault{Code: code}))
				_, err := look(t, w.users(client.HydrateIndexes()), lookup{table: w.table, index: "keys"})
				var fault smithy.APIError
				require.ErrorAs(t, err, &fault)
				require.Equal(t, code, fault.ErrorCode())
				require.ErrorContains(t, err, op+": reading the items of an index")
				require.Equal(t, 2, w.tap.Count("BatchGetItem"), "nothing comes in parts")
			}
		}
	}

	suite["HydrateIndexes fails by a bad item, with its key"] = func(t *testing.T, w *world) {
		for name, test := range map[string]struct {
			class error
			spoil func()
		}{
			"that was changed": {crypto.ErrSignature, func() {
				stored := w.stored(t, key("alice", 2))
				stored["level"] = num(9)
				w.plant(t, stored)
			}},
			"that is plaintext": {crypto.ErrNotEncrypted, func() { w.plant(t, user("alice", 2)) }},
			"that was stored for another key": {crypto.ErrSignature, func() {
				stored := w.stored(t, key("alice", 1))
				stored["created"] = num(2)
				w.plant(t, stored)
			}},
		} {
			t.Run(name, func(t *testing.T) {
				w.putAlices(t, 4)
				test.spoil()
				for op, look := range lookups {
					_, err := look(t, w.users(client.HydrateIndexes()), lookup{table: w.table, index: "keys"})
					require.ErrorIs(t, err, test.class)
					var failed *client.ItemError
					require.ErrorAs(t, err, &failed)
					require.Equal(t, w.table, failed.Table)
					require.Equal(t, key("alice", 2), failed.Key())
					requireIndex(t, failed)
					require.False(t, failed.Applied)
					require.ErrorContains(t, err, op)
					requireNoValues(t, err, "@example.com", "Delft")
				}
			})
		}
	}

	suite["HydrateIndexes does not take another item for one that it asked for"] = func(t *testing.T, w *world) {
		w.putAlices(t, 2)
		w.swap("BatchGetItem")
		for op, look := range lookups {
			db := w.users(client.HydrateIndexes())
			w.swap("BatchGetItem")
			first, err := look(t, db, lookup{table: w.table, index: "keys", limit: 1})
			require.NoError(t, err)
			_, err = look(t, db, lookup{table: w.table, index: "keys", limit: 1, start: first.LastEvaluatedKey})
			require.ErrorIs(t, err, crypto.ErrSignature, op)
			w.tap.Inject("BatchGetItem", nil)
		}
	}

	suite["HydrateIndexes reports plaintext items that a policy lets through"] = func(t *testing.T, w *world) {
		items := w.putAlices(t, 3)
		w.plant(t, items[1])
		db, counter := w.migrating(client.InsecureReadPlaintext, client.HydrateIndexes())
		query := &dynamodb.QueryInput{TableName: &w.table, IndexName: aws.String("keys"), KeyConditionExpression: aws.String("#p = :p"),
			ExpressionAttributeNames: map[string]string{"#p": "plan"}, ExpressionAttributeValues: crypto.Item{":p": str("free")}}
		queried, err := ask(t, db.Query, query)
		require.NoError(t, err)
		require.Equal(t, items, queried.Items)
		w.requireUnprotected(t, queried.ResultMetadata, key("alice", 1))
		scanned, err := ask(t, db.Scan, &dynamodb.ScanInput{TableName: &w.table, IndexName: aws.String("keys")})
		require.NoError(t, err)
		require.Equal(t, items, scanned.Items)
		w.requireUnprotected(t, scanned.ResultMetadata, key("alice", 1))
		require.EqualValues(t, 2, counter.Read(), "each of them once")
	}

	suite["HydrateIndexes ends with its context"] = func(t *testing.T, w *world) {
		w.putAlices(t, 4)
		db := w.users(client.HydrateIndexes())
		for op, read := range map[string]func(ctx context.Context) error{
			"Query": func(ctx context.Context) error {
				_, err := db.Query(ctx, &dynamodb.QueryInput{TableName: &w.table, IndexName: aws.String("keys"), KeyConditionExpression: aws.String("#p = :p"),
					ExpressionAttributeNames: map[string]string{"#p": "plan"}, ExpressionAttributeValues: crypto.Item{":p": str("free")}})
				return err
			},
			"Scan": func(ctx context.Context) error {
				_, err := db.Scan(ctx, &dynamodb.ScanInput{TableName: &w.table, IndexName: aws.String("keys")})
				return err
			},
		} {
			for name, fault := range map[string]wiretap.Fault{"while it reads": {Hang: true}, "while it waits": {Partial: true}} {
				t.Run(op+" "+name, func(t *testing.T) {
					w.reset()
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					w.tap.Inject("BatchGetItem", func(wiretap.Request) wiretap.Fault { cancel(); return fault })
					require.ErrorIs(t, read(ctx), context.Canceled)
					require.Equal(t, []string{op, "BatchGetItem"}, w.tap.Operations())
					require.Zero(t, w.provider.calls.Load())
				})
			}
		}
	}
}

func TestAnIndexThatReturnsItemsWithoutTheirKeysIsNotBelieved(t *testing.T) {
	for form, open := range forms {
		t.Run(form, func(t *testing.T) {
			w := newWorld(t, memdb.New().Client(), open)
			w.putAlices(t, 2)
			for op, look := range lookups {
				for _, item := range []string{`{}`, `{"id":{"S":"alice"}}`, `{"id":{"S":"alice"},"created":{"BOOL":true}}`} {
					w.reset()
					w.tap.Inject(op, wiretap.InOrder(wiretap.Fault{Rewrite: func(string, []byte) []byte {
						return fmt.Appendf(nil, `{"Items":[%s],"Count":1,"ScannedCount":1}`, item)
					}}))
					_, err := look(t, w.users(client.HydrateIndexes()), lookup{table: w.table, index: "keys"})
					require.ErrorIs(t, err, crypto.ErrSignature)
					var failed *client.ItemError
					require.ErrorAs(t, err, &failed)
					require.Equal(t, []string{op, w.table, "Items[0]"}, []string{failed.Op, failed.Table, failed.Parameter})
					require.Equal(t, []string{op}, w.tap.Operations())
				}
			}
		})
	}
}

func TestHydrationWaitsLongerEachTimeThatNothingComes(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		want := w.putAlices(t, 3)
		w.tap.Inject("BatchGetItem", wiretap.Times(12, wiretap.Fault{Partial: true}))
		start := time.Now()
		got, err := lookups["Query"](t, w.users(client.HydrateIndexes()), lookup{table: w.table, index: "keys"})
		require.NoError(t, err)
		require.Equal(t, want, got.Items)
		require.Equal(t, 13, w.tap.Count("BatchGetItem"))
		require.Less(t, time.Since(start), 40*time.Second, "a wait takes at most 5 s")
		require.EqualValues(t, 3, w.provider.calls.Load())
	})
}

func TestHydrationDoesNotWaitWhileItGoesOn(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		want := w.putAlices(t, 5)
		w.tap.Inject("BatchGetItem", wiretap.Always(wiretap.Fault{Partial: true, First: 1}))
		start := time.Now()
		got, err := lookups["Scan"](t, w.users(client.HydrateIndexes()), lookup{table: w.table, index: "keys"})
		require.NoError(t, err)
		require.Equal(t, want, got.Items)
		require.Equal(t, 5, w.tap.Count("BatchGetItem"))
		require.Zero(t, time.Since(start))
	})
}
