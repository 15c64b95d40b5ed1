// Package attribute has dynamodbav tags and types that ddbcrypt tags do not go with.
package attribute

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type Keys struct {
	ID      string `dynamodbav:"id,omitempty" ddbcrypt:"partition"` // want `^type attribute.Keys, field ID, tag "id,omitempty": omitempty leaves out a key that is zero and the item cannot be saved, remove it$`
	Created int64  `dynamodbav:"created,nullempty" ddbcrypt:"sort"` // want `nullempty makes a key that is zero NULL`
	City    string `dynamodbav:"city,omitempty" ddbcrypt:"index"`
	Both    string `dynamodbav:",omitempty,nullempty"` // want `refuses empty values under omitempty and nullempty together`
}

type SetKey struct {
	ID   []string          `dynamodbav:"id,stringset" ddbcrypt:"partition"` // want `a key is a string, a number or binary and not a \[\]string, use another type`
	Sort bool              `ddbcrypt:"sort"`                                // want `not a bool`
	Tags map[string]string `ddbcrypt:"index=byTags:partition"`              // want `not a map\[string\]string`
}

type GoodKeys struct {
	ID    [16]byte                `ddbcrypt:"partition"`
	Sort  *time.Time              `ddbcrypt:"sort"`
	A     types.AttributeValue    `ddbcrypt:"index"`
	B     attributevalue.Number   `ddbcrypt:"index"`
	C     attributevalue.UnixTime `ddbcrypt:"index"`
	D     float64                 `ddbcrypt:"index"`
	E     any                     `ddbcrypt:"index"`
	Count *int64                  `ddbcrypt:"version"`
}

type Version struct {
	ID string `ddbcrypt:"partition"`
	V  int    `dynamodbav:"v,string" ddbcrypt:"version"` // want `a version is stored as a number, remove the option string`
}

type Own int64

func (Own) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) { return nil, nil }

type OwnVersion struct {
	ID string `ddbcrypt:"partition"`
	V  *Own   `ddbcrypt:"version"` // want `type attribute.Own marshals itself, use another type`
}

type TimeVersion struct {
	ID string    `ddbcrypt:"partition"`
	V  time.Time `dynamodbav:"v,string" ddbcrypt:"version"`
}

type Options struct {
	ID string      `dynamodbav:"id" ddbcrypt:"partition"`
	A  string      `dynamodbav:"a,omitemtpy"` // want `attributevalue ignores the unknown option "omitemtpy", did you mean "omitempty"\?`
	B  string      `dynamodbav:"b,hashkey"`   // want `unknown option "hashkey", remove it or use one of: omitempty`
	C  int         `dynamodbav:"c,unixtime"`  // want `unixtime has no effect on a int, remove it or use time.Time`
	D  []time.Time `dynamodbav:"d,unixtime"`  // want `unixtime has no effect`
	E  *time.Time  `dynamodbav:",unixtime"`
	F  any         `dynamodbav:"f,unixtime"`
	G  string      `dynamodbav:"g,"`
}

// Plain has no ddbcrypt tag.
type Plain struct {
	A string `dynamodbav:"a,omitemtpy"`
}

// Base is a part of items.
type Base struct {
	A string `dynamodbav:"a,omitemtpy"` // want `^type attribute.First, field Base.A`
}

type First struct {
	ID string `ddbcrypt:"partition"`
	Base
}

type Second struct {
	ID string `ddbcrypt:"partition"`
	Base
}

type (
	TTLTime struct {
		At time.Time `dynamodbav:"at" ddbcrypt:"ttl"` // want `DynamoDB wants the expiry time as a number of seconds, add the option unixtime to the dynamodbav tag`
	}
	TTLText struct {
		At string `ddbcrypt:"ttl"` // want `and not a string; use an integer, or time.Time with the option unixtime`
	}
	TTLString struct {
		At int64 `dynamodbav:"at,string" ddbcrypt:"ttl"` // want `remove the option string`
	}
	TTLBool struct {
		At bool `ddbcrypt:"ttl"` // want `and not a bool`
	}
	TTLGood struct {
		At *time.Time `dynamodbav:"at,unixtime,omitempty" ddbcrypt:"ttl"`
	}
	TTLNumber struct {
		At attributevalue.Number `ddbcrypt:"ttl"`
	}
	TTLUnix struct {
		At attributevalue.UnixTime `ddbcrypt:"ttl"`
	}
	TTLInt struct {
		At int64 `ddbcrypt:"ttl"`
	}
)
