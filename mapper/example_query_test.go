package mapper_test

import (
	"context"
	"fmt"
	"log"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/ddbcrypt/ddbcrypt/mapper"
)

func ExampleMapper_Query() {
	ctx := context.Background()
	_, orders := exampleOrders()

	for order, err := range orders.Query(ctx, mapper.Partition("alice"), mapper.SortGreater(1)) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(order.Number, order.Address)
	}
	// Output:
	// 2 Bahnhofstrasse 1
	// 3 Seestrasse 7
}

func ExamplePartition() {
	ctx := context.Background()
	_, orders := exampleOrders()
	show(orders.Query(ctx, mapper.Partition("alice")))
	// Output:
	// alice 1 paid 2026-01-05
	// alice 2 open 2026-02-11
	// alice 3 paid 2026-03-02
}

// The sort key of an index may have several attributes.
func ExampleSortEqual() {
	ctx := context.Background()
	_, orders := exampleOrders()
	show(orders.Query(ctx, mapper.Partition("alice"), mapper.SortEqual(2)))

	fmt.Println("in Zürich, 80..:")
	show(orders.Query(ctx, mapper.Index("byPlace"), mapper.FetchWhole(),
		mapper.Partition("CH"), mapper.SortEqual("ZH"), mapper.SortPrefix("80")))
	// Output:
	// alice 2 open 2026-02-11
	// in Zürich, 80..:
	// alice 1 paid 2026-01-05
	// alice 2 open 2026-02-11
	// alice 3 paid 2026-03-02
}

func ExampleSortLess() {
	ctx := context.Background()
	_, orders := exampleOrders()
	show(orders.Query(ctx, mapper.Partition("alice"), mapper.SortLess(2)))
	// Output:
	// alice 1 paid 2026-01-05
}

func ExampleSortLessEqual() {
	ctx := context.Background()
	_, orders := exampleOrders()
	show(orders.Query(ctx, mapper.Partition("alice"), mapper.SortLessEqual(2)))
	// Output:
	// alice 1 paid 2026-01-05
	// alice 2 open 2026-02-11
}

func ExampleSortGreater() {
	ctx := context.Background()
	_, orders := exampleOrders()
	show(orders.Query(ctx, mapper.Partition("alice"), mapper.SortGreater(2)))
	// Output:
	// alice 3 paid 2026-03-02
}

func ExampleSortGreaterEqual() {
	ctx := context.Background()
	_, orders := exampleOrders()
	show(orders.Query(ctx, mapper.Partition("alice"), mapper.SortGreaterEqual(2)))
	// Output:
	// alice 2 open 2026-02-11
	// alice 3 paid 2026-03-02
}

func ExampleSortBetween() {
	ctx := context.Background()
	_, orders := exampleOrders()
	show(orders.Query(ctx, mapper.Partition("alice"), mapper.SortBetween(1, 2)))
	// Output:
	// alice 1 paid 2026-01-05
	// alice 2 open 2026-02-11
}

func ExampleSortPrefix() {
	ctx := context.Background()
	_, orders := exampleOrders()
	show(orders.Query(ctx, mapper.Index("byStatus"), mapper.Partition("paid"), mapper.SortPrefix("2026-01")))
	// Output:
	// alice 1 paid 2026-01-05
	// bob 1 paid 2026-01-20
}

func ExampleKeyCondition() {
	ctx := context.Background()
	_, orders := exampleOrders()

	key := expression.Key("customer").Equal(expression.Value("alice")).
		And(expression.Key("number").LessThan(expression.Value(3)))
	show(orders.Query(ctx, mapper.KeyCondition(key)))
	// Output:
	// alice 1 paid 2026-01-05
	// alice 2 open 2026-02-11
}

func ExampleDescending() {
	ctx := context.Background()
	_, orders := exampleOrders()
	show(orders.Query(ctx, mapper.Partition("alice"), mapper.Descending(), mapper.Limit(1)))
	// Output:
	// alice 3 paid 2026-03-02
}

func ExampleIndex() {
	ctx := context.Background()
	_, orders := exampleOrders()
	show(orders.Query(ctx, mapper.Index("byStatus"), mapper.Partition("open"), mapper.Descending()))
	// Output:
	// bob 2 open 2026-02-28
	// alice 2 open 2026-02-11
}

// The index byPlace has only keys: parts of items, which do not verify.
func ExampleFetchWhole() {
	ctx := context.Background()
	_, orders := exampleOrders()

	for _, err := range orders.Query(ctx, mapper.Index("byPlace"), mapper.Partition("CH")) {
		fmt.Println(err)
	}
	show(orders.Query(ctx, mapper.Index("byPlace"), mapper.FetchWhole(), mapper.Partition("CH")))
	// Output:
	// ddbcrypt: Query mapper_test.Order in table "orders": IndexName: index "byPlace" holds only parts of the items, which do not verify; query the table instead, or read whole items by their keys with mapper.FetchWhole
	// bob 2 open 2026-02-28
	// alice 1 paid 2026-01-05
	// alice 2 open 2026-02-11
	// alice 3 paid 2026-03-02
}

// A filter can ask for what DynamoDB can read; an encrypted attribute is refused.
func ExampleFilter() {
	ctx := context.Background()
	_, orders := exampleOrders()

	large := expression.Name("total").GreaterThan(expression.Value(30))
	show(orders.Query(ctx, mapper.Partition("alice"), mapper.Filter(large)))

	somewhere := expression.Name("address").BeginsWith("See")
	for _, err := range orders.Query(ctx, mapper.Partition("alice"), mapper.Filter(somewhere)) {
		fmt.Println(err)
	}
	// Output:
	// alice 2 open 2026-02-11
	// alice 3 paid 2026-03-02
	// ddbcrypt: Query mapper_test.Order in table "orders": FilterExpression: attribute "address": it is encrypted, so DynamoDB cannot see its value (begins_with); compare after reading, ask attribute_exists of the whole attribute, or make its action sign
}

func ExampleLimit() {
	ctx := context.Background()
	_, orders := exampleOrders()
	show(orders.Query(ctx, mapper.Partition("alice"), mapper.Limit(2)))
	// Output:
	// alice 1 paid 2026-01-05
	// alice 2 open 2026-02-11
}

func ExampleStartAfter() {
	ctx := context.Background()
	_, orders := exampleOrders()
	show(orders.Query(ctx, mapper.Partition("alice"), mapper.StartAfter(mapper.Key{"alice", 1})))
	// Output:
	// alice 2 open 2026-02-11
	// alice 3 paid 2026-03-02
}

func ExampleMapper_Count() {
	ctx := context.Background()
	_, orders := exampleOrders()
	ofAlice, err := orders.Count(ctx, mapper.Partition("alice"))
	if err != nil {
		log.Fatal(err)
	}
	all, err := orders.Count(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(ofAlice, "of", all)
	// Output:
	// 3 of 5
}
