package crypto_test

import (
	"bytes"
	"context"
	"crypto/rsa"
	"math/big"
)

// pkcs1Wrapper wraps as the oldest Java clients did: RSA PKCS#1 v1.5, here with
// constant padding.
type pkcs1Wrapper struct{ public *rsa.PublicKey }

func (pkcs1Wrapper) WrapAlgorithm() string { return "RSA/ECB/PKCS1Padding" }

func (k pkcs1Wrapper) Wrap(_ context.Context, contentKey []byte) ([]byte, error) {
	size := k.public.Size()
	block := append([]byte{0, 2}, bytes.Repeat([]byte{0x55}, size-3-len(contentKey))...)
	block = append(append(block, 0), contentKey...)
	wrapped := new(big.Int).Exp(new(big.Int).SetBytes(block), big.NewInt(int64(k.public.E)), k.public.N)
	return wrapped.FillBytes(make([]byte, size)), nil
}
