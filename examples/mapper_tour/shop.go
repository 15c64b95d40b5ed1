package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"golang.org/x/sync/errgroup"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

type shop struct {
	out       io.Writer
	db        *dynamodb.Client
	encryptor crypto.ItemEncryptor
	customers *mapper.Mapper[Customer]
	orders    *mapper.Mapper[Order]
}

func (s shop) tables(ctx context.Context) error {
	if err := errors.Join(s.customers.CreateTable(ctx), s.orders.CreateTable(ctx)); err != nil {
		return err
	}
	if err := mapper.Check(ctx, s.customers, s.orders); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "   %s and %s fit\n", s.customers.Table(), s.orders.Table())
	return nil
}

func (s shop) batches(ctx context.Context) error {
	var orders []*Order
	for n := 1; n <= 30; n++ { // in two requests
		order := &Order{Customer: "alice", Number: n, Address: "Seestrasse 7", Status: "paid", Total: 10 * n}
		if n%10 == 0 {
			order.Status = "open"
		}
		orders = append(orders, order)
	}
	if err := s.orders.SaveMany(ctx, orders); err != nil {
		return err
	}
	found, err := s.orders.LoadMany(ctx, []mapper.Key{{"alice", 7}, {"bob", 1}, {"alice", 3}})
	if err != nil {
		return err
	}
	for _, order := range found {
		if order == nil {
			fmt.Fprintln(s.out, "   not there")
			continue
		}
		fmt.Fprintf(s.out, "   %+v\n", *order)
	}
	return nil
}

func (s shop) queryByStatus(ctx context.Context) error {
	for order, err := range s.orders.Query(ctx, mapper.Index("byStatus"), mapper.Partition("open"), mapper.FetchWhole()) {
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "   %d for %d to %s\n", order.Number, order.Total, order.Address)
	}
	return nil
}

func (s shop) filterByAddress(ctx context.Context) error {
	here := mapper.Filter(expression.Name("address").BeginsWith("See"))
	for _, err := range s.orders.Query(ctx, mapper.Partition("alice"), here) {
		fmt.Fprintf(s.out, "   %v\n", err)
	}
	return nil
}

func (s shop) transact(ctx context.Context) error {
	alice := Customer{ID: "alice", Email: "alice@example.com", Orders: 30}
	if err := s.customers.Save(ctx, &alice); err != nil {
		return err
	}
	stale := alice
	place := func(customer *Customer, number int) error {
		customer.Orders++
		order := Order{Customer: customer.ID, Number: number, Address: "Markt 87", Status: "open", Total: 5}
		isNew := mapper.Condition(expression.Name("customer").AttributeNotExists())
		return mapper.Transact(ctx, s.orders.PutOp(&order, isNew), s.customers.PutOp(customer))
	}
	if err := place(&alice, 31); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "   done: %+v\n", alice)

	cancelled, ok := errors.AsType[*mapper.TransactError](place(&stale, 31))
	if !ok {
		return errors.New("the transaction was not cancelled")
	}
	for _, failed := range cancelled.Failed {
		fmt.Fprintf(s.out, "   not done: %v\n", failed.Err)
	}
	return nil
}

func (s shop) modify(ctx context.Context) error {
	var group errgroup.Group
	for range 5 {
		group.Go(func() error {
			_, err := s.orders.Modify(ctx, mapper.Key{"alice", 31}, func(o *Order) error {
				o.Total++
				return nil
			}, mapper.Attempts(50))
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	order, err := s.orders.Load(ctx, "alice", 31, mapper.Consistent())
	fmt.Fprintf(s.out, "   %+v\n", order)
	return err
}

// PrivateOrder is the Order of the next program.
type PrivateOrder struct {
	_        struct{} `ddbcrypt:"table=orders,projection=byStatus:keys"`
	Customer string   `dynamodbav:"customer" ddbcrypt:"partition"`
	Number   int      `dynamodbav:"number" ddbcrypt:"sort"`
	Address  string   `dynamodbav:"address"`
	Status   string   `dynamodbav:"status" ddbcrypt:"index=byStatus:partition"`
	Total    int      `dynamodbav:"total"` // encrypted now
}

func (s shop) changeModel(ctx context.Context) error {
	orders, err := mapper.New[PrivateOrder](s.db, s.encryptor, mapper.WithPreviousModel[Order]())
	if err != nil {
		return err
	}
	n := 0
	for order, err := range orders.Scan(ctx, mapper.Segments(4)) {
		if err != nil {
			return err
		}
		if _, err := orders.Modify(ctx, mapper.Key{order.Customer, order.Number}, func(*PrivateOrder) error { return nil }); err != nil {
			return err
		}
		n++
	}
	before := orders.Counters().Previous[0]
	for _, err := range orders.Scan(ctx) {
		if err != nil {
			return err
		}
	}
	fmt.Fprintf(s.out, "   %d orders written anew; %d read under the earlier model since\n", n, orders.Counters().Previous[0]-before)
	return nil
}
