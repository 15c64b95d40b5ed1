// Command quickstart shows the main job: an annotated struct is saved, stored as
// ciphertext, loaded again, and refused after somebody has tampered with it.
//
//	go run ./examples/quickstart
//	go run ./examples/quickstart --endpoint http://127.0.0.1:8000
//
// Without an endpoint the store is embedded in the process. With one, it is
// DynamoDB Local or AWS; the program then makes a table of its own and deletes it
// at the end.
package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

const table = "ddbcrypt-quickstart"

// User is what the program stores. Its tags say what is protected, and how.
type User struct {
	_       struct{} `ddbcrypt:"table=ddbcrypt-quickstart"`
	ID      string   `dynamodbav:"id" ddbcrypt:"partition"`
	Created int64    `dynamodbav:"created" ddbcrypt:"sort"`
	Email   string   `dynamodbav:"email"`                      // encrypted and signed
	Phones  []string `dynamodbav:"phones"`                     // encrypted and signed
	Plan    string   `dynamodbav:"plan" ddbcrypt:"sign"`       // signed only
	Views   int      `dynamodbav:"views" ddbcrypt:"none"`      // neither
	Version int64    `dynamodbav:"version" ddbcrypt:"version"` // optimistic lock
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	endpoint := flag.String("endpoint", "", "URL of DynamoDB Local or AWS; embedded store if empty")
	flag.Parse()
	if err := run(ctx, os.Stdout, *endpoint); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, endpoint string) (err error) {
	db, err := openStore(ctx, endpoint)
	if err != nil {
		return err
	}
	provider, err := newProvider()
	if err != nil {
		return err
	}
	users, err := mapper.New[User](db, crypto.NewEncryptor(provider))
	if err != nil {
		return err
	}
	if err := createTable(ctx, users); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, deleteTable(context.WithoutCancel(ctx), db)) }()

	user := User{ID: "alice", Created: 1700000000, Email: "alice@example.com", Phones: []string{"+41 44 668 18 00"}, Plan: "free"}
	if err := users.Save(ctx, &user); err != nil {
		return err
	}
	fmt.Fprintf(out, "1. Saved:\n   %+v\n\n", user)

	stored, err := readStored(ctx, db)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "2. As DynamoDB stores it:")
	printItem(out, stored)

	loaded, err := users.Load(ctx, "alice", 1700000000)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n3. Loaded, verified and decrypted:\n   %+v\n", loaded)

	if err := tamper(ctx, out, db, users, stored); err != nil {
		return err
	}
	fmt.Fprint(out, next)
	return nil
}

const next = `
Next: ddbcryptgen generates code for User, and refuses changes of it that stored items would
not survive; ddbcryptvet finds mistakes in tags. See docs/model-lock.md.
`

// newProvider returns a provider with new keys: each item gets a content key of
// its own, which is stored in the item, wrapped under the AES key.
func newProvider() (cmp.Provider, error) {
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
	return cmp.NewWrapped(cmp.WrappedKeys{Wrapping: wrapping, Signing: signing})
}

// tamper changes the stored item behind the program's back, in two ways.
func tamper(ctx context.Context, out io.Writer, db *dynamodb.Client, users *mapper.Mapper[User], stored crypto.Item) error {
	upgraded := maps.Clone(stored)
	upgraded["plan"] = &types.AttributeValueMemberS{Value: "enterprise"}
	exchanged := maps.Clone(stored)
	exchanged["email"], exchanged["phones"] = stored["phones"], stored["email"]
	for i, tampered := range []struct {
		how  string
		item crypto.Item
	}{
		{`sets plan to "enterprise"`, upgraded},
		{"exchanges the ciphertexts of email and phones", exchanged},
	} {
		fmt.Fprintf(out, "\n%d. Somebody %s in the table. Load refuses:\n", i+4, tampered.how)
		if _, err := db.PutItem(ctx, &dynamodb.PutItemInput{TableName: ptr(table), Item: tampered.item}); err != nil {
			return err
		}
		_, err := users.Load(ctx, "alice", 1700000000)
		if !errors.Is(err, crypto.ErrSignature) {
			return fmt.Errorf("the tampered item was not refused: %w", err)
		}
		fmt.Fprintf(out, "   %v\n", err)
		diagnosis, err := users.Diagnose(ctx, crypto.Candidates{}, "alice", 1700000000)
		if err != nil {
			return err
		}
		for _, finding := range diagnosis.Findings {
			fmt.Fprintln(out, "   diagnosis:", finding)
		}
	}
	return nil
}

// printItem prints names, types and values; of ciphertext just the beginning.
func printItem(out io.Writer, item crypto.Item) {
	for _, name := range slices.Sorted(maps.Keys(item)) {
		fmt.Fprintf(out, "   %-20s %s\n", name, describe(item[name]))
	}
}

func describe(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return fmt.Sprintf("S  %q", v.Value)
	case *types.AttributeValueMemberN:
		return "N  " + v.Value
	case *types.AttributeValueMemberB:
		return fmt.Sprintf("B  %s… (%d bytes)", hex.EncodeToString(v.Value[:16]), len(v.Value))
	default:
		return fmt.Sprintf("%T", v)
	}
}
