package crypto

import (
	"context"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

// Item is a DynamoDB item: attribute values by attribute name.
type Item = map[string]types.AttributeValue

// ItemEncryptor is an item format with its keys. Packages client and mapper ask
// for no more.
type ItemEncryptor interface {
	// For returns the form of the encryptor for the items of one table. A
	// context and actions that do not fit are an [ErrConfig].
	For(encryption cmp.EncryptionContext, actions Actions) (TableEncryptor, error)
}

// TableEncryptor encrypts and decrypts the items of one table. It is safe for
// concurrent use. Items that it is given are never modified; items that it
// returns share the values that were not changed, and none of the maps.
type TableEncryptor interface {
	// EncryptItem encrypts and signs an item.
	EncryptItem(ctx context.Context, item Item) (Item, error)
	// DecryptItem verifies and decrypts an item.
	DecryptItem(ctx context.Context, item Item) (Item, error)
	// VerifyItem verifies an item without decrypting it.
	VerifyItem(ctx context.Context, item Item) error
	// ReservedAttributes returns the names of the attributes that EncryptItem
	// adds. The first one holds the signature: every protected item has it.
	ReservedAttributes() []string
}

// Encryptor encrypts, signs, verifies and decrypts items in the format of the
// Amazon DynamoDB Encryption Client. It is safe for concurrent use.
type Encryptor struct {
	provider cmp.Provider
	options  options
	err      error // what was wrong with the options

	warnWeakKey sync.Once
}

var _ ItemEncryptor = (*Encryptor)(nil)

// NewEncryptor returns an encryptor that takes its keys from provider. A wrong
// option, or no provider, is reported as [ErrConfig] by every method.
func NewEncryptor(provider cmp.Provider, list ...Option) *Encryptor {
	e := &Encryptor{provider: provider}
	e.options, e.err = newOptions(list)
	if provider == nil && e.err == nil {
		e.err = fmt.Errorf("the provider is nil: %w", cmp.ErrConfig)
	}
	return e
}

// For returns the form of the encryptor for the items of one table: whatever is
// the same for all of them is computed here. It fails with [ErrConfig] for
// actions that encrypt a key of the context or that name a reserved attribute.
func (e *Encryptor) For(encryption cmp.EncryptionContext, actions Actions) (TableEncryptor, error) {
	t, err := e.table(encryption, actions)
	if err != nil {
		return nil, err // not a nil *table in an interface
	}
	return t, nil
}

// EncryptItem encrypts and signs one item: attribute values by their action, the
// signature over names, values and table name. The result also has the two
// reserved attributes. If actions are DoNothing for everything, the result is a
// copy of the item.
//
// It fails with [ErrConfig] for an item that has a reserved attribute or that
// DynamoDB could not store, and with [ErrKeyUnavailable].
//
// For many items of one table, [Encryptor.For] saves work.
func (e *Encryptor) EncryptItem(ctx context.Context, item Item, encryption cmp.EncryptionContext, actions Actions) (Item, error) {
	t, err := e.table(encryption, actions)
	if err != nil {
		return nil, err
	}
	return t.EncryptItem(ctx, item)
}

// DecryptItem verifies and then decrypts one item, and removes the two reserved
// attributes. If actions are DoNothing for everything, the result is a copy of
// the item.
//
// It fails with each of the failure classes. After the signature was verified
// all faults of the encrypted values give the same [ErrCorrupt].
func (e *Encryptor) DecryptItem(ctx context.Context, item Item, encryption cmp.EncryptionContext, actions Actions) (Item, error) {
	t, err := e.table(encryption, actions)
	if err != nil {
		return nil, err
	}
	return t.DecryptItem(ctx, item)
}

// VerifyItem verifies one item as DecryptItem does and decrypts nothing: it
// needs no decryption key.
func (e *Encryptor) VerifyItem(ctx context.Context, item Item, encryption cmp.EncryptionContext, actions Actions) error {
	t, err := e.table(encryption, actions)
	if err != nil {
		return err
	}
	return t.VerifyItem(ctx, item)
}

// warnIfWeak logs once if items are signed or verified under a key that is allowed
// for old data only.
func (e *Encryptor) warnIfWeak(ctx context.Context, key any) {
	if k, ok := key.(interface{ Weak() bool }); ok && k.Weak() {
		e.warnWeakKey.Do(func() {
			e.options.logger.WarnContext(ctx, "ddbcrypt: a signing or verification key is weak; encrypt under a longer key")
		})
	}
}
