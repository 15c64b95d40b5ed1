package interop

import (
	stdcmp "cmp"
	"fmt"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

// encrypting returns the provider with what encrypting takes, and nothing else.
func (p Provider) encrypting() (cmp.Provider, error) {
	options := p.keyOptions()
	if p.WrapAlgorithm != "" {
		options = append(options, cmp.WithWrapAlgorithm(p.WrapAlgorithm))
	}
	signing, err := parsed(p.SigningKey, cmp.ParseSigningKey, options)
	if err != nil {
		return nil, fmt.Errorf("signing key: %w", err)
	}
	description := cmp.WithDescription(p.Description)
	switch p.Type {
	case ProviderStatic:
		key, err := parsed(p.EncryptionKey, parseEncryptionKey, options)
		if err != nil {
			return nil, fmt.Errorf("encryption key: %w", err)
		}
		return cmp.NewStatic(cmp.StaticKeys{Encryption: key, Signing: signing}, description)
	case ProviderWrapped:
		key, err := parsed(p.WrappingKey, cmp.ParseWrappingKey, options)
		if err != nil {
			return nil, fmt.Errorf("wrapping key: %w", err)
		}
		return cmp.NewWrapped(cmp.WrappedKeys{Wrapping: key, Signing: signing}, description)
	default:
		return nil, p.unknownType()
	}
}

// decrypting returns the provider with what decrypting takes, and nothing else.
func (p Provider) decrypting() (cmp.Provider, error) {
	options := p.keyOptions()
	// PKCS #1 v1.5 is read by permission and cannot be asked for.
	if strings.Contains(p.WrapAlgorithm, "OAEP") {
		options = append(options, cmp.WithWrapAlgorithm(p.WrapAlgorithm))
	}
	verification, err := parsed(stdcmp.Or(p.VerificationKey, p.SigningKey), cmp.ParseVerificationKey, options)
	if err != nil {
		return nil, fmt.Errorf("verification key: %w", err)
	}
	switch p.Type {
	case ProviderStatic:
		key, err := parsed(p.EncryptionKey, parseDecryptionKey, options)
		if err != nil {
			return nil, fmt.Errorf("encryption key: %w", err)
		}
		return cmp.NewStatic(cmp.StaticKeys{Decryption: key, Verification: verification})
	case ProviderWrapped:
		key, err := parsed(p.UnwrappingKey, cmp.ParseUnwrappingKey, options)
		if err != nil {
			return nil, fmt.Errorf("unwrapping key: %w", err)
		}
		return cmp.NewWrapped(cmp.WrappedKeys{Unwrapping: key, Verification: verification})
	default:
		return nil, p.unknownType()
	}
}

func (p Provider) unknownType() error {
	return fmt.Errorf("provider type %q is not %s or %s: %w", p.Type, ProviderStatic, ProviderWrapped, cmp.ErrConfig)
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
