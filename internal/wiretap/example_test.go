package wiretap_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

func Example() {
	db := memdb.New()
	tap := wiretap.New(db)
	client := db.Client(func(o *dynamodb.Options) {
		o.HTTPClient = tap
		o.Retryer = aws.NopRetryer{}
	})

	tap.Inject("ListTables", wiretap.InOrder(wiretap.Fault{Code: "ThrottlingException"}))
	for range 2 {
		_, err := client.ListTables(context.Background(), &dynamodb.ListTablesInput{})
		_, throttled := errors.AsType[*types.ThrottlingException](err)
		fmt.Println(throttled)
	}
	fmt.Println(tap.Operations(), string(tap.Requests()[0].Body))
	// Output:
	// true
	// false
	// [ListTables ListTables] {}
}
