// Package dynamodb is a stub of the SDK's.
package dynamodb

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type (
	Options      struct{}
	Client       struct{}
	PutItemInput struct {
		TableName                 *string
		Item                      map[string]types.AttributeValue
		ExpressionAttributeValues map[string]types.AttributeValue
	}
	DeleteItemInput struct {
		Key map[string]types.AttributeValue
	}
	BatchWriteItemInput struct {
		RequestItems map[string][]types.WriteRequest
	}
	TransactWriteItemsInput struct{ TransactItems []types.TransactWriteItem }
	Output                  struct{}
)

func New(Options, ...func(*Options)) *Client { return nil }

func (*Client) PutItem(context.Context, *PutItemInput, ...func(*Options)) (*Output, error) {
	return nil, nil
}

func (*Client) DeleteItem(context.Context, *DeleteItemInput, ...func(*Options)) (*Output, error) {
	return nil, nil
}

func (*Client) BatchWriteItem(context.Context, *BatchWriteItemInput, ...func(*Options)) (*Output, error) {
	return nil, nil
}

func (*Client) TransactWriteItems(context.Context, *TransactWriteItemsInput, ...func(*Options)) (*Output, error) {
	return nil, nil
}
