package main

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// openCustomers reads what was sealed before the accepted change, too.
func openCustomers(db *dynamodb.Client, encryptor *crypto.Encryptor) (*mapper.Mapper[Customer], error) {
	return mapper.New[Customer](db, encryptor, mapper.WithPreviousActions(CustomerPreviousActions()...))
}

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

// left counts the items of each of the earlier models.
func left(ctx context.Context, customers *mapper.Mapper[Customer]) ([]int64, error) {
	before := customers.Counters().Previous
	for _, err := range customers.Scan(ctx) {
		if err != nil {
			return nil, err
		}
	}
	counts := customers.Counters().Previous
	for i := range counts {
		counts[i] -= before[i]
	}
	return counts, nil
}
