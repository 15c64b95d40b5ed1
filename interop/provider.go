package interop

import (
	stdcmp "cmp"
	"fmt"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

// A role is what a provider is for: it gets the keys that this takes, and no others.
type role struct{ seals, opens bool }

// provider returns our provider for this one.
func (p Provider) provider(r role) (cmp.Provider, error) {
	switch p.Type {
	case ProviderStatic:
		return p.static(r)
	case ProviderWrapped:
		return p.wrapped(r)
	case ProviderKMS:
		return p.kms()
	case ProviderMostRecent:
		return p.mostRecent()
	default:
		return nil, fmt.Errorf("provider type %q is unknown: %w", p.Type, cmp.ErrConfig)
	}
}

func (p Provider) static(r role) (cmp.Provider, error) {
	var keys cmp.StaticKeys
	var err error
	if keys.Signing, keys.Verification, err = p.signingKeys(r); err != nil {
		return nil, err
	}
	if r.seals {
		if keys.Encryption, err = parsed(p.EncryptionKey, parseEncryptionKey, nil); err != nil {
			return nil, fmt.Errorf("encryption key: %w", err)
		}
	}
	if r.opens {
		if keys.Decryption, err = parsed(p.EncryptionKey, parseDecryptionKey, nil); err != nil {
			return nil, fmt.Errorf("encryption key: %w", err)
		}
	}
	return cmp.NewStatic(keys, p.requested(r)...)
}

func (p Provider) wrapped(r role) (cmp.Provider, error) {
	var keys cmp.WrappedKeys
	var err error
	if keys.Signing, keys.Verification, err = p.signingKeys(r); err != nil {
		return nil, err
	}
	options := p.keyOptions()
	if r.seals {
		if keys.Wrapping, err = parsed(p.WrappingKey, cmp.ParseWrappingKey, p.withAlgorithm(options)); err != nil {
			return nil, fmt.Errorf("wrapping key: %w", err)
		}
	}
	if r.opens {
		// PKCS #1 v1.5 is read by permission and cannot be asked for.
		if strings.Contains(p.WrapAlgorithm, "OAEP") {
			options = p.withAlgorithm(options)
		}
		if keys.Unwrapping, err = parsed(p.UnwrappingKey, cmp.ParseUnwrappingKey, options); err != nil {
			return nil, fmt.Errorf("unwrapping key: %w", err)
		}
	}
	return cmp.NewWrapped(keys, p.requested(r)...)
}

func (p Provider) signingKeys(r role) (signing cmp.SigningKey, verification cmp.VerificationKey, err error) {
	options := p.keyOptions()
	if r.seals {
		if signing, err = parsed(p.SigningKey, cmp.ParseSigningKey, options); err != nil {
			return nil, nil, fmt.Errorf("signing key: %w", err)
		}
	}
	if r.opens {
		if verification, err = parsed(stdcmp.Or(p.VerificationKey, p.SigningKey), cmp.ParseVerificationKey, options); err != nil {
			return nil, nil, fmt.Errorf("verification key: %w", err)
		}
	}
	return signing, verification, nil
}

// requested asks for the description where there is something to describe.
func (p Provider) requested(r role) []cmp.Option {
	if !r.seals {
		return nil
	}
	return []cmp.Option{cmp.WithDescription(p.Description)}
}

func (p Provider) keyOptions() []cmp.KeyOption {
	var options []cmp.KeyOption
	if p.AllowWeakKeys {
		options = append(options, cmp.AllowWeakKeys())
	}
	if p.AllowPKCS1 {
		options = append(options, cmp.AllowPKCS1())
	}
	return options
}

func (p Provider) withAlgorithm(options []cmp.KeyOption) []cmp.KeyOption {
	if p.WrapAlgorithm == "" {
		return options
	}
	return append(options, cmp.WithWrapAlgorithm(p.WrapAlgorithm))
}

// parsed returns the zero K, a nil interface, for a key that is not configured.
func parsed[K any](key *Key, parse func(string, cmp.Encoding, []byte, ...cmp.KeyOption) (K, error), options []cmp.KeyOption) (K, error) {
	if key == nil {
		var none K
		return none, nil
	}
	return parse(key.Algorithm, cmp.Encoding(key.Encoding), key.Base64, options...)
}

func parseEncryptionKey(algorithm string, encoding cmp.Encoding, data []byte, _ ...cmp.KeyOption) (cmp.EncryptionKey, error) {
	return cmp.ParseAESKey(algorithm, encoding, data)
}

func parseDecryptionKey(algorithm string, encoding cmp.Encoding, data []byte, _ ...cmp.KeyOption) (cmp.DecryptionKey, error) {
	return cmp.ParseAESKey(algorithm, encoding, data)
}
