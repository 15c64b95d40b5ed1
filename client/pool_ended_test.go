package client

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEachStartsNothingForAContextThatHasEnded(t *testing.T) {
	for _, limit := range []int{1, 4} {
		for _, n := range []int{1, 2, 100} {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			err := each(ctx, limit, n, func(context.Context, int) error {
				t.Error("it was started")
				return nil
			})
			require.Equal(t, context.Canceled, err)
		}
	}
}
