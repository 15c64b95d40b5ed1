package client_test

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// operations are the ten that read or write items. The table has members 0 to 4.
var operations = []operation{
	newOperation("PutItem", 1, 1, api.PutItem, putMember).failing(func(r *rig) any {
		in := putMember(r)
		in.ConditionExpression, in.ReturnValuesOnConditionCheckFailure = aws.String("attribute_not_exists(id)"), types.ReturnValuesOnConditionCheckFailureAllOld
		return in
	}),
	newOperation("GetItem", 0, 1, api.GetItem, func(r *rig) *dynamodb.GetItemInput {
		return &dynamodb.GetItemInput{TableName: &r.table, Key: memberKey(0)}
	}),
	newOperation("UpdateItem", 0, 1, api.UpdateItem, updateMember).failing(func(r *rig) any {
		in := updateMember(r)
		in.ConditionExpression, in.ReturnValuesOnConditionCheckFailure = aws.String("attribute_not_exists(id)"), types.ReturnValuesOnConditionCheckFailureAllOld
		return in
	}),
	newOperation("DeleteItem", 0, 1, api.DeleteItem, deleteMember).failing(func(r *rig) any {
		in := deleteMember(r)
		in.ConditionExpression, in.ReturnValuesOnConditionCheckFailure = aws.String("attribute_not_exists(id)"), types.ReturnValuesOnConditionCheckFailureAllOld
		return in
	}),
	newOperation("Query", 0, members, api.Query, func(r *rig) *dynamodb.QueryInput {
		return &dynamodb.QueryInput{TableName: &r.table, KeyConditionExpression: aws.String("id = :id"),
			ExpressionAttributeValues: crypto.Item{":id": str(memberID)}}
	}),
	newOperation("Scan", 0, members, api.Scan, func(r *rig) *dynamodb.ScanInput {
		return &dynamodb.ScanInput{TableName: &r.table}
	}),
	newOperation("BatchGetItem", 0, members, api.BatchGetItem, func(r *rig) *dynamodb.BatchGetItemInput {
		return &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{r.table: {Keys: memberKeys()}}}
	}),
	newOperation("BatchWriteItem", 2, 0, api.BatchWriteItem, func(r *rig) *dynamodb.BatchWriteItemInput {
		return &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{r.table: {
			{PutRequest: &types.PutRequest{Item: member(members)}},
			{DeleteRequest: &types.DeleteRequest{Key: memberKey(1)}},
			{PutRequest: &types.PutRequest{Item: member(members + 1)}},
		}}}
	}),
	newOperation("TransactGetItems", 0, members, api.TransactGetItems, func(r *rig) *dynamodb.TransactGetItemsInput {
		in := &dynamodb.TransactGetItemsInput{}
		for _, key := range memberKeys() {
			in.TransactItems = append(in.TransactItems, types.TransactGetItem{Get: &types.Get{TableName: &r.table, Key: key}})
		}
		return in
	}),
	newOperation("TransactWriteItems", 1, 0, api.TransactWriteItems, func(r *rig) *dynamodb.TransactWriteItemsInput {
		return transactMembers(r, "attribute_exists(id)")
	}).failing(func(r *rig) any { return transactMembers(r, "attribute_not_exists(id)") }),
}

func putMember(r *rig) *dynamodb.PutItemInput {
	return &dynamodb.PutItemInput{TableName: &r.table, Item: member(0), ReturnValues: types.ReturnValueAllOld}
}

func updateMember(r *rig) *dynamodb.UpdateItemInput {
	return &dynamodb.UpdateItemInput{TableName: &r.table, Key: memberKey(0), UpdateExpression: aws.String("SET #v = :v"),
		ExpressionAttributeNames: map[string]string{"#v": "views"}, ExpressionAttributeValues: crypto.Item{":v": num(1)}, ReturnValues: types.ReturnValueAllOld}
}

func deleteMember(r *rig) *dynamodb.DeleteItemInput {
	return &dynamodb.DeleteItemInput{TableName: &r.table, Key: memberKey(0), ReturnValues: types.ReturnValueAllOld}
}

// transactMembers checks member 0, updates member 1, deletes member 2 and puts a new
// one.
func transactMembers(r *rig, condition string) *dynamodb.TransactWriteItemsInput {
	update := updateMember(r)
	return &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{ConditionCheck: &types.ConditionCheck{TableName: &r.table, Key: memberKey(0), ConditionExpression: &condition,
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld}},
		{Update: &types.Update{TableName: &r.table, Key: memberKey(1), UpdateExpression: update.UpdateExpression,
			ExpressionAttributeNames: update.ExpressionAttributeNames, ExpressionAttributeValues: update.ExpressionAttributeValues}},
		{Delete: &types.Delete{TableName: &r.table, Key: memberKey(2)}},
		{Put: &types.Put{TableName: &r.table, Item: member(members)}},
	}}
}
