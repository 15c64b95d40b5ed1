// Command wrapped_rsa separates those who write items from those who read them:
// the writer has a public RSA key to wrap content keys and a private ECDSA key
// to sign; the reader has the other halves.
//
//	go run ./examples/wrapped_rsa
//
// RSA wrapping does not authenticate the content key: it is the signature alone
// that says who wrote an item. Where writers and readers are the same, wrap by
// AES or use KMS.
package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "wrapped_rsa:", err)
		os.Exit(1)
	}
}

var (
	patients = cmp.EncryptionContext{TableName: "patients", PartitionKey: "id"}
	actions  = crypto.Actions{Overrides: map[string]crypto.Action{"id": crypto.SignOnly}}
)

func run(ctx context.Context, out io.Writer) error {
	readerKey, err := rsa.GenerateKey(rand.Reader, 3072)
	if err != nil {
		return err
	}
	writerKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	writer, err := newWriter(&readerKey.PublicKey, writerKey)
	if err != nil {
		return err
	}
	reader, err := newReader(readerKey, &writerKey.PublicKey)
	if err != nil {
		return err
	}

	sealed, err := writer.EncryptItem(ctx, crypto.Item{
		"id":        &types.AttributeValueMemberS{Value: "p-1"},
		"diagnosis": &types.AttributeValueMemberS{Value: "J45.0"},
	}, patients, actions)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "the writer encrypted an item")

	_, err = writer.DecryptItem(ctx, sealed, patients, actions)
	if !errors.Is(err, crypto.ErrKeyUnavailable) {
		return fmt.Errorf("the writer could decrypt: %w", err)
	}
	fmt.Fprintln(out, "the writer cannot decrypt it:", err)

	plain, err := reader.DecryptItem(ctx, sealed, patients, actions)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "the reader can:", plain["diagnosis"].(*types.AttributeValueMemberS).Value)

	_, err = reader.EncryptItem(ctx, plain, patients, actions)
	if !errors.Is(err, crypto.ErrKeyUnavailable) {
		return fmt.Errorf("the reader could encrypt: %w", err)
	}
	fmt.Fprintln(out, "the reader cannot write:", err)
	return nil
}

func newWriter(wrapTo *rsa.PublicKey, signer *ecdsa.PrivateKey) (*crypto.Encryptor, error) {
	wrapping, err := cmp.NewRSAWrappingKey(wrapTo)
	if err != nil {
		return nil, err
	}
	signing, err := cmp.NewAsymmetricSigningKey("SHA256withECDSA", signer)
	if err != nil {
		return nil, err
	}
	provider, err := cmp.NewWrapped(cmp.WrappedKeys{Wrapping: wrapping, Signing: signing})
	if err != nil {
		return nil, err
	}
	return crypto.NewEncryptor(provider), nil
}

func newReader(key *rsa.PrivateKey, writer *ecdsa.PublicKey) (*crypto.Encryptor, error) {
	unwrapping, err := cmp.NewRSAUnwrappingKey(key)
	if err != nil {
		return nil, err
	}
	verification, err := cmp.NewAsymmetricVerificationKey("SHA256withECDSA", writer)
	if err != nil {
		return nil, err
	}
	provider, err := cmp.NewWrapped(cmp.WrappedKeys{Unwrapping: unwrapping, Verification: verification})
	if err != nil {
		return nil, err
	}
	return crypto.NewEncryptor(provider), nil
}
