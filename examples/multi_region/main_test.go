package main

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMultiRegionPrints(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(context.Background(), &out))
	require.Equal(t, `1. Multi-Region key: encrypted in us-east-1, decrypted in us-west-2: alice@example.com
2. MetaStore: before its version is replicated, us-west-2 cannot decrypt: the error is ErrKeyUnavailable
3. Version 0 replicated (true): decrypted in us-west-2: alice@example.com
4. Rotated in us-east-1 and replicated: the newest version in us-west-2 is 1
`, out.String())
}
