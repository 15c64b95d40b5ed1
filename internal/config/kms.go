package config

import (
	"context"
	"maps"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

// kmsSection holds the keys of a provider of type kms.
type kmsSection struct {
	keyID          string
	grantTokens    []string
	decryptionKeys []string
	anyKey         bool
}

// buildKMS needs no decryption_keys to encrypt, and one key of any kind to decrypt.
func (p *provider) buildKMS(ctx context.Context, purpose Purpose) (cmp.Provider, error) {
	keyID, further := p.kms.keyID, p.kms.decryptionKeys
	switch {
	case purpose == Encrypt:
		further = nil
		if keyID == "" {
			return nil, p.missing("key_id", "encrypting")
		}
	case keyID == "" && len(further) == 0:
		return nil, p.missing("key_id", purpose.doing(), " or decryption_keys")
	case keyID == "":
		keyID, further = further[0], further[1:]
	}
	cfg, err := p.services.load(ctx, p.services.kms, p.services.region)
	if err != nil {
		return nil, err
	}
	options := []cmp.Option{
		// It tells also which signing algorithm items may have that are read.
		cmp.WithDescription(maps.Clone(p.description)),
		cmp.WithGrantTokens(p.kms.grantTokens...),
		cmp.WithDecryptionKeys(further...),
	}
	if p.kms.anyKey {
		options = append(options, cmp.AllowAnyKMSKey())
	}
	provider, err := cmp.NewKMSFromConfig(cfg, keyID, options...)
	if err != nil {
		return nil, p.wrap(p.path, p.node, err)
	}
	return provider, nil
}
