package config

import (
	"bytes"
	"os"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/keystore"
)

// keystoreSection holds the keys of a provider of type keystore.
type keystoreSection struct {
	node                 *yaml.Node // of the section keystore: only its line; nil if there is none
	file, directory      string
	passwordFile, envVar string
	current              aliases
	previous             []aliases
	unnamed              *aliases
}

// aliases are a pair of keys of a key store.
type aliases struct {
	wrapping, signing, algorithm string
}

func (p *provider) keystoreFields() map[string]field {
	k := &p.keystore
	fields := p.aliasFields(&k.current)
	fields["keystore"] = func(path string, n *yaml.Node) error {
		k.node = &yaml.Node{Line: n.Line}
		return p.mapping(path, n, map[string]field{
			"file":          p.text(&k.file),
			"directory":     p.text(&k.directory),
			"password_file": p.text(&k.passwordFile),
			"password_env":  p.text(&k.envVar),
		})
	}
	fields["previous"] = func(path string, n *yaml.Node) error {
		return p.members(path, n, func(path string, n *yaml.Node) error {
			k.previous = append(k.previous, aliases{})
			return p.readPair(&k.previous[len(k.previous)-1])(path, n)
		})
	}
	fields["unnamed"] = func(path string, n *yaml.Node) error {
		k.unnamed = &aliases{}
		return p.readPair(k.unnamed)(path, n)
	}
	return fields
}

func (p *provider) aliasFields(pair *aliases) map[string]field {
	return map[string]field{
		"wrapping_alias":    p.text(&pair.wrapping),
		"signing_alias":     p.text(&pair.signing),
		"signing_algorithm": p.word(&pair.algorithm, signingAlgorithms...),
	}
}

// readPair reads a pair that stands alone.
func (p *provider) readPair(pair *aliases) field {
	return func(path string, n *yaml.Node) error {
		if err := p.mapping(path, n, p.aliasFields(pair)); err != nil {
			return err
		}
		if pair.signing == "" {
			return p.fail(path+".signing_alias", n, "is missing")
		}
		return nil
	}
}

// buildKeystore needs no other pair than the current one to encrypt, and no
// wrapping key to verify.
func (p *provider) buildKeystore(purpose Purpose, encrypts bool) (cmp.Provider, error) {
	k := &p.keystore
	unwraps := purpose == Decrypt && encrypts
	switch {
	case k.current.signing == "":
		return nil, p.missing("signing_alias", purpose.doing())
	case k.current.wrapping == "" && (purpose == Encrypt || unwraps):
		return nil, p.missing("wrapping_alias", purpose.doing())
	}
	store, err := p.openKeystore()
	if err != nil {
		return nil, err
	}
	current := p.pair(k.current)
	var options []keystore.ProviderOption
	if purpose == Encrypt {
		options = append(options, keystore.WithDescription(p.description))
	} else {
		previous := p.previousPairs(!unwraps, &current)
		options = append(options, keystore.WithPrevious(previous...))
		if k.unnamed != nil {
			unnamed := p.pair(*k.unnamed)
			if !unwraps {
				unnamed.Wrapping = ""
			}
			options = append(options, keystore.WithUnnamed(unnamed))
		}
	}
	if err := checkAliases(store, current, purpose, unwraps); err != nil {
		return nil, p.wrap(p.path, p.node, err)
	}
	provider, err := keystore.NewProvider(store, current, options...)
	if err != nil {
		return nil, p.wrap(p.path, p.node, err)
	}
	return provider, nil
}

func (p *provider) pair(a aliases) keystore.Aliases {
	return keystore.Aliases{Wrapping: a.wrapping, Signing: a.signing, Algorithm: a.algorithm, Options: p.keyOptions()}
}

// previousPairs returns the pairs of old items. If all are only verified, wrapping
// keys may be absent: then a pair without one stands for all with its signing key.
func (p *provider) previousPairs(verifies bool, current *keystore.Aliases) []keystore.Aliases {
	// A key store may find one key under an alias in capitals and in lower case.
	signing := map[string]bool{strings.ToLower(current.Signing): true}
	pairs := make([]keystore.Aliases, len(p.keystore.previous))
	for i, previous := range p.keystore.previous {
		pairs[i] = p.pair(previous)
		alias := strings.ToLower(previous.signing)
		if signing[alias] {
			verifies = false // two pairs with one signing key stay apart by the other
		}
		signing[alias] = true
	}
	if verifies {
		current.Wrapping = ""
		for i := range pairs {
			pairs[i].Wrapping = ""
		}
	}
	return pairs
}

// checkAliases refuses a current pair that cannot do its job before there is an
// item.
func checkAliases(store *keystore.Store, current keystore.Aliases, purpose Purpose, unwraps bool) error {
	var err error
	if purpose == Encrypt {
		if _, err = store.SigningKey(current.Signing, current.Algorithm, current.Options...); err == nil {
			_, err = store.WrappingKey(current.Wrapping, current.Options...)
		}
	} else if unwraps {
		_, err = store.UnwrappingKey(current.Wrapping, current.Options...)
	}
	return err
}

// openKeystore opens the key store, which stays as it is while a command runs.
func (p *provider) openKeystore() (*keystore.Store, error) {
	k := &p.keystore
	path := p.path + ".keystore"
	once := keystore.WithCheckInterval(-1)
	switch {
	case k.node == nil:
		return nil, p.fail(path, p.node, "is missing; write file and password_file or password_env, or directory")
	case k.file == "" && k.directory == "":
		return nil, p.fail(path, k.node, "has no key store; write file (PKCS #12) or directory (PEM files)")
	case k.file != "" && k.directory != "":
		return nil, p.fail(path, k.node, "has two key stores; write file or directory, not both")
	case k.directory != "" && (k.passwordFile != "" || k.envVar != ""):
		return nil, p.fail(path, k.node, "has a password, but a directory has none")
	case k.directory != "":
		store, err := keystore.OpenPEMDir(p.beside(k.directory), once)
		return store, p.opened(path+".directory", err)
	}
	password, err := p.password(path)
	if err != nil {
		return nil, err
	}
	defer clear(password)
	store, err := keystore.OpenPKCS12(p.beside(k.file), password, once)
	return store, p.opened(path+".file", err)
}

func (p *provider) opened(path string, err error) error {
	if err == nil {
		return nil
	}
	return p.wrap(path, p.keystore.node, err)
}

// password reads the password of a file. No error quotes what stands behind
// password_env: it may be the password.
func (p *provider) password(path string) ([]byte, error) {
	k := &p.keystore
	switch {
	case k.passwordFile == "" && k.envVar == "":
		return nil, p.fail(path, k.node, "has no password; write password_file or password_env")
	case k.passwordFile != "" && k.envVar != "":
		return nil, p.fail(path, k.node, "has two passwords; write password_file or password_env, not both")
	case k.envVar != "":
		password := os.Getenv(k.envVar)
		if password == "" {
			return nil, p.fail(path+".password_env", k.node, "want the name of an environment variable that holds the password; there is none of this name")
		}
		return []byte(password), nil
	}
	password, err := readFile(p.beside(k.passwordFile))
	if err != nil {
		return nil, &Error{File: p.file, Line: k.node.Line, Path: path + ".password_file", Reason: "cannot read " + printable(p.beside(k.passwordFile)) + ": " + cause(err), Err: err}
	}
	return bytes.TrimRight(password, "\r\n"), nil
}
