package plain

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/ddbcrypt/ddbcrypt/client"
)

// What tests store in the clear is not reported, and their clients do not count.
func putPlain(ctx context.Context, u User) {
	item, _ := attributevalue.MarshalMap(u)
	dynamodb.New(dynamodb.Options{}).PutItem(ctx, &dynamodb.PutItemInput{Item: item})
	dynamodb.New(dynamodb.Options{}, client.WithEncryption(nil))
}
