//go:build unix

package cputime_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/cputime"
)

func TestWorkCountsAndWaitingDoesNot(t *testing.T) {
	busy := cputime.Of(func() {
		for start := time.Now(); time.Since(start) < 100*time.Millisecond; {
		}
	})
	require.Positive(t, busy)
	waiting := cputime.Of(func() { time.Sleep(100 * time.Millisecond) })
	require.Less(t, waiting, 90*time.Millisecond)
}
