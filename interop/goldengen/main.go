//go:build interop

// Goldengen asks the published Java and Python clients to seal a spread of items and writes the golden files.
//
//	go run -tags interop ./interop/goldengen [-out DIR] -dynamodb URL
//
// The URL is that of a DynamoDB Local, for the tables of MetaStores, which are deleted again.
// A client must read back what it sealed before it is written. Keys and sealed items are fresh in each run.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/internal/dynamodblocal"
	"github.com/ddbcrypt/ddbcrypt/interop"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stderr))
}

func run(ctx context.Context, args []string, stderr io.Writer) int {
	flags := flag.NewFlagSet("goldengen", flag.ContinueOnError)
	flags.SetOutput(stderr)
	out := flags.String("out", filepath.Join("interop", "golden"), "directory to write to")
	endpoint := flags.String("dynamodb", os.Getenv(dynamodblocal.EndpointVariable), "URL of DynamoDB Local")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if *endpoint == "" {
		fmt.Fprintln(stderr, "goldengen: -dynamodb is missing: give the URL of a DynamoDB Local")
		return 2
	}
	if err := generate(ctx, *out, *endpoint); err != nil {
		fmt.Fprintln(stderr, "goldengen:", err)
		return 1
	}
	return 0
}

func generate(ctx context.Context, out, endpoint string) error {
	keys, err := interop.GenerateKeys()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	var stores []byte
	for _, install := range []func(context.Context) (*interop.Installation, error){interop.InstallJava, interop.InstallPython} {
		installation, err := install(ctx)
		if err != nil {
			return err
		}
		client, _, _ := strings.Cut(installation.Name, " ")
		more, err := generateFor(ctx, installation, examples(keys, client), filepath.Join(out, client+".jsonl"), endpoint)
		if err != nil {
			return err
		}
		stores = append(stores, more...)
	}
	return os.WriteFile(filepath.Join(out, "stores.jsonl"), stores, 0o644)
}

// generateFor writes the golden file of one client, and returns its golden stores.
func generateFor(ctx context.Context, installation *interop.Installation, examples []example, file, endpoint string) (stores []byte, err error) {
	peer, err := installation.Start(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, peer.Close()) }()
	if stores, err = storeExamples(ctx, peer, endpoint); err != nil {
		return nil, err
	}
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	encoder.SetEscapeHTML(false)
	for _, e := range examples {
		golden, err := seal(ctx, peer, e)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", peer.Name, e.name, err)
		}
		if err := encoder.Encode(golden); err != nil {
			return nil, err
		}
	}
	return stores, os.WriteFile(file, lines.Bytes(), 0o644)
}

// seal has an item sealed and read back.
func seal(ctx context.Context, peer *interop.Peer, e example) (interop.Golden, error) {
	golden := interop.Golden{Name: e.name, Client: peer.Name, Request: e.request, AllowPKCS1: e.request.Provider.AllowPKCS1}
	var err error
	if golden.Plain, err = interop.Canonical(e.request.Item); err != nil {
		return golden, err
	}
	if golden.Sealed, err = peer.Do(ctx, e.request); err != nil {
		return golden, err
	}
	read, err := peer.Do(ctx, e.request.Decrypting(golden.Sealed))
	if err != nil {
		return golden, fmt.Errorf("reading it back: %w", err)
	}
	if read, err = interop.Canonical(read); err != nil {
		return golden, fmt.Errorf("reading it back: %w", err)
	}
	if !bytes.Equal(read, golden.Plain) {
		return golden, errors.New("it does not read back as it was")
	}
	return golden, nil
}
