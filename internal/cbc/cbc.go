// Package cbc encrypts in place by AES-CBC with PKCS#5 padding: a sealed value
// is the IV and then the ciphertext (docs/wire-format.md §4).
package cbc

import (
	"crypto/aes"
	"crypto/cipher"
)

// IVSize is the length of the IV in front of the ciphertext, in bytes.
const IVSize = aes.BlockSize

// SealedSize returns the length of the sealed form of n bytes.
func SealedSize(n int) int { return IVSize + n - n%aes.BlockSize + aes.BlockSize }

// IsSealed reports whether n can be the length of a sealed value.
func IsSealed(n int) bool { return n >= IVSize+aes.BlockSize && n%aes.BlockSize == 0 }

// ivSetter is how the standard library's CBC modes start again with another IV.
type ivSetter interface{ SetIV(iv []byte) }

// An Encrypter seals many values under one key. It is not safe for concurrent
// use.
type Encrypter struct {
	block cipher.Block
	mode  cipher.BlockMode
}

// NewEncrypter returns an Encrypter under an AES block cipher.
func NewEncrypter(block cipher.Block) Encrypter { return Encrypter{block: block} }

// Seal encrypts in place. buf has SealedSize(n) bytes: a random IV, n bytes of
// plaintext, and room for the padding.
func (e *Encrypter) Seal(buf []byte, n int) {
	body := buf[IVSize:]
	padding := byte(len(body) - n)
	for i := n; i < len(body); i++ {
		body[i] = padding
	}
	e.mode = restart(e.mode, e.block, buf[:IVSize], cipher.NewCBCEncrypter)
	e.mode.CryptBlocks(body, body)
}

// A Decrypter opens many values under one key. It is not safe for concurrent
// use.
type Decrypter struct {
	block cipher.Block
	mode  cipher.BlockMode
}

// NewDecrypter returns a Decrypter under an AES block cipher.
func NewDecrypter(block cipher.Block) Decrypter { return Decrypter{block: block} }

// Open decrypts sealed, for which IsSealed holds, to dst of len(sealed)-IVSize
// bytes, and returns the length of the plaintext in it. ok is false unless every
// byte of the padding is right.
//
// This is no padding oracle: Open is for values whose signature was verified.
func (d *Decrypter) Open(dst, sealed []byte) (n int, ok bool) {
	d.mode = restart(d.mode, d.block, sealed[:IVSize], cipher.NewCBCDecrypter)
	d.mode.CryptBlocks(dst, sealed[IVSize:])
	padding := int(dst[len(dst)-1])
	if padding < 1 || padding > aes.BlockSize {
		return 0, false
	}
	n = len(dst) - padding
	for _, b := range dst[n:] {
		if int(b) != padding {
			return 0, false
		}
	}
	return n, true
}

// restart returns mode with a new IV, or a new mode if there is none yet or it
// cannot start again.
func restart(mode cipher.BlockMode, block cipher.Block, iv []byte, create func(cipher.Block, []byte) cipher.BlockMode) cipher.BlockMode {
	if m, ok := mode.(ivSetter); ok {
		m.SetIV(iv)
		return mode
	}
	return create(block, iv)
}
