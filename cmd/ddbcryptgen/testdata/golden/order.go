// Package order has fields of many types.
package order

import (
	"math/big"
	"time"
)

//go:generate go run github.com/ddbcrypt/ddbcrypt/cmd/ddbcryptgen -type Order,Basket

// Order has nested structs, sets, times, and what only attributevalue can encode.
type Order struct {
	Base
	*Shipping
	Lines   []Line            `dynamodbav:"lines"`
	Gift    *Line             `dynamodbav:"gift,omitempty"`
	Labels  []string          `dynamodbav:"labels,stringset"`
	Placed  time.Time         `dynamodbav:"placed"`
	Expires time.Time         `dynamodbav:"expires,unixtime"`
	Notes   map[string]string `dynamodbav:"notes,nullempty"`
	Paid    bool              `dynamodbav:"paid,omitempty"`
	Level   float32           `dynamodbav:"level,nullempty"`
	Sum     big.Int           `dynamodbav:"sum"`
	Any     any               `dynamodbav:"any"`
}

// Base is in more than one type.
type Base struct {
	ID      string `dynamodbav:"id" ddbcrypt:"partition"`
	Version int64  `dynamodbav:"version" ddbcrypt:"version"`
}

// Shipping is embedded by a pointer.
type Shipping struct {
	Carrier string `dynamodbav:"carrier"`
}

// Line is a value.
type Line struct {
	Article string  `dynamodbav:"article"`
	Count   int     `dynamodbav:"count,omitempty"`
	Price   float64 `dynamodbav:"price"`
}

// Basket shares types with Order.
type Basket struct {
	Base
	Lines []Line `dynamodbav:"lines" ddbcrypt:"sign"`
}
