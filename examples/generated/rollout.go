package main

import (
	"context"
	"errors"

	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// writeAnew seals every item under the current model.
func writeAnew(ctx context.Context, customers *mapper.Mapper[Customer]) error {
	for customer, err := range customers.Scan(ctx) {
		if err != nil {
			return err
		}
		_, err := customers.Modify(ctx, CustomerKey(customer.ID), func(*Customer) error { return nil })
		if err != nil && !errors.Is(err, mapper.ErrNotFound) { // deleted meanwhile
			return err
		}
	}
	return nil
}

// left counts the items of the earlier models.
func left(ctx context.Context, customers *mapper.Mapper[Customer]) (int64, error) {
	n := -sum(customers.Counters().Previous)
	for _, err := range customers.Scan(ctx) {
		if err != nil {
			return 0, err
		}
	}
	return n + sum(customers.Counters().Previous), nil
}

func sum(counts []int64) (n int64) {
	for _, count := range counts {
		n += count
	}
	return n
}
