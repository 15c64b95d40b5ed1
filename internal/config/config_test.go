package config

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// Key material that no message may show.
const (
	secret16 = "AAECAwQFBgcICQoLDA0ODw=="
	secret32 = "8PHy8/T19vf4+fr7/P3+/+Dh4uPk5ebn6Onq6+zt7u8="
)

const (
	goodAES  = "{algorithm: AES, encoding: raw, base64: " + secret16 + "}"
	goodHMAC = "{algorithm: HmacSHA256, encoding: raw, base64: " + secret32 + "}"
)

// static returns a configuration with one key of the provider replaced.
func static(encryption, signing string) string {
	return "partition_key: id\nprovider:\n  type: static\n  encryption_key: " + encryption + "\n  signing_key: " + signing + "\n"
}

// wrapped is static for the type wrapped, with more lines in the provider.
func wrapped(wrapping, more string) string {
	return "partition_key: id\nprovider:\n  type: wrapped\n  wrapping_key: " + wrapping + "\n  signing_key: " + goodHMAC + "\n" + more
}

// build parses a configuration and builds its encryptor.
func build(text string, purpose Purpose) (*crypto.Encryptor, error) {
	c, err := Parse("c.yaml", []byte(text))
	if err != nil {
		return nil, err
	}
	return c.Encryptor(context.Background(), purpose)
}

// refusals are configurations that neither encrypt nor decrypt, by what is wrong
// with them.
var refusals = []struct {
	name, text, want string
}{
	{"an empty file", "", "c.yaml: is empty"},
	{"only a comment", "# nothing\n", "c.yaml: is empty"},
	{"a list", "[]", "c.yaml:1: want keys with values, got a list"},
	{"a text", "table", "c.yaml:1: want keys with values, got a text"},
	{"two documents", "table: a1b\n---\ntable: a1b\n", "c.yaml: has more than one YAML document, or text after it that is none"},
	{"broken YAML", "table: [", "c.yaml: is not YAML: line 1: did not find expected node content"},
	{"broken JSON", "{\"table\": \"users\",\n\"actions\": {", "c.yaml: is not YAML: line 2: did not find expected node content"},

	{"an unknown key", "tabel: users\n", `c.yaml:1: unknown key "tabel"; did you mean "table"?`},
	{"an unknown key like no other", "frobnicate: 1\n", `c.yaml:1: unknown key "frobnicate"; use one of: actions, default_action, description_attribute, description_prefix, endpoints, java_order, partition_key, provider, region, signature_attribute, signed_table, sort_key, table`},
	{"an unknown key in another case", "Table: users\n", `c.yaml:1: unknown key "Table"; did you mean "table"?`},
	{"an unknown key of the provider", "provider:\n  type: static\n  alow_weak_keys: true\n", `c.yaml:3: provider: unknown key "alow_weak_keys"; did you mean "allow_weak_keys"?`},
	{"an unknown endpoint", "endpoints: {s3: x}\n", `c.yaml:1: endpoints: unknown key "s3"; use one of: dynamodb, kms`},
	{"an unknown key of the store", "provider: {type: most_recent, store: {tabel: x}}\n", `c.yaml:1: provider.store: unknown key "tabel"; did you mean "table"?`},
	{"a key twice", "table: users\npartition_key: id\ntable: people\n", "c.yaml:3: a key stands twice, first in line 1"},
	{"an action twice", "actions:\n  a: sign\n  a: none\n", "c.yaml:3: actions: a key stands twice, first in line 2"},
	{"a merge key", "<<: {table: users}\n", "c.yaml:1: want a name as key, got a merge key, which is not supported; put it in quotes if it is a name"},
	{"an alias", "table: &t users\nsigned_table: *t\n", "c.yaml:2: signed_table: want a text, got an alias, which is not supported; put it in quotes if it is a text, or leave the key out"},
	{"a number as key", "actions: {1: sign}\n", "c.yaml:1: actions: want a name as key, got a number; put it in quotes if it is a name"},

	{"a number as table", "table: 2019\n", "c.yaml:1: table: want a text, got a number; put it in quotes if it is a text, or leave the key out"},
	{"no table name behind the key", "table:\n", "c.yaml:1: table: want a text, got nothing; put it in quotes if it is a text, or leave the key out"},
	{"an empty table name", `table: ""`, "c.yaml:1: table: is empty; leave the key out if it is not wanted"},
	{"a list as key attribute", "partition_key: [id]\n", "c.yaml:1: partition_key: want a text, got a list; put it in quotes if it is a text, or leave the key out"},
	{"a tagged value", "table: !secret users\n", "c.yaml:1: table: want a text, got a value of another type; put it in quotes if it is a text, or leave the key out"},
	{"binary as key attribute", "partition_key: !!binary aWQ=\n", "c.yaml:1: partition_key: want a text, got a value of another type; put it in quotes if it is a text, or leave the key out"},
	{"a text as flag", "java_order: yes\n", "c.yaml:1: java_order: want true or false, got a text"},
	{"a text as actions", "actions: sign\n", "c.yaml:1: actions: want keys with values, got a text"},
	{"nothing as actions", "actions:\n", "c.yaml:1: actions: want keys with values, got nothing"},
	{"the ARN of another service", "table: arn:aws:s3:::users\n", `c.yaml: table: "arn:aws:s3:::users" is not the ARN of a table`},
	{"the ARN of another service to sign", "signed_table: arn:aws:s3:::users\n", `c.yaml: signed_table: "arn:aws:s3:::users" is not the ARN of a table`},
	{"a ttl that is no duration", "provider: {type: most_recent, ttl: five}\n", "c.yaml:1: provider.ttl: want a positive duration such as 30s, 5m or 1h"},
	{"a negative ttl", "provider: {type: most_recent, ttl: \"-5m\"}\n", "c.yaml:1: provider.ttl: want a positive duration such as 30s, 5m or 1h"},
	{"a ttl of no time", "provider: {type: most_recent, ttl: 0s}\n", "c.yaml:1: provider.ttl: want a positive duration such as 30s, 5m or 1h"},
	{"a ttl without unit", "provider: {type: most_recent, ttl: 5}\n", "c.yaml:1: provider.ttl: want a positive duration such as 30s, 5m or 1h"},
	{"a ttl of zero", "provider: {type: most_recent, ttl: 0}\n", "c.yaml:1: provider.ttl: want a positive duration such as 30s, 5m or 1h"},
	{"no ttl behind the key", "provider: {type: most_recent, ttl: }\n", "c.yaml:1: provider.ttl: want a positive duration such as 30s, 5m or 1h"},
	{"a list as ttl", "provider: {type: most_recent, ttl: [5m]}\n", "c.yaml:1: provider.ttl: want a positive duration such as 30s, 5m or 1h"},

	{"an unknown action", "actions: {a: encript}\n", `c.yaml:1: actions.a: unknown word "encript"; did you mean "encrypt"?`},
	{"an unknown action for an odd name", "actions: {\"a b\\e\": never}\n", `c.yaml:1: actions."a b\x1b": unknown word "never"; use one of: encrypt, sign, none`},
	{"an unknown default action", "default_action: Sign\n", `c.yaml:1: default_action: unknown word "Sign"; did you mean "sign"?`},
	{"no action behind a name", "actions: {a: }\n", "c.yaml:1: actions.a: want a text, got nothing; put it in quotes if it is a text, or leave the key out"},
	{"encrypt for the partition key", "partition_key: id\nactions:\n  id: encrypt\n", "c.yaml:3: actions.id: a key attribute cannot be encrypted; make its action sign or leave it out"},
	{"encrypt for the sort key", "partition_key: id\nsort_key: at\nactions: {at: encrypt}\ndefault_action: none\n", "c.yaml:3: actions.at: a key attribute cannot be encrypted; make its action sign or leave it out"},
	{"a sort key alone", "sort_key: at\n", "c.yaml: partition_key: is missing, but there is a sort_key"},
	{"one attribute as both keys", "sort_key: id\npartition_key: id\n", "c.yaml: sort_key: is the same attribute as partition_key"},
	{"an action for a reserved attribute", "actions: {\"*amzn-ddb-map-sig*\": sign}\n" + static(goodAES, goodHMAC), `c.yaml: attribute "*amzn-ddb-map-sig*" is reserved; no action can be set for it`},
	{"one name for both reserved attributes", "signature_attribute: s\ndescription_attribute: s\n" + static(goodAES, goodHMAC), `c.yaml: description and signature have the same attribute name "s"`},

	{"no provider", "partition_key: id\n", "c.yaml: provider: is missing"},
	{"no provider type", "provider:\n  signing_key: {}\n", "c.yaml:2: provider.type: is missing; use one of: static, wrapped, kms, keystore, most_recent"},
	{"a store in a store", "provider:\n  type: most_recent\n  store:\n    provider:\n      type: most_recent\n", "c.yaml:5: provider.store.provider.type: is of type most_recent, which cannot protect a store's own rows; use one of: static, wrapped, kms, keystore"},
	{"a store in a store, its type last", "provider: {type: most_recent, store: {provider: {store: {table: keys}, type: most_recent}}}\n", "c.yaml:1: provider.store.provider.store: is of type most_recent, which cannot protect a store's own rows; use one of: static, wrapped, kms, keystore"},
	{"no provider type in a store", "provider: {type: most_recent, store: {provider: {}}}\n", "c.yaml:1: provider.store.provider.type: is missing; use one of: static, wrapped, kms, keystore"},
	{"an unknown provider type in a store", "provider: {type: most_recent, store: {provider: {type: kmss}}}\n", `c.yaml:1: provider.store.provider.type: unknown word "kmss"; did you mean "kms"?`},
	{"the ARN of another service as store", "provider: {type: most_recent, store: {table: \"arn:aws:s3:::keys\"}}\n", `c.yaml:1: provider.store.table: "arn:aws:s3:::keys" is not the ARN of a table`},
	{"the ARN of another service to sign a store", "provider: {type: most_recent, store: {signed_table: \"arn:aws:s3:::keys\"}}\n", `c.yaml:1: provider.store.signed_table: "arn:aws:s3:::keys" is not the ARN of a table`},
	{"signed names that are no list", "provider: {type: most_recent, store: {sign_only: owner}}\n", "c.yaml:1: provider.store.sign_only: want a list, got a text"},
	{"a signed name that is a number", "provider: {type: most_recent, store: {sign_only: [owner, 1]}}\n", "c.yaml:1: provider.store.sign_only: want a text, got a number; put it in quotes if it is a text, or leave the key out"},
	{"a cache of no size", "provider: {type: most_recent, cache_size: 0}\n", "c.yaml:1: provider.cache_size: want a whole number from 1"},
	{"a cache of a text", "provider: {type: most_recent, cache_size: \"5\"}\n", "c.yaml:1: provider.cache_size: want a whole number from 1"},
	{"a cache of a size beyond all", "provider: {type: most_recent, cache_size: 99999999999999999999}\n", "c.yaml:1: provider.cache_size: want a whole number from 1"},
	{"a ttl in another unit", "provider: {type: most_recent, ttl: 300}\n", "c.yaml:1: provider.ttl: want a positive duration such as 30s, 5m or 1h"},
	{"no material name", "provider: {type: most_recent, store: {table: keys}}\n", "c.yaml:1: provider.material_name: is missing; "},
	{"no store", "provider: {type: most_recent, material_name: users}\n", "c.yaml:1: provider.store: is missing; "},
	{"no table of the store", "provider:\n  type: most_recent\n  material_name: users\n  store: {}\n", "c.yaml:4: provider.store.table: is missing; write the name of the store's table"},
	{"no Region of the store", "provider: {type: most_recent, material_name: users, store: {table: keys, provider: {type: static}}}\n", "c.yaml:1: provider.store.region: is missing, and no Region is known otherwise; write it here or at the top, or set AWS_REGION"},
	{"no provider of the store", "region: eu-west-1\nprovider: {type: most_recent, material_name: users, store: {table: keys}}\n", "c.yaml:2: provider.store.provider: is missing; the store's rows are encrypted by it"},
	{"no key of the store", "provider: {type: most_recent, material_name: users, store: {table: keys, region: eu-west-1, provider: {type: static}}}\n", "c.yaml:1: provider.store.provider.verification_key: is missing; verifying with a provider of type static needs it or signing_key"},
	{"an attribute of the store itself as signed name", "provider: {type: most_recent, material_name: users, store: {table: keys, region: eu-west-1, sign_only: [enc], provider: " + storeWriter + "}}\n", `c.yaml:1: provider.store: extra data cannot be named "enc", as the store itself has that attribute`},
	{"no KMS key", "provider: {type: kms}\n", "c.yaml:1: provider.key_id: is missing; "},
	{"no Region of the KMS key", "provider: {type: kms, key_id: alias/users}\n", `c.yaml:1: provider: no Region is known for KMS key "alias/users": give its ARN, or set a Region in the AWS configuration`},
	{"no KMS key ID", "provider: {type: kms, key_id: \"arn:aws:kms:eu-west-1\"}\n", `c.yaml:1: provider: "arn:aws:kms:eu-west-1" is no KMS key ID, key ARN, alias/NAME or alias ARN`},
	{"a description of KMS that cannot be", "region: eu-west-1\nprovider: {type: kms, key_id: a, description: {amzn-ddb-sig-alg: HmacSHA1/160}}\n", `c.yaml:2: provider: the requested description asks for amzn-ddb-sig-alg "HmacSHA1/160", not HmacSHA256/256, HmacSHA384/384 or HmacSHA512/512`},
	{"grant tokens that are no list", "provider: {type: kms, grant_tokens: t}\n", "c.yaml:1: provider.grant_tokens: want a list, got a text"},
	{"an endpoint that is no URL", "endpoints: {kms: \"localhost:8080\"}\n", "c.yaml:1: endpoints.kms: want a URL such as http://localhost:8000 or https://vpce.example.com"},
	{"a KMS endpoint that others could read", "endpoints: {kms: \"http://kms.example.com\"}\n", "c.yaml:1: endpoints.kms: is http, so that keys would be readable on the network; want https, except for this machine"},
	{"an endpoint with a password", "endpoints: {dynamodb: \"https://user:" + secret32[:8] + "@localhost\"}\n", "c.yaml:1: endpoints.dynamodb: want a URL such as http://localhost:8000 or https://vpce.example.com"},
	{"an endpoint of the store that is no URL", "provider: {type: most_recent, store: {endpoint: \"ftp://localhost\"}}\n", "c.yaml:1: provider.store.endpoint: want a URL such as http://localhost:8000 or https://vpce.example.com"},
	{"a Region that is none", "region: Europe (Ireland)\n", "c.yaml:1: region: want the name of an AWS Region such as eu-west-1"},

	{"an unknown provider type", "provider: {type: warpped}\n", `c.yaml:1: provider.type: unknown word "warpped"; did you mean "wrapped"?`},
}

// keyRefusals are configurations whose keys are refused, for some purpose.
var keyRefusals = []struct {
	name    string
	purpose Purpose
	text    string
	want    string
}{
	{"no encryption key to encrypt", Encrypt, "provider:\n  type: static\n  signing_key: " + goodHMAC, "c.yaml:2: provider.encryption_key: is missing; encrypting with a provider of type static needs it"},
	{"no encryption key to decrypt", Decrypt, "provider:\n  type: static\n  signing_key: " + goodHMAC, "c.yaml:2: provider.encryption_key: is missing; decrypting with a provider of type static needs it"},
	{"no signing key", Encrypt, "provider:\n  type: static\n  verification_key: " + goodHMAC, "c.yaml:2: provider.signing_key: is missing; encrypting with a provider of type static needs it"},
	{"no verification key", Verify, "provider:\n  type: static\n", "c.yaml:2: provider.verification_key: is missing; verifying with a provider of type static needs it or signing_key"},
	{"no wrapping key", Encrypt, "default_action: sign\nprovider:\n  type: wrapped\n  signing_key: " + goodHMAC, "c.yaml:3: provider.wrapping_key: is missing; encrypting with a provider of type wrapped needs it"},
	{"no unwrapping key", Decrypt, "provider:\n  type: wrapped\n  signing_key: " + goodHMAC, "c.yaml:2: provider.unwrapping_key: is missing; decrypting with a provider of type wrapped needs it or wrapping_key"},
	{"an RSA wrapping key to unwrap", Decrypt, wrapped("{algorithm: RSA, encoding: der, file: missing.der}", ""), "c.yaml:3: provider.unwrapping_key: is missing; decrypting with a provider of type wrapped needs it, as wrapping_key is RSA"},

	{"an unknown key of a key", Encrypt, static("{algorithm: AES, encodin: raw}", goodHMAC), `c.yaml:4: provider.encryption_key: unknown key "encodin"; did you mean "encoding"?`},
	{"a missing space before key material", Encrypt, static("{algorithm: AES, encoding: raw, base64:"+secret16+"}", goodHMAC), "c.yaml:4: provider.encryption_key: unknown key; put a space behind base64:"},
	{"key material as key", Encrypt, static("{"+secret32+": x}", goodHMAC), "c.yaml:4: provider.encryption_key: unknown key; use one of: algorithm, base64, encoding, file"},
	{"a key of a key twice", Encrypt, static("{algorithm: AES, algorithm: AES}", goodHMAC), "c.yaml:4: provider.encryption_key: a key stands twice, first in line 4"},
	{"a key that is a text", Encrypt, static(secret16, goodHMAC), "c.yaml:4: provider.encryption_key: want keys with values, got a text"},
	{"no algorithm", Encrypt, static("{encoding: raw, base64: "+secret16+"}", goodHMAC), "c.yaml:4: provider.encryption_key.algorithm: is missing; use one of: AES"},
	{"an unknown algorithm", Encrypt, static(goodAES, "{algorithm: HMACSHA256, encoding: raw, base64: "+secret32+"}"), `c.yaml:5: provider.signing_key.algorithm: unknown word "HMACSHA256"; did you mean "HmacSHA256"?`},
	{"a weak algorithm", Encrypt, static(goodAES, "{algorithm: HmacSHA1, encoding: raw, base64: "+secret32+"}"), `c.yaml:5: provider.signing_key.algorithm: unknown word "HmacSHA1"; use one of: `},
	{"key material as algorithm", Encrypt, static("{algorithm: "+secret32+", encoding: raw, base64: AES}", goodHMAC), "c.yaml:4: provider.encryption_key.algorithm: unknown word; use one of: AES"},
	{"no encoding", Encrypt, static("{algorithm: AES, base64: "+secret16+"}", goodHMAC), "c.yaml:4: provider.encryption_key.encoding: is missing; use one of: raw, der, pem"},
	{"an unknown encoding", Encrypt, static("{algorithm: AES, encoding: row, base64: "+secret16+"}", goodHMAC), `c.yaml:4: provider.encryption_key.encoding: unknown word "row"; did you mean "raw"?`},
	{"an encoding of another kind of key", Encrypt, static("{algorithm: AES, encoding: der, base64: "+secret16+"}", goodHMAC), `c.yaml:4: provider.encryption_key: AES key: encoding "der" is not raw`},
	{"no key material", Encrypt, static("{algorithm: AES, encoding: raw}", goodHMAC), "c.yaml:4: provider.encryption_key: has no key; write base64 or file"},
	{"key material twice", Encrypt, static("{algorithm: AES, encoding: raw, file: f, base64: "+secret16+"}", goodHMAC), "c.yaml:4: provider.encryption_key: has two keys; write base64 or file, not both"},
	{"base64 without padding", Encrypt, static("{algorithm: AES, encoding: raw, base64: AAECAwQFBgcICQoLDA0ODw}", goodHMAC), "c.yaml:4: provider.encryption_key.base64: is not standard base64 with padding; write it on one line or as a block behind |"},
	{"base64 with bits in the padding", Encrypt, static("{algorithm: AES, encoding: raw, base64: AAECAwQFBgcICQoLDA0ODx==}", goodHMAC), "c.yaml:4: provider.encryption_key.base64: is not standard base64 with padding; write it on one line or as a block behind |"},
	{"base64 for URLs", Encrypt, static(goodAES, "{algorithm: HmacSHA256, encoding: raw, base64: 8PHy8_T19vf4-fr7_P3-_-Dh4uPk5ebn6Onq6-zt7u8=}"), "c.yaml:5: provider.signing_key.base64: is not standard base64 with padding; write it on one line or as a block behind |"},
	{"base64 with a space", Encrypt, static("{algorithm: AES, encoding: raw, base64: AAECAwQFBgcI CQoLDA0ODw==}", goodHMAC), "c.yaml:4: provider.encryption_key.base64: is not standard base64 with padding; write it on one line or as a block behind |"},
	{"an AES key of a wrong length", Encrypt, static("{algorithm: AES, encoding: raw, base64: AAECAwQFBgcI}", goodHMAC), "c.yaml:4: provider.encryption_key: AES key has 9 bytes, not 16, 24 or 32"},
	{"a weak HMAC key", Verify, static(goodAES, "{algorithm: HmacSHA256, encoding: raw, base64: AAECAwQFBgc=}"), "c.yaml:5: provider.signing_key: HMAC key has 64 bits, fewer than 128; allow weak keys if old data needs it (allow_weak_keys: true in provider)"},
	{"a key file that is not there", Encrypt, static("{algorithm: AES, encoding: raw, file: no/key}", goodHMAC), "c.yaml:4: provider.encryption_key.file: cannot read no/key: no such file or directory"},
	{"a key file that is a directory", Encrypt, static("{algorithm: AES, encoding: raw, file: .}", goodHMAC), "c.yaml:4: provider.encryption_key.file: cannot read .: is a directory"},
	{"something else as DER", Verify, static(goodAES, "{algorithm: SHA256withRSA, encoding: der, base64: "+secret32+"}"), "c.yaml:5: provider.signing_key: DER is neither a PKCS #8 private key nor an SPKI public key"},
	{"something else as PEM", Verify, static(goodAES, "{algorithm: SHA256withECDSA, encoding: pem, base64: "+secret32+"}"), "c.yaml:5: provider.signing_key: there is no PEM block"},
	{"no KMS key to decrypt with", Decrypt, "provider: {type: kms}", "c.yaml:1: provider.key_id: is missing; decrypting with a provider of type kms needs it or decryption_keys"},
	{"no KMS key to verify with", Verify, "provider: {type: kms}", "c.yaml:1: provider.key_id: is missing; verifying with a provider of type kms needs it or decryption_keys"},
	{"a weak key of a store", Decrypt, "region: eu-west-1\nprovider: {type: most_recent, material_name: m, store: {table: t, provider: {type: static, signing_key: {algorithm: HmacSHA256, encoding: raw, base64: AAECAwQFBgc=}}}}", "c.yaml:2: provider.store.provider.signing_key: HMAC key has 64 bits, fewer than 128; allow weak keys if old data needs it (allow_weak_keys: true in provider.store.provider)"},
	{"only KMS keys to decrypt with", Encrypt, "region: eu-west-1\nprovider: {type: kms, decryption_keys: [a, b]}", "c.yaml:2: provider.key_id: is missing; encrypting with a provider of type kms needs it"},
	{"a KMS key to decrypt with that is none", Decrypt, "region: eu-west-1\nprovider: {type: kms, key_id: a, decryption_keys: [\"a b\"]}", `c.yaml:2: provider: "a b" is no KMS key ID, key ARN, alias/NAME or alias ARN`},

	{"a requested description that cannot be", Encrypt, wrapped(goodAES, "  description: {amzn-ddb-env-key: x}\n"), "c.yaml:3: provider: the requested description cannot set amzn-ddb-env-key"},
	{"a requested description of numbers", Encrypt, wrapped(goodAES, "  description: {a: 1}\n"), "c.yaml:6: provider.description.a: want a text, got a number; put it in quotes if it is a text, or leave the key out"},
}

func TestRefusedConfigurations(t *testing.T) {
	for _, tt := range refusals {
		t.Run(tt.name, func(t *testing.T) {
			for _, purpose := range []Purpose{Encrypt, Decrypt, Verify} {
				_, err := build(tt.text, purpose)
				assertRefusal(t, err, tt.want)
			}
		})
	}
	for _, tt := range keyRefusals {
		t.Run(tt.name, func(t *testing.T) {
			_, err := build(tt.text, tt.purpose)
			assertRefusal(t, err, tt.want)
		})
	}
}

func assertRefusal(t *testing.T, err error, want string) {
	t.Helper()
	require.Error(t, err)
	if strings.HasSuffix(want, " ") {
		assert.Contains(t, err.Error(), want)
	} else {
		assert.EqualError(t, err, want)
	}
	assert.ErrorIs(t, err, cmp.ErrConfig)
	var e *Error
	assert.ErrorAs(t, err, &e)
	for _, secret := range []string{secret16[:16], secret32[:8]} {
		assert.NotContains(t, err.Error(), secret)
	}
}

func TestKeysThatAreNotNeeded(t *testing.T) {
	bad := []string{"[1, 2]", "text", "{algorithm: nonsense}", "{algorithm: AES, encoding: raw, file: missing}", "{frobnicate: 1}"}
	tests := []struct {
		name    string
		purpose Purpose
		text    string // with BAD in place of the keys
	}{
		{"verifying needs only the verification key", Verify, "provider:\n  type: wrapped\n  wrapping_key: BAD\n  unwrapping_key: BAD\n  signing_key: BAD\n  encryption_key: BAD\n  verification_key: " + goodHMAC},
		{"decrypting does not need the signing key", Decrypt, "provider:\n  type: static\n  encryption_key: " + goodAES + "\n  signing_key: BAD\n  verification_key: " + goodHMAC},
		{"decrypting does not need the wrapping key", Decrypt, "provider:\n  type: wrapped\n  unwrapping_key: " + goodAES + "\n  wrapping_key: BAD\n  signing_key: " + goodHMAC},
		{"decrypting signed items needs no decryption key", Decrypt, "default_action: sign\nprovider:\n  type: static\n  encryption_key: BAD\n  signing_key: " + goodHMAC},
		{"decrypting signed items needs no unwrapping key", Decrypt, "default_action: sign\nprovider:\n  type: wrapped\n  unwrapping_key: BAD\n  wrapping_key: BAD\n  signing_key: " + goodHMAC},
		{"signing needs no encryption key", Encrypt, "default_action: sign\nprovider:\n  type: static\n  encryption_key: BAD\n  signing_key: " + goodHMAC},
		{"encrypting does not need the verification key", Encrypt, "provider:\n  type: static\n  encryption_key: " + goodAES + "\n  verification_key: BAD\n  signing_key: " + goodHMAC},
		{"encrypting does not need the unwrapping key", Encrypt, "provider:\n  type: wrapped\n  wrapping_key: " + goodAES + "\n  unwrapping_key: BAD\n  signing_key: " + goodHMAC},
		{"an AES key does not need the wrap algorithm", Encrypt, "provider:\n  type: wrapped\n  wrap_algorithm: nonsense\n  unwrapping_key: BAD\n  wrapping_key: " + goodAES + "\n  signing_key: " + goodHMAC},
		{"KMS encrypts without the keys to decrypt with", Encrypt, "provider: {type: kms, key_id: \"arn:aws:kms:eu-west-1:111122223333:key/a\", decryption_keys: [\"a b\"], wrapping_key: BAD}"},
		{"KMS decrypts with other keys alone", Decrypt, "provider: {type: kms, decryption_keys: [\"arn:aws:kms:eu-west-1:111122223333:key/a\"], wrapping_key: BAD}"},
		{"a store is read without the keys to write it", Encrypt, "region: eu-west-1\nprovider: {type: most_recent, material_name: m, store: {table: t, provider: {type: wrapped, unwrapping_key: " + goodAES + ", wrapping_key: BAD, verification_key: " + goodHMAC + ", signing_key: BAD}}}"},
		{"nothing to do needs no key", Decrypt, "default_action: none\nprovider:\n  type: static\n  encryption_key: BAD\n  signing_key: BAD"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, key := range bad {
				_, err := build(strings.ReplaceAll(tt.text, "BAD", key), tt.purpose)
				assert.NoError(t, err)
			}
		})
	}
}

func TestActions(t *testing.T) {
	tests := []struct {
		name, text string
		want       crypto.Actions
	}{
		{"the default is encrypt", "partition_key: id\nsort_key: at", crypto.Actions{Overrides: map[string]crypto.Action{"id": crypto.SignOnly, "at": crypto.SignOnly}}},
		{"keys are signed where something is", "partition_key: id\ndefault_action: none\nactions: {a: sign}", crypto.Actions{Default: crypto.DoNothing, Overrides: map[string]crypto.Action{"id": crypto.SignOnly, "a": crypto.SignOnly}}},
		{"keys are none where everything is", "partition_key: id\nsort_key: at\ndefault_action: none\nactions: {a: none, at: none}", crypto.Actions{Default: crypto.DoNothing, Overrides: map[string]crypto.Action{"id": crypto.DoNothing, "at": crypto.DoNothing, "a": crypto.DoNothing}}},
		{"keys keep what is stated", "partition_key: id\nsort_key: at\nactions: {id: none, at: sign}", crypto.Actions{Overrides: map[string]crypto.Action{"id": crypto.DoNothing, "at": crypto.SignOnly}}},
		{"there may be no keys", "default_action: sign", crypto.Actions{Default: crypto.SignOnly, Overrides: map[string]crypto.Action{}}},
		{"names may be odd", `actions: {"1": sign, "é ": none, yes: encrypt}`, crypto.Actions{Overrides: map[string]crypto.Action{"1": crypto.SignOnly, "é ": crypto.DoNothing, "yes": crypto.EncryptAndSign}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Parse("c.yaml", []byte(tt.text))
			require.NoError(t, err)
			assert.Equal(t, tt.want, c.Actions())
			c.Actions().Overrides["changed"] = crypto.SignOnly
			assert.Equal(t, tt.want, c.Actions(), "a change of what was returned must not show")
		})
	}
}

func TestContextAndNames(t *testing.T) {
	c, err := Parse("c.yaml", []byte("table: users\npartition_key: id\nsort_key: at\nsignature_attribute: s\ndescription_attribute: d\ndescription_prefix: my-\n"))
	require.NoError(t, err)
	assert.Equal(t, cmp.EncryptionContext{TableName: "users", PartitionKey: "id", SortKey: "at"}, c.Context())
	description, signature, prefix := c.Names()
	assert.Equal(t, []string{"d", "s", "my-"}, []string{description, signature, prefix})

	c, err = Parse("c.yaml", []byte("default_action: sign"))
	require.NoError(t, err)
	assert.Equal(t, cmp.EncryptionContext{}, c.Context())
	description, signature, prefix = c.Names()
	assert.Equal(t, []string{crypto.DefaultDescriptionAttribute, crypto.DefaultSignatureAttribute, crypto.DefaultDescriptionPrefix}, []string{description, signature, prefix})
}

func TestBase64MayStandInABlock(t *testing.T) {
	for _, text := range []string{
		"    base64: |\n      8PHy8/T19vf4+fr7/P3+/+Dh4uPk\n      5ebn6Onq6+zt7u8=\n",
		"    base64: \" \\t" + secret32 + "\\r\\n\"\n",
		"    base64: '" + secret32 + "'\n",
	} {
		_, err := build("default_action: sign\nprovider:\n  type: static\n  signing_key:\n    algorithm: HmacSHA256\n    encoding: raw\n"+text, Encrypt)
		assert.NoError(t, err)
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "c.yaml")
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	t.Run("reads key files beside the configuration and by absolute name", func(t *testing.T) {
		write("aes.key", "0123456789abcdef")
		write("hmac.key", "0123456789abcdef")
		write("c.yaml", static("{algorithm: AES, encoding: raw, file: aes.key}", "{algorithm: HmacSHA256, encoding: raw, file: "+filepath.Join(dir, "hmac.key")+"}"))
		c, err := Load(file)
		require.NoError(t, err)
		_, err = c.Encryptor(t.Context(), Encrypt)
		assert.NoError(t, err)
	})
	t.Run("takes key files as they are, newline and all", func(t *testing.T) {
		write("aes.key", "0123456789abcdef\n")
		c, err := Load(file)
		require.NoError(t, err)
		_, err = c.Encryptor(t.Context(), Encrypt)
		assert.ErrorContains(t, err, "AES key has 17 bytes")
	})
	t.Run("refuses files that are too large", func(t *testing.T) {
		write("aes.key", strings.Repeat("x", maxSize+1))
		c, err := Load(file)
		require.NoError(t, err)
		_, err = c.Encryptor(t.Context(), Encrypt)
		assert.ErrorContains(t, err, "provider.encryption_key.file: cannot read")
		assert.ErrorContains(t, err, "it is larger than 1048576 bytes")
		write("c.yaml", "#"+strings.Repeat("x", maxSize))
		_, err = Load(file)
		assert.EqualError(t, err, file+": cannot be read: it is larger than 1048576 bytes")
	})
	t.Run("names a file that is not there", func(t *testing.T) {
		_, err := Load(filepath.Join(dir, "missing"))
		assert.ErrorIs(t, err, os.ErrNotExist)
		assert.ErrorIs(t, err, cmp.ErrConfig)
		assert.EqualError(t, err, filepath.Join(dir, "missing")+": cannot be read: no such file or directory")
	})
	t.Run("quotes names that a terminal may obey", func(t *testing.T) {
		_, err := Load(filepath.Join(dir, "\x1b[31m"))
		assert.NotContains(t, err.Error(), "\x1b")
	})
}

func TestConfigPrintsNoKeys(t *testing.T) {
	c, err := Parse("c.yaml", []byte("provider: {type: most_recent, encryption_key: "+goodAES+", store: {provider: "+storeWriter+"}}"))
	require.NoError(t, err)
	store := c.provider.recent.store
	holder := struct{ config *Config }{c}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		for _, v := range []any{c, *c, c.provider, *c.provider, c.provider.keys, *c.provider.node, store, *store, *store.provider, store.provider.keys, holder, &holder} {
			text := fmt.Sprintf(verb, v)
			assert.NotContains(t, text, secret16[:16])
			assert.NotContains(t, text, secret32[:8])
			assert.NotContains(t, text, hex.EncodeToString([]byte(secret32[:8])))
		}
	}
	//lint:ignore SA9005 that it shows nothing is what is tested
	text, err := json.Marshal(c)
	require.NoError(t, err)
	assert.Equal(t, "{}", string(text))
}
