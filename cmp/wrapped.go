package cmp

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"strings"
)

// WrappedKeys are the keys of a [Wrapped] provider. Those that are not needed may
// be nil.
type WrappedKeys struct {
	// Wrapping encrypts content keys; needed to encrypt items.
	Wrapping WrappingKey
	// Unwrapping decrypts content keys; needed to decrypt items. If nil, it is
	// Wrapping, where that can unwrap.
	Unwrapping UnwrappingKey
	// Signing signs items.
	Signing SigningKey
	// Verification verifies them. If nil, it is Signing or its public half.
	Verification VerificationKey
}

// Wrapped is a provider that encrypts each item under a fresh random content
// key, which it stores in the item, wrapped under the wrapping key. The content
// key is unwrapped only after the signature was verified, and only if something
// is to be decrypted. It is safe for concurrent use if its keys are.
//
// Source: developer guide, "Wrapped Provider"; docs/wire-format.md §7.
type Wrapped struct {
	keys        WrappedKeys
	description MaterialDescription
	size        int // of content keys that are written, in bytes
}

var _ Provider = (*Wrapped)(nil)

// contentKeySizes are the values of amzn-ddb-env-alg that are accepted, with the
// length of the key in bytes; 0 is any AES length.
var contentKeySizes = map[string]int{"AES": 0, "AES/128": 16, "AES/192": 24, "AES/256": 32}

const defaultContentKeyAlgorithm = "AES/256"

// maxWrappedKey is the longest wrapped key that is read, in bytes.
const maxWrappedKey = 8 << 10

// NewWrapped returns a provider with the given keys. Without any signing or
// verification key, and for a wrapping key without a name for its algorithm, it
// fails with [ErrConfig].
func NewWrapped(keys WrappedKeys, options ...Option) (*Wrapped, error) {
	o, err := newProviderOptions(wrappedKind, options)
	if err != nil {
		return nil, err
	}
	if keys.Verification, err = signingKeys(keys.Signing, keys.Verification); err != nil {
		return nil, err
	}
	if keys.Wrapping != nil && keys.Wrapping.WrapAlgorithm() == "" {
		return nil, fmt.Errorf("cmp: wrapping key: it has no name for its wrap algorithm: %w", ErrConfig)
	}
	if keys.Unwrapping == nil && keys.Wrapping != nil {
		keys.Unwrapping, _ = keys.Wrapping.(UnwrappingKey)
	}
	p := &Wrapped{keys: keys, description: MaterialDescription{DescriptionContentKeyAlgorithm: defaultContentKeyAlgorithm}}
	if err := p.request(o.description); err != nil {
		return nil, err
	}
	p.size = contentKeySizes[p.description[DescriptionContentKeyAlgorithm]]
	return p, nil
}

// request takes over the requested material description.
func (p *Wrapped) request(description MaterialDescription) error {
	for key, value := range description {
		switch key {
		case DescriptionContentKey:
			return fmt.Errorf("cmp: the requested description cannot set %s: %w", key, ErrConfig)
		case DescriptionWrapAlgorithm:
			if p.keys.Wrapping != nil && value != p.keys.Wrapping.WrapAlgorithm() {
				return fmt.Errorf("cmp: the requested description asks for %s %q, but the wrapping key is for %q: %w", key, value, p.keys.Wrapping.WrapAlgorithm(), ErrConfig)
			}
		case DescriptionContentKeyAlgorithm:
			if contentKeySizes[value] == 0 {
				return fmt.Errorf("cmp: the requested description asks for %s %q, not AES/128, AES/192 or AES/256: %w", key, value, ErrConfig)
			}
		}
		p.description[key] = value
	}
	return nil
}

// NewAsymmetricStatic returns what Java calls an Asymmetric Static provider: a
// [Wrapped] provider whose content keys are wrapped by RSA OAEP under the public
// half of wrapping and unwrapped by its private half. signing is an [HMACKey] or
// an [AsymmetricSigningKey]. See [RSAWrappingKey] for what RSA wrapping does not
// protect.
func NewAsymmetricStatic(wrapping *rsa.PrivateKey, signing SigningKey, options ...Option) (*Wrapped, error) {
	if wrapping == nil {
		return nil, fmt.Errorf("cmp: RSA key pair is nil: %w", ErrConfig)
	}
	public, err := NewRSAWrappingKey(&wrapping.PublicKey)
	if err != nil {
		return nil, err
	}
	private, err := NewRSAUnwrappingKey(wrapping)
	if err != nil {
		return nil, err
	}
	return NewWrapped(WrappedKeys{Wrapping: public, Unwrapping: private, Signing: signing}, options...)
}

// EncryptionMaterials makes and wraps a content key. Without a signing or
// wrapping key it fails with [ErrKeyUnavailable].
func (p *Wrapped) EncryptionMaterials(ctx context.Context, _ EncryptionRequest) (*EncryptionMaterials, error) {
	if p.keys.Signing == nil {
		return nil, errMissing("signing key")
	}
	if p.keys.Wrapping == nil {
		return nil, errMissing("wrapping key")
	}
	var buf [32]byte
	contentKey := buf[:p.size]
	defer clear(contentKey)
	if _, err := rand.Read(contentKey); err != nil {
		return nil, fmt.Errorf("%w: no random content key: %w", ErrKeyUnavailable, err)
	}
	// Before Wrap, which may encrypt in place.
	key, err := NewAESKey(contentKey)
	if err != nil {
		return nil, err
	}
	wrapped, err := p.keys.Wrapping.Wrap(ctx, contentKey)
	if err != nil {
		return nil, keyError("wrap the content key", err)
	}
	if len(wrapped) == 0 || len(wrapped) > maxWrappedKey {
		return nil, fmt.Errorf("%w: the wrapping key returned %d bytes, which is not 1 to %d", ErrConfig, len(wrapped), maxWrappedKey)
	}
	description := make(MaterialDescription, len(p.description)+2)
	for name, value := range p.description {
		description[name] = value
	}
	description[DescriptionContentKey] = base64.StdEncoding.EncodeToString(wrapped)
	description[DescriptionWrapAlgorithm] = p.keys.Wrapping.WrapAlgorithm()
	return &EncryptionMaterials{Description: description, EncryptionKey: key, SigningKey: p.keys.Signing}, nil
}

// DecryptionMaterials checks the description and returns the keys; the content
// key is still wrapped. A description without a wrapped key is an
// [ErrDescription], an algorithm that is not the configured one an
// [ErrAlgorithm]. Without a verification key it fails with [ErrKeyUnavailable].
func (p *Wrapped) DecryptionMaterials(_ context.Context, request DecryptionRequest) (*DecryptionMaterials, error) {
	if p.keys.Verification == nil {
		return nil, errMissing("verification key")
	}
	wrapped, err := p.wrappedKey(request.Description)
	if err != nil {
		return nil, err
	}
	materials := &DecryptionMaterials{VerificationKey: p.keys.Verification}
	if p.keys.Unwrapping != nil {
		materials.DecryptionKey = func(ctx context.Context) (DecryptionKey, error) { return p.unwrap(ctx, wrapped) }
	}
	return materials, nil
}

// wrappedKey reads the description by the accept list of docs/wire-format.md §2.
func (p *Wrapped) wrappedKey(description MaterialDescription) (WrappedKey, error) {
	algorithm, ok := description[DescriptionContentKeyAlgorithm]
	if !ok {
		return WrappedKey{}, fmt.Errorf("%w: it has no %s", ErrDescription, DescriptionContentKeyAlgorithm)
	}
	size, ok := contentKeySizes[algorithm]
	if !ok {
		return WrappedKey{}, fmt.Errorf("%w: %s is not AES, AES/128, AES/192 or AES/256", ErrAlgorithm, DescriptionContentKeyAlgorithm)
	}
	text, ok := description[DescriptionContentKey]
	if !ok {
		return WrappedKey{}, fmt.Errorf("%w: it has no %s", ErrDescription, DescriptionContentKey)
	}
	ciphertext, ok := decodeWrappedKey(text)
	if !ok {
		return WrappedKey{}, fmt.Errorf("%w: %s is not canonical base64 of 1 to %d bytes", ErrDescription, DescriptionContentKey, maxWrappedKey)
	}
	wrapAlgorithm, stated := description[DescriptionWrapAlgorithm]
	if stated && wrapAlgorithm == "" {
		return WrappedKey{}, fmt.Errorf("%w: %s is empty", ErrAlgorithm, DescriptionWrapAlgorithm)
	}
	wrapped := WrappedKey{ciphertext, wrapAlgorithm, size}
	return wrapped, p.checkWrap(wrapped)
}

// checkWrap compares with the unwrapping key. Without one nothing will be
// unwrapped, but what no key could accept is refused all the same.
func (p *Wrapped) checkWrap(wrapped WrappedKey) error {
	if wrapped.WrapAlgorithm == kmsWrap {
		return fmt.Errorf("%w: %s is kms: the item was encrypted by a KMS provider", ErrAlgorithm, DescriptionWrapAlgorithm)
	}
	if p.keys.Unwrapping == nil {
		own := p.keys.Wrapping != nil && wrapped.WrapAlgorithm == p.keys.Wrapping.WrapAlgorithm()
		if !own && !isWrapAlgorithm(wrapped.WrapAlgorithm) {
			return fmt.Errorf("%w: %s is none that can be configured", ErrAlgorithm, DescriptionWrapAlgorithm)
		}
		return nil
	}
	if !p.keys.Unwrapping.AcceptsWrapAlgorithm(wrapped.WrapAlgorithm) {
		if _, isRSA := p.keys.Unwrapping.(*RSAUnwrappingKey); isRSA && isPKCS1(wrapped.WrapAlgorithm) {
			return fmt.Errorf("%w: %s asks for RSA PKCS#1 v1.5; to read the oldest Java items, allow it for the unwrapping key", ErrAlgorithm, DescriptionWrapAlgorithm)
		}
		return fmt.Errorf("%w: %s is not what the unwrapping key is for", ErrAlgorithm, DescriptionWrapAlgorithm)
	}
	if key, ok := p.keys.Unwrapping.(*AESKey); ok && wrapped.Size != 0 && len(wrapped.Ciphertext) != key.wrappedSize(wrapped.Size) {
		return fmt.Errorf("%w: %s states another key length than %s has", ErrAlgorithm, DescriptionContentKeyAlgorithm, DescriptionContentKey)
	}
	return nil
}

func isWrapAlgorithm(name string) bool {
	_, isOAEP := oaepHashes[name]
	return isOAEP || name == aesWrap || isPKCS1(name)
}

func (p *Wrapped) unwrap(ctx context.Context, wrapped WrappedKey) (DecryptionKey, error) {
	contentKey, err := p.keys.Unwrapping.Unwrap(ctx, wrapped)
	if err != nil {
		return nil, keyError("unwrap the content key", err)
	}
	defer clear(contentKey)
	if wrapped.Size != 0 && len(contentKey) != wrapped.Size || !isAESKeySize(len(contentKey)) {
		return nil, ErrCorrupt
	}
	return NewAESKey(contentKey)
}

// base64Line is the length of the lines that old Java clients wrote.
const base64Line = 76

// decodeWrappedKey accepts canonical base64, or the same in lines of 76
// characters that each end in CRLF.
func decodeWrappedKey(text string) ([]byte, bool) {
	// One pass over a text of bounded length; CRLF adds 2 in 76.
	if len(text) > base64.StdEncoding.EncodedLen(maxWrappedKey)*(base64Line+2)/base64Line+2 {
		return nil, false
	}
	plain := text
	if strings.HasSuffix(text, "\r\n") {
		var ok bool
		if plain, ok = joinLines(text); !ok {
			return nil, false
		}
	}
	// The decoder passes over line ends inside, which are none of base64's.
	if strings.ContainsAny(plain, "\r\n") {
		return nil, false
	}
	data, err := base64.StdEncoding.Strict().DecodeString(plain)
	if err != nil || len(data) == 0 || len(data) > maxWrappedKey {
		return nil, false
	}
	return data, true
}

func joinLines(text string) (string, bool) {
	var joined strings.Builder
	for text != "" {
		line, rest, ended := strings.Cut(text, "\r\n")
		if !ended || line == "" || len(line) > base64Line || len(line) < base64Line && rest != "" {
			return "", false
		}
		joined.WriteString(line)
		text = rest
	}
	return joined.String(), true
}

// keyError gives an error of a key its failure class, unless it has one.
func keyError(doing string, err error) error {
	if FailureClass(err) != nil {
		return err
	}
	return fmt.Errorf("%w: %s: %w", ErrKeyUnavailable, doing, err)
}
