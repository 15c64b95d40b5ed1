package mapper_test

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// reads are all ways to loop over the users of a store.
var reads = map[string]func(ctx context.Context, m *mapper.Mapper[user]) iter.Seq2[any, error]{
	"Query": func(ctx context.Context, m *mapper.Mapper[user]) iter.Seq2[any, error] {
		return untyped(m.Query(ctx, mapper.Partition("alice"), mapper.PageSize(3)))
	},
	"QueryPages": func(ctx context.Context, m *mapper.Mapper[user]) iter.Seq2[any, error] {
		return untyped(m.QueryPages(ctx, mapper.Partition("alice"), mapper.PageSize(3)))
	},
	"Scan": func(ctx context.Context, m *mapper.Mapper[user]) iter.Seq2[any, error] {
		return untyped(m.Scan(ctx, mapper.PageSize(3)))
	},
	"a parallel Scan": func(ctx context.Context, m *mapper.Mapper[user]) iter.Seq2[any, error] {
		return untyped(m.Scan(ctx, mapper.PageSize(3), mapper.Segments(5)))
	},
	"parallel ScanPages, few at once": func(ctx context.Context, m *mapper.Mapper[user]) iter.Seq2[any, error] {
		return untyped(m.ScanPages(ctx, mapper.PageSize(3), mapper.Segments(100)))
	},
}

func untyped[T any](loop iter.Seq2[T, error]) iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		for v, err := range loop {
			if !yield(v, err) {
				return
			}
		}
	}
}

// eachRead runs a test over every way to read, in a bubble: what is left of it when
// the test ends makes it fail.
func eachRead(t *testing.T, test func(t *testing.T, w *world, read func(context.Context) iter.Seq2[any, error])) {
	for name, read := range reads {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(memdb.New().Client())
				m := createMapper[user](t, w, mapper.WithConcurrency(4))
				for i := range 30 {
					require.NoError(t, m.Save(t.Context(), &user{ID: "alice", Created: int64(i)}))
					require.NoError(t, m.Save(t.Context(), &user{ID: fmt.Sprint("user", i)}))
				}
				w.tap.Reset()
				before := stacks()
				test(t, w, func(ctx context.Context) iter.Seq2[any, error] { return read(ctx, m) })
				synctest.Wait()
				require.Equal(t, before, stacks(), "goroutines")
			})
		})
	}
}

// stacks counts the goroutines that run this package.
func stacks() int {
	text := make([]byte, 1<<20)
	text = text[:runtime.Stack(text, true)]
	n := 0
	for stack := range strings.SplitSeq(string(text), "\n\n") {
		if strings.Contains(stack, "ddbcrypt/mapper.") {
			n++
		}
	}
	return n
}

func TestALoopThatEndsEarlyLeavesNothing(t *testing.T) {
	eachRead(t, func(t *testing.T, w *world, read func(context.Context) iter.Seq2[any, error]) {
		n := 0
		for _, err := range read(t.Context()) {
			require.NoError(t, err)
			if n++; n == 2 {
				break
			}
		}
		asked := w.tap.Count("")
		synctest.Wait()
		assert.Equal(t, asked, w.tap.Count(""), "nothing more is asked for")
		assert.LessOrEqual(t, asked, 7)
	})
}

func TestALoopThatPanicsLeavesNothing(t *testing.T) {
	eachRead(t, func(t *testing.T, _ *world, read func(context.Context) iter.Seq2[any, error]) {
		require.PanicsWithValue(t, "in the loop", func() {
			for range read(t.Context()) {
				panic("in the loop")
			}
		})
	})
}

func TestALoopWhoseGoroutineEndsLeavesNothing(t *testing.T) {
	eachRead(t, func(t *testing.T, _ *world, read func(context.Context) iter.Seq2[any, error]) {
		ended := make(chan int)
		go func() {
			n := 0
			defer func() { ended <- n }()
			for range read(t.Context()) {
				n++
				runtime.Goexit()
			}
		}()
		assert.Equal(t, 1, <-ended)
	})
}

func TestTheContextEndsALoop(t *testing.T) {
	eachRead(t, func(t *testing.T, w *world, read func(context.Context) iter.Seq2[any, error]) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		w.tap.Inject("", wiretap.InOrder(wiretap.Fault{}, wiretap.Fault{}, wiretap.Fault{Hang: true}, wiretap.Fault{Hang: true}, wiretap.Fault{Hang: true}, wiretap.Fault{Hang: true}, wiretap.Fault{Hang: true}))
		go func() {
			synctest.Wait()
			cancel()
		}()
		var last error
		for _, err := range read(ctx) {
			require.NoError(t, last, "it was the last one")
			last = err
		}
		var e *mapper.Error
		require.ErrorAs(t, last, &e)
		require.ErrorIs(t, last, context.Canceled)
		asked := w.tap.Count("")
		require.ErrorIs(t, failure(t, read(ctx)), context.Canceled)
		assert.Equal(t, asked, w.tap.Count(""))
	})
}

func TestTheContextEndsInTheLoop(t *testing.T) {
	eachRead(t, func(t *testing.T, w *world, read func(context.Context) iter.Seq2[any, error]) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var last error
		for _, err := range read(ctx) {
			require.NoError(t, last, "it was the last one")
			last = err
			cancel()
		}
		require.ErrorIs(t, last, context.Canceled)
		assert.LessOrEqual(t, w.tap.Count(""), 6)
	})
}

func TestAFaultOfTheNetworkEndsALoop(t *testing.T) {
	for name, fault := range map[string]wiretap.Fault{"cut": {Cut: true}, "cut in the answer": {CutBody: true}, "an answer without its end": {Truncate: 9}, "an error of DynamoDB": {Code: "InternalServerError"}} {
		t.Run(name, func(t *testing.T) {
			eachRead(t, func(t *testing.T, w *world, read func(context.Context) iter.Seq2[any, error]) {
				w.tap.Inject("", wiretap.InOrder(wiretap.Fault{}, wiretap.Fault{}, fault))
				var last error
				for _, err := range read(t.Context()) {
					require.NoError(t, last, "it was the last one")
					last = err
				}
				var e *mapper.Error
				require.ErrorAs(t, last, &e)
				if fault.Cut {
					require.ErrorIs(t, last, syscall.ECONNRESET)
				}
				for range read(t.Context()) {
					return // the next loop works
				}
			})
		})
	}
}

func TestAParallelScanHoldsOnePageOfEachWorker(t *testing.T) {
	const workers = 4
	synctest.Test(t, func(t *testing.T) {
		var answered, working, most atomic.Int64
		users := newMapper[user](t, &reader{scan: func(in *dynamodb.ScanInput) (*dynamodb.ScanOutput, error) {
			most.Store(max(most.Load(), working.Add(1)))
			defer working.Add(-1)
			n := answered.Add(1)
			if n%7 == 0 {
				return &dynamodb.ScanOutput{}, nil
			}
			return &dynamodb.ScanOutput{LastEvaluatedKey: crypto.Item{"id": str(fmt.Sprint(n)), "created": num("1")}}, nil
		}}, mapper.WithConcurrency(workers))
		segments, used := map[int]bool{}, int64(0)
		for page, err := range users.ScanPages(t.Context(), mapper.Segments(50)) {
			require.NoError(t, err)
			segments[page.Segment] = true
			synctest.Wait() // until all workers are stuck with a page
			require.LessOrEqual(t, answered.Load()-used, int64(workers+1), "with the one in use")
			used++
		}
		assert.Len(t, segments, 50)
		assert.Equal(t, answered.Load(), used)
		assert.LessOrEqual(t, most.Load(), int64(workers))
	})
}
