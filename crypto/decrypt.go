package crypto

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/internal/cbc"
	"github.com/ddbcrypt/ddbcrypt/internal/tlv"
)

// DecryptItem implements [TableEncryptor].
func (t *table) DecryptItem(ctx context.Context, item Item) (Item, error) {
	if t.nothing {
		return maps.Clone(item), nil
	}
	s := t.getScratch()
	defer t.putScratch(s)
	sealedBy, key, err := t.open(ctx, s, item)
	if err != nil {
		return nil, t.failWithHint("decrypt", item, err)
	}
	plain, err := sealedBy.decrypt(ctx, s, item, key)
	if err != nil {
		return nil, t.fail("decrypt", err)
	}
	return plain, nil
}

// VerifyItem implements [TableEncryptor].
func (t *table) VerifyItem(ctx context.Context, item Item) error {
	if t.nothing {
		return nil
	}
	s := t.getScratch()
	defer t.putScratch(s)
	if _, _, err := t.open(ctx, s, item); err != nil {
		return t.failWithHint("verify", item, err)
	}
	return nil
}

// keySource returns the content key.
type keySource func(context.Context) (cmp.DecryptionKey, error)

// prepare does all that comes before the signature is verified: the description
// is checked before any cryptography. It leaves the item's signed attributes in
// s.entries.
func (t *table) prepare(ctx context.Context, s *scratch, item Item) (signature []byte, materials *cmp.DecryptionMaterials, err error) {
	signature, description, err := t.parse(item)
	if err == nil {
		err = t.check(s, item, description)
	}
	if err == nil {
		materials, err = t.materials(ctx, item, description)
	}
	return signature, materials, err
}

// parse reads the reserved attributes.
func (t *table) parse(item Item) ([]byte, cmp.MaterialDescription, error) {
	signature, err := t.signature(item)
	if err != nil {
		return nil, nil, err
	}
	description, err := t.parseDescription(item)
	return signature, description, err
}

// check puts the item's signed attributes into s.entries and checks what depends on
// the actions.
func (t *table) check(s *scratch, item Item, description cmp.MaterialDescription) error {
	t.collect(s, item)
	if err := checkNames(s.entries); err != nil {
		return notOfThisItem(err)
	}
	return t.checkMode(s, description)
}

// materials asks the provider for keys, which are the same under all actions.
func (t *table) materials(ctx context.Context, item Item, description cmp.MaterialDescription) (*cmp.DecryptionMaterials, error) {
	if err := ctx.Err(); err != nil {
		return nil, keyError("get materials", err)
	}
	materials, err := t.encryptor.provider.DecryptionMaterials(ctx, cmp.DecryptionRequest{Context: t.encryption, Item: item, Description: description})
	if err != nil {
		return nil, keyError("get materials", err)
	}
	if materials == nil || materials.VerificationKey == nil {
		return nil, fmt.Errorf("%w: the provider has no verification key", ErrKeyUnavailable)
	}
	if err := t.checkSigningAlgorithm(description, materials.VerificationKey); err != nil {
		return nil, err
	}
	t.encryptor.warnIfWeak(ctx, materials.VerificationKey)
	return materials, nil
}

func (t *table) signature(item Item) ([]byte, error) {
	name := t.encryptor.options.signatureAttribute
	v, ok := item[name]
	if !ok {
		return nil, ErrNotEncrypted
	}
	b, ok := v.(*types.AttributeValueMemberB)
	if !ok || b == nil {
		return nil, &attributeError{name, fmt.Errorf("%w: the signature attribute is not binary", ErrSignature)}
	}
	return b.Value, nil
}

// parsedDescription is a description as it was last seen: under a static
// provider all items have the same.
type parsedDescription struct {
	serialized  []byte
	description cmp.MaterialDescription
}

// parseDescription reads the material description. Java leaves an empty one
// out.
func (t *table) parseDescription(item Item) (cmp.MaterialDescription, error) {
	name := t.encryptor.options.descriptionAttribute
	v, ok := item[name]
	if !ok {
		return cmp.MaterialDescription{}, nil
	}
	b, ok := v.(*types.AttributeValueMemberB)
	if !ok || b == nil {
		return nil, &attributeError{name, fmt.Errorf("%w: it is not binary", ErrDescription)}
	}
	if last := t.parsed.Load(); last != nil && bytes.Equal(last.serialized, b.Value) {
		return last.description, nil
	}
	description, err := cmp.ParseMaterialDescription(b.Value)
	if err != nil {
		return nil, &attributeError{name, err}
	}
	t.parsed.Store(&parsedDescription{bytes.Clone(b.Value), description})
	return description, nil
}

// checkMode refuses every way of encrypting attributes but one.
func (t *table) checkMode(s *scratch, description cmp.MaterialDescription) error {
	key := t.encryptor.options.modeKey
	mode, stated := description[key]
	if stated && mode != modeValue {
		return fmt.Errorf("%w: %s in the material description is not %s", ErrAlgorithm, key, modeValue)
	}
	if !stated && t.encrypts(s) {
		return fmt.Errorf("%w: it has no %s, but attributes are to be decrypted", ErrDescription, key)
	}
	return nil
}

// encrypts reports whether any of the attributes in s.entries is encrypted.
func (t *table) encrypts(s *scratch) bool {
	for _, e := range s.entries {
		if t.action(e.name, e.known) == EncryptAndSign {
			return true
		}
	}
	return false
}

// checkSigningAlgorithm compares the description with the key. Java does not
// write the algorithm of an HMAC, and the oldest items not that of RSA either.
func (t *table) checkSigningAlgorithm(description cmp.MaterialDescription, key cmp.VerificationKey) error {
	own := key.Algorithm()
	stated, ok := description[t.encryptor.options.signingKey]
	if !ok && (strings.HasPrefix(own, "Hmac") || own == "SHA256withRSA") || ok && stated == own {
		return nil
	}
	return fmt.Errorf("%w: %s in the material description is not %s, which the verification key is for", ErrAlgorithm, t.encryptor.options.signingKey, own)
}

// decrypt decrypts a verified item. All faults are one [ErrCorrupt].
func (t *table) decrypt(ctx context.Context, s *scratch, item Item, source keySource) (Item, error) {
	plain := maps.Clone(item)
	delete(plain, t.encryptor.options.signatureAttribute)
	delete(plain, t.encryptor.options.descriptionAttribute)
	if !t.encrypts(s) {
		return plain, nil
	}
	if source == nil {
		return nil, fmt.Errorf("%w: attributes are to be decrypted, but the provider has no decryption key", ErrKeyUnavailable)
	}
	key, err := source(ctx)
	if err != nil {
		return nil, uniform(keyError("get the decryption key", err))
	}
	if key == nil {
		return nil, fmt.Errorf("%w: the provider returned no decryption key", ErrKeyUnavailable)
	}
	err = t.decryptValues(ctx, s, item, key)
	switch {
	case err != nil:
	case t.serialized:
		err = t.keepSerialized(s, plain)
	default:
		err = t.decode(s, plain)
	}
	clear(s.plain)
	if err != nil {
		return nil, uniform(err)
	}
	return plain, nil
}

// uniform makes every fault of verified data the same.
func uniform(err error) error {
	if cmp.FailureClass(err) == ErrCorrupt {
		return ErrCorrupt
	}
	return err
}

// decryptValues decrypts the encrypted attributes, one after the other into
// s.plain; s.spans tells where each ends.
func (t *table) decryptValues(ctx context.Context, s *scratch, item Item, key cmp.DecryptionKey) error {
	size := 0
	for i, e := range s.entries {
		if t.action(e.name, e.known) != EncryptAndSign {
			continue
		}
		sealed := s.value(i, item).(*types.AttributeValueMemberB).Value
		if !cbc.IsSealed(len(sealed)) {
			return ErrCorrupt
		}
		size += len(sealed) - cbc.IVSize
	}
	s.plain = slices.Grow(s.plain[:0], size)[:size]
	blockKey, local := key.(cmp.BlockKey)
	var decrypter *cbc.Decrypter
	if local {
		decrypter = forKey(&s.decrypter, blockKey, cbc.NewDecrypter)
	}
	s.spans = s.spans[:0]
	end := 0
	for i, e := range s.entries {
		if t.action(e.name, e.known) != EncryptAndSign {
			continue
		}
		sealed := s.value(i, item).(*types.AttributeValueMemberB).Value
		room := s.plain[end : end+len(sealed)-cbc.IVSize]
		if local {
			n, ok := decrypter.Open(room, sealed)
			if !ok {
				return ErrCorrupt
			}
			end += n
		} else {
			plaintext, err := key.Decrypt(ctx, sealed, cmp.Transformation)
			if err != nil {
				return &attributeError{e.name, keyError("decrypt", err)}
			}
			if len(plaintext) >= len(room) { // the padding takes a byte or more
				return ErrCorrupt
			}
			end += copy(room, plaintext)
		}
		s.spans = append(s.spans, end)
	}
	s.plain = s.plain[:end]
	return nil
}

// decode puts the values in s.plain into plain. Their strings are parts of one
// text, their bytes have slices of their own.
func (t *table) decode(s *scratch, plain Item) error {
	text := s.text()
	start, spans := 0, s.spans
	for _, e := range s.entries {
		if t.action(e.name, e.known) != EncryptAndSign {
			continue
		}
		data := s.plain[start:spans[0]]
		start, spans = spans[0], spans[1:]
		part := ""
		if tlv.NeedsText(data) {
			part, text = text[:len(data)], text[len(data):]
		}
		v, err := s.decoder.Decode(data, part)
		if err != nil {
			return ErrCorrupt
		}
		plain[e.name] = v
	}
	return nil
}

// keepSerialized is decode for values that are decoded later: it finds the same faults.
func (t *table) keepSerialized(s *scratch, plain Item) error {
	values := make([]tlv.Serialized, len(s.spans))
	text := string(s.plain)
	start, spans := 0, s.spans
	for _, e := range s.entries {
		if t.action(e.name, e.known) != EncryptAndSign {
			continue
		}
		end := spans[0]
		if err := s.decoder.Check(s.plain[start:end], text[start:end]); err != nil {
			return ErrCorrupt
		}
		v := &values[0]
		v.Text = text[start:end]
		plain[e.name] = v
		start, spans, values = end, spans[1:], values[1:]
	}
	return nil
}

// text returns the decrypted values that need text, one after the other, and
// gives the decoder room for those that are strings or numbers.
func (s *scratch) text() string {
	start, size, strs, numbers := 0, 0, 0, 0
	for _, end := range s.spans {
		data := s.plain[start:end]
		if tlv.NeedsText(data) {
			size += len(data)
		}
		switch {
		case tlv.IsString(data):
			strs++
		case tlv.IsNumber(data):
			numbers++
		}
		start = end
	}
	s.decoder.Strings = make([]types.AttributeValueMemberS, strs)
	s.decoder.Numbers = make([]types.AttributeValueMemberN, numbers)
	var text strings.Builder
	text.Grow(size)
	start = 0
	for _, end := range s.spans {
		if data := s.plain[start:end]; tlv.NeedsText(data) {
			text.Write(data)
		}
		start = end
	}
	return text.String()
}
