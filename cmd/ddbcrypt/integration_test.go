//go:build integration

package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/dynamodblocal"
)

// TestMetastoreInDynamoDBLocal makes and uses a store there.
func TestMetastoreInDynamoDBLocal(t *testing.T) {
	endpoint := dynamodblocal.Endpoint(t)
	const format = `
partition_key: id
sort_key: created
provider:
  type: most_recent
  material_name: users
  store:
    table: cli-keys%s
    provider:
      type: wrapped
      wrapping_key: {algorithm: AES, encoding: raw, base64: AAECAwQFBgcICQoLDA0ODw==}
      signing_key: {algorithm: HmacSHA256, encoding: raw, base64: EBESExQVFhcYGRobHB0eHw==}
endpoints: {dynamodb: %q}
`
	file := writeConfig(t, format, "", endpoint)
	replica := writeConfig(t, format, "-replica", endpoint)
	answers := func(want string, args ...string) {
		t.Helper()
		code, stdout, stderr := execute(t, nil, args...)
		require.Equal(t, 0, code, stderr)
		assert.Equal(t, want, stdout)
	}
	answers("created table \"cli-keys\"\n", "metastore", "create", "--config", file)
	answers("table \"cli-keys\" exists\n", "metastore", "create", "--config", file)
	answers("created table \"cli-keys-replica\"\n", "metastore", "create", "--config", replica, "--read-units", "5", "--write-units", "5")

	code, sealed, stderr := execute(t, strings.NewReader(itemLine(1)), "item", "encrypt", "--config", file)
	require.Equal(t, 0, code, stderr)
	answers("version 1 of material \"users\"\n", "metastore", "rotate", "--config", file)
	answers("version 0 of material \"users\": copied\nversion 1 of material \"users\": copied\n", "metastore", "replicate", "--config", file, "--to", replica)
	answers("version 0 of material \"users\": exists\n", "metastore", "replicate", "--config", file, "--to", replica, "--version", "0")
	answers("MATERIAL  VERSION  NEWEST  STATE\nusers     0        no      ok\nusers     1        yes     ok\n", "metastore", "list", "--config", replica, "--verify")
	for _, config := range []string{file, replica} {
		code, opened, stderr := execute(t, strings.NewReader(sealed), "item", "decrypt", "--config", config)
		require.Equal(t, 0, code, stderr)
		assert.Equal(t, itemLine(1), opened)
	}

	code, _, stderr = execute(t, nil, "metastore", "list", "--config", writeConfig(t, format, "-missing", endpoint))
	assert.Equal(t, 1, code)
	assert.Contains(t, stderr, "ResourceNotFoundException")
}
