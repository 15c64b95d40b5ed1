package crypto

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"weak"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/internal/cbc"
	"github.com/ddbcrypt/ddbcrypt/internal/tlv"
)

// modeValue is the only way in which attributes are encrypted (docs/wire-format.md §2).
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
	if materials == nil || materials.SigningKey == nil {
		return nil, fmt.Errorf("%w: the provider has no signing key", ErrKeyUnavailable)
	}
	if count > 0 && materials.EncryptionKey == nil {
		return nil, fmt.Errorf("%w: attributes are to be encrypted, but the provider has no encryption key", ErrKeyUnavailable)
	}
	t.encryptor.warnIfWeak(ctx, materials.SigningKey)
	description, err := t.description(materials)
	if err != nil {
		return nil, err
	}

	b := builder{
		item:  maps.Clone(item),
		arena: make([]byte, 0, size+len(description)+signatureRoom),
		boxes: make([]types.AttributeValueMemberB, 0, count+2),
	}
	if b.item == nil {
		b.item = Item{}
	}
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

func (b *builder) set(name string, value []byte) types.AttributeValue {
	b.boxes = append(b.boxes, types.AttributeValueMemberB{Value: value})
	box := &b.boxes[len(b.boxes)-1]
	b.item[name] = box
	return box
}

// measure returns how many attributes are encrypted and how many bytes they
// take when they are. s.spans tells the length of each before.
func (t *table) measure(s *scratch, item Item) (size, count int, err error) {
	s.spans = s.spans[:0]
	for i, e := range s.entries {
		if t.action(e.name, e.known) != EncryptAndSign {
			continue
		}
		n, err := tlv.Size(s.value(i, item))
		if err != nil {
			return 0, 0, &attributeError{e.name, err}
		}
		s.spans = append(s.spans, n)
		size += cbc.SealedSize(n)
		count++
	}
	return size, count, nil
}

// encryptValues encrypts the attributes that are to be, each under a random IV
// of its own (docs/wire-format.md §4).
func (t *table) encryptValues(ctx context.Context, s *scratch, item Item, b *builder, key cmp.EncryptionKey, count int) error {
	if count == 0 {
		return nil
	}
	blockKey, local := key.(cmp.BlockKey)
	var encrypter *cbc.Encrypter
	if local {
		encrypter = forKey(&s.encrypter, blockKey, cbc.NewEncrypter)
		s.ivs = append(s.ivs[:0], make([]byte, count*cbc.IVSize)...)
		if _, err := rand.Read(s.ivs); err != nil {
			return keyError("get random IVs", err)
		}
	}
	ivs, sizes := s.ivs, s.spans
	for i, e := range s.entries {
		if t.action(e.name, e.known) != EncryptAndSign {
			continue
		}
		v := s.value(i, item)
		var sealed []byte
		var err error
		if local {
			sealed = b.room(cbc.SealedSize(sizes[0]))
			copy(sealed[:cbc.IVSize], ivs)
			err = t.seal(encrypter, sealed, v, sizes[0])
			ivs, sizes = ivs[cbc.IVSize:], sizes[1:]
		} else {
			sealed, err = t.encryptRemotely(ctx, v, key)
		}
		if err != nil {
			return unstorable(&attributeError{e.name, err})
		}
		box := b.set(e.name, sealed)
		if len(s.values) > 0 {
			s.values[i] = box
		}
	}
	return nil
}

// seal encrypts a value of n bytes into sealed, behind the IV that is there.
func (t *table) seal(encrypter *cbc.Encrypter, sealed []byte, v types.AttributeValue, n int) error {
	plaintext, err := tlv.Append(sealed[cbc.IVSize:cbc.IVSize], v, t.encryptor.options.order)
	if err != nil {
		return err
	}
	if len(plaintext) != n {
		return errors.New("the value changed while it was encrypted")
	}
	encrypter.Seal(sealed, n)
	return nil
}

// encryptRemotely encrypts a value by a key that is not in this process.
func (t *table) encryptRemotely(ctx context.Context, v types.AttributeValue, key cmp.EncryptionKey) ([]byte, error) {
	plaintext, err := tlv.Append(nil, v, t.encryptor.options.order)
	if err != nil {
		return nil, err
	}
	sealed, err := key.Encrypt(ctx, plaintext, cmp.Transformation)
	if err != nil {
		return nil, keyError("encrypt", err)
	}
	if !cbc.IsSealed(len(sealed)) {
		return nil, fmt.Errorf("%w: the encryption key returned %d bytes, which is no IV and ciphertext", ErrKeyUnavailable, len(sealed))
	}
	return sealed, nil
}

// describedMaterials are materials with their serialized description, once they come
// a second time: those of a static provider are the same for every item.
type describedMaterials struct {
	materials  weak.Pointer[cmp.EncryptionMaterials] // keeps no key of one item alive
	serialized []byte
}

// description returns the content of the description attribute.
func (t *table) description(materials *cmp.EncryptionMaterials) ([]byte, error) {
	if last := t.described.Load(); last != nil && last.materials.Value() == materials {
		return last.serialized, nil
	}
	description := make(cmp.MaterialDescription, len(materials.Description)+2)
	for key, value := range materials.Description {
		description[key] = value
	}
	delete(description, t.encryptor.options.modeKey)
	if materials.EncryptionKey != nil {
		description[t.encryptor.options.modeKey] = modeValue
	}
	description[t.encryptor.options.signingKey] = materials.SigningKey.Algorithm()
	serialized, err := description.Serialize()
	if err != nil {
		return nil, err
	}
	if at := address(materials); t.lastMaterials.Swap(at) == at {
		t.described.Store(&describedMaterials{weak.Make(materials), serialized})
	}
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
