package main

import "time"

//go:generate go run github.com/ddbcrypt/ddbcrypt/cmd/ddbcryptgen -type Customer,Receipt

// Customer has some of everything: attributes that are encrypted, among them a nested
// struct and a set; keys, an index, a version, an expiry time; and one that left.
type Customer struct {
	_       struct{}  `ddbcrypt:"table=customers,retired=fax:encrypt"`
	ID      string    `dynamodbav:"id" ddbcrypt:"partition"`
	Plan    string    `dynamodbav:"plan" ddbcrypt:"index=byPlan:partition"`
	Joined  time.Time `dynamodbav:"joined" ddbcrypt:"index=byPlan:sort"`
	Email   string    `dynamodbav:"email"`
	Address Address   `dynamodbav:"address"`
	Labels  []string  `dynamodbav:"labels,stringset,omitempty"`
	Credit  int       `dynamodbav:"credit"`
	Expires time.Time `dynamodbav:"expires,unixtime" ddbcrypt:"ttl"`
	Version int64     `dynamodbav:"version" ddbcrypt:"version"`
}

// Address is a part of a customer.
type Address struct {
	Street string `dynamodbav:"street"`
	City   string `dynamodbav:"city"`
	Zip    string `dynamodbav:"zip,omitempty"`
}

// Receipt has no secrets: everything is signed, and nothing encrypted.
type Receipt struct {
	_        struct{}  `ddbcrypt:"table=receipts,default=sign"`
	Customer string    `dynamodbav:"customer" ddbcrypt:"partition"`
	Number   int       `dynamodbav:"number" ddbcrypt:"sort"`
	Issued   time.Time `dynamodbav:"issued"`
	Lines    []Line    `dynamodbav:"lines"`
	Total    float64   `dynamodbav:"total"`
}

// Line is one of a receipt.
type Line struct {
	Article string  `dynamodbav:"article"`
	Price   float64 `dynamodbav:"price"`
}

// The twins have the same fields and tags, but are other types, and so have no
// generated code: mappers of them use reflection.
type (
	reflectedCustomer Customer
	reflectedReceipt  Receipt
)
