package client

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// The methods of *dynamodb.Client, as it has them. What each operation does to
// protected tables is in docs/operations.md.

// PutItem calls the operation of that name.
func (c *Client) PutItem(ctx context.Context, in *dynamodb.PutItemInput, options ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return run(ctx, c, "PutItem", in, options, API.PutItem)
}

// GetItem calls the operation of that name.
func (c *Client) GetItem(ctx context.Context, in *dynamodb.GetItemInput, options ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return run(ctx, c, "GetItem", in, options, API.GetItem)
}

// UpdateItem calls the operation of that name.
func (c *Client) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, options ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return run(ctx, c, "UpdateItem", in, options, API.UpdateItem)
}

// DeleteItem calls the operation of that name.
func (c *Client) DeleteItem(ctx context.Context, in *dynamodb.DeleteItemInput, options ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	return run(ctx, c, "DeleteItem", in, options, API.DeleteItem)
}

// Query calls the operation of that name.
func (c *Client) Query(ctx context.Context, in *dynamodb.QueryInput, options ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return run(ctx, c, "Query", in, options, API.Query)
}

// Scan calls the operation of that name.
func (c *Client) Scan(ctx context.Context, in *dynamodb.ScanInput, options ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	return run(ctx, c, "Scan", in, options, API.Scan)
}

// BatchGetItem calls the operation of that name.
func (c *Client) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, options ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	return run(ctx, c, "BatchGetItem", in, options, API.BatchGetItem)
}

// BatchWriteItem calls the operation of that name.
func (c *Client) BatchWriteItem(ctx context.Context, in *dynamodb.BatchWriteItemInput, options ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	return run(ctx, c, "BatchWriteItem", in, options, API.BatchWriteItem)
}

// TransactGetItems calls the operation of that name.
func (c *Client) TransactGetItems(ctx context.Context, in *dynamodb.TransactGetItemsInput, options ...func(*dynamodb.Options)) (*dynamodb.TransactGetItemsOutput, error) {
	return run(ctx, c, "TransactGetItems", in, options, API.TransactGetItems)
}

// TransactWriteItems calls the operation of that name.
func (c *Client) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, options ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return run(ctx, c, "TransactWriteItems", in, options, API.TransactWriteItems)
}
