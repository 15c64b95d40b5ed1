package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

func ExampleMapper_LoadMany() {
	ctx := context.Background()
	_, orders := exampleOrders()

	found, err := orders.LoadMany(ctx, []mapper.Key{{"bob", 1}, {"carol", 1}, {"alice", 3}})
	if err != nil {
		log.Fatal(err)
	}
	for i, order := range found {
		if order == nil {
			fmt.Println(i, "is not there")
			continue
		}
		fmt.Println(i, order.Customer, order.Number)
	}
	// Output:
	// 0 bob 1
	// 1 is not there
	// 2 alice 3
}

func ExampleMapper_SaveMany() {
	ctx := context.Background()
	orders := openExample[Order](memdb.New())

	var list []*Order
	for n := range 60 { // in three requests
		list = append(list, &Order{Customer: "alice", Number: n, Status: "open", Placed: "2026-04-01", Country: "CH", Canton: "ZH", Zip: "8001"})
	}
	if err := orders.SaveMany(ctx, list); err != nil {
		log.Fatal(err)
	}
	fmt.Println(must(orders.Count(ctx)))
	// Output:
	// 60
}

// Batches have no conditions, so they cannot hold versions.
func ExampleMapper_SaveMany_versions() {
	ctx := context.Background()
	customers := openExample[Customer](memdb.New())
	list := []*Customer{{ID: "alice"}, {ID: "bob"}}

	fmt.Println(customers.SaveMany(ctx, list))
	fmt.Println(customers.SaveMany(ctx, list, mapper.Clobber()), list[0].Version)
	// Output:
	// ddbcrypt: SaveMany mapper_test.Customer in table "customers": configuration is not valid: mapper_test.Customer has a version, field Version, and batches have no conditions to hold it; use Save, Delete or Transact, or state Clobber to write over any version
	// <nil> 1
}

func ExampleMapper_DeleteMany() {
	ctx := context.Background()
	_, orders := exampleOrders()
	err := orders.DeleteMany(ctx, []mapper.Key{{"alice", 1}, {"alice", 2}, {"carol", 1}})
	fmt.Println(err, must(orders.Count(ctx)))
	// Output:
	// <nil> 3
}

func ExampleBatchError() {
	ctx := context.Background()
	db, orders := exampleOrders()
	changeTotal(db, "alice", 2)

	keys := []mapper.Key{{"alice", 1}, {"alice", 2}, {"alice", 3}}
	found, err := orders.LoadMany(ctx, keys)
	var partly *mapper.BatchError
	if errors.As(err, &partly) {
		for _, undone := range partly.Undone {
			fmt.Println("not loaded:", keys[undone.Index], errors.Is(undone.Err, crypto.ErrSignature))
		}
	}
	fmt.Println(found[0] != nil, found[1] != nil, found[2] != nil)
	// Output:
	// not loaded: [alice 2] true
	// true false true
}
