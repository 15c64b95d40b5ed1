package interop

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

func TestLibraryOpensGoldenItems(t *testing.T) {
	for _, golden := range goldenItems(t) {
		t.Run(golden.Client+": "+golden.Name, func(t *testing.T) {
			request := golden.Request.Decrypting(golden.Sealed)
			opened, err := Library{}.Do(context.Background(), request)
			require.NoError(t, err)
			assert.Equal(t, string(golden.Plain), canonical(t, opened))

			want, sealed := parse(t, golden.Plain), parse(t, golden.Sealed)
			for name := range want {
				if request.ActionFor(name) != ActionEncrypt {
					want[name] = sealed[name]
				}
			}
			assert.Equal(t, want, parse(t, opened), "decrypted values are in normal form, the others as they were")
		})
	}
}

func TestLibraryRefusesGoldenItemsThatWereTamperedWith(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 0))
	applied := map[string]int{}
	for _, golden := range sealedGoldenItems(t) {
		t.Run(golden.Client+": "+golden.Name, func(t *testing.T) {
			for _, tampering := range unsealing {
				o := newOpening(t, rnd, golden.Request, golden.Sealed)
				if !tampering.apply(o) {
					continue
				}
				applied[tampering.name]++
				_, err := Library{}.Do(context.Background(), o.changed(t))
				assert.ErrorIs(t, err, crypto.ErrSignature, tampering.name)
			}
		})
	}
	for _, tampering := range unsealing {
		assert.GreaterOrEqual(t, applied[tampering.name], 50, tampering.name)
	}
}

func TestLibraryUnwrapsGoldenItemsByPKCS1OnlyIfAllowed(t *testing.T) {
	count := map[string]int{}
	for _, golden := range goldenItems(t) {
		if !golden.AllowPKCS1 {
			continue
		}
		count[golden.Client]++
		t.Run(golden.Client+": "+golden.Name, func(t *testing.T) {
			request := golden.Request.Decrypting(golden.Sealed)
			opened, err := Library{}.Do(context.Background(), request)
			require.NoError(t, err)
			assert.Equal(t, string(golden.Plain), canonical(t, opened))

			request.Provider.AllowPKCS1 = false
			_, err = Library{}.Do(context.Background(), request)
			assert.ErrorIs(t, err, crypto.ErrAlgorithm)

			request = golden.Request
			_, err = Library{}.Do(context.Background(), request)
			assert.ErrorIs(t, err, crypto.ErrConfig, "nothing is written in this way")
		})
	}
	assert.Equal(t, map[string]int{JavaClient: 2, PythonClient: 2}, count)
}

func TestLibraryVerifiesGoldenItemsUnderWeakKeysOnlyIfAllowed(t *testing.T) {
	count := 0
	for _, golden := range goldenItems(t) {
		if !golden.Request.Provider.AllowWeakKeys {
			continue
		}
		count++
		request := golden.Request.Decrypting(golden.Sealed)
		request.Provider.AllowWeakKeys = false
		_, err := Library{}.Do(context.Background(), request)
		assert.ErrorIs(t, err, crypto.ErrConfig, "%s: %s", golden.Client, golden.Name)
	}
	assert.Equal(t, 2, count)
}

func TestLibraryPassesGoldenItemsThroughOnlyIfNothingIsToBeDone(t *testing.T) {
	ctx, count := context.Background(), 0
	for _, golden := range goldenItems(t) {
		if golden.Request.maySign() {
			continue
		}
		count++
		t.Run(golden.Client+": "+golden.Name, func(t *testing.T) {
			for what, item := range map[string]json.RawMessage{
				"the item as it is":              golden.Sealed,
				"an item that has a signature":   json.RawMessage(`{"*amzn-ddb-map-sig*":{"B":"AAAA"},"id":{"N":"1.0"}}`),
				"an item whose signature is odd": json.RawMessage(`{"*amzn-ddb-map-sig*":{"S":"x"},"*amzn-ddb-map-desc*":{"N":"1"}}`),
			} {
				for _, op := range []string{OpEncrypt, OpDecrypt} {
					request := golden.Request
					request.Op, request.Item = op, item
					result, err := Library{}.Do(ctx, request)
					require.NoError(t, err, "%s: %s", op, what)
					assert.JSONEq(t, string(item), string(result), "%s: %s", op, what)
				}
			}

			request := golden.Request.Decrypting(golden.Sealed)
			request.Actions = map[string]string{"not in this item": ActionSign}
			_, err := Library{}.Do(ctx, request)
			assert.ErrorIs(t, err, crypto.ErrNotEncrypted, "an action for an absent attribute asks for a signature")
		})
	}
	assert.Equal(t, 2, count)
}

func TestLibraryRefusesGoldenItemsWithoutTheirSignature(t *testing.T) {
	for _, golden := range sealedGoldenItems(t) {
		item := parse(t, golden.Sealed)
		delete(item, golden.Request.Java.SignatureName())
		text, err := marshalItem(item)
		require.NoError(t, err)
		_, err = Library{}.Do(context.Background(), golden.Request.Decrypting(text))
		assert.ErrorIs(t, err, crypto.ErrNotEncrypted, "%s: %s", golden.Client, golden.Name)
	}
}

func goldenItems(t *testing.T) []Golden {
	t.Helper()
	goldens, err := GoldenItems()
	require.NoError(t, err)
	require.NotEmpty(t, goldens)
	return goldens
}

func sealedGoldenItems(t *testing.T) []Golden {
	t.Helper()
	var sealed []Golden
	for _, golden := range goldenItems(t) {
		if golden.Request.maySign() {
			sealed = append(sealed, golden)
		}
	}
	return sealed
}
