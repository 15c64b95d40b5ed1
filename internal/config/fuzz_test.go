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
		if bytes.Contains(data, []byte("file")) {
			return // a fuzzer must not read whatever it names
		}
		for _, purpose := range []Purpose{Encrypt, Decrypt, Verify} {
			if encryptor, err := c.Encryptor(purpose); err != nil {
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
	// Names of attributes and of entries in the clear are quoted, whatever they
	// are.
	if !strings.HasPrefix(e.Path, "actions.") && !strings.HasPrefix(e.Path, "provider.description.") {
		assert.NotContains(t, err.Error(), secret32[:8])
	}
}
