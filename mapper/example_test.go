package mapper_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// Customer is what the examples save.
type Customer struct {
	_       struct{} `ddbcrypt:"table=customers"`
	ID      string   `dynamodbav:"id" ddbcrypt:"partition"`
	Email   string   `dynamodbav:"email"`                      // encrypted and signed
	Plan    string   `dynamodbav:"plan" ddbcrypt:"sign"`       // signed only
	Visits  int      `dynamodbav:"visits" ddbcrypt:"none"`     // neither
	Version int64    `dynamodbav:"version" ddbcrypt:"version"` // optimistic lock
}

// customersDB is a store in this process. A program has
// dynamodb.NewFromConfig(cfg) instead.
func customersDB() (*memdb.DB, *dynamodb.Client) {
	db := memdb.New()
	client := db.Client()
	_, err := client.CreateTable(context.Background(), &dynamodb.CreateTableInput{
		TableName:            aws.String("customers"),
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}},
	})
	if err != nil {
		log.Fatal(err)
	}
	return db, client
}

// customersEncryptor has fixed keys. A program takes its keys from KMS or from
// wherever it keeps secrets.
func customersEncryptor() *crypto.Encryptor {
	wrapping, err := cmp.NewAESKey(bytes.Repeat([]byte{1}, 32))
	if err != nil {
		log.Fatal(err)
	}
	signing, err := cmp.NewHMACKey("HmacSHA256", bytes.Repeat([]byte{2}, 32))
	if err != nil {
		log.Fatal(err)
	}
	provider, err := cmp.NewWrapped(cmp.WrappedKeys{Wrapping: wrapping, Unwrapping: wrapping, Signing: signing})
	if err != nil {
		log.Fatal(err)
	}
	return crypto.NewEncryptor(provider)
}

func ExampleNew() {
	ctx := context.Background()
	db, client := customersDB()

	customers, err := mapper.New[Customer](client, customersEncryptor())
	if err != nil {
		log.Fatal(err)
	}
	err = customers.Save(ctx, &Customer{ID: "alice", Email: "alice@example.com", Plan: "gold"})
	if err != nil {
		log.Fatal(err)
	}

	stored := db.Items("customers")[0]
	fmt.Printf("plan is stored as %T\n", stored["plan"])
	fmt.Printf("email is stored as %T\n", stored["email"])

	customer, err := customers.Load(ctx, "alice")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("and loaded as", customer.Email)
	// Output:
	// plan is stored as *types.AttributeValueMemberS
	// email is stored as *types.AttributeValueMemberB
	// and loaded as alice@example.com
}

func ExampleMapper_Save() {
	ctx := context.Background()
	_, client := customersDB()
	customers, err := mapper.New[Customer](client, customersEncryptor())
	if err != nil {
		log.Fatal(err)
	}

	alice := Customer{ID: "alice", Plan: "silver"}
	if err := customers.Save(ctx, &alice); err != nil {
		log.Fatal(err)
	}
	fmt.Println("saved version", alice.Version)

	stale := alice // somebody else has loaded it
	alice.Plan = "gold"
	if err := customers.Save(ctx, &alice); err != nil {
		log.Fatal(err)
	}
	fmt.Println("saved version", alice.Version)

	stale.Plan = "bronze"
	err = customers.Save(ctx, &stale)
	fmt.Println("conflict:", errors.Is(err, mapper.ErrVersionConflict))
	fmt.Println("still at version", stale.Version)
	// Output:
	// saved version 1
	// saved version 2
	// conflict: true
	// still at version 1
}

func ExampleMapper_Load() {
	ctx := context.Background()
	db, client := customersDB()
	customers, err := mapper.New[Customer](client, customersEncryptor())
	if err != nil {
		log.Fatal(err)
	}
	if err := customers.Save(ctx, &Customer{ID: "alice", Plan: "silver"}); err != nil {
		log.Fatal(err)
	}

	alice, err := customers.Load(ctx, "alice", mapper.Consistent())
	fmt.Println(alice.Plan, err)

	_, err = customers.Load(ctx, "bob")
	fmt.Println("not found:", errors.Is(err, mapper.ErrNotFound))

	// Somebody with access to the table gives Alice a better plan.
	stored := db.Items("customers")[0]
	stored["plan"] = &types.AttributeValueMemberS{Value: "gold"}
	if err := db.Replace("customers", stored); err != nil {
		log.Fatal(err)
	}
	alice, err = customers.Load(ctx, "alice")
	fmt.Println("tampered:", errors.Is(err, crypto.ErrSignature))
	fmt.Printf("plan: %q\n", alice.Plan)
	// Output:
	// silver <nil>
	// not found: true
	// tampered: true
	// plan: ""
}

func ExampleMapper_Delete() {
	ctx := context.Background()
	_, client := customersDB()
	customers, err := mapper.New[Customer](client, customersEncryptor())
	if err != nil {
		log.Fatal(err)
	}
	alice := Customer{ID: "alice"}
	if err := customers.Save(ctx, &alice); err != nil {
		log.Fatal(err)
	}

	stale := Customer{ID: "alice"} // was never loaded and has no version
	err = customers.Delete(ctx, &stale)
	fmt.Println("conflict:", errors.Is(err, mapper.ErrVersionConflict))
	fmt.Println(customers.Delete(ctx, &stale, mapper.Clobber()))
	// Output:
	// conflict: true
	// <nil>
}
