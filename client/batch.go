package client

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/itemkey"
)

// batchTables are the tables of a batch by plain name: answers may name them
// otherwise than the request. Those that are not to be touched are nil.
type batchTables map[string]*table

// newBatchTables looks up the tables of a batch in a fixed order, so that the same
// faulty request always gives the same error.
func newBatchTables[V any](ctx context.Context, c *core, op string, items map[string]V) (batchTables, []string, error) {
	tables := batchTables{}
	order := slices.Sorted(maps.Keys(items))
	for _, nameOrARN := range order {
		parameter := requestItems(nameOrARN)
		name, err := c.tables.normalize(op, parameter, nameOrARN)
		if err != nil {
			return nil, nil, err
		}
		t, err := c.tables.get(ctx, op, parameter, nameOrARN)
		if err != nil {
			return nil, nil, err
		}
		if _, twice := tables[name]; twice && t != nil {
			return nil, nil, &RefusedError{Op: op, Table: name, Parameter: parameter, Reason: "the table is in the batch under two names",
				Advice: "use either its name or its ARN"}
		}
		tables[name] = t
	}
	return tables, order, nil
}

func requestItems(nameOrARN string) string {
	return fmt.Sprintf("RequestItems[%.*q]", maxNameInError, nameOrARN)
}

// of returns the table that an answer names, or an error if the request did not.
func (bt batchTables) of(c *core, op, member, nameOrARN string) (*table, error) {
	name, err := c.tables.normalize(op, member, nameOrARN)
	if err != nil {
		return nil, err
	}
	t, ok := bt[name]
	if !ok {
		return nil, &ItemError{Op: op, Table: name, Parameter: member,
			Err: fmt.Errorf("%w: DynamoDB answered for a table that was not asked for", crypto.ErrSignature)}
	}
	return t, nil
}

func (bt batchTables) protected() []*table {
	var list []*table
	for _, t := range bt {
		if t != nil {
			list = append(list, t)
		}
	}
	return list
}

func (c *core) batchGetItem(ctx context.Context, op string, in *dynamodb.BatchGetItemInput) (*exchange[dynamodb.BatchGetItemInput, dynamodb.BatchGetItemOutput], error) {
	x := &exchange[dynamodb.BatchGetItemInput, dynamodb.BatchGetItemOutput]{in: in}
	tables, order, err := newBatchTables(ctx, c, op, in.RequestItems)
	if err != nil {
		return nil, err
	}
	if x.tables = tables.protected(); len(x.tables) == 0 {
		return x, nil
	}
	copied := *in
	copied.RequestItems = maps.Clone(in.RequestItems)
	keys := map[*table]askedKeys{}
	for _, nameOrARN := range order {
		t, _ := tables.of(c, op, "", nameOrARN)
		if t == nil {
			continue
		}
		get := in.RequestItems[nameOrARN]
		l := legacy{op: op, table: t}
		l.add(requestItems(nameOrARN)+".AttributesToGet", get.AttributesToGet != nil, "whole items")
		if err := l.refuse(); err != nil {
			return nil, err
		}
		e := expressions{op: op, prefix: requestItems(nameOrARN) + ".", table: t, names: get.ExpressionAttributeNames}
		if get.ProjectionExpression, get.ExpressionAttributeNames, err = e.projection(get.ProjectionExpression); err != nil {
			return nil, err
		}
		copied.RequestItems[nameOrARN] = get
		keys[t] = newAskedKeys(t.keysIn(get.ProjectionExpression), get.Keys)
	}
	x.in = &copied
	x.open = func(ctx context.Context, out *dynamodb.BatchGetItemOutput, r *report) (*dynamodb.BatchGetItemOutput, error) {
		return c.openBatch(ctx, op, out, tables, keys, r)
	}
	return x, nil
}

// openBatch opens the items of all tables of a batch. keys are those that were
// asked for.
func (c *core) openBatch(ctx context.Context, op string, out *dynamodb.BatchGetItemOutput, tables batchTables, keys map[*table]askedKeys, r *report) (*dynamodb.BatchGetItemOutput, error) {
	opened := *out
	opened.Responses = maps.Clone(out.Responses)
	var items []opening
	pages := map[string]*page{}
	for _, nameOrARN := range slices.Sorted(maps.Keys(out.Responses)) {
		member := fmt.Sprintf("Responses[%.*q]", maxNameInError, nameOrARN)
		t, err := tables.of(c, op, member, nameOrARN)
		if err != nil {
			return nil, err
		}
		if t == nil {
			continue
		}
		p := newPage(op, t, member, out.Responses[nameOrARN])
		for i := range p.items {
			p.items[i].foreign = !keys[t].have(p.items[i].item)
		}
		items = append(items, p.items...)
		pages[nameOrARN] = p
	}
	bad, err := c.openAll(ctx, r, c.options.collect, items)
	if err != nil {
		return nil, err
	}
	for nameOrARN, p := range pages {
		opened.Responses[nameOrARN] = p.result()
	}
	return collected(&opened, bad)
}

// askedKeys are the keys of one table in a batch.
type askedKeys struct {
	names []string
	texts map[string]bool
}

func newAskedKeys(names []string, keys []map[string]types.AttributeValue) askedKeys {
	a := askedKeys{names, map[string]bool{}}
	for _, key := range keys {
		text, _ := itemkey.Text(key, names...)
		a.texts[text] = true
	}
	return a
}

func (a askedKeys) have(item crypto.Item) bool {
	text, ok := itemkey.Text(item, a.names...)
	return ok && a.texts[text]
}

// page is a list of items that are opened in place of the stored ones.
type page struct {
	items  []opening
	opened []map[string]types.AttributeValue // nil where an item was dropped
}

func newPage(op string, t *table, member string, stored []map[string]types.AttributeValue) *page {
	p := &page{items: make([]opening, len(stored)), opened: make([]map[string]types.AttributeValue, len(stored))}
	for i, item := range stored {
		p.items[i] = opening{op: op, table: t, parameter: fmt.Sprintf("%s[%d]", member, i), item: item,
			store: func(plain crypto.Item) { p.opened[i] = plain },
			drop:  func() { p.opened[i] = nil }}
	}
	return p
}

// result returns the opened items.
func (p *page) result() []map[string]types.AttributeValue {
	return slices.DeleteFunc(p.opened, func(item map[string]types.AttributeValue) bool { return item == nil })
}

func (c *core) batchWriteItem(ctx context.Context, op string, in *dynamodb.BatchWriteItemInput) (*exchange[dynamodb.BatchWriteItemInput, dynamodb.BatchWriteItemOutput], error) {
	x := &exchange[dynamodb.BatchWriteItemInput, dynamodb.BatchWriteItemOutput]{in: in}
	tables, order, err := newBatchTables(ctx, c, op, in.RequestItems)
	if err != nil {
		return nil, err
	}
	if x.tables = tables.protected(); len(x.tables) == 0 {
		return x, nil
	}
	copied := *in
	copied.RequestItems = maps.Clone(in.RequestItems)
	var items []sealing
	for _, nameOrARN := range order {
		t, _ := tables.of(c, op, "", nameOrARN)
		if t == nil {
			continue
		}
		requests := slices.Clone(in.RequestItems[nameOrARN])
		copied.RequestItems[nameOrARN] = requests
		for i, request := range requests {
			parameter := fmt.Sprintf("%s[%d]", requestItems(nameOrARN), i)
			if (request.PutRequest == nil) == (request.DeleteRequest == nil) {
				return nil, &RefusedError{Op: op, Table: t.name, Parameter: parameter, Reason: "it is neither a put nor a delete, or it is both",
					Advice: "set either PutRequest or DeleteRequest"}
			}
			if request.PutRequest != nil {
				items = append(items, sealing{op: op, table: t, parameter: parameter + ".PutRequest.Item", item: request.PutRequest.Item,
					store: func(sealed crypto.Item) { requests[i].PutRequest = &types.PutRequest{Item: sealed} }})
			}
		}
	}
	for i := range items {
		if err := items[i].check(); err != nil {
			return nil, err
		}
	}
	if x.sent, err = c.sealAll(ctx, items); err != nil {
		return nil, err
	}
	x.in = &copied
	x.open = func(_ context.Context, out *dynamodb.BatchWriteItemOutput, _ *report) (*dynamodb.BatchWriteItemOutput, error) {
		opened := *out
		var err error
		opened.UnprocessedItems, err = c.unprocessed(op, out.UnprocessedItems, tables, in, &copied)
		return &opened, err
	}
	return x, nil
}

// unprocessed returns the caller's plaintext requests in place of those that
// DynamoDB sent back.
func (c *core) unprocessed(op string, returned map[string][]types.WriteRequest, tables batchTables, in, sent *dynamodb.BatchWriteItemInput) (map[string][]types.WriteRequest, error) {
	if len(returned) == 0 {
		return returned, nil
	}
	originals := map[string]*types.PutRequest{} // by table and key
	for nameOrARN, requests := range in.RequestItems {
		t, _ := tables.of(c, op, "", nameOrARN)
		for _, request := range requests {
			if t != nil && request.PutRequest != nil {
				key, _ := itemkey.Text(request.PutRequest.Item, t.keys...)
				originals[t.name+"\x00"+key] = request.PutRequest
			}
		}
	}
	plain := make(map[string][]types.WriteRequest, len(returned))
	for nameOrARN, requests := range returned {
		member := fmt.Sprintf("UnprocessedItems[%.*q]", maxNameInError, nameOrARN)
		t, err := tables.of(c, op, member, nameOrARN)
		if err != nil {
			return nil, err
		}
		plain[nameOrARN] = slices.Clone(requests)
		for i, request := range requests {
			if t == nil || request.PutRequest == nil {
				continue
			}
			key, ok := itemkey.Text(request.PutRequest.Item, t.keys...)
			original := originals[t.name+"\x00"+key]
			if !ok || original == nil {
				return nil, itemError(op, t, fmt.Sprintf("%s[%d]", member, i), request.PutRequest.Item,
					fmt.Errorf("%w: DynamoDB returned an unprocessed item that was not in the request", crypto.ErrSignature))
			}
			plain[nameOrARN][i].PutRequest = original
		}
	}
	return plain, nil
}
