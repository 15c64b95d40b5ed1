package flight

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// waitFor is a call that takes some time and notices when it is cancelled.
func waitFor(d time.Duration, value int) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) {
		select {
		case <-time.After(d):
			return value, nil
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

func TestGroup(t *testing.T) {
	type result struct {
		value int
		err   error
		after time.Duration
	}
	// start calls do in a goroutine of its own, and waits until it waits.
	start := func(g *Group[string, int], ctx context.Context, key string, call func(context.Context) (int, error)) <-chan result {
		done := make(chan result, 1)
		begun := time.Now()
		go func() {
			value, err := g.Do(ctx, key, call)
			done <- result{value, err, time.Since(begun)}
		}()
		synctest.Wait()
		return done
	}

	for name, test := range map[string]func(*testing.T, *Group[string, int]){
		"callers of one key share one call": func(t *testing.T, g *Group[string, int]) {
			first := start(g, t.Context(), "a", waitFor(time.Second, 1))
			second := start(g, t.Context(), "a", waitFor(time.Hour, 2))
			assert.Equal(t, result{1, nil, time.Second}, <-first)
			assert.Equal(t, result{1, nil, time.Second}, <-second)
		},
		"a call that panics does so in each caller": func(t *testing.T, g *Group[string, int]) {
			recovered := make(chan any, 2)
			for range cap(recovered) {
				go func() {
					defer func() { recovered <- recover() }()
					_, _ = g.Do(t.Context(), "a", func(context.Context) (int, error) {
						time.Sleep(time.Second)
						panic("the store is broken")
					})
				}()
			}
			for range cap(recovered) {
				assert.Equal(t, "the store is broken", <-recovered)
			}
			assert.Equal(t, 1, (<-start(g, t.Context(), "a", waitFor(0, 1))).value, "the next call is a new one")
		},
		"a call that ends its goroutine is an error": func(t *testing.T, g *Group[string, int]) {
			got := <-start(g, t.Context(), "a", func(context.Context) (int, error) {
				runtime.Goexit()
				return 1, nil
			})
			assert.ErrorIs(t, got.err, errNoAnswer)
		},
		"callers of other keys do not": func(t *testing.T, g *Group[string, int]) {
			slow := start(g, t.Context(), "a", waitFor(time.Hour, 1))
			assert.Equal(t, result{2, nil, time.Second}, <-start(g, t.Context(), "b", waitFor(time.Second, 2)))
			assert.Equal(t, result{1, nil, time.Hour}, <-slow)
		},
		"a call that has ended is not shared": func(t *testing.T, g *Group[string, int]) {
			assert.Equal(t, 1, (<-start(g, t.Context(), "a", waitFor(0, 1))).value)
			assert.Equal(t, 2, (<-start(g, t.Context(), "a", waitFor(0, 2))).value)
			assert.Empty(t, g.calls)
		},
		"a failure is everybody's, and is not remembered": func(t *testing.T, g *Group[string, int]) {
			failure := errors.New("no")
			first := start(g, t.Context(), "a", func(context.Context) (int, error) { time.Sleep(time.Second); return 0, failure })
			second := start(g, t.Context(), "a", waitFor(0, 2))
			assert.Equal(t, failure, (<-first).err)
			assert.Equal(t, failure, (<-second).err)
			assert.Equal(t, result{3, nil, 0}, <-start(g, t.Context(), "a", waitFor(0, 3)))
		},
		"a cancelled caller leaves at once, and the others get the value": func(t *testing.T, g *Group[string, int]) {
			ctx, cancel := context.WithCancel(t.Context())
			first := start(g, ctx, "a", waitFor(time.Minute, 1))
			second := start(g, t.Context(), "a", waitFor(0, 2))
			cancel()
			assert.Equal(t, result{0, context.Canceled, 0}, <-first)
			assert.Equal(t, result{1, nil, time.Minute}, <-second)
		},
		"the first caller's deadline is not the call's": func(t *testing.T, g *Group[string, int]) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			first := start(g, ctx, "a", waitFor(time.Minute, 1))
			second := start(g, t.Context(), "a", waitFor(0, 2))
			assert.Equal(t, result{0, context.DeadlineExceeded, time.Second}, <-first)
			assert.Equal(t, result{1, nil, time.Minute}, <-second)
		},
		"the last caller that leaves cancels the call": func(t *testing.T, g *Group[string, int]) {
			var ended error
			ctx, cancel := context.WithCancel(t.Context())
			call := func(ctx context.Context) (int, error) { <-ctx.Done(); ended = ctx.Err(); return 0, ended }
			first, second := start(g, ctx, "a", call), start(g, ctx, "a", call)
			cancel()
			assert.ErrorIs(t, (<-first).err, context.Canceled)
			assert.ErrorIs(t, (<-second).err, context.Canceled)
			synctest.Wait()
			assert.Equal(t, context.Canceled, ended)
			assert.Empty(t, g.calls)
		},
		"a caller after that starts anew, though the old call goes on": func(t *testing.T, g *Group[string, int]) {
			ctx, cancel := context.WithCancel(t.Context())
			release := make(chan struct{})
			stubborn := start(g, ctx, "a", func(context.Context) (int, error) { <-release; return 1, nil })
			cancel()
			<-stubborn
			next := start(g, t.Context(), "a", waitFor(time.Second, 2))
			close(release)
			synctest.Wait()
			assert.True(t, g.Running("a"), "the end of the old call removed the new one")
			joined := start(g, t.Context(), "a", waitFor(0, 3))
			assert.Equal(t, result{2, nil, time.Second}, <-next)
			assert.Equal(t, result{2, nil, time.Second}, <-joined)
		},
		"a caller that is cancelled already does not wait": func(t *testing.T, g *Group[string, int]) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			assert.Equal(t, result{0, context.Canceled, 0}, <-start(g, ctx, "a", waitFor(time.Hour, 1)))
			assert.False(t, g.Running("a"))
		},
		"the call has the values of the first caller's context": func(t *testing.T, g *Group[string, int]) {
			type key struct{}
			got := start(g, context.WithValue(t.Context(), key{}, 7), "a", func(ctx context.Context) (int, error) { return ctx.Value(key{}).(int), nil })
			assert.Equal(t, 7, (<-got).value)
		},
		"the context of a call ends with it": func(t *testing.T, g *Group[string, int]) {
			var kept context.Context
			<-start(g, t.Context(), "a", func(ctx context.Context) (int, error) { kept = ctx; return 1, ctx.Err() })
			assert.ErrorIs(t, kept.Err(), context.Canceled)
		},
		"who comes after detach starts anew, and who waits gets the old value": func(t *testing.T, g *Group[string, int]) {
			old := start(g, t.Context(), "a", waitFor(time.Minute, 1))
			g.Detach()
			assert.False(t, g.Running("a"))
			assert.Equal(t, result{2, nil, time.Second}, <-start(g, t.Context(), "a", waitFor(time.Second, 2)))
			assert.Equal(t, result{1, nil, time.Minute}, <-old)
		},
		"a call that was detached is cancelled all the same if nobody waits": func(t *testing.T, g *Group[string, int]) {
			ctx, cancel := context.WithCancel(t.Context())
			var ended bool
			old := start(g, ctx, "a", func(ctx context.Context) (int, error) { <-ctx.Done(); ended = true; return 0, ctx.Err() })
			g.Detach()
			next := start(g, t.Context(), "a", waitFor(time.Second, 2))
			cancel()
			<-old
			synctest.Wait()
			assert.True(t, ended)
			assert.True(t, g.Running("a"), "the cancelled call took the new one with it")
			assert.Equal(t, 2, (<-next).value)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, &Group[string, int]{}) })
		})
	}
}

// A caller that is not cancelled gets a value, whatever the others do.
func TestGroupUnderLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g Group[int, int]
		var calls [4]atomic.Int32
		var last [4]atomic.Pointer[context.Context]
		var callers sync.WaitGroup
		for i := range 4000 {
			callers.Go(func() {
				key, patience := i%4, time.Duration(rand.IntN(40))*time.Millisecond
				time.Sleep(time.Duration(rand.IntN(2000)) * time.Millisecond)
				ctx := t.Context()
				if i%3 == 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, patience)
					defer cancel()
				}
				value, err := g.Do(ctx, key, func(ctx context.Context) (int, error) {
					calls[key].Add(1)
					if before := last[key].Swap(&ctx); before != nil && ctx.Err() == nil {
						assert.Error(t, (*before).Err(), "the call before was neither over nor cancelled")
					}
					return waitFor(20*time.Millisecond, key)(ctx)
				})
				if ctx.Err() == nil {
					assert.NoError(t, err)
					assert.Equal(t, key, value)
				}
			})
		}
		callers.Wait()
		synctest.Wait()
		require.Empty(t, g.calls)
		for key := range calls {
			assert.Less(t, calls[key].Load(), int32(250), "calls of key %d were not shared", key)
		}
	})
}
