package cmp

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"fmt"
	"log/slog"

	"github.com/ddbcrypt/ddbcrypt/internal/cbc"
	"github.com/ddbcrypt/ddbcrypt/internal/keywrap"
)

const aesWrap = "AESWrap"

// AESKey is an AES key in memory: an EncryptionKey and DecryptionKey for
// attribute values (AES-CBC), and a WrappingKey and UnwrappingKey for content
// keys (AESWrap, RFC 3394). It is safe for concurrent use and prints nothing of
// itself.
type AESKey struct {
	block func() cipher.Block // holds the key: fmt does not look into functions
}

var (
	_ EncryptionKey = (*AESKey)(nil)
	_ DecryptionKey = (*AESKey)(nil)
	_ BlockKey      = (*AESKey)(nil)
	_ WrappingKey   = (*AESKey)(nil)
	_ UnwrappingKey = (*AESKey)(nil)
)

// NewAESKey returns an AES key of 16, 24 or 32 bytes. It does not keep the
// slice. Another length is an [ErrConfig].
func NewAESKey(key []byte) (*AESKey, error) {
	if !isAESKeySize(len(key)) {
		return nil, fmt.Errorf("cmp: AES key has %d bytes, not 16, 24 or 32: %w", len(key), ErrConfig)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("cmp: AES key: %w", ErrConfig)
	}
	return &AESKey{func() cipher.Block { return block }}, nil
}

func isAESKeySize(n int) bool { return n == 16 || n == 24 || n == 32 }

// Block returns the block cipher. Most users don't need it. Unlike the key, it does
// not keep its secret if it is printed.
func (k *AESKey) Block() cipher.Block { return k.block() }

// Encrypt returns a random IV and plaintext encrypted by AES-CBC with PKCS#5
// padding. Another transformation than [Transformation] is an [ErrAlgorithm].
func (k *AESKey) Encrypt(_ context.Context, plaintext []byte, transformation string) ([]byte, error) {
	if transformation != Transformation {
		return nil, fmt.Errorf("%w: transformation is not %s", ErrAlgorithm, Transformation)
	}
	out := make([]byte, cbc.SealedSize(len(plaintext)))
	if _, err := rand.Read(out[:cbc.IVSize]); err != nil {
		return nil, fmt.Errorf("%w: no random IV: %w", ErrKeyUnavailable, err)
	}
	copy(out[cbc.IVSize:], plaintext)
	encrypter := cbc.NewEncrypter(k.block())
	encrypter.Seal(out, len(plaintext))
	return out, nil
}

// Decrypt reverses Encrypt. A ciphertext that is not whole blocks, and padding
// that is not exact, are [ErrCorrupt].
func (k *AESKey) Decrypt(_ context.Context, ciphertext []byte, transformation string) ([]byte, error) {
	if transformation != Transformation {
		return nil, fmt.Errorf("%w: transformation is not %s", ErrAlgorithm, Transformation)
	}
	if !cbc.IsSealed(len(ciphertext)) {
		return nil, ErrCorrupt
	}
	out := make([]byte, len(ciphertext)-cbc.IVSize)
	decrypter := cbc.NewDecrypter(k.block())
	n, ok := decrypter.Open(out, ciphertext)
	if !ok {
		return nil, ErrCorrupt
	}
	return out[:n], nil
}

// WrapAlgorithm returns AESWrap.
func (k *AESKey) WrapAlgorithm() string { return aesWrap }

// AcceptsWrapAlgorithm reports whether name is AESWrap or empty: the oldest
// Java items do not say it.
func (k *AESKey) AcceptsWrapAlgorithm(name string) bool { return name == aesWrap || name == "" }

// Wrap wraps contentKey, a multiple of 8 bytes, by RFC 3394.
func (k *AESKey) Wrap(_ context.Context, contentKey []byte) ([]byte, error) {
	wrapped, ok := keywrap.Wrap(k.block(), contentKey)
	if !ok {
		return nil, fmt.Errorf("a content key of %d bytes cannot be wrapped: %w", len(contentKey), ErrConfig)
	}
	return wrapped, nil
}

// Unwrap reverses Wrap; a failed integrity check is an [ErrCorrupt].
func (k *AESKey) Unwrap(_ context.Context, wrapped WrappedKey) ([]byte, error) {
	contentKey, ok := keywrap.Unwrap(k.block(), wrapped.Ciphertext)
	if !ok {
		return nil, ErrCorrupt
	}
	return contentKey, nil
}

// wrappedSize tells what the length of a wrapped key must be.
func (k *AESKey) wrappedSize(contentKeySize int) int { return contentKeySize + keywrap.Overhead }

// Format prints a fixed text under every verb.
func (k *AESKey) Format(state fmt.State, _ rune) { printName(state, "[AES key]") }

// LogValue returns a fixed text.
func (k *AESKey) LogValue() slog.Value { return slog.StringValue("[AES key]") }
