package cmp

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAESKeyCiphers(t *testing.T) {
	ctx := t.Context()
	for _, size := range []int{16, 24, 32} {
		key := newAES(t, size)
		for n := range 50 {
			plaintext := randomBytes(n)
			sealed, err := key.Encrypt(ctx, plaintext, Transformation)
			require.NoError(t, err)
			require.Len(t, sealed, 16+16*(n/16+1))
			got, err := key.Decrypt(ctx, sealed, Transformation)
			require.NoError(t, err)
			require.Equal(t, plaintext, got)
			again, err := key.Encrypt(ctx, plaintext, Transformation)
			require.NoError(t, err)
			require.NotEqual(t, sealed[:16], again[:16], "the IV was used before")
		}
	}
	key := newAES(t, 32)
	sealed, err := key.Encrypt(ctx, []byte("value"), Transformation)
	require.NoError(t, err)
	for n := range len(sealed) {
		_, err := key.Decrypt(ctx, sealed[:n], Transformation)
		require.Equal(t, ErrCorrupt, err, "%d bytes", n)
	}
	for _, transformation := range []string{"", "AES", "AES/CBC/NoPadding", "AES/GCM/NoPadding", "aes/cbc/pkcs5padding"} {
		_, err := key.Encrypt(ctx, nil, transformation)
		requireClass(t, ErrAlgorithm, err)
		_, err = key.Decrypt(ctx, sealed, transformation)
		requireClass(t, ErrAlgorithm, err)
	}
	_, err = key.Wrap(ctx, make([]byte, 15))
	requireClass(t, ErrConfig, err)
}
