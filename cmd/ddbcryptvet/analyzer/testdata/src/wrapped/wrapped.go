// Package wrapped makes a wrapper that encrypts, and uses the client in it too.
package wrapped

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
	db := dynamodb.New(dynamodb.Options{})
	ec := client.New(db, enc)
	item, _ := attributevalue.MarshalMap(u)
	ec.PutItem(ctx, &dynamodb.PutItemInput{Item: item})
	db.PutItem(ctx, &dynamodb.PutItemInput{Item: item}) // want `stores them in the clear`
	dynamo.NewFromIface(ec).Table("users").Put(u).Run(ctx)
}
