package client_test

import (
	"context"
	"maps"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

func TestItemsThatWereReadElsewhereOpen(t *testing.T) {
	w := newStreamWorld(t)
	stored := w.image(t, w.declared(), user("alice", 1))
	before := maps.Clone(stored)
	for name, table := range map[string]string{"by name": w.table, "by ARN": arn(w.table)} {
		opened, err := client.DecryptItem(t.Context(), w.client(client.Tables(w.declared())), table, stored)
		require.NoError(t, err, name)
		require.Equal(t, client.DecryptedImage{Item: user("alice", 1)}, opened, name)
	}
	require.Equal(t, before, stored)

	opened, err := client.DecryptItem(t.Context(), w.client(client.Tables(w.declared())), w.table, nil)
	require.NoError(t, err)
	require.Equal(t, client.DecryptedImage{}, opened, "there was no item")
}

func TestItemsThatWereReadElsewhereAreVerified(t *testing.T) {
	w := newStreamWorld(t)
	stored := w.image(t, w.declared(), user("alice", 1))
	with := func(name string, v types.AttributeValue) crypto.Item {
		item := maps.Clone(stored)
		item[name] = v
		return item
	}
	other := w.declared()
	other.Name = "other"
	for name, tc := range map[string]struct {
		item  crypto.Item
		table string
		want  error
	}{
		"a signed attribute was changed": {with("plan", str("gold")), w.table, crypto.ErrSignature},
		"an attribute without a value":   {with("email", nil), w.table, crypto.ErrSignature},
		"an attribute was added":         {with("phone", str("1")), w.table, crypto.ErrSignature},
		"plaintext":                      {user("alice", 1), w.table, crypto.ErrNotEncrypted},
		"an item of another table":       {stored, "other", crypto.ErrSignature},
	} {
		t.Run(name, func(t *testing.T) {
			opened, err := client.DecryptItem(t.Context(), w.client(client.Tables(w.declared(), other)), tc.table, tc.item)
			require.Equal(t, client.DecryptedImage{}, opened)
			requireItemError(t, err, tc.want, "DecryptItem", tc.table, "the item", key("alice", 1))
		})
	}
}

func TestItemsThatWereReadElsewhereAreRefusedForUnknownTables(t *testing.T) {
	w := newStreamWorld(t)
	for _, table := range []string{"other", "", "not/a/table", arn(w.table) + "/stream/2026-01-02T03:04:05.678"} {
		_, err := client.DecryptItem(t.Context(), w.client(client.Tables(w.declared())), table, user("alice", 1))
		w.requireRefused(t, err, "DecryptItem", "table", "")
	}
	_, err := client.DecryptItem(t.Context(), w.client(client.Tables(w.declared(), w.declared())), w.table, user("alice", 1))
	w.requireRefused(t, err, "DecryptItem", "", "")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = client.DecryptItem(ended, w.client(client.Tables(w.declared())), w.table, user("alice", 1))
	require.ErrorIs(t, err, context.Canceled)
}

func TestItemsThatWereReadElsewhereMayBePlaintext(t *testing.T) {
	w := newStreamWorld(t)
	plain := user("alice", 1)
	declared := w.declared()
	declared.Plaintext = client.InsecureReadPlaintext
	var counter client.Counter
	db := w.client(client.Tables(declared), client.WithCounter(&counter), client.OtherTables(client.PassThrough()))
	for table, count := range map[string]int64{w.table: 1, "other": 0} {
		read := counter.Read()
		opened, err := client.DecryptItem(t.Context(), db, table, plain)
		require.NoError(t, err)
		require.Equal(t, client.DecryptedImage{Item: plain, Unprotected: true}, opened)
		require.Equal(t, count, counter.Read()-read)
		opened.Item["views"] = num(9)
		require.Equal(t, user("alice", 1), plain, "the map is another one")
	}
}
