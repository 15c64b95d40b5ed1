// Package flight lets concurrent callers share one call.
package flight

import (
	"context"
	"errors"
	"sync"
)

// Group lets concurrent callers share one call per key. Unlike x/sync's
// singleflight, a caller that is cancelled leaves the call to the others, and the
// last one that leaves cancels it: nothing goes on for nobody.
type Group[K comparable, V any] struct {
	mu    sync.Mutex
	calls map[K]*call[V]
}

type call[V any] struct {
	done    chan struct{} // closed when value and err are set
	cancel  context.CancelFunc
	callers int
	value   V
	err     error
	panic   any // what run panicked with, or nil
}

var errNoAnswer = errors.New("the call ended without an answer")

// Do returns what run returns, or the context's error. The context of the call
// has the values of the first caller's.
func (g *Group[K, V]) Do(ctx context.Context, key K, run func(context.Context) (V, error)) (V, error) {
	g.mu.Lock()
	c, running := g.calls[key]
	if !running {
		callContext, cancel := context.WithCancel(context.WithoutCancel(ctx))
		c = &call[V]{done: make(chan struct{}), cancel: cancel}
		if g.calls == nil {
			g.calls = map[K]*call[V]{}
		}
		g.calls[key] = c
		go func() {
			defer func() { // also if run ends the goroutine
				c.panic = recover()
				cancel()
				g.mu.Lock()
				g.forget(key, c)
				g.mu.Unlock()
				close(c.done)
			}()
			c.err = errNoAnswer
			c.value, c.err = run(callContext)
		}()
	}
	c.callers++
	g.mu.Unlock()

	select {
	case <-c.done:
		if c.panic != nil {
			panic(c.panic) // where the caller can recover
		}
		return c.value, c.err
	case <-ctx.Done():
		g.mu.Lock()
		defer g.mu.Unlock()
		if c.callers--; c.callers == 0 {
			c.cancel()
			g.forget(key, c) // the next caller must not share a cancelled call
		}
		var none V
		return none, ctx.Err()
	}
}

func (g *Group[K, V]) forget(key K, c *call[V]) {
	if g.calls[key] == c {
		delete(g.calls, key)
	}
}

// Running reports whether there is a call to share.
func (g *Group[K, V]) Running(key K) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.calls[key] != nil
}

// Detach lets later callers start anew.
func (g *Group[K, V]) Detach() {
	g.mu.Lock()
	defer g.mu.Unlock()
	clear(g.calls)
}
