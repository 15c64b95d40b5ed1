package client

import (
	"context"
	"crypto/rand"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// PreparedTransactWrite is a TransactWriteItems request whose items are encrypted
// already. Encryption is random, so whoever sends the same plaintext again under one
// ClientRequestToken sends another request, and DynamoDB answers
// IdempotentParameterMismatchException. A prepared request is the same each time it
// is sent. It is safe for concurrent use. The actions must not be changed while it is
// in use.
type PreparedTransactWrite struct {
	client   *Client
	exchange *exchange[dynamodb.TransactWriteItemsInput, dynamodb.TransactWriteItemsOutput]
}

// PrepareTransactWriteItems checks a request and encrypts its items, once. Without a
// ClientRequestToken it gets one. It fails as TransactWriteItems does, and sends
// nothing.
func (c *Client) PrepareTransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput) (*PreparedTransactWrite, error) {
	const op = "TransactWriteItems"
	if err := c.core.ready(ctx, op); err != nil {
		return nil, err
	}
	x, err := c.core.transactWriteItems(ctx, op, copyOf(in))
	if err != nil {
		return nil, err
	}
	if x.in.ClientRequestToken == nil { // x.in is a copy
		x.in.ClientRequestToken = aws.String(rand.Text())
	}
	return &PreparedTransactWrite{c, x}, nil
}

// Send sends the request. It may be sent again after any error: DynamoDB applies it
// once within ten minutes.
func (p *PreparedTransactWrite) Send(ctx context.Context, options ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return sendPrepared(ctx, p.client, "TransactWriteItems", p.exchange, API.TransactWriteItems, options)
}

// PreparedBatchWrite is a BatchWriteItem request whose items are encrypted already,
// of which what DynamoDB left undone can be sent again as it was. It is not safe for
// concurrent use. The requests must not be changed until it is done.
type PreparedBatchWrite struct {
	client *Client
	batch  *batchWrite
	left   []*batchEntry
	done   bool
}

// PrepareBatchWriteItem checks a request and encrypts its items, once. It fails as
// BatchWriteItem does, and sends nothing.
func (c *Client) PrepareBatchWriteItem(ctx context.Context, in *dynamodb.BatchWriteItemInput) (*PreparedBatchWrite, error) {
	const op = "BatchWriteItem"
	if err := c.core.ready(ctx, op); err != nil {
		return nil, err
	}
	batch, err := c.core.newBatchWrite(ctx, op, copyOf(in))
	if err != nil {
		return nil, err
	}
	return &PreparedBatchWrite{client: c, batch: batch, left: batch.entries}, nil
}

// Done reports whether DynamoDB has processed every request of the batch.
func (p *PreparedBatchWrite) Done() bool { return p.done }

// Send sends what is not done yet: everything at first, then what DynamoDB returned
// as unprocessed. The output's UnprocessedItems are the caller's plaintext requests,
// as those of BatchWriteItem. After an error, everything that was sent is still to be
// done. Wait between two calls, longer each time. Once all is done, Send does
// nothing.
func (p *PreparedBatchWrite) Send(ctx context.Context, options ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	if p.done {
		return &dynamodb.BatchWriteItemOutput{}, nil
	}
	x, left := p.batch.exchange(p.left)
	out, err := sendPrepared(ctx, p.client, "BatchWriteItem", x, API.BatchWriteItem, options)
	if err == nil && out != nil {
		p.left, p.done = *left, len(*left) == 0
	}
	return out, err
}

func sendPrepared[In, Out any](ctx context.Context, c *Client, op string, x *exchange[In, Out], send func(API, context.Context, *In, ...func(*dynamodb.Options)) (*Out, error), options []func(*dynamodb.Options)) (*Out, error) {
	if c.api == nil {
		return nil, errNilAPI(op)
	}
	var r report
	result, err := x.run(c.core, ctx, op, &r, func(ctx context.Context, in any) (any, error) {
		return send(c.api, ctx, in.(*In), options...)
	})
	return reported[Out](result, &r), err
}
