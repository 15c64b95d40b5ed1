package ddbcrypt_test

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
	"github.com/ddbcrypt/ddbcrypt/metastore"
)

// kmsLatency is how long each call of the KMS double takes.
const kmsLatency = 10 * time.Millisecond

// countedStore counts the calls of a store, each of which takes kmsLatency.
type countedStore struct {
	cmp.ProviderStore
	maxVersion, provider atomic.Int64
}

func (s *countedStore) MaxVersion(ctx context.Context, materialName string) (int64, error) {
	s.maxVersion.Add(1)
	time.Sleep(kmsLatency)
	return s.ProviderStore.MaxVersion(ctx, materialName)
}

func (s *countedStore) Provider(ctx context.Context, materialName string, version int64) (cmp.Provider, error) {
	s.provider.Add(1)
	return s.ProviderStore.Provider(ctx, materialName, version)
}

// newStore returns a MetaStore with one version, protected by a KMS key.
func newStore(b *testing.B) (*countedStore, *memkms.KMS) {
	ctx := b.Context()
	kms := memkms.New()
	protector, err := cmp.NewKMS(kms.Client("us-east-1"), kms.CreateKey("us-east-1"))
	require.NoError(b, err)
	db := memdb.New().Client()
	_, err = metastore.CreateTable(ctx, db, "keys")
	require.NoError(b, err)
	store, err := metastore.New(db, "keys", crypto.NewEncryptor(protector))
	require.NoError(b, err)
	_, _, err = store.NewProvider(ctx, "documents")
	require.NoError(b, err)
	kms.ResetCalls()
	kms.SetLatency(kmsLatency)
	return &countedStore{ProviderStore: store}, kms
}

// BenchmarkProvider encrypts and decrypts items of 0.5 KB by each provider, with a
// KMS that takes 10 ms for a call: one item after the other, and 64 at once.
func BenchmarkProvider(b *testing.B) {
	aes, err := cmp.NewAESKey(make([]byte, 32))
	require.NoError(b, err)
	hmac, err := cmp.NewHMACKey("HmacSHA256", make([]byte, 32))
	require.NoError(b, err)
	static, err := cmp.NewStatic(cmp.StaticKeys{Encryption: aes, Signing: hmac})
	require.NoError(b, err)
	wrapped, err := cmp.NewWrapped(cmp.WrappedKeys{Wrapping: aes, Signing: hmac})
	require.NoError(b, err)
	kms := memkms.New()
	direct, err := cmp.NewKMS(kms.Client("us-east-1"), kms.CreateKey("us-east-1"))
	require.NoError(b, err)
	kms.SetLatency(kmsLatency)
	store, storeKMS := newStore(b)
	mostRecent, err := cmp.NewMostRecent(store, "documents", time.Minute, cmp.WithBackgroundRefresh(30*time.Second))
	require.NoError(b, err)

	item, err := attributevalue.MarshalMap(newDocument(512))
	require.NoError(b, err)
	for _, p := range []struct {
		name     string
		provider cmp.Provider
		kms      *memkms.KMS
	}{{"Static", static, kms}, {"Wrapped", wrapped, kms}, {"KMS", direct, kms}, {"MostRecent", mostRecent, storeKMS}} {
		encryptor, err := crypto.NewEncryptor(p.provider).For(documents, documentActions)
		require.NoError(b, err)
		sealed, err := encryptor.EncryptItem(b.Context(), item)
		require.NoError(b, err)
		for _, operation := range []struct {
			name string
			do   func() error
		}{
			{"Encrypt", func() error { _, err := encryptor.EncryptItem(b.Context(), item); return err }},
			{"Decrypt", func() error { _, err := encryptor.DecryptItem(b.Context(), sealed); return err }},
		} {
			run := func(b *testing.B, goroutines int) {
				p.kms.ResetCalls()
				var group sync.WaitGroup
				var left atomic.Int64
				left.Store(int64(b.N))
				b.ResetTimer()
				for range goroutines {
					group.Go(func() {
						for left.Add(-1) >= 0 {
							if err := operation.do(); err != nil {
								b.Error(err)
								return
							}
						}
					})
				}
				group.Wait()
				b.ReportMetric(float64(len(p.kms.Calls()))/float64(b.N), "kms-calls/item")
			}
			b.Run(p.name+"/"+operation.name+"/1", func(b *testing.B) { run(b, 1) })
			b.Run(p.name+"/"+operation.name+"/64", func(b *testing.B) { run(b, 64) })
		}
	}
}

// BenchmarkTTL has 1,000 goroutines ask a MostRecent provider for materials the
// moment that its time to live is over ("expired"), and while it runs out twice, each
// every 50 ms ("steady"). A call of the store takes 10 ms, or 20 if KMS is called.
func BenchmarkTTL(b *testing.B) {
	const goroutines, ttl, steady = 1000, 400 * time.Millisecond, time.Second
	ask := func(b *testing.B, p *cmp.MostRecent) time.Duration {
		start := time.Now()
		if _, err := p.EncryptionMaterials(b.Context(), cmp.EncryptionRequest{Context: documents}); err != nil {
			b.Error(err)
		}
		return time.Since(start)
	}
	for _, mode := range []struct {
		name    string
		options []cmp.Option
	}{{"foreground", nil}, {"background", []cmp.Option{cmp.WithBackgroundRefresh(ttl / 2)}}} {
		b.Run("expired/"+mode.name, func(b *testing.B) {
			store, _ := newStore(b)
			p, err := cmp.NewMostRecent(store, "documents", ttl, mode.options...)
			require.NoError(b, err)
			ask(b, p)
			var waits []time.Duration
			store.maxVersion.Store(0)
			store.provider.Store(0)
			b.ResetTimer()
			for range b.N {
				// A request in the second half of the time to live is what a
				// background refresh takes as its occasion.
				time.Sleep(ttl * 3 / 4)
				ask(b, p)
				time.Sleep(ttl * 3 / 8)
				waits = append(waits, together(goroutines, func() time.Duration { return ask(b, p) })...)
			}
			report(b, waits)
			b.ReportMetric(float64(store.maxVersion.Load())/float64(b.N), "newest-calls")
			b.ReportMetric(float64(store.provider.Load())/float64(b.N), "version-calls")
		})
		b.Run("steady/"+mode.name, func(b *testing.B) {
			store, _ := newStore(b)
			p, err := cmp.NewMostRecent(store, "documents", ttl, mode.options...)
			require.NoError(b, err)
			ask(b, p)
			var waits []time.Duration
			b.ResetTimer()
			for range b.N {
				var mu sync.Mutex
				end := time.Now().Add(steady)
				together(goroutines, func() time.Duration {
					var own []time.Duration
					for time.Now().Before(end) {
						own = append(own, ask(b, p))
						time.Sleep(50 * time.Millisecond)
					}
					mu.Lock()
					defer mu.Unlock()
					waits = append(waits, own...)
					return 0
				})
			}
			report(b, waits)
		})
	}
}

// together runs ask in n goroutines that start at the same time.
func together(n int, ask func() time.Duration) []time.Duration {
	results := make([]time.Duration, n)
	start := make(chan struct{})
	var group sync.WaitGroup
	for i := range results {
		group.Go(func() {
			<-start
			results[i] = ask()
		})
	}
	close(start)
	group.Wait()
	return results
}

func report(b *testing.B, waits []time.Duration) {
	slices.Sort(waits)
	for _, percentile := range []struct {
		name  string
		share float64
	}{{"p50-ms", 0.5}, {"p99-ms", 0.99}, {"max-ms", 1}} {
		wait := waits[int(percentile.share*float64(len(waits)-1))]
		b.ReportMetric(float64(wait)/float64(time.Millisecond), percentile.name)
	}
}
