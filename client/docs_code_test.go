package client_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
)

// The code of the page is in the functions below, line by line, and is run.
func TestTheCodeOfThePageIsRun(t *testing.T) {
	source, err := os.ReadFile("docs_code_test.go")
	require.NoError(t, err)
	program := unindented(string(source))
	for _, block := range append(blocks(t, page(t), "go"), blocks(t, readme(t), "go")...) {
		require.Contains(t, program, unindented(block))
	}

	store := memdb.New()
	cfg := aws.Config{Region: "us-east-1", HTTPClient: store, Credentials: store.Client().Options().Credentials}
	newUsersTable(t, store.Client())
	encryptor := newEncryptor()
	option, wrapper := asOption(cfg, encryptor), asWrapper(cfg, encryptor)
	require.NoError(t, wrapper.Err())
	ctx := t.Context()
	for _, item := range []crypto.Item{{"id": str("alice"), "created": num(1), "email": str("alice@example.com"), "version": num(1)}, {"id": str("alice"), "created": num(2)}} {
		_, err := option.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("users"), Item: item})
		require.NoError(t, err)
	}
	require.NoError(t, change(ctx, option))
	require.ErrorIs(t, change(ctx, conflicting{option}), errConflict)

	var seen []crypto.Item
	use := func(items []map[string]types.AttributeValue) { seen = append(seen, items...) }
	collecting := collecting(cfg, encryptor)
	require.NoError(t, readAll(ctx, collecting, use))
	require.Len(t, seen, 2)
	changed := store.Items("users")[0]
	require.Equal(t, num(1), changed["created"])
	changed["email"] = str("mallory@example.com")
	require.NoError(t, store.Replace("users", changed))
	seen = nil
	require.NoError(t, readAll(ctx, collecting, use))
	require.Equal(t, []crypto.Item{{"id": str("alice"), "created": num(2)}}, seen)

	require.NoError(t, transact(ctx, wrapper))
	require.NoError(t, writeAll(ctx, wrapper))
	require.NoError(t, migrate(ctx, cfg, encryptor))
	require.NoError(t, overGuregu(ctx, cfg, encryptor))

	users := declaredUsers
	image, err := newImage(ctx, client.New(nil, encryptor, client.Tables(users)), newStreamRecord(t, store.Items("users")[1]).lambda)
	require.NoError(t, err)
	require.Equal(t, str("alice"), image.Item["id"])
}

func unindented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimLeft(line, "\t "))
	}
	return b.String()
}

func newUsersTable(t *testing.T, db *dynamodb.Client) {
	t.Helper()
	_, err := db.CreateTable(t.Context(), &dynamodb.CreateTableInput{TableName: aws.String("users"), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: "S"}, {AttributeName: aws.String("created"), AttributeType: "N"}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: "HASH"}, {AttributeName: aws.String("created"), KeyType: "RANGE"}}})
	require.NoError(t, err)
}

func asOption(cfg aws.Config, encryptor crypto.ItemEncryptor) *dynamodb.Client {
	users := client.Table{
		Name: "users", PartitionKey: "id", SortKey: "created",
		Actions: crypto.Actions{
			Default: crypto.EncryptAndSign,
			Overrides: map[string]crypto.Action{
				"plan":    crypto.SignOnly, // conditions and filters may use it
				"version": crypto.SignOnly,
				"views":   crypto.DoNothing, // UpdateItem may change it too
			},
		},
	}
	db := dynamodb.NewFromConfig(cfg, client.WithEncryption(encryptor, client.Tables(users)))
	return db
}

// declaredUsers is the table of asOption.
var declaredUsers = client.Table{Name: "users", PartitionKey: "id", SortKey: "created",
	Actions: crypto.Actions{Overrides: map[string]crypto.Action{"plan": crypto.SignOnly, "version": crypto.SignOnly, "views": crypto.DoNothing}}}

func asWrapper(cfg aws.Config, encryptor crypto.ItemEncryptor) *client.Client {
	users := declaredUsers
	db := client.New(dynamodb.NewFromConfig(cfg), encryptor, client.Tables(users))
	return db
}

func collecting(cfg aws.Config, encryptor crypto.ItemEncryptor) *dynamodb.Client {
	users := declaredUsers
	db := dynamodb.NewFromConfig(cfg, client.WithEncryption(encryptor, client.Tables(users), client.CollectBadItems()))
	return db
}

var errConflict = errors.New("another writer was faster")

// conflicting is a client with which another writer is always faster.
type conflicting struct{ *dynamodb.Client }

func (c conflicting) GetItem(ctx context.Context, in *dynamodb.GetItemInput, options ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	out, err := c.Client.GetItem(ctx, in, options...)
	if err == nil {
		err = change(ctx, c.Client)
	}
	return out, err
}

// change reads, changes and puts an item.
func change(ctx context.Context, db client.API) error {
	key := crypto.Item{"id": str("alice"), "created": num(1)}
	out, err := db.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("users"), Key: key, ConsistentRead: aws.Bool(true)})
	if err != nil {
		return err
	}
	item, version := out.Item, out.Item["version"]
	item["email"] = &types.AttributeValueMemberS{Value: "alice@example.org"}
	item["version"] = next(version)
	_, err = db.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: aws.String("users"), Item: item,
		ConditionExpression:       aws.String("version = :read"), // signed, not encrypted
		ExpressionAttributeValues: map[string]types.AttributeValue{":read": version},
	})
	if _, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		return errConflict // read it again
	}
	return err
}

func next(version types.AttributeValue) types.AttributeValue {
	var n int
	_, _ = fmt.Sscan(version.(*types.AttributeValueMemberN).Value, &n)
	return num(n + 1)
}

// readAll reads all items of alice, page by page, with bad ones reported.
func readAll(ctx context.Context, db dynamodb.QueryAPIClient, use func([]map[string]types.AttributeValue)) error {
	in := &dynamodb.QueryInput{
		TableName: aws.String("users"), KeyConditionExpression: aws.String("id = :id"), Limit: aws.Int32(1),
		ExpressionAttributeValues: map[string]types.AttributeValue{":id": &types.AttributeValueMemberS{Value: "alice"}},
	}
	for more := true; more; more = in.ExclusiveStartKey != nil {
		page, err := db.Query(ctx, in)
		if bad, ok := errors.AsType[*client.ItemsError](err); ok {
			report(bad.Items) // each has a Key
			page = bad.Output.(*dynamodb.QueryOutput)
		} else if err != nil {
			return err
		}
		use(page.Items)
		in.ExclusiveStartKey = page.LastEvaluatedKey
	}
	return nil
}

func report([]*client.ItemError) {}

// transact sends a transaction until it has an answer.
func transact(ctx context.Context, db *client.Client) error {
	in := &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{{Put: &types.Put{TableName: aws.String("users"), Item: user("bob", 1)}}}}
	transaction, err := db.PrepareTransactWriteItems(ctx, in)
	if err != nil {
		return err
	}
	_, err = transaction.Send(ctx)
	if err != nil {
		_, err = transaction.Send(ctx) // the same bytes under the same token
	}
	return err
}

// writeAll sends a batch until all of it is done.
func writeAll(ctx context.Context, db *client.Client) error {
	in := &dynamodb.BatchWriteItemInput{RequestItems: writes{"users": {putRequest(user("bob", 2)), putRequest(user("bob", 3))}}}
	wait := func(context.Context, int) error { return nil }
	batch, err := db.PrepareBatchWriteItem(ctx, in)
	if err != nil {
		return err
	}
	for attempt := 0; !batch.Done(); attempt++ {
		if err := wait(ctx, attempt); err != nil { // longer each time
			return err
		}
		if _, err := batch.Send(ctx); err != nil {
			return err
		}
	}
	return nil
}

// migrate reads a table that still has plaintext.
func migrate(ctx context.Context, cfg aws.Config, encryptor crypto.ItemEncryptor) error {
	users, in := declaredUsers, &dynamodb.GetItemInput{TableName: aws.String("users"), Key: crypto.Item{"id": str("alice"), "created": num(2)}}
	protect := func(crypto.Item) error { return nil }
	counter := new(client.Counter)
	users.Plaintext = client.InsecureReadPlaintext
	db := dynamodb.NewFromConfig(cfg, client.WithEncryption(encryptor, client.Tables(users), client.WithCounter(counter)))

	out, err := db.GetItem(ctx, in)
	if err != nil {
		return err
	}
	if len(client.Unprotected(out.ResultMetadata)) > 0 {
		return protect(out.Item) // nobody vouches for it
	}
	return nil
}

// newImage opens the image of a record.
func newImage(ctx context.Context, db *client.Client, newImage map[string]events.DynamoDBAttributeValue) (client.DecryptedImage, error) {
	record := events.DynamoDBEventRecord{EventSourceArn: "arn:aws:dynamodb:us-east-1:000000000000:table/users/stream/2026-01-02T03:04:05.678",
		Change: events.DynamoDBStreamRecord{NewImage: newImage}}
	image, err := client.DecryptStreamImage(ctx, db, record.EventSourceArn, record.Change.NewImage)
	return image, err
}

// overGuregu reads an item by guregu/dynamo.
func overGuregu(ctx context.Context, cfg aws.Config, encryptor crypto.ItemEncryptor) error {
	users := declaredUsers
	db := dynamo.New(cfg, client.WithEncryption(encryptor, client.Tables(users)))
	return db.Table("users").Get("id", "alice").Range("created", dynamo.Equal, 2).One(ctx, &gureguUser{})
}
