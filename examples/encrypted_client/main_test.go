package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const common = `1. A query, page by page, with a filter:
   {ID:alice Created:1 Email:alice@example.com Phones:[+41 44 668 18 00] Plan:free Views:0}
   {ID:alice Created:3 Email:alice@example.net Phones:[] Plan:free Views:0}
2. An update of an attribute, which returns the item:
   {ID:alice Created:1 Email:alice@example.com Phones:[+41 44 668 18 00] Plan:free Views:1}
3. Two items in one transaction:
   {ID:bob Created:1 Email:bob@example.com Phones:[] Plan:gold Views:0}
4. A condition that fails, with the item for which it failed:
   The conditional request failed
   {ID:bob Created:1 Email:bob@example.com Phones:[] Plan:gold Views:0}
5. As DynamoDB stores the first item:
`

func TestProgramDoesTheSameWithBothClients(t *testing.T) {
	for name, plain := range map[string]bool{"plain": true, "encrypted": false} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			require.NoError(t, run(context.Background(), &out, plain))
			require.True(t, strings.HasPrefix(out.String(), common), out.String())
		})
	}
}

func TestOnlyOneClientStoresPlaintext(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(context.Background(), &out, true))
	require.Equal(t, `   id                   S  "alice"
   created              N  1
   email                S  "alice@example.com"
   phones               L  1 elements
   plan                 S  "free"
   views                N  1
6. Whose email begins with "alice"?
   2 items
`, strings.TrimPrefix(out.String(), common))

	out.Reset()
	require.NoError(t, run(context.Background(), &out, false))
	stored := strings.TrimPrefix(out.String(), common)
	require.Regexp(t, `^   id +S  "alice"
   created +N  1
   email +B  [0-9a-f]{16}… \(48 bytes\)
   phones +B  [0-9a-f]{16}… \(48 bytes\)
   plan +S  "free"
   views +N  1
   \*amzn-ddb-map-desc\* +B  [0-9a-f]{16}… \(\d+ bytes\)
   \*amzn-ddb-map-sig\* +B  [0-9a-f]{16}… \(32 bytes\)
6\. `, stored)
	require.Contains(t, stored, `Scan on table "users" refused: FilterExpression: attribute "email": it is encrypted`)
	require.Contains(t, stored, "about email of FilterExpression\n")
}
