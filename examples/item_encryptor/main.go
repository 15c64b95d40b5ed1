// Command item_encryptor encrypts and decrypts one item without a mapper and
// without DynamoDB: for programs that have their own way of storing items.
//
//	go run ./examples/item_encryptor
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "item_encryptor:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	provider, err := newProvider()
	if err != nil {
		return err
	}
	// Where the items live, and what happens to each attribute. For one table
	// both are always the same: For computes what follows from them once.
	encryption := cmp.EncryptionContext{TableName: "orders", PartitionKey: "customer", SortKey: "number"}
	actions := crypto.Actions{Default: crypto.EncryptAndSign, Overrides: map[string]crypto.Action{
		"customer": crypto.SignOnly,
		"number":   crypto.SignOnly,
		"status":   crypto.SignOnly,
		"seen":     crypto.DoNothing,
	}}
	orders, err := crypto.NewEncryptor(provider).For(encryption, actions)
	if err != nil {
		return err
	}

	order := crypto.Item{
		"customer": &types.AttributeValueMemberS{Value: "alice"},
		"number":   &types.AttributeValueMemberN{Value: "17"},
		"status":   &types.AttributeValueMemberS{Value: "paid"},
		"seen":     &types.AttributeValueMemberBOOL{Value: true},
		"total":    &types.AttributeValueMemberN{Value: "99.50"},
		"items":    &types.AttributeValueMemberSS{Value: []string{"tea", "cup"}},
	}
	sealed, err := orders.EncryptItem(ctx, order)
	if err != nil {
		return err
	}
	print(out, "encrypted and signed:", sealed)

	plain, err := orders.DecryptItem(ctx, sealed)
	if err != nil {
		return err
	}
	print(out, "verified and decrypted:", plain)

	// The table name is signed: an item that is moved elsewhere is refused.
	archive, err := crypto.NewEncryptor(provider).For(cmp.EncryptionContext{TableName: "archive", PartitionKey: "customer", SortKey: "number"}, actions)
	if err != nil {
		return err
	}
	_, err = archive.DecryptItem(ctx, sealed)
	fmt.Fprintf(out, "as an item of another table:\n  %v\n", err)
	return nil
}

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

func print(out io.Writer, title string, item crypto.Item) {
	fmt.Fprintln(out, title)
	for _, name := range slices.Sorted(maps.Keys(item)) {
		text := ""
		switch v := item[name].(type) {
		case *types.AttributeValueMemberS:
			text = v.Value
		case *types.AttributeValueMemberN:
			text = v.Value
		case *types.AttributeValueMemberBOOL:
			text = fmt.Sprint(v.Value)
		case *types.AttributeValueMemberSS:
			text = fmt.Sprint(v.Value)
		case *types.AttributeValueMemberB:
			text = fmt.Sprintf("%d bytes", len(v.Value))
		}
		fmt.Fprintf(out, "  %-20s %s\n", name, text)
	}
}
