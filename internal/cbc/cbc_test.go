package cbc

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	mathrand "math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	data, err := hex.DecodeString(text)
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

// seal returns iv and plaintext in their sealed form.
func seal(e *Encrypter, iv, plaintext []byte) []byte {
	buf := make([]byte, SealedSize(len(plaintext)))
	copy(buf, iv)
	copy(buf[IVSize:], plaintext)
	e.Seal(buf, len(plaintext))
	return buf
}

// opened returns the plaintext of sealed.
func opened(d *Decrypter, sealed []byte) ([]byte, bool) {
	dst := make([]byte, len(sealed)-IVSize)
	n, ok := d.Open(dst, sealed)
	return dst[:n], ok
}

// encryptBlocks encrypts whole blocks with the standard library alone.
func encryptBlocks(block cipher.Block, iv, padded []byte) []byte {
	out := bytes.Clone(iv)
	body := make([]byte, len(padded))
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(body, padded)
	return append(out, body...)
}

// NIST SP 800-38A, F.2. What follows the four blocks is a block of padding.
func TestVectors(t *testing.T) {
	const (
		iv        = "000102030405060708090a0b0c0d0e0f"
		plaintext = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" +
			"30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
	)
	for _, c := range []struct{ name, key, want string }{
		{"F.2.1 AES-128", "2b7e151628aed2a6abf7158809cf4f3c",
			"7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2" +
				"73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7"},
		{"F.2.3 AES-192", "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
			"4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a" +
				"571b242012fb7ae07fa9baac3df102e008b0e27988598881d920a9e64f5615cd"},
		{"F.2.5 AES-256", "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
			"f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d" +
				"39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			block := newBlock(t, unhex(t, c.key))
			encrypter, decrypter := NewEncrypter(block), NewDecrypter(block)
			sealed := seal(&encrypter, unhex(t, iv), unhex(t, plaintext))
			assert.Equal(t, iv+c.want, hex.EncodeToString(sealed[:IVSize+64]))
			got, ok := opened(&decrypter, sealed)
			require.True(t, ok)
			assert.Equal(t, plaintext, hex.EncodeToString(got))
		})
	}
}

func TestSizes(t *testing.T) {
	block := newBlock(t, randomBytes(32))
	encrypter, decrypter := NewEncrypter(block), NewDecrypter(block)
	for n := range 100 {
		size := SealedSize(n)
		require.Equal(t, IVSize+16*(n/16+1), size, "%d bytes", n)
		require.True(t, IsSealed(size))
		plaintext := randomBytes(n)
		got, ok := opened(&decrypter, seal(&encrypter, randomBytes(IVSize), plaintext))
		require.True(t, ok, "%d bytes", n)
		require.Equal(t, plaintext, got)
		require.Equal(t, n >= 32 && n%16 == 0, IsSealed(n), "%d bytes", n)
	}
}

// One block for each last byte, and with each byte of its padding made wrong.
func TestPaddingIsCheckedExactly(t *testing.T) {
	block := newBlock(t, randomBytes(16))
	decrypter := NewDecrypter(block)
	open := func(last []byte) bool {
		padded := append(randomBytes(16), last...)
		_, ok := opened(&decrypter, encryptBlocks(block, randomBytes(IVSize), padded))
		return ok
	}
	for value := range 256 {
		valid := value >= 1 && value <= 16
		last := bytes.Repeat([]byte{byte(value)}, 16)
		require.Equal(t, valid, open(last), "a block of bytes %#x", value)
		if !valid {
			continue
		}
		for at := 16 - value; at < 15; at++ {
			for wrong := range 256 {
				if wrong == value {
					continue
				}
				last[at] = byte(wrong)
				require.False(t, open(last), "padding of %d, byte %d is %#x", value, at, wrong)
			}
			last[at] = byte(value)
		}
		t.Run(fmt.Sprintf("a padding of %d says nothing about the bytes before it", value), func(t *testing.T) {
			copy(last, bytes.Repeat([]byte{0xEE}, 16-value))
			assert.True(t, open(last))
		})
	}
}

func TestReuseEqualsFreshModes(t *testing.T) {
	block := newBlock(t, randomBytes(24))
	encrypter, decrypter := NewEncrypter(block), NewDecrypter(block)
	for range 200 {
		iv, plaintext := randomBytes(IVSize), randomBytes(mathrand.IntN(70))
		padding := 16 - len(plaintext)%16
		padded := append(bytes.Clone(plaintext), bytes.Repeat([]byte{byte(padding)}, padding)...)
		want := encryptBlocks(block, iv, padded)

		require.Equal(t, want, seal(&encrypter, iv, plaintext))
		stored := bytes.Clone(want)
		got, ok := opened(&decrypter, want)
		require.True(t, ok)
		require.Equal(t, plaintext, got)
		require.Equal(t, stored, want, "Open changed its input")
	}
}

func TestRefusedValueDoesNotDisturbTheNext(t *testing.T) {
	block := newBlock(t, randomBytes(16))
	encrypter, decrypter := NewEncrypter(block), NewDecrypter(block)
	good := seal(&encrypter, randomBytes(IVSize), []byte("value"))
	_, ok := opened(&decrypter, encryptBlocks(block, randomBytes(IVSize), make([]byte, 16)))
	require.False(t, ok)
	got, ok := opened(&decrypter, good)
	require.True(t, ok)
	assert.Equal(t, "value", string(got))
}

// plainBlock hides AES from the standard library's fast path.
type plainBlock struct{ cipher.Block }

func TestBlocksOfOthersGiveTheSame(t *testing.T) {
	block := newBlock(t, randomBytes(32))
	own, other := NewEncrypter(block), NewEncrypter(plainBlock{block})
	decrypter := NewDecrypter(plainBlock{block})
	for range 20 {
		iv, plaintext := randomBytes(IVSize), randomBytes(40)
		want := seal(&own, iv, plaintext)
		require.Equal(t, want, seal(&other, iv, plaintext))
		got, ok := opened(&decrypter, want)
		require.True(t, ok)
		require.Equal(t, plaintext, got)
	}
}
