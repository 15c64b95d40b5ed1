package sequence

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

func (g *generator) getItem() step {
	p := g.placeholders()
	table, key, consistent, projection := g.tableName(), g.key(), maybe(g, 50, true), p.projection()
	return newStep("GetItem", client.API.GetItem, func(s side) *dynamodb.GetItemInput {
		return &dynamodb.GetItemInput{TableName: table(s), Key: clone(key), ConsistentRead: consistent,
			ProjectionExpression: optional(projection), ExpressionAttributeNames: p.sentNames()}
	}, func(_ side, out *dynamodb.GetItemOutput) any { return normal(out.Item) })
}

func (g *generator) batchGetItem() step {
	p := g.placeholders()
	table, keys, projection := g.tableName(), g.keys(12), p.projection()
	return newRounds("BatchGetItem", client.API.BatchGetItem, func(s side) *dynamodb.BatchGetItemInput {
		get := types.KeysAndAttributes{ConsistentRead: aws.Bool(true), ProjectionExpression: optional(projection), ExpressionAttributeNames: p.sentNames()}
		for _, key := range keys {
			get.Keys = append(get.Keys, clone(key))
		}
		return &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{*table(s): get}}
	}, func(s side, out *dynamodb.BatchGetItemOutput) (any, *dynamodb.BatchGetItemInput) {
		found, left := map[string][]crypto.Item{}, map[string]types.KeysAndAttributes{}
		for name, items := range out.Responses {
			found[s.table.role(name)] = sortedByKey(normalItems(items))
		}
		for name, get := range out.UnprocessedKeys {
			get.Keys = normalItems(get.Keys)
			left[s.table.role(name)] = get
		}
		if len(left) == 0 {
			return found, nil
		}
		return []any{found, left}, &dynamodb.BatchGetItemInput{RequestItems: out.UnprocessedKeys}
	})
}

func (g *generator) transactGetItems() step {
	var gets []func(side) types.TransactGetItem
	for _, key := range g.keys(6) {
		p := g.placeholders()
		table, projection := g.transactTableName(), p.projection()
		gets = append(gets, func(s side) types.TransactGetItem {
			return types.TransactGetItem{Get: &types.Get{TableName: table(s), Key: clone(key),
				ProjectionExpression: optional(projection), ExpressionAttributeNames: p.sentNames()}}
		})
	}
	return newStep("TransactGetItems", client.API.TransactGetItems, func(s side) *dynamodb.TransactGetItemsInput {
		in := &dynamodb.TransactGetItemsInput{}
		for _, get := range gets {
			in.TransactItems = append(in.TransactItems, get(s))
		}
		return in
	}, func(_ side, out *dynamodb.TransactGetItemsOutput) any {
		var items []crypto.Item
		for _, response := range out.Responses {
			items = append(items, normal(response.Item))
		}
		return items
	})
}

// page is what callers see of one page of a Query or Scan.
type page struct {
	Items               []crypto.Item
	Count, ScannedCount int32
	Last                crypto.Item
}

// from is where a Query or Scan reads from, and how much of the items.
type from struct {
	index      *string
	selects    types.Select
	consistent *bool
	limit      *int32
	filter     string
	projection string
}

func (p *placeholders) from() from {
	f := from{index: pick(p.generator, nil, aws.String(byPlan), aws.String(keysByPlan), aws.String(byLevel), aws.String(keysByLvl)),
		limit: maybe(p.generator, 60, 1+int32(p.IntN(6)))}
	switch {
	case value(f.index) == keysByPlan || p.percent(15):
		f.selects = types.SelectCount
	case value(f.index) == keysByLvl || p.percent(15):
		f.selects = types.SelectAllAttributes
	case f.index == nil:
		f.projection = p.projection()
		if f.projection != "" && p.percent(50) {
			f.selects = types.SelectSpecificAttributes
		}
	}
	switch global := value(f.index) == byPlan || value(f.index) == keysByPlan; {
	case global:
		f.consistent = maybe(p.generator, 3, true) // DynamoDB refuses that
	default:
		f.consistent = maybe(p.generator, 50, true)
	}
	if p.percent(40) {
		f.filter = p.condition(0)
	}
	return f
}

// keyCondition is a random one for an index, or for the table.
func (p *placeholders) keyCondition(index string) string {
	partition, equals, sort, v := partitionKey, p.id(), sortKey, p.created()
	switch index {
	case byPlan, keysByPlan:
		partition, equals = plan, p.plan()
	case byLevel, keysByLvl:
		sort, v = level, p.level()
	}
	condition := p.name(partition) + " = " + p.value(equals)
	switch p.IntN(4) {
	case 0:
		return condition + " AND " + p.name(sort) + " " + pick(p.generator, "=", "<", "<=", ">", ">=") + " " + p.value(v)
	case 1:
		return condition + " AND " + p.name(sort) + " BETWEEN " + p.value(num(1)) + " AND " + p.value(num(p.IntN(5)))
	}
	return condition
}

func (g *generator) query() step {
	p := g.placeholders()
	f := p.from()
	keyCondition, table, forward := p.keyCondition(value(f.index)), g.tableName(), maybe(g, 50, g.percent(50))
	return newPages("Query", client.API.Query, func(s side, start crypto.Item) *dynamodb.QueryInput {
		return &dynamodb.QueryInput{TableName: table(s), IndexName: f.index, Select: f.selects, ConsistentRead: f.consistent, Limit: f.limit,
			ScanIndexForward: forward, KeyConditionExpression: &keyCondition, FilterExpression: optional(f.filter), ProjectionExpression: optional(f.projection),
			ExpressionAttributeNames: p.sentNames(), ExpressionAttributeValues: p.sentValues(), ExclusiveStartKey: start}
	}, func(out *dynamodb.QueryOutput) page {
		return page{normalItems(out.Items), out.Count, out.ScannedCount, out.LastEvaluatedKey}
	})
}

func (g *generator) scan() step {
	p := g.placeholders()
	f, table := p.from(), g.tableName()
	var segment, segments *int32
	if g.percent(30) {
		segment, segments = aws.Int32(int32(g.IntN(3))), aws.Int32(3)
	}
	return newPages("Scan", client.API.Scan, func(s side, start crypto.Item) *dynamodb.ScanInput {
		return &dynamodb.ScanInput{TableName: table(s), IndexName: f.index, Select: f.selects, ConsistentRead: f.consistent, Limit: f.limit,
			Segment: segment, TotalSegments: segments, FilterExpression: optional(f.filter), ProjectionExpression: optional(f.projection),
			ExpressionAttributeNames: p.sentNames(), ExpressionAttributeValues: p.sentValues(), ExclusiveStartKey: start}
	}, func(out *dynamodb.ScanOutput) page {
		return page{normalItems(out.Items), out.Count, out.ScannedCount, out.LastEvaluatedKey}
	})
}

// maxPages is more than a table has items.
const maxPages = 40

// newPages is newStep for an operation that returns pages, of which it reads all.
func newPages[In, Out any](name string, send send[In, Out], request func(s side, start crypto.Item) *In, see func(*Out) page) step {
	return step{name, func(s side) string { return text(request(s, nil)) }, func(ctx context.Context, s side) outcome {
		var pages []page
		var start crypto.Item
		for range maxPages {
			out, err := ask(ctx, s, send, func(s side) *In { return request(s, clone(start)) })
			if err != nil {
				return outcome{pages, failureOf(err)}
			}
			last := see(out)
			pages, start = append(pages, last), last.Last
			if len(start) == 0 {
				return outcome{Answer: pages}
			}
		}
		return outcome{pages, &failure{Code: unexpected, Message: "there are too many pages"}}
	}}
}
