package main

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStreamsPrints(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(context.Background(), &out))
	first, rest, ok := bytes.Cut(out.Bytes(), []byte("2. "))
	require.True(t, ok)
	require.Contains(t, string(first), `{"Records":[{"eventName":"INSERT"`)
	require.NotContains(t, string(first), "@example")
	require.Equal(t, `What it makes of that:
   1 INSERT: nobody -> alice@example.com
   2 MODIFY: alice@example.com -> alice@example.org
   3 MODIFY: no image, the stream has only keys
   4 REMOVE: alice@example.org -> nobody
   5 MODIFY: new image: ddbcrypt: DecryptStreamImage on table "users": the image: decrypt item of table "users" with key "id": signature does not match
   Lambda delivers again: {"batchItemFailures":[{"itemIdentifier":"5"}]}
3. The same from the API of DynamoDB Streams:
   1 INSERT: nobody -> alice@example.com
   2 MODIFY: left out: ddbcrypt: DecryptStreamImage on table "users": the image: decrypt item of table "users" with key "id": signature does not match
   3 MODIFY: no image, the stream has only keys
   4 REMOVE: alice@example.org -> nobody
`, string(rest))
}
