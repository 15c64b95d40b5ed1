//go:build interop

package interop

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// numbersPerItem is how many attributes, and how many members of a set, an item of numbers has.
const numbersPerItem = 50

// TestLibraryWritesNumbersLikeJava compares texts: what a client encrypts is the normal form, and comes back as such.
func TestLibraryWritesNumbersLikeJava(t *testing.T) {
	ctx := context.Background()
	java, _ := startPeers(ctx, t)
	seed := uint64(numberFrom(t, seedVariable, defaultSeed))
	values := valueGenerator{rnd: rand.New(rand.NewPCG(seed, 2)), clients: Clients{Java: true}}
	signing := HMAC("HmacSHA256", make([]byte, 32))
	for index := range max(1, numberFrom(t, itemsVariable, defaultItems)/10) {
		where := fmt.Sprintf("seed %d, item %d", seed, index)
		item, set := map[string]any{}, []string{}
		for i := range numbersPerItem {
			item[fmt.Sprintf("n%d", i)] = map[string]any{"N": values.number()}
		}
		for range numbersPerItem {
			set = append(set, values.number())
		}
		item["set"] = map[string]any{"NS": distinct(set)}
		text, err := marshalItem(item)
		require.NoError(t, err)

		request := Request{Op: OpEncrypt, Item: text, Provider: StaticProvider(make([]byte, 16), signing)}
		ofJava, err := java.Do(ctx, request)
		require.NoError(t, withoutValues(err), where)
		ofGo, err := Library{JavaOrder: true}.Do(ctx, request)
		require.NoError(t, err, where)
		readByGo, err := Library{}.Do(ctx, request.Decrypting(ofJava))
		require.NoError(t, err, where)
		readByJava, err := java.Do(ctx, request.Decrypting(ofGo))
		require.NoError(t, withoutValues(err), where)
		byGo, byJava, want := parse(t, readByGo), parse(t, readByJava), parse(t, []byte(canonical(t, text)))
		for _, name := range sortedNames(item) {
			assert.Equal(t, mustMarshal(want[name]), mustMarshal(byGo[name]), "%s: %s by Java, read by Go", where, name)
			assert.Equal(t, mustMarshal(want[name]), mustMarshal(byJava[name]), "%s: %s by Go, read by Java", where, name)
		}

		request.DefaultAction = ActionSign
		ofGo, err = Library{JavaOrder: true}.Do(ctx, request)
		require.NoError(t, err, where)
		_, err = java.Do(ctx, request.Decrypting(ofGo))
		assert.NoError(t, withoutValues(err), "%s: signed by Go, verified by Java", where)
		ofJava, err = java.Do(ctx, request)
		require.NoError(t, withoutValues(err), where)
		assert.Equal(t, parse(t, ofJava)[request.Java.SignatureName()], parse(t, ofGo)[request.Java.SignatureName()], "%s: signature", where)
	}
}

// distinct leaves out numbers that are equal to an earlier one.
func distinct(numbers []string) []string {
	seen, kept := map[string]bool{}, []string{}
	for _, number := range numbers {
		if normal := mustNormalNumber(number); !seen[normal] {
			seen[normal] = true
			kept = append(kept, number)
		}
	}
	return kept
}
