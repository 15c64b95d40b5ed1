package keystore_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/keystore"
)

// Items of last year's keys still open after this year's became the current ones.
func Example() {
	dir, err := os.MkdirTemp("", "keys")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	// A real key comes from: openssl rand -base64 32
	for i, name := range []string{"enc-2025.aes", "sig-2025.hmac", "enc-2026.aes", "sig-2026.hmac"} {
		key := make([]byte, 32)
		key[0] = byte(i)
		line := base64.StdEncoding.EncodeToString(key) + "\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(line), 0o600); err != nil {
			log.Fatal(err)
		}
	}
	store, err := keystore.OpenPEMDir(dir)
	if err != nil {
		log.Fatal(err)
	}
	last := keystore.Aliases{Wrapping: "enc-2025", Signing: "sig-2025"}
	this := keystore.Aliases{Wrapping: "enc-2026", Signing: "sig-2026"}
	before, err := keystore.NewProvider(store, last)
	if err != nil {
		log.Fatal(err)
	}
	after, err := keystore.NewProvider(store, this, keystore.WithPrevious(last))
	if err != nil {
		log.Fatal(err)
	}

	ctx := context.Background()
	user := crypto.Item{"id": &types.AttributeValueMemberS{Value: "alice"}, "email": &types.AttributeValueMemberS{Value: "alice@example.com"}}
	users := cmp.EncryptionContext{TableName: "users", PartitionKey: "id"}
	actions := crypto.Actions{Overrides: map[string]crypto.Action{"id": crypto.SignOnly}}
	sealed, err := crypto.NewEncryptor(before).EncryptItem(ctx, user, users, actions)
	if err != nil {
		log.Fatal(err)
	}
	plain, err := crypto.NewEncryptor(after).DecryptItem(ctx, sealed, users, actions)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(plain["email"].(*types.AttributeValueMemberS).Value)
	// Output: alice@example.com
}

// A key store of Java's. The store was made by testdata/make.sh.
func ExampleOpenPKCS12() {
	store, err := keystore.OpenPKCS12("testdata/java.p12", []byte("open-sesame-4711"))
	if err != nil {
		log.Fatal(err)
	}
	for _, alias := range store.Aliases() {
		fmt.Println(alias)
	}
	// Output:
	// aes
	// des
	// ed
	// enc-2025
	// enc-2026
	// mac
	// mac512
	// partner
	// sig-2025
	// sig-2026
	// weak
}
