package client

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// each calls do for 0 to n-1, at most limit at once, started in that order. The
// first error cancels the context of the others, starts no more, and is returned.
func each(ctx context.Context, limit, n int, do func(ctx context.Context, i int) error) error {
	if n == 1 { // not worth a goroutine
		limit = 1
	}
	if limit == 1 {
		for i := range n {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := do(ctx, i); err != nil {
				return err
			}
		}
		return nil
	}
	group, working := errgroup.WithContext(ctx)
	group.SetLimit(limit)
	started := 0
	for ; started < n && working.Err() == nil; started++ {
		i := started
		group.Go(func() error {
			if err := working.Err(); err != nil { // it has waited for its turn
				return err
			}
			return do(working, i)
		})
	}
	if err := group.Wait(); err != nil || started == n {
		return err
	}
	return ctx.Err() // it ended before all were started
}
