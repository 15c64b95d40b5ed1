package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

func ExampleMapper_CreateTable() {
	ctx := context.Background()
	orders := must(mapper.New[Order](memdb.New().Client(), exampleEncryptor()))
	if err := orders.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	err := orders.CreateTable(ctx)
	var inUse *types.ResourceInUseException
	fmt.Println("it is there already:", errors.As(err, &inUse))
	// Output:
	// it is there already: true
}

func ExampleMapper_CreateTableInput() {
	orders := must(mapper.New[Order](memdb.New().Client(), exampleEncryptor()))
	input, err := orders.CreateTableInput()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(*input.TableName, input.BillingMode)
	for _, index := range input.GlobalSecondaryIndexes {
		fmt.Println(*index.IndexName, len(index.KeySchema), index.Projection.ProjectionType)
	}
	// Output:
	// orders PAY_PER_REQUEST
	// byPlace 3 KEYS_ONLY
	// byStatus 2 ALL
}

func ExampleCheck() {
	ctx := context.Background()
	db := memdb.New()
	customers := openExample[Customer](db)
	other := must(mapper.New[Order](db.Client(), exampleEncryptor(), mapper.WithTable("customers")))

	fmt.Println(mapper.Check(ctx, customers))
	fmt.Println(mapper.Check(ctx, customers, other))
	// Output:
	// <nil>
	// ddbcrypt: Check mapper_test.Order in table "customers": the table does not fit the tags: the key of the table: the partition key is ["id"] in the table and ["customer"] in the tags; the key of the table: the sort key is missing in the table and ["number"] in the tags; the table has no index "byPlace"; the table has no index "byStatus"
}

func ExampleMapper_In() {
	ctx := context.Background()
	db := memdb.New()
	orders := openExample[Order](db)
	archive := orders.In("orders-2025")
	try(archive.CreateTable(ctx))

	order := Order{Customer: "alice", Number: 1, Status: "paid", Placed: "2025-12-30", Country: "CH", Canton: "ZH", Zip: "8001"}
	if err := orders.In("orders-2025").Save(ctx, &order); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(db.Items("orders")), len(db.Items("orders-2025")))
	// Output:
	// 0 1
}

func ExampleMapper_Table() {
	orders := must(mapper.New[Order](memdb.New().Client(), exampleEncryptor(), mapper.WithTablePrefix("staging-")))
	fmt.Println(orders.Table(), orders.In("orders-2025").Table())
	// Output:
	// staging-orders staging-orders-2025
}

func ExampleWithTable() {
	orders := must(mapper.New[Order](memdb.New().Client(), exampleEncryptor(), mapper.WithTable("orders-eu")))
	fmt.Println(orders.Table())
	// Output:
	// orders-eu
}

func ExampleWithTablePrefix() {
	ctx := context.Background()
	db := memdb.New()
	staging := openExample[Order](db, mapper.WithTablePrefix("staging-"))
	try(staging.Save(ctx, &Order{Customer: "alice", Number: 1, Status: "open", Placed: "2026-04-01", Country: "CH", Canton: "ZH", Zip: "8001"}))
	fmt.Println(len(db.Items("staging-orders")))
	// Output:
	// 1
}

// copyExample copies the items of orders to another table, as a restore from a backup
// does.
func copyExample(db *memdb.DB, to string) {
	try(must(mapper.New[Order](db.Client(), exampleEncryptor(), mapper.WithTable(to))).CreateTable(context.Background()))
	for _, item := range db.Items("orders") {
		must(db.Client().PutItem(context.Background(), &dynamodb.PutItemInput{TableName: &to, Item: item}))
	}
}

// A table that was restored under another name has items that were signed under the old
// one.
func ExampleWithSignedTableName() {
	ctx := context.Background()
	db, _ := exampleOrders()
	copyExample(db, "orders-restored")

	restored := mapper.WithTable("orders-restored")
	orders := must(mapper.New[Order](db.Client(), exampleEncryptor(), restored))
	_, err := orders.Load(ctx, "alice", 1)
	fmt.Println("another table:", errors.Is(err, crypto.ErrSignature))

	orders = must(mapper.New[Order](db.Client(), exampleEncryptor(), restored, mapper.WithSignedTableName("orders")))
	order, err := orders.Load(ctx, "alice", 1)
	fmt.Println(order.Status, err)
	// Output:
	// another table: true
	// paid <nil>
}

func ExampleWithSignedTableNames() {
	ctx := context.Background()
	db, _ := exampleOrders()
	copyExample(db, "orders-restored")

	orders := must(mapper.New[Order](db.Client(), exampleEncryptor(),
		mapper.WithSignedTableNames(map[string]string{"orders-restored": "orders"})))
	for _, table := range []string{"orders", "orders-restored"} {
		order, err := orders.In(table).Load(ctx, "alice", 1)
		fmt.Println(order.Status, err)
	}
	// Output:
	// paid <nil>
	// paid <nil>
}
