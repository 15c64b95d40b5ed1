//go:build unix

package ddbcrypt_test

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/cputime"
	"github.com/ddbcrypt/ddbcrypt/internal/tlv"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// The benchmarks compare the library with the bare cryptographic work on the
// same bytes, in one run: each round does both, one after the other, and CPU time
// is counted for each. "ratio" is the CPU time of the library over that of the
// bare work.

// document is what the benchmarks save. Texts make up its size.
type document struct {
	_       struct{} `ddbcrypt:"table=documents"`
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

var (
	documents       = cmp.EncryptionContext{TableName: "documents", PartitionKey: "id", SortKey: "created"}
	documentActions = crypto.Actions{Overrides: map[string]crypto.Action{
		"id": crypto.SignOnly, "created": crypto.SignOnly, "plan": crypto.SignOnly,
		"email": 0, "name": 0, "count": 0, "text1": 0, "text2": 0, "text3": 0, "text4": 0,
	}}
)

func newDocument(size int) document {
	text := strings.Repeat("The quick brown fox. ", size/80+1)[:max(size-130, 4)/4]
	return document{ID: "alice", Created: 1700000000, Plan: "professional", Email: "alice@example.com", Name: "Alice Liddell", Count: 42, Text1: text, Text2: text, Text3: text, Text4: text}
}

var sizes = []struct {
	name string
	size int
}{{"0.5KB", 512}, {"4KB", 4 << 10}, {"100KB", 100 << 10}}

// oneItem is a client of a table with one item.
type oneItem struct{ item crypto.Item }

func (o *oneItem) PutItem(_ context.Context, in *dynamodb.PutItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	o.item = in.Item
	return &dynamodb.PutItemOutput{}, nil
}

func (o *oneItem) GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return &dynamodb.GetItemOutput{Item: o.item}, nil
}

func (o *oneItem) DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	return &dynamodb.DeleteItemOutput{}, nil
}

func BenchmarkItem(b *testing.B) {
	ctx := context.Background()
	encryptor := crypto.NewEncryptor(benchmarkProvider(b))
	for _, size := range sizes {
		doc := newDocument(size.size)
		item, err := attributevalue.MarshalMap(doc)
		check(b, err)
		table, err := encryptor.For(documents, documentActions)
		check(b, err)
		sealed, err := table.EncryptItem(ctx, item)
		check(b, err)
		db := &oneItem{}
		docs, err := mapper.New[document](db, encryptor)
		check(b, err)
		check(b, docs.Save(ctx, &doc))
		bare := newBareWork(b, item)

		for _, op := range []struct {
			name string
			run  func() error
			bare func()
		}{
			{"EncryptItem", func() error { _, err := table.EncryptItem(ctx, item); return err }, bare.encrypt},
			{"DecryptItem", func() error { _, err := table.DecryptItem(ctx, sealed); return err }, bare.decrypt},
			{"Save", func() error { return docs.Save(ctx, &doc) }, bare.encrypt},
			{"Load", func() error { _, err := docs.Load(ctx, "alice", 1700000000); return err }, bare.decrypt},
			{"MarshalMap", func() error { _, err := attributevalue.MarshalMap(doc); return err }, bare.encrypt},
		} {
			b.Run(fmt.Sprintf("%s/%s", op.name, size.name), func(b *testing.B) { compare(b, op.run, op.bare) })
		}
	}
}

// compare runs both in turns with a live heap of 64 MB, so that the collector is
// not what is measured.
func compare(b *testing.B, run func() error, bare func()) {
	heap := make([][]byte, 64)
	for i := range heap {
		heap[i] = bytes.Repeat([]byte{1}, 1<<20)
	}
	const turn = 50
	var ours, theirs time.Duration
	var before, after runtime.MemStats
	var allocations uint64
	rounds := 0
	runtime.GC()
	for b.Loop() {
		theirs += cputime.Of(func() {
			for range turn {
				bare()
			}
		})
		runtime.ReadMemStats(&before)
		ours += cputime.Of(func() {
			for range turn {
				check(b, run())
			}
		})
		runtime.ReadMemStats(&after)
		allocations += after.Mallocs - before.Mallocs
		rounds += turn
	}
	b.ReportMetric(0, "ns/op") // of a round: says nothing
	b.ReportMetric(float64(ours.Nanoseconds())/float64(rounds), "cpu-ns/item")
	b.ReportMetric(float64(theirs.Nanoseconds())/float64(rounds), "bare-cpu-ns/item")
	b.ReportMetric(float64(ours)/float64(theirs), "ratio")
	b.ReportMetric(float64(allocations)/float64(rounds), "allocs/item")
	runtime.KeepAlive(heap)
}

// bareWork is AES-CBC and SHA-256 on each value, and one HMAC, into buffers that
// are there already.
type bareWork struct {
	block    cipher.Block
	mac      interface{ Reset() }
	values   []bareValue
	write    func([]byte) (int, error)
	sum      func([]byte) []byte
	message  []byte
	macSum   []byte
	encrypts cipher.BlockMode
	decrypts cipher.BlockMode
}

type bareValue struct {
	plain, sealed []byte // sealed has the IV in front
	encrypted     bool
}

func newBareWork(b *testing.B, item crypto.Item) *bareWork {
	block, err := aes.NewCipher(benchmarkKey(1))
	check(b, err)
	mac := hmac.New(sha256.New, benchmarkKey(2))
	w := &bareWork{block: block, mac: mac, write: mac.Write, sum: mac.Sum, macSum: make([]byte, 0, 32)}
	iv := make([]byte, aes.BlockSize)
	w.encrypts, w.decrypts = cipher.NewCBCEncrypter(block, iv), cipher.NewCBCDecrypter(block, iv)
	for name, v := range item {
		plain, err := tlv.Append(nil, v, tlv.UTF8Order)
		check(b, err)
		value := bareValue{plain: plain, encrypted: documentActions.Action(name) == crypto.EncryptAndSign}
		if value.encrypted {
			padding := aes.BlockSize - len(plain)%aes.BlockSize
			value.plain = append(plain, bytes.Repeat([]byte{byte(padding)}, padding)...)
			value.sealed = make([]byte, aes.BlockSize+len(value.plain))
		}
		w.values = append(w.values, value)
	}
	w.message = make([]byte, sha256.Size*(1+3*len(item)))
	return w
}

func (w *bareWork) encrypt() {
	for i, v := range w.values {
		signed := v.plain
		if v.encrypted {
			w.encrypts.CryptBlocks(v.sealed[aes.BlockSize:], v.plain)
			signed = v.sealed
		}
		w.hash(i, signed)
	}
	w.sign()
}

func (w *bareWork) decrypt() {
	for i, v := range w.values {
		signed := v.plain
		if v.encrypted {
			signed = v.sealed
		}
		w.hash(i, signed)
	}
	w.sign()
	for _, v := range w.values {
		if v.encrypted {
			w.decrypts.CryptBlocks(v.plain, v.sealed[aes.BlockSize:])
		}
	}
}

func (w *bareWork) hash(i int, signed []byte) {
	d := sha256.Sum256(signed)
	copy(w.message[sha256.Size*(3+3*i):], d[:])
}

func (w *bareWork) sign() {
	w.mac.Reset()
	_, _ = w.write(w.message)
	w.macSum = w.sum(w.macSum[:0])
}

func benchmarkKey(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }

func benchmarkProvider(b *testing.B) cmp.Provider {
	key, err := cmp.NewAESKey(benchmarkKey(1))
	check(b, err)
	mac, err := cmp.NewHMACKey("HmacSHA256", benchmarkKey(2))
	check(b, err)
	provider, err := cmp.NewStatic(cmp.StaticKeys{Encryption: key, Signing: mac})
	check(b, err)
	return provider
}

func check(b *testing.B, err error) {
	if err != nil {
		b.Fatal(err)
	}
}
