package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// exampleShop has the orders of the other examples, and their customers.
func exampleShop() (*mapper.Mapper[Customer], *mapper.Mapper[Order]) {
	db, _ := exampleOrders()
	client := db.Client()
	orders := must(mapper.New[Order](client, exampleEncryptor()))
	customers := must(mapper.New[Customer](client, exampleEncryptor()))
	try(customers.CreateTable(context.Background()))
	try(customers.Save(context.Background(), &Customer{ID: "alice", Plan: "free"}))
	return customers, orders
}

func ExampleTransact() {
	ctx := context.Background()
	customers, orders := exampleShop()
	alice, err := customers.Load(ctx, "alice")
	if err != nil {
		log.Fatal(err)
	}
	order, err := orders.Load(ctx, "alice", 2)
	if err != nil {
		log.Fatal(err)
	}

	alice.Plan, order.Status = "gold", "paid"
	err = mapper.Transact(ctx,
		customers.PutOp(&alice), // if nobody else has saved her since
		orders.PutOp(&order, mapper.Condition(expression.Name("status").Equal(expression.Value("open")))),
		orders.DeleteOp(mapper.Key{"alice", 1}),
		orders.Check(mapper.Key{"alice", 3}), // it has to exist
	)
	fmt.Println(err, alice.Version)
	show(orders.Query(ctx, mapper.Partition("alice")))
	// Output:
	// <nil> 2
	// alice 2 paid 2026-02-11
	// alice 3 paid 2026-03-02
}

func ExampleTransactError() {
	ctx := context.Background()
	customers, orders := exampleShop()
	stale := must(customers.Load(ctx, "alice"))
	other := stale
	try(customers.Save(ctx, &other)) // somebody else

	err := mapper.Transact(ctx, orders.DeleteOp(mapper.Key{"alice", 1}), customers.PutOp(&stale))
	var cancelled *mapper.TransactError
	if errors.As(err, &cancelled) {
		for _, failed := range cancelled.Failed {
			fmt.Println("because of operation", failed.Index, errors.Is(failed.Err, mapper.ErrVersionConflict))
		}
	}
	fmt.Println(err)
	// Output:
	// because of operation 1 true
	// ddbcrypt: Transact: cancelled, nothing was done: operation 1: PutOp mapper_test.Customer in table "customers": version conflict: the stored item is not the one that was loaded: ConditionalCheckFailed
}

func ExampleMapper_PutOp() {
	ctx := context.Background()
	customers, _ := exampleShop()
	bob := Customer{ID: "bob", Plan: "free"}
	fmt.Println(mapper.Transact(ctx, customers.PutOp(&bob)), bob.Version)
	// Output:
	// <nil> 1
}

func ExampleMapper_DeleteOp() {
	ctx := context.Background()
	customers, _ := exampleShop()
	alice := must(customers.Load(ctx, "alice"))
	fmt.Println(mapper.Transact(ctx, customers.DeleteOp(&alice)), must(customers.Count(ctx)))
	// Output:
	// <nil> 0
}

func ExampleMapper_Check() {
	ctx := context.Background()
	customers, orders := exampleShop()
	alice := must(customers.Load(ctx, "alice"))
	order := must(orders.Load(ctx, "alice", 2))
	other := alice
	try(customers.Save(ctx, &other)) // somebody else

	err := mapper.Transact(ctx, customers.Check(&alice), orders.PutOp(&order))
	fmt.Println(errors.Is(err, mapper.ErrVersionConflict))
	// Output:
	// true
}

func ExampleTransactLoad() {
	ctx := context.Background()
	customers, orders := exampleShop()

	var alice, carol *Customer
	var order *Order
	err := mapper.TransactLoad(ctx, customers.LoadOp(&alice, "alice"), customers.LoadOp(&carol, "carol"), orders.LoadOp(&order, "alice", 2))
	fmt.Println(err, alice.Plan, carol == nil, order.Status)
	// Output:
	// <nil> free true open
}

func ExampleMapper_LoadOp() {
	ctx := context.Background()
	_, orders := exampleShop()
	var order *Order
	try(mapper.TransactLoad(ctx, orders.LoadOp(&order, mapper.Key{"alice", 2}, mapper.Project("status"))))
	fmt.Printf("%s %q\n", order.Status, order.Address)
	// Output:
	// open ""
}

// A transaction that was prepared is the same bytes each time, so DynamoDB does it once.
func ExamplePrepareTransaction() {
	ctx := context.Background()
	customers, orders := exampleShop()
	order := must(orders.Load(ctx, "alice", 2))
	alice := must(customers.Load(ctx, "alice"))

	transaction, err := mapper.PrepareTransaction(ctx, orders.PutOp(&order), customers.PutOp(&alice))
	if err != nil {
		log.Fatal(err)
	}
	for range 2 { // an answer was lost, say
		err = transaction.Run(ctx)
	}
	fmt.Println(err, must(customers.Load(ctx, "alice")).Version)
	// Output:
	// <nil> 2
}

func ExampleTransaction_Run() {
	ctx := context.Background()
	_, orders := exampleShop()
	transaction := must(mapper.PrepareTransaction(ctx, orders.DeleteOp(mapper.Key{"alice", 1})))
	before := must(orders.Count(ctx))
	try(transaction.Run(ctx))
	fmt.Println(before, must(orders.Count(ctx)))
	// Output:
	// 5 4
}

func ExampleTransaction_Token() {
	ctx := context.Background()
	_, orders := exampleShop()
	transaction := must(mapper.PrepareTransaction(ctx, orders.DeleteOp(mapper.Key{"alice", 1})))
	fmt.Println(transaction.Token() != "")
	// Output:
	// true
}

func ExampleIdempotencyToken() {
	ctx := context.Background()
	_, orders := exampleShop()
	transaction := must(mapper.PrepareTransaction(ctx, orders.DeleteOp(mapper.Key{"alice", 1}), mapper.IdempotencyToken("cancel-alice-1")))
	fmt.Println(transaction.Token(), transaction.Run(ctx))
	// Output:
	// cancel-alice-1 <nil>
}

func ExampleClientOptions() {
	ctx := context.Background()
	_, orders := exampleShop()
	quickly := mapper.ClientOptions(func(o *dynamodb.Options) { o.RetryMaxAttempts = 1 })
	order, err := orders.Load(ctx, "alice", 2, quickly)
	fmt.Println(order.Status, err)
	// Output:
	// open <nil>
}
