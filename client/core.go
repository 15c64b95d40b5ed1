package client

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// core is what the wrapper and the middleware share: it makes of each request
// what is sent, and of each answer what the caller gets.
type core struct {
	options options
	tables  *tables
	err     error // what was wrong with the options

	// batchGet reads whole items for HydrateIndexes, decrypted.
	batchGet func(context.Context, *dynamodb.BatchGetItemInput) (*dynamodb.BatchGetItemOutput, error)
}

func newCore(encryptor crypto.ItemEncryptor, list []Option) *core {
	c := &core{}
	c.options, c.err = newOptions(list)
	if encryptor == nil {
		c.err = errors.Join(c.err, fmt.Errorf("client: the item encryptor is nil: %w", crypto.ErrConfig))
		return c
	}
	var err error
	c.tables, err = newTables(encryptor, c.options)
	c.err = errors.Join(c.err, err)
	return c
}

// sender sends a request, once as far as this package is concerned, and returns
// the answer: pointers to the SDK's types for the operation.
type sender func(ctx context.Context, in any) (any, error)

// exchange is one request that may be sent, with what its answer needs.
type exchange[In, Out any] struct {
	// in is sent. It shares with the caller's request what was not changed.
	in *In
	// tables are those that are protected.
	tables []*table
	// open returns the answer as the caller gets it, which shares nothing that was
	// changed. Nil leaves answers as they are.
	open func(ctx context.Context, out *Out, r *report) (*Out, error)
	// target is what a write of one item is about: the item, or its key.
	target crypto.Item
	// failed returns the stored items that an error of DynamoDB can hold. Nil means
	// that of target, or none.
	failed failedItems
	// updates reports whether the condition that the item is protected was added at
	// a position (as of failed). It may be nil.
	updates func(position int) bool
	// sent is what is written as plaintext.
	sent []UnprotectedItem
}

// do runs an operation.
func (c *core) do(ctx context.Context, op string, in any, r *report, send sender) (any, error) {
	if err := c.ready(ctx, op); err != nil {
		return nil, err
	}
	run, ok := operations[op]
	switch {
	case ok:
		return run(c, ctx, op, in, r, send)
	case controlPlane[op]:
		return c.control(ctx, op, in, send)
	case c.tables.protectNothing():
		return send(ctx, in)
	}
	return nil, &RefusedError{Op: op, Reason: "the operation is not known, so nobody can say what it does to protected items",
		Advice: "use a client without encryption for it"}
}

// ready refuses to work with wrong options, or for a context that has ended.
func (c *core) ready(ctx context.Context, op string) error {
	if c.err != nil {
		return &RefusedError{Op: op, Reason: c.err.Error(), Advice: "correct the options of the client", err: c.err}
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("ddbcrypt: %s: %w", op, err)
	}
	return nil
}

// operation is a data operation of any type.
type operation func(c *core, ctx context.Context, op string, in any, r *report, send sender) (any, error)

// operations are all data operations. What is neither here nor in controlPlane is
// refused.
var operations = map[string]operation{
	"PutItem":    handle((*core).putItem),
	"GetItem":    handle((*core).getItem),
	"DeleteItem": handle((*core).deleteItem),
	"UpdateItem": handle((*core).updateItem),

	"Query": handle((*core).query),
	"Scan":  handle((*core).scan),

	"BatchGetItem":       handle((*core).batchGetItem),
	"BatchWriteItem":     handle((*core).batchWriteItem),
	"TransactGetItems":   handle((*core).transactGetItems),
	"TransactWriteItems": handle((*core).transactWriteItems),

	"ExecuteStatement":      handle((*core).executeStatement),
	"BatchExecuteStatement": handle((*core).batchExecuteStatement),
	"ExecuteTransaction":    handle((*core).executeTransaction),

	"SearchVectors":     handle((*core).searchVectors),
	"StartBulkPutItems": handle((*core).startBulkPutItems),
	"ImportTable":       handle((*core).importTable),

	"ExportTableToPointInTime": handle((*core).exportTable),
	"UpdateTimeToLive":         handle((*core).updateTimeToLive),
}

// prepare checks a request and makes the exchange for it. All checks come before
// the first key is asked for. in is a copy: the exchange can send it with changes.
type prepare[In, Out any] func(c *core, ctx context.Context, op string, in *In) (*exchange[In, Out], error)

func handle[In, Out any](prepare prepare[In, Out]) operation {
	return func(c *core, ctx context.Context, op string, in any, r *report, send sender) (any, error) {
		request, ok := in.(*In)
		if !ok {
			return nil, &RefusedError{Op: op, Reason: fmt.Sprintf("the request is a %T", in), Advice: "use the input of the operation"}
		}
		x, err := prepare(c, ctx, op, copyOf(request))
		if err != nil {
			return nil, err
		}
		return x.run(c, ctx, op, r, send)
	}
}

func (x *exchange[In, Out]) failedItems() failedItems {
	switch {
	case x.failed != nil || len(x.tables) == 0:
		return x.failed
	case x.target != nil:
		return func(position int) (*table, crypto.Item, bool) { return x.tables[0], x.target, position == 0 }
	}
	return noItems
}

// copyOf returns a copy for the SDK, which writes idempotency tokens into requests;
// an empty one for nil, as the SDK does.
func copyOf[In any](in *In) *In {
	copied := new(In)
	if in != nil {
		*copied = *in
	}
	return copied
}

// run sends a request and opens the answer.
func (x *exchange[In, Out]) run(c *core, ctx context.Context, op string, r *report, send sender) (any, error) {
	for _, item := range x.sent {
		item.counter.written.Add(1)
	}
	result, err := send(ctx, x.in)
	if err != nil {
		doubt(err, x.tables)
		return result, x.explain(c.openFailure(ctx, op, err, x.failedItems()))
	}
	out, ok := result.(*Out)
	if !ok || out == nil { // mocks return nil
		return result, nil
	}
	r.unprotected = append(r.unprotected, x.sent...)
	if x.open == nil {
		return out, nil
	}
	opened, err := x.open(ctx, out, r)
	if errors.Is(err, crypto.ErrSignature) || errors.Is(err, crypto.ErrNotEncrypted) {
		for _, t := range x.tables {
			t.owner.discoverer.forget(t.name, pause) // an index may hold less than it did
		}
	}
	if opened == nil {
		return nil, err
	}
	return opened, err
}
