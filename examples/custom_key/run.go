package main

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

var (
	accounts = cmp.EncryptionContext{TableName: "accounts", PartitionKey: "id"}
	actions  = crypto.Actions{Overrides: map[string]crypto.Action{"id": crypto.SignOnly}}
)

func run(ctx context.Context, out io.Writer, device token) error {
	fmt.Fprintf(out, "Keys: %v\n\n", device)
	provider, err := newProvider(device)
	if err != nil {
		return err
	}
	encryptor := crypto.NewEncryptor(provider)

	sealed, err := encryptor.EncryptItem(ctx, crypto.Item{
		"id":   &types.AttributeValueMemberS{Value: "a-1"},
		"iban": &types.AttributeValueMemberS{Value: "CH93 0076 2011 6238 5295 7"},
	}, accounts, actions)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "1. As DynamoDB would store the item:")
	if err := printStored(out, sealed); err != nil {
		return err
	}

	opened, err := encryptor.DecryptItem(ctx, sealed, accounts, actions)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "\n2. Verified, its content key unwrapped by the token, decrypted:")
	fmt.Fprintln(out, "   iban =", opened["iban"].(*types.AttributeValueMemberS).Value)

	renamed := maps.Clone(sealed)
	renamed["id"] = &types.AttributeValueMemberS{Value: "a-2"}
	fmt.Fprintln(out, "\n3. A copy under another id is refused by its signature:")
	if err := refuse(ctx, out, encryptor, renamed, crypto.ErrSignature); err != nil {
		return err
	}

	damaged, err := damageWrappedKey(sealed)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "\n4. A copy whose wrapped key was changed is refused by the token:")
	return refuse(ctx, out, encryptor, damaged, crypto.ErrCorrupt)
}

// refuse prints the error that decrypting gives, which must be a class.
func refuse(ctx context.Context, out io.Writer, encryptor *crypto.Encryptor, item crypto.Item, class error) error {
	_, err := encryptor.DecryptItem(ctx, item, accounts, actions)
	if !errors.Is(err, class) {
		return fmt.Errorf("the tampered item gave not %q but: %w", class, err)
	}
	fmt.Fprintln(out, "  ", err)
	return nil
}

// damageWrappedKey returns a copy of item with one bit of its wrapped key changed.
func damageWrappedKey(item crypto.Item) (crypto.Item, error) {
	description, err := readDescription(item)
	if err != nil {
		return nil, err
	}
	wrapped, err := base64.StdEncoding.DecodeString(description[cmp.DescriptionContentKey])
	if err != nil {
		return nil, err
	}
	wrapped[0] ^= 1
	description[cmp.DescriptionContentKey] = base64.StdEncoding.EncodeToString(wrapped)
	data, err := description.Serialize()
	if err != nil {
		return nil, err
	}
	damaged := maps.Clone(item)
	damaged[crypto.DefaultDescriptionAttribute] = &types.AttributeValueMemberB{Value: data}
	return damaged, nil
}

func readDescription(item crypto.Item) (cmp.MaterialDescription, error) {
	attribute, ok := item[crypto.DefaultDescriptionAttribute].(*types.AttributeValueMemberB)
	if !ok {
		return nil, fmt.Errorf("the item has no binary attribute %s", crypto.DefaultDescriptionAttribute)
	}
	return cmp.ParseMaterialDescription(attribute.Value)
}

// printStored prints the item with the entries of its material description; of
// ciphertext just the beginning.
func printStored(out io.Writer, item crypto.Item) error {
	description, err := readDescription(item)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(item)) {
		if name == crypto.DefaultDescriptionAttribute {
			for _, entry := range slices.Sorted(maps.Keys(description)) {
				fmt.Fprintf(out, "   %-20s %s = %q\n", name, entry, description[entry])
			}
			continue
		}
		switch value := item[name].(type) {
		case *types.AttributeValueMemberS:
			fmt.Fprintf(out, "   %-20s S  %q\n", name, value.Value)
		case *types.AttributeValueMemberB:
			fmt.Fprintf(out, "   %-20s B  %s… (%d bytes)\n", name, hex.EncodeToString(value.Value[:16]), len(value.Value))
		}
	}
	return nil
}
