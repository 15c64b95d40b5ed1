//go:build interop

package interop

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
)

// keyedItem has a key of each of the types that are most used.
const keyedItem = `{"id":{"S":"alice"},"created":{"N":"17"},"secret":{"S":"x"}}`

// testTamperedKMSItems is TestLibraryRefusesWhatPublishedClientsRefuse for items under a KMS key.
func testTamperedKMSItems(ctx context.Context, t *testing.T, parties []party) {
	double, url := startKMS(t)
	seed := uint64(numberFrom(t, seedVariable, defaultSeed))
	items := max(1, numberFrom(t, itemsVariable, defaultItems)/itemsPerTampered/len(parties))
	provider := party{name: "tester"}.as(kmsProvider(url, homeRegion, double.CreateKey(homeRegion)))
	for _, writer := range parties {
		for _, reader := range parties[1:] {
			t.Run("beside "+reader.name+" as "+writer.name+" sealed it", func(t *testing.T) {
				generator := newKMSGenerator(seed, testKeys(t), provider)
				c := &comparison{
					direction: direction{writer: writer.client, reader: reader.client},
					rnd:       rand.New(rand.NewPCG(seed, 1)), tally: newTally(),
					cases: func(t *testing.T) Case { return generator.next(t, 0) },
				}
				for index := range items {
					c.next(ctx, t, fmt.Sprintf("%s to %s, seed %d, item %d", writer.name, reader.name, seed, index))
				}
				t.Logf("%d items (seed %d): %s", items, seed, c.tally)
			})
		}
	}
}

func testMultiRegionKeys(ctx context.Context, t *testing.T, parties []party) {
	const elsewhere = "us-west-2"
	double, url := startKMS(t)
	primary := double.CreateKey(homeRegion, memkms.MultiRegion())
	replica, err := double.ReplicateKey(primary, elsewhere)
	require.NoError(t, err)
	atHome, there := kmsProvider(url, homeRegion, primary), kmsProvider(url, elsewhere, replica)
	for name, ends := range map[string]struct{ from, to Provider }{
		"the primary to the replica": {atHome, there},
		"the replica to the primary": {there, atHome},
	} {
		for _, writer := range parties {
			sealing := itemRequest(ends.from, keyedItem)
			sealed, err := writer.seal(ctx, sealing)
			require.NoError(t, err)
			for _, reader := range parties {
				t.Run("from "+name+", "+writer.name+" to "+reader.name, func(t *testing.T) {
					double.ResetCalls()
					plain, err := reader.open(ctx, itemRequest(ends.to, keyedItem), sealed)
					require.NoError(t, err)
					requireItem(t, sealing.Item, plain)
					calls := callsSince(double, decrypt)
					require.Len(t, calls, 1)
					assert.Equal(t, ends.to.KMS.Region, calls[0].Region)
				})
			}
		}
	}
}

func testAliases(ctx context.Context, t *testing.T, parties []party) {
	double, url := startKMS(t)
	arn := double.CreateKey(homeRegion)
	require.NoError(t, double.CreateAlias(homeRegion, "alias/app", arn))
	_, id, _ := strings.Cut(arn, "key/")
	alias := strings.TrimSuffix(arn, "key/"+id) + "alias/app"
	for _, writer := range parties {
		for _, keyID := range []string{id, "alias/app", alias} {
			request := itemRequest(kmsProvider(url, homeRegion, keyID), keyedItem)
			sealed, err := writer.seal(ctx, request)
			require.NoError(t, err, "%s with %s", writer.name, keyID)
			for _, reader := range parties {
				for _, keyID := range []string{arn, id, "alias/app", alias} {
					plain, err := reader.open(ctx, itemRequest(kmsProvider(url, homeRegion, keyID), keyedItem), sealed)
					require.NoError(t, err, "%s to %s with %s", writer.name, reader.name, keyID)
					requireItem(t, request.Item, plain)
				}
			}
		}
	}
}

func testItemsOfAnotherKey(ctx context.Context, t *testing.T, parties []party) {
	double, url := startKMS(t)
	configured, other := double.CreateKey(homeRegion), double.CreateKey(homeRegion)
	for _, writer := range parties {
		sealed, err := writer.seal(ctx, itemRequest(kmsProvider(url, homeRegion, other), keyedItem))
		require.NoError(t, err)
		for _, reader := range parties {
			_, err := reader.open(ctx, itemRequest(kmsProvider(url, homeRegion, configured), keyedItem), sealed)
			if reader.name == partyGo {
				assert.ErrorIs(t, err, cmp.ErrKeyUnavailable, writer.name)
			} else {
				assert.NoError(t, err, "%s to %s", writer.name, reader.name)
			}
		}
	}
}

func testGrantTokens(ctx context.Context, t *testing.T, parties []party) {
	double, url := startKMS(t)
	provider := kmsProvider(url, homeRegion, double.CreateKey(homeRegion))
	double.Deny(memkms.Rule{})
	double.AddGrant("a-token", memkms.Rule{})
	for _, p := range parties {
		t.Run(p.name, func(t *testing.T) {
			request := itemRequest(provider, keyedItem)
			_, err := p.seal(ctx, request)
			requireRefusal(t, p, err, cmp.ErrKeyUnavailable)
			if p.name == partyJava {
				return // It has no way to send any.
			}
			request.Provider.GrantTokens = []string{"a-token"}
			sealed, err := p.seal(ctx, request)
			require.NoError(t, err)
			_, err = p.open(ctx, request, sealed)
			require.NoError(t, err)
		})
	}
}

// testNumberKeys: DynamoDB returns 1.50 as 1.5, which is another text to KMS.
func testNumberKeys(ctx context.Context, t *testing.T, parties []party) {
	double, url := startKMS(t)
	provider := kmsProvider(url, homeRegion, double.CreateKey(homeRegion))
	asGiven := itemRequest(provider, `{"id":{"S":"alice"},"created":{"N":"1.50"},"secret":{"S":"x"}}`)
	for _, writer := range parties {
		sealed, err := writer.seal(ctx, asGiven)
		require.NoError(t, err)
		text := callsSince(double, generateDataKey)[0].EncryptionContext["created"]
		stored := parse(t, sealed)
		stored["created"] = map[string]any{"N": "1.5"}
		asStored, err := marshalItem(stored)
		require.NoError(t, err)
		for _, reader := range parties {
			t.Run(writer.name+" to "+reader.name, func(t *testing.T) {
				_, storedErr := reader.open(ctx, asGiven, asStored)
				if writer.name == partyGo {
					assert.Equal(t, "1.5", text)
					assert.NoError(t, storedErr)
					return
				}
				assert.Equal(t, "1.50", text)
				requireRefusal(t, reader, storedErr, cmp.ErrSignature)
				_, err := reader.open(ctx, asGiven, sealed)
				assert.NoError(t, err, "where it did not pass through DynamoDB")
			})
		}
	}
}

func testAbsentKey(ctx context.Context, t *testing.T, parties []party) {
	double, url := startKMS(t)
	request := itemRequest(kmsProvider(url, homeRegion, double.CreateKey(homeRegion)), `{"id":{"S":"alice"},"secret":{"S":"x"}}`)
	var byPython json.RawMessage
	for _, p := range parties {
		sealed, err := p.seal(ctx, request)
		if p.name != partyPython {
			requireRefusal(t, p, err, cmp.ErrConfig)
			continue
		}
		require.NoError(t, err, "Python leaves it out of the context")
		byPython = sealed
	}
	for _, p := range parties {
		plain, err := p.open(ctx, request, byPython)
		if p.name == partyJava {
			requireRefusal(t, p, err, nil)
			continue
		}
		require.NoError(t, err, p.name)
		requireItem(t, request.Item, plain)
	}
}

// testUnstatedKeySize: Java and Python take AES for AES/256, in a description and in the context.
func testUnstatedKeySize(ctx context.Context, t *testing.T, parties []party) {
	double, url := startKMS(t)
	request := itemRequest(kmsProvider(url, homeRegion, double.CreateKey(homeRegion)), keyedItem)
	for _, writer := range parties[1:] {
		unstated := request
		unstated.Provider.Description = map[string]string{contentAlgorithm: "AES"}
		sealed, err := writer.seal(ctx, unstated)
		require.NoError(t, err, writer.name)
		for _, reader := range parties {
			plain, err := reader.open(ctx, request, sealed)
			require.NoError(t, err, "%s to %s", writer.name, reader.name)
			requireItem(t, request.Item, plain)
		}
	}
}

func testDescriptions(ctx context.Context, t *testing.T, parties []party) {
	double, url := startKMS(t)
	request := itemRequest(kmsProvider(url, homeRegion, double.CreateKey(homeRegion)), keyedItem)
	for _, p := range parties {
		sealed, err := p.seal(ctx, request)
		require.NoError(t, err, p.name)
		description := described(t, sealed)
		assert.NotEmpty(t, description[contentKey], p.name)
		delete(description, contentKey)
		want := cmp.MaterialDescription{
			contentAlgorithm: "AES/256", signingAlgorithm: "HmacSHA256/256", "amzn-ddb-wrap-alg": "kms", "aws-kms-ec-attr": "*keys*",
			"amzn-ddb-map-sym-mode": "/CBC/PKCS5Padding", "amzn-ddb-map-signingAlg": "HmacSHA256",
		}
		if p.name == partyJava {
			delete(want, "amzn-ddb-map-signingAlg")
		}
		assert.Equal(t, want, description, p.name)
	}
}
