package main

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWrappedRSAPrints(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(context.Background(), &out))
	require.Equal(t, `the writer encrypted an item
the writer cannot decrypt it: ddbcrypt: decrypt item of table "patients" with key "id": key is not available: attributes are to be decrypted, but the provider has no decryption key
the reader can: J45.0
the reader cannot write: ddbcrypt: encrypt item of table "patients" with key "id": key is not available: no signing key is configured
`, out.String())
}
