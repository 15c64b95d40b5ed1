// Package config reads the configuration of the ddbcrypt command: which table,
// which attribute actions and which keys.
//
// A configuration is YAML, so JSON too. [Load] reads it strictly: unknown and
// duplicate keys and values of the wrong kind are errors that name the file, the
// line and the key, with the right spelling for a word that looks like one. The
// sections of cryptographic keys are read only when a command needs the key, by
// [Config.Encryptor]: a key that is not needed may be missing or broken.
//
//	table: users                  # signed table name; without it none is signed
//	signed_table: users-2019      # sign and verify under this name instead (restored or renamed tables)
//	partition_key: id
//	sort_key: created
//	default_action: encrypt       # encrypt (default) | sign | none
//	actions: {plan: sign, views: none}
//	description_attribute: "*amzn-ddb-map-desc*"   # names of the two reserved attributes
//	signature_attribute: "*amzn-ddb-map-sig*"
//	description_prefix: amzn-ddb-map-              # of the item encryptor's own description keys
//	java_order: false             # true: write what only Java verifies, where the published clients differ
//	provider:
//	  type: wrapped               # static | wrapped | kms | keystore | most_recent
//	  encryption_key:   {algorithm: AES, encoding: raw, base64: …}      # static
//	  wrapping_key:     {algorithm: RSA, encoding: der, file: pub.der}  # wrapped
//	  unwrapping_key:   {algorithm: RSA, encoding: pem, file: key.pem}  # defaults to wrapping_key if that is AES
//	  signing_key:      {algorithm: HmacSHA256, encoding: raw, base64: …}
//	  verification_key: {…}       # defaults to signing_key
//	  description: {owner: billing}   # added to the material description of encrypted items
//	  wrap_algorithm: RSA/ECB/OAEPWithSHA-256AndMGF1Padding
//	  allow_weak_keys: false
//	  allow_pkcs1: false
//	  key_id: arn:aws:kms:…       # kms: key ID, key ARN, alias name or alias ARN
//	  decryption_keys: [arn:…]    # kms: of older items; without key_id they only decrypt
//	  grant_tokens: […]           # kms
//	  allow_any_kms_key: false    # kms
//	  keystore: {file: keys.p12, password_file: …}  # keystore: or password_env; or {directory: …}
//	  wrapping_alias: enc-2026    # keystore
//	  signing_alias: sig-2026     # keystore
//	  signing_algorithm: …        # keystore; optional
//	  previous: [{wrapping_alias: …, signing_alias: …, signing_algorithm: …}]  # keystore
//	  unnamed: {…}                # keystore: the pair for items that name none
//	  material_name: users        # most_recent
//	  ttl: 5m                     # most_recent; the default
//	  cache_size: 1000            # most_recent; the default
//	  store:                      # most_recent
//	    table: keys               # name or ARN
//	    signed_table: …           # as above, for the store's rows
//	    sign_only: [owner]        # extra data in the rows that is signed and not encrypted
//	    region: eu-west-1         # of the store's table only; likewise
//	    endpoint: http://…
//	    provider: {type: kms, …}  # of the store's rows: any but most_recent
//	region: eu-west-1             # wins over what the AWS SDK finds; ARNs win over it
//	endpoints: {dynamodb: http://…, kms: https://…}   # kms by http only on this machine
//
// Key material is either base64 (standard, padded) or the content of a file,
// whose relative name starts at the directory of the configuration.
//
// Services of AWS are called with the Region and credentials that the SDK finds,
// which is asked only where a provider needs a service. Where an endpoint is on
// loopback, missing ones are made up: stand-ins accept any.
package config

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// Config is a configuration that was read. It is immutable and safe for
// concurrent use, and prints no key material.
type Config struct {
	source
	context    cmp.EncryptionContext
	actions    crypto.Actions
	stated     map[string]*yaml.Node // the actions in the file, by attribute
	signed     string
	descriptor string
	signature  string
	prefix     string
	javaOrder  bool
	provider   *provider // nil if there is none
	services   *services
}

// maxSize bounds a configuration and a key file, in bytes.
const maxSize = 1 << 20

// Load reads the configuration in the file. The error is an [*Error] and wraps
// [cmp.ErrConfig].
func Load(file string) (*Config, error) {
	data, err := readFile(file)
	if err != nil {
		return nil, &Error{File: file, Reason: "cannot be read: " + cause(err), Err: err}
	}
	return Parse(file, data)
}

// Parse is [Load] of data that was read from file.
func Parse(file string, data []byte) (*Config, error) {
	c := &Config{
		source:     source{file},
		services:   &services{source: source{file}},
		actions:    crypto.Actions{Overrides: map[string]crypto.Action{}},
		stated:     map[string]*yaml.Node{},
		descriptor: crypto.DefaultDescriptionAttribute,
		signature:  crypto.DefaultSignatureAttribute,
		prefix:     crypto.DefaultDescriptionPrefix,
	}
	root, err := c.document(data)
	if err != nil {
		return nil, err
	}
	if err := c.read(root); err != nil {
		return nil, err
	}
	if err := c.finish(); err != nil {
		return nil, err
	}
	return c, nil
}

// document returns the one YAML document in data.
func (c *Config) document(data []byte) (*yaml.Node, error) {
	var document, next yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	switch err := decoder.Decode(&document); {
	case err == io.EOF || err == nil && len(document.Content) == 0:
		return nil, &Error{File: c.file, Reason: "is empty"}
	case err != nil:
		return nil, &Error{File: c.file, Reason: "is not YAML" + syntaxReason(err)}
	}
	if err := decoder.Decode(&next); err != io.EOF {
		return nil, &Error{File: c.file, Reason: "has more than one YAML document, or text after it that is none"}
	}
	return document.Content[0], nil
}

// syntaxReason returns the YAML reader's reason, unless it may quote a value.
func syntaxReason(err error) string {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if strings.Contains(text, "`") || strings.Contains(text, "anchor") || len(text) > 120 {
		return ""
	}
	return ": " + text
}

func (c *Config) read(root *yaml.Node) error {
	return c.mapping("", root, map[string]field{
		"table":                 c.text(&c.context.TableName),
		"signed_table":          c.text(&c.signed),
		"partition_key":         c.text(&c.context.PartitionKey),
		"sort_key":              c.text(&c.context.SortKey),
		"default_action":        c.action(&c.actions.Default),
		"actions":               c.readActions,
		"description_attribute": c.text(&c.descriptor),
		"signature_attribute":   c.text(&c.signature),
		"description_prefix":    c.text(&c.prefix),
		"java_order":            c.flag(&c.javaOrder),
		"provider": func(path string, n *yaml.Node) error {
			c.provider = newProvider(c.services)
			return c.provider.read(path, n)
		},
		"region":    c.regionName(&c.services.region),
		"endpoints": c.fields(map[string]field{"dynamodb": c.endpoint(&c.services.dynamodb), "kms": c.keyEndpoint(&c.services.kms)}),
	})
}

// finish checks what spans several keys, and fills in what follows from them.
func (c *Config) finish() error {
	if c.provider != nil {
		c.provider.inherit()
	}
	switch {
	case c.context.SortKey != "" && c.context.PartitionKey == "":
		return &Error{File: c.file, Path: "partition_key", Reason: "is missing, but there is a sort_key"}
	case c.context.SortKey != "" && c.context.SortKey == c.context.PartitionKey:
		return &Error{File: c.file, Path: "sort_key", Reason: "is the same attribute as partition_key"}
	}
	if err := c.finishKeys(); err != nil {
		return err
	}
	var err error
	if _, err = cmp.TableName(c.context.TableName); err != nil {
		return c.wrap("table", nil, err)
	}
	if c.signed, err = cmp.TableName(c.signed); err != nil {
		return c.wrap("signed_table", nil, err)
	}
	return nil
}

// Context returns the encryption context.
func (c *Config) Context() cmp.EncryptionContext { return c.context }

// Names returns the names of the two reserved attributes, and what the item
// encryptor's own keys of the material description start with.
func (c *Config) Names() (descriptionAttribute, signatureAttribute, descriptionPrefix string) {
	return c.descriptor, c.signature, c.prefix
}

// Purpose is what items are to be handled for. It decides which keys are needed.
type Purpose int

const (
	// Encrypt needs the signing key and the encryption or wrapping key.
	Encrypt Purpose = iota
	// Decrypt needs the verification key and the decryption or unwrapping key.
	Decrypt
	// Verify needs the verification key.
	Verify
)

// doing says what the purpose is.
func (p Purpose) doing() string { return [...]string{"encrypting", "decrypting", "verifying"}[p] }

// Encryptor returns an item encryptor with the keys that the purpose needs, and
// with more options, which that of a store's rows gets too. It asks no service. The
// error is an [*Error] and wraps [cmp.ErrConfig].
func (c *Config) Encryptor(ctx context.Context, purpose Purpose, more ...crypto.Option) (*crypto.Encryptor, error) {
	provider, err := c.Provider(ctx, purpose, more...)
	if err != nil {
		return nil, err
	}
	options := []crypto.Option{
		crypto.WithAttributeNames(c.descriptor, c.signature),
		crypto.WithDescriptionPrefix(c.prefix),
		crypto.WithSignedTableName(c.signed),
	}
	if c.javaOrder {
		options = append(options, crypto.WithJavaOrder())
	}
	encryptor := crypto.NewEncryptor(provider, append(options, more...)...)
	if _, err := encryptor.For(c.context, c.Actions()); err != nil {
		return nil, c.wrap("", nil, err)
	}
	return encryptor, nil
}

// Provider returns the provider with the keys that the purpose needs; more are
// options of the encryptor of a store's rows. It asks no service. The error is an
// [*Error] and wraps [cmp.ErrConfig]. A provider of type most_recent fails with such
// an error too, if the first version has to be written and the keys for that are not
// there.
func (c *Config) Provider(ctx context.Context, purpose Purpose, more ...crypto.Option) (cmp.Provider, error) {
	if c.actions.PassThrough() {
		return noKeys{}, nil
	}
	if c.provider == nil {
		return nil, &Error{File: c.file, Path: "provider", Reason: "is missing"}
	}
	return c.provider.build(ctx, purpose, c.encrypts(), more)
}

// CallsPerItem reports whether a service is called for each item.
func (c *Config) CallsPerItem() bool {
	return c.provider != nil && c.provider.kind == typeKMS && !c.actions.PassThrough()
}

// readFile reads a file of bounded size, which may be a pipe.
func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err == nil && len(data) > maxSize {
		err = fmt.Errorf("it is larger than %d bytes", maxSize)
	}
	return data, err
}

// cause returns the text of a file's error without the file's name.
func cause(err error) string {
	if e, ok := errors.AsType[*os.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

// beside returns the name of a file that the configuration names.
func (s source) beside(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(s.file), name)
}
