//go:build interop

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/ddbcrypt/ddbcrypt/internal/ddbjson"
	"github.com/ddbcrypt/ddbcrypt/internal/dynamodblocal"
	"github.com/ddbcrypt/ddbcrypt/interop"
)

// storeTTL is how long the clients rely on what they know of a store.
const storeTTL = 20 * time.Millisecond

// storeExample has one client make a MetaStore table, seal an item under its first version, rotate it and seal another.
// The table has no other trace than the golden store.
func storeExample(ctx context.Context, peer *interop.Peer, endpoint, name string, inner interop.Provider) (golden interop.GoldenStore, err error) {
	db := dynamodblocal.NewClient(endpoint)
	example := static(name, usual)
	example.request.Provider = interop.Provider{
		Type: interop.ProviderMostRecent, MaterialName: "users", TTLMillis: int(storeTTL.Milliseconds()),
		Store: &interop.Store{Table: "user-keys", DynamoDB: interop.Endpoint{URL: endpoint, Region: "us-east-1", AccessKey: "integration"}, Provider: inner},
	}
	example.request.Op = interop.OpCreateStore
	if _, err := peer.Manage(ctx, example.request); err != nil {
		return golden, err
	}
	defer func() {
		if _, e := db.DeleteTable(context.WithoutCancel(ctx), &dynamodb.DeleteTableInput{TableName: &example.request.Provider.Store.Table}); err == nil {
			err = e
		}
	}()
	golden = interop.GoldenStore{Name: name, Client: peer.Name}
	for version := range 2 {
		if version > 0 {
			example.request.Op = interop.OpRotate
			if _, err := peer.Manage(ctx, example.request); err != nil {
				return golden, err
			}
			time.Sleep(2 * storeTTL)
		}
		example.request.Op, example.name = interop.OpEncrypt, fmt.Sprintf("under version %d", version)
		item, err := seal(ctx, peer, example)
		if err != nil {
			return golden, err
		}
		golden.Items = append(golden.Items, item)
	}
	rows, err := db.Scan(ctx, &dynamodb.ScanInput{TableName: &example.request.Provider.Store.Table})
	if err != nil {
		return golden, err
	}
	for _, row := range rows.Items {
		data, err := ddbjson.Marshal(row)
		if err != nil {
			return golden, err
		}
		golden.Rows = append(golden.Rows, data)
	}
	// The items share what the requests hold: a store that was somewhere else.
	example.request.Provider.Store.DynamoDB = interop.Endpoint{}
	return golden, nil
}

// storeExamples are the golden stores of one client.
func storeExamples(ctx context.Context, peer *interop.Peer, endpoint string) ([]byte, error) {
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	encoder.SetEscapeHTML(false)
	for _, example := range []struct {
		name  string
		inner interop.Provider
	}{
		{"a MetaStore under static AES-128 and HmacSHA256 keys", interop.StaticProvider(secret(16), hmac())},
		{"a MetaStore under a wrapped provider", interop.AESProvider(secret(32), hmac())},
	} {
		golden, err := storeExample(ctx, peer, endpoint, example.name, example.inner)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", peer.Name, example.name, err)
		}
		if err := encoder.Encode(golden); err != nil {
			return nil, err
		}
	}
	return lines.Bytes(), nil
}
