// Command troubleshooting runs into each of the problems that the developer guide's
// section "Troubleshooting" is about, shows what the library says, and mends it. The
// page to it is docs/troubleshooting.md.
//
//	go run ./examples/troubleshooting
//
// DynamoDB and KMS are embedded in the process.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

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
		fmt.Fprintln(os.Stderr, "troubleshooting:", err)
		os.Exit(1)
	}
}

const region = "eu-central-1"

var (
	users   = cmp.EncryptionContext{TableName: "users", PartitionKey: "id"}
	actions = crypto.Actions{Overrides: map[string]crypto.Action{"id": crypto.SignOnly, "plan": crypto.SignOnly}}
	user    = crypto.Item{
		"id":    &types.AttributeValueMemberS{Value: "alice"},
		"email": &types.AttributeValueMemberS{Value: "alice@example.com"},
		"plan":  &types.AttributeValueMemberS{Value: "free"},
	}
)

func run(ctx context.Context, out io.Writer) error {
	kms := memkms.New()
	provider, err := cmp.NewKMS(kms.Client(region), kms.CreateKey(region))
	if err != nil {
		return err
	}
	encryptor := crypto.NewEncryptor(provider)
	sealed, err := encryptor.EncryptItem(ctx, user, users, actions)
	if err != nil {
		return err
	}
	for _, problem := range []func() error{
		func() error { return accessDenied(ctx, out, kms, encryptor, sealed) },
		func() error { return signatureFails(ctx, out, encryptor, sealed) },
		func() error { return oldGlobalTable(ctx, out, encryptor, sealed) },
		func() error { return slowMostRecent(ctx, out, provider) },
	} {
		if err := problem(); err != nil {
			return err
		}
	}
	return nil
}

func accessDenied(ctx context.Context, out io.Writer, kms *memkms.KMS, encryptor *crypto.Encryptor, sealed crypto.Item) error {
	rule := memkms.Rule{Operation: "Decrypt"}
	kms.Deny(rule)
	_, err := encryptor.DecryptItem(ctx, sealed, users, actions)
	var refusal *cmp.KMSError
	var answer smithy.APIError
	if !errors.Is(err, crypto.ErrKeyUnavailable) || !errors.As(err, &refusal) || !errors.As(err, &answer) {
		return fmt.Errorf("the call was not denied: %w", err)
	}
	fmt.Fprintf(out, "1. Access denied: %s of KMS %s.\n", answer.ErrorCode(), refusal.Op)
	kms.Allow(rule)
	if _, err := encryptor.DecryptItem(ctx, sealed, users, actions); err != nil {
		return err
	}
	fmt.Fprintln(out, "   With the permission kms:Decrypt the item opens.")
	return nil
}

func signatureFails(ctx context.Context, out io.Writer, encryptor *crypto.Encryptor, sealed crypto.Item) error {
	wrong := crypto.Actions{Overrides: map[string]crypto.Action{"id": crypto.SignOnly, "plan": crypto.DoNothing}}
	diagnosis, err := encryptor.Diagnose(ctx, sealed, users, wrong, crypto.Candidates{})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "2. Signature verification fails: %s\n", diagnosis)
	return nil
}

func oldGlobalTable(ctx context.Context, out io.Writer, encryptor *crypto.Encryptor, sealed crypto.Item) error {
	replicated := maps.Clone(sealed)
	replicated["aws:rep:deleting"] = &types.AttributeValueMemberBOOL{Value: false}
	replicated["aws:rep:updatetime"] = &types.AttributeValueMemberN{Value: "1700000000.000001"}
	replicated["aws:rep:updateregion"] = &types.AttributeValueMemberS{Value: region}
	if _, err := encryptor.DecryptItem(ctx, replicated, users, actions); err != nil {
		return err
	}
	fmt.Fprintln(out, "3. Older version global table: the replication's own attributes are not signed, so the item opens.")
	return nil
}

func slowMostRecent(ctx context.Context, out io.Writer, protector cmp.Provider) error {
	db := memdb.New().Client()
	if _, err := metastore.CreateTable(ctx, db, "keys"); err != nil {
		return err
	}
	store, err := metastore.New(db, "keys", crypto.NewEncryptor(protector))
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "4. Poor performance of the most recent provider, for 100 items:")
	for _, ttl := range []time.Duration{time.Nanosecond, 5 * time.Minute} {
		provider, err := cmp.NewMostRecent(store, "users", ttl)
		if err != nil {
			return err
		}
		encryptor := crypto.NewEncryptor(provider)
		for range 100 {
			if _, err := encryptor.EncryptItem(ctx, user, users, actions); err != nil {
				return err
			}
		}
		fmt.Fprintf(out, "   time to live %v: %d calls of the store\n", ttl, provider.Stats().StoreCalls)
	}
	return nil
}
