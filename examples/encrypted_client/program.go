package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// User is what the program stores. Nothing in this file knows of encryption.
type User struct {
	ID      string   `dynamodbav:"id"`
	Created int64    `dynamodbav:"created"`
	Email   string   `dynamodbav:"email"`
	Phones  []string `dynamodbav:"phones"`
	Plan    string   `dynamodbav:"plan"`
	Views   int      `dynamodbav:"views"`
}

func key(id string, created int64) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"id":      &types.AttributeValueMemberS{Value: id},
		"created": &types.AttributeValueMemberN{Value: strconv.FormatInt(created, 10)},
	}
}

// program does what programs do with the SDK's client.
func program(ctx context.Context, out io.Writer, db *dynamodb.Client) error {
	if err := createTable(ctx, db); err != nil {
		return err
	}
	for _, user := range []User{
		{ID: "alice", Created: 1, Email: "alice@example.com", Phones: []string{"+41 44 668 18 00"}, Plan: "free"},
		{ID: "alice", Created: 2, Email: "alice@example.org", Plan: "gold"},
		{ID: "alice", Created: 3, Email: "alice@example.net", Plan: "free"},
	} {
		if err := put(ctx, db, user); err != nil {
			return err
		}
	}
	for i, step := range []struct {
		title string
		do    func(context.Context, io.Writer, *dynamodb.Client) error
	}{
		{"A query, page by page, with a filter", query},
		{"An update of an attribute, which returns the item", update},
		{"Two items in one transaction", transact},
		{"A condition that fails, with the item for which it failed", putAgain},
	} {
		fmt.Fprintf(out, "%d. %s:\n", i+1, step.title)
		if err := step.do(ctx, out, db); err != nil {
			return fmt.Errorf("%s: %w", step.title, err)
		}
	}
	return nil
}

func createTable(ctx context.Context, db *dynamodb.Client) error {
	_, err := db.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: aws.String(table), BillingMode: types.BillingModePayPerRequest,
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String("created"), KeyType: types.KeyTypeRange},
		},
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("id"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("created"), AttributeType: types.ScalarAttributeTypeN},
		},
	})
	if err != nil {
		return err
	}
	return dynamodb.NewTableExistsWaiter(db).Wait(ctx, &dynamodb.DescribeTableInput{TableName: aws.String(table)}, time.Minute)
}

// put stores a user that is not there yet.
func put(ctx context.Context, db *dynamodb.Client, user User) error {
	item, err := attributevalue.MarshalMap(user)
	if err != nil {
		return err
	}
	e, err := expression.NewBuilder().WithCondition(expression.Name("id").AttributeNotExists()).Build()
	if err != nil {
		return err
	}
	_, err = db.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(table), Item: item, ConditionExpression: e.Condition(), ExpressionAttributeNames: e.Names(),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld})
	return err
}

func query(ctx context.Context, out io.Writer, db *dynamodb.Client) error {
	e, err := expression.NewBuilder().
		WithKeyCondition(expression.Key("id").Equal(expression.Value("alice"))).
		WithFilter(expression.Name("plan").Equal(expression.Value("free"))).Build()
	if err != nil {
		return err
	}
	pages := dynamodb.NewQueryPaginator(db, &dynamodb.QueryInput{TableName: aws.String(table), Limit: aws.Int32(2),
		KeyConditionExpression: e.KeyCondition(), FilterExpression: e.Filter(), ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values()})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		if err := printUsers(out, page.Items...); err != nil {
			return err
		}
	}
	return nil
}

func update(ctx context.Context, out io.Writer, db *dynamodb.Client) error {
	e, err := expression.NewBuilder().
		WithUpdate(expression.Add(expression.Name("views"), expression.Value(1))).
		WithCondition(expression.Name("plan").NotEqual(expression.Value("closed"))).Build()
	if err != nil {
		return err
	}
	output, err := db.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: aws.String(table), Key: key("alice", 1), ReturnValues: types.ReturnValueAllNew,
		UpdateExpression: e.Update(), ConditionExpression: e.Condition(), ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values()})
	if err != nil {
		return err
	}
	return printUsers(out, output.Attributes)
}

func transact(ctx context.Context, out io.Writer, db *dynamodb.Client) error {
	item, err := attributevalue.MarshalMap(User{ID: "bob", Created: 1, Email: "bob@example.com", Plan: "gold"})
	if err != nil {
		return err
	}
	_, err = db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: aws.String(table), Item: item}},
		{Delete: &types.Delete{TableName: aws.String(table), Key: key("alice", 3)}},
	}})
	if err != nil {
		return err
	}
	output, err := db.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
		table: {Keys: []map[string]types.AttributeValue{key("bob", 1), key("alice", 3)}},
	}})
	if err != nil {
		return err
	}
	return printUsers(out, output.Responses[table]...)
}

// putAgain puts a user that is there.
func putAgain(ctx context.Context, out io.Writer, db *dynamodb.Client) error {
	err := put(ctx, db, User{ID: "bob", Created: 1, Email: "bob@example.net"})
	failed, ok := errors.AsType[*types.ConditionalCheckFailedException](err)
	if !ok {
		return fmt.Errorf("the condition did not fail: %w", err)
	}
	fmt.Fprintf(out, "   %s\n", failed.ErrorMessage())
	return printUsers(out, failed.Item)
}

// findByEmail counts the users whose email begins like that.
func findByEmail(ctx context.Context, db *dynamodb.Client, beginning string) (int, error) {
	e, err := expression.NewBuilder().WithFilter(expression.Name("email").BeginsWith(beginning)).Build()
	if err != nil {
		return 0, err
	}
	found := 0
	pages := dynamodb.NewScanPaginator(db, &dynamodb.ScanInput{TableName: aws.String(table),
		FilterExpression: e.Filter(), ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values()})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return 0, err
		}
		found += len(page.Items)
	}
	return found, nil
}

func printUsers(out io.Writer, items ...map[string]types.AttributeValue) error {
	for _, item := range items {
		var user User
		if err := attributevalue.UnmarshalMap(item, &user); err != nil {
			return err
		}
		fmt.Fprintf(out, "   %+v\n", user)
	}
	return nil
}
