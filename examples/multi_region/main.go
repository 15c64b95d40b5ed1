// Command multi_region encrypts items in one Region and decrypts them in another, as
// with a DynamoDB global table: once with a multi-Region KMS key, and once with keys
// of a MetaStore that are replicated.
//
//	go run ./examples/multi_region
//
// DynamoDB and KMS are embedded in the process.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
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
		fmt.Fprintln(os.Stderr, "multi_region:", err)
		os.Exit(1)
	}
}

const (
	east = "us-east-1"
	west = "us-west-2"
)

var (
	encryption = cmp.EncryptionContext{TableName: "users", PartitionKey: "id"}
	actions    = crypto.Actions{Overrides: map[string]crypto.Action{"id": crypto.SignOnly}}
	user       = crypto.Item{
		"id":    &types.AttributeValueMemberS{Value: "alice"},
		"email": &types.AttributeValueMemberS{Value: "alice@example.com"},
	}
)

func run(ctx context.Context, out io.Writer) error {
	kmsDouble := memkms.New()
	if err := multiRegionKey(ctx, out, kmsDouble); err != nil {
		return err
	}
	return replicatedStore(ctx, out, kmsDouble)
}

// multiRegionKey gives the provider of each Region the ARN of the key there. Where
// the table is replicated, the items need nothing else.
func multiRegionKey(ctx context.Context, out io.Writer, kmsDouble *memkms.KMS) error {
	eastKey := kmsDouble.CreateKey(east, memkms.MultiRegion())
	westKey, err := kmsDouble.ReplicateKey(eastKey, west)
	if err != nil {
		return err
	}
	eastProvider, err := cmp.NewKMS(kmsDouble.Client(east), eastKey)
	if err != nil {
		return err
	}
	westProvider, err := cmp.NewKMS(kmsDouble.Client(west), westKey)
	if err != nil {
		return err
	}
	sealed, err := crypto.NewEncryptor(eastProvider).EncryptItem(ctx, user, encryption, actions)
	if err != nil {
		return err
	}
	plain, err := crypto.NewEncryptor(westProvider).DecryptItem(ctx, sealed, encryption, actions)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "1. Multi-Region key: encrypted in %s, decrypted in %s: %s\n", east, west, email(plain))
	return nil
}

// replicatedStore keeps a MetaStore in each Region, each protected by a KMS key of
// its own, and copies each version that was made in one to the other.
func replicatedStore(ctx context.Context, out io.Writer, kmsDouble *memkms.KMS) error {
	eastStore, err := openStore(ctx, kmsDouble, east)
	if err != nil {
		return err
	}
	westStore, err := openStore(ctx, kmsDouble, west)
	if err != nil {
		return err
	}
	eastEncryptor, err := openEncryptor(eastStore)
	if err != nil {
		return err
	}
	westEncryptor, err := openEncryptor(westStore)
	if err != nil {
		return err
	}
	sealed, err := eastEncryptor.EncryptItem(ctx, user, encryption, actions)
	if err != nil {
		return err
	}
	_, err = westEncryptor.DecryptItem(ctx, sealed, encryption, actions)
	if !errors.Is(err, crypto.ErrKeyUnavailable) {
		return fmt.Errorf("a version that is not there was found: %w", err)
	}
	fmt.Fprintf(out, "2. MetaStore: before its version is replicated, %s cannot decrypt: the error is ErrKeyUnavailable\n", west)
	copied, err := eastStore.Replicate(ctx, "users", 0, westStore)
	if err != nil {
		return err
	}
	plain, err := westEncryptor.DecryptItem(ctx, sealed, encryption, actions)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "3. Version 0 replicated (%v): decrypted in %s: %s\n", copied, west, email(plain))

	// New versions are made in one Region only, as another would make other keys of
	// the same number, and replicated at once: the providers take them up within
	// their time to live.
	_, version, err := eastStore.NewProvider(ctx, "users")
	if err != nil {
		return err
	}
	if _, err := eastStore.Replicate(ctx, "users", version, westStore); err != nil {
		return err
	}
	newest, err := westStore.MaxVersion(ctx, "users")
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "4. Rotated in %s and replicated: the newest version in %s is %d\n", east, west, newest)
	return nil
}

// openStore makes a store in one Region.
func openStore(ctx context.Context, kmsDouble *memkms.KMS, region string) (*metastore.Store, error) {
	protector, err := cmp.NewKMS(kmsDouble.Client(region), kmsDouble.CreateKey(region))
	if err != nil {
		return nil, err
	}
	db := memdb.New().Client(func(o *dynamodb.Options) { o.Region = region })
	if _, err := metastore.CreateTable(ctx, db, "keys"); err != nil {
		return nil, err
	}
	return metastore.New(db, "keys", crypto.NewEncryptor(protector))
}

func openEncryptor(store *metastore.Store) (*crypto.Encryptor, error) {
	provider, err := cmp.NewMostRecent(store, "users", 5*time.Minute)
	if err != nil {
		return nil, err
	}
	return crypto.NewEncryptor(provider), nil
}

func email(item crypto.Item) string { return item["email"].(*types.AttributeValueMemberS).Value }
