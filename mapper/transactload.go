package mapper

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/itemkey"
)

// LoadOp is one item that [TransactLoad] reads, made by [Mapper.LoadOp]; or
// [ClientOptions], for the whole of it.
type LoadOp interface{ applyToTransactLoad(*transactLoad) }

// transactLoad is what is to be read.
type transactLoad struct {
	gets   []*get
	client []func(*dynamodb.Options)
}

// get is one item that is to be read.
type get struct {
	db          DynamoDB
	wire        *wire // nil if err is not
	concurrency int
	item        types.Get
	client      []func(*dynamodb.Options)
	err         error // what was wrong with the arguments
	fail        func(crypto.Item, error) *Error
	open        func(ctx context.Context, stored crypto.Item) error
}

func (g *get) applyToTransactLoad(t *transactLoad) {
	t.gets, t.client = append(t.gets, g), append(t.client, g.client...)
}

func (o CallOption) applyToTransactLoad(t *transactLoad) {
	var c callOptions
	o.change.apply(&c)
	t.client = append(t.client, c.client...)
}

// LoadOp reads the item with a key, given as for [Mapper.Load], and sets *into to it, or
// to nil if there is none. [ClientOptions] behind the key are for the whole transaction.
func (m *Mapper[T]) LoadOp(into **T, key ...any) LoadOp {
	if into == nil {
		return m.core.loadOp(nil, key)
	}
	return m.core.loadOp(func(value any) { *into, _ = value.(*T) }, key)
}

func (m *core) loadOp(store func(value any), key []any) LoadOp {
	g := &get{db: m.db, wire: m.wire, concurrency: m.options.concurrency,
		fail: func(key crypto.Item, err error) *Error { return m.failItem("LoadOp", key, err) }}
	values, o, err := loadArguments(key)
	if err == nil {
		err = m.err
	}
	if err == nil && store == nil {
		err = errNilValue
	}
	if err == nil {
		g.item.Key, err = m.key(values)
	}
	var only map[string]bool
	if err == nil {
		only, err = m.projected(o.project)
	}
	g.err, g.item.TableName, g.client = err, &m.table, o.client
	g.open = func(ctx context.Context, stored crypto.Item) error {
		store(nil)
		if len(stored) == 0 {
			return nil
		}
		if !itemkey.Matches(stored, g.item.Key) {
			return fmt.Errorf("%w: the item has another key than the one that was asked for", crypto.ErrSignature)
		}
		opened, err := client.DecryptItem(ctx, m.client, m.table, stored)
		if err != nil {
			return err
		}
		value := m.newValue()
		if err := m.decode(ctx, opened.Item, only, value); err != nil {
			return err
		}
		store(value)
		return nil
	}
	return g
}

// TransactLoad reads up to 100 items, of mappers of any types and tables, as they are
// at one moment. If some of them cannot be loaded, the error wraps a [*BatchError] that
// lists them; all others are set.
//
//	var u *User
//	var o *Order
//	err := mapper.TransactLoad(ctx, users.LoadOp(&u, "alice"), orders.LoadOp(&o, "o-1"))
//
// The mappers have to be made with the same client.
func TransactLoad(ctx context.Context, ops ...LoadOp) error {
	if err := loadTransaction(ctx, ops); err != nil {
		return &Error{Op: "TransactLoad", Err: restate(err)}
	}
	return nil
}

func loadTransaction(ctx context.Context, ops []LoadOp) error {
	var t transactLoad
	for _, o := range ops {
		if o != nil {
			o.applyToTransactLoad(&t)
		}
	}
	if n := len(t.gets); n == 0 || n > maxTransact {
		return fmt.Errorf("%w: there are %d operations, not 1 to %d", crypto.ErrConfig, n, maxTransact)
	}
	input := &dynamodb.TransactGetItemsInput{}
	var wrong []error
	for i, g := range t.gets {
		if g.err == nil && !sameClient(t.gets[0].db, g.db) {
			g.err = errOtherClient
		}
		if g.err != nil {
			wrong = append(wrong, numbered(i, g.fail(nil, g.err)))
		}
		input.TransactItems = append(input.TransactItems, types.TransactGetItem{Get: &g.item})
	}
	if len(wrong) > 0 {
		return joined(wrong)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	output, err := t.gets[0].wire.TransactGetItems(ctx, input, t.client...)
	if err != nil {
		return err
	}
	if output == nil || len(output.Responses) != len(t.gets) {
		return fmt.Errorf("%w: DynamoDB did not return as many items as were asked for", crypto.ErrSignature)
	}
	return t.open(ctx, output.Responses)
}

// open opens what was read.
func (t *transactLoad) open(ctx context.Context, responses []types.ItemResponse) error {
	errs := make([]error, len(t.gets))
	var group errgroup.Group
	group.SetLimit(t.gets[0].concurrency)
	for i, g := range t.gets {
		group.Go(func() error {
			if err := g.open(ctx, responses[i].Item); err != nil {
				errs[i] = g.fail(g.item.Key, err)
			}
			return nil
		})
	}
	_ = group.Wait() // never fails
	return batchError(errs, true)
}
