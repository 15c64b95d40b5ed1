package mappertest_test

import (
	"bytes"
	"fmt"
	"maps"
	"runtime"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
	"github.com/ddbcrypt/ddbcrypt/mapper/mappertest"
)

type item = map[string]types.AttributeValue

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

// newCustomers returns an environment with the table of Customer, and its mapper.
func newCustomers(t *testing.T) (*mappertest.Env, *mapper.Mapper[Customer]) {
	t.Helper()
	env := mappertest.New(t)
	require.NoError(t, createTable(env.DynamoDB(), "customers"))
	customers, err := mapper.New[Customer](env.DynamoDB(), env.Encryptor())
	require.NoError(t, err)
	return env, customers
}

// ending is a test that can be ended without ending the one that runs it.
type ending struct {
	testing.TB
	message string
}

func (e *ending) Helper() {}

func (e *ending) Fatalf(format string, args ...any) {
	e.message = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// requireEnds wants misuse to end the test with a message.
func requireEnds(t *testing.T, message string, misuse func(*mappertest.Env)) {
	t.Helper()
	test, done := &ending{TB: t}, make(chan struct{})
	go func() {
		defer close(done)
		env := mappertest.New(test)
		if err := createTable(env.DynamoDB(), "customers"); err != nil {
			panic(err)
		}
		misuse(env)
	}()
	<-done
	require.Contains(t, test.message, message)
}

func TestAMapperSavesLoadsAndDeletes(t *testing.T) {
	env, customers := newCustomers(t)
	saved := Customer{ID: "alice", Email: "alice@example.com", Plan: "free"}
	require.NoError(t, customers.Save(t.Context(), &saved))
	loaded, err := customers.Load(t.Context(), "alice")
	require.NoError(t, err)
	assert.Equal(t, saved, loaded)
	require.NoError(t, customers.Delete(t.Context(), &loaded))
	_, err = customers.Load(t.Context(), "alice")
	require.ErrorIs(t, err, mapper.ErrNotFound)
	assert.Empty(t, env.Items("customers"))
}

func TestTheEncryptorHasKeysOfItsOwn(t *testing.T) {
	env, customers := newCustomers(t)
	assert.Same(t, env.Encryptor(), env.Encryptor())
	require.NoError(t, customers.Save(t.Context(), &Customer{ID: "alice"}))
	others, err := mapper.New[Customer](env.DynamoDB(), mappertest.New(t).Encryptor())
	require.NoError(t, err)
	_, err = others.Load(t.Context(), "alice")
	require.ErrorIs(t, err, crypto.ErrSignature)
	assert.Zero(t, env.Count("GenerateDataKey"), "it needs no KMS")
}

func TestTheEncryptingClientTakesTheEncryptor(t *testing.T) {
	env := mappertest.New(t)
	require.NoError(t, createTable(env.DynamoDB(), "customers"))
	db := env.DynamoDB(client.WithEncryption(env.Encryptor(), client.Tables(client.Table{Name: "customers", PartitionKey: "id"})))
	put := item{"id": str("alice"), "email": str("alice@example.com")}
	_, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("customers"), Item: put})
	require.NoError(t, err)
	assert.IsType(t, &types.AttributeValueMemberB{}, env.Items("customers")[0]["email"])
	out, err := db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("customers"), Key: item{"id": str("alice")}})
	require.NoError(t, err)
	assert.Equal(t, put, out.Item)
}

func TestEnvironmentsShareNothing(t *testing.T) {
	first, _ := newCustomers(t)
	second := mappertest.New(t)
	out, err := second.DynamoDB().ListTables(t.Context(), &dynamodb.ListTablesInput{})
	require.NoError(t, err)
	assert.Empty(t, out.TableNames)
	_, err = second.KMS().DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: aws.String(first.KMSKey())})
	assert.ErrorContains(t, err, "NotFoundException")
}

func TestAProviderOfKMSUsesTheKey(t *testing.T) {
	env := mappertest.New(t)
	require.NoError(t, createTable(env.DynamoDB(), "customers"))
	provider, err := cmp.NewKMS(env.KMS(), env.KMSKey())
	require.NoError(t, err)
	customers, err := mapper.New[Customer](env.DynamoDB(), crypto.NewEncryptor(provider))
	require.NoError(t, err)
	require.NoError(t, customers.Save(t.Context(), &Customer{ID: "alice", Email: "alice@example.com"}))
	alice, err := customers.Load(t.Context(), "alice")
	require.NoError(t, err)
	assert.Equal(t, "alice@example.com", alice.Email)
	assert.Equal(t, 1, env.Count("GenerateDataKey"))
	assert.Equal(t, 1, env.Count("Decrypt"))
}

func TestAProgramBuildsItsOwnClients(t *testing.T) {
	env := mappertest.New(t)
	require.NoError(t, createTable(dynamodb.NewFromConfig(env.Config()), "customers"))
	assert.Empty(t, env.Items("customers"))
	provider, err := cmp.NewKMSFromConfig(env.Config(), env.KMSKey())
	require.NoError(t, err)
	customers, err := mapper.New[Customer](env.DynamoDB(), crypto.NewEncryptor(provider))
	require.NoError(t, err)
	require.NoError(t, customers.Save(t.Context(), &Customer{ID: "alice"}))
	assert.Equal(t, 1, env.Count("GenerateDataKey"))
	_, err = dynamodbstreams.NewFromConfig(env.Config()).ListStreams(t.Context(), &dynamodbstreams.ListStreamsInput{})
	assert.ErrorContains(t, err, "UnknownOperationException", "another service")
}

func TestOptionsOfClientsComeLast(t *testing.T) {
	env := mappertest.New(t)
	assert.Equal(t, "eu-west-1", env.DynamoDB(func(o *dynamodb.Options) { o.Region = "eu-west-1" }).Options().Region)
	assert.Equal(t, "eu-west-1", env.KMS(func(o *kms.Options) { o.Region = "eu-west-1" }).Options().Region)
}

func TestItemsAreAsStored(t *testing.T) {
	env, customers := newCustomers(t)
	require.NoError(t, customers.Save(t.Context(), &Customer{ID: "alice", Email: "alice@example.com", Plan: "free"}))
	before := len(env.Requests())
	items := env.Items("arn:aws:dynamodb:us-east-1:000000000000:table/customers")
	require.Len(t, items, 1)
	assert.Equal(t, str("free"), items[0]["plan"])
	assert.False(t, bytes.Contains(items[0]["email"].(*types.AttributeValueMemberB).Value, []byte("alice")))
	assert.Len(t, env.Requests(), before, "looking is no request")

	items[0]["plan"] = str("gold")
	assert.Equal(t, str("free"), env.Items("customers")[0]["plan"], "it was a copy")
}

func TestReplacePlantsAnItem(t *testing.T) {
	env, customers := newCustomers(t)
	require.NoError(t, customers.Save(t.Context(), &Customer{ID: "alice", Plan: "free"}))
	genuine := env.Items("customers")[0]
	for name, tc := range map[string]struct {
		item item
		want error
	}{
		"a changed attribute": {with(genuine, "plan", str("gold")), crypto.ErrSignature},
		"one of another item": {with(genuine, "id", str("bob")), crypto.ErrSignature},
		"one in the clear":    {item{"id": str("bob")}, crypto.ErrNotEncrypted},
		"the one that was it": {genuine, nil},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(env.Requests())
			env.Replace("customers", tc.item)
			assert.Len(t, env.Requests(), before, "planting is no request")
			_, err := customers.Load(t.Context(), tc.item["id"].(*types.AttributeValueMemberS).Value)
			assert.ErrorIs(t, err, tc.want)
		})
	}
}

func with(base item, name string, value types.AttributeValue) item {
	changed := maps.Clone(base)
	changed[name] = value
	return changed
}

func TestRequestsAreInTheirOrder(t *testing.T) {
	env := mappertest.New(t)
	_, err := env.DynamoDB().ListTables(t.Context(), &dynamodb.ListTablesInput{Limit: aws.Int32(7)})
	require.NoError(t, err)
	_, err = env.KMS().DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: aws.String(env.KMSKey())})
	require.NoError(t, err)
	assert.Equal(t, []mappertest.Request{
		{Operation: "ListTables", Body: []byte(`{"Limit":7}`)},
		{Operation: "DescribeKey", Body: []byte(`{"KeyId":"` + env.KMSKey() + `"}`)},
	}, env.Requests())
	assert.Equal(t, 1, env.Count("ListTables"))
	assert.Zero(t, env.Count("PutItem"))
	assert.Equal(t, 2, env.Count(""))
}

func TestMisuseEndsTheTest(t *testing.T) {
	for name, tc := range map[string]struct {
		misuse func(*mappertest.Env)
		want   string
	}{
		"items of no table":             {func(env *mappertest.Env) { env.Items("costumers") }, `no table "costumers"`},
		"an item for no table":          {func(env *mappertest.Env) { env.Replace("costumers", item{"id": str("alice")}) }, `no table "costumers"`},
		"an item without its key":       {func(env *mappertest.Env) { env.Replace("customers", item{}) }, "mappertest: table \"customers\": One or more parameter values were invalid: Missing the key id"},
		"a fault of no operation":       {func(env *mappertest.Env) { env.Fail("PutItems", mappertest.Throttle()) }, `no operation "PutItems"`},
		"one for every such request":    {func(env *mappertest.Env) { env.FailAlways("putItem", mappertest.Throttle()) }, `no operation "putItem"`},
		"a count of no operation":       {func(env *mappertest.Env) { env.Count("PutItems") }, `no operation "PutItems"`},
		"a part of a single write":      {func(env *mappertest.Env) { env.Fail("PutItem", mappertest.FirstOnly(1)) }, `not for "PutItem"`},
		"a part of whatever there is":   {func(env *mappertest.Env) { env.FailAlways("", mappertest.FirstOnly(1)) }, `not for ""`},
		"a part as the second of these": {func(env *mappertest.Env) { env.Fail("Scan", mappertest.Fault{}, mappertest.FirstOnly(1)) }, `not for "Scan"`},
	} {
		t.Run(name, func(t *testing.T) { requireEnds(t, tc.want, tc.misuse) })
	}
}
