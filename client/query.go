package client

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/expression"
)

func (c *core) query(ctx context.Context, op string, in *dynamodb.QueryInput) (*exchange[dynamodb.QueryInput, dynamodb.QueryOutput], error) {
	x := &exchange[dynamodb.QueryInput, dynamodb.QueryOutput]{in: in}
	t, err := c.tables.get(ctx, op, "TableName", aws.ToString(in.TableName))
	if err != nil || t == nil {
		return x, err
	}
	l := legacy{op: op, table: t}
	l.add("AttributesToGet", in.AttributesToGet != nil, "whole items")
	l.add("QueryFilter", in.QueryFilter != nil, "FilterExpression")
	l.add("ConditionalOperator", in.ConditionalOperator != "", "AND and OR in expressions")
	l.mention("KeyConditions", in.KeyConditions != nil, "KeyConditionExpression")
	if err := l.refuse(); err != nil {
		return nil, err
	}
	e := expressions{op: op, table: t, names: in.ExpressionAttributeNames, values: in.ExpressionAttributeValues}
	if err := e.keyConditions(in.KeyConditions); err != nil {
		return nil, err
	}
	if _, err := e.condition("KeyConditionExpression", in.KeyConditionExpression); err != nil {
		return nil, err
	}
	read := reading{op: op, table: t, nameOrARN: *in.TableName, index: in.IndexName, selects: in.Select, expressions: &e}
	if err := read.check(ctx, c, in.FilterExpression, in.ProjectionExpression, in.ExclusiveStartKey); err != nil {
		return nil, err
	}
	in.Select, in.ProjectionExpression, in.ExpressionAttributeNames = read.selects, read.projection, read.names
	x.tables = t.only
	x.open = func(ctx context.Context, out *dynamodb.QueryOutput, r *report) (*dynamodb.QueryOutput, error) {
		opened := *out
		items, bad, err := read.open(ctx, c, out.Items, r)
		if err != nil {
			return nil, err
		}
		opened.Items, opened.Count = items, read.count(out.Count, items)
		return collected(&opened, bad)
	}
	return x, nil
}

func (c *core) scan(ctx context.Context, op string, in *dynamodb.ScanInput) (*exchange[dynamodb.ScanInput, dynamodb.ScanOutput], error) {
	x := &exchange[dynamodb.ScanInput, dynamodb.ScanOutput]{in: in}
	t, err := c.tables.get(ctx, op, "TableName", aws.ToString(in.TableName))
	if err != nil || t == nil {
		return x, err
	}
	l := legacy{op: op, table: t}
	l.add("AttributesToGet", in.AttributesToGet != nil, "whole items")
	l.add("ScanFilter", in.ScanFilter != nil, "FilterExpression")
	l.add("ConditionalOperator", in.ConditionalOperator != "", "AND and OR in expressions")
	if err := l.refuse(); err != nil {
		return nil, err
	}
	e := expressions{op: op, table: t, names: in.ExpressionAttributeNames, values: in.ExpressionAttributeValues}
	read := reading{op: op, table: t, nameOrARN: *in.TableName, index: in.IndexName, selects: in.Select, expressions: &e}
	if err := read.check(ctx, c, in.FilterExpression, in.ProjectionExpression, in.ExclusiveStartKey); err != nil {
		return nil, err
	}
	in.Select, in.ProjectionExpression, in.ExpressionAttributeNames = read.selects, read.projection, read.names
	x.tables = t.only
	x.open = func(ctx context.Context, out *dynamodb.ScanOutput, r *report) (*dynamodb.ScanOutput, error) {
		opened := *out
		items, bad, err := read.open(ctx, c, out.Items, r)
		if err != nil {
			return nil, err
		}
		opened.Items, opened.Count = items, read.count(out.Count, items)
		return collected(&opened, bad)
	}
	return x, nil
}

// reading is what Query and Scan have in common: which items come back, and how
// much of them.
type reading struct {
	op          string
	table       *table
	nameOrARN   string
	index       *string
	expressions *expressions
	filter      *expression.Uses // nil without a filter

	// What is sent; check sets them.
	selects    types.Select
	projection *string
	names      map[string]string
	// hydrate means that only keys are read, and the items by BatchGetItem.
	hydrate bool
}

func (r *reading) check(ctx context.Context, c *core, filter, projection *string, start map[string]types.AttributeValue) error {
	var err error
	if r.filter, err = r.expressions.condition("FilterExpression", filter); err != nil {
		return err
	}
	for name := range start {
		if r.table.isReserved(name) || r.table.actions.Action(name) == crypto.EncryptAndSign {
			return r.expressions.refused("ExclusiveStartKey", name, "it is not an attribute of a key", "use the LastEvaluatedKey of an answer")
		}
	}
	if r.projection, r.names, err = r.expressions.projection(projection); err != nil {
		return err
	}
	if err := r.expressions.finish(); err != nil {
		return err
	}
	switch r.selects {
	case "", types.SelectAllAttributes, types.SelectCount, types.SelectAllProjectedAttributes:
	case types.SelectSpecificAttributes:
		if projection == nil {
			return r.expressions.refused("Select", "", "SPECIFIC_ATTRIBUTES needs a ProjectionExpression", "leave Select out")
		}
	default:
		return r.expressions.refused("Select", "", fmt.Sprintf("%.*q is not known", maxNameInError, r.selects), "leave Select out, or use COUNT")
	}
	if r.index == nil {
		return nil
	}
	return r.checkIndex(ctx, c)
}

// checkIndex refuses an index from which items come incomplete.
func (r *reading) checkIndex(ctx context.Context, c *core) error {
	index, err := c.tables.index(ctx, r.op, r.table, r.nameOrARN, *r.index)
	switch {
	case err != nil:
		return err
	case r.selects == types.SelectCount, r.table.coveredBy(index):
		return nil
	case index.Local && r.selects != types.SelectAllProjectedAttributes:
		if r.projection == nil {
			r.selects = types.SelectAllAttributes // DynamoDB reads the rest from the table
		}
		return nil
	case c.options.hydrate && r.projection == nil && r.selects != types.SelectAllProjectedAttributes:
		r.hydrateKeys()
		return r.checkFilter(index)
	}
	advice := "query the table instead, or use client.HydrateIndexes to read whole items by their keys"
	if index.Local {
		advice = "leave Select out: DynamoDB then reads whole items from the table"
	}
	return r.expressions.refused("IndexName", "", fmt.Sprintf("index %.*q holds only parts of the items, which do not verify", maxNameInError, index.Name), advice)
}

// checkFilter refuses a filter on attributes that a partially projected index does not
// hold: DynamoDB would take them for missing.
func (r *reading) checkFilter(index Index) error {
	if r.filter == nil {
		return nil
	}
	held := slices.Concat(r.table.keys, index.Keys, index.Attributes)
	for _, use := range r.filter.Attributes {
		if name := use.Path.Attribute(); !slices.Contains(held, name) {
			return r.expressions.refused("FilterExpression", name, fmt.Sprintf("index %.*q does not hold it", maxNameInError, index.Name),
				"filter the items after reading, or project it into the index")
		}
	}
	return nil
}

// hydrateKeys makes the request read only the table's keys.
func (r *reading) hydrateKeys() {
	r.hydrate = true
	r.names = r.expressions.copyNames()
	projection := ""
	for i, key := range r.table.keys {
		if i > 0 {
			projection += ", "
		}
		projection += addName(r.names, key)
	}
	r.projection, r.selects = &projection, types.SelectSpecificAttributes
}

// open opens a page.
func (r *reading) open(ctx context.Context, c *core, stored []map[string]types.AttributeValue, rep *report) ([]map[string]types.AttributeValue, []*ItemError, error) {
	if r.selects == types.SelectCount || len(stored) == 0 {
		return nil, nil, nil
	}
	if r.hydrate {
		return c.hydrate(ctx, r, stored, rep)
	}
	p := newPage(r.op, r.table, "Items", stored)
	bad, err := c.openAll(ctx, rep, c.options.collect, p.items)
	if err != nil {
		return nil, nil, err
	}
	return p.result(), bad, nil
}

// count is how many items the caller gets, or, where none come back, what DynamoDB
// counted.
func (r *reading) count(counted int32, items []map[string]types.AttributeValue) int32 {
	if r.selects == types.SelectCount {
		return counted
	}
	return int32(len(items))
}
