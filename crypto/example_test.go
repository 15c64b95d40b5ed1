package crypto_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// exampleProvider wraps a content key of its own for each item. Real keys come
// from a key store.
func exampleProvider() cmp.Provider {
	wrapping, err := cmp.NewAESKey(bytes.Repeat([]byte{1}, 32))
	if err != nil {
		log.Fatal(err)
	}
	signing, err := cmp.NewHMACKey("HmacSHA256", bytes.Repeat([]byte{2}, 32))
	if err != nil {
		log.Fatal(err)
	}
	provider, err := cmp.NewWrapped(cmp.WrappedKeys{Wrapping: wrapping, Signing: signing})
	if err != nil {
		log.Fatal(err)
	}
	return provider
}

func ExampleEncryptor_EncryptItem() {
	ctx := context.Background()
	enc := crypto.NewEncryptor(exampleProvider())
	item := crypto.Item{
		"id":    &types.AttributeValueMemberS{Value: "alice"},
		"email": &types.AttributeValueMemberS{Value: "alice@example.com"},
		"plan":  &types.AttributeValueMemberS{Value: "pro"},
	}
	where := cmp.EncryptionContext{TableName: "users", PartitionKey: "id"}
	actions := crypto.Actions{Default: crypto.EncryptAndSign, Overrides: map[string]crypto.Action{
		"id":   crypto.SignOnly,
		"plan": crypto.SignOnly,
	}}

	sealed, err := enc.EncryptItem(ctx, item, where, actions)
	if err != nil {
		log.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(sealed)) {
		switch v := sealed[name].(type) {
		case *types.AttributeValueMemberS:
			fmt.Printf("%s: %s\n", name, v.Value)
		case *types.AttributeValueMemberB:
			fmt.Printf("%s: binary\n", name)
		}
	}

	plain, err := enc.DecryptItem(ctx, sealed, where, actions)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("decrypted:", plain["email"].(*types.AttributeValueMemberS).Value)

	sealed["plan"] = &types.AttributeValueMemberS{Value: "enterprise"}
	_, err = enc.DecryptItem(ctx, sealed, where, actions)
	fmt.Println("changed:", errors.Is(err, crypto.ErrSignature))

	// Output:
	// *amzn-ddb-map-desc*: binary
	// *amzn-ddb-map-sig*: binary
	// email: binary
	// id: alice
	// plan: pro
	// decrypted: alice@example.com
	// changed: true
}

func ExampleEncryptor_For() {
	ctx := context.Background()
	enc := crypto.NewEncryptor(exampleProvider())
	users, err := enc.For(
		cmp.EncryptionContext{TableName: "users", PartitionKey: "id"},
		crypto.Actions{Overrides: map[string]crypto.Action{"id": crypto.SignOnly}},
	)
	if err != nil {
		log.Fatal(err)
	}
	for _, id := range []string{"alice", "bob"} {
		sealed, err := users.EncryptItem(ctx, crypto.Item{
			"id":   &types.AttributeValueMemberS{Value: id},
			"note": &types.AttributeValueMemberS{Value: "for " + id},
		})
		if err != nil {
			log.Fatal(err)
		}
		plain, err := users.DecryptItem(ctx, sealed)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(plain["note"].(*types.AttributeValueMemberS).Value)
	}

	// Output:
	// for alice
	// for bob
}

func ExampleActions_WithIndexKeys() {
	actions, err := crypto.Actions{Default: crypto.EncryptAndSign}.WithIndexKeys("id", "created")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(actions.Action("id"), actions.Action("created"), actions.Action("email"))

	// Output:
	// sign sign encrypt
}
