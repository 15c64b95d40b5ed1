package mapper_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"log"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// Customer is what the examples save.
type Customer struct {
	_       struct{} `ddbcrypt:"table=customers"`
	ID      string   `dynamodbav:"id" ddbcrypt:"partition"`
	Email   string   `dynamodbav:"email"`                      // encrypted and signed
	Plan    string   `dynamodbav:"plan" ddbcrypt:"sign"`       // signed only
	Visits  int      `dynamodbav:"visits" ddbcrypt:"none"`     // neither
	Version int64    `dynamodbav:"version" ddbcrypt:"version"` // optimistic lock
}

// Order is what the examples read many of. It has no version, but secondary indexes.
type Order struct {
	_        struct{} `ddbcrypt:"table=orders,projection=byPlace:keys"`
	Customer string   `dynamodbav:"customer" ddbcrypt:"partition"`
	Number   int      `dynamodbav:"number" ddbcrypt:"sort"`
	Address  string   `dynamodbav:"address"` // encrypted and signed
	Status   string   `dynamodbav:"status" ddbcrypt:"index=byStatus:partition"`
	Placed   string   `dynamodbav:"placed" ddbcrypt:"index=byStatus:sort"`
	Country  string   `dynamodbav:"country" ddbcrypt:"index=byPlace:partition"`
	Canton   string   `dynamodbav:"canton" ddbcrypt:"index=byPlace:sort"`
	Zip      string   `dynamodbav:"zip" ddbcrypt:"index=byPlace:sort"`
	Total    int      `dynamodbav:"total" ddbcrypt:"sign"`
}

// openExample makes a table in a store in this process. A program has
// dynamodb.NewFromConfig(cfg) instead, and a table.
func openExample[T any](db *memdb.DB, options ...mapper.Option) *mapper.Mapper[T] {
	m, err := mapper.New[T](db.Client(), exampleEncryptor(), options...)
	try(err)
	try(m.CreateTable(context.Background()))
	return m
}

// exampleEncryptor has fixed keys. A program takes its keys from KMS or from
// wherever it keeps secrets.
func exampleEncryptor() *crypto.Encryptor {
	wrapping, err := cmp.NewAESKey(bytes.Repeat([]byte{1}, 32))
	try(err)
	signing, err := cmp.NewHMACKey("HmacSHA256", bytes.Repeat([]byte{2}, 32))
	try(err)
	provider, err := cmp.NewWrapped(cmp.WrappedKeys{Wrapping: wrapping, Unwrapping: wrapping, Signing: signing})
	try(err)
	return crypto.NewEncryptor(provider)
}

// exampleOrders returns a table with five orders of two customers.
func exampleOrders() (*memdb.DB, *mapper.Mapper[Order]) {
	db := memdb.New()
	orders := openExample[Order](db)
	try(orders.SaveMany(context.Background(), []*Order{
		{struct{}{}, "alice", 1, "Bahnhofstrasse 1", "paid", "2026-01-05", "CH", "ZH", "8001", 20},
		{struct{}{}, "alice", 2, "Bahnhofstrasse 1", "open", "2026-02-11", "CH", "ZH", "8001", 35},
		{struct{}{}, "alice", 3, "Seestrasse 7", "paid", "2026-03-02", "CH", "ZH", "8002", 50},
		{struct{}{}, "bob", 1, "Markt 87", "paid", "2026-01-20", "NL", "ZH", "2611", 15},
		{struct{}{}, "bob", 2, "Rue du Lac 3", "open", "2026-02-28", "CH", "VD", "1003", 80},
	}))
	return db, orders
}

// show prints orders as they come.
func show(orders iter.Seq2[Order, error]) {
	for order, err := range orders {
		try(err)
		fmt.Println(order.Customer, order.Number, order.Status, order.Placed)
	}
}

// try ends the program if there is an error.
func try(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func ExampleNew() {
	ctx := context.Background()
	db := memdb.New()

	customers, err := mapper.New[Customer](db.Client(), exampleEncryptor())
	if err != nil {
		log.Fatal(err)
	}
	if err := customers.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	err = customers.Save(ctx, &Customer{ID: "alice", Email: "alice@example.com", Plan: "gold"})
	if err != nil {
		log.Fatal(err)
	}

	stored := db.Items("customers")[0]
	fmt.Printf("plan is stored as %T\n", stored["plan"])
	fmt.Printf("email is stored as %T\n", stored["email"])

	customer, err := customers.Load(ctx, "alice")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("and loaded as", customer.Email)
	// Output:
	// plan is stored as *types.AttributeValueMemberS
	// email is stored as *types.AttributeValueMemberB
	// and loaded as alice@example.com
}

func ExampleMapper_Save() {
	ctx := context.Background()
	customers := openExample[Customer](memdb.New())

	alice := Customer{ID: "alice", Plan: "silver"}
	if err := customers.Save(ctx, &alice); err != nil {
		log.Fatal(err)
	}
	fmt.Println("saved version", alice.Version)

	stale := alice // somebody else has loaded it
	alice.Plan = "gold"
	if err := customers.Save(ctx, &alice); err != nil {
		log.Fatal(err)
	}
	fmt.Println("saved version", alice.Version)

	stale.Plan = "bronze"
	err := customers.Save(ctx, &stale)
	fmt.Println("conflict:", errors.Is(err, mapper.ErrVersionConflict))
	fmt.Println("still at version", stale.Version)
	// Output:
	// saved version 1
	// saved version 2
	// conflict: true
	// still at version 1
}

func ExampleMapper_Load() {
	ctx := context.Background()
	db := memdb.New()
	customers := openExample[Customer](db)
	if err := customers.Save(ctx, &Customer{ID: "alice", Plan: "silver"}); err != nil {
		log.Fatal(err)
	}

	alice, err := customers.Load(ctx, "alice", mapper.Consistent())
	fmt.Println(alice.Plan, err)

	_, err = customers.Load(ctx, "bob")
	fmt.Println("not found:", errors.Is(err, mapper.ErrNotFound))

	// Somebody with access to the table gives Alice a better plan.
	stored := db.Items("customers")[0]
	stored["plan"] = &types.AttributeValueMemberS{Value: "gold"}
	if err := db.Replace("customers", stored); err != nil {
		log.Fatal(err)
	}
	alice, err = customers.Load(ctx, "alice")
	fmt.Println("tampered:", errors.Is(err, crypto.ErrSignature))
	fmt.Printf("plan: %q\n", alice.Plan)
	// Output:
	// silver <nil>
	// not found: true
	// tampered: true
	// plan: ""
}

func ExampleMapper_Delete() {
	ctx := context.Background()
	customers := openExample[Customer](memdb.New())
	alice := Customer{ID: "alice"}
	if err := customers.Save(ctx, &alice); err != nil {
		log.Fatal(err)
	}

	stale := Customer{ID: "alice"} // was never loaded and has no version
	err := customers.Delete(ctx, &stale)
	fmt.Println("conflict:", errors.Is(err, mapper.ErrVersionConflict))
	fmt.Println(customers.Delete(ctx, &stale, mapper.Clobber()))
	// Output:
	// conflict: true
	// <nil>
}

// changeTotal is what somebody does who can write to the table.
func changeTotal(db *memdb.DB, customer string, number int) {
	for _, stored := range db.Items("orders") {
		if stored["customer"].(*types.AttributeValueMemberS).Value != customer || stored["number"].(*types.AttributeValueMemberN).Value != fmt.Sprint(number) {
			continue
		}
		stored["total"] = &types.AttributeValueMemberN{Value: "1"}
		try(db.Replace("orders", stored))
	}
}
