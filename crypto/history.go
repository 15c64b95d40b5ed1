package crypto

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/internal/tlv"
)

// HistoryEncryptor is an [ItemEncryptor] that also reads items that were sealed under
// earlier actions.
type HistoryEncryptor interface {
	ItemEncryptor
	// ForHistory is For, and its DecryptItem and VerifyItem also accept an item whose
	// signature is valid under one of the previous actions, which are tried in
	// order, the newest first, after the current ones. EncryptItem always uses the
	// current actions.
	//
	// An item is decrypted by the actions that it verified under. used, if not nil,
	// is called with their index in previous; it must be safe for concurrent use. If
	// none match, the error is that of the current actions.
	ForHistory(encryption cmp.EncryptionContext, actions Actions, previous []Actions, used func(index int)) (TableEncryptor, error)
}

var _ HistoryEncryptor = (*Encryptor)(nil)

// ForHistory implements [HistoryEncryptor]. The provider is asked once for each item.
// Besides what [Encryptor.For] refuses, actions that are DoNothing for everything are
// an [ErrConfig], as current and as previous ones: there would be nothing to verify.
//
// Whoever can write to the table can change what the weakest of the actions leaves
// unsigned; see the package's documentation.
func (e *Encryptor) ForHistory(encryption cmp.EncryptionContext, actions Actions, previous []Actions, used func(index int)) (TableEncryptor, error) {
	return e.ForModel(encryption, actions, Model{Previous: previous, Used: used})
}

// NameDigest is the SHA-256 of an attribute name.
type NameDigest struct {
	Name   string
	Digest [sha256.Size]byte
}

// Model is what package mapper knows of a table besides the actions.
type Model struct {
	// Previous and Used are those of [Encryptor.ForHistory].
	Previous []Actions
	Used     func(index int)
	// Names are digests of attribute names that are known already. The others are
	// computed.
	Names []NameDigest
	// Serialized leaves decrypted values in a form that only package mapper reads.
	Serialized bool
}

// TakesSerialized reports whether EncryptItem takes values that package mapper has
// serialized: no provider looks at them, and they are in the order that they are
// written in.
func (e *Encryptor) TakesSerialized() bool {
	switch e.provider.(type) {
	case *cmp.Static, *cmp.Wrapped:
		return e.options.order == tlv.UTF8Order
	}
	return false
}

// ForModel is [Encryptor.ForHistory] for package mapper, which knows more where there
// is generated code. Other programs have no use for it.
func (e *Encryptor) ForModel(encryption cmp.EncryptionContext, actions Actions, model Model) (TableEncryptor, error) {
	previous := model.Previous
	t, err := e.model(encryption, actions, model.Names)
	if err != nil {
		return nil, err
	}
	if len(previous) > 0 && t.nothing {
		return nil, fmt.Errorf("crypto: the current actions are none for every attribute, so items of the previous ones would be taken for plaintext; state an action, or leave out the previous ones: %w", cmp.ErrConfig)
	}
	t.used, t.serialized = model.Used, model.Serialized
	for i, a := range previous {
		if a.PassThrough() {
			return nil, fmt.Errorf("crypto: previous actions %d are none for every attribute, so nothing would be verified; leave them out: %w", i, cmp.ErrConfig)
		}
		earlier, err := e.compile(encryption, a, model.Names)
		if err != nil {
			return nil, fmt.Errorf("crypto: previous actions %d: %w", i, err)
		}
		earlier.serialized = model.Serialized
		t.previous = append(t.previous, earlier)
	}
	return t, nil
}

// open verifies a stored item. It returns the table by whose actions it was sealed,
// and leaves its signed attributes in s.entries.
func (t *table) open(ctx context.Context, s *scratch, item Item) (*table, keySource, error) {
	signature, description, err := t.parse(item)
	if err != nil {
		return nil, nil, err
	}
	var materials *cmp.DecryptionMaterials
	failed := t.check(s, item, description)
	if failed == nil {
		if materials, err = t.materials(ctx, item, description); err != nil {
			return nil, nil, err
		}
		if failed = t.verify(ctx, s, item, materials.VerificationKey, signature); failed == nil {
			return t, materials.DecryptionKey, nil
		}
		if !errors.Is(failed, ErrSignature) { // a failure of the key
			return nil, nil, failed
		}
	}
	for i, earlier := range t.previous {
		clear(s.entries)
		clear(s.values)
		if earlier.check(s, item, description) != nil {
			continue
		}
		if materials == nil {
			materials, err = t.materials(ctx, item, description)
			if errors.Is(err, ErrKeyUnavailable) {
				return nil, nil, err // it may be an item of these actions all the same
			}
			if err != nil {
				return nil, nil, failed
			}
		}
		err := earlier.verify(ctx, s, item, materials.VerificationKey, signature)
		if err == nil {
			t.tellUsed(i)
			return earlier, materials.DecryptionKey, nil
		}
		if !errors.Is(err, ErrSignature) {
			return nil, nil, err
		}
	}
	return nil, nil, failed
}

func (t *table) tellUsed(index int) {
	if t.used != nil {
		t.used(index)
	}
}
