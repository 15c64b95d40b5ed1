package client_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
)

// slowProvider takes its time for each item, and counts how many it has at once.
type slowProvider struct {
	cmp.Provider
	delay         time.Duration
	calls         atomic.Int64
	running, most atomic.Int64
	// fails is asked for the error of a call, by its number from 1.
	fails func(call int64) error
}

func (p *slowProvider) wait(ctx context.Context) error {
	defer p.running.Add(-1)
	now := p.running.Add(1)
	for old := p.most.Load(); now > old && !p.most.CompareAndSwap(old, now); old = p.most.Load() {
	}
	call := p.calls.Add(1)
	if p.fails != nil {
		if err := p.fails(call); err != nil {
			return err
		}
	}
	select {
	case <-time.After(p.delay):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *slowProvider) EncryptionMaterials(ctx context.Context, r cmp.EncryptionRequest) (*cmp.EncryptionMaterials, error) {
	if err := p.wait(ctx); err != nil {
		return nil, err
	}
	return p.Provider.EncryptionMaterials(ctx, r)
}

func (p *slowProvider) DecryptionMaterials(ctx context.Context, r cmp.DecryptionRequest) (*cmp.DecryptionMaterials, error) {
	if err := p.wait(ctx); err != nil {
		return nil, err
	}
	return p.Provider.DecryptionMaterials(ctx, r)
}

// slow puts a provider that takes this long between a world and its keys.
func (w *world) slow(delay time.Duration) *slowProvider {
	p := &slowProvider{Provider: w.provider.Provider, delay: delay}
	w.provider.Provider = p
	return p
}

// crowd stores n items of one partition, without waiting for anything.
func (w *world) crowd(t testing.TB, n int) []map[string]types.AttributeValue {
	db := w.users()
	var items []map[string]types.AttributeValue
	for i := range n {
		items = append(items, user("crowd", i))
		_, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &w.table, Item: user("crowd", i)})
		require.NoError(t, err)
	}
	w.reset()
	return items
}

// The time of a bubble passes only while everything waits, so it is exact.
func TestAPageTakesTheTimeOfItsSlowestWorker(t *testing.T) {
	for name, tc := range map[string]struct {
		options []client.Option
		want    time.Duration
		most    int64
	}{
		"sequentially":     {[]client.Option{client.WithConcurrency(1)}, time.Second, 1},
		"16 at once":       {nil, 70 * time.Millisecond, 16},
		"100 at once":      {[]client.Option{client.WithConcurrency(100)}, 10 * time.Millisecond, 100},
		"more than needed": {[]client.Option{client.WithConcurrency(1000)}, 10 * time.Millisecond, 100},
	} {
		for form, open := range forms {
			t.Run(name+", "+form, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, memdb.New().Client(), open)
					items := w.crowd(t, 100)
					keys := w.slow(10 * time.Millisecond)
					db := w.users(tc.options...)
					for operation, read := range slowReads(w, 100) {
						keys.most.Store(0)
						start := time.Now()
						got, err := read(t.Context(), db)
						require.NoError(t, err)
						assert.Equal(t, tc.want, time.Since(start), operation)
						assert.Equal(t, tc.most, keys.most.Load(), operation)
						assert.Equal(t, items, got, "%s keeps the order", operation)
					}
				})
			})
		}
	}
}

// slowReads are the operations that read a page or batch of n items.
func slowReads(w *world, n int) map[string]func(ctx context.Context, db api) ([]map[string]types.AttributeValue, error) {
	return map[string]func(ctx context.Context, db api) ([]map[string]types.AttributeValue, error){
		"Query": func(ctx context.Context, db api) ([]map[string]types.AttributeValue, error) {
			out, err := db.Query(ctx, &dynamodb.QueryInput{TableName: &w.table, KeyConditionExpression: aws.String("id = :id"), ExpressionAttributeValues: crypto.Item{":id": str("crowd")}})
			if err != nil {
				return nil, err
			}
			return out.Items, nil
		},
		"Scan": func(ctx context.Context, db api) ([]map[string]types.AttributeValue, error) {
			out, err := db.Scan(ctx, &dynamodb.ScanInput{TableName: &w.table})
			if err != nil {
				return nil, err
			}
			return out.Items, nil
		},
		"BatchGetItem": func(ctx context.Context, db api) ([]map[string]types.AttributeValue, error) {
			var keys []map[string]types.AttributeValue
			for i := range n {
				keys = append(keys, key("crowd", i))
			}
			out, err := db.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{w.table: {Keys: keys}}})
			if err != nil {
				return nil, err
			}
			return out.Responses[w.table], nil
		},
		"TransactGetItems": func(ctx context.Context, db api) ([]map[string]types.AttributeValue, error) {
			in := &dynamodb.TransactGetItemsInput{}
			for i := range n {
				in.TransactItems = append(in.TransactItems, types.TransactGetItem{Get: &types.Get{TableName: &w.table, Key: key("crowd", i)}})
			}
			out, err := db.TransactGetItems(ctx, in)
			if err != nil {
				return nil, err
			}
			var items []map[string]types.AttributeValue
			for _, response := range out.Responses {
				items = append(items, response.Item)
			}
			return items, nil
		},
	}
}

// slowWrites are the operations that write a batch of n items.
func slowWrites(w *world, n int) map[string]func(ctx context.Context, db api) error {
	return map[string]func(ctx context.Context, db api) error{
		"BatchWriteItem": func(ctx context.Context, db api) error {
			var requests []types.WriteRequest
			for i := range n {
				requests = append(requests, types.WriteRequest{PutRequest: &types.PutRequest{Item: user("crowd", i)}})
			}
			_, err := db.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{w.table: requests}})
			return err
		},
		"TransactWriteItems": func(ctx context.Context, db api) error {
			in := &dynamodb.TransactWriteItemsInput{}
			for i := range n {
				in.TransactItems = append(in.TransactItems, types.TransactWriteItem{Put: &types.Put{TableName: &w.table, Item: user("crowd", i)}})
			}
			_, err := db.TransactWriteItems(ctx, in)
			return err
		},
	}
}

func TestABatchIsEncryptedByAsManyWorkersAsAllowed(t *testing.T) {
	for form, open := range forms {
		t.Run(form, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, memdb.New().Client(), open)
				keys := w.slow(10 * time.Millisecond)
				for limit, want := range map[int]time.Duration{1: 250 * time.Millisecond, 16: 20 * time.Millisecond, 25: 10 * time.Millisecond} {
					for operation, write := range slowWrites(w, 25) {
						keys.most.Store(0)
						start := time.Now()
						require.NoError(t, write(t.Context(), w.users(client.WithConcurrency(limit))))
						assert.Equal(t, want, time.Since(start), operation)
						assert.EqualValues(t, limit, keys.most.Load(), operation)
					}
				}
			})
		})
	}
}

func TestAfterAnErrorNoMoreKeysAreAskedForAndNothingIsSent(t *testing.T) {
	fault := errors.New("the service is down")
	for form, open := range forms {
		for _, limit := range []int{1, 4, 16} {
			t.Run(fmt.Sprintf("%s, %d at once", form, limit), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, memdb.New().Client(), open)
					w.crowd(t, 25)
					keys := w.slow(time.Hour)
					keys.fails = func(call int64) error {
						if call == int64(limit) {
							return fault // while the others wait
						}
						return nil
					}
					db := w.users(client.WithConcurrency(limit))
					start := time.Now()
					for operation, write := range slowWrites(w, 25) {
						keys.calls.Store(0)
						require.ErrorIs(t, write(t.Context(), db), fault)
						assert.EqualValues(t, limit, keys.calls.Load(), operation)
						assert.Empty(t, w.tap.Operations(), "%s sends all or nothing", operation)
					}
					for operation, read := range slowReads(w, 25) {
						keys.calls.Store(0)
						_, err := read(t.Context(), db)
						require.ErrorIs(t, err, fault)
						assert.EqualValues(t, limit, keys.calls.Load(), operation)
					}
					assert.Zero(t, time.Since(start), "nobody waits for the others")
				})
			})
		}
	}
}

func TestAPageEndsWithItsContext(t *testing.T) {
	for form, open := range forms {
		for name, list := range map[string][]client.Option{
			"":                                   nil,
			", one at a time":                    {client.WithConcurrency(1)},
			", bad items collected":              {client.CollectBadItems()},
			", bad items collected, all at once": {client.CollectBadItems(), client.WithConcurrency(40)},
		} {
			t.Run(form+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, memdb.New().Client(), open)
					w.crowd(t, 40)
					keys := w.slow(time.Hour)
					db := w.users(list...)
					for operation, read := range slowReads(w, 40) {
						keys.calls.Store(0)
						ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
						start := time.Now()
						_, err := read(ctx, db)
						cancel()
						require.ErrorIs(t, err, context.DeadlineExceeded, operation)
						_, collected := errors.AsType[*client.ItemsError](err)
						assert.False(t, collected, "%s: a context that ends does not make items bad", operation)
						assert.Equal(t, 90*time.Second, time.Since(start), operation)
						assert.LessOrEqual(t, keys.most.Load(), int64(40), operation)
					}
				})
			})
		}
	}
}

func TestAClientIsSafeForConcurrentUse(t *testing.T) {
	for form, open := range forms {
		t.Run(form, func(t *testing.T) {
			w := newWorld(t, memdb.New().Client(), open)
			want := w.crowd(t, 25)
			db := w.users(client.CollectBadItems())
			var done sync.WaitGroup
			for range 8 {
				done.Go(func() {
					for _, write := range slowWrites(w, 25) {
						assert.NoError(t, write(t.Context(), db))
					}
					for _, read := range slowReads(w, 25) {
						got, err := read(t.Context(), db)
						assert.NoError(t, err)
						assert.Equal(t, want, got)
					}
				})
			}
			done.Wait()
		})
	}
}
