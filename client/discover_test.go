package client_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

// discovering opens a client that knows no table.
func (w *world) discovering(list ...client.Option) api {
	return w.open(append(list, client.OtherTables(client.Discover(w.declared().Actions)))...)
}

// byHash describes a table with these key attributes, all of type S.
func byHash(table string, keys ...string) *dynamodb.CreateTableInput {
	in := &dynamodb.CreateTableInput{TableName: &table, BillingMode: types.BillingModePayPerRequest}
	for i, name := range keys {
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{AttributeName: &name, AttributeType: "S"})
		in.KeySchema = append(in.KeySchema, types.KeySchemaElement{AttributeName: &name, KeyType: []types.KeyType{"HASH", "RANGE"}[i]})
	}
	return in
}

// addIndex adds a global index by one attribute of type S.
func addIndex(table, index, attribute string) *dynamodb.UpdateTableInput {
	return &dynamodb.UpdateTableInput{TableName: &table,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: &attribute, AttributeType: "S"}},
		GlobalSecondaryIndexUpdates: []types.GlobalSecondaryIndexUpdate{{Create: &types.CreateGlobalSecondaryIndexAction{IndexName: &index,
			KeySchema: []types.KeySchemaElement{{AttributeName: &attribute, KeyType: "HASH"}}, Projection: &types.Projection{ProjectionType: "ALL"}}}}}
}

func init() {
	suite["a table that is discovered is protected, by one DescribeTable for 100 concurrent first calls"] = func(t *testing.T, w *world) {
		w.put(t, w.users(), user("alice", 1))
		w.reset()
		w.tap.Inject("DescribeTable", wiretap.Always(wiretap.Fault{Latency: 50 * time.Millisecond}))
		db := w.discovering()
		var callers sync.WaitGroup
		failed := make([]error, 100)
		for i := range failed {
			callers.Go(func() {
				_, failed[i] = db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &w.table, Key: key("alice", 1)})
			})
		}
		callers.Wait()
		require.NoError(t, errors.Join(failed...))
		require.Equal(t, 1, w.tap.Count("DescribeTable"))
		require.Equal(t, 100, w.tap.Count("GetItem"))

		w.put(t, db, user("bob", 2))
		requireProtected(t, w.stored(t, key("bob", 2)))
		require.Equal(t, user("bob", 2), w.read(t, w.users(), key("bob", 2)), "as a client reads it to which the table was declared")
		for op, request := range requests {
			require.NoError(t, request.send(t.Context(), db, w.table), op)
		}
		require.Equal(t, 1, w.tap.Count("DescribeTable"), "it is remembered")
	}

	suite["a table may be declared without its keys"] = func(t *testing.T, w *world) {
		table := w.declared()
		table.PartitionKey, table.SortKey, table.Indexes, table.SignedAs = "", "", nil, "former"
		db := w.open(client.Tables(table))
		w.put(t, db, user("alice", 1))
		w.put(t, db, user("bob", 2))
		require.Equal(t, 1, w.tap.Count("DescribeTable"))
		declared := w.declared()
		declared.SignedAs = "former"
		require.Equal(t, user("alice", 1), w.read(t, w.open(client.Tables(declared)), key("alice", 1)))
		_, err := db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("elsewhere"), Key: key("alice", 1)})
		require.ErrorIs(t, err, crypto.ErrConfig, "other tables are refused all the same")
	}

	suite["a table is discovered by its ARN too"] = func(t *testing.T, w *world) {
		db := w.discovering()
		named := arn(w.table)
		for range 2 {
			_, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &named, Item: user("alice", 1)})
			require.NoError(t, err)
		}
		require.Equal(t, 1, w.tap.Count("DescribeTable"))
		require.Equal(t, user("alice", 1), w.read(t, w.users(), key("alice", 1)))
	}

	suite["a table is described again after an update through the client"] = func(t *testing.T, w *world) {
		table := w.table + "-made"
		db := w.open(client.OtherTables(client.Discover(crypto.Actions{Overrides: map[string]crypto.Action{"plan": crypto.SignOnly}})))
		_, err := db.CreateTable(t.Context(), byHash(table, "id"))
		require.NoError(t, err)
		query := &dynamodb.QueryInput{TableName: &table, IndexName: aws.String("later"), KeyConditionExpression: aws.String("#p = :free"),
			ExpressionAttributeNames: map[string]string{"#p": "plan"}, ExpressionAttributeValues: crypto.Item{":free": str("free")}}
		item := crypto.Item{"id": str("alice"), "plan": str("free"), "email": str("alice@example.com")}
		_, err = db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item})
		require.NoError(t, err)
		_, err = db.Query(t.Context(), query)
		var refused *client.RefusedError
		require.ErrorAs(t, err, &refused)
		require.Equal(t, "IndexName", refused.Parameter)
		require.Zero(t, w.tap.Count("Query"))

		described := w.tap.Count("DescribeTable")
		_, err = db.UpdateTable(t.Context(), addIndex(table, "later", "plan"))
		require.NoError(t, err)
		w.active(t, table)
		out, err := db.Query(t.Context(), query)
		require.NoError(t, err)
		require.Equal(t, []map[string]types.AttributeValue{item}, out.Items)
		require.Equal(t, described+1, w.tap.Count("DescribeTable"))
		_, err = db.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: &table})
		require.NoError(t, err)
	}

	suite["a table is described again after it was deleted and made through the client"] = func(t *testing.T, w *world) {
		table := w.table + "-made"
		db := w.open(client.OtherTables(client.Discover(crypto.Actions{})))
		_, err := db.CreateTable(t.Context(), byHash(table, "id"))
		require.NoError(t, err)
		_, err = db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: crypto.Item{"id": str("alice"), "name": str("Alice")}})
		require.NoError(t, err)
		_, err = db.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: &table})
		require.NoError(t, err)
		_, err = db.CreateTable(t.Context(), byHash(table, "name"))
		require.NoError(t, err)
		_, err = db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: crypto.Item{"id": str("alice"), "name": str("Alice")}})
		require.NoError(t, err)
		stored := w.storedIn(t, table, crypto.Item{"name": str("Alice")})
		require.IsType(t, &types.AttributeValueMemberB{}, stored["id"], "it is no key any more")
		require.Equal(t, 2, w.tap.Count("DescribeTable"))
	}

	suite["an index whose key would be encrypted is refused by name"] = func(t *testing.T, w *world) {
		for _, db := range []api{
			w.open(client.OtherTables(client.Discover(crypto.Actions{Overrides: map[string]crypto.Action{"plan": crypto.SignOnly}}))),
			w.open(client.Tables(client.Table{Name: w.table, Actions: crypto.Actions{Overrides: map[string]crypto.Action{"plan": crypto.SignOnly}}})),
		} {
			for op, request := range requests {
				err := request.send(t.Context(), db, w.table)
				var refused *client.RefusedError
				require.ErrorAs(t, err, &refused, op)
				require.ErrorIs(t, err, crypto.ErrConfig)
				require.Equal(t, op, refused.Op)
				require.Equal(t, w.table, refused.Table)
				require.ErrorContains(t, err, `"level"`)
				require.ErrorContains(t, err, `"local"`)
			}
			require.Equal(t, 1, w.tap.Count("DescribeTable"))
			require.Equal(t, 1, w.tap.Count(""), "nothing else is sent")
			require.Zero(t, w.provider.calls.Load())
			w.reset()
		}
	}

	suite["an index that is not declared is discovered, and refused if its key is encrypted"] = func(t *testing.T, w *world) {
		table := w.declared()
		table.Indexes = table.Indexes[:1]
		table.Actions = crypto.Actions{Overrides: map[string]crypto.Action{"views": crypto.DoNothing}} // plan is a key of the declared index
		db := w.open(client.Tables(table))
		w.put(t, db, crypto.Item{"id": str("alice"), "created": num(1), "plan": str("free")})
		require.Zero(t, w.tap.Count("DescribeTable"))
		for range 2 {
			_, err := db.Scan(t.Context(), &dynamodb.ScanInput{TableName: &w.table, IndexName: aws.String("local"), Select: types.SelectCount})
			var refused *client.RefusedError
			require.ErrorAs(t, err, &refused)
			require.Equal(t, "IndexName", refused.Parameter)
			require.Equal(t, "level", refused.Attribute)
		}
		require.Equal(t, 1, w.tap.Count("DescribeTable"))
		require.Zero(t, w.tap.Count("Scan"))
	}

	suite["without the permission for DescribeTable the error says so and leads to that of the SDK"] = func(t *testing.T, w *world) {
		w.tap.Inject("DescribeTable", wiretap.Times(len(requests), wiretap.Fault{Code: "AccessDeniedException"}))
		db := w.discovering()
		for op, request := range requests {
			err := request.send(t.Context(), db, w.table)
			var refused *client.RefusedError
			require.ErrorAs(t, err, &refused, op)
			require.ErrorIs(t, err, crypto.ErrConfig)
			require.Equal(t, op, refused.Op)
			require.Equal(t, w.table, refused.Table)
			require.Contains(t, refused.Advice, "dynamodb:DescribeTable")
			var denied smithy.APIError
			require.ErrorAs(t, err, &denied)
			require.Equal(t, "AccessDeniedException", denied.ErrorCode())
		}
		require.Equal(t, w.tap.Count(""), w.tap.Count("DescribeTable"), "nothing else is sent")
		require.NoError(t, requests["PutItem"].send(t.Context(), db, w.table), "a failure is not remembered")
	}

	suite["a table that does not exist cannot be discovered"] = func(t *testing.T, w *world) {
		_, err := w.discovering().GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("nowhere"), Key: key("alice", 1)})
		var missing *types.ResourceNotFoundException
		require.ErrorAs(t, err, &missing)
		require.ErrorIs(t, err, crypto.ErrConfig)
	}

	suite["a policy to discover tables with nothing to do asks for nothing"] = func(t *testing.T, w *world) {
		db := w.open(client.OtherTables(client.Discover(crypto.Actions{Default: crypto.DoNothing})))
		for op, request := range requests {
			require.NoError(t, request.send(t.Context(), db, w.table), op)
		}
		require.Zero(t, w.tap.Count("DescribeTable"))
		require.Zero(t, w.provider.calls.Load())
	}

	suite["the actions of a policy are those at the time when it was made"] = func(t *testing.T, w *world) {
		actions := w.declared().Actions
		db := w.open(client.OtherTables(client.Discover(actions)))
		actions.Overrides["email"] = crypto.DoNothing
		w.put(t, db, user("alice", 1))
		requireProtected(t, w.stored(t, key("alice", 1)))
	}
}

// active waits until the indexes of a table can be read.
func (w *world) active(t *testing.T, table string) {
	t.Helper()
	require.Eventually(t, func() bool {
		out, err := w.plain.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &table})
		if err != nil || out.Table.TableStatus != types.TableStatusActive {
			return false
		}
		for _, index := range out.Table.GlobalSecondaryIndexes {
			if index.IndexStatus != types.IndexStatusActive {
				return false
			}
		}
		return true
	}, 30*time.Second, 20*time.Millisecond)
}

// inBubble runs a test for both forms with a clock of its own.
func inBubble(t *testing.T, test func(t *testing.T, w *world)) {
	for form, open := range forms {
		t.Run(form, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, newWorld(t, memdb.New().Client(), open)) })
		})
	}
}

func TestATableThatWasChangedElsewhereIsDescribedAgainWhenDynamoDBFindsFault(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		table := w.table + "-made"
		remake := func(keys ...string) {
			_, _ = w.plain.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: &table})
			_, err := w.plain.CreateTable(t.Context(), byHash(table, keys...))
			require.NoError(t, err)
		}
		item := crypto.Item{"id": str("alice"), "name": str("Alice")}
		db := w.open(client.OtherTables(client.Discover(crypto.Actions{})))
		remake("id")
		_, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item})
		require.NoError(t, err)

		remake("name")
		for range 3 {
			_, err = db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item})
			var invalid smithy.APIError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, "ValidationException", invalid.ErrorCode(), "name is sent encrypted")
			require.Equal(t, 1, w.tap.Count("DescribeTable"), "faults of the first seconds are no reason to ask again")
		}
		time.Sleep(6 * time.Second)
		_, err = db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item})
		require.Error(t, err)
		_, err = db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item})
		require.NoError(t, err)
		require.Equal(t, 2, w.tap.Count("DescribeTable"))
		require.IsType(t, &types.AttributeValueMemberB{}, w.storedIn(t, table, crypto.Item{"name": str("Alice")})["id"])
	})
}

func TestFaultsThatAreNotAboutTheTableDoNotMakeItDoubtful(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		db := w.discovering()
		w.put(t, db, user("alice", 1))
		for code, asked := range map[string]int{
			"ProvisionedThroughputExceededException": 0, "ConditionalCheckFailedException": 0, "InternalServerError": 0, "AccessDeniedException": 0,
			"ValidationException": 1, "ResourceNotFoundException": 1,
		} {
			for op, request := range requests {
				time.Sleep(6 * time.Second)
				w.reset()
				w.tap.Inject(op, wiretap.InOrder(wiretap.Fault{Code: code}))
				require.Error(t, request.send(t.Context(), db, w.table), op)
				require.NoError(t, requests["PutItem"].send(t.Context(), db, w.table))
				require.Equal(t, asked, w.tap.Count("DescribeTable"), "%s of %s", code, op)
			}
		}
	})
}

func TestAnIndexThatWasMadeElsewhereIsFoundAfterAWhile(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		db := w.discovering()
		query := func() error {
			_, err := db.Query(t.Context(), &dynamodb.QueryInput{TableName: &w.table, IndexName: aws.String("later"), KeyConditionExpression: aws.String("#p = :free"),
				ExpressionAttributeNames: map[string]string{"#p": "plan"}, ExpressionAttributeValues: crypto.Item{":free": str("free")}})
			return err
		}
		require.ErrorIs(t, query(), crypto.ErrConfig)
		_, err := w.plain.UpdateTable(t.Context(), addIndex(w.table, "later", "plan"))
		require.NoError(t, err)
		for range 5 {
			require.ErrorIs(t, query(), crypto.ErrConfig)
		}
		require.Equal(t, 1, w.tap.Count("DescribeTable"))
		time.Sleep(6 * time.Second)
		require.NoError(t, query())
		require.Equal(t, 2, w.tap.Count("DescribeTable"))
	})
}

func TestAnAnswerOfDescribeTableWithoutKeysIsRefused(t *testing.T) {
	embedded(t, func(t *testing.T, w *world) {
		for name, answer := range map[string]string{"no table": `{}`, "no key": `{"Table":{"TableName":"x"}}`} {
			w.tap.Inject("DescribeTable", wiretap.InOrder(wiretap.Fault{Rewrite: func(string, []byte) []byte { return []byte(answer) }}))
			_, err := w.discovering().GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &w.table, Key: key("alice", 1)})
			require.ErrorIs(t, err, crypto.ErrConfig, name)
			require.ErrorContains(t, err, "DescribeTable returned no")
		}
	})
}

func TestManyTablesAreDiscoveredApart(t *testing.T) {
	embedded(t, func(t *testing.T, w *world) {
		db := w.discovering()
		for range 3 {
			w.table = w.newTable(t)
			w.put(t, db, user("alice", 1))
			require.Equal(t, user("alice", 1), w.read(t, db, key("alice", 1)))
		}
		asked := []string{}
		for _, body := range w.bodies("DescribeTable") {
			require.False(t, strings.Contains(fmt.Sprint(asked), body))
			asked = append(asked, body)
		}
		require.Len(t, asked, 3)
	})
}
