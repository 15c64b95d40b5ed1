package client

import (
	"context"
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// API is what a [Client] asks of the client that it wraps. *dynamodb.Client
// implements it, and so do clients of DAX. Every other operation is passed on if
// the wrapped client has it.
type API interface {
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
	Scan(context.Context, *dynamodb.ScanInput, ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error)
	BatchGetItem(context.Context, *dynamodb.BatchGetItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error)
	BatchWriteItem(context.Context, *dynamodb.BatchWriteItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error)
	TransactGetItems(context.Context, *dynamodb.TransactGetItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactGetItemsOutput, error)
	TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error)
}

var (
	_ API = (*dynamodb.Client)(nil)
	_ API = (*Client)(nil)
)

// Client has the methods of *dynamodb.Client and encrypts, signs, verifies and
// decrypts the items of protected tables. It is safe for concurrent use if the
// wrapped client is.
type Client struct {
	api  API
	core *core
}

// New wraps a client. What is wrong with the options is reported by every
// operation, and by [Client.Err].
//
// With a nil api, the Client can only open stream images ([DecryptStreamImage]) and items that were read
// elsewhere ([DecryptItem]).
func New(api API, encryptor crypto.ItemEncryptor, options ...Option) *Client {
	c := &Client{api: api, core: newCore(encryptor, options)}
	c.core.batchGet = func(ctx context.Context, in *dynamodb.BatchGetItemInput) (*dynamodb.BatchGetItemOutput, error) {
		return c.BatchGetItem(ctx, in)
	}
	if describer, ok := api.(dynamodb.DescribeTableAPIClient); ok && c.core.tables != nil {
		c.core.tables.discoverer.describe = func(ctx context.Context, in *dynamodb.DescribeTableInput) (*dynamodb.DescribeTableOutput, error) {
			return describer.DescribeTable(ctx, in)
		}
	}
	return c
}

// Err returns what is wrong with the options, a [crypto.ErrConfig], or nil.
func (c *Client) Err() error { return c.core.err }

// Options returns the options of the wrapped client, or none if it has no method
// Options.
func (c *Client) Options() dynamodb.Options {
	if api, ok := c.api.(interface{ Options() dynamodb.Options }); ok {
		return api.Options()
	}
	return dynamodb.Options{}
}

// method is how *dynamodb.Client has an operation.
type method[In, Out any] = func(context.Context, *In, ...func(*dynamodb.Options)) (*Out, error)

// run sends a request through the core by a method of the wrapped client.
func run[In, Out any](ctx context.Context, c *Client, op string, in *In, options []func(*dynamodb.Options), send func(API, context.Context, *In, ...func(*dynamodb.Options)) (*Out, error)) (*Out, error) {
	if c.api == nil {
		return nil, errNilAPI(op)
	}
	return exchanged[In, Out](ctx, c, op, in, func(ctx context.Context, in any) (any, error) {
		return send(c.api, ctx, in.(*In), options...)
	})
}

// pass is run for an operation that not every client has.
func pass[Has any, In, Out any](ctx context.Context, c *Client, op string, in *In, options []func(*dynamodb.Options), send func(Has) method[In, Out]) (*Out, error) {
	api, ok := any(c.api).(Has)
	if !ok {
		return nil, &RefusedError{Op: op, Reason: fmt.Sprintf("the wrapped client, a %T, does not have the operation", c.api), Advice: "use another client for it"}
	}
	return exchanged[In, Out](ctx, c, op, in, func(ctx context.Context, in any) (any, error) {
		return send(api)(ctx, in.(*In), options...)
	})
}

func exchanged[In, Out any](ctx context.Context, c *Client, op string, in *In, send sender) (*Out, error) {
	var r report
	result, err := c.core.do(ctx, op, in, &r, send)
	return reported[Out](result, &r), err
}

// reported returns an answer with what there is to tell beside it.
func reported[Out any](result any, r *report) *Out {
	out, _ := result.(*Out)
	if len(r.unprotected) == 0 {
		return out
	}
	if metadata := metadataOf(out); metadata != nil {
		r.into(metadata)
	}
	return out
}

func errNilAPI(op string) error {
	return &RefusedError{Op: op, Reason: "the wrapped client is nil", Advice: "pass a client to client.New"}
}

// metadataOf returns where an output has its metadata.
func metadataOf[Out any](out *Out) *middleware.Metadata {
	if out == nil {
		return nil
	}
	field := reflect.ValueOf(out).Elem().FieldByName("ResultMetadata")
	if !field.IsValid() {
		return nil
	}
	metadata, _ := field.Addr().Interface().(*middleware.Metadata)
	return metadata
}
