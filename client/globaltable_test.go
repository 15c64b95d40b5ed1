package client_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
)

// replication is what global tables of version 2017.11.29 write into each item.
func replication(region, time string) crypto.Item {
	return crypto.Item{"aws:rep:deleting": &types.AttributeValueMemberBOOL{}, "aws:rep:updateregion": str(region), "aws:rep:updatetime": &types.AttributeValueMemberN{Value: time}}
}

// replicate does with a stored item what replication does.
func (w *world) replicate(t *testing.T, key, attributes crypto.Item) {
	t.Helper()
	names := map[string]string{"#d": "aws:rep:deleting", "#r": "aws:rep:updateregion", "#t": "aws:rep:updatetime"}
	_, err := w.plain.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: &w.table, Key: key, UpdateExpression: aws.String("SET #d = :d, #r = :r, #t = :t"),
		ExpressionAttributeNames:  names,
		ExpressionAttributeValues: crypto.Item{":d": attributes[names["#d"]], ":r": attributes[names["#r"]], ":t": attributes[names["#t"]]}})
	require.NoError(t, err)
}

// merged is an item with more attributes.
func merged(item, more crypto.Item) crypto.Item {
	result := maps.Clone(item)
	maps.Copy(result, more)
	return result
}

// replicated stores the user alice 1 and replicates it.
func (w *world) replicated(t *testing.T, db api) crypto.Item {
	t.Helper()
	w.put(t, db, user("alice", 1))
	attributes := replication("eu-west-1", "1700000000.000001")
	w.replicate(t, key("alice", 1), attributes)
	return merged(user("alice", 1), attributes)
}

func init() {
	suite["Items of global tables of version 2017.11.29 are read with the attributes of the replication"] = func(t *testing.T, w *world) {
		db := w.users()
		want := w.replicated(t, db)
		for name, read := range map[string]func() (crypto.Item, error){
			"GetItem": func() (crypto.Item, error) {
				out, err := db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &w.table, Key: key("alice", 1), ConsistentRead: aws.Bool(true)})
				if err != nil {
					return nil, err
				}
				return out.Item, nil
			},
			"Query": func() (crypto.Item, error) {
				out, err := db.Query(t.Context(), w.queryAll("alice"))
				if err != nil {
					return nil, err
				}
				return out.Items[0], nil
			},
			"BatchGetItem": func() (crypto.Item, error) {
				out, err := db.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{w.table: {Keys: []map[string]types.AttributeValue{key("alice", 1)}}}})
				if err != nil {
					return nil, err
				}
				return out.Responses[w.table][0], nil
			},
			"TransactGetItems": func() (crypto.Item, error) {
				out, err := db.TransactGetItems(t.Context(), &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{{Get: &types.Get{TableName: &w.table, Key: key("alice", 1)}}}})
				if err != nil {
					return nil, err
				}
				return out.Responses[0].Item, nil
			},
			"UpdateItem": func() (crypto.Item, error) {
				out, err := db.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: &w.table, Key: key("alice", 1), ReturnValues: types.ReturnValueAllNew,
					UpdateExpression: aws.String("SET #v = :v"), ExpressionAttributeNames: map[string]string{"#v": "views"}, ExpressionAttributeValues: crypto.Item{":v": num(0)}})
				if err != nil {
					return nil, err
				}
				return out.Attributes, nil
			},
			"DecryptStreamImage": func() (crypto.Item, error) {
				image, err := newStreamRecord(t, w.stored(t, key("alice", 1))).open(t, client.New(nil, crypto.NewEncryptor(w.provider), client.Tables(w.declared())), w.table)
				return image.Item, err
			},
		} {
			t.Run(name, func(t *testing.T) {
				got, err := read()
				require.NoError(t, err)
				require.Equal(t, want, got)
			})
		}
	}

	suite["Conditions and filters may use the attributes of the replication"] = func(t *testing.T, w *world) {
		db := w.users()
		want := w.replicated(t, db)
		names := map[string]string{"#r": "aws:rep:updateregion", "#t": "aws:rep:updatetime", "#d": "aws:rep:deleting"}
		const text = "#r = :r AND #t > :t AND #d = :d AND size(#r) > :t"
		values := crypto.Item{":r": str("eu-west-1"), ":t": num(1), ":d": &types.AttributeValueMemberBOOL{}}

		scanned, err := db.Scan(t.Context(), &dynamodb.ScanInput{TableName: &w.table, FilterExpression: aws.String(text), ExpressionAttributeNames: names, ExpressionAttributeValues: values})
		require.NoError(t, err)
		require.Equal(t, []map[string]types.AttributeValue{want}, scanned.Items)
		in := w.queryAll("alice")
		in.FilterExpression, in.ExpressionAttributeNames = aws.String(text), names
		in.ExpressionAttributeValues = merged(in.ExpressionAttributeValues, values)
		queried, err := db.Query(t.Context(), in)
		require.NoError(t, err)
		require.Equal(t, scanned.Items, queried.Items)
		_, err = db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &w.table, Item: want, ConditionExpression: aws.String(text), ExpressionAttributeNames: names, ExpressionAttributeValues: values})
		require.NoError(t, err)
		deleted, err := db.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &w.table, Key: key("alice", 1), ReturnValues: types.ReturnValueAllOld,
			ConditionExpression: aws.String(text), ExpressionAttributeNames: names, ExpressionAttributeValues: values})
		require.NoError(t, err)
		require.Equal(t, want, crypto.Item(deleted.Attributes))
	}

	suite["A replicated item that is written back opens after it was replicated again"] = func(t *testing.T, w *world) {
		db := w.users()
		item := w.replicated(t, db)
		item["email"] = str("new@example.com")
		w.put(t, db, item)
		stored := w.stored(t, key("alice", 1))
		requireProtected(t, stored)
		for name, v := range replication("eu-west-1", "1700000000.000001") {
			require.Equal(t, v, stored[name], "the replication has to find %s as it left it", name)
		}

		again := replication("us-west-2", "1700000001.000001")
		w.replicate(t, key("alice", 1), again)
		out, err := db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &w.table, Key: key("alice", 1)})
		require.NoError(t, err)
		require.Equal(t, merged(item, again), crypto.Item(out.Item))

		// A program that knows nothing of them leaves them out.
		w.put(t, db, user("alice", 1))
		w.replicate(t, key("alice", 1), again)
		out, err = db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &w.table, Key: key("alice", 1)})
		require.NoError(t, err)
		require.Equal(t, merged(user("alice", 1), again), crypto.Item(out.Item))
	}

	suite["Only the three attributes of the replication may change"] = func(t *testing.T, w *world) {
		db := w.users()
		w.replicated(t, db)
		w.plant(t, merged(w.stored(t, key("alice", 1)), crypto.Item{"aws:rep:other": str("x")}))
		_, err := db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &w.table, Key: key("alice", 1)})
		require.ErrorIs(t, err, crypto.ErrSignature)
		w.reset()
		_, err = db.Scan(t.Context(), &dynamodb.ScanInput{TableName: &w.table, FilterExpression: aws.String("#o = :o"),
			ExpressionAttributeNames: map[string]string{"#o": "aws:rep:other"}, ExpressionAttributeValues: crypto.Item{":o": str("x")}})
		w.requireRefused(t, err, "Scan", "FilterExpression", "aws:rep:other")
	}

	suite["Items in which the attributes of the replication are signed do not open once they were replicated"] = func(t *testing.T, w *world) {
		declared := w.declared()
		declared.Actions.Overrides = maps.Clone(declared.Actions.Overrides)
		declared.Actions.Overrides["aws:rep:updatetime"] = crypto.SignOnly
		db := w.open(client.Tables(declared))
		w.replicated(t, db)
		_, err := db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &w.table, Key: key("alice", 1)})
		require.ErrorIs(t, err, crypto.ErrSignature)
	}
}

// Global tables of version 2019.11.21 copy items as they are.
func TestGlobalTablesOfVersion20191121OpenInEveryRegion(t *testing.T) {
	for form, open := range forms {
		t.Run(form, func(t *testing.T) {
			here, there := newWorld(t, memdb.New().Client(), open), newWorld(t, memdb.New().Client(), open)
			there.provider = here.provider
			replica := here.table
			_, err := there.plain.CreateTable(t.Context(), &dynamodb.CreateTableInput{TableName: &replica, BillingMode: types.BillingModePayPerRequest,
				AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: "S"}, {AttributeName: aws.String("created"), AttributeType: "N"}},
				KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}, {AttributeName: aws.String("created"), KeyType: types.KeyTypeRange}}})
			require.NoError(t, err)
			there.table = replica

			byARN := func(region string) client.Table {
				return users("arn:aws:dynamodb:" + region + ":123456789012:table/" + replica)
			}
			for name, test := range map[string]struct{ writer, reader client.Table }{
				"under its name":              {users(replica), users(replica)},
				"under the ARNs of its own":   {byARN("us-east-1"), byARN("eu-west-1")},
				"under its name and its ARN":  {users(replica), byARN("eu-west-1")},
				"under its ARN and its name":  {byARN("us-east-1"), users(replica)},
				"under the ARN of the writer": {byARN("us-east-1"), byARN("us-east-1")},
			} {
				t.Run(name, func(t *testing.T) {
					here.put(t, here.open(client.Tables(test.writer)), user("alice", 1))
					stored := here.stored(t, key("alice", 1))
					for attribute := range stored {
						require.False(t, strings.HasPrefix(attribute, "aws:rep:"), attribute)
					}
					there.plant(t, stored)

					for _, request := range []string{replica, arn(replica)} {
						out, err := there.open(client.Tables(test.reader)).GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &request, Key: key("alice", 1)})
						require.NoError(t, err)
						require.Equal(t, user("alice", 1), crypto.Item(out.Item))
					}
				})
			}
		})
	}
}
