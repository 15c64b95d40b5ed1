package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

func ExampleMapper_Modify() {
	ctx := context.Background()
	_, orders := exampleOrders()

	order, err := orders.Modify(ctx, mapper.Key{"alice", 2}, func(o *Order) error {
		o.Status = "paid"
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(order.Status, order.Address)
	// Output:
	// paid Bahnhofstrasse 1
}

// What the function returns ends Modify.
func ExampleMapper_Modify_refuse() {
	ctx := context.Background()
	_, orders := exampleOrders()
	errPaid := errors.New("it is paid already")

	_, err := orders.Modify(ctx, mapper.Key{"alice", 1}, func(o *Order) error {
		if o.Status == "paid" {
			return errPaid
		}
		o.Status = "paid"
		return nil
	})
	fmt.Println(errors.Is(err, errPaid))
	// Output:
	// true
}

func ExampleOrCreate() {
	ctx := context.Background()
	customers := openExample[Customer](memdb.New())
	for range 3 {
		alice, err := customers.Modify(ctx, mapper.Key{"alice"}, func(c *Customer) error {
			c.Visits++
			return nil
		}, mapper.OrCreate())
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(alice.Visits)
	}
	// Output:
	// 1
	// 2
	// 3
}

// Somebody else is always faster here.
func ExampleAttempts() {
	ctx := context.Background()
	_, orders := exampleOrders()
	key, attempts := mapper.Key{"alice", 1}, 0
	_, err := orders.Modify(ctx, key, func(o *Order) error {
		attempts++
		other := *o
		other.Total++
		return orders.Save(ctx, &other)
	}, mapper.Attempts(3))
	fmt.Println(attempts, errors.Is(err, mapper.ErrVersionConflict))
	// Output:
	// 3 true
}

func ExampleCondition() {
	ctx := context.Background()
	_, orders := exampleOrders()

	order := Order{Customer: "alice", Number: 1, Status: "open", Placed: "2026-04-01", Country: "CH", Canton: "ZH", Zip: "8001"}
	isNew := mapper.Condition(expression.Name("customer").AttributeNotExists())
	err := orders.Save(ctx, &order, isNew)
	fmt.Println("taken:", errors.Is(err, mapper.ErrConditionFailed))
	order.Number = 4
	fmt.Println(orders.Save(ctx, &order, isNew))
	// Output:
	// taken: true
	// <nil>
}

func ExampleClobber() {
	ctx := context.Background()
	customers := openExample[Customer](memdb.New())
	try(customers.Save(ctx, &Customer{ID: "alice"}))
	other := Customer{ID: "alice", Plan: "gold", Version: 7}
	fmt.Println(errors.Is(customers.Save(ctx, &other), mapper.ErrVersionConflict))
	fmt.Println(customers.Save(ctx, &other, mapper.Clobber()), other.Version)
	// Output:
	// true
	// <nil> 8
}

func ExampleReturnOld() {
	ctx := context.Background()
	_, orders := exampleOrders()
	var old *Order
	err := orders.DeleteKey(ctx, mapper.Key{"alice", 2}, mapper.ReturnOld(&old))
	fmt.Println(err, old.Status, old.Address)
	// Output:
	// <nil> open Bahnhofstrasse 1
}

func ExampleMapper_DeleteKey() {
	ctx := context.Background()
	_, orders := exampleOrders()
	open := mapper.Condition(expression.Name("status").Equal(expression.Value("open")))
	fmt.Println(errors.Is(orders.DeleteKey(ctx, mapper.Key{"alice", 1}, open), mapper.ErrConditionFailed))
	fmt.Println(orders.DeleteKey(ctx, mapper.Key{"alice", 2}, open))
	// Output:
	// true
	// <nil>
}

// There are no partial updates.
func ExampleMapper_Update() {
	ctx := context.Background()
	_, orders := exampleOrders()
	fmt.Println(orders.Update(ctx))
	// Output:
	// ddbcrypt: Update mapper_test.Order in table "orders": an item cannot be updated in part, since its signature covers the whole of it; use Modify, or load, change and save it
}

// Note has the time of its last write for a version.
type Note struct {
	_       struct{}  `ddbcrypt:"table=notes"`
	ID      string    `dynamodbav:"id" ddbcrypt:"partition"`
	Text    string    `dynamodbav:"text"`
	Changed time.Time `dynamodbav:"changed" ddbcrypt:"version"`
}

func ExampleWithClock() {
	ctx := context.Background()
	noon := time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC)
	notes := openExample[Note](memdb.New(), mapper.WithClock(func() time.Time { return noon }))

	note := Note{ID: "n-1", Text: "first"}
	try(notes.Save(ctx, &note))
	fmt.Println(note.Changed)
	stale := note
	try(notes.Save(ctx, &note)) // at the same time; versions differ all the same
	fmt.Println(note.Changed)
	fmt.Println(errors.Is(notes.Save(ctx, &stale), mapper.ErrVersionConflict))
	// Output:
	// 2026-04-01 12:00:00 +0000 UTC
	// 2026-04-01 12:00:00.000000001 +0000 UTC
	// true
}
