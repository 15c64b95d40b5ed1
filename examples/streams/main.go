// Command streams reads what changed in a protected table from its stream: as a
// Lambda function gets it, and as the API of DynamoDB Streams returns it.
//
//	go run ./examples/streams
//
// DynamoDB is embedded in the process. It has no streams, so the events are made
// here, of the items as they are stored. In a Lambda function, main is
//
//	lambda.Start((&handler{db: db}).handle)
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
)

const (
	table     = "users"
	streamARN = "arn:aws:dynamodb:us-east-1:000000000000:table/users/stream/2026-01-02T03:04:05.678"
)

// users says what is protected, and how.
var users = client.Table{
	Name: table, PartitionKey: "id",
	Actions: crypto.Actions{Default: crypto.EncryptAndSign, Overrides: map[string]crypto.Action{"plan": crypto.SignOnly}},
}

// User is an item of the table.
type User struct {
	ID    string `dynamodbav:"id"`
	Email string `dynamodbav:"email"`
	Plan  string `dynamodbav:"plan"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "streams:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	encryptor, err := newEncryptor()
	if err != nil {
		return err
	}
	before, after, err := writeUser(ctx, encryptor)
	if err != nil {
		return err
	}
	// Who reads a stream needs the keys, and no access to the table.
	db := client.New(nil, encryptor, client.Tables(users))

	fmt.Fprintln(out, "1. What the Lambda function gets:")
	event, err := lambdaEvent(before, after)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "   %.100s…\n", event)
	fmt.Fprintln(out, "2. What it makes of that:")
	failures, err := invoke(ctx, &handler{db: db, out: out}, event)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "   Lambda delivers again: %s\n", failures)

	fmt.Fprintln(out, "3. The same from the API of DynamoDB Streams:")
	return readStream(ctx, out, db, &stream{before: before, after: after})
}

// writeUser stores a user and changes it. It returns both versions as DynamoDB stores
// them.
func writeUser(ctx context.Context, encryptor crypto.ItemEncryptor) (before, after crypto.Item, err error) {
	store := memdb.New()
	if _, err := store.Client().CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: aws.String(table), BillingMode: types.BillingModePayPerRequest,
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}},
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: types.ScalarAttributeTypeS}},
	}); err != nil {
		return nil, nil, err
	}
	db := store.Client(client.WithEncryption(encryptor, client.Tables(users)))
	var versions []crypto.Item
	for _, user := range []User{{"alice", "alice@example.com", "free"}, {"alice", "alice@example.org", "free"}} {
		item, err := attributevalue.MarshalMap(user)
		if err != nil {
			return nil, nil, err
		}
		if _, err := db.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(table), Item: item}); err != nil {
			return nil, nil, err
		}
		versions = append(versions, store.Items(table)[0])
	}
	return versions[0], versions[1], nil
}

// newEncryptor returns an encryptor with new keys. A real program has them from KMS
// or a MetaStore.
func newEncryptor() (crypto.ItemEncryptor, error) {
	material := make([]byte, 64)
	if _, err := rand.Read(material); err != nil {
		return nil, err
	}
	wrapping, err := cmp.NewAESKey(material[:32])
	if err != nil {
		return nil, err
	}
	signing, err := cmp.NewHMACKey("HmacSHA256", material[32:])
	if err != nil {
		return nil, err
	}
	provider, err := cmp.NewWrapped(cmp.WrappedKeys{Wrapping: wrapping, Signing: signing})
	if err != nil {
		return nil, err
	}
	return crypto.NewEncryptor(provider), nil
}
