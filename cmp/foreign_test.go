package cmp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// scripted is a wrapping key of others that does what the test says.
type scripted struct {
	name   string
	wrap   func([]byte) ([]byte, error)
	unwrap func(WrappedKey) ([]byte, error)
}

func (s scripted) WrapAlgorithm() string                 { return s.name }
func (s scripted) AcceptsWrapAlgorithm(name string) bool { return name == s.name }
func (s scripted) Wrap(_ context.Context, contentKey []byte) ([]byte, error) {
	return s.wrap(contentKey)
}
func (s scripted) Unwrap(_ context.Context, wrapped WrappedKey) ([]byte, error) {
	return s.unwrap(wrapped)
}

func TestWrappingKeysOfOthers(t *testing.T) {
	mac := newHMAC(t)
	identity := func(key []byte) ([]byte, error) { return bytes.Clone(key), nil }
	open := func(wrapped WrappedKey) ([]byte, error) { return bytes.Clone(wrapped.Ciphertext), nil }

	t.Run("one that encrypts in place gives an item that can be read", func(t *testing.T) {
		flip := func(data []byte) []byte {
			for i := range data {
				data[i] ^= 0x5A
			}
			return data
		}
		key := scripted{"HSM",
			func(contentKey []byte) ([]byte, error) { return bytes.Clone(flip(contentKey)), nil },
			func(wrapped WrappedKey) ([]byte, error) { return flip(bytes.Clone(wrapped.Ciphertext)), nil }}
		p := newWrapped(t, WrappedKeys{Wrapping: key, Signing: mac})
		require.NoError(t, transfer(t, p, p))
	})
	t.Run("what could not be read again is not written", func(t *testing.T) {
		for _, n := range []int{0, maxWrappedKey + 1} {
			key := scripted{"HSM", func([]byte) ([]byte, error) { return make([]byte, n), nil }, open}
			_, err := newWrapped(t, WrappedKeys{Wrapping: key, Signing: mac}).EncryptionMaterials(t.Context(), testRequest())
			requireClass(t, ErrConfig, err)
		}
		_, err := NewWrapped(WrappedKeys{Wrapping: scripted{"", identity, open}, Signing: mac})
		requireClass(t, ErrConfig, err)
	})
	t.Run("a key that is kept is kept as zeros", func(t *testing.T) {
		var kept []byte
		key := scripted{"HSM", func(contentKey []byte) ([]byte, error) { kept = contentKey; return identity(contentKey) }, open}
		_, err := newWrapped(t, WrappedKeys{Wrapping: key, Signing: mac}).EncryptionMaterials(t.Context(), testRequest())
		require.NoError(t, err)
		assert.Equal(t, make([]byte, 32), kept)
	})
	t.Run("errors have one failure class and keep their cause", func(t *testing.T) {
		gone := errors.New("the device is gone")
		for _, c := range []struct{ cause, class error }{
			{gone, ErrKeyUnavailable}, {context.Canceled, ErrKeyUnavailable}, {ErrCorrupt, ErrCorrupt}, {fmt.Errorf("%w: why", ErrConfig), ErrConfig},
		} {
			key := scripted{"HSM", func([]byte) ([]byte, error) { return nil, c.cause }, func(WrappedKey) ([]byte, error) { return nil, c.cause }}
			_, err := newWrapped(t, WrappedKeys{Wrapping: key, Signing: mac}).EncryptionMaterials(t.Context(), testRequest())
			requireClass(t, c.class, err)
			require.ErrorIs(t, err, c.cause)

			writer := scripted{"HSM", identity, open}
			p := newWrapped(t, WrappedKeys{Wrapping: writer, Unwrapping: key, Signing: mac})
			err = transfer(t, p, p)
			requireClass(t, c.class, err)
			require.ErrorIs(t, err, c.cause)
		}
	})
	t.Run("a content key of a wrong length is corrupt", func(t *testing.T) {
		for _, n := range []int{0, 1, 15, 16, 24, 31, 33, 64} {
			key := scripted{"HSM", identity, func(WrappedKey) ([]byte, error) { return make([]byte, n), nil }}
			p := newWrapped(t, WrappedKeys{Wrapping: key, Signing: mac})
			require.Equal(t, ErrCorrupt, transfer(t, p, p), "%d bytes", n)
		}
	})
	t.Run("the stated length and algorithm reach the key, and the ciphertext as it was", func(t *testing.T) {
		var got WrappedKey
		key := scripted{"HSM", identity, func(wrapped WrappedKey) ([]byte, error) { got = wrapped; return open(wrapped) }}
		p := newWrapped(t, WrappedKeys{Wrapping: key, Signing: mac}, WithDescription(MaterialDescription{DescriptionContentKeyAlgorithm: "AES/192"}))
		require.NoError(t, transfer(t, p, p))
		assert.Equal(t, "HSM", got.WrapAlgorithm)
		assert.Equal(t, 24, got.Size)
		assert.Len(t, got.Ciphertext, 24)
	})
	t.Run("a context that ends reaches the key", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		p := newWrapped(t, WrappedKeys{Wrapping: contextWrapper{foreignWrapper{newAES(t, 32), "HSM"}}, Signing: mac})
		_, err := p.EncryptionMaterials(ctx, testRequest())
		require.ErrorIs(t, err, context.Canceled)
		requireClass(t, ErrKeyUnavailable, err)
	})
}

// contextWrapper respects the context, as keys elsewhere do.
type contextWrapper struct{ foreignWrapper }

func (c contextWrapper) Wrap(ctx context.Context, contentKey []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return c.foreignWrapper.Wrap(ctx, contentKey)
}
