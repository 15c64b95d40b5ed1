// Package planted has mistakes that are known only with the real packages.
package planted

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/guregu/dynamo/v2"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// Number is stored as attributevalue does it.
type Number = attributevalue.Number

// User has an expiry time that is stored as text.
type User struct {
	_    struct{}                `ddbcrypt:"table=users"`
	ID   attributevalue.UnixTime `dynamodbav:"id" ddbcrypt:"partition"`
	Sort Number                  `dynamodbav:"sort" ddbcrypt:"sort"`
	At   time.Time               `dynamodbav:"at" ddbcrypt:"ttl"`
}

// Mappers makes one for a pointer.
func Mappers(db *dynamodb.Client, enc crypto.ItemEncryptor) error {
	_, err := mapper.New[User](db, enc)
	if err == nil {
		_, err = mapper.New[*User](db, enc)
	}
	return err
}

// Put stores a user in the clear.
func Put(ctx context.Context, db *dynamodb.Client, u User) error {
	item, err := attributevalue.MarshalMap(u)
	if err == nil {
		_, err = db.PutItem(ctx, &dynamodb.PutItemInput{Item: item})
	}
	return err
}

// PutEncrypted does not.
func PutEncrypted(ctx context.Context, db *dynamodb.Client, ec *client.Client, enc *crypto.Encryptor, u User) error {
	item, err := attributevalue.MarshalMap(u)
	if err != nil {
		return err
	}
	if _, err := ec.PutItem(ctx, &dynamodb.PutItemInput{Item: item}); err != nil {
		return err
	}
	sealed, err := enc.EncryptItem(ctx, item, cmp.EncryptionContext{PartitionKey: "id"}, crypto.Actions{})
	if err == nil {
		_, err = db.PutItem(ctx, &dynamodb.PutItemInput{Item: sealed})
	}
	return err
}

// PutByGuregu stores a user in the clear.
func PutByGuregu(ctx context.Context, users dynamo.Table, u User) error {
	return users.Put(u).Run(ctx)
}
