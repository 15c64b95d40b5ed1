package generated_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

//go:generate go run github.com/ddbcrypt/ddbcrypt/cmd/ddbcryptgen -type flat,order

// flat is an item of 0.5 KB with 10 attributes.
type flat struct {
	_       struct{} `ddbcrypt:"table=items"`
	ID      string   `dynamodbav:"id" ddbcrypt:"partition"`
	Created int64    `dynamodbav:"created" ddbcrypt:"sort"`
	Plan    string   `dynamodbav:"plan" ddbcrypt:"sign"`
	Email   string   `dynamodbav:"email"`
	Name    string   `dynamodbav:"name"`
	Count   int      `dynamodbav:"count"`
	Text1   string   `dynamodbav:"text1"`
	Text2   string   `dynamodbav:"text2"`
	Text3   string   `dynamodbav:"text3"`
	Text4   string   `dynamodbav:"text4"`
}

// order is an item of 0.5 KB as programs have them: with a time, a set, a list, a
// nested struct and pointers.
type order struct {
	_        struct{}   `ddbcrypt:"table=items"`
	ID       string     `dynamodbav:"id" ddbcrypt:"partition"`
	Created  int64      `dynamodbav:"created" ddbcrypt:"sort"`
	Version  int64      `dynamodbav:"version" ddbcrypt:"version"`
	Status   string     `dynamodbav:"status" ddbcrypt:"sign"`
	Email    string     `dynamodbav:"email"`
	Total    float64    `dynamodbav:"total"`
	Placed   time.Time  `dynamodbav:"placed"`
	Shipped  *time.Time `dynamodbav:"shipped,omitempty"`
	Labels   []string   `dynamodbav:"labels,stringset"`
	Lines    []line     `dynamodbav:"lines"`
	Address  address    `dynamodbav:"address"`
	Note     *string    `dynamodbav:"note,omitempty"`
	Paid     bool       `dynamodbav:"paid"`
	Checksum []byte     `dynamodbav:"checksum"`
}

type line struct {
	Article string  `dynamodbav:"article"`
	Count   int     `dynamodbav:"count"`
	Price   float64 `dynamodbav:"price"`
}

type address struct {
	Name   string `dynamodbav:"name"`
	Street string `dynamodbav:"street"`
	City   string `dynamodbav:"city"`
	Zip    string `dynamodbav:"zip"`
}

// These have no generated code.
type (
	reflectedFlat  flat
	reflectedOrder order
)

func newFlat() flat {
	text := strings.Repeat("The quick brown fox. ", 5)[:95]
	return flat{ID: "alice", Created: 1700000000, Plan: "professional", Email: "alice@example.com", Name: "Alice Liddell", Count: 42, Text1: text, Text2: text, Text3: text, Text4: text}
}

func newOrder() order {
	at, note := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), "please ring twice, the bell is hard to hear"
	return order{ID: "alice", Created: 1700000000, Status: "shipped", Email: "alice@example.com", Total: 129.95, Placed: at, Shipped: &at,
		Labels: []string{"gift", "express"}, Lines: []line{{"teapot of china, white", 1, 89.95}, {"cups", 4, 10}},
		Address: address{"Alice Liddell", "Main street 7", "Oxford", "OX1 1DP"}, Note: &note, Paid: true, Checksum: bytes.Repeat([]byte{7}, 32)}
}

// memory is a DynamoDB client that keeps one item.
type memory struct {
	mapper.DynamoDB
	item crypto.Item
}

func (m *memory) PutItem(_ context.Context, in *dynamodb.PutItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	m.item = in.Item
	return &dynamodb.PutItemOutput{}, nil
}

func (m *memory) GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return &dynamodb.GetItemOutput{Item: m.item}, nil
}

// BenchmarkMapper saves and loads an item with and without generated code, through a
// client that costs nothing.
func BenchmarkMapper(b *testing.B) {
	provider, err := cmp.NewStatic(cmp.StaticKeys{
		Encryption: must(cmp.NewAESKey(bytes.Repeat([]byte{1}, 32))), Signing: must(cmp.NewHMACKey("HmacSHA256", bytes.Repeat([]byte{2}, 32))),
	})
	require.NoError(b, err)
	encryptor := crypto.NewEncryptor(provider)
	b.Run("flat", func(b *testing.B) {
		compare(b, encryptor, newFlat(), reflectedFlat(newFlat()))
	})
	b.Run("order", func(b *testing.B) {
		compare(b, encryptor, newOrder(), reflectedOrder(newOrder()))
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func compare[G, R any](b *testing.B, encryptor crypto.ItemEncryptor, generated G, reflected R) {
	saveAndLoad(b, "generated", encryptor, &generated)
	saveAndLoad(b, "reflected", encryptor, &reflected)
}

func saveAndLoad[T any](b *testing.B, name string, encryptor crypto.ItemEncryptor, value *T) {
	items := must(mapper.New[T](&memory{}, encryptor))
	b.Run("Save/"+name, func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			require.NoError(b, items.Save(b.Context(), value))
		}
	})
	b.Run("Load/"+name, func(b *testing.B) {
		require.NoError(b, items.Save(b.Context(), value))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := items.Load(b.Context(), "alice", int64(1700000000)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
