// Command mapper_tour is the story of a small shop: orders are read by index, saved
// and loaded in batches, changed in transactions and by many at once, and the struct
// changes while its items are there.
//
//	go run ./examples/mapper_tour
//
// DynamoDB is embedded in the process; with a real one only openStore changes.
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// Customer has a version: nobody saves over what somebody else has saved.
type Customer struct {
	_       struct{} `ddbcrypt:"table=customers"`
	ID      string   `dynamodbav:"id" ddbcrypt:"partition"`
	Email   string   `dynamodbav:"email"` // encrypted and signed
	Orders  int      `dynamodbav:"orders" ddbcrypt:"sign"`
	Version int64    `dynamodbav:"version" ddbcrypt:"version"`
}

// Order can be read by customer, and by status.
type Order struct {
	_        struct{} `ddbcrypt:"table=orders,projection=byStatus:keys"`
	Customer string   `dynamodbav:"customer" ddbcrypt:"partition"`
	Number   int      `dynamodbav:"number" ddbcrypt:"sort"`
	Address  string   `dynamodbav:"address"` // encrypted and signed
	Status   string   `dynamodbav:"status" ddbcrypt:"index=byStatus:partition"`
	Total    int      `dynamodbav:"total" ddbcrypt:"sign"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "mapper_tour:", err)
		os.Exit(1)
	}
}

// openStore returns a client of an embedded DynamoDB. For a real one it is
// dynamodb.NewFromConfig(cfg).
func openStore() *dynamodb.Client { return memdb.New().Client() }

// newEncryptor returns an encryptor with new keys. A program that is run twice has them
// from KMS or a MetaStore.
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

func run(ctx context.Context, out io.Writer) error {
	encryptor, err := newEncryptor()
	if err != nil {
		return err
	}
	s := shop{out: out, db: openStore(), encryptor: encryptor}
	if s.customers, err = mapper.New[Customer](s.db, encryptor); err != nil {
		return err
	}
	if s.orders, err = mapper.New[Order](s.db, encryptor); err != nil {
		return err
	}
	for i, step := range []struct {
		title string
		do    func(context.Context) error
	}{
		{"Tables are made of the tags, and compared with them", s.tables},
		{"A batch is saved, and read in the order of its keys", s.batches},
		{"The open orders, by an index that has only keys", s.queryByStatus},
		{"An encrypted attribute is no filter", s.filterByAddress},
		{"An order and its customer change together, or not at all", s.transact},
		{"Many change one item, and no change is lost", s.modify},
		{"The next program encrypts the total, too, and reads what is there", s.changeModel},
	} {
		fmt.Fprintf(out, "%d. %s:\n", i+1, step.title)
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.title, err)
		}
	}
	return nil
}
