// Command kms encrypts items under data keys of AWS KMS, a new one for each item,
// and shows what KMS gets to see and what it refuses.
//
//	go run ./examples/kms
//	go run ./examples/kms --key alias/my-key
//
// Without a key, KMS is embedded in the process. With one (key ID, key ARN, alias
// name or alias ARN), it is that of the AWS configuration, and the caller needs
// kms:GenerateDataKey and kms:Decrypt.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	key := flag.String("key", "", "KMS key; embedded KMS if empty")
	flag.Parse()
	if err := run(ctx, os.Stdout, *key); err != nil {
		fmt.Fprintln(os.Stderr, "kms:", err)
		os.Exit(1)
	}
}

var (
	encryption = cmp.EncryptionContext{TableName: "orders", PartitionKey: "customer", SortKey: "number"}
	actions    = crypto.Actions{Overrides: map[string]crypto.Action{
		"customer": crypto.SignOnly,
		"number":   crypto.SignOnly,
	}}
)

func run(ctx context.Context, out io.Writer, key string) error {
	client, err := openKMS(ctx, &key)
	if err != nil {
		return err
	}
	provider, err := cmp.NewKMS(client, key)
	if err != nil {
		return err
	}
	orders, err := crypto.NewEncryptor(provider).For(encryption, actions)
	if err != nil {
		return err
	}

	order := crypto.Item{
		"customer": &types.AttributeValueMemberS{Value: "alice"},
		"number":   &types.AttributeValueMemberN{Value: "17"},
		"total":    &types.AttributeValueMemberN{Value: "99.5"},
	}
	sealed, err := orders.EncryptItem(ctx, order)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "1. Encrypted. The description in the item:\n")
	description, err := cmp.ParseMaterialDescription(sealed[crypto.DefaultDescriptionAttribute].(*types.AttributeValueMemberB).Value)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(description)) {
		value := description[name]
		if name == cmp.DescriptionContentKey {
			value = "(the data key, encrypted by KMS)"
		}
		fmt.Fprintf(out, "   %-23s %s\n", name, value)
	}

	plain, err := orders.DecryptItem(ctx, sealed)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "2. Decrypted: total is %s\n", plain["total"].(*types.AttributeValueMemberN).Value)

	if embedded, ok := client.(*recorded); ok {
		embedded.print(out)
	}

	// The key attributes are bound to the data key: without them KMS does not
	// decrypt it, and so nothing of a moved item is even looked at.
	moved := maps.Clone(sealed)
	moved["customer"] = &types.AttributeValueMemberS{Value: "mallory"}
	_, err = orders.DecryptItem(ctx, moved)
	if !errors.Is(err, crypto.ErrSignature) {
		return fmt.Errorf("the moved item was not refused: %w", err)
	}
	var refusal *cmp.KMSError
	if !errors.As(err, &refusal) {
		return err
	}
	fmt.Fprintf(out, "4. Moved to another customer: KMS refuses %s, and the error is ErrSignature\n", refusal.Op)
	return nil
}

// openKMS returns a client, and an alias of a new key if key is empty.
func openKMS(ctx context.Context, key *string) (cmp.KMSAPI, error) {
	if *key != "" {
		cfg, err := config.LoadDefaultConfig(ctx)
		if err != nil {
			return nil, err
		}
		return kms.NewFromConfig(cfg), nil
	}
	double := memkms.New()
	*key = "alias/orders"
	if err := double.CreateAlias("eu-central-1", *key, double.CreateKey("eu-central-1")); err != nil {
		return nil, err
	}
	return &recorded{double.Client("eu-central-1"), double}, nil
}

// recorded is a client of the embedded KMS, which keeps the calls.
type recorded struct {
	*kms.Client
	double *memkms.KMS
}

// print shows what KMS and its CloudTrail log see of each call: never the value of
// an encrypted attribute.
func (r *recorded) print(out io.Writer) {
	fmt.Fprintln(out, "3. What KMS saw:")
	for _, call := range r.double.Calls() {
		fmt.Fprintf(out, "   %s under %s with encryption context\n", call.Operation, call.KeyID)
		for _, name := range slices.Sorted(maps.Keys(call.EncryptionContext)) {
			fmt.Fprintf(out, "     %-20s %s\n", name, call.EncryptionContext[name])
		}
	}
}
