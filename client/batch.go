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
	if err := refuseLegacyGets(op, tables, order, c, in); err != nil {
		return nil, err
	}
	copied := *in
	copied.RequestItems = maps.Clone(in.RequestItems)
	asked := map[*table]types.KeysAndAttributes{}
	for _, nameOrARN := range order {
		t, _ := tables.of(c, op, "", nameOrARN)
		if t == nil {
			continue
		}
		get := in.RequestItems[nameOrARN]
		for i, key := range get.Keys {
			if err := t.checkKey(op, fmt.Sprintf("%s.Keys[%d]", requestItems(nameOrARN), i), key); err != nil {
				return nil, err
			}
		}
		asked[t] = get
		e := expressions{op: op, prefix: requestItems(nameOrARN) + ".", table: t, names: get.ExpressionAttributeNames}
		if get.ProjectionExpression, get.ExpressionAttributeNames, err = e.projection(get.ProjectionExpression); err != nil {
			return nil, err
		}
		copied.RequestItems[nameOrARN] = get
	}
	x.in = &copied
	x.open = func(ctx context.Context, out *dynamodb.BatchGetItemOutput, r *report) (*dynamodb.BatchGetItemOutput, error) {
		return c.openBatch(ctx, op, out, tables, asked, r)
	}
	return x, nil
}

// refuseLegacyGets refuses the legacy parameters of all tables of a batch.
func refuseLegacyGets(op string, tables batchTables, order []string, c *core, in *dynamodb.BatchGetItemInput) error {
	l := legacy{op: op}
	for _, nameOrARN := range order {
		t, _ := tables.of(c, op, "", nameOrARN)
		used := t != nil && in.RequestItems[nameOrARN].AttributesToGet != nil
		if used && l.table == nil {
			l.table = t
		}
		l.add(requestItems(nameOrARN)+".AttributesToGet", used, "whole items")
	}
	return l.refuse()
}

// openBatch opens the items of all tables of a batch.
func (c *core) openBatch(ctx context.Context, op string, out *dynamodb.BatchGetItemOutput, tables batchTables, asked map[*table]types.KeysAndAttributes, r *report) (*dynamodb.BatchGetItemOutput, error) {
	opened := *out
	opened.Responses = maps.Clone(out.Responses)
	var items []opening
	pages := map[string]*page{}
	keys := map[*table]askedKeys{}
	for t, get := range asked {
		keys[t] = newAskedKeys(t.keysIn(get.ProjectionExpression), get.Keys)
	}
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
			p.items[i].foreign = !keys[t].take(p.items[i].item)
		}
		items = append(items, p.items...)
		pages[nameOrARN] = p
	}
	var err error
	if opened.UnprocessedKeys, err = unprocessedKeys(c, op, out.UnprocessedKeys, tables, asked, keys); err != nil {
		return nil, err
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
	texts map[string]int // how many of them are to come
}

func newAskedKeys(names []string, keys []map[string]types.AttributeValue) askedKeys {
	a := askedKeys{names, map[string]int{}}
	for _, key := range keys {
		text, _ := itemkey.Text(key, names...)
		a.texts[text]++
	}
	return a
}

// take reports whether an item was asked for, and has not been taken yet.
func (a askedKeys) take(item crypto.Item) bool {
	text, ok := itemkey.Text(item, a.names...)
	if !ok || a.texts[text] == 0 {
		return false
	}
	a.texts[text]--
	return true
}

// unprocessedKeys returns what DynamoDB left, as the caller asked for it: what was
// sent may have more in its projection. keys are those that it has not answered.
func unprocessedKeys(c *core, op string, left map[string]types.KeysAndAttributes, tables batchTables, asked map[*table]types.KeysAndAttributes, keys map[*table]askedKeys) (map[string]types.KeysAndAttributes, error) {
	restored := maps.Clone(left)
	for _, nameOrARN := range slices.Sorted(maps.Keys(left)) {
		get := left[nameOrARN]
		t, err := tables.of(c, op, fmt.Sprintf("UnprocessedKeys[%.*q]", maxNameInError, nameOrARN), nameOrARN)
		if err != nil {
			return nil, err
		}
		if t != nil {
			for i, key := range get.Keys {
				if !keys[t].take(key) {
					return nil, itemError(op, t, fmt.Sprintf("UnprocessedKeys[%.*q].Keys[%d]", maxNameInError, nameOrARN, i), i, key, errOtherKey)
				}
			}
			get.ProjectionExpression, get.ExpressionAttributeNames = asked[t].ProjectionExpression, asked[t].ExpressionAttributeNames
			restored[nameOrARN] = get
		}
	}
	return restored, nil
}

// page is a list of items that are opened in place of the stored ones.
type page struct {
	items  []opening
	opened []map[string]types.AttributeValue // nil where an item is bad
}

func newPage(op string, t *table, member string, stored []map[string]types.AttributeValue) *page {
	p := &page{items: make([]opening, len(stored)), opened: make([]map[string]types.AttributeValue, len(stored))}
	for i, item := range stored {
		p.items[i] = opening{op: op, table: t, parameter: fmt.Sprintf("%s[%d]", member, i), index: i, item: item,
			to: &p.opened[i]}
	}
	return p
}

// result returns the opened items.
func (p *page) result() []map[string]types.AttributeValue {
	return slices.DeleteFunc(p.opened, func(item map[string]types.AttributeValue) bool { return item == nil })
}
