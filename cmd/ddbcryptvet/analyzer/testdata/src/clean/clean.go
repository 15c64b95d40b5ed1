// Package clean uses everything as it is meant.
package clean

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

type User struct {
	_ struct{} `ddbcrypt:"table=users,default=encrypt,unknown=sign,signedas=old,retired=a:b:none,retired=c:sign,projection=byCity:keys,include=byAge:email"`
	Base
	*Audit
	Name    Name              `dynamodbav:"name,omitempty" json:"name"`
	City    string            `dynamodbav:"city,omitempty" ddbcrypt:"sign,index=byCity:partition:1,index=byAge:partition"`
	Country string            `dynamodbav:"country,omitempty" ddbcrypt:"index=byCity:partition:2"`
	Age     int               `dynamodbav:"age,omitempty" ddbcrypt:"localindex=byBirth,index=byAge:sort"`
	Phones  []string          `dynamodbav:"phones,omitempty,stringset"`
	Scores  map[string]int    `dynamodbav:"scores,nullempty,omitemptyelem,nullemptyelem" ddbcrypt:"none"`
	Home    *Address          `dynamodbav:"home"`
	Old     []Address         `dynamodbav:"old"`
	Friends map[string]*User2 `dynamodbav:"friends"`
	Expires time.Time         `dynamodbav:"expires,unixtime" ddbcrypt:"none,ttl"`
	Count   int64             `dynamodbav:"count,string"`
	Rest    Rest              `dynamodbav:"-" ddbcrypt:"unknown"`
	Cache   int               `dynamodbav:"-"`
	Token   string            `dynamodbav:"token" ddbcrypt:"none"`
	private int
	_       [0]func()
	Email   string `dynamodbav:"email" ddbcrypt:"encrypt"`
}

type (
	Name    string
	Address struct {
		Street string `dynamodbav:"street"`
	}
	User2 struct{ Inner struct{ Text string } }
	Rest  map[string]types.AttributeValue
)

// Base has the key.
type Base struct {
	ID string `dynamodbav:"id" ddbcrypt:"partition"`
}

// Audit has what needs the key of Base.
type Audit struct {
	Created int64     `dynamodbav:"created" ddbcrypt:"sort"`
	Version time.Time `dynamodbav:"version" ddbcrypt:"version"`
}

// Alias is a second name.
type Alias = User

// Copy has the same fields.
type Copy User

// Open has nothing protected.
type Open struct {
	_  struct{} `ddbcrypt:"table=open,default=none"`
	ID string   `ddbcrypt:"none,partition"`
}

// Pair is for all types.
type Pair[K comparable, V any] struct {
	_     struct{} `ddbcrypt:"table=pairs"`
	Key   K        `dynamodbav:"key" ddbcrypt:"partition"`
	Value V        `dynamodbav:"value"`
	Count V        `dynamodbav:"count" ddbcrypt:"version"`
}

// Response is JSON.
type Response struct {
	User  `json:"user"`
	Pairs []Pair[string, int] `json:"pairs,omitempty"`
}

func use(ctx context.Context, db *dynamodb.Client, enc crypto.ItemEncryptor) error {
	if _, err := mapper.New[User](db, enc); err != nil {
		return err
	}
	mapper.New[Alias](db, enc)
	mapper.New[Open](db, enc)
	mapper.New[Pair[string, int64]](db, enc)
	address, err := attributevalue.MarshalMap(Address{})
	if err != nil {
		return err
	}
	_, err = db.PutItem(ctx, &dynamodb.PutItemInput{Item: address})
	type local struct {
		ID string `ddbcrypt:"partition"`
	}
	_ = local{}
	return err
}
