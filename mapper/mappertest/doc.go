// Package mappertest lets programs that use package mapper, or any other package
// of this module, be tested without Docker, Java and a network: DynamoDB and AWS
// KMS stand in the process of the test, behind the real clients of the SDK.
//
//	func TestUpgrade(t *testing.T) {
//		env := mappertest.New(t)
//		_, err := env.DynamoDB().CreateTable(t.Context(), &dynamodb.CreateTableInput{
//			TableName:            aws.String("customers"),
//			BillingMode:          types.BillingModePayPerRequest,
//			AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: types.ScalarAttributeTypeS}},
//			KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}},
//		})
//		if err != nil {
//			t.Fatal(err)
//		}
//		customers, err := mapper.New[Customer](env.DynamoDB(), env.Encryptor())
//		if err != nil {
//			t.Fatal(err)
//		}
//		if err := customers.Save(t.Context(), &Customer{ID: "alice", Plan: "free"}); err != nil {
//			t.Fatal(err)
//		}
//
//		env.Fail("PutItem", mappertest.Throttle()) // the SDK tries again
//		if err := Upgrade(t.Context(), customers, "alice"); err != nil {
//			t.Fatal(err)
//		}
//
//		alice, err := customers.Load(t.Context(), "alice")
//		if err != nil || alice.Plan != "gold" {
//			t.Errorf("plan %q, error %v", alice.Plan, err)
//		}
//	}
//
// [Env.Items] and [Env.Replace] look at what is stored and tamper with it;
// [Env.Fail] makes requests fail; [Env.Requests] tells what was sent.
//
// # Retries
//
// Clients retry as those of the SDK do by default, three attempts, but without
// waiting and without a quota, so that a test is fast and ends the same each
// time. The option
//
//	func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} }
//
// switches that off: each call is then one request.
//
// # What it does not do
//
// DynamoDB serves tables, indexes, expressions, batches, transactions and the
// settings of the time to live, and KMS serves symmetric keys and aliases. Another
// operation or parameter is refused as not supported; nothing is ignored. Reads are
// consistent, throughput is not limited, items do not expire, and signatures and
// permissions are not checked. It is a test double: keep nothing in it.
//
// There are no sockets and no goroutines, so that tests may run in a bubble of
// package testing/synctest, where [Latency] takes no time.
package mappertest
