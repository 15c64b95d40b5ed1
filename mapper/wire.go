package mapper

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// DynamoDB is what a Mapper asks of a client at least. *dynamodb.Client implements
// it. What else a method needs, it asks for when it is called: Query, Scan,
// BatchGetItem, BatchWriteItem, TransactGetItems, TransactWriteItems, CreateTable,
// DescribeTable, UpdateTimeToLive, DescribeTimeToLive. A client without it is a
// [crypto.ErrConfig] of that call.
type DynamoDB interface {
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
}

var _ DynamoDB = (*dynamodb.Client)(nil)

// wire is what the encrypting client sends through: the mapper's client, seen with
// items as they are stored. What an operation wants of it is in the context, as the
// encrypting client lies between.
type wire struct {
	db       DynamoDB
	actions  crypto.Actions
	reserved []string
}

var _ client.API = (*wire)(nil)

// below is what an operation wants of the requests beneath the encrypting client.
type below struct {
	// condition is added to a write. It may compare what the encrypting client
	// does not let callers compare.
	condition *condition
	// keepFailed leaves the stored item in the error of a failed condition, where
	// the encrypting client opens it.
	keepFailed bool

	// stored is the item that was read, or that a failed condition returned; reasons
	// are the items that the failed conditions of a transaction returned, by position.
	stored  crypto.Item
	reasons []crypto.Item
	// own means that the item that was there, over which a condition failed or which
	// was to be returned, is that of an earlier attempt of the same write, whose answer
	// was lost.
	own bool
}

type belowKey struct{}

func withBelow(ctx context.Context, b *below) context.Context {
	return context.WithValue(ctx, belowKey{}, b)
}

func belowOf(ctx context.Context) *below {
	b, _ := ctx.Value(belowKey{}).(*below)
	return b
}

func (w *wire) PutItem(ctx context.Context, in *dynamodb.PutItemInput, options ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	b := belowOf(ctx)
	if b == nil {
		return w.db.PutItem(ctx, in, options...)
	}
	if b.condition != nil {
		copied := *in
		merged := condition{aws.ToString(in.ConditionExpression), in.ExpressionAttributeNames, in.ExpressionAttributeValues}.and(*b.condition)
		copied.ConditionExpression, copied.ExpressionAttributeNames, copied.ExpressionAttributeValues = merged.parameters()
		in = &copied
	}
	out, err := w.db.PutItem(ctx, in, options...)
	if err == nil && out != nil && w.isOwnWrite(in.Item, out.Attributes) {
		b.own = true
		return &dynamodb.PutItemOutput{}, nil
	}
	failed, ok := errors.AsType[*types.ConditionalCheckFailedException](err)
	if !ok {
		return out, err
	}
	if b.own = w.isOwnWrite(in.Item, failed.Item); b.own {
		return &dynamodb.PutItemOutput{}, nil
	}
	b.keep(failed)
	return out, err
}

func (w *wire) DeleteItem(ctx context.Context, in *dynamodb.DeleteItemInput, options ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	out, err := w.db.DeleteItem(ctx, in, options...)
	if failed, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		if b := belowOf(ctx); b != nil {
			b.keep(failed)
		}
	}
	return out, err
}

// keep takes the stored item out of an error, unless the encrypting client is to open
// it: that would ask for a key.
func (b *below) keep(failed *types.ConditionalCheckFailedException) {
	b.stored = failed.Item
	if !b.keepFailed {
		failed.Item = nil
	}
}

// isOwnWrite reports whether the item that is stored is the one that was to be
// written: then it has the signature and the description that were made for it. That
// proves it only where an attribute is encrypted, under a random IV: where all are
// readable, the same content has the same signature, whoever writes it.
func (w *wire) isOwnWrite(sealed, stored crypto.Item) bool {
	added, encrypted := 0, 0
	for _, name := range w.reserved {
		if sealed[name] == nil && stored[name] == nil {
			continue // an empty description
		}
		if !sameBytes(sealed[name], stored[name]) {
			return false
		}
		added++
	}
	for name, v := range sealed {
		if w.isReserved(name) || w.actions.Action(name) != crypto.EncryptAndSign {
			continue
		}
		if !sameBytes(v, stored[name]) {
			return false
		}
		encrypted++
	}
	return added > 0 && encrypted > 0
}

func (w *wire) isReserved(name string) bool {
	for _, reserved := range w.reserved {
		if name == reserved {
			return true
		}
	}
	return false
}

func sameBytes(a, b types.AttributeValue) bool {
	x, _ := a.(*types.AttributeValueMemberB)
	y, _ := b.(*types.AttributeValueMemberB)
	return x != nil && y != nil && bytes.Equal(x.Value, y.Value)
}

func (w *wire) GetItem(ctx context.Context, in *dynamodb.GetItemInput, options ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	out, err := w.db.GetItem(ctx, in, options...)
	if b := belowOf(ctx); b != nil && out != nil {
		b.stored = out.Item
	}
	return out, err
}

// optional calls a method that not every client has.
func optional[Has any, In, Out any](w *wire, op string, ctx context.Context, in *In, options []func(*dynamodb.Options), call func(Has, context.Context, *In, ...func(*dynamodb.Options)) (*Out, error)) (*Out, error) {
	api, ok := w.db.(Has)
	if !ok {
		return nil, fmt.Errorf("%w: the client, a %T, has no method %s; pass one that has it", crypto.ErrConfig, w.db, op)
	}
	return call(api, ctx, in, options...)
}

type (
	updateItemAPI interface {
		UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	}
	batchGetItemAPI interface {
		BatchGetItem(context.Context, *dynamodb.BatchGetItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error)
	}
	batchWriteItemAPI interface {
		BatchWriteItem(context.Context, *dynamodb.BatchWriteItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error)
	}
	transactGetItemsAPI interface {
		TransactGetItems(context.Context, *dynamodb.TransactGetItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactGetItemsOutput, error)
	}
	transactWriteItemsAPI interface {
		TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error)
	}
	createTableAPI interface {
		CreateTable(context.Context, *dynamodb.CreateTableInput, ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error)
	}
	updateTimeToLiveAPI interface {
		UpdateTimeToLive(context.Context, *dynamodb.UpdateTimeToLiveInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateTimeToLiveOutput, error)
	}
	describeTimeToLiveAPI interface {
		DescribeTimeToLive(context.Context, *dynamodb.DescribeTimeToLiveInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTimeToLiveOutput, error)
	}
)

func (w *wire) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, options ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return optional(w, "UpdateItem", ctx, in, options, updateItemAPI.UpdateItem)
}

func (w *wire) Query(ctx context.Context, in *dynamodb.QueryInput, options ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return optional(w, "Query", ctx, in, options, dynamodb.QueryAPIClient.Query)
}

func (w *wire) Scan(ctx context.Context, in *dynamodb.ScanInput, options ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	return optional(w, "Scan", ctx, in, options, dynamodb.ScanAPIClient.Scan)
}

func (w *wire) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, options ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	return optional(w, "BatchGetItem", ctx, in, options, batchGetItemAPI.BatchGetItem)
}

func (w *wire) BatchWriteItem(ctx context.Context, in *dynamodb.BatchWriteItemInput, options ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	return optional(w, "BatchWriteItem", ctx, in, options, batchWriteItemAPI.BatchWriteItem)
}

func (w *wire) TransactGetItems(ctx context.Context, in *dynamodb.TransactGetItemsInput, options ...func(*dynamodb.Options)) (*dynamodb.TransactGetItemsOutput, error) {
	return optional(w, "TransactGetItems", ctx, in, options, transactGetItemsAPI.TransactGetItems)
}

func (w *wire) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, options ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	out, err := optional(w, "TransactWriteItems", ctx, in, options, transactWriteItemsAPI.TransactWriteItems)
	cancelled, ok := errors.AsType[*types.TransactionCanceledException](err)
	if b := belowOf(ctx); ok && b != nil {
		b.reasons = make([]crypto.Item, len(cancelled.CancellationReasons))
		for i := range cancelled.CancellationReasons {
			reason := &cancelled.CancellationReasons[i]
			b.reasons[i], reason.Item = reason.Item, nil
		}
	}
	return out, err
}

func (w *wire) DescribeTable(ctx context.Context, in *dynamodb.DescribeTableInput, options ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error) {
	return optional(w, "DescribeTable", ctx, in, options, dynamodb.DescribeTableAPIClient.DescribeTable)
}

func (w *wire) CreateTable(ctx context.Context, in *dynamodb.CreateTableInput, options ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error) {
	return optional(w, "CreateTable", ctx, in, options, createTableAPI.CreateTable)
}

func (w *wire) UpdateTimeToLive(ctx context.Context, in *dynamodb.UpdateTimeToLiveInput, options ...func(*dynamodb.Options)) (*dynamodb.UpdateTimeToLiveOutput, error) {
	return optional(w, "UpdateTimeToLive", ctx, in, options, updateTimeToLiveAPI.UpdateTimeToLive)
}

func (w *wire) DescribeTimeToLive(ctx context.Context, in *dynamodb.DescribeTimeToLiveInput, options ...func(*dynamodb.Options)) (*dynamodb.DescribeTimeToLiveOutput, error) {
	return optional(w, "DescribeTimeToLive", ctx, in, options, describeTimeToLiveAPI.DescribeTimeToLive)
}
