package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/ddbjson"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
)

// accounts is what the examples protect: plan is signed, and everything else but the
// key is encrypted too.
var accounts = client.Table{
	Name: "accounts", PartitionKey: "id",
	Indexes: []client.Index{{Name: "by-plan", Keys: []string{"plan"}, Projection: types.ProjectionTypeKeysOnly}},
	Actions: crypto.Actions{Overrides: map[string]crypto.Action{"plan": crypto.SignOnly}},
}

// account is an item of accounts.
func account(id, plan string) crypto.Item {
	return crypto.Item{"id": str(id), "plan": str(plan), "email": str(id + "@example.com")}
}

// openAccounts returns a client of an embedded store with the table accounts. In a
// program it is dynamodb.NewFromConfig(cfg, options...).
func openAccounts() *memdb.DB {
	store := memdb.New()
	attribute := func(name string) types.AttributeDefinition {
		return types.AttributeDefinition{AttributeName: &name, AttributeType: types.ScalarAttributeTypeS}
	}
	partition := func(name string) []types.KeySchemaElement {
		return []types.KeySchemaElement{{AttributeName: &name, KeyType: types.KeyTypeHash}}
	}
	_, err := store.Client().CreateTable(context.Background(), &dynamodb.CreateTableInput{
		TableName: &accounts.Name, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{attribute("id"), attribute("plan")}, KeySchema: partition("id"),
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{IndexName: aws.String("by-plan"), KeySchema: partition("plan"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly}}},
	})
	must(err)
	return store
}

// newEncryptor returns an item encryptor with fixed keys. A program has them from KMS
// (cmp.NewKMS) or a MetaStore.
func newEncryptor() crypto.ItemEncryptor {
	wrapping, err := cmp.NewAESKey(bytes.Repeat([]byte{1}, 32))
	must(err)
	signing, err := cmp.NewHMACKey("HmacSHA256", bytes.Repeat([]byte{2}, 32))
	must(err)
	provider, err := cmp.NewWrapped(cmp.WrappedKeys{Wrapping: wrapping, Signing: signing})
	must(err)
	return crypto.NewEncryptor(provider)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// putAccounts stores items.
func putAccounts(db client.API, items ...crypto.Item) {
	for _, item := range items {
		_, err := db.PutItem(context.Background(), &dynamodb.PutItemInput{TableName: &accounts.Name, Item: item})
		must(err)
	}
}

// shown returns a string attribute.
func shown(item crypto.Item, name string) string {
	if s, ok := item[name].(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return fmt.Sprintf("%T", item[name])
}

func ExampleWithEncryption() {
	ctx, store := context.Background(), openAccounts()

	// In a program: dynamodb.NewFromConfig(cfg, client.WithEncryption(…)).
	db := store.Client(client.WithEncryption(newEncryptor(), client.Tables(accounts)))

	putAccounts(db, account("alice", "free"))
	out, err := db.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("accounts"), Key: crypto.Item{"id": str("alice")}})
	must(err)
	fmt.Println("read:  ", shown(out.Item, "email"))
	fmt.Println("stored:", shown(store.Items("accounts")[0], "email"))

	_, err = db.Scan(ctx, &dynamodb.ScanInput{TableName: aws.String("accounts"), FilterExpression: aws.String("begins_with(email, :e)"),
		ExpressionAttributeValues: crypto.Item{":e": str("alice")}})
	fmt.Println(err)
	// Output:
	// read:   alice@example.com
	// stored: *types.AttributeValueMemberB
	// operation error DynamoDB: Scan, ddbcrypt: Scan on table "accounts" refused: FilterExpression: attribute "email": it is encrypted, so DynamoDB cannot see its value (begins_with); compare after reading, ask attribute_exists of the whole attribute, or make its action sign
}

func ExampleNew() {
	ctx, store := context.Background(), openAccounts()

	// The wrapped client may be anything with the methods of client.API, such as a
	// client of DAX or a mock.
	db := client.New(store.Client(), newEncryptor(), client.Tables(accounts))
	must(db.Err())

	putAccounts(db, account("alice", "free"), account("bob", "gold"))
	in := &dynamodb.ScanInput{TableName: aws.String("accounts"), FilterExpression: aws.String("#p = :p"),
		ExpressionAttributeNames: map[string]string{"#p": "plan"}, ExpressionAttributeValues: crypto.Item{":p": str("gold")}}
	for pages := dynamodb.NewScanPaginator(db, in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		must(err)
		for _, item := range page.Items {
			fmt.Println(shown(item, "email"))
		}
	}
	// Output:
	// bob@example.com
}

func ExampleTables() {
	ctx, store := context.Background(), openAccounts()
	db := store.Client(client.WithEncryption(newEncryptor(),
		client.Tables(
			client.Table{
				// The name or the ARN. Requests may use either.
				Name:         "arn:aws:dynamodb:us-east-1:000000000000:table/accounts",
				PartitionKey: "id", // keys are signed, not encrypted
				Indexes:      []client.Index{{Name: "by-plan", Keys: []string{"plan"}, Projection: types.ProjectionTypeKeysOnly}},
				Actions: crypto.Actions{
					Default:   crypto.EncryptAndSign,
					Overrides: map[string]crypto.Action{"views": crypto.DoNothing}, // UpdateItem may change it
				},
			},
			// Without keys, they are asked of DescribeTable.
			client.Table{Name: "orders"},
		)))

	putAccounts(db, account("alice", "free"))
	out, err := db.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: aws.String("accounts"), Key: crypto.Item{"id": str("alice")},
		UpdateExpression: aws.String("SET #v = :v"), ExpressionAttributeNames: map[string]string{"#v": "views"},
		ExpressionAttributeValues: crypto.Item{":v": str("one")}, ReturnValues: types.ReturnValueAllNew})
	must(err)
	fmt.Println(shown(out.Attributes, "email"), shown(out.Attributes, "views"))

	_, err = db.Scan(ctx, &dynamodb.ScanInput{TableName: aws.String("sessions")})
	fmt.Println(err)
	// Output:
	// alice@example.com one
	// operation error DynamoDB: Scan, ddbcrypt: Scan on table "sessions" refused: TableName: the table is not declared; declare it with client.Tables, or allow others with client.OtherTables
}

func ExampleDiscover() {
	store := openAccounts()
	actions := crypto.Actions{Overrides: map[string]crypto.Action{"plan": crypto.SignOnly}}
	db := store.Client(client.WithEncryption(newEncryptor(), client.OtherTables(client.Discover(actions))))

	putAccounts(db, account("alice", "free")) // its key comes from DescribeTable
	stored := store.Items("accounts")[0]
	fmt.Println(shown(stored, "id"), shown(stored, "plan"), shown(stored, "email"))
	// Output:
	// alice free *types.AttributeValueMemberB
}

func ExampleHydrateIndexes() {
	ctx, store := context.Background(), openAccounts()
	db := store.Client(client.WithEncryption(newEncryptor(), client.Tables(accounts), client.HydrateIndexes()))
	putAccounts(db, account("alice", "free"), account("bob", "gold"))

	// The index holds nothing but keys, of which no item can be verified.
	out, err := db.Query(ctx, &dynamodb.QueryInput{TableName: aws.String("accounts"), IndexName: aws.String("by-plan"),
		KeyConditionExpression: aws.String("#p = :p"), ExpressionAttributeNames: map[string]string{"#p": "plan"},
		ExpressionAttributeValues: crypto.Item{":p": str("gold")}})
	must(err)
	for _, item := range out.Items {
		fmt.Println(shown(item, "email"))
	}
	// Output:
	// bob@example.com
}

func ExampleCollectBadItems() {
	ctx, store := context.Background(), openAccounts()
	db := client.New(store.Client(), newEncryptor(), client.Tables(accounts), client.CollectBadItems())
	putAccounts(db, account("alice", "free"), account("bob", "free"))

	// Somebody gives bob another plan in the table.
	for _, item := range store.Items("accounts") {
		if shown(item, "id") == "bob" {
			item["plan"] = str("gold")
			must(store.Replace("accounts", item))
		}
	}

	out, err := db.Scan(ctx, &dynamodb.ScanInput{TableName: aws.String("accounts")})
	if bad, ok := errors.AsType[*client.ItemsError](err); ok {
		for _, item := range bad.Items {
			fmt.Println("bad: ", shown(item.Key(), "id"), errors.Is(item, crypto.ErrSignature))
		}
		// A client with WithEncryption returns no output beside an error.
		out = bad.Output.(*dynamodb.ScanOutput)
	} else {
		must(err)
	}
	for _, item := range out.Items {
		fmt.Println("good:", shown(item, "id"))
	}
	// Output:
	// bad:  bob true
	// good: alice
}

func ExampleClient_PrepareTransactWriteItems() {
	ctx, store := context.Background(), openAccounts()
	db := client.New(store.Client(), newEncryptor(), client.Tables(accounts))

	transaction, err := db.PrepareTransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: aws.String("accounts"), Item: account("alice", "free"), ConditionExpression: aws.String("attribute_not_exists(id)")}},
		{Put: &types.Put{TableName: aws.String("accounts"), Item: account("bob", "gold"), ConditionExpression: aws.String("attribute_not_exists(id)")}},
	}})
	must(err)
	_, err = transaction.Send(ctx)
	fmt.Println("first: ", err)
	// As if the answer had been lost: the same bytes under the same token are not
	// done twice.
	_, err = transaction.Send(ctx)
	fmt.Println("second:", err)
	// Output:
	// first:  <nil>
	// second: <nil>
}

func ExampleDecryptStreamImage() {
	ctx, store := context.Background(), openAccounts()
	putAccounts(client.New(store.Client(), newEncryptor(), client.Tables(accounts)), account("alice", "free"))

	// What Lambda delivers.
	var image map[string]events.DynamoDBAttributeValue
	stored, err := ddbjson.Marshal(store.Items("accounts")[0])
	must(err)
	must(json.Unmarshal(stored, &image))
	record := events.DynamoDBEventRecord{EventName: "INSERT", Change: events.DynamoDBStreamRecord{NewImage: image},
		EventSourceArn: "arn:aws:dynamodb:us-east-1:000000000000:table/accounts/stream/2026-01-02T03:04:05.678"}

	// A handler needs no access to the table.
	db := client.New(nil, newEncryptor(), client.Tables(accounts))
	opened, err := client.DecryptStreamImage(ctx, db, record.EventSourceArn, record.Change.NewImage)
	must(err)
	fmt.Println(record.EventName, shown(opened.Item, "email"))
	// Output:
	// INSERT alice@example.com
}
