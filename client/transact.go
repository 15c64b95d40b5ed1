package client

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/itemkey"
)

func (c *core) transactGetItems(ctx context.Context, op string, in *dynamodb.TransactGetItemsInput) (*exchange[dynamodb.TransactGetItemsInput, dynamodb.TransactGetItemsOutput], error) {
	copied := *in
	copied.TransactItems = slices.Clone(in.TransactItems)
	tables := make([]*table, len(in.TransactItems)) // by position
	for i, item := range in.TransactItems {
		prefix := fmt.Sprintf("TransactItems[%d].", i)
		if item.Get == nil {
			return nil, &RefusedError{Op: op, Parameter: prefix + "Get", Reason: "it is missing", Advice: "set it"}
		}
		t, err := c.tables.get(ctx, op, prefix+"Get.TableName", aws.ToString(item.Get.TableName))
		if err != nil {
			return nil, err
		}
		if tables[i] = t; t == nil {
			continue
		}
		if err := t.checkKey(op, prefix+"Get.Key", item.Get.Key); err != nil {
			return nil, err
		}
		get := *item.Get
		e := expressions{op: op, prefix: prefix + "Get.", table: t, names: get.ExpressionAttributeNames}
		if get.ProjectionExpression, get.ExpressionAttributeNames, err = e.projection(get.ProjectionExpression); err != nil {
			return nil, err
		}
		copied.TransactItems[i].Get = &get
	}
	x := &exchange[dynamodb.TransactGetItemsInput, dynamodb.TransactGetItemsOutput]{in: &copied, tables: protectedOf(tables)}
	x.open = func(ctx context.Context, out *dynamodb.TransactGetItemsOutput, r *report) (*dynamodb.TransactGetItemsOutput, error) {
		if len(out.Responses) != len(tables) {
			return nil, &ItemError{Op: op, Parameter: "Responses", Err: fmt.Errorf("%w: DynamoDB returned %d items where %d were asked for", crypto.ErrSignature, len(out.Responses), len(tables))}
		}
		opened := *out
		opened.Responses = slices.Clone(out.Responses)
		var items []opening
		for i, response := range out.Responses {
			if tables[i] == nil || len(response.Item) == 0 {
				continue
			}
			opened.Responses[i].Item = nil
			get := in.TransactItems[i].Get
			items = append(items, opening{op: op, table: tables[i], parameter: fmt.Sprintf("Responses[%d].Item", i), index: i, item: response.Item,
				key: get.Key, keys: tables[i].keysIn(get.ProjectionExpression), to: &opened.Responses[i].Item})
		}
		bad, err := c.openAll(ctx, r, c.options.collect, items)
		if err != nil {
			return nil, err
		}
		return collected(&opened, bad)
	}
	return x, nil
}

// protectedOf returns the tables that are not nil, each once.
func protectedOf(tables []*table) []*table {
	var list []*table
	for _, t := range tables {
		if t != nil && !slices.Contains(list, t) {
			list = append(list, t)
		}
	}
	return list
}

// action is what one action of a transaction is about.
type action struct {
	table *table // nil if it is not to be touched
	key   crypto.Item
	// update means that the condition was added that the item is protected.
	update bool
}

func (c *core) transactWriteItems(ctx context.Context, op string, in *dynamodb.TransactWriteItemsInput) (*exchange[dynamodb.TransactWriteItemsInput, dynamodb.TransactWriteItemsOutput], error) {
	copied := *in
	copied.TransactItems = slices.Clone(in.TransactItems)
	actions := make([]action, len(in.TransactItems))
	var items []sealing
	for i := range in.TransactItems {
		done, sealed, err := c.transactWrite(ctx, op, fmt.Sprintf("TransactItems[%d].", i), &copied.TransactItems[i])
		if err != nil {
			return nil, err
		}
		for j := range sealed {
			sealed[j].index = i
		}
		actions[i], items = done, append(items, sealed...)
	}
	for i := range items {
		if err := items[i].check(); err != nil {
			return nil, err
		}
	}
	plain, err := c.sealAll(ctx, items)
	if err != nil {
		return nil, err
	}
	x := &exchange[dynamodb.TransactWriteItemsInput, dynamodb.TransactWriteItemsOutput]{in: &copied, sent: plain}
	for i, a := range actions {
		if a.table != nil && a.table.plaintext == InsecureReadWritePlaintext && in.TransactItems[i].Update != nil {
			x.sent = append(x.sent, unprotected(a.table, a.key))
		}
		if a.table != nil && !slices.Contains(x.tables, a.table) {
			x.tables = append(x.tables, a.table)
		}
	}
	x.failed = func(position int) (*table, crypto.Item, bool) {
		if position >= len(actions) {
			return nil, nil, false
		}
		return actions[position].table, actions[position].key, true
	}
	x.updates = func(position int) bool { return position < len(actions) && actions[position].update }
	return x, nil
}

// transactWrite checks one action, and replaces what is sent otherwise than the
// caller has it. It returns the item to be sealed, if there is one.
func (c *core) transactWrite(ctx context.Context, op, prefix string, item *types.TransactWriteItem) (action, []sealing, error) {
	kinds := 0
	for _, set := range []bool{item.Put != nil, item.Update != nil, item.Delete != nil, item.ConditionCheck != nil} {
		if set {
			kinds++
		}
	}
	if kinds != 1 {
		return action{}, nil, &RefusedError{Op: op, Parameter: prefix[:len(prefix)-1], Reason: fmt.Sprintf("it has %d of Put, Update, Delete and ConditionCheck", kinds),
			Advice: "set one of them"}
	}
	switch {
	case item.Put != nil:
		return c.transactPut(ctx, op, prefix+"Put.", item)
	case item.Update != nil:
		return c.transactUpdate(ctx, op, prefix+"Update.", item)
	case item.Delete != nil:
		d := item.Delete
		return c.transactCheck(ctx, op, prefix+"Delete.", d.TableName, d.Key, d.ConditionExpression, d.ExpressionAttributeNames, d.ExpressionAttributeValues)
	}
	check := item.ConditionCheck
	return c.transactCheck(ctx, op, prefix+"ConditionCheck.", check.TableName, check.Key, check.ConditionExpression, check.ExpressionAttributeNames, check.ExpressionAttributeValues)
}

func (c *core) transactPut(ctx context.Context, op, prefix string, item *types.TransactWriteItem) (action, []sealing, error) {
	t, err := c.tables.get(ctx, op, prefix+"TableName", aws.ToString(item.Put.TableName))
	if err != nil || t == nil {
		return action{}, nil, err
	}
	put := *item.Put
	plain := put.Item
	put.Item = nil
	item.Put = &put
	if err := checkWrite(op, prefix, t, put.ConditionExpression, put.ExpressionAttributeNames, put.ExpressionAttributeValues); err != nil {
		return action{}, nil, err
	}
	return action{t, itemkey.Of(plain, t.keys...), false},
		[]sealing{{op: op, table: t, parameter: prefix + "Item", item: plain, to: &put.Item}}, nil
}

func (c *core) transactUpdate(ctx context.Context, op, prefix string, item *types.TransactWriteItem) (action, []sealing, error) {
	t, err := c.tables.get(ctx, op, prefix+"TableName", aws.ToString(item.Update.TableName))
	if err != nil || t == nil {
		return action{}, nil, err
	}
	if err := t.checkKey(op, prefix+"Key", item.Update.Key); err != nil {
		return action{}, nil, err
	}
	update := *item.Update
	item.Update = &update
	update.ConditionExpression, update.ExpressionAttributeNames, err = checkUpdate(op, prefix, t, update.UpdateExpression, update.ConditionExpression,
		update.ExpressionAttributeNames, update.ExpressionAttributeValues)
	return action{t, update.Key, t.plaintext != InsecureReadWritePlaintext}, nil, err
}

func (c *core) transactCheck(ctx context.Context, op, prefix string, tableName *string, key crypto.Item, condition *string, names map[string]string, values crypto.Item) (action, []sealing, error) {
	t, err := c.tables.get(ctx, op, prefix+"TableName", aws.ToString(tableName))
	if err != nil || t == nil {
		return action{}, nil, err
	}
	if err := t.checkKey(op, prefix+"Key", key); err != nil {
		return action{}, nil, err
	}
	return action{t, key, false}, nil, checkWrite(op, prefix, t, condition, names, values)
}
