package config

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

// The types of providers.
const (
	typeStatic     = "static"
	typeWrapped    = "wrapped"
	typeKMS        = "kms"
	typeMostRecent = "most_recent"
)

// section is the part of the file that holds a key, not read yet. A function
// holds it, as fmt does not look into functions.
type section func() *yaml.Node

// provider is the section of that name.
type provider struct {
	source
	node          *yaml.Node // only its line
	kind          string
	kindNode      *yaml.Node
	keys          map[string]section
	description   map[string]string
	wrapAlgorithm string
	allowWeak     bool
	allowPKCS1    bool
}

func (p *provider) read(path string, n *yaml.Node) error {
	p.node, p.description = &yaml.Node{Line: n.Line}, map[string]string{}
	later := func(string, *yaml.Node) error { return nil }
	fields := map[string]field{
		"type": func(path string, n *yaml.Node) error {
			p.kindNode = n
			return p.word(&p.kind, typeStatic, typeWrapped, typeKMS, typeMostRecent)(path, n)
		},
		"description":     p.texts(p.description),
		"wrap_algorithm":  p.text(&p.wrapAlgorithm),
		"allow_weak_keys": p.flag(&p.allowWeak),
		"allow_pkcs1":     p.flag(&p.allowPKCS1),
		"key_id":          p.text(new(string)),
		"material_name":   p.text(new(string)),
		"ttl":             p.duration,
		"store":           p.fields(map[string]field{"table": p.text(new(string)), "provider": later}),
	}
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
		return p.fail(path+".type", n, "is missing; write static or wrapped")
	}
	return nil
}

// build returns the provider with the keys for the purpose. If encrypts is not
// set, no attribute is encrypted or decrypted.
func (p *provider) build(purpose Purpose, encrypts bool) (cmp.Provider, error) {
	switch p.kind {
	case typeStatic:
		return p.static(purpose, encrypts)
	case typeWrapped:
		return p.wrapped(purpose, encrypts)
	default:
		return nil, p.fail("provider.type", p.kindNode, fmt.Sprintf("provider type %s is not supported yet", p.kind))
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
		return nil, p.wrap("provider", p.node, err)
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
		return nil, p.wrap("provider", p.node, err)
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
