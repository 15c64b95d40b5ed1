package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"slices"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

func ExampleMapper_Scan() {
	ctx := context.Background()
	_, orders := exampleOrders()

	total := 0
	for order, err := range orders.Scan(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		total += order.Total
	}
	fmt.Println(total)
	// Output:
	// 200
}

// Somebody has changed an order in the table. The loop goes on behind it.
func ExampleMapper_Scan_badItems() {
	ctx := context.Background()
	db, orders := exampleOrders()
	changeTotal(db, "alice", 2)

	good := 0
	for order, err := range orders.Scan(ctx) {
		var bad *mapper.Error
		switch {
		case errors.Is(err, crypto.ErrSignature) && errors.As(err, &bad):
			fmt.Println("set aside", len(bad.Key()), "key attributes:", err)
		case err != nil:
			log.Fatal(err)
		default:
			good += order.Total
		}
	}
	fmt.Println(good)
	// Output:
	// set aside 2 key attributes: ddbcrypt: Scan mapper_test.Order: Items[1]: decrypt item of table "orders" with key "customer", "number": signature does not match
	// 165
}

func ExampleMapper_QueryPages() {
	ctx := context.Background()
	_, orders := exampleOrders()

	token := "" // of the request before, or none
	for page, err := range orders.QueryPages(ctx, mapper.Partition("alice"), mapper.PageSize(2), mapper.StartToken(token)) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(len(page.Items), "orders, and more:", page.Next != "")
		token = page.Next
		break // one page is enough
	}
	show(orders.Query(ctx, mapper.Partition("alice"), mapper.StartToken(token)))
	// Output:
	// 2 orders, and more: true
	// alice 3 paid 2026-03-02
}

func ExampleMapper_ScanPages() {
	ctx := context.Background()
	_, orders := exampleOrders()
	for page, err := range orders.ScanPages(ctx, mapper.PageSize(3)) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(len(page.Items), "of", page.Scanned, "for", *page.Capacity.CapacityUnits)
	}
	// Output:
	// 3 of 3 for 0.5
	// 2 of 2 for 0.5
}

func ExamplePage() {
	ctx := context.Background()
	db, orders := exampleOrders()
	changeTotal(db, "alice", 2)
	for page, err := range orders.QueryPages(ctx, mapper.Partition("alice")) {
		fmt.Println(len(page.Items), "good,", len(page.Bad), "bad:", errors.Is(err, crypto.ErrSignature))
	}
	// Output:
	// 2 good, 1 bad: true
}

func ExamplePageSize() {
	ctx := context.Background()
	_, orders := exampleOrders()
	pages := 0
	for _, err := range orders.ScanPages(ctx, mapper.PageSize(2)) {
		try(err)
		pages++
	}
	fmt.Println(pages)
	// Output:
	// 3
}

// A token can travel, in a URL for example. It fits the same query only.
func ExampleStartToken() {
	ctx := context.Background()
	_, orders := exampleOrders()
	for page, err := range orders.QueryPages(ctx, mapper.Partition("alice"), mapper.Limit(1)) {
		try(err)
		show(orders.Query(ctx, mapper.Partition("alice"), mapper.StartToken(page.Next)))
		for _, err := range orders.Query(ctx, mapper.Partition("bob"), mapper.StartToken(page.Next)) {
			fmt.Println("of another query:", errors.Is(err, crypto.ErrConfig))
		}
	}
	// Output:
	// alice 2 open 2026-02-11
	// alice 3 paid 2026-03-02
	// of another query: true
}

func ExampleSegments() {
	ctx := context.Background()
	_, orders := exampleOrders()
	var numbers []int
	for order, err := range orders.Scan(ctx, mapper.Segments(4)) {
		if err != nil {
			log.Fatal(err)
		}
		numbers = append(numbers, order.Number)
	}
	slices.Sort(numbers) // they come in no order
	fmt.Println(numbers)
	// Output:
	// [1 1 2 2 3]
}

// Each of two programs scans one half.
func ExampleSegment() {
	ctx := context.Background()
	_, orders := exampleOrders()
	n := 0
	for k := range 2 {
		for _, err := range orders.Scan(ctx, mapper.Segment(k, 2)) {
			try(err)
			n++
		}
	}
	fmt.Println(n)
	// Output:
	// 5
}

func ExampleConsistent() {
	ctx := context.Background()
	_, orders := exampleOrders()
	order, err := orders.Load(ctx, "alice", 1, mapper.Consistent())
	fmt.Println(order.Status, err)
	show(orders.Query(ctx, mapper.Partition("bob"), mapper.Consistent()))
	// Output:
	// paid <nil>
	// bob 1 paid 2026-01-20
	// bob 2 open 2026-02-28
}

func ExampleProject() {
	ctx := context.Background()
	_, orders := exampleOrders()
	order, err := orders.Load(ctx, "alice", 1, mapper.Project("total"))
	fmt.Printf("%s %d %q %d %v\n", order.Customer, order.Number, order.Address, order.Total, err)
	// Output:
	// alice 1 "" 20 <nil>
}
