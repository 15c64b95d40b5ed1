// Command encrypted_client is a program of the SDK's own kind, with a paginator, a
// waiter and the expression builder. The line that makes the client is all that
// differs between storing plaintext and storing ciphertext.
//
//	go run ./examples/encrypted_client
//	go run ./examples/encrypted_client --plain
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

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
)

const table = "users"

// users says what is protected, and how. Keys are always signed only.
var users = client.Table{
	Name: table, PartitionKey: "id", SortKey: "created",
	Actions: crypto.Actions{
		Default: crypto.EncryptAndSign, // email, phones
		Overrides: map[string]crypto.Action{
			"plan":  crypto.SignOnly,  // conditions and filters may use it
			"views": crypto.DoNothing, // UpdateItem may change it too
		},
	},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	plain := flag.Bool("plain", false, "run the same program without encryption")
	flag.Parse()
	if err := run(ctx, os.Stdout, *plain); err != nil {
		fmt.Fprintln(os.Stderr, "encrypted_client:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, plain bool) error {
	cfg := openStore()
	encryptor, err := newEncryptor()
	if err != nil {
		return err
	}

	var db *dynamodb.Client
	if plain {
		db = dynamodb.NewFromConfig(cfg)
	} else {
		db = dynamodb.NewFromConfig(cfg, client.WithEncryption(encryptor, client.Tables(users)))
	}
	if err := program(ctx, out, db); err != nil {
		return err
	}

	fmt.Fprintln(out, "5. As DynamoDB stores the first item:")
	if err := printStored(ctx, out, dynamodb.NewFromConfig(cfg)); err != nil {
		return err
	}
	fmt.Fprintln(out, "6. Whose email begins with \"alice\"?")
	found, err := findByEmail(ctx, db, "alice")
	if refused, ok := errors.AsType[*client.RefusedError](err); ok {
		fmt.Fprintf(out, "   %s\n   about %s of %s\n", refused, refused.Attribute, refused.Parameter)
		return nil
	}
	fmt.Fprintf(out, "   %d items\n", found)
	return err
}

// openStore returns the configuration for an embedded DynamoDB with an empty table.
// For a real one it is config.LoadDefaultConfig(ctx).
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

// printStored prints the first item, read without decryption.
func printStored(ctx context.Context, out io.Writer, db *dynamodb.Client) error {
	output, err := db.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(table), Key: key("alice", 1), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return err
	}
	for _, name := range []string{"id", "created", "email", "phones", "plan", "views", crypto.DefaultDescriptionAttribute, crypto.DefaultSignatureAttribute} {
		switch v := output.Item[name].(type) {
		case *types.AttributeValueMemberS:
			fmt.Fprintf(out, "   %-20s S  %q\n", name, v.Value)
		case *types.AttributeValueMemberN:
			fmt.Fprintf(out, "   %-20s N  %s\n", name, v.Value)
		case *types.AttributeValueMemberL:
			fmt.Fprintf(out, "   %-20s L  %d elements\n", name, len(v.Value))
		case *types.AttributeValueMemberB:
			fmt.Fprintf(out, "   %-20s B  %x… (%d bytes)\n", name, v.Value[:8], len(v.Value))
		}
	}
	return nil
}
