package interop

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGoldenItemsCoverBothClients(t *testing.T) {
	goldens, err := GoldenItems()
	require.NoError(t, err)
	count, names, types, algorithms := map[string]int{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, golden := range goldens {
		count[golden.Client]++
		name := golden.Client + ": " + golden.Name
		assert.False(t, names[name], "two are called %s", name)
		names[name] = true
		algorithms[golden.Request.Provider.SigningKey.Algorithm] = true
		walk(parse(t, golden.Plain), func(kind string, _ any, _ int) { types[kind] = true })
	}
	assert.GreaterOrEqual(t, count[JavaClient], 60)
	assert.GreaterOrEqual(t, count[PythonClient], 60)
	assert.Len(t, count, 2)
	for _, kind := range valueKinds {
		assert.True(t, types[kind], "no golden item has type %s", kind)
	}
	for _, digest := range digests {
		for _, algorithm := range []string{"HmacSHA" + digest, "SHA" + digest + "withRSA", "SHA" + digest + "withECDSA"} {
			assert.True(t, algorithms[algorithm], "no golden item is signed by %s", algorithm)
		}
	}
}

func TestGoldenItemsAgreeWithTheirRequests(t *testing.T) {
	goldens, err := GoldenItems()
	require.NoError(t, err)
	for _, golden := range goldens {
		t.Run(golden.Client+": "+golden.Name, func(t *testing.T) {
			plain, err := Canonical(golden.Request.Item)
			require.NoError(t, err)
			assert.Equal(t, string(plain), string(golden.Plain))
			assert.Equal(t, golden.AllowPKCS1, golden.Request.Provider.AllowPKCS1)

			sealed, given := parse(t, golden.Sealed), parse(t, golden.Request.Item)
			want := maps.Clone(given)
			for name := range given {
				if golden.Request.ActionFor(name) == ActionEncrypt {
					assert.Contains(t, sealed[name], "B", name)
					assert.NotEqual(t, given[name], sealed[name], name)
					want[name] = sealed[name]
				}
			}
			signature, description := golden.Request.Java.SignatureName(), golden.Request.Java.DescriptionName()
			if golden.Request.maySign() {
				require.Contains(t, sealed, signature)
				want[signature] = sealed[signature]
			}
			if sealed[description] != nil {
				want[description] = sealed[description]
			}
			assert.Equal(t, want, sealed, "what is not encrypted stays as it was")
		})
	}
}

func TestDecryptingKeepsTheSettingsOfARequest(t *testing.T) {
	request := Request{Op: OpEncrypt, Item: json.RawMessage(`{}`), PartitionKey: "id"}
	got := request.Decrypting(json.RawMessage(`{"a":{"S":"x"}}`))
	assert.Equal(t, Request{Op: OpDecrypt, Item: json.RawMessage(`{"a":{"S":"x"}}`), PartitionKey: "id"}, got)
	assert.Equal(t, OpEncrypt, request.Op)
}
