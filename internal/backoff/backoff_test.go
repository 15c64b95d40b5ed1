package backoff_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/backoff"
)

func TestWaitsGrowToALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for attempt, longest := range map[int]time.Duration{0: 0, 1: 50 * time.Millisecond, 2: 100 * time.Millisecond, 7: 3200 * time.Millisecond, 8: 5 * time.Second, 1000: 5 * time.Second} {
			var most time.Duration
			for range 200 {
				start := time.Now()
				require.NoError(t, backoff.Wait(t.Context(), attempt))
				most = max(most, time.Since(start))
			}
			assert.LessOrEqual(t, most, longest, "attempt %d", attempt)
			assert.GreaterOrEqual(t, most, longest/2, "attempt %d", attempt)
		}
	})
}

func TestTheContextEndsAWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for attempt := range 3 {
			start := time.Now()
			require.ErrorIs(t, backoff.Wait(ctx, attempt), context.Canceled)
			assert.Zero(t, time.Since(start))
		}
	})
}
