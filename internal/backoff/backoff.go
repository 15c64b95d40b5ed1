// Package backoff waits between requests that DynamoDB has not worked off.
package backoff

import (
	"context"
	"math/rand/v2"
	"time"
)

// Wait waits before another attempt: not before the first one, which is 0, and a
// random time after that, of at most 50 ms, twice as long each time, up to 5 s. It
// returns early with the error of the context.
func Wait(ctx context.Context, attempt int) error {
	if attempt == 0 {
		return ctx.Err()
	}
	longest := min(50*time.Millisecond<<min(attempt-1, 10), 5*time.Second)
	timer := time.NewTimer(rand.N(longest))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
