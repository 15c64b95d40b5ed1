package config

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

// FuzzParse checks that any text is read or refused with an error that has a
// place and no secret in it, always the same way, and that what was read builds
// or refuses to build likewise.
func FuzzParse(f *testing.F) {
	for _, tt := range refusals {
		f.Add([]byte(tt.text))
	}
	for _, tt := range keyRefusals {
		f.Add([]byte(tt.text))
	}
	f.Add([]byte("actions: {8PHy8/T1}"))
	f.Add([]byte(static(goodAES, goodHMAC)))
	f.Add([]byte(wrapped(goodAES, "  description: {owner: billing}\n")))
	f.Add([]byte("provider: {type: kms, key_id: alias/a, grant_tokens: [t], decryption_keys: [b], allow_any_kms_key: true}\nregion: eu-west-1\nendpoints: {kms: \"http://localhost:1\"}\n"))
	f.Add([]byte("provider: {type: most_recent, material_name: m, ttl: 5m, cache_size: 9, store: {table: t, region: r, endpoint: \"http://localhost:1\", signed_table: u, sign_only: [o], provider: " + storeWriter + "}}\n"))
	f.Add([]byte("provider: {type: keystore, wrapping_alias: w, signing_alias: s, signing_algorithm: HmacSHA256, keystore: {password_env: P}, previous: [{signing_alias: t}], unnamed: {signing_alias: u}}\n"))
	f.Add([]byte(`{"table": "users", "provider": {"type": "static", "signing_key": {"base64": "` + secret32 + `"}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("c.yaml", data)
		_, again := Parse("c.yaml", data)
		if err != nil {
			requirePlaced(t, err)
			require.EqualError(t, again, err.Error())
			return
		}
		require.NoError(t, again)
		if bytes.Contains(data, []byte("file")) || bytes.Contains(data, []byte("directory")) {
			return // a fuzzer must not read whatever it names
		}
		for _, purpose := range []Purpose{Encrypt, Decrypt, Verify} {
			if encryptor, err := c.Encryptor(t.Context(), purpose); err != nil {
				requirePlaced(t, err)
			} else {
				_, err := encryptor.For(c.Context(), c.Actions())
				require.NoError(t, err)
			}
		}
	})
}

func requirePlaced(t *testing.T, err error) {
	t.Helper()
	var e *Error
	require.ErrorAs(t, err, &e)
	require.ErrorIs(t, err, cmp.ErrConfig)
	require.Equal(t, "c.yaml", e.File)
	require.NotEmpty(t, e.Reason)
	if !quotesNames(e) {
		assert.NotContains(t, err.Error(), secret32[:8])
	}
}

// quotesNames reports whether an error quotes names, whatever they are: of
// attributes, entries in the clear, tables and KMS keys.
func quotesNames(e *Error) bool {
	for _, prefix := range []string{"actions.", "provider.description.", "provider.store.provider.description."} {
		if strings.HasPrefix(e.Path, prefix) {
			return true
		}
	}
	for _, text := range []string{" is not the ARN of a table", " KMS key", "the requested description ", "extra data cannot be named "} {
		if strings.Contains(e.Reason, text) {
			return true
		}
	}
	return false
}
