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
// is sent. It is safe for concurrent use.
type PreparedTransactWrite struct {
	client   *Client
	exchange *exchange[dynamodb.TransactWriteItemsInput, dynamodb.TransactWriteItemsOutput]
}

// PrepareTransactWriteItems checks a request and encrypts its items, once. Without a
// ClientRequestToken it gets one. It fails as TransactWriteItems does, and sends
// nothing.
func (c *Client) PrepareTransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput) (*PreparedTransactWrite, error) {
	x, err := prepareExchange(ctx, c, "TransactWriteItems", in, (*core).transactWriteItems)
	if err != nil {
		return nil, err
	}
	if x.in.ClientRequestToken == nil {
		sent := *x.in
		sent.ClientRequestToken = aws.String(rand.Text())
		x.in = &sent
	}
	return &PreparedTransactWrite{c, x}, nil
}

// Send sends the request. It may be sent again after any error: DynamoDB applies it
// once within ten minutes.
func (p *PreparedTransactWrite) Send(ctx context.Context, options ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return sendPrepared(ctx, p.client, "TransactWriteItems", p.exchange, API.TransactWriteItems, options)
}

// PreparedBatchWrite is a BatchWriteItem request whose items are encrypted already,
// of which what DynamoDB left undone can be sent again with the same bytes. It is not
// safe for concurrent use.
type PreparedBatchWrite struct {
	client   *Client
	exchange *exchange[dynamodb.BatchWriteItemInput, dynamodb.BatchWriteItemOutput]
	rest     *dynamodb.BatchWriteItemInput // nil when all is done
}

// PrepareBatchWriteItem checks a request and encrypts its items, once. It fails as
// BatchWriteItem does, and sends nothing.
func (c *Client) PrepareBatchWriteItem(ctx context.Context, in *dynamodb.BatchWriteItemInput) (*PreparedBatchWrite, error) {
	x, err := prepareExchange(ctx, c, "BatchWriteItem", in, (*core).batchWriteItem)
	if err != nil {
		return nil, err
	}
	return &PreparedBatchWrite{c, x, x.in}, nil
}

// Done reports whether DynamoDB has processed every request of the batch.
func (p *PreparedBatchWrite) Done() bool { return p.rest == nil }

// Send sends what is not done yet: everything at first, then what DynamoDB returned
// as unprocessed. The output's UnprocessedItems are the caller's plaintext requests,
// as those of BatchWriteItem. Wait between two calls, longer each time. Once all is
// done, Send does nothing.
func (p *PreparedBatchWrite) Send(ctx context.Context, options ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	if p.rest == nil {
		return &dynamodb.BatchWriteItemOutput{}, nil
	}
	x := *p.exchange
	x.in = p.rest
	left := p.rest
	send := func(api API, ctx context.Context, in *dynamodb.BatchWriteItemInput, options ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
		out, err := api.BatchWriteItem(ctx, in, options...)
		if err == nil && out != nil {
			left = nil
			if len(out.UnprocessedItems) > 0 {
				rest := *in
				rest.RequestItems = out.UnprocessedItems
				left = &rest
			}
		}
		return out, err
	}
	out, err := sendPrepared(ctx, p.client, "BatchWriteItem", &x, send, options)
	p.rest = left
	return out, err
}

func prepareExchange[In, Out any](ctx context.Context, c *Client, op string, in *In, prepare prepare[In, Out]) (*exchange[In, Out], error) {
	if err := c.core.ready(ctx, op); err != nil {
		return nil, err
	}
	if in == nil {
		in = new(In)
	}
	return prepare(c.core, ctx, op, in)
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
