package cmp

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// A Provider supplies the keys for one item at a time. Implementations are
// safe for concurrent use.
//
// Source: developer guide, "Cryptographic materials provider (CMP)".
type Provider interface {
	// EncryptionMaterials returns what an item is encrypted and signed with.
	EncryptionMaterials(ctx context.Context, request EncryptionRequest) (*EncryptionMaterials, error)

	// DecryptionMaterials returns what an item is verified and decrypted
	// with. It checks the description against the provider's configuration
	// before any cryptography: [ErrDescription] and [ErrAlgorithm] are its
	// refusals.
	DecryptionMaterials(ctx context.Context, request DecryptionRequest) (*DecryptionMaterials, error)
}

// EncryptionRequest describes an item that is about to be encrypted. The
// provider must not change or keep the item.
type EncryptionRequest struct {
	Context EncryptionContext
	Item    map[string]types.AttributeValue
}

// DecryptionRequest describes an item that is about to be verified. Nothing in
// it is to be trusted yet. The provider must not change or keep the item.
type DecryptionRequest struct {
	Context     EncryptionContext
	Item        map[string]types.AttributeValue
	Description MaterialDescription
}

// EncryptionMaterials are the keys for one item and the description that will
// let a provider find them again. A provider may return the same materials many
// times; nobody changes them.
type EncryptionMaterials struct {
	// Description is the actual material description, without the entries
	// that the item encryptor adds.
	Description MaterialDescription
	// EncryptionKey is nil if the provider can only sign.
	EncryptionKey EncryptionKey
	SigningKey    SigningKey
}

// DecryptionMaterials are the keys to open one item.
type DecryptionMaterials struct {
	VerificationKey VerificationKey
	// DecryptionKey returns the content key. It is called at most once, after
	// the signature was verified, and only if something is to be decrypted.
	// Nil means that the provider has no decryption key.
	DecryptionKey func(ctx context.Context) (DecryptionKey, error)
}
