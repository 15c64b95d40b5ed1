// Package mapper is a stub of ddbcrypt's.
package mapper

import "github.com/ddbcrypt/ddbcrypt/crypto"

type (
	Mapper[T any] struct{}
	Option        interface{}
)

func New[T any](db any, encryptor crypto.ItemEncryptor, list ...Option) (*Mapper[T], error) {
	return nil, nil
}

func WithTable(string) Option { return nil }
