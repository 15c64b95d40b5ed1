package config

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/metastore"
)

// writeKeys makes a directory with keys of a key store.
func writeKeys(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"enc-1.aes": secret16, "enc-2.aes": secret32, "sig-1.hmac": secret32, "sig-2.hmac": secret32, "weak.hmac": "AAECAwQFBgc=",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text+"\n"), 0o600))
	}
	return dir
}

func TestKeystore(t *testing.T) {
	dir := writeKeys(t)
	provider := func(more string) string {
		return "partition_key: id\nprovider:\n  type: keystore\n  keystore: {directory: " + dir + "}\n" + more
	}
	first := provider("  wrapping_alias: enc-1\n  signing_alias: sig-1\n")
	second := provider("  wrapping_alias: enc-2\n  signing_alias: sig-2\n  signing_algorithm: HmacSHA384\n  description: {owner: billing}\n")
	rotated := second + "  previous: [{wrapping_alias: enc-1, signing_alias: sig-1}]\n"
	before, err := seal(t, first)
	require.NoError(t, err)
	after, err := seal(t, second)
	require.NoError(t, err)

	t.Run("items of previous pairs open", func(t *testing.T) {
		require.NoError(t, open(t, rotated, before))
		require.NoError(t, open(t, rotated, after))
		require.ErrorIs(t, open(t, second, before), cmp.ErrKeyUnavailable)
	})
	t.Run("items without aliases are of the unnamed pair", func(t *testing.T) {
		unnamed, err := seal(t, wrapped(goodAES, ""))
		require.NoError(t, err)
		require.NoError(t, open(t, first, unnamed))
		require.Error(t, open(t, second, unnamed))
		require.NoError(t, open(t, second+"  unnamed: {wrapping_alias: enc-1, signing_alias: sig-1}\n", unnamed))
	})
	t.Run("pairs that a purpose does not need may be missing", func(t *testing.T) {
		_, err := build(second+"  previous: [{wrapping_alias: gone, signing_alias: gone}]\n", Encrypt)
		assert.NoError(t, err)
		for _, text := range []string{
			provider("  wrapping_alias: gone\n  signing_alias: sig-1\n"),
			provider("  signing_alias: sig-1\n"),
			provider("  wrapping_alias: gone\n  signing_alias: sig-2\n  signing_algorithm: HmacSHA384\n  previous: [{wrapping_alias: gone, signing_alias: sig-1}]\n"),
		} {
			e, err := build(text, Verify)
			require.NoError(t, err)
			assert.NoError(t, e.VerifyItem(t.Context(), before, cmp.EncryptionContext{PartitionKey: "id"}, crypto.Actions{Overrides: map[string]crypto.Action{"id": crypto.SignOnly}}))
		}
	})
	t.Run("pairs with one signing key verify too", func(t *testing.T) {
		e, err := build(provider("  wrapping_alias: enc-2\n  signing_alias: sig-1\n  previous: [{wrapping_alias: enc-1, signing_alias: sig-1}]\n"), Verify)
		require.NoError(t, err)
		assert.NoError(t, e.VerifyItem(t.Context(), before, cmp.EncryptionContext{PartitionKey: "id"}, crypto.Actions{Overrides: map[string]crypto.Action{"id": crypto.SignOnly}}))
	})
	t.Run("aliases in other letters are the same ones", func(t *testing.T) {
		e, err := build(provider("  wrapping_alias: enc-2\n  signing_alias: SIG-1\n  previous: [{wrapping_alias: ENC-1, signing_alias: sig-1}]\n"), Verify)
		require.NoError(t, err)
		assert.NoError(t, e.VerifyItem(t.Context(), before, cmp.EncryptionContext{PartitionKey: "id"}, crypto.Actions{Overrides: map[string]crypto.Action{"id": crypto.SignOnly}}))
		sealed, err := seal(t, provider("  wrapping_alias: ENC-1\n  signing_alias: SIG-1\n"))
		require.NoError(t, err)
		require.NoError(t, open(t, first, sealed))
	})
	t.Run("a store's rows may be of a key store", func(t *testing.T) {
		s := startServices(t)
		_, err := metastore.CreateTable(t.Context(), s.db.Client(), "keys")
		require.NoError(t, err)
		text := s.recent("{type: keystore, wrapping_alias: enc-1, signing_alias: sig-1, keystore: {directory: "+dir+"}}", "")
		sealed, err := seal(t, text)
		require.NoError(t, err)
		require.NoError(t, open(t, text, sealed))
	})

	const place = "c.yaml:3: provider"
	tests := []struct {
		name    string
		purpose Purpose
		text    string
		want    string
	}{
		{"no such alias to wrap", Encrypt, provider("  wrapping_alias: gone\n  signing_alias: sig-1\n"), place + `: alias "gone": the key store has no such alias`},
		{"no such alias to unwrap", Decrypt, provider("  wrapping_alias: gone\n  signing_alias: sig-1\n"), place + `: alias "gone": the key store has no such alias`},
		{"no such alias to verify", Verify, provider("  signing_alias: gone\n"), place + `: alias "gone": the key store has no such alias`},
		{"a key of another kind", Encrypt, provider("  wrapping_alias: sig-1\n  signing_alias: sig-1\n"), place + `: alias "sig-1": an HMAC key does not wrap; that takes an AES or RSA key`},
		{"a weak key", Verify, provider("  signing_alias: weak\n"), place + `: alias "weak": HMAC key has 64 bits, fewer than 128; allow weak keys if old data needs it (allow_weak_keys: true in provider)`},
		{"a pair twice", Decrypt, first + "  previous: [{wrapping_alias: enc-1, signing_alias: sig-1}]\n", place + `: aliases "enc-1" and "sig-1" are given twice`},
		{"no wrapping alias", Encrypt, provider("  signing_alias: sig-1\n"), place + ".wrapping_alias: is missing; encrypting with a provider of type keystore needs it"},
		{"no signing alias", Verify, provider(""), place + ".signing_alias: is missing; verifying with a provider of type keystore needs it"},
		{"no key store", Verify, "provider: {type: keystore, signing_alias: a}", "c.yaml:1: provider.keystore: is missing; write file and password_file or password_env, or directory"},
		{"an empty key store", Verify, "provider: {type: keystore, signing_alias: a, keystore: {}}", "c.yaml:1: provider.keystore: has no key store; write file (PKCS #12) or directory (PEM files)"},
		{"two key stores", Verify, "provider: {type: keystore, signing_alias: a, keystore: {file: f, directory: d}}", "c.yaml:1: provider.keystore: has two key stores; write file or directory, not both"},
		{"a directory with a password", Verify, "provider: {type: keystore, signing_alias: a, keystore: {directory: d, password_env: X}}", "c.yaml:1: provider.keystore: has a password, but a directory has none"},
		{"a directory that is not there", Verify, "provider: {type: keystore, signing_alias: a, keystore: {directory: no/such}}", "c.yaml:1: provider.keystore.directory: "},
		{"a file without a password", Verify, "provider: {type: keystore, signing_alias: a, keystore: {file: f}}", "c.yaml:1: provider.keystore: has no password; write password_file or password_env"},
		{"a file with two passwords", Verify, "provider: {type: keystore, signing_alias: a, keystore: {file: f, password_file: p, password_env: X}}", "c.yaml:1: provider.keystore: has two passwords; write password_file or password_env, not both"},
		{"a password as the name of a variable", Verify, "provider: {type: keystore, signing_alias: a, keystore: {file: f, password_env: " + secret32 + "}}", "c.yaml:1: provider.keystore.password_env: want the name of an environment variable that holds the password; there is none of this name"},
		{"a password file that is not there", Verify, "provider: {type: keystore, signing_alias: a, keystore: {file: f, password_file: no/such}}", "c.yaml:1: provider.keystore.password_file: cannot read no/such: no such file or directory"},
		{"a previous pair without a signing alias", Verify, provider("  signing_alias: sig-1\n  previous:\n  - {wrapping_alias: enc-1}\n"), "c.yaml:7: provider.previous.signing_alias: is missing"},
		{"an unknown key of a pair", Verify, "provider: {type: keystore, previous: [{wraping_alias: a}]}", `c.yaml:1: provider.previous: unknown key "wraping_alias"; did you mean "wrapping_alias"?`},
		{"pairs that are no list", Verify, "provider: {type: keystore, previous: {signing_alias: a}}", "c.yaml:1: provider.previous: want a list, got keys with values"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := build(tt.text, tt.purpose)
			assertRefusal(t, err, tt.want)
		})
	}
}
