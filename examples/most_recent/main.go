// Command most_recent encrypts many items with few calls to AWS KMS: keys come from
// a MetaStore, a DynamoDB table whose rows KMS protects, and are kept in memory for
// a while. Then it rotates them.
//
//	go run ./examples/most_recent
//
// DynamoDB and KMS are embedded in the process; with real ones only openServices
// changes.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
	"github.com/ddbcrypt/ddbcrypt/metastore"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "most_recent:", err)
		os.Exit(1)
	}
}

const (
	keyTable     = "keys"
	materialName = "users"
	items        = 1000
)

func run(ctx context.Context, out io.Writer) error {
	db, kmsDouble, key := openServices()

	// The store: a table of its own, whose rows are encrypted under KMS.
	protector, err := cmp.NewKMS(kmsDouble.Client("eu-central-1"), key)
	if err != nil {
		return err
	}
	if _, err := metastore.CreateTable(ctx, db, keyTable); err != nil {
		return err
	}
	store, err := metastore.New(db, keyTable, crypto.NewEncryptor(protector))
	if err != nil {
		return err
	}

	// The provider: at most five minutes until it notices a new version, or that
	// it may no longer have the keys. A minute before, it asks in the background.
	provider, err := cmp.NewMostRecent(store, materialName, 5*time.Minute, cmp.WithBackgroundRefresh(time.Minute))
	if err != nil {
		return err
	}
	users, err := crypto.NewEncryptor(provider).For(
		cmp.EncryptionContext{TableName: "users", PartitionKey: "id"},
		crypto.Actions{Overrides: map[string]crypto.Action{"id": crypto.SignOnly}})
	if err != nil {
		return err
	}

	sealed := make([]crypto.Item, items)
	for i := range sealed {
		item := crypto.Item{
			"id":    &types.AttributeValueMemberS{Value: strconv.Itoa(i)},
			"email": &types.AttributeValueMemberS{Value: strconv.Itoa(i) + "@example.com"},
		}
		if sealed[i], err = users.EncryptItem(ctx, item); err != nil {
			return err
		}
	}
	stats := provider.Stats()
	fmt.Fprintf(out, "1. Encrypted %d items under version %d: %d calls of the store, %d of KMS\n",
		items, stats.CurrentVersion, stats.StoreCalls, len(kmsDouble.Calls()))

	// Rotation is one call, from anywhere: an operator's `ddbcrypt metastore
	// rotate`, or a scheduled job. Every provider follows within its time to live;
	// here we do not wait for it.
	_, version, err := store.NewProvider(ctx, materialName)
	if err != nil {
		return err
	}
	provider.Refresh()
	newItem, err := users.EncryptItem(ctx, crypto.Item{
		"id":    &types.AttributeValueMemberS{Value: "new"},
		"email": &types.AttributeValueMemberS{Value: "new@example.com"},
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "2. Rotated to version %d; new items are encrypted under version %d\n", version, provider.Stats().CurrentVersion)

	before := len(kmsDouble.Calls())
	for _, item := range append(sealed, newItem) {
		if _, err := users.DecryptItem(ctx, item); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "3. Decrypted all %d items, of both versions, with %d more call of KMS\n", items+1, len(kmsDouble.Calls())-before)

	// What the versions are protected by can be taken away at any time.
	kmsDouble.Deny(memkms.Rule{}) // everybody everything
	provider.Refresh()
	_, err = users.DecryptItem(ctx, newItem)
	var denied *cmp.KMSError
	if !errors.As(err, &denied) || !errors.Is(err, crypto.ErrKeyUnavailable) {
		return fmt.Errorf("a caller without permission was not refused: %w", err)
	}
	fmt.Fprintf(out, "4. Without permission in KMS, once the keys in memory are gone: %s is denied, and the error is ErrKeyUnavailable\n", denied.Op)
	return nil
}

func openServices() (*dynamodb.Client, *memkms.KMS, string) {
	double := memkms.New()
	key := double.CreateKey("eu-central-1")
	return memdb.New().Client(), double, key
}
