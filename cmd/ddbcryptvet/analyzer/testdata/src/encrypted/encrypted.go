// Package encrypted makes a client that encrypts.
package encrypted

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/guregu/dynamo/v2"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

type User struct {
	ID string `ddbcrypt:"partition"`
}

func put(ctx context.Context, enc crypto.ItemEncryptor, u User) {
	db := dynamodb.New(dynamodb.Options{}, client.WithEncryption(enc))
	item, _ := attributevalue.MarshalMap(u)
	db.PutItem(ctx, &dynamodb.PutItemInput{Item: item})
	dynamo.NewFromIface(db).Table("users").Put(u).Run(ctx)
}
