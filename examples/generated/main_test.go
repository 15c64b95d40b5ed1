package main

import (
	"bytes"
	"testing"
	"testing/cryptotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

func TestGenerated(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out))
	require.Equal(t, `1. A receipt is only signed, and both write the same bytes:
   generated:  652cb4870468cfb6047e64d301f89737acc91687c27db8aaf01e011bdc4c10de
   reflecting: 652cb4870468cfb6047e64d301f89737acc91687c27db8aaf01e011bdc4c10de
   all 7 attributes are the same: true
2. A customer has random IVs, and each loads what the other saved:
   the twin loads what generated code saved: true
   generated code loads what the twin saved: true (version 2)
3. Keys and names are checked by the compiler:
   alice@example.com in Zürich
   credit 100
4. An item from before the accepted change is read, and written anew:
   items with the action sign for credit: 1
   items with the action sign for credit: 0
`, out.String())
}

// With the same random IVs, items with encrypted attributes are the same, too.
func TestGeneratedCodeAndReflectionSealTheSameBytes(t *testing.T) {
	at := time.Date(2026, 11, 23, 12, 0, 0, 5, time.FixedZone("CET", 3600))
	for name, customer := range map[string]Customer{
		"all fields are set":     newCustomer(),
		"few fields are set":     {ID: "bob", Plan: "free"},
		"empty, and not UTC":     {ID: "carol", Plan: "free", Labels: []string{}, Joined: at, Expires: at},
		"text in many languages": {ID: "dörte", Plan: "gratuité", Labels: []string{"友", "друг"}, Address: Address{Zip: "1-2-3"}, Credit: -7},
		"not the first version":  {ID: "eve", Plan: "gold", Version: 41},
	} {
		t.Run(name, func(t *testing.T) {
			twin := reflectedCustomer(customer)
			byCode, byReflection := sealed(t, &customer), sealed(t, &twin)
			require.Equal(t, byReflection, byCode)
			require.Equal(t, signatureOf(byReflection), signatureOf(byCode))
			require.Len(t, signatureOf(byCode), 64)
			require.Equal(t, Customer(twin), customer)
		})
	}
}

// sealed returns what is stored of a value.
func sealed[T any](t *testing.T, value *T) crypto.Item {
	store := memdb.New()
	encryptor, err := newEncryptor()
	require.NoError(t, err)
	items, err := mapper.New[T](store.Client(), encryptor)
	require.NoError(t, err)
	require.NoError(t, items.CreateTable(t.Context()))
	cryptotest.SetGlobalRandom(t, 1)
	require.NoError(t, items.Save(t.Context(), value, mapper.Clobber()))
	stored := store.Items(items.Table())
	require.Len(t, stored, 1)
	return stored[0]
}
