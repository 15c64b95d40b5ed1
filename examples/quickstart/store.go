package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

func ptr[T any](v T) *T { return &v }

// openStore returns a client of the embedded store, or of an endpoint.
func openStore(ctx context.Context, endpoint string) (*dynamodb.Client, error) {
	if endpoint == "" {
		return memdb.New().Client(), nil
	}
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("endpoint %q is not a URL such as http://127.0.0.1:8000", endpoint)
	}
	var options []func(*config.LoadOptions) error
	if isLoopback(u.Hostname()) { // DynamoDB Local takes any credentials
		options = append(options, config.WithRegion("us-east-1"),
			config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("quickstart", "quickstart", "")))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, err
	}
	return dynamodb.NewFromConfig(cfg, func(o *dynamodb.Options) { o.BaseEndpoint = &endpoint }), nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func createTable(ctx context.Context, users *mapper.Mapper[User]) error {
	err := users.CreateTable(ctx)
	if _, inUse := errors.AsType[*types.ResourceInUseException](err); inUse {
		return fmt.Errorf("there is a table %s already; delete it if it is left from an earlier run", table)
	}
	return err
}

func deleteTable(ctx context.Context, db *dynamodb.Client) error {
	_, err := db.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: ptr(table)})
	return err
}

// readStored reads the item as it is, without any decryption.
func readStored(ctx context.Context, db *dynamodb.Client) (crypto.Item, error) {
	output, err := db.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:      ptr(table),
		ConsistentRead: ptr(true),
		Key: crypto.Item{
			"id":      &types.AttributeValueMemberS{Value: "alice"},
			"created": &types.AttributeValueMemberN{Value: "1700000000"},
		},
	})
	if err != nil {
		return nil, err
	}
	return output.Item, nil
}
