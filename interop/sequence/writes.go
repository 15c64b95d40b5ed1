package sequence

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

func (g *generator) allOld() types.ReturnValue {
	return pick(g, "", types.ReturnValueNone, types.ReturnValueAllOld)
}

func (g *generator) onFailure() types.ReturnValuesOnConditionCheckFailure {
	return pick(g, "", types.ReturnValuesOnConditionCheckFailureNone, types.ReturnValuesOnConditionCheckFailureAllOld)
}

func (g *generator) putItem() step {
	p := g.placeholders()
	table, item, condition := g.tableName(), g.item(g.key()), p.maybeCondition(40)
	returned, onFailure := g.allOld(), g.onFailure()
	return newStep("PutItem", client.API.PutItem, func(s side) *dynamodb.PutItemInput {
		return &dynamodb.PutItemInput{TableName: table(s), Item: clone(item), ReturnValues: returned, ReturnValuesOnConditionCheckFailure: onFailure,
			ConditionExpression: optional(condition), ExpressionAttributeNames: p.sentNames(), ExpressionAttributeValues: p.sentValues()}
	}, func(_ side, out *dynamodb.PutItemOutput) any { return normal(out.Attributes) })
}

func (g *generator) deleteItem() step {
	p := g.placeholders()
	table, key, condition := g.tableName(), g.key(), p.maybeCondition(40)
	returned, onFailure := g.allOld(), g.onFailure()
	return newStep("DeleteItem", client.API.DeleteItem, func(s side) *dynamodb.DeleteItemInput {
		return &dynamodb.DeleteItemInput{TableName: table(s), Key: clone(key), ReturnValues: returned, ReturnValuesOnConditionCheckFailure: onFailure,
			ConditionExpression: optional(condition), ExpressionAttributeNames: p.sentNames(), ExpressionAttributeValues: p.sentValues()}
	}, func(_ side, out *dynamodb.DeleteItemOutput) any { return normal(out.Attributes) })
}

func (g *generator) updateItem() step {
	p := g.placeholders()
	table, key, update, condition := g.tableName(), g.key(), p.update(), p.maybeCondition(30)
	returned := pick(g, "", types.ReturnValueAllOld, types.ReturnValueAllNew, types.ReturnValueUpdatedOld, types.ReturnValueUpdatedNew)
	onFailure := g.onFailure()
	return newStep("UpdateItem", client.API.UpdateItem, func(s side) *dynamodb.UpdateItemInput {
		return &dynamodb.UpdateItemInput{TableName: table(s), Key: clone(key), ReturnValues: returned, ReturnValuesOnConditionCheckFailure: onFailure,
			UpdateExpression: optional(update), ConditionExpression: existing(s, condition),
			ExpressionAttributeNames: p.sentNames(), ExpressionAttributeValues: p.sentValues()}
	}, func(_ side, out *dynamodb.UpdateItemOutput) any { return normal(out.Attributes) })
}

func (g *generator) batchWriteItem() step {
	var requests []types.WriteRequest
	for _, key := range g.keys(12) {
		if g.percent(30) {
			requests = append(requests, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: key}})
		} else {
			requests = append(requests, types.WriteRequest{PutRequest: &types.PutRequest{Item: g.item(key)}})
		}
	}
	table := g.tableName()
	return newRounds("BatchWriteItem", client.API.BatchWriteItem, func(s side) *dynamodb.BatchWriteItemInput {
		return &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{*table(s): copyRequests(requests, asItIs)}}
	}, func(s side, out *dynamodb.BatchWriteItemOutput) (any, *dynamodb.BatchWriteItemInput) {
		left := map[string][]types.WriteRequest{}
		for name, requests := range out.UnprocessedItems {
			left[s.table.role(name)] = copyRequests(requests, sorted)
		}
		if len(left) == 0 {
			return nil, nil
		}
		return left, &dynamodb.BatchWriteItemInput{RequestItems: out.UnprocessedItems}
	})
}

func copyRequests(requests []types.WriteRequest, f form) []types.WriteRequest {
	copied := make([]types.WriteRequest, len(requests))
	for i, request := range requests {
		if request.PutRequest != nil {
			copied[i].PutRequest = &types.PutRequest{Item: copyItem(request.PutRequest.Item, f)}
		}
		if request.DeleteRequest != nil {
			copied[i].DeleteRequest = &types.DeleteRequest{Key: copyItem(request.DeleteRequest.Key, f)}
		}
	}
	return copied
}

func (g *generator) transactWriteItems() step {
	var actions []func(side) types.TransactWriteItem
	for _, key := range g.keys(5) {
		actions = append(actions, g.transactWrite(key))
	}
	return newStep("TransactWriteItems", client.API.TransactWriteItems, func(s side) *dynamodb.TransactWriteItemsInput {
		in := &dynamodb.TransactWriteItemsInput{}
		for _, action := range actions {
			in.TransactItems = append(in.TransactItems, action(s))
		}
		return in
	}, func(side, *dynamodb.TransactWriteItemsOutput) any { return nil })
}

// transactWrite is one action of a transaction. Conditions are few, or most transactions would be cancelled.
func (g *generator) transactWrite(key crypto.Item) func(side) types.TransactWriteItem {
	p := g.placeholders()
	table, onFailure := g.transactTableName(), g.onFailure()
	switch g.IntN(5) {
	case 0:
		condition := p.maybeCondition(20)
		return func(s side) types.TransactWriteItem {
			return types.TransactWriteItem{Delete: &types.Delete{TableName: table(s), Key: clone(key), ConditionExpression: optional(condition),
				ExpressionAttributeNames: p.sentNames(), ExpressionAttributeValues: p.sentValues(), ReturnValuesOnConditionCheckFailure: onFailure}}
		}
	case 1:
		condition := p.condition(0)
		return func(s side) types.TransactWriteItem {
			return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{TableName: table(s), Key: clone(key), ConditionExpression: optional(condition),
				ExpressionAttributeNames: p.sentNames(), ExpressionAttributeValues: p.sentValues(), ReturnValuesOnConditionCheckFailure: onFailure}}
		}
	case 2:
		clause, action := p.updateViews()
		update, condition := clause+" "+action, p.maybeCondition(20)
		return func(s side) types.TransactWriteItem {
			return types.TransactWriteItem{Update: &types.Update{TableName: table(s), Key: clone(key), UpdateExpression: &update, ConditionExpression: existing(s, condition),
				ExpressionAttributeNames: p.sentNames(), ExpressionAttributeValues: p.sentValues(), ReturnValuesOnConditionCheckFailure: onFailure}}
		}
	}
	item, condition := g.item(key), p.maybeCondition(20)
	return func(s side) types.TransactWriteItem {
		return types.TransactWriteItem{Put: &types.Put{TableName: table(s), Item: clone(item), ConditionExpression: optional(condition),
			ExpressionAttributeNames: p.sentNames(), ExpressionAttributeValues: p.sentValues(), ReturnValuesOnConditionCheckFailure: onFailure}}
	}
}
