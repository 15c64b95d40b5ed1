package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/ddbcrypt/ddbcrypt/internal/config"
	"github.com/ddbcrypt/ddbcrypt/internal/ddbjson"
)

// input is a line of a file that holds an item.
type input struct {
	file string
	ddbjson.Line
}

func (in input) place() string {
	if in.Number == 0 {
		return display(in.file)
	}
	return fmt.Sprintf("%s:%d", display(in.file), in.Number)
}

// handler handles one item. What it returns goes to standard output, even with
// an error, which makes the item a bad one. It is called concurrently.
type handler func(ctx context.Context, in input) (out []byte, err error)

// result is what came of an input.
type result struct {
	in  input
	out []byte
	err error
}

// stream hands each item of the files to handle and writes what comes of them,
// in the order of the input. done says in the summary what was done to items.
func (s *session) stream(ctx context.Context, files []string, done string, handle handler) error {
	if err := checkFiles(files); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	queue := make(chan chan result, s.workers())
	go func() {
		defer close(queue)
		s.read(ctx, files, func(in input, err error) bool {
			ready := make(chan result, 1)
			select {
			case queue <- ready:
			case <-ctx.Done():
				return false
			}
			if err != nil {
				ready <- result{in: in, err: err}
				return true
			}
			go func() {
				out, err := handle(ctx, in)
				ready <- result{in, out, err}
			}()
			return true
		})
	}()
	c := collector{session: s, out: bufio.NewWriterSize(s.stdout, outputBuffer)}
	if err := c.collect(ctx, queue); err != nil {
		return err
	}
	return c.finish(done)
}

const outputBuffer = 64 << 10

// workers returns how many items are handled at once: as many as there are
// processors, and more if items wait for a service.
func (s *session) workers() int {
	if s.waits {
		return max(runtime.GOMAXPROCS(0), config.Concurrency)
	}
	return runtime.GOMAXPROCS(0)
}

// collector writes results.
type collector struct {
	session   *session
	out       *bufio.Writer
	good, bad int
	code      int // the exit code that bad items make
}

// collect writes the results in the order of the queue until it ends.
func (c *collector) collect(ctx context.Context, queue <-chan chan result) error {
	for {
		ready, more, err := receive(ctx, queue, c.out.Flush)
		if err != nil {
			return c.broken(err)
		}
		if !more {
			return nil
		}
		r, _, err := receive(ctx, ready, nil)
		if err == nil {
			err = ctx.Err() // then r failed because of it
		}
		if err == nil {
			_, err = c.out.Write(r.out)
		}
		if err != nil {
			return c.broken(err)
		}
		if r.err == nil {
			c.good++
		} else if c.fail(r) {
			return nil
		}
	}
}

// fail counts a bad item, which is a line on standard error. It reports whether
// that is the last one: if all others would fail likewise, or nobody wants them.
func (c *collector) fail(r result) (last bool) {
	c.bad++
	c.code = failureCode(r.err)
	_, _ = fmt.Fprintf(c.session.stderr, "ddbcrypt: %s: %s\n", r.in.place(), reason(r.err))
	return c.code != exitItemsFailed || c.session.failFast
}

// finish writes what is left and returns what the exit code is made of.
func (c *collector) finish(done string) error {
	if err := c.out.Flush(); err != nil {
		return c.broken(err)
	}
	if c.session.verbose {
		_, _ = fmt.Fprintf(c.session.stderr, "ddbcrypt: %s %s, %d failed\n", count(c.good, "item"), done, c.bad)
	}
	if c.code != exitDone {
		return &exitError{code: c.code}
	}
	return nil
}

// broken returns the end of a stream that cannot go on.
func (c *collector) broken(err error) error {
	if errors.Is(err, context.Canceled) {
		_ = c.out.Flush()
		return errInterrupted
	}
	return outputError(err)
}

// receive receives from ch unless the context ends. If it has to wait, it calls
// idle before.
func receive[T any](ctx context.Context, ch <-chan T, idle func() error) (v T, ok bool, err error) {
	if idle != nil {
		select {
		case v, ok = <-ch:
			return v, ok, ctx.Err()
		default:
			if err = idle(); err != nil {
				return v, false, err
			}
		}
	}
	select {
	case v, ok = <-ch:
		return v, ok, ctx.Err()
	case <-ctx.Done():
		return v, false, ctx.Err()
	}
}

// count returns a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
