package cmp

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// located says where an error was, as the typed errors of other packages do.
type located struct{ err error }

func (l located) Error() string { return "somewhere: " + l.err.Error() }
func (l located) Unwrap() error { return l.err }

func TestFailureClass(t *testing.T) {
	for _, class := range []error{ErrNotEncrypted, ErrSignature, ErrDescription, ErrAlgorithm, ErrKeyUnavailable, ErrConfig, ErrCorrupt} {
		t.Run(class.Error(), func(t *testing.T) {
			assert.Equal(t, class, FailureClass(class))
			assert.Equal(t, class, FailureClass(fmt.Errorf("open: %w", class)))
			assert.Equal(t, class, FailureClass(fmt.Errorf("%w: %w", class, context.Canceled)))
			assert.Equal(t, class, FailureClass(located{located{fmt.Errorf("%w: why", class)}}))
			assert.Equal(t, class, FailureClass(errors.Join(context.Canceled, class)))
		})
	}
	for name, err := range map[string]error{
		"no error":                     nil,
		"an error of others":           errors.New("other"),
		"the text alone":               errors.New(ErrSignature.Error()),
		"a class that is not wrapped":  fmt.Errorf("open: %s", ErrSignature),
		"an error of the context":      context.DeadlineExceeded,
		"an error around one of those": located{context.Canceled},
	} {
		t.Run(name+" has none", func(t *testing.T) { assert.NoError(t, FailureClass(err)) })
	}
	t.Run("no class is another", func(t *testing.T) {
		for i, a := range failureClasses {
			for j, b := range failureClasses {
				require.Equal(t, i == j, errors.Is(a, b))
			}
		}
		assert.Len(t, failureClasses, 7)
	})
}
