package client_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	streams "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
)

// memberWith is a member with other attributes too.
func memberWith(more crypto.Item) crypto.Item {
	item := member(0)
	for name, value := range more {
		if item[name] = value; value == nil {
			delete(item, name)
		}
	}
	return item
}

var condition = aws.String("email = :e")

var secretValues = crypto.Item{":e": str(memberID + "@example.com"), ":p": str("canary-plan")}

// refusals are requests that are not sent, or that DynamoDB refuses, with canaries
// wherever values can be.
var refusals = map[string]func(ctx context.Context, db api, table string) error{
	"a condition on an encrypted attribute": func(ctx context.Context, db api, table string) error {
		_, err := db.PutItem(ctx, &dynamodb.PutItemInput{TableName: &table, Item: member(0), ConditionExpression: condition, ExpressionAttributeValues: secretValues})
		return err
	},
	"a filter on an encrypted attribute": func(ctx context.Context, db api, table string) error {
		_, err := db.Scan(ctx, &dynamodb.ScanInput{TableName: &table, FilterExpression: condition, ExpressionAttributeValues: secretValues})
		return err
	},
	"a key condition on an encrypted attribute": func(ctx context.Context, db api, table string) error {
		_, err := db.Query(ctx, &dynamodb.QueryInput{TableName: &table, KeyConditionExpression: condition, ExpressionAttributeValues: secretValues})
		return err
	},
	"an update of an encrypted attribute": func(ctx context.Context, db api, table string) error {
		_, err := db.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &table, Key: memberKey(0), UpdateExpression: aws.String("SET email = :e"), ExpressionAttributeValues: secretValues})
		return err
	},
	"an expression that nobody can parse": func(ctx context.Context, db api, table string) error {
		_, err := db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &table, Key: memberKey(0), ConditionExpression: aws.String("plan = = :p"), ExpressionAttributeValues: secretValues})
		return err
	},
	"a value that no expression uses": func(ctx context.Context, db api, table string) error {
		_, err := db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &table, Key: memberKey(0), ConditionExpression: aws.String("plan = :p"), ExpressionAttributeValues: secretValues})
		return err
	},
	"legacy parameters": func(ctx context.Context, db api, table string) error {
		_, err := db.PutItem(ctx, &dynamodb.PutItemInput{TableName: &table, Item: member(0), Expected: map[string]types.ExpectedAttributeValue{"email": {Value: str(memberID + "@example.com")}}})
		return err
	},
	"a reserved name": func(ctx context.Context, db api, table string) error {
		_, err := db.PutItem(ctx, &dynamodb.PutItemInput{TableName: &table, Item: memberWith(crypto.Item{crypto.DefaultSignatureAttribute: str("canary-plan")})})
		return err
	},
	"a missing key": func(ctx context.Context, db api, table string) error {
		_, err := db.PutItem(ctx, &dynamodb.PutItemInput{TableName: &table, Item: memberWith(crypto.Item{"id": nil})})
		return err
	},
	"a key of the wrong type": func(ctx context.Context, db api, table string) error {
		_, err := db.GetItem(ctx, &dynamodb.GetItemInput{TableName: &table, Key: crypto.Item{"id": num(904173625), "created": str("canary-plan")}})
		return err
	},
	"an item that is too large": func(ctx context.Context, db api, table string) error {
		_, err := db.PutItem(ctx, &dynamodb.PutItemInput{TableName: &table, Item: memberWith(crypto.Item{"email": str(strings.Repeat("@example.com", 40000))})})
		return err
	},
	"a number that is none": func(ctx context.Context, db api, table string) error {
		_, err := db.PutItem(ctx, &dynamodb.PutItemInput{TableName: &table, Item: memberWith(crypto.Item{"level": &types.AttributeValueMemberN{Value: "canary-plan"}})})
		return err
	},
	"a value without a type": func(ctx context.Context, db api, table string) error {
		item := member(0)
		item["email"] = &types.AttributeValueMemberL{Value: []types.AttributeValue{str("@example.com"), nil}}
		_, err := db.PutItem(ctx, &dynamodb.PutItemInput{TableName: &table, Item: item})
		return err
	},
	"a set with a value twice": func(ctx context.Context, db api, table string) error {
		_, err := db.PutItem(ctx, &dynamodb.PutItemInput{TableName: &table, Item: memberWith(crypto.Item{"email": &types.AttributeValueMemberSS{Value: []string{"@example.com", "@example.com"}}})})
		return err
	},
	"a batch with an item that is too large": func(ctx context.Context, db api, table string) error {
		_, err := db.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{table: {{PutRequest: &types.PutRequest{
			Item: memberWith(crypto.Item{"email": str(strings.Repeat("@example.com", 40000))})}}}}})
		return err
	},
	"a batch with an item twice": func(ctx context.Context, db api, table string) error {
		put := types.WriteRequest{PutRequest: &types.PutRequest{Item: member(0)}}
		_, err := db.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{table: {put, put}}})
		return err
	},
	"a transaction with an item twice": func(ctx context.Context, db api, table string) error {
		put := types.TransactWriteItem{Put: &types.Put{TableName: &table, Item: member(0)}}
		_, err := db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{put, put}})
		return err
	},
	"a statement": func(ctx context.Context, db api, table string) error {
		_, err := db.ExecuteStatement(ctx, &dynamodb.ExecuteStatementInput{Statement: aws.String(fmt.Sprintf(`INSERT INTO %q VALUE {'id':'%s','email':'@example.com'}`, table, memberID)),
			Parameters: []types.AttributeValue{str("canary-plan")}})
		return err
	},
	"a statement that nobody can parse": func(ctx context.Context, db api, table string) error {
		_, err := db.ExecuteStatement(ctx, &dynamodb.ExecuteStatementInput{Statement: aws.String(fmt.Sprintf(`INSERT INTO %q VALUE VALUE {'id':'%s','email':'@example.com}`, table, memberID))})
		return err
	},
	"a batch of statements": func(ctx context.Context, db api, table string) error {
		_, err := db.BatchExecuteStatement(ctx, &dynamodb.BatchExecuteStatementInput{Statements: []types.BatchStatementRequest{{
			Statement: aws.String(fmt.Sprintf(`SELECT * FROM %q WHERE id = '%s'`, table, memberID)), Parameters: []types.AttributeValue{str("canary-plan")}}}})
		return err
	},
	"a transaction of statements": func(ctx context.Context, db api, table string) error {
		_, err := db.ExecuteTransaction(ctx, &dynamodb.ExecuteTransactionInput{TransactStatements: []types.ParameterizedStatement{{
			Statement: aws.String(fmt.Sprintf(`EXISTS(SELECT * FROM %q WHERE id = '%s')`, table, memberID)), Parameters: []types.AttributeValue{str("canary-plan")}}}})
		return err
	},
}

func TestARefusalTellsNoValues(t *testing.T) {
	for form, open := range forms {
		w := newWorld(t, memdb.New().Client(), open)
		w.put(t, w.users(), member(0))
		for name, call := range refusals {
			t.Run(name+", "+form, func(t *testing.T) {
				err := call(t.Context(), w.users(), w.table)
				require.Error(t, err)
				requireTellsNothing(t, err)
			})
		}
	}
}

func TestAStreamImageThatCannotBeOpenedTellsNoValues(t *testing.T) {
	w := newWorld(t, memdb.New().Client(), forms["wrapper"])
	db := client.New(nil, crypto.NewEncryptor(w.provider), client.Tables(w.declared()))
	_, err := client.DecryptStreamImage(t.Context(), db, w.table, map[string]streams.AttributeValue{
		"id": &streams.AttributeValueMemberS{Value: memberID}, "created": &streams.AttributeValueMemberN{Value: fmt.Sprint(memberCreated)},
		"email": &streams.AttributeValueMemberS{Value: "@example.com"}, crypto.DefaultSignatureAttribute: &streams.AttributeValueMemberS{Value: "canary-plan"},
	})
	require.Error(t, err)
	requireTellsNothing(t, err)
	_, ok := errors.AsType[*client.ItemError](err)
	require.True(t, ok)
}

// Where a mock fails without the SDK's wrapping, nothing else hides the item.
func TestAFailureWithAnItemTellsNoValues(t *testing.T) {
	w := newWorld(t, memdb.New().Client(), forms["wrapper"])
	w.put(t, w.users(), member(0))
	w.tamper(t, memberKey(0))
	db := client.New(failingAPI{item: w.stored(t, memberKey(0))}, crypto.NewEncryptor(w.provider), client.Tables(w.declared()))
	_, err := db.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &w.table, Key: memberKey(0)})
	failure, ok := errors.AsType[*client.FailureError](err)
	require.True(t, ok)
	require.Len(t, failure.Dropped, 1)
	requireTellsNothing(t, err)
}

// failingAPI fails as a mock does.
type failingAPI struct {
	client.API
	item crypto.Item
}

func (a failingAPI) DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	return nil, &types.ConditionalCheckFailedException{Message: aws.String("The conditional request failed"), Item: a.item}
}
