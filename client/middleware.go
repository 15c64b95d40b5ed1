package client

import (
	"context"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// MiddlewareID is the ID of the Initialize middleware that [WithEncryption] adds.
const MiddlewareID = "ddbcrypt:Encryption"

// WithEncryption makes a client of the SDK encrypt, sign, verify and decrypt the
// items of protected tables, for whatever is built on it:
//
//	db := dynamodb.NewFromConfig(cfg, client.WithEncryption(encryptor, client.Tables(users)))
//
// What is wrong with the options is reported by every operation.
//
// The SDK returns no output beside an error, so an [*ItemsError] and an
// [*ItemError] that was Applied carry it. DescribeTable and the BatchGetItem of
// [HydrateIndexes] run with the options of the client, not with those of a call.
// Pass the option to the client's constructor: passed to a single call it works,
// and remembers nothing. Whoever sets the APIOptions of a call or of the client anew,
// instead of adding to them, removes the encryption; [New] cannot be removed like that.
func WithEncryption(encryptor crypto.ItemEncryptor, options ...Option) func(*dynamodb.Options) {
	return func(o *dynamodb.Options) {
		c := newCore(encryptor, options)
		// The options are complete once the client is made: other functions may
		// follow this one. So the client for requests of our own is made when it
		// is first used.
		own := sync.OnceValue(func() *dynamodb.Client { return dynamodb.New(*o) })
		c.batchGet = func(ctx context.Context, in *dynamodb.BatchGetItemInput) (*dynamodb.BatchGetItemOutput, error) {
			return own().BatchGetItem(ctx, in)
		}
		if c.tables != nil {
			c.tables.discoverer.describe = func(ctx context.Context, in *dynamodb.DescribeTableInput) (*dynamodb.DescribeTableOutput, error) {
				return own().DescribeTable(ctx, in)
			}
		}
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Initialize.Add(&encryption{c, stack.ID()}, middleware.Before)
		})
	}
}

// encryption is the middleware: once per operation, before anything is retried.
type encryption struct {
	core *core
	op   string
}

func (*encryption) ID() string { return MiddlewareID }

func (e *encryption) HandleInitialize(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	var (
		r        report
		metadata middleware.Metadata
	)
	result, err := e.core.do(ctx, e.op, in.Parameters, &r, func(ctx context.Context, parameters any) (any, error) {
		var (
			out middleware.InitializeOutput
			err error
		)
		out, metadata, err = next.HandleInitialize(ctx, middleware.InitializeInput{Parameters: parameters})
		return out.Result, err
	})
	r.into(&metadata)
	return middleware.InitializeOutput{Result: result}, metadata, err
}
