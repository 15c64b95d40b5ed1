package main

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestItemEncryptorPrints(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(context.Background(), &out))
	require.Equal(t, `encrypted and signed:
  *amzn-ddb-map-desc*  234 bytes
  *amzn-ddb-map-sig*   32 bytes
  customer             alice
  items                48 bytes
  number               17
  seen                 true
  status               paid
  total                32 bytes
verified and decrypted:
  customer             alice
  items                [cup tea]
  number               17
  seen                 true
  status               paid
  total                99.5
as an item of another table:
  ddbcrypt: decrypt item of table "archive" with key "customer", "number": signature does not match
`, out.String())
}
