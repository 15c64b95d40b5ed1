// Package keywrap is the AES key wrap of RFC 3394, Java's AESWrap.
package keywrap

import (
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
)

// Overhead is how much longer a wrapped key is, in bytes.
const Overhead = 8

const (
	chunk  = 8
	rounds = 6
	// maxKey bounds the work that a hostile ciphertext causes. Content keys
	// have at most 32 bytes.
	maxKey = 8 << 10
)

// initialValue is RFC 3394 §2.2.3.1.
var initialValue = [chunk]byte{0xA6, 0xA6, 0xA6, 0xA6, 0xA6, 0xA6, 0xA6, 0xA6}

func isWrappable(n int) bool { return n >= 2*chunk && n%chunk == 0 && n <= maxKey }

// Wrap returns key wrapped under an AES block cipher. ok is false for a key
// that is not a multiple of 8 bytes, or shorter than 16.
func Wrap(block cipher.Block, key []byte) (wrapped []byte, ok bool) {
	if !isWrappable(len(key)) {
		return nil, false
	}
	out := make([]byte, Overhead+len(key))
	copy(out[chunk:], key)
	var b [2 * chunk]byte
	copy(b[:], initialValue[:])
	step := uint64(0)
	for range rounds {
		for at := chunk; at < len(out); at += chunk {
			copy(b[chunk:], out[at:])
			block.Encrypt(b[:], b[:])
			copy(out[at:], b[chunk:])
			step++
			binary.BigEndian.PutUint64(b[:], binary.BigEndian.Uint64(b[:])^step)
		}
	}
	copy(out, b[:chunk])
	return out, true
}

// Unwrap reverses Wrap. ok is false if the integrity check fails.
func Unwrap(block cipher.Block, wrapped []byte) (key []byte, ok bool) {
	n := len(wrapped) - Overhead
	if !isWrappable(n) {
		return nil, false
	}
	out := make([]byte, n)
	copy(out, wrapped[chunk:])
	var b [2 * chunk]byte
	copy(b[:], wrapped[:chunk])
	step := uint64(rounds * n / chunk)
	for range rounds {
		for at := n - chunk; at >= 0; at -= chunk {
			binary.BigEndian.PutUint64(b[:], binary.BigEndian.Uint64(b[:])^step)
			step--
			copy(b[chunk:], out[at:])
			block.Decrypt(b[:], b[:])
			copy(out[at:], b[chunk:])
		}
	}
	if subtle.ConstantTimeCompare(b[:chunk], initialValue[:]) != 1 {
		clear(out)
		return nil, false
	}
	return out, true
}
