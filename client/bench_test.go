package client_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
)

// idleAPI answers at once with what it was given.
type idleAPI struct {
	client.API
	items []map[string]types.AttributeValue
}

func (a *idleAPI) PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return &dynamodb.PutItemOutput{}, nil
}

func (a *idleAPI) GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return &dynamodb.GetItemOutput{Item: a.items[0]}, nil
}

func (a *idleAPI) Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return &dynamodb.QueryOutput{Items: a.items, Count: int32(len(a.items)), ScannedCount: int32(len(a.items))}, nil
}

// bench is a client over an idleAPI with a page of 100 items, and the encryptor that
// it uses.
type bench struct {
	db   *client.Client
	bare crypto.TableEncryptor
	api  *idleAPI
}

func newBench(b *testing.B, provider cmp.Provider, list ...client.Option) *bench {
	b.Helper()
	table := users("users")
	actions, err := table.Actions.WithIndexKeys("id", "created")
	require.NoError(b, err)
	encryptor := crypto.NewEncryptor(provider)
	bare, err := encryptor.For(cmp.EncryptionContext{TableName: "users", PartitionKey: "id", SortKey: "created"}, actions)
	require.NoError(b, err)
	api := &idleAPI{}
	for i := range 100 {
		sealed, err := bare.EncryptItem(b.Context(), user("crowd", i))
		require.NoError(b, err)
		api.items = append(api.items, sealed)
	}
	db := client.New(api, encryptor, append([]client.Option{client.Tables(table)}, list...)...)
	require.NoError(b, db.Err())
	return &bench{db, bare, api}
}

func (h *bench) putItem(ctx context.Context) error {
	_, err := h.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("users"), Item: user("crowd", 0)})
	return err
}

func (h *bench) getItem(ctx context.Context) error {
	_, err := h.db.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("users"), Key: key("crowd", 0)})
	return err
}

func (h *bench) query(ctx context.Context) error {
	_, err := h.db.Query(ctx, &dynamodb.QueryInput{TableName: aws.String("users"), KeyConditionExpression: aws.String("id = :id"),
		ExpressionAttributeValues: crypto.Item{":id": str("crowd")}})
	return err
}

func (h *bench) encrypt(ctx context.Context) error {
	_, err := h.bare.EncryptItem(ctx, user("crowd", 0))
	return err
}

func (h *bench) decrypt(ctx context.Context) error {
	_, err := h.bare.DecryptItem(ctx, h.api.items[0])
	return err
}

func (h *bench) decryptAll(ctx context.Context) error {
	for _, item := range h.api.items {
		if _, err := h.bare.DecryptItem(ctx, item); err != nil {
			return err
		}
	}
	return nil
}

func repeat(b *testing.B, run func(context.Context) error) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		if err := run(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// ratio runs two ways of doing the same in turn, and reports how much longer the
// first one takes. What else the machine does slows down both.
func ratio(b *testing.B, of, to func(context.Context) error) {
	b.Helper()
	var first, second time.Duration
	timed := func(run func(context.Context) error) time.Duration {
		start := time.Now()
		if err := run(b.Context()); err != nil {
			b.Fatal(err)
		}
		return time.Since(start)
	}
	for b.Loop() {
		first += timed(of)
		second += timed(to)
	}
	b.ReportMetric(float64(first)/float64(second), "ratio")
}

// BenchmarkOverhead compares operations of a client with the encryption in them.
func BenchmarkOverhead(b *testing.B) {
	h := newBench(b, newProvider(b))
	sequential := newBench(b, newProvider(b), client.WithConcurrency(1))
	for _, bc := range []struct {
		name     string
		of, bare func(context.Context) error
	}{
		{"PutItem", h.putItem, h.encrypt},
		{"GetItem", h.getItem, h.decrypt},
		{"Query of 100 items", h.query, h.decryptAll},
		{"Query of 100 items sequentially", sequential.query, sequential.decryptAll},
	} {
		b.Run(bc.name+"/client", func(b *testing.B) { repeat(b, bc.of) })
		b.Run(bc.name+"/bare", func(b *testing.B) { repeat(b, bc.bare) })
		b.Run(bc.name+"/client to bare", func(b *testing.B) { ratio(b, bc.of, bc.bare) })
	}
}

// BenchmarkAllocations is about what an operation on one flat item costs beside the
// cryptography: the keys are always the same.
func BenchmarkAllocations(b *testing.B) {
	encryption, err := cmp.NewAESKey(bytes.Repeat([]byte{1}, 32))
	require.NoError(b, err)
	signing, err := cmp.NewHMACKey("HmacSHA256", bytes.Repeat([]byte{2}, 32))
	require.NoError(b, err)
	provider, err := cmp.NewStatic(cmp.StaticKeys{Encryption: encryption, Signing: signing})
	require.NoError(b, err)
	h := newBench(b, provider)
	item := key("crowd", 0)
	for i := range 4 {
		item[fmt.Sprint("text", i)] = str("professional")
		item[fmt.Sprint("number", i)] = num(i)
	}
	sealed, err := h.bare.EncryptItem(b.Context(), item)
	require.NoError(b, err)
	h.api.items[0] = sealed
	put := &dynamodb.PutItemInput{TableName: aws.String("users"), Item: item}
	get := &dynamodb.GetItemInput{TableName: aws.String("users"), Key: key("crowd", 0)}
	for _, bc := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"PutItem", func(ctx context.Context) error { _, err := h.db.PutItem(ctx, put); return err }},
		{"EncryptItem", func(ctx context.Context) error { _, err := h.bare.EncryptItem(ctx, item); return err }},
		{"GetItem", func(ctx context.Context) error { _, err := h.db.GetItem(ctx, get); return err }},
		{"DecryptItem", func(ctx context.Context) error { _, err := h.bare.DecryptItem(ctx, sealed); return err }},
	} {
		b.Run(bc.name, func(b *testing.B) { repeat(b, bc.run) })
	}
}

// BenchmarkPageWithSlowKeys reads a page of 100 items, each with a call of KMS that
// takes 10 ms.
func BenchmarkPageWithSlowKeys(b *testing.B) {
	service := memkms.New()
	provider, err := cmp.NewKMS(service.Client("eu-west-1"), service.CreateKey("eu-west-1"))
	require.NoError(b, err)
	pages := map[int]*bench{}
	for _, concurrency := range []int{1, 16, 100} {
		pages[concurrency] = newBench(b, provider, client.WithConcurrency(concurrency))
	}
	service.SetLatency(10 * time.Millisecond)
	for _, concurrency := range []int{1, 16, 100} {
		b.Run(fmt.Sprintf("concurrency %d", concurrency), func(b *testing.B) { repeat(b, pages[concurrency].query) })
	}
	b.Run("16 at once to sequentially", func(b *testing.B) { ratio(b, pages[16].query, pages[1].query) })
}
