package main

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestKMSPrints(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(context.Background(), &out, ""))
	require.Equal(t, `1. Encrypted. The description in the item:
   amzn-ddb-env-alg        AES/256
   amzn-ddb-env-key        (the data key, encrypted by KMS)
   amzn-ddb-map-signingAlg HmacSHA256
   amzn-ddb-map-sym-mode   /CBC/PKCS5Padding
   amzn-ddb-sig-alg        HmacSHA256/256
   amzn-ddb-wrap-alg       kms
   aws-kms-ec-attr         *keys*
2. Decrypted: total is 99.5
3. What KMS saw:
   GenerateDataKey under alias/orders with encryption context
     *amzn-ddb-env-alg*   AES/256
     *amzn-ddb-sig-alg*   HmacSHA256/256
     *aws-kms-table*      orders
     customer             alice
     number               17
   Decrypt under alias/orders with encryption context
     *amzn-ddb-env-alg*   AES/256
     *amzn-ddb-sig-alg*   HmacSHA256/256
     *aws-kms-table*      orders
     customer             alice
     number               17
4. Moved to another customer: KMS refuses Decrypt, and the error is ErrSignature
`, out.String())
}
