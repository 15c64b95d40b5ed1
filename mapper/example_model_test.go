package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// PrivateCustomer is the Customer of the next version of a program: it encrypts the
// plan, too.
type PrivateCustomer struct {
	_       struct{} `ddbcrypt:"table=customers"`
	ID      string   `dynamodbav:"id" ddbcrypt:"partition"`
	Email   string   `dynamodbav:"email"`
	Plan    string   `dynamodbav:"plan"`
	Visits  int      `dynamodbav:"visits" ddbcrypt:"none"`
	Version int64    `dynamodbav:"version" ddbcrypt:"version"`
}

func ExampleWithPreviousModel() {
	ctx := context.Background()
	db := memdb.New()
	try(openExample[Customer](db).Save(ctx, &Customer{ID: "alice", Plan: "gold"}))

	customers, err := mapper.New[PrivateCustomer](db.Client(), exampleEncryptor(), mapper.WithPreviousModel[Customer]())
	if err != nil {
		log.Fatal(err)
	}
	alice, err := customers.Load(ctx, "alice")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(alice.Plan, "under an earlier model:", customers.Counters().Previous)

	try(customers.Save(ctx, &alice)) // under the current one
	_, err = customers.Load(ctx, "alice")
	fmt.Println(err, customers.Counters().Previous)
	// Output:
	// gold under an earlier model: [1]
	// <nil> [1]
}

func ExampleWithPreviousActions() {
	ctx := context.Background()
	db := memdb.New()
	try(openExample[Customer](db).Save(ctx, &Customer{ID: "alice", Plan: "gold"}))

	customers := must(mapper.New[PrivateCustomer](db.Client(), exampleEncryptor(), mapper.WithPreviousActions(crypto.Actions{
		Overrides: map[string]crypto.Action{"id": crypto.SignOnly, "plan": crypto.SignOnly, "visits": crypto.DoNothing, "version": crypto.SignOnly},
	})))
	alice, err := customers.Load(ctx, "alice")
	fmt.Println(alice.Plan, err)
	// Output:
	// gold <nil>
}

// plant stores an item without protection.
func plant(db *memdb.DB) {
	must(db.Client().PutItem(context.Background(), &dynamodb.PutItemInput{TableName: new("customers"), Item: crypto.Item{
		"id": &types.AttributeValueMemberS{Value: "bob"}, "plan": &types.AttributeValueMemberS{Value: "free"},
	}}))
}

// A table is migrated while programs use it: what is read may be plaintext, what is
// written is encrypted.
func ExampleWithPlaintext() {
	ctx := context.Background()
	db := memdb.New()
	strict := openExample[Customer](db)
	plant(db)
	_, err := strict.Load(ctx, "bob")
	fmt.Println("refused:", errors.Is(err, crypto.ErrNotEncrypted))

	customers := must(mapper.New[Customer](db.Client(), exampleEncryptor(), mapper.WithPlaintext(client.InsecureReadPlaintext)))
	bob, err := customers.Load(ctx, "bob")
	if err != nil {
		log.Fatal(err)
	}
	try(customers.Save(ctx, &bob))
	_, err = strict.Load(ctx, "bob")
	fmt.Println("migrated:", err == nil)
	// Output:
	// refused: true
	// migrated: true
}

func ExampleMapper_Counters() {
	ctx := context.Background()
	db := memdb.New()
	customers := openExample[Customer](db, mapper.WithPlaintext(client.InsecureReadPlaintext))
	plant(db)
	must(customers.Load(ctx, "bob"))
	fmt.Println(customers.Counters().PlaintextRead)
	// Output:
	// 1
}

func ExampleMapper_Diagnose() {
	ctx := context.Background()
	db := memdb.New()
	try(openExample[Customer](db).Save(ctx, &Customer{ID: "alice", Plan: "gold"}))

	customers := must(mapper.New[PrivateCustomer](db.Client(), exampleEncryptor()))
	diagnosis, err := customers.Diagnose(ctx, crypto.Candidates{}, "alice")
	if err != nil {
		log.Fatal(err)
	}
	for _, finding := range diagnosis.Findings {
		fmt.Println(finding)
	}
	// Output:
	// attribute "plan" is to be decrypted but is not binary: it was replaced, or written with the action sign or none
	// attribute "plan" was signed with the action sign, not encrypt
}

func ExampleError_Key() {
	ctx := context.Background()
	db, orders := exampleOrders()
	changeTotal(db, "alice", 2)
	for _, err := range orders.Query(ctx, mapper.Partition("alice"), mapper.SortEqual(2)) {
		var bad *mapper.Error
		if errors.As(err, &bad) {
			fmt.Println(bad.Key()["number"].(*types.AttributeValueMemberN).Value)
		}
	}
	// Output:
	// 2
}
