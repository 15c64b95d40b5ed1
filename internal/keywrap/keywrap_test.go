package keywrap

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	mathrand "math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	data, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	require.NoError(t, err)
	return data
}

func newBlock(t *testing.T, key []byte) cipher.Block {
	t.Helper()
	block, err := aes.NewCipher(key)
	require.NoError(t, err)
	return block
}

func randomBytes(n int) []byte {
	data := make([]byte, n)
	_, _ = rand.Read(data)
	return data
}

// The examples of RFC 3394 §4.
func TestVectors(t *testing.T) {
	const (
		wrapping = "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F"
		content  = "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F"
	)
	for _, c := range []struct {
		section           string
		wrapping, content int
		want              string
	}{
		{"4.1", 16, 16, "1FA68B0A8112B447 AEF34BD8FB5A7B82 9D3E862371D2CFE5"},
		{"4.2", 24, 16, "96778B25AE6CA435 F92B5B97C050AED2 468AB8A17AD84E5D"},
		{"4.3", 32, 16, "64E8C3F9CE0F5BA2 63E9777905818A2A 93C8191E7D6E8AE7"},
		{"4.4", 24, 24, "031D33264E15D332 68F24EC260743EDC E1C6C7DDEE725A93 6BA814915C6762D2"},
		{"4.5", 32, 24, "A8F9BC1612C68B3F F6E6F4FBE30E71E4 769C8B80A32CB895 8CD5D17D6B254DA1"},
		{"4.6", 32, 32, "28C9F404C4B810F4 CBCCB35CFB87F826 3F5786E2D80ED326 CBC7F0E71A99F43B FB988B9B7A02DD21"},
	} {
		t.Run("RFC 3394 section "+c.section, func(t *testing.T) {
			block := newBlock(t, unhex(t, wrapping)[:c.wrapping])
			key := unhex(t, content)[:c.content]
			wrapped, ok := Wrap(block, key)
			require.True(t, ok)
			assert.Equal(t, unhex(t, c.want), wrapped)
			unwrapped, ok := Unwrap(block, unhex(t, c.want))
			require.True(t, ok)
			assert.Equal(t, key, unwrapped)
		})
	}
}

func TestEveryBitFlipIsRefused(t *testing.T) {
	for _, size := range []int{16, 24, 32} {
		block := newBlock(t, randomBytes(size))
		wrapped, ok := Wrap(block, randomBytes(size))
		require.True(t, ok)
		for bit := range 8 * len(wrapped) {
			wrapped[bit/8] ^= 1 << (bit % 8)
			key, ok := Unwrap(block, wrapped)
			require.False(t, ok, "%d bytes, bit %d", size, bit)
			require.Nil(t, key)
			wrapped[bit/8] ^= 1 << (bit % 8)
		}
	}
}

// wrapFrom is the index-based algorithm of RFC 3394 §2.2.1 with a chosen initial
// value.
func wrapFrom(block cipher.Block, initial, key []byte) []byte {
	a, n := bytes.Clone(initial), len(key)/8
	r := bytes.Clone(key)
	for j := range 6 {
		for i := range n {
			b := append(bytes.Clone(a), r[8*i:8*i+8]...)
			block.Encrypt(b, b)
			a = binary.BigEndian.AppendUint64(nil, binary.BigEndian.Uint64(b)^uint64(n*j+i+1))
			copy(r[8*i:], b[8:])
		}
	}
	return append(a, r...)
}

func TestEveryBitOfTheInitialValueCounts(t *testing.T) {
	block, key := newBlock(t, randomBytes(32)), randomBytes(32)
	initial := bytes.Repeat([]byte{0xA6}, 8)
	unwrapped, ok := Unwrap(block, wrapFrom(block, initial, key))
	require.True(t, ok)
	require.Equal(t, key, unwrapped)
	for bit := range 64 {
		changed := bytes.Clone(initial)
		changed[bit/8] ^= 1 << (bit % 8)
		_, ok := Unwrap(block, wrapFrom(block, changed, key))
		require.False(t, ok, "bit %d", bit)
	}
}

func TestAnotherWrappingKeyIsRefused(t *testing.T) {
	wrapped, ok := Wrap(newBlock(t, randomBytes(32)), randomBytes(32))
	require.True(t, ok)
	_, ok = Unwrap(newBlock(t, randomBytes(32)), wrapped)
	assert.False(t, ok)
}

func TestSizes(t *testing.T) {
	block := newBlock(t, randomBytes(16))
	for n := range 100 {
		want := n >= 16 && n%8 == 0
		wrapped, ok := Wrap(block, randomBytes(n))
		require.Equal(t, want, ok, "key of %d bytes", n)
		if want {
			require.Len(t, wrapped, n+Overhead)
		} else {
			require.Nil(t, wrapped)
		}
		// Random bytes of a right size fail the integrity check instead.
		_, ok = Unwrap(block, randomBytes(n))
		require.False(t, ok, "%d random bytes", n)
	}
	for _, extra := range []int{0, 8} {
		t.Run(fmt.Sprintf("the longest key and %d bytes", extra), func(t *testing.T) {
			wrapped, ok := Wrap(block, make([]byte, maxKey+extra))
			require.Equal(t, extra == 0, ok)
			if ok {
				_, ok = Unwrap(block, wrapped)
				assert.True(t, ok)
			}
		})
	}
	t.Run("a truncated or extended wrapped key is refused", func(t *testing.T) {
		wrapped, ok := Wrap(block, randomBytes(32))
		require.True(t, ok)
		for n := range len(wrapped) {
			_, ok := Unwrap(block, wrapped[:n])
			require.False(t, ok, "%d of %d bytes", n, len(wrapped))
		}
		for n := 1; n <= 16; n++ {
			_, ok := Unwrap(block, append(bytes.Clone(wrapped), make([]byte, n)...))
			require.False(t, ok, "%d bytes more", n)
		}
	})
}

func TestRoundTrip(t *testing.T) {
	for range 500 {
		block := newBlock(t, randomBytes(16+8*mathrand.IntN(3)))
		key := randomBytes(16 + 8*mathrand.IntN(32))
		original := bytes.Clone(key)
		wrapped, ok := Wrap(block, key)
		require.True(t, ok)
		require.Equal(t, original, key, "Wrap changed its input")
		stored := bytes.Clone(wrapped)
		unwrapped, ok := Unwrap(block, wrapped)
		require.True(t, ok)
		require.Equal(t, stored, wrapped, "Unwrap changed its input")
		require.Equal(t, key, unwrapped)
		again, ok := Wrap(block, unwrapped)
		require.True(t, ok)
		require.Equal(t, wrapped, again)
	}
}
