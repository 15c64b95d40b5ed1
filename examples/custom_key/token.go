package main

import (
	"context"
	"crypto/rsa"
)

// token is what this program asks of the device that holds its two keys. All
// methods but Close are safe for concurrent use.
type token interface {
	// String says what device it is.
	String() string

	// WrapKey returns contentKey under the device's AES key, by AES key wrap
	// (RFC 3394). That is authenticated, which RSA is not: UnwrapKey notices
	// any change.
	WrapKey(ctx context.Context, contentKey []byte) ([]byte, error)

	// UnwrapKey reverses WrapKey. Its error wraps cmp.ErrCorrupt if the device
	// did its work and found wrapped to be none of its own, and nothing of
	// package cmp if it could not work: that may be worth another try.
	UnwrapKey(ctx context.Context, wrapped []byte) ([]byte, error)

	// SignDigest signs a SHA-256 digest with the device's RSA key, by
	// PKCS #1 v1.5.
	SignDigest(ctx context.Context, digest []byte) ([]byte, error)

	// PublicKey is the public half of the RSA key.
	PublicKey() *rsa.PublicKey

	// Close waits for calls that are running; later ones fail. Call it once.
	Close() error
}
