//go:build unix

package mapper_test

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"runtime"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/cputime"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// plainPosts is what a program does that encrypts nothing.
type plainPosts struct{ db *dynamodb.Client }

func newPlainStore(t testing.TB, n int) *memdb.DB {
	t.Helper()
	db := newDB(t, "posts", "id", "S", "created", "N")
	for i := range n {
		require.NoError(t, plainPosts{db.Client()}.save(t.Context(), newPost(i)))
	}
	return db
}

func (p plainPosts) save(ctx context.Context, value *post) error {
	item, err := attributevalue.MarshalMap(value)
	if err != nil {
		return err
	}
	_, err = p.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("posts"), Item: item})
	return err
}

func (p plainPosts) load(ctx context.Context, id string, created int) (value post, err error) {
	out, err := p.db.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("posts"), Key: crypto.Item{"id": str(id), "created": num(fmt.Sprint(created))}})
	if err != nil {
		return value, err
	}
	return value, attributevalue.UnmarshalMap(out.Item, &value)
}

func (p plainPosts) query(ctx context.Context, id string) (values []post, err error) {
	out, err := p.db.Query(ctx, &dynamodb.QueryInput{TableName: aws.String("posts"), KeyConditionExpression: aws.String("id = :id"),
		ExpressionAttributeValues: crypto.Item{":id": str(id)}})
	if err != nil {
		return nil, err
	}
	return values, attributevalue.UnmarshalListOfMaps(out.Items, &values)
}

// BenchmarkOverhead compares the mapper with attributevalue and a client of the SDK:
// over an embedded store, and over a transport that answers at once.
func BenchmarkOverhead(b *testing.B) {
	wrapped := must(cmp.NewWrapped(cmp.WrappedKeys{
		Wrapping: must(cmp.NewAESKey(bytes.Repeat([]byte{1}, 32))),
		Signing:  must(cmp.NewHMACKey("HmacSHA256", bytes.Repeat([]byte{2}, 32))),
	}))
	for _, provider := range []struct {
		name string
		keys cmp.Provider
	}{{"Static", newProvider(1)}, {"Wrapped", wrapped}} {
		encryptor := crypto.NewEncryptor(provider.keys)
		sealed, _ := newPosts(b, encryptor, 100)
		plain := newPlainStore(b, 100)
		b.Run(provider.name+"/store", func(b *testing.B) { overhead(b, encryptor, sealed, plain) })
		b.Run(provider.name+"/at once", func(b *testing.B) { overhead(b, encryptor, &replay{store: sealed}, &replay{store: plain}) })
	}
}

func overhead(b *testing.B, encryptor crypto.ItemEncryptor, sealed, plain dynamodb.HTTPClient) {
	ctx, value := b.Context(), newPost(0)
	posts := must(mapper.New[post](memdb.New().Client(throughTransport(sealed)), encryptor))
	bare := plainPosts{memdb.New().Client(throughTransport(plain))}
	for _, op := range []struct {
		name         string
		turn         int
		ours, theirs func() error
	}{
		{"Save", 20, func() error { return posts.Save(ctx, value) }, func() error { return bare.save(ctx, value) }},
		{"Load", 20, func() error { _, err := posts.Load(ctx, "alice", 1); return err }, func() error { _, err := bare.load(ctx, "alice", 1); return err }},
		{"Query of 100 items", 1, func() error { return drain(posts.Query(ctx, mapper.Partition("alice")), 100) },
			func() error { _, err := bare.query(ctx, "alice"); return err }},
	} {
		b.Run(op.name, func(b *testing.B) { inTurns(b, op.turn, op.ours, op.theirs) })
	}
}

// drain reads what should be n items.
func drain[T any](items iter.Seq2[T, error], n int) error {
	read := 0
	for _, err := range items {
		if err != nil {
			return err
		}
		read++
	}
	if read != n {
		return fmt.Errorf("%d items, not %d", read, n)
	}
	return nil
}

// cost is what several runs took.
type cost struct {
	cpu, clock  time.Duration
	allocations uint64
}

func (c *cost) add(b *testing.B, n int, run func() error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	c.cpu += cputime.Of(func() {
		for range n {
			if err := run(); err != nil {
				b.Fatal(err)
			}
		}
	})
	c.clock += time.Since(start)
	runtime.ReadMemStats(&after)
	c.allocations += after.Mallocs - before.Mallocs
}

// inTurns runs both, one after the other, and reports the CPU time of each and how
// many times theirs ours is. A live heap of 64 MB keeps the collector from being what
// is measured.
func inTurns(b *testing.B, turn int, ours, theirs func() error) {
	heap := bytes.Repeat([]byte{1}, 64<<20)
	require.NoError(b, theirs()) // what a replay is to repeat
	require.NoError(b, ours())
	runtime.GC()
	var first, second cost
	rounds := 0
	for b.Loop() {
		second.add(b, turn, theirs)
		first.add(b, turn, ours)
		rounds += turn
	}
	b.ReportMetric(0, "ns/op") // of a round: says nothing
	b.ReportMetric(float64(first.cpu.Nanoseconds())/float64(rounds), "cpu-ns/mapper")
	b.ReportMetric(float64(second.cpu.Nanoseconds())/float64(rounds), "cpu-ns/plain")
	b.ReportMetric(float64(first.cpu)/float64(second.cpu), "ratio")
	b.ReportMetric(float64(first.allocations)/float64(rounds), "allocs/mapper")
	b.ReportMetric(float64(second.allocations)/float64(rounds), "allocs/plain")
	runtime.KeepAlive(heap)
}

// BenchmarkScan scans 100,000 items, in one segment and in four, in turns: out of a
// transport that has its pages of almost 1 MB ready, and out of an embedded store.
func BenchmarkScan(b *testing.B) {
	const perPage, pages = 1000, 100
	encryptor := newEncryptor(1)
	b.Run("pages", func(b *testing.B) {
		scanInTurns(b, newPageSource(b, encryptor, perPage, pages).mapper(b, encryptor), perPage*pages)
	})
	b.Run("store", func(b *testing.B) {
		_, posts := newPosts(b, encryptor, perPage*pages)
		scanInTurns(b, posts, perPage*pages)
	})
}

func scanInTurns(b *testing.B, posts *mapper.Mapper[post], n int) {
	scan := func(segments int) func() error {
		return func() error { return drain(posts.Scan(b.Context(), mapper.Segments(segments)), n) }
	}
	var one, four cost
	rounds := 0
	for b.Loop() {
		one.add(b, 1, scan(1))
		four.add(b, 1, scan(4))
		rounds++
	}
	b.ReportMetric(0, "ns/op") // of a round: says nothing
	b.ReportMetric(one.clock.Seconds()/float64(rounds), "s/1-segment")
	b.ReportMetric(four.clock.Seconds()/float64(rounds), "s/4-segments")
	b.ReportMetric(float64(four.clock)/float64(one.clock), "ratio")
	b.ReportMetric(one.cpu.Seconds()/float64(rounds), "cpu-s/1-segment")
	b.ReportMetric(four.cpu.Seconds()/float64(rounds), "cpu-s/4-segments")
	b.ReportMetric(float64(one.allocations)/float64(rounds*n), "allocs/item")
}
