//go:build pkcs11

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/miekg/pkcs11"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

// PKCS#11 wraps objects, not bytes: a content key is put into the token as a
// session object, wrapped, and taken out again. Unwrapping is the reverse. Some
// devices let no such key out in the clear, whatever its attributes; with
// those, make the wrapping key an RSA key: Wrap is cmp.RSAWrappingKey's, and
// Unwrap is C_Decrypt with CKM_RSA_PKCS_OAEP, in SoftHSM only with SHA-1, which
// is RSA/ECB/OAEPWithSHA-1AndMGF1Padding.

func (t *pkcs11Token) WrapKey(ctx context.Context, contentKey []byte) ([]byte, error) {
	return t.inSession(ctx, func(session pkcs11.SessionHandle) ([]byte, error) { return t.wrap(session, contentKey) })
}

func (t *pkcs11Token) wrap(session pkcs11.SessionHandle, contentKey []byte) (wrapped []byte, err error) {
	key, err := t.module.CreateObject(session, append(contentKeyTemplate(), pkcs11.NewAttribute(pkcs11.CKA_VALUE, contentKey)))
	if err != nil {
		return nil, fmt.Errorf("take in the content key: %w", err)
	}
	defer func() { err = errors.Join(err, t.module.DestroyObject(session, key)) }()
	wrapped, err = t.module.WrapKey(session, mechanism(pkcs11.CKM_AES_KEY_WRAP), t.wrapping, key)
	if err != nil {
		return nil, fmt.Errorf("wrap under key %q: %w", wrappingLabel, err)
	}
	return wrapped, nil
}

func (t *pkcs11Token) UnwrapKey(ctx context.Context, wrapped []byte) ([]byte, error) {
	return t.inSession(ctx, func(session pkcs11.SessionHandle) ([]byte, error) { return t.unwrap(session, wrapped) })
}

func (t *pkcs11Token) unwrap(session pkcs11.SessionHandle, wrapped []byte) (contentKey []byte, err error) {
	key, err := t.module.UnwrapKey(session, mechanism(pkcs11.CKM_AES_KEY_WRAP), t.wrapping, wrapped, contentKeyTemplate())
	if err != nil {
		return nil, t.unwrapError(session, err)
	}
	defer func() { err = errors.Join(err, t.module.DestroyObject(session, key)) }()
	attributes, err := t.module.GetAttributeValue(session, key, []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_VALUE, nil)})
	if err != nil {
		return nil, fmt.Errorf("take out the content key: %w", err)
	}
	return attributes[0].Value, nil
}

// contentKeyTemplate is a key that lives no longer than its session.
func contentKeyTemplate() []*pkcs11.Attribute {
	return []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_SECRET_KEY),
		pkcs11.NewAttribute(pkcs11.CKA_KEY_TYPE, pkcs11.CKK_AES),
		pkcs11.NewAttribute(pkcs11.CKA_TOKEN, false),
		pkcs11.NewAttribute(pkcs11.CKA_PRIVATE, true),
		pkcs11.NewAttribute(pkcs11.CKA_SENSITIVE, false),
		pkcs11.NewAttribute(pkcs11.CKA_EXTRACTABLE, true),
	}
}

// unwrapError tells a wrapped key that is not the token's, an ErrCorrupt, from a
// token that cannot work.
func (t *pkcs11Token) unwrapError(session pkcs11.SessionHandle, cause error) error {
	var code pkcs11.Error
	if errors.As(cause, &code) {
		switch code {
		case pkcs11.CKR_WRAPPED_KEY_INVALID, pkcs11.CKR_WRAPPED_KEY_LEN_RANGE,
			pkcs11.CKR_ENCRYPTED_DATA_INVALID, pkcs11.CKR_ENCRYPTED_DATA_LEN_RANGE:
			return fmt.Errorf("%w: key %q did not wrap this: %w", cmp.ErrCorrupt, wrappingLabel, cause)
		case pkcs11.CKR_GENERAL_ERROR, pkcs11.CKR_FUNCTION_FAILED:
			// SoftHSM's answer to a wrapped key that was changed, but it may
			// mean anything. If the key can still wrap, it was the wrapped key.
			if _, err := t.wrap(session, make([]byte, 32)); err == nil {
				return fmt.Errorf("%w: key %q did not wrap this: %w", cmp.ErrCorrupt, wrappingLabel, cause)
			}
		}
	}
	return fmt.Errorf("unwrap by key %q: %w", wrappingLabel, cause)
}

// sha256Info precedes the digest in what PKCS #1 v1.5 signs: the DER of a
// DigestInfo for SHA-256 (RFC 8017, section 9.2, note 1). CKM_RSA_PKCS adds the
// padding only.
var sha256Info = []byte{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20}

func (t *pkcs11Token) SignDigest(ctx context.Context, digest []byte) ([]byte, error) {
	return t.inSession(ctx, func(session pkcs11.SessionHandle) ([]byte, error) {
		if err := t.module.SignInit(session, mechanism(pkcs11.CKM_RSA_PKCS), t.signing); err != nil {
			return nil, fmt.Errorf("sign with key %q: %w", signingLabel, err)
		}
		signature, err := t.module.Sign(session, slices.Concat(sha256Info, digest))
		if err != nil {
			return nil, fmt.Errorf("sign with key %q: %w", signingLabel, err)
		}
		return signature, nil
	})
}
