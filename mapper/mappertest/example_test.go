package mappertest_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
	"github.com/ddbcrypt/ddbcrypt/mapper/mappertest"
)

// Customer is what the program under test saves.
type Customer struct {
	_       struct{} `ddbcrypt:"table=customers"`
	ID      string   `dynamodbav:"id" ddbcrypt:"partition"`
	Email   string   `dynamodbav:"email"`                // encrypted and signed
	Plan    string   `dynamodbav:"plan" ddbcrypt:"sign"` // signed only
	Version int64    `dynamodbav:"version" ddbcrypt:"version"`
}

// t stands for the *testing.T that a test has and an example has not.
var t testing.TB = example{}

type example struct{ testing.TB }

func (example) Helper()                           {}
func (example) Fatalf(format string, args ...any) { log.Fatalf(format, args...) }

// createTable creates a table whose partition key is the string id.
func createTable(db *dynamodb.Client, table string) error {
	_, err := db.CreateTable(context.Background(), &dynamodb.CreateTableInput{
		TableName:            &table,
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}},
	})
	return err
}

func Example() {
	ctx, env := context.Background(), mappertest.New(t)
	if err := createTable(env.DynamoDB(), "customers"); err != nil {
		log.Fatal(err)
	}
	customers, err := mapper.New[Customer](env.DynamoDB(), env.Encryptor())
	if err != nil {
		log.Fatal(err)
	}

	err = customers.Save(ctx, &Customer{ID: "alice", Email: "alice@example.com", Plan: "free"})
	if err != nil {
		log.Fatal(err)
	}

	stored := env.Items("customers")[0]
	fmt.Printf("plan:  %T\n", stored["plan"])
	fmt.Printf("email: %T\n", stored["email"])
	// Output:
	// plan:  *types.AttributeValueMemberS
	// email: *types.AttributeValueMemberB
}

func ExampleEnv_Fail() {
	ctx, env := context.Background(), mappertest.New(t)
	if err := createTable(env.DynamoDB(), "customers"); err != nil {
		log.Fatal(err)
	}
	customers, err := mapper.New[Customer](env.DynamoDB(), env.Encryptor())
	if err != nil {
		log.Fatal(err)
	}

	// The SDK tries again, and the mapper notices that the first attempt was done.
	env.Fail("PutItem", mappertest.CutAfter())
	alice := Customer{ID: "alice", Plan: "free"}
	err = customers.Save(ctx, &alice)
	fmt.Println(err, env.Count("PutItem"))

	env.FailAlways("GetItem", mappertest.Throttle())
	_, err = customers.Load(ctx, "alice")
	var throttled *types.ThrottlingException
	fmt.Println(errors.As(err, &throttled), env.Count("GetItem"))

	env.Fail("GetItem") // all is well again
	alice, err = customers.Load(ctx, "alice")
	fmt.Println(alice.Plan, err)
	// Output:
	// <nil> 2
	// true 3
	// free <nil>
}

func ExampleEnv_Replace() {
	ctx, env := context.Background(), mappertest.New(t)
	if err := createTable(env.DynamoDB(), "customers"); err != nil {
		log.Fatal(err)
	}
	customers, err := mapper.New[Customer](env.DynamoDB(), env.Encryptor())
	if err != nil {
		log.Fatal(err)
	}
	if err := customers.Save(ctx, &Customer{ID: "alice", Plan: "free"}); err != nil {
		log.Fatal(err)
	}

	// Somebody with access to the table gives Alice a better plan.
	stored := env.Items("customers")[0]
	stored["plan"] = &types.AttributeValueMemberS{Value: "gold"}
	env.Replace("customers", stored)

	_, err = customers.Load(ctx, "alice")
	fmt.Println(errors.Is(err, crypto.ErrSignature))
	// Output:
	// true
}
