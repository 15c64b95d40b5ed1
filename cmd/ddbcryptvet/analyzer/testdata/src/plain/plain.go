// Package plain stores annotated structs by clients that do not encrypt.
package plain

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

type User struct {
	ID    string `dynamodbav:"id" ddbcrypt:"partition"`
	Email string `dynamodbav:"email"`
}

// Plain has no ddbcrypt tag.
type Plain struct{ ID string }

type store struct {
	db *dynamodb.Client
	*dynamodb.Client
}

func direct(ctx context.Context, db *dynamodb.Client, u User, p Plain) error {
	item, err := attributevalue.MarshalMap(u)
	if err != nil {
		return err
	}
	fmt.Println(len(item))
	_, err = db.PutItem(ctx, &dynamodb.PutItemInput{Item: item}) // want `^type plain.User: values have ddbcrypt tags but dynamodb.Client.PutItem stores them in the clear, save them by a mapper or make the client with client.WithEncryption$`
	other, _ := attributevalue.MarshalMap(p)
	db.PutItem(ctx, &dynamodb.PutItemInput{Item: other})
	return err
}

func (s *store) put(ctx context.Context, u *User) {
	var input dynamodb.PutItemInput
	var err error
	input.Item, err = attributevalue.MarshalMapWithOptions(u)
	if err == nil {
		s.db.PutItem(ctx, &input) // want `stores them in the clear`
		s.PutItem(ctx, &input)    // want `stores them in the clear`
	}
}

func batch(ctx context.Context, db *dynamodb.Client, users []User) {
	var requests []types.WriteRequest
	for i := range users {
		av, _ := attributevalue.NewEncoder().Encode(users[i])
		requests = append(requests, types.WriteRequest{PutRequest: &types.PutRequest{Item: av.(*types.AttributeValueMemberM).Value}})
	}
	db.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{ // want `dynamodb.Client.BatchWriteItem stores them in the clear`
		RequestItems: map[string][]types.WriteRequest{"users": requests},
	})
}

func transact(ctx context.Context, db *dynamodb.Client, u User) {
	item, _ := attributevalue.MarshalMap(&u)
	input := &dynamodb.TransactWriteItemsInput{}
	input.TransactItems = []types.TransactWriteItem{{Put: &types.Put{Item: item}}}
	db.TransactWriteItems(ctx, input) // want `dynamodb.Client.TransactWriteItems stores them in the clear`
}

func sealed(ctx context.Context, db *dynamodb.Client, enc crypto.ItemEncryptor, u User) error {
	item, err := attributevalue.MarshalMap(u)
	if err != nil {
		return err
	}
	encrypted, err := enc.EncryptItem(ctx, item)
	if err != nil {
		return err
	}
	_, err = db.PutItem(ctx, &dynamodb.PutItemInput{Item: encrypted})
	return err
}

func sealedInPlace(ctx context.Context, db *dynamodb.Client, enc crypto.ItemEncryptor, u User) {
	item, _ := attributevalue.MarshalMap(u)
	item, _ = enc.EncryptItem(ctx, item)
	db.PutItem(ctx, &dynamodb.PutItemInput{Item: item})
}

func sealedByHand(ctx context.Context, db *dynamodb.Client, u User) {
	item, _ := attributevalue.MarshalMap(u)
	item["email"] = seal(item["email"])
	db.PutItem(ctx, &dynamodb.PutItemInput{Item: item})
}

func seal(v types.AttributeValue) types.AttributeValue { return v }

func keysAndConditions(ctx context.Context, db *dynamodb.Client, u User) {
	key, _ := attributevalue.MarshalMap(u)
	db.DeleteItem(ctx, &dynamodb.DeleteItemInput{Key: key})
	db.PutItem(ctx, &dynamodb.PutItemInput{ExpressionAttributeValues: key, Item: map[string]types.AttributeValue{"id": key["id"]}})
	db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{{Delete: &types.Delete{Key: key}}}})
}

func wrapper(ctx context.Context, ec *client.Client, u User) {
	item, _ := attributevalue.MarshalMap(u)
	ec.PutItem(ctx, &dynamodb.PutItemInput{Item: item})
}

func guregu(ctx context.Context, table dynamo.Table, users []User) {
	table.Put(users[0]).Run(ctx)  // want `^type plain.User: values have ddbcrypt tags but dynamo.Table.Put stores them in the clear`
	table.Put(&users[0]).Run(ctx) // want `stores them in the clear`
	table.Put(Plain{}).Run(ctx)
	table.Batch().Put(Plain{}, users[0]).Run(ctx)          // want `dynamo.BatchWrite.Put stores`
	table.Batch().PutIn(table, users[0], Plain{}).Run(ctx) // want `dynamo.BatchWrite.PutIn stores`
}
