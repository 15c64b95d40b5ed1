package main

import (
	"context"
	"fmt"
	"io"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

const signature = "*amzn-ddb-map-sig*"

type program struct {
	out       io.Writer
	store     *memdb.DB
	db        *dynamodb.Client
	encryptor *crypto.Encryptor
	customers *mapper.Mapper[Customer]
	receipts  *mapper.Mapper[Receipt]
}

func (p program) compareReceipts(ctx context.Context) error {
	if err := p.receipts.CreateTable(ctx); err != nil {
		return err
	}
	receipt := newReceipt()
	twin := reflectedReceipt(receipt)
	reflecting, err := mapper.New[reflectedReceipt](p.db, p.encryptor)
	if err != nil {
		return err
	}
	if err := p.receipts.Save(ctx, &receipt); err != nil {
		return err
	}
	byCode := p.store.Items(p.receipts.Table())[0]
	if err := reflecting.Save(ctx, &twin); err != nil { // in its place
		return err
	}
	byReflection := p.store.Items(p.receipts.Table())[0]
	fmt.Fprintf(p.out, "   generated:  %s\n", signatureOf(byCode))
	fmt.Fprintf(p.out, "   reflecting: %s\n", signatureOf(byReflection))
	fmt.Fprintf(p.out, "   all %d attributes are the same: %v\n", len(byCode), reflect.DeepEqual(byCode, byReflection))
	return nil
}

func signatureOf(item crypto.Item) string {
	sealed, ok := item[signature].(*types.AttributeValueMemberB)
	if !ok {
		return "none"
	}
	return fmt.Sprintf("%x", sealed.Value)
}

func (p program) exchangeCustomers(ctx context.Context) error {
	if err := p.customers.CreateTable(ctx); err != nil {
		return err
	}
	reflecting, err := mapper.New[reflectedCustomer](p.db, p.encryptor)
	if err != nil {
		return err
	}
	customer := newCustomer()
	if err := p.customers.Save(ctx, &customer); err != nil {
		return err
	}
	twin, err := reflecting.Load(ctx, customer.ID)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "   the twin loads what generated code saved: %v\n", reflect.DeepEqual(Customer(twin), customer))
	if err := reflecting.Save(ctx, &twin); err != nil {
		return err
	}
	customer, err = p.customers.Load(ctx, CustomerKey(twin.ID)...)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "   generated code loads what the twin saved: %v (version %d)\n", reflect.DeepEqual(customer, Customer(twin)), customer.Version)
	return nil
}

func (p program) names(ctx context.Context) error {
	expires := mapper.Filter(expression.Name(CustomerAttrExpires).AttributeExists())
	for customer, err := range p.customers.Query(ctx, mapper.Index(CustomerIndexByPlan), CustomerPartitionOfByPlan("gold"), expires) {
		if err != nil {
			return err
		}
		fmt.Fprintf(p.out, "   %s in %s\n", customer.Email, customer.Address.City)
	}
	customer, err := p.customers.Modify(ctx, CustomerKey("alice"), func(c *Customer) error {
		c.Credit -= 20
		return nil
	})
	fmt.Fprintf(p.out, "   credit %d\n", customer.Credit)
	return err
}

// previous has an item as a program wrote it before credit was encrypted.
func (p program) previous(ctx context.Context) error {
	earlier := CustomerPreviousActions()[0]
	bob := newCustomer()
	bob.ID, bob.Version = "bob", 1
	item, err := attributevalue.MarshalMap(bob)
	if err != nil {
		return err
	}
	sealed, err := p.encryptor.EncryptItem(ctx, item, cmp.EncryptionContext{TableName: p.customers.Table(), PartitionKey: CustomerAttrID}, earlier)
	if err != nil {
		return err
	}
	if _, err := p.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(p.customers.Table()), Item: sealed}); err != nil {
		return err
	}
	for range 2 {
		counts, err := left(ctx, p.customers)
		if err != nil {
			return err
		}
		fmt.Fprintf(p.out, "   items with the action %s for credit: %d\n", earlier.Action(CustomerAttrCredit), counts[0])
		if err := writeAnew(ctx, p.customers); err != nil {
			return err
		}
	}
	return nil
}
