//go:build interop

package interop

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
)

// itemsPerKMS is how many items of a direction there are to one that is sealed under KMS by each and opened by each.
const itemsPerKMS = 5

// TestDirectKMS runs the clients with our KMS double and with moto.
func TestDirectKMS(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	parties := startParties(ctx, t)
	for _, test := range []struct {
		name string
		run  func(ctx context.Context, t *testing.T, parties []party)
	}{
		{"items and contexts are the same for all", testGeneratedItems},
		{"descriptions are the same but for Java's signing algorithm", testDescriptions},
		{"our double binds data keys and items to their context", testDoubleBindsTheContext},
		{"moto binds data keys and items to their context", testMotoBindsTheContext},
		{"we refuse what the published clients refuse", testTamperedKMSItems},
		{"multi-Region keys open in both Regions", testMultiRegionKeys},
		{"aliases and key IDs open like ARNs", testAliases},
		{"only the library refuses items of another key", testItemsOfAnotherKey},
		{"grant tokens go with each call", testGrantTokens},
		{"number keys enter the context as DynamoDB returns them", testNumberKeys},
		{"Python leaves out a key attribute that is absent", testAbsentKey},
		{"a content key of unstated size is one of 256 bits", testUnstatedKeySize},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(ctx, t, parties) })
	}
}

// testGeneratedItems has generated items sealed by each client and opened by each, and compares what KMS was asked: the
// encryption context of the same item is the same, from whomever and both ways.
func testGeneratedItems(ctx context.Context, t *testing.T, parties []party) {
	double, url := startKMS(t)
	key := double.CreateKey(homeRegion)
	items := max(1, numberFrom(t, itemsVariable, defaultItems)/itemsPerKMS)
	seed := uint64(numberFrom(t, seedVariable, defaultSeed))
	generator := newKMSGenerator(seed, testKeys(t), kmsProvider(url, homeRegion, key))
	tally, start := newTally(), time.Now()
	for index := range items {
		c := generator.next(t, index)
		where := fmt.Sprintf("seed %d, item %d (%s)", seed, index, c.Name)
		want := kmsContext(t, c.Request)
		tally.add(about(t, c.Request)...)
		for _, writer := range writers(parties) {
			where := writer.name + " seals, " + where
			sealed, err := writer.seal(ctx, c.Request)
			require.NoError(t, withoutValues(err), where)
			checkGenerated(t, callsSince(double, generateDataKey), writer, key, want, where)
			for _, reader := range parties {
				if !reader.reads(writer, c.Request) {
					continue
				}
				where := reader.name + " opens, " + where
				plain, err := reader.open(ctx, c.Request, sealed)
				require.NoError(t, withoutValues(err), where)
				requireItem(t, c.Request.Item, plain, where)
				checkDecrypted(t, callsSince(double, decrypt), reader, key, want, where)
				tally.add(writer.name + " to " + reader.name)
			}
		}
	}
	t.Logf("Direct KMS: %d items (seed %d) in %s: %s", items, seed, time.Since(start).Round(100*time.Millisecond), tally)
}

// checkGenerated wants one call for a data key of 32 bytes.
func checkGenerated(t *testing.T, calls []memkms.Call, writer party, key string, want map[string]string, where string) {
	t.Helper()
	require.Len(t, calls, 1, where)
	call := calls[0]
	assert.Equal(t, want, call.EncryptionContext, where)
	assert.Equal(t, 32, call.NumberOfBytes, where)
	assert.Empty(t, call.KeySpec, where)
	assert.Equal(t, key, call.KeyID, where)
	assert.Equal(t, writer.name, call.Caller, where)
	assert.Equal(t, homeRegion, call.Region, where)
}

// checkDecrypted wants one call that succeeded. Only we say which key it must be.
func checkDecrypted(t *testing.T, calls []memkms.Call, reader party, key string, want map[string]string, where string) {
	t.Helper()
	require.Len(t, calls, 1, where)
	call := calls[0]
	assert.Empty(t, call.ErrorCode, where)
	assert.Equal(t, want, call.EncryptionContext, where)
	assert.Equal(t, reader.name, call.Caller, where)
	if reader.name == partyGo {
		assert.Equal(t, key, call.KeyID, where)
	} else {
		assert.Empty(t, call.KeyID, "%s: the published clients leave it to KMS to find the key", where)
	}
}

// kmsGenerator makes cases that all clients can seal under a KMS key.
type kmsGenerator struct {
	*Generator
}

func newKMSGenerator(seed uint64, keys *Keys, provider Provider) kmsGenerator {
	g := NewGenerator(seed, keys, Clients{Java: true, Python: true})
	g.provide = func() (Provider, string) {
		p := provider
		p.Description = map[string]string{}
		for _, requested := range kmsDescriptions {
			if choice := pick(g.rnd, requested.choices...); choice != "" {
				p.Description[requested.key] = choice
			}
		}
		return p, fmt.Sprintf("KMS, %s, %s", p.Description[contentAlgorithm], p.Description[signingAlgorithm])
	}
	return kmsGenerator{g}
}

const (
	contentAlgorithm = "amzn-ddb-env-alg"
	signingAlgorithm = "amzn-ddb-sig-alg"
)

// kmsDescriptions are the entries that all clients let a caller request; "" requests nothing.
var kmsDescriptions = []struct {
	key     string
	choices []string
}{
	{contentAlgorithm, []string{"", "", "AES/128", "AES/192", "AES/256"}},
	{signingAlgorithm, []string{"", "", "HmacSHA256/256", "HmacSHA384/384", "HmacSHA512/512"}},
}

// next returns a case of which something is signed, every third one without a table name. Without a signature nobody
// asks KMS.
func (g kmsGenerator) next(t *testing.T, index int) Case {
	t.Helper()
	for {
		c := next(t, g.Generator)
		item, err := parseItem(c.Request.Item)
		require.NoError(t, err)
		if !c.Request.maySign() || !c.Request.signs(sortedNames(item)) {
			continue
		}
		if index%3 == 2 {
			c.Request.Table = nil
		}
		stored, ok := withStoredKeys(t, c.Request)
		if !ok {
			continue
		}
		c.Request.Item = stored
		return c
	}
}

// withStoredKeys writes the number keys of an item as DynamoDB returns them: the published clients put the text that
// they are given into the context. It reports false where Python does not take a number that is written out.
func withStoredKeys(t *testing.T, request Request) (json.RawMessage, bool) {
	t.Helper()
	item, err := parseItem(request.Item)
	require.NoError(t, err)
	for _, name := range []string{request.PartitionKey, request.SortKey} {
		value, _ := item[name].(map[string]any)
		text, ok := value["N"].(string)
		if !ok {
			continue
		}
		normal, err := normalNumber(text)
		require.NoError(t, err)
		if len(strings.TrimLeft(normal, "-0.")) > maxDigits {
			return nil, false
		}
		item[name] = map[string]any{"N": normal}
	}
	text, err := marshalItem(item)
	require.NoError(t, err)
	return text, true
}

// kmsContext is the encryption context that KMS is to see.
func kmsContext(t *testing.T, request Request) map[string]string {
	t.Helper()
	want := map[string]string{"*amzn-ddb-env-alg*": "AES/256", "*amzn-ddb-sig-alg*": "HmacSHA256/256"}
	for key, value := range request.Provider.Description {
		want["*"+key+"*"] = value
	}
	if request.Table != nil {
		want["*aws-kms-table*"] = *request.Table
	}
	item, err := parseItem(request.Item)
	require.NoError(t, err)
	for _, name := range []string{request.PartitionKey, request.SortKey} {
		if name == "" {
			continue
		}
		for kind, content := range item[name].(map[string]any) {
			require.Contains(t, []string{"S", "N", "B"}, kind)
			// Binaries are base64 in the item already.
			want[name] = content.(string)
			if kind == "B" {
				_, err := base64.StdEncoding.Strict().DecodeString(want[name])
				require.NoError(t, err)
			}
		}
	}
	return want
}

// about says what a case has of what the context is made of.
func about(t *testing.T, request Request) []string {
	t.Helper()
	var parts []string
	item, err := parseItem(request.Item)
	require.NoError(t, err)
	for name, what := range map[string]string{request.PartitionKey: "partition key", request.SortKey: "sort key"} {
		if name == "" {
			continue
		}
		for kind := range item[name].(map[string]any) {
			parts = append(parts, what+" of type "+kind)
		}
	}
	switch {
	case request.PartitionKey == "":
		parts = append(parts, "without a key")
	case request.SortKey == "":
		parts = append(parts, "without a sort key")
	}
	if request.Table == nil {
		parts = append(parts, "without a table name")
	}
	return parts
}
