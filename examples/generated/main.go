// Command generated saves structs with generated code, and twins of them that the
// mapper knows by reflection only: what is stored is the same, signatures and all. It
// also shows what else is generated.
//
//	go run ./examples/generated
//
// The code of the structs in model.go is in model_ddbcrypt.go, and what they promise
// to stored items in ddbcrypt.lock.json. After a change of model.go:
//
//	go generate ./examples/generated
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "generated:", err)
		os.Exit(1)
	}
}

// newEncryptor returns an encryptor with keys that are always the same, so that items
// can be compared. No program that keeps secrets does that.
func newEncryptor() (*crypto.Encryptor, error) {
	encryption, err := cmp.NewAESKey(bytes.Repeat([]byte{1}, 32))
	if err != nil {
		return nil, err
	}
	signing, err := cmp.NewHMACKey("HmacSHA256", bytes.Repeat([]byte{2}, 32))
	if err != nil {
		return nil, err
	}
	provider, err := cmp.NewStatic(cmp.StaticKeys{Encryption: encryption, Signing: signing})
	if err != nil {
		return nil, err
	}
	return crypto.NewEncryptor(provider), nil
}

func newCustomer() Customer {
	return Customer{
		ID: "alice", Plan: "gold", Email: "alice@example.com", Address: Address{Street: "Seestrasse 7", City: "Zürich"},
		Labels: []string{"early", "friend"}, Credit: 120,
		Joined: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Expires: time.Unix(1925089445, 0),
	}
}

func newReceipt() Receipt {
	return Receipt{
		Customer: "alice", Number: 7, Issued: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC),
		Lines: []Line{{"teapot", 89.95}, {"cup", 10}}, Total: 99.95,
	}
}

func run(ctx context.Context, out io.Writer) error {
	encryptor, err := newEncryptor()
	if err != nil {
		return err
	}
	store := memdb.New()
	p := program{out: out, store: store, db: store.Client(), encryptor: encryptor}
	if p.customers, err = openCustomers(p.db, encryptor); err != nil {
		return err
	}
	if p.receipts, err = mapper.New[Receipt](p.db, encryptor); err != nil {
		return err
	}
	for i, step := range []struct {
		title string
		do    func(context.Context) error
	}{
		{"A receipt is only signed, and both write the same bytes", p.compareReceipts},
		{"A customer has random IVs, and each loads what the other saved", p.exchangeCustomers},
		{"Keys and names are checked by the compiler", p.names},
		{"An item from before the accepted change is read, and written anew", p.previous},
	} {
		fmt.Fprintf(out, "%d. %s:\n", i+1, step.title)
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.title, err)
		}
	}
	return nil
}
