package cmp

import (
	"context"
	"errors"
	"sync"
)

// flights lets concurrent callers share one call per key. Unlike x/sync's
// singleflight, a caller that is cancelled leaves the call to the others, and the
// last one that leaves cancels it: nothing goes on for nobody.
type flights[K comparable, V any] struct {
	mu    sync.Mutex
	calls map[K]*flight[V]
}

type flight[V any] struct {
	done    chan struct{} // closed when value and err are set
	cancel  context.CancelFunc
	callers int
	value   V
	err     error
	panic   any // what call panicked with, or nil
}

var errNoAnswer = errors.New("the call ended without an answer")

// do returns what call returns, or the context's error. The context of the call
// has the values of the first caller's.
func (f *flights[K, V]) do(ctx context.Context, key K, call func(context.Context) (V, error)) (V, error) {
	f.mu.Lock()
	c, running := f.calls[key]
	if !running {
		callContext, cancel := context.WithCancel(context.WithoutCancel(ctx))
		c = &flight[V]{done: make(chan struct{}), cancel: cancel}
		if f.calls == nil {
			f.calls = map[K]*flight[V]{}
		}
		f.calls[key] = c
		go func() {
			defer func() { // also if call ends the goroutine
				c.panic = recover()
				cancel()
				f.mu.Lock()
				f.forget(key, c)
				f.mu.Unlock()
				close(c.done)
			}()
			c.err = errNoAnswer
			c.value, c.err = call(callContext)
		}()
	}
	c.callers++
	f.mu.Unlock()

	select {
	case <-c.done:
		if c.panic != nil {
			panic(c.panic) // where the caller can recover
		}
		return c.value, c.err
	case <-ctx.Done():
		f.mu.Lock()
		defer f.mu.Unlock()
		if c.callers--; c.callers == 0 {
			c.cancel()
			f.forget(key, c) // the next caller must not share a cancelled call
		}
		var none V
		return none, ctx.Err()
	}
}

func (f *flights[K, V]) forget(key K, c *flight[V]) {
	if f.calls[key] == c {
		delete(f.calls, key)
	}
}

// running reports whether there is a call to share.
func (f *flights[K, V]) running(key K) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[key] != nil
}

// detach lets later callers start anew.
func (f *flights[K, V]) detach() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.calls)
}
