package client

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/ddbcrypt/ddbcrypt/crypto"
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

// maxTransactWrites is how many actions DynamoDB takes in one transaction.
const maxTransactWrites = 100

// JoinTransactWrites makes one transaction of several, which may be of clients with
// other keys, actions and policies: say, of two kinds of items in one table. It has the
// actions of all of them in order, and is otherwise the first one's: it is sent through
// that one's wrapped client, with its token and what else its request says. Items that
// come with an error are opened, and plaintext is counted, as the client of each part
// does; positions are those in the whole. The parts can still be sent by themselves.
//
// It fails with a [*RefusedError] without any part, and for more actions than
// DynamoDB takes.
func JoinTransactWrites(writes ...*PreparedTransactWrite) (*PreparedTransactWrite, error) {
	refused := func(parameter, reason, advice string) error {
		return &RefusedError{Op: "TransactWriteItems", Parameter: parameter, Reason: reason, Advice: advice}
	}
	if len(writes) == 0 {
		return nil, refused("writes", "there is nothing to join", "pass a prepared transaction")
	}
	x := &exchange[dynamodb.TransactWriteItemsInput, dynamodb.TransactWriteItemsOutput]{}
	type place struct {
		part     *exchange[dynamodb.TransactWriteItemsInput, dynamodb.TransactWriteItemsOutput]
		position int
	}
	var places []place
	for i, w := range writes {
		if w == nil {
			return nil, refused(fmt.Sprintf("writes[%d]", i), "it is nil", "pass what PrepareTransactWriteItems returned")
		}
		if i == 0 {
			x.in = copyOf(w.exchange.in)
			x.in.TransactItems = nil
		}
		x.in.TransactItems = append(x.in.TransactItems, w.exchange.in.TransactItems...)
		x.tables = append(x.tables, w.exchange.tables...)
		x.sent = append(x.sent, w.exchange.sent...)
		for position := range w.exchange.in.TransactItems {
			places = append(places, place{w.exchange, position})
		}
	}
	if len(places) > maxTransactWrites {
		return nil, refused("TransactItems", fmt.Sprintf("there are %d actions, and DynamoDB takes at most %d", len(places), maxTransactWrites), "make several transactions")
	}
	x.failed = func(position int) (*table, crypto.Item, bool) {
		if position >= len(places) {
			return nil, nil, false
		}
		return places[position].part.failed(places[position].position)
	}
	x.updates = func(position int) bool {
		return position < len(places) && places[position].part.updates(places[position].position)
	}
	return &PreparedTransactWrite{writes[0].client, x}, nil
}

// Token returns the ClientRequestToken that the request is sent with: the caller's,
// or the one that it got.
func (p *PreparedTransactWrite) Token() string { return aws.ToString(p.exchange.in.ClientRequestToken) }

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
