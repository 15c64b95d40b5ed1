package config

import (
	"encoding/base64"
	"errors"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

// The sections of keys.
const (
	encryptionKey   = "encryption_key"
	wrappingKey     = "wrapping_key"
	unwrappingKey   = "unwrapping_key"
	signingKey      = "signing_key"
	verificationKey = "verification_key"
)

// Algorithms of keys, in Java's notation.
const (
	algorithmAES = "AES"
	algorithmRSA = "RSA"
)

var signingAlgorithms = []string{
	"HmacSHA256", "HmacSHA224", "HmacSHA384", "HmacSHA512",
	"SHA256withRSA", "SHA224withRSA", "SHA384withRSA", "SHA512withRSA",
	"SHA256withECDSA", "SHA224withECDSA", "SHA384withECDSA", "SHA512withECDSA",
}

func (p *provider) signing() (cmp.SigningKey, error) {
	n, ok := p.keys[signingKey]
	if !ok {
		return nil, p.missing(signingKey, "encrypting")
	}
	return key(p, signingKey, n(), cmp.ParseSigningKey, signingAlgorithms...)
}

func (p *provider) verification() (cmp.VerificationKey, error) {
	for _, name := range []string{verificationKey, signingKey} {
		if n, ok := p.keys[name]; ok {
			return key(p, name, n(), cmp.ParseVerificationKey, signingAlgorithms...)
		}
	}
	return nil, p.missing(verificationKey, "verifying", " or "+signingKey)
}

// encryption returns the key that encrypts and decrypts attributes.
func (p *provider) encryption(doing string) (*cmp.AESKey, error) {
	n, ok := p.keys[encryptionKey]
	if !ok {
		return nil, p.missing(encryptionKey, doing)
	}
	return key(p, encryptionKey, n(), parseAES, algorithmAES)
}

func parseAES(algorithm string, encoding cmp.Encoding, data []byte, _ ...cmp.KeyOption) (*cmp.AESKey, error) {
	return cmp.ParseAESKey(algorithm, encoding, data)
}

func (p *provider) wrapping() (cmp.WrappingKey, error) {
	n, ok := p.keys[wrappingKey]
	if !ok {
		return nil, p.missing(wrappingKey, "encrypting")
	}
	return wrapKey(p, wrappingKey, n(), cmp.ParseWrappingKey)
}

func (p *provider) unwrapping() (cmp.UnwrappingKey, error) {
	if n, ok := p.keys[unwrappingKey]; ok {
		return wrapKey(p, unwrappingKey, n(), cmp.ParseUnwrappingKey)
	}
	n, ok := p.keys[wrappingKey]
	if !ok {
		return nil, p.missing(unwrappingKey, "decrypting", " or "+wrappingKey)
	}
	m, err := p.readMaterial(wrappingKey, n(), algorithmAES, algorithmRSA)
	if err != nil {
		return nil, err
	}
	if m.algorithm == algorithmRSA {
		return nil, p.missing(unwrappingKey, "decrypting", ", as wrapping_key is RSA")
	}
	return wrapKey(p, wrappingKey, n(), cmp.ParseUnwrappingKey)
}

// missing refuses a provider without a key; more goes on after "needs it".
func (p *provider) missing(name, doing string, more ...string) error {
	return p.fail(p.path+"."+name, p.node, "is missing; "+doing+" with a provider of type "+p.kind+" needs it"+strings.Join(more, ""))
}

// wrap is that of the source, and says which key of the configuration allows weak
// keys.
func (p *provider) wrap(path string, n *yaml.Node, err error) error {
	err = p.source.wrap(path, n, err)
	if e, ok := errors.AsType[*Error](err); ok && !p.allowWeak && strings.Contains(e.Reason, "weak keys") {
		e.Reason += " (allow_weak_keys: true in " + p.path + ")"
	}
	return err
}

// parser is one of package cmp's functions that parse keys.
type parser[K any] func(algorithm string, encoding cmp.Encoding, data []byte, options ...cmp.KeyOption) (K, error)

// key reads the section of a key.
func key[K any](p *provider, name string, n *yaml.Node, parse parser[K], algorithms ...string) (K, error) {
	var none K
	m, err := p.readMaterial(name, n, algorithms...)
	if err != nil {
		return none, err
	}
	data, err := p.open(name, n, m)
	if err != nil {
		return none, err
	}
	defer clear(data)
	k, err := parse(m.algorithm, cmp.Encoding(m.encoding), data, p.keyOptions()...)
	if err != nil {
		return none, p.wrap(p.path+"."+name, n, err)
	}
	return k, nil
}

// wrapKey is key for one that wraps or unwraps. An AES key has no use for
// wrap_algorithm, and does not mind it.
func wrapKey[K any](p *provider, name string, n *yaml.Node, parse parser[K]) (K, error) {
	return key(p, name, n, parse, algorithmAES, algorithmRSA)
}

// material is a section of a key. The base64 is a secret.
type material struct {
	algorithm, encoding, base64, file string
}

func (p *provider) readMaterial(name string, n *yaml.Node, algorithms ...string) (material, error) {
	path := p.path + "." + name
	var m material
	err := p.mapping(path, n, map[string]field{
		"algorithm": p.word(&m.algorithm, algorithms...),
		"encoding":  p.word(&m.encoding, string(cmp.Raw), string(cmp.DER), string(cmp.PEM)),
		"base64":    p.text(&m.base64),
		"file":      p.text(&m.file),
	})
	switch {
	case err != nil:
		return m, err
	case m.algorithm == "":
		return m, p.fail(path+".algorithm", n, "is missing; use one of: "+strings.Join(algorithms, ", "))
	case m.encoding == "":
		return m, p.fail(path+".encoding", n, "is missing; use one of: raw, der, pem")
	case m.base64 == "" && m.file == "":
		return m, p.fail(path, n, "has no key; write base64 or file")
	case m.base64 != "" && m.file != "":
		return m, p.fail(path, n, "has two keys; write base64 or file, not both")
	}
	return m, nil
}

// open returns the bytes of a key.
func (p *provider) open(name string, n *yaml.Node, m material) ([]byte, error) {
	path := p.path + "." + name
	if m.file != "" {
		data, err := readFile(p.beside(m.file))
		if err != nil {
			return nil, &Error{File: p.file, Line: n.Line, Path: path + ".file", Reason: "cannot read " + printable(p.beside(m.file)) + ": " + cause(err), Err: err}
		}
		return data, nil
	}
	// The decoder passes over line breaks inside by itself.
	data, err := base64.StdEncoding.Strict().DecodeString(strings.TrimSpace(m.base64))
	if err != nil {
		return nil, p.fail(path+".base64", n, "is not standard base64 with padding; write it on one line or as a block behind |")
	}
	return data, nil
}
