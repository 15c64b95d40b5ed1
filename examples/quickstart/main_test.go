package main

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestQuickstartShowsCiphertextAndRefusesTamperedItems(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(context.Background(), &out, ""))
	text := out.String()
	stored := text[bytes.Index(out.Bytes(), []byte("2. As DynamoDB")):bytes.Index(out.Bytes(), []byte("3. Loaded"))]
	require.Contains(t, stored, `id                   S  "alice"`)
	require.Regexp(t, `email +B  [0-9a-f]{32}… \(48 bytes\)`, stored)
	require.NotContains(t, stored, "alice@example.com")
	require.Contains(t, text, "Email:alice@example.com Phones:[+41 44 668 18 00] Plan:free Views:0 Version:1}\n\n4.")
	require.Regexp(t, `(?s)4\. Somebody sets plan.*signature does not match.*5\. Somebody exchanges.*signature does not match`, text)
	require.Regexp(t, `(?s)ddbcryptgen.*ddbcryptvet.*docs/model-lock.md`, text)
	require.Contains(t, text, `diagnosis: the values of attributes "email" and "phones" were exchanged`)
}

func TestQuickstartSaysWhatIsWrongWithAnEndpoint(t *testing.T) {
	err := run(context.Background(), &bytes.Buffer{}, "localhost:8000")
	require.ErrorContains(t, err, "not a URL such as http://127.0.0.1:8000")
}
