package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const common = `1. Put and Get:
   {ID:alice Created:1 Email:alice@example.com Phones:[+41 44 668 18 00] Plan:free Views:0}
   bob: dynamo: no item found
2. Put If:
   she is there already
   {ID:alice Created:1 Email:alice@example.com Phones:[+41 44 668 18 00] Plan:free Views:0}
3. Batch:
   wrote 2, got 2
4. Scan:
   {ID:alice Created:1 Email:alice@example.net Phones:[+41 44 668 18 00] Plan:free Views:0}
   2 are gold
5. Query:
   {ID:alice Created:1 Email:alice@example.net Phones:[+41 44 668 18 00] Plan:free Views:0}
   bob has 1
6. Update:
   {ID:alice Created:1 Email:alice@example.net Phones:[+41 44 668 18 00] Plan:free Views:1}
7. Transaction:
   {ID:alice Created:1 Email:alice@example.net Phones:[+41 44 668 18 00] Plan:free Views:2}
   {ID:dave Created:1 Email:dave@example.com Phones:[] Plan:free Views:0}
Emails as DynamoDB stores them:
`

func TestGureguDoesTheSameWithEveryClient(t *testing.T) {
	for _, kind := range []string{"plain", "option", "wrapper"} {
		t.Run(kind, func(t *testing.T) {
			var out bytes.Buffer
			require.NoError(t, run(context.Background(), &out, kind))
			require.True(t, strings.HasPrefix(out.String(), common), out.String())

			stored := strings.TrimPrefix(out.String(), common)
			if kind == "plain" {
				require.Contains(t, stored, "   alice@example.net\n")
				require.Contains(t, stored, "was done\n")
				return
			}
			require.Regexp(t, `^(   [0-9a-f]{16}… \(48 bytes\)\n){3}An update of the email:\n`, stored)
			require.NotContains(t, stored, "@example")
			require.Contains(t, stored, `UpdateItem on table "users" refused: UpdateExpression: attribute "email": it is protected`)
		})
	}
}

func TestGureguSaysWhichClientsThereAre(t *testing.T) {
	require.ErrorContains(t, run(context.Background(), &bytes.Buffer{}, "other"), "option, wrapper or plain")
}
