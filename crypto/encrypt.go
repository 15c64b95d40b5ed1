package crypto

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/internal/cbc"
	"github.com/ddbcrypt/ddbcrypt/internal/tlv"
)

// modeValue is the only way in which attributes are encrypted (wire-format §2).
const modeValue = "/CBC/PKCS5Padding"

// signatureRoom is what HMAC signatures need at most, in bytes.
const signatureRoom = 64

// EncryptItem implements [TableEncryptor].
func (t *table) EncryptItem(ctx context.Context, item Item) (Item, error) {
	if t.nothing {
		return maps.Clone(item), nil
	}
	s := t.getScratch()
	defer t.putScratch(s)
	sealed, err := t.encrypt(ctx, s, item)
	if err != nil {
		return nil, t.fail("encrypt", err)
	}
	return sealed, nil
}

func (t *table) encrypt(ctx context.Context, s *scratch, item Item) (Item, error) {
	for _, reserved := range []string{t.encryptor.options.descriptionAttribute, t.encryptor.options.signatureAttribute} {
		if _, ok := item[reserved]; ok {
			return nil, &attributeError{reserved, fmt.Errorf("%w: the name is reserved; is the item encrypted already?", ErrConfig)}
		}
	}
	t.collect(s, item)
	if err := checkNames(s.entries); err != nil {
		return nil, unstorable(err)
	}
	size, count, err := t.measure(s, item)
	if err != nil {
		return nil, unstorable(err)
	}
	if err := ctx.Err(); err != nil {
		return nil, keyError("get materials", err)
	}
	materials, err := t.encryptor.provider.EncryptionMaterials(ctx, cmp.EncryptionRequest{Context: t.encryption, Item: item})
	if err != nil {
		return nil, keyError("get materials", err)
	}
	if materials.SigningKey == nil {
		return nil, fmt.Errorf("%w: the provider has no signing key", ErrKeyUnavailable)
	}
	if count > 0 && materials.EncryptionKey == nil {
		return nil, fmt.Errorf("%w: attributes are to be encrypted, but the provider has no encryption key", ErrKeyUnavailable)
	}
	description, err := t.description(materials)
	if err != nil {
		return nil, err
	}

	b := builder{
		item:  make(Item, len(item)+2),
		arena: make([]byte, 0, size+len(description)+signatureRoom),
		boxes: make([]types.AttributeValueMemberB, 0, count+2),
	}
	maps.Copy(b.item, item)
	if err := t.encryptValues(ctx, s, item, &b, materials.EncryptionKey, count); err != nil {
		return nil, err
	}
	signature, err := t.sign(ctx, s, b.item, materials.SigningKey, b.room(signatureRoom))
	if err != nil {
		return nil, unstorable(err)
	}
	b.set(t.encryptor.options.signatureAttribute, signature)
	b.set(t.encryptor.options.descriptionAttribute, append(b.room(len(description))[:0], description...))
	return b.item, nil
}

// builder makes a sealed item with few allocations: the bytes of all values
// stand in one arena.
type builder struct {
	item  Item
	arena []byte
	boxes []types.AttributeValueMemberB
}

// room takes n bytes of the arena, or of a new slice if it has no more.
func (b *builder) room(n int) []byte {
	start := len(b.arena)
	if cap(b.arena)-start < n {
		return make([]byte, n)
	}
	b.arena = b.arena[:start+n]
	return b.arena[start : start+n : start+n]
}

func (b *builder) set(name string, value []byte) {
	b.boxes = append(b.boxes, types.AttributeValueMemberB{Value: value})
	b.item[name] = &b.boxes[len(b.boxes)-1]
}

// measure returns how many attributes are encrypted and how many bytes they
// take when they are.
func (t *table) measure(s *scratch, item Item) (size, count int, err error) {
	for _, e := range s.entries {
		if t.action(e.name, e.known) != EncryptAndSign {
			continue
		}
		n, err := tlv.Size(item[e.name])
		if err != nil {
			return 0, 0, &attributeError{e.name, err}
		}
		size += cbc.SealedSize(n)
		count++
	}
	return size, count, nil
}

// encryptValues encrypts the attributes that are to be, each under a random IV
// of its own (wire-format §4).
func (t *table) encryptValues(ctx context.Context, s *scratch, item Item, b *builder, key cmp.EncryptionKey, count int) error {
	if count == 0 {
		return nil
	}
	blockKey, local := key.(cmp.BlockKey)
	var encrypter cbc.Encrypter
	if local {
		encrypter = cbc.NewEncrypter(blockKey.Block())
		s.ivs = append(s.ivs[:0], make([]byte, count*cbc.IVSize)...)
		if _, err := rand.Read(s.ivs); err != nil {
			return keyError("get random IVs", err)
		}
	}
	ivs := s.ivs
	for _, e := range s.entries {
		if t.action(e.name, e.known) != EncryptAndSign {
			continue
		}
		if !local {
			if err := t.encryptRemotely(ctx, e.name, item[e.name], b, key); err != nil {
				return err
			}
			continue
		}
		n, _ := tlv.Size(item[e.name])
		sealed := b.room(cbc.SealedSize(n))
		copy(sealed, ivs[:cbc.IVSize])
		ivs = ivs[cbc.IVSize:]
		plaintext, err := tlv.Append(sealed[cbc.IVSize:cbc.IVSize], item[e.name], t.encryptor.options.order)
		if err != nil {
			return unstorable(&attributeError{e.name, err})
		}
		if len(plaintext) != n {
			// The caller changes the item while it is encrypted.
			return &attributeError{e.name, fmt.Errorf("%w: the value changed while it was encrypted", ErrConfig)}
		}
		encrypter.Seal(sealed, n)
		b.set(e.name, sealed)
	}
	return nil
}

// encryptRemotely encrypts by a key that is not in this process.
func (t *table) encryptRemotely(ctx context.Context, name string, v types.AttributeValue, b *builder, key cmp.EncryptionKey) error {
	plaintext, err := tlv.Append(nil, v, t.encryptor.options.order)
	if err != nil {
		return unstorable(&attributeError{name, err})
	}
	sealed, err := key.Encrypt(ctx, plaintext, cmp.Transformation)
	if err != nil {
		return &attributeError{name, keyError("encrypt", err)}
	}
	if !cbc.IsSealed(len(sealed)) {
		return &attributeError{name, fmt.Errorf("%w: the encryption key returned %d bytes, which is no IV and ciphertext", ErrKeyUnavailable, len(sealed))}
	}
	b.set(name, sealed)
	return nil
}

// describedMaterials are materials with their serialized description: those of a
// static provider are the same for every item.
type describedMaterials struct {
	materials  *cmp.EncryptionMaterials
	serialized []byte
}

// description returns the content of the description attribute.
func (t *table) description(materials *cmp.EncryptionMaterials) ([]byte, error) {
	if last := t.described.Load(); last != nil && last.materials == materials {
		return last.serialized, nil
	}
	description := make(cmp.MaterialDescription, len(materials.Description)+2)
	for key, value := range materials.Description {
		description[key] = value
	}
	if materials.EncryptionKey != nil {
		description[t.encryptor.options.modeKey] = modeValue
	}
	description[t.encryptor.options.signingKey] = materials.SigningKey.Algorithm()
	serialized, err := description.Serialize()
	if err != nil {
		return nil, err
	}
	t.described.Store(&describedMaterials{materials, serialized})
	return serialized, nil
}

// unstorable gives an error about the caller's item its failure class.
func unstorable(err error) error {
	var a *attributeError
	if cmp.FailureClass(err) != nil || !errors.As(err, &a) {
		return err
	}
	return &attributeError{a.name, fmt.Errorf("%w: DynamoDB cannot store the attribute: %w", ErrConfig, a.err)}
}
