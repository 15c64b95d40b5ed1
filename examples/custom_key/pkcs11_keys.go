//go:build pkcs11

package main

import (
	"crypto/rsa"
	"fmt"
	"math/big"

	"github.com/miekg/pkcs11"
)

// The labels of the keys in the token.
const (
	wrappingLabel = "ddbcrypt-wrapping"
	signingLabel  = "ddbcrypt-signing"
)

func (t *pkcs11Token) findKeys(session pkcs11.SessionHandle, create bool) (err error) {
	if t.wrapping, err = t.findKey(session, pkcs11.CKO_SECRET_KEY, wrappingLabel, create, t.createWrapping); err != nil {
		return err
	}
	if t.signing, err = t.findKey(session, pkcs11.CKO_PRIVATE_KEY, signingLabel, create, t.createSigning); err != nil {
		return err
	}
	t.public, err = t.readPublic(session)
	return err
}

// findKey returns the one key of that class and label. Several are an error, as
// items must not be written under whichever comes first.
func (t *pkcs11Token) findKey(session pkcs11.SessionHandle, class uint, label string, create bool,
	generate func(pkcs11.SessionHandle) (pkcs11.ObjectHandle, error)) (pkcs11.ObjectHandle, error) {
	keys, err := t.find(session, []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_CLASS, class),
		pkcs11.NewAttribute(pkcs11.CKA_LABEL, label),
		pkcs11.NewAttribute(pkcs11.CKA_TOKEN, true),
	})
	switch {
	case err != nil:
		return 0, fmt.Errorf("find key %q: %w", label, err)
	case len(keys) > 1:
		return 0, fmt.Errorf("it has several keys with the label %q: give them labels of their own", label)
	case len(keys) == 1:
		return keys[0], nil
	case !create:
		return 0, fmt.Errorf("it has no key with the label %q: check the token, or create the key with -create-keys", label)
	}
	key, err := generate(session)
	if err != nil {
		return 0, fmt.Errorf("create key %q: %w", label, err)
	}
	return key, nil
}

// find returns at most two objects.
func (t *pkcs11Token) find(session pkcs11.SessionHandle, template []*pkcs11.Attribute) ([]pkcs11.ObjectHandle, error) {
	if err := t.module.FindObjectsInit(session, template); err != nil {
		return nil, err
	}
	objects, _, err := t.module.FindObjects(session, 2)
	if err != nil {
		return nil, err
	}
	return objects, t.module.FindObjectsFinal(session)
}

// createWrapping creates an AES key that wraps and does nothing else. With
// CKA_DECRYPT, whoever logs in could decrypt by it what it had wrapped, also keys
// that are to stay in the token.
func (t *pkcs11Token) createWrapping(session pkcs11.SessionHandle) (pkcs11.ObjectHandle, error) {
	return t.module.GenerateKey(session, mechanism(pkcs11.CKM_AES_KEY_GEN), []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_LABEL, wrappingLabel),
		pkcs11.NewAttribute(pkcs11.CKA_VALUE_LEN, 32),
		pkcs11.NewAttribute(pkcs11.CKA_TOKEN, true),
		pkcs11.NewAttribute(pkcs11.CKA_PRIVATE, true),
		pkcs11.NewAttribute(pkcs11.CKA_SENSITIVE, true),
		pkcs11.NewAttribute(pkcs11.CKA_EXTRACTABLE, false),
		pkcs11.NewAttribute(pkcs11.CKA_WRAP, true),
		pkcs11.NewAttribute(pkcs11.CKA_UNWRAP, true),
		pkcs11.NewAttribute(pkcs11.CKA_ENCRYPT, false),
		pkcs11.NewAttribute(pkcs11.CKA_DECRYPT, false),
	})
}

func (t *pkcs11Token) createSigning(session pkcs11.SessionHandle) (pkcs11.ObjectHandle, error) {
	_, private, err := t.module.GenerateKeyPair(session, mechanism(pkcs11.CKM_RSA_PKCS_KEY_PAIR_GEN), []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_LABEL, signingLabel),
		pkcs11.NewAttribute(pkcs11.CKA_TOKEN, true),
		pkcs11.NewAttribute(pkcs11.CKA_MODULUS_BITS, 3072),
		pkcs11.NewAttribute(pkcs11.CKA_PUBLIC_EXPONENT, []byte{1, 0, 1}),
		pkcs11.NewAttribute(pkcs11.CKA_VERIFY, true),
		pkcs11.NewAttribute(pkcs11.CKA_ENCRYPT, false),
		pkcs11.NewAttribute(pkcs11.CKA_WRAP, false),
	}, []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_LABEL, signingLabel),
		pkcs11.NewAttribute(pkcs11.CKA_TOKEN, true),
		pkcs11.NewAttribute(pkcs11.CKA_PRIVATE, true),
		pkcs11.NewAttribute(pkcs11.CKA_SENSITIVE, true),
		pkcs11.NewAttribute(pkcs11.CKA_EXTRACTABLE, false),
		pkcs11.NewAttribute(pkcs11.CKA_SIGN, true),
		pkcs11.NewAttribute(pkcs11.CKA_DECRYPT, false),
		pkcs11.NewAttribute(pkcs11.CKA_UNWRAP, false),
	})
	return private, err
}

// readPublic reads the public half from the private key's object. The object of
// the public key has the same numbers, but no PIN is needed to exchange it.
func (t *pkcs11Token) readPublic(session pkcs11.SessionHandle) (*rsa.PublicKey, error) {
	attributes, err := t.module.GetAttributeValue(session, t.signing, []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_MODULUS, nil),
		pkcs11.NewAttribute(pkcs11.CKA_PUBLIC_EXPONENT, nil),
	})
	if err != nil {
		return nil, fmt.Errorf("read the public half of key %q, which must be RSA: %w", signingLabel, err)
	}
	exponent := new(big.Int).SetBytes(attributes[1].Value)
	if !exponent.IsInt64() || exponent.Int64() > 1<<31-1 {
		return nil, fmt.Errorf("key %q has a public exponent that is too large", signingLabel)
	}
	return &rsa.PublicKey{N: new(big.Int).SetBytes(attributes[0].Value), E: int(exponent.Int64())}, nil
}

func mechanism(kind uint) []*pkcs11.Mechanism {
	return []*pkcs11.Mechanism{pkcs11.NewMechanism(kind, nil)}
}
