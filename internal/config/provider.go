package config

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// The types of providers.
const (
	typeStatic     = "static"
	typeWrapped    = "wrapped"
	typeKMS        = "kms"
	typeMostRecent = "most_recent"
	typeKeystore   = "keystore"
)

// section is the part of the file that holds a key, not read yet. A function
// holds it, as fmt does not look into functions.
type section func() *yaml.Node

// provider is a section of that name: the one at the top, or that of a store.
type provider struct {
	source
	services      *services
	path          string
	node          *yaml.Node // only its line
	ofStore       bool
	kind          string
	kindNode      *yaml.Node
	keys          map[string]section
	description   map[string]string
	wrapAlgorithm string
	allowWeak     bool
	allowPKCS1    bool
	kms           kmsSection
	recent        recentSection
	keystore      keystoreSection
}

func newProvider(services *services) *provider {
	return &provider{source: services.source, services: services, keys: map[string]section{}, description: map[string]string{}}
}

func (p *provider) read(path string, n *yaml.Node) error {
	p.path, p.node = path, &yaml.Node{Line: n.Line}
	fields := map[string]field{
		"type":              p.readType,
		"description":       p.texts(p.description),
		"wrap_algorithm":    p.text(&p.wrapAlgorithm),
		"allow_weak_keys":   p.flag(&p.allowWeak),
		"allow_pkcs1":       p.flag(&p.allowPKCS1),
		"key_id":            p.text(&p.kms.keyID),
		"grant_tokens":      p.list(&p.kms.grantTokens),
		"decryption_keys":   p.list(&p.kms.decryptionKeys),
		"allow_any_kms_key": p.flag(&p.kms.anyKey),
	}
	maps.Copy(fields, p.recentFields())
	maps.Copy(fields, p.keystoreFields())
	for _, name := range []string{encryptionKey, wrappingKey, unwrappingKey, signingKey, verificationKey} {
		fields[name] = func(_ string, n *yaml.Node) error {
			p.keys[name] = func() *yaml.Node { return n }
			return nil
		}
	}
	if err := p.mapping(path, n, fields); err != nil {
		return err
	}
	if p.kind == "" {
		return p.fail(path+".type", n, "is missing; use one of: "+strings.Join(p.kinds(), ", "))
	}
	return nil
}

// kinds returns the types that the provider may have.
func (p *provider) kinds() []string {
	kinds := []string{typeStatic, typeWrapped, typeKMS, typeKeystore}
	if !p.ofStore {
		kinds = append(kinds, typeMostRecent)
	}
	return kinds
}

func (p *provider) readType(path string, n *yaml.Node) error {
	p.kindNode = &yaml.Node{Line: n.Line}
	if p.ofStore && isText(n) && n.Value == typeMostRecent {
		return p.notOfStore(path, n)
	}
	return p.word(&p.kind, p.kinds()...)(path, n)
}

// notOfStore refuses a store whose own rows would need a store.
func (p *provider) notOfStore(path string, n *yaml.Node) error {
	return p.fail(path, n, "is of type most_recent, which cannot protect a store's own rows; use one of: "+strings.Join(p.kinds(), ", "))
}

func (p *provider) recentFields() map[string]field {
	fields := map[string]field{
		"material_name": p.text(&p.recent.materialName),
		"ttl":           p.duration(&p.recent.ttl),
		"cache_size":    p.number(&p.recent.cacheSize),
		"store": func(path string, n *yaml.Node) error {
			p.recent.store = &store{source: p.source, services: p.services}
			return p.recent.store.read(path, n)
		},
	}
	if p.ofStore {
		for name := range fields {
			fields[name] = p.notOfStore
		}
	}
	return fields
}

// build returns the provider with the keys for the purpose. If encrypts is not
// set, no attribute is encrypted or decrypted.
func (p *provider) build(ctx context.Context, purpose Purpose, encrypts bool, more []crypto.Option) (cmp.Provider, error) {
	switch p.kind {
	case typeStatic:
		return p.static(purpose, encrypts)
	case typeWrapped:
		return p.wrapped(purpose, encrypts)
	case typeKMS:
		return p.buildKMS(ctx, purpose)
	case typeKeystore:
		return p.buildKeystore(purpose, encrypts)
	default:
		return p.mostRecent(ctx, purpose, more)
	}
}

func (p *provider) static(purpose Purpose, encrypts bool) (cmp.Provider, error) {
	var keys cmp.StaticKeys
	var err error
	if purpose == Encrypt {
		keys.Signing, err = p.signing()
	} else {
		keys.Verification, err = p.verification()
	}
	if err == nil && encrypts && purpose == Encrypt {
		keys.Encryption, err = p.encryption("encrypting")
	}
	if err == nil && encrypts && purpose == Decrypt {
		keys.Decryption, err = p.encryption("decrypting")
	}
	if err != nil {
		return nil, err
	}
	provider, err := cmp.NewStatic(keys, p.options(purpose)...)
	if err != nil {
		return nil, p.wrap(p.path, p.node, err)
	}
	return provider, nil
}

// wrapped needs the wrapping key to encrypt even if no attribute is encrypted:
// without a wrapped key in the item no Wrapped provider reads it again.
func (p *provider) wrapped(purpose Purpose, encrypts bool) (cmp.Provider, error) {
	var keys cmp.WrappedKeys
	var err error
	if purpose == Encrypt {
		keys.Signing, err = p.signing()
	} else {
		keys.Verification, err = p.verification()
	}
	if err == nil && purpose == Encrypt {
		keys.Wrapping, err = p.wrapping()
	}
	if err == nil && encrypts && purpose == Decrypt {
		keys.Unwrapping, err = p.unwrapping()
	}
	if err != nil {
		return nil, err
	}
	provider, err := cmp.NewWrapped(keys, p.options(purpose)...)
	if err != nil {
		return nil, p.wrap(p.path, p.node, err)
	}
	return provider, nil
}

func (p *provider) options(purpose Purpose) []cmp.Option {
	if purpose != Encrypt || len(p.description) == 0 {
		return nil
	}
	return []cmp.Option{cmp.WithDescription(cmp.MaterialDescription(maps.Clone(p.description)))}
}

func (p *provider) keyOptions() []cmp.KeyOption {
	var options []cmp.KeyOption
	if p.allowWeak {
		options = append(options, cmp.AllowWeakKeys())
	}
	if p.allowPKCS1 {
		options = append(options, cmp.AllowPKCS1())
	}
	if p.wrapAlgorithm != "" {
		options = append(options, cmp.WithWrapAlgorithm(p.wrapAlgorithm))
	}
	return slices.Clip(options)
}

// noKeys is the provider of a configuration under which items pass through.
type noKeys struct{}

func (noKeys) EncryptionMaterials(context.Context, cmp.EncryptionRequest) (*cmp.EncryptionMaterials, error) {
	return nil, fmt.Errorf("%w: every action is none", cmp.ErrKeyUnavailable)
}

func (noKeys) DecryptionMaterials(context.Context, cmp.DecryptionRequest) (*cmp.DecryptionMaterials, error) {
	return nil, fmt.Errorf("%w: every action is none", cmp.ErrKeyUnavailable)
}
