// Command guregu is a program over github.com/guregu/dynamo. The line that makes the
// client is all that differs between storing plaintext and storing ciphertext.
//
//	go run ./examples/guregu
//	go run ./examples/guregu --client wrapper
//	go run ./examples/guregu --client plain
//
// DynamoDB is embedded in the process; with a real one only openStore changes.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
)

// users says what is protected, and how. Keys are always signed only.
var users = client.Table{
	Name: table, PartitionKey: "id", SortKey: "created",
	Actions: crypto.Actions{
		Default: crypto.EncryptAndSign, // email
		Overrides: map[string]crypto.Action{
			"plan":  crypto.SignOnly,  // If and Filter may use it
			"views": crypto.DoNothing, // Update may change it too
		},
	},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	kind := flag.String("client", "option", "option, wrapper or plain")
	flag.Parse()
	if err := run(ctx, os.Stdout, *kind); err != nil {
		fmt.Fprintln(os.Stderr, "guregu:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, kind string) error {
	cfg := openStore()
	encryptor, err := newEncryptor()
	if err != nil {
		return err
	}

	var db *dynamo.DB
	switch kind {
	case "plain":
		db = dynamo.New(cfg)
	case "option":
		db = dynamo.New(cfg, client.WithEncryption(encryptor, client.Tables(users)))
	case "wrapper":
		db = dynamo.NewFromIface(client.New(dynamodb.NewFromConfig(cfg), encryptor, client.Tables(users)))
	default:
		return fmt.Errorf("there is no client %q, use option, wrapper or plain", kind)
	}
	if err := program(ctx, out, db); err != nil {
		return err
	}

	if err := printStored(ctx, out, dynamodb.NewFromConfig(cfg)); err != nil {
		return err
	}
	fmt.Fprintln(out, "An update of the email:")
	err = db.Table(table).Update("id", "alice").Range("created", 1).Set("email", "alice@example.org").Run(ctx)
	if refused, ok := errors.AsType[*client.RefusedError](err); ok {
		fmt.Fprintln(out, "  ", refused)
		return nil
	}
	fmt.Fprintln(out, "   was done")
	return err
}

// openStore returns the configuration for an embedded DynamoDB. For a real one it is
// config.LoadDefaultConfig(ctx).
func openStore() aws.Config {
	return aws.Config{Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("embedded", "embedded", ""), HTTPClient: memdb.New()}
}

// newEncryptor returns an encryptor with new keys. A program that is run twice has
// them from KMS or a MetaStore.
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

// printStored prints how each item is stored, read without decryption.
func printStored(ctx context.Context, out io.Writer, db *dynamodb.Client) error {
	output, err := db.Scan(ctx, &dynamodb.ScanInput{TableName: aws.String(table)})
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "Emails as DynamoDB stores them:")
	for _, item := range output.Items {
		switch v := item["email"].(type) {
		case *types.AttributeValueMemberS:
			fmt.Fprintln(out, "  ", v.Value)
		case *types.AttributeValueMemberB:
			fmt.Fprintf(out, "   %x… (%d bytes)\n", v.Value[:8], len(v.Value))
		}
	}
	return nil
}
