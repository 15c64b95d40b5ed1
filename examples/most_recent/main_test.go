package main

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMostRecentPrints(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(context.Background(), &out))
	require.Equal(t, `1. Encrypted 1000 items under version 0: 2 calls of the store, 1 of KMS
2. Rotated to version 1; new items are encrypted under version 1
3. Decrypted all 1001 items, of both versions, with 1 more call of KMS
4. Without permission in KMS, once the keys in memory are gone: Decrypt is denied, and the error is ErrKeyUnavailable
`, out.String())
}
