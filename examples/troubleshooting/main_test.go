package main

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTroubleshootingPrints(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(context.Background(), &out))
	require.Equal(t, `1. Access denied: AccessDeniedException of KMS Decrypt.
   With the permission kms:Decrypt the item opens.
2. Signature verification fails: ddbcrypt: verify item of table "users" with key "id": signature does not match
  found: attribute "plan" was signed with the action sign, not none
3. Older version global table: the replication's own attributes are not signed, so the item opens.
4. Poor performance of the most recent provider, for 100 items:
   time to live 1ns: 200 calls of the store
   time to live 5m0s: 2 calls of the store
`, out.String())
}
