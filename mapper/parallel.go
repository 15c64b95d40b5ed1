package mapper

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// parallel reads all segments, some at the same time. Each waits with its page until
// that is used, so there are no more pages than segments at work. When it returns,
// or use panics, everything that it started has ended.
func (r *reading) parallel(ctx context.Context, use func(*fetched) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	pages := make(chan *fetched)
	var failed error // belongs to the goroutine until pages is closed
	go func() {
		defer close(pages)
		failed = r.readSegments(ctx, pages)
	}()
	defer func() {
		cancel()
		for range pages { // until all have noticed
		}
	}()
	left := 0
	if r.o.reading.limit != nil {
		left = *r.o.reading.limit
	}
	for p := range pages {
		got := 0
		if left > 0 {
			got = p.take(r, left)
		}
		if !use(p) || left > 0 && left == got {
			return nil
		}
		left -= got
	}
	return failed
}

// readSegments sends the pages of all segments.
func (r *reading) readSegments(ctx context.Context, pages chan<- *fetched) error {
	group, working := errgroup.WithContext(ctx)
	group.SetLimit(r.m.options.concurrency)
	for segment := range *r.o.reading.segments {
		if working.Err() != nil {
			break
		}
		group.Go(func() error {
			return r.sequential(working, segment, func(p *fetched) bool {
				select {
				case pages <- p:
					return true
				case <-working.Done():
					return false
				}
			})
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}
