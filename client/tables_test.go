package client_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// requests are one request of each data operation for a table, and the parameter in
// which it names the table; "" stands for the key of a batch. If alice, 1 is stored,
// DynamoDB does them all, in any order.
var requests = map[string]struct {
	parameter string
	send      func(ctx context.Context, db api, table string) error
}{
	"PutItem": {"TableName", func(ctx context.Context, db api, table string) error {
		_, err := db.PutItem(ctx, &dynamodb.PutItemInput{TableName: &table, Item: user("alice", 1)})
		return err
	}},
	"GetItem": {"TableName", func(ctx context.Context, db api, table string) error {
		_, err := db.GetItem(ctx, &dynamodb.GetItemInput{TableName: &table, Key: key("alice", 1)})
		return err
	}},
	"UpdateItem": {"TableName", func(ctx context.Context, db api, table string) error {
		_, err := db.UpdateItem(ctx, viewsUpdate(table, key("alice", 1), 1))
		return err
	}},
	"Query": {"TableName", func(ctx context.Context, db api, table string) error {
		_, err := db.Query(ctx, aliceQuery(table))
		return err
	}},
	"Scan": {"TableName", func(ctx context.Context, db api, table string) error {
		_, err := db.Scan(ctx, &dynamodb.ScanInput{TableName: &table})
		return err
	}},
	"BatchGetItem": {"", func(ctx context.Context, db api, table string) error {
		_, err := db.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{table: getKeys(key("alice", 1))}})
		return err
	}},
	"BatchWriteItem": {"", func(ctx context.Context, db api, table string) error {
		_, err := db.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: writes{table: {putRequest(user("alice", 1))}}})
		return err
	}},
	"TransactGetItems": {"TransactItems[0].Get.TableName", func(ctx context.Context, db api, table string) error {
		_, err := db.TransactGetItems(ctx, transactGet(getOf(table, key("alice", 1))))
		return err
	}},
	"TransactWriteItems": {"TransactItems[0].Put.TableName", func(ctx context.Context, db api, table string) error {
		_, err := db.TransactWriteItems(ctx, transactWrite(putOf(table, user("alice", 1))))
		return err
	}},
	"DeleteItem": {"TableName", func(ctx context.Context, db api, table string) error {
		_, err := db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &table, Key: key("nobody", 9)})
		return err
	}},
}

// parameterOf is where a request names a table.
func parameterOf(op, table string) string {
	if requests[op].parameter == "" {
		return requestItems(table)
	}
	return requests[op].parameter
}

func init() {
	suite["tables that are not declared are refused by every operation"] = func(t *testing.T, w *world) {
		other := w.newTable(t)
		for name, db := range map[string]api{"by default": w.users(), "by the policy": w.users(client.OtherTables(client.PassThrough()), client.OtherTables(client.Refuse()))} {
			for op, request := range requests {
				for _, named := range []string{other, arn(other)} {
					t.Run(op+" "+name, func(t *testing.T) {
						refused := w.requireRefused(t, request.send(t.Context(), db, named), op, parameterOf(op, named), "")
						require.Equal(t, other, refused.Table)
						require.ErrorContains(t, refused, "declare")
					})
				}
			}
		}
	}

	suite["tables that are not declared pass as they are if the policy says so"] = func(t *testing.T, w *world) {
		db, other, nothing := w.mixed(t)
		for _, table := range []string{other, nothing} {
			for op, request := range requests {
				w.reset()
				require.NoError(t, request.send(t.Context(), db, table), op)
				require.Equal(t, []string{op}, w.tap.Operations())
				require.Zero(t, w.provider.calls.Load(), op)
			}
		}
		w.put(t, db, user("alice", 1))
		requireProtected(t, w.stored(t, key("alice", 1)))
	}

	suite["a table is named by no name or by what is no ARN of a table: refused by every operation"] = func(t *testing.T, w *world) {
		for _, policy := range []client.Policy{client.Refuse(), client.PassThrough(), client.Discover(w.declared().Actions)} {
			db := w.users(client.OtherTables(policy))
			for op, request := range requests {
				for _, named := range []string{"", "arn:aws:s3:::bucket", arn(w.table) + "/index/all", "arn:"} {
					w.requireRefused(t, request.send(t.Context(), db, named), op, parameterOf(op, named), "")
				}
			}
			_, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{Item: user("alice", 1)})
			w.requireRefused(t, err, "PutItem", "TableName", "")
			_, err = db.PutItem(t.Context(), nil)
			w.requireRefused(t, err, "PutItem", "TableName", "")
		}
	}

	suite["a table may be declared by its ARN and named by its name, and the other way round"] = func(t *testing.T, w *world) {
		byARN := w.declared()
		byARN.Name = arn(w.table)
		for _, db := range []api{w.open(client.Tables(byARN)), w.users()} {
			for _, named := range []string{w.table, arn(w.table)} {
				_, err := ask(t, db.PutItem, &dynamodb.PutItemInput{TableName: &named, Item: user("alice", 1)})
				require.NoError(t, err)
				requireProtected(t, w.stored(t, key("alice", 1)))
				for _, reader := range []api{w.open(client.Tables(byARN)), w.users()} {
					require.Equal(t, user("alice", 1), w.read(t, reader, key("alice", 1)))
				}
			}
		}
	}

	suite["items of a table that was renamed are read and written under the name that they are signed with"] = func(t *testing.T, w *world) {
		former := w.table
		w.put(t, w.users(), user("alice", 1))
		old := w.stored(t, key("alice", 1))
		w.table = w.newTable(t)
		w.plant(t, old)

		_, err := w.users().GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &w.table, Key: key("alice", 1)})
		requireItemError(t, err, crypto.ErrSignature, "GetItem", w.table, "Item", key("alice", 1))
		renamed := w.declared()
		renamed.SignedAs = former
		db := w.open(client.Tables(renamed))
		require.Equal(t, user("alice", 1), w.read(t, db, key("alice", 1)))
		w.put(t, db, user("bob", 2))
		bob := w.stored(t, key("bob", 2))
		w.table = former
		w.plant(t, bob)
		require.Equal(t, user("bob", 2), w.read(t, w.users(), key("bob", 2)))
	}

	suite["a table with nothing to do is not touched, legacy parameters included"] = func(t *testing.T, w *world) {
		table := doNothing(w.table)
		table.Indexes = []client.Index{{Name: "all", Keys: []string{"plan"}}}
		equal := map[string]types.Condition{"id": {ComparisonOperator: types.ComparisonOperatorEq, AttributeValueList: []types.AttributeValue{str("alice")}}}
		for name, send := range map[string]func(db api) error{
			"a put with Expected": func(db api) error {
				item := user("alice", 1)
				item[crypto.DefaultSignatureAttribute] = str("mine")
				_, err := ask(t, db.PutItem, &dynamodb.PutItemInput{TableName: &w.table, Item: item, ConditionalOperator: types.ConditionalOperatorAnd,
					Expected: map[string]types.ExpectedAttributeValue{"id": {Exists: aws.Bool(false)}}, ReturnValues: types.ReturnValueAllOld})
				return err
			},
			"a get of attributes": func(db api) error {
				_, err := ask(t, db.GetItem, &dynamodb.GetItemInput{TableName: &w.table, Key: key("alice", 1), AttributesToGet: []string{"email"}})
				return err
			},
			"an update of everything": func(db api) error {
				_, err := ask(t, db.UpdateItem, &dynamodb.UpdateItemInput{TableName: &w.table, Key: key("alice", 1),
					AttributeUpdates: map[string]types.AttributeValueUpdate{"email": {Action: types.AttributeActionPut, Value: str("new")}}})
				return err
			},
			"a query by conditions": func(db api) error {
				_, err := ask(t, db.Query, &dynamodb.QueryInput{TableName: &w.table, KeyConditions: equal, IndexName: aws.String("keys"), Select: types.SelectAllProjectedAttributes})
				return err
			},
			"a scan with a filter": func(db api) error {
				_, err := ask(t, db.Scan, &dynamodb.ScanInput{TableName: &w.table, ScanFilter: equal})
				return err
			},
			"a scan that cannot be parsed": func(db api) error {
				_, err := ask(t, db.Scan, &dynamodb.ScanInput{TableName: &w.table, FilterExpression: aws.String("((("), IndexName: aws.String("none")})
				return err
			},
			"a batch of attributes": func(db api) error {
				_, err := ask(t, db.BatchGetItem, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
					w.table: {Keys: []map[string]types.AttributeValue{key("alice", 1)}, AttributesToGet: []string{"email"}}}})
				return err
			},
		} {
			t.Run(name, func(t *testing.T) {
				w.reset()
				_ = send(w.open()) // refused, not declared
				require.Empty(t, w.tap.Operations())
				err := send(w.open(client.Tables(table)))
				var refused *client.RefusedError
				require.False(t, errors.As(err, &refused), "%v", err)
				plain := dynamodb.New(w.options)
				_ = send(plain)
				sent := w.tap.Requests()
				require.Len(t, sent, 2)
				require.JSONEq(t, string(sent[1].Body), string(sent[0].Body), "what a client without encryption sends")
				require.Zero(t, w.provider.calls.Load())
			})
		}
	}

	suite["the option may be passed to a single call"] = func(t *testing.T, w *world) {
		db := dynamodb.New(w.options)
		_, err := ask(t, func(ctx context.Context, in *dynamodb.PutItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
			return db.PutItem(ctx, in, client.WithEncryption(crypto.NewEncryptor(w.provider), client.Tables(w.declared())))
		}, &dynamodb.PutItemInput{TableName: &w.table, Item: user("alice", 1)})
		require.NoError(t, err)
		requireProtected(t, w.stored(t, key("alice", 1)))
		require.Equal(t, user("alice", 1), w.read(t, w.users(), key("alice", 1)))
	}

	suite["a request whose context has ended is not worked on"] = func(t *testing.T, w *world) {
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		db := w.users()
		for op, request := range requests {
			err := request.send(ended, db, w.table)
			require.ErrorIs(t, err, context.Canceled, op)
			require.ErrorContains(t, err, op)
		}
		require.Empty(t, w.tap.Operations())
		require.Zero(t, w.provider.calls.Load())
	}
}
