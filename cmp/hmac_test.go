package cmp

import (
	"bytes"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// collect lets the collector find what nobody has any more, and clean up after it.
func collect() {
	for range 3 {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
}

func TestHMACSecretIsZeroedOnceNobodyHasIt(t *testing.T) {
	key := newHMACSecret(bytes.Repeat([]byte{7}, 32)).key
	for range 100 {
		if collect(); bytes.Equal(key, make([]byte, 32)) {
			return
		}
	}
	t.Fatal("the key is still in memory")
}

func TestHMACKeyLastsAsLongAsACopyOfIt(t *testing.T) {
	original, err := NewHMACKey("HmacSHA256", bytes.Repeat([]byte{7}, 32))
	require.NoError(t, err)
	want, err := original.Sign(t.Context(), []byte("message"))
	require.NoError(t, err)
	copied := *original
	original = nil
	collect()
	got, err := copied.Sign(t.Context(), []byte("message"))
	require.NoError(t, err)
	require.Equal(t, want, got)
}
