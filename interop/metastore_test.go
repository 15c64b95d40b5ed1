//go:build interop

package interop

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/ddbjson"
	"github.com/ddbcrypt/ddbcrypt/internal/dynamodblocal"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
)

const (
	// storeTTL is how long the clients rely on what they know of a store.
	storeTTL = 20 * time.Millisecond

	materialName = "Schlüssel of users/1 😀"
	metaID       = "amzn-ddb-meta-id"
)

// TestMetaStore has a table made by each client, under each kind of provider, and used and rotated by all.
func TestMetaStore(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	parties := startParties(ctx, t)
	endpoint := dynamodblocal.Endpoint(t)
	seed := uint64(numberFrom(t, seedVariable, defaultSeed))
	generator, tally, start := NewGenerator(seed, testKeys(t), Clients{Java: true, Python: true}), newTally(), time.Now()
	double, url := startKMS(t)
	for _, inner := range []struct {
		name     string
		provider Provider
	}{
		{"static", StaticProvider(make([]byte, 16), HMAC("HmacSHA512", make([]byte, 32)))},
		{"wrapped", AESProvider(make([]byte, 32), HMAC("HmacSHA256", make([]byte, 32)))},
		{"KMS", kmsProvider(url, homeRegion, double.CreateKey(homeRegion))},
	} {
		for _, creator := range parties {
			t.Run(fmt.Sprintf("%s makes the table, under %s keys", creator.name, inner.name), func(t *testing.T) {
				double.ResetCalls()
				s := &storeTest{
					parties: parties, double: double, db: dynamodblocal.NewClient(endpoint), generator: generator, tally: tally,
					provider: Provider{Type: ProviderMostRecent, MaterialName: materialName, TTLMillis: int(storeTTL.Milliseconds()), Store: &Store{
						Table:    "keys-" + rand.Text(),
						DynamoDB: Endpoint{URL: endpoint, Region: "us-east-1"},
						Provider: inner.provider,
					}},
				}
				generator.provide = func() (Provider, string) { return s.provider, "most recent" }
				s.run(ctx, t, creator)
			})
		}
	}
	t.Logf("MetaStore (seed %d) in %s: %s", seed, time.Since(start).Round(100*time.Millisecond), tally)
	provider := Provider{Type: ProviderMostRecent, MaterialName: materialName, TTLMillis: int(storeTTL.Milliseconds()), Store: &Store{
		Table:    "keys-" + rand.Text(),
		DynamoDB: Endpoint{URL: endpoint, Region: "us-east-1"},
		Provider: AESProvider(make([]byte, 32), HMAC("HmacSHA256", make([]byte, 32))),
	}}
	_, err := manage(ctx, parties[0], OpCreateStore, provider)
	require.NoError(t, err)
	for _, test := range []struct {
		name string
		run  func(ctx context.Context, t *testing.T, parties []party, provider Provider)
	}{
		{"an item of another version or material is refused", testItemsOfOtherMaterials},
		{"a version that was copied over another is refused", testCopiedVersions},
		{"first items that are sealed at once are under one version", testFirstItemsAtOnce},
		{"only Python seals under a version that was not written", testUnwrittenVersions},
		{"only the library takes a name with a number sign", testNumberSign},
		{"Python cannot rotate what does not exist", testFirstRotation},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(ctx, t, parties, provider) })
	}
}

func manage(ctx context.Context, p party, op string, provider Provider) (int64, error) {
	return p.client.Manage(ctx, Request{Op: op, Provider: p.as(provider)})
}

// A storeTest is one table.
type storeTest struct {
	parties   []party
	double    *memkms.KMS
	db        *dynamodb.Client
	provider  Provider
	generator *Generator
	tally     *tally

	sealed []sealedItem
	makers []party // of the versions
}

type sealedItem struct {
	request Request
	sealed  json.RawMessage
	by      party
	version int
}

func (s *storeTest) run(ctx context.Context, t *testing.T, creator party) {
	_, err := manage(ctx, creator, OpCreateStore, s.provider)
	require.NoError(t, err)
	s.requireNewest(ctx, t, -1)

	// The first item that is sealed makes version 0.
	s.makers = append(s.makers, creator)
	s.seal(ctx, t, creator)
	s.requireNewest(ctx, t, 0)
	s.sealAndOpen(ctx, t)

	for _, rotator := range s.parties {
		version, err := manage(ctx, rotator, OpRotate, s.provider)
		require.NoError(t, err, rotator.name)
		require.EqualValues(t, len(s.makers), version, rotator.name)
		s.makers = append(s.makers, rotator)
		s.requireNewest(ctx, t, len(s.makers)-1)
		time.Sleep(2 * storeTTL)
		s.sealAndOpen(ctx, t)
	}
	s.checkRows(ctx, t)
	s.checkContexts(t)
}

// requireNewest wants everyone to see the same newest version.
func (s *storeTest) requireNewest(ctx context.Context, t *testing.T, want int) {
	t.Helper()
	for _, p := range s.parties {
		version, err := manage(ctx, p, OpMaxVersion, s.provider)
		require.NoError(t, err, p.name)
		require.EqualValues(t, want, version, p.name)
	}
}

// sealAndOpen has each party seal an item, under the newest version, and each open all there are, under any.
func (s *storeTest) sealAndOpen(ctx context.Context, t *testing.T) {
	t.Helper()
	for _, p := range s.parties {
		s.seal(ctx, t, p)
	}
	for _, item := range s.sealed {
		for _, reader := range s.parties {
			where := fmt.Sprintf("%s to %s, version %d", item.by.name, reader.name, item.version)
			plain, err := reader.open(ctx, item.request, item.sealed)
			require.NoError(t, withoutValues(err), where)
			requireItem(t, item.request.Item, plain, where)
			s.tally.add(item.by.name + " to " + reader.name)
		}
	}
}

// seal has a generated item sealed and wants that under the newest version.
func (s *storeTest) seal(ctx context.Context, t *testing.T, p party) {
	t.Helper()
	c := next(t, s.generator)
	for !c.Request.maySign() || len(parse(t, c.Request.Item)) == 0 || !c.Request.signs(sortedNames(parse(t, c.Request.Item))) {
		c = next(t, s.generator)
	}
	sealed, err := p.seal(ctx, c.Request)
	require.NoError(t, withoutValues(err), p.name)
	version := len(s.makers) - 1
	require.Equal(t, fmt.Sprintf("%s#%d", materialName, version), described(t, sealed)[metaID], p.name)
	s.sealed = append(s.sealed, sealedItem{c.Request, sealed, p, version})
}

// checkRows has every party open the row of each version as an item of the table.
func (s *storeTest) checkRows(ctx context.Context, t *testing.T) {
	t.Helper()
	table := s.provider.Store.Table
	for version, maker := range s.makers {
		output, err := s.db.GetItem(ctx, &dynamodb.GetItemInput{TableName: &table, Key: map[string]types.AttributeValue{
			"N": &types.AttributeValueMemberS{Value: materialName}, "V": &types.AttributeValueMemberN{Value: fmt.Sprint(version)},
		}})
		require.NoError(t, err)
		row, err := ddbjson.Marshal(output.Item)
		require.NoError(t, err)
		request := Request{Table: &table, PartitionKey: "N", SortKey: "V", Provider: s.provider.Store.Provider}
		var first json.RawMessage
		for _, reader := range s.parties {
			where := fmt.Sprintf("%s opens version %d, by %s", reader.name, version, maker.name)
			plain, err := reader.open(ctx, request, row)
			require.NoError(t, withoutValues(err), where)
			if first == nil {
				first = plain
				requireMaterial(t, plain, version, where)
			}
			requireItem(t, first, plain, where)
		}
	}
}

// requireMaterial wants a plain row to be what docs/wire-format.md §7 says that it is.
func requireMaterial(t *testing.T, plain json.RawMessage, version int, where string) {
	t.Helper()
	row := opening{item: parse(t, plain)}
	for _, name := range []string{"enc", "int"} {
		key, ok := row.binary(name)
		require.True(t, ok, where)
		require.Len(t, key, 32, where)
		delete(row.item, name)
	}
	assert.Equal(t, map[string]any{
		"N": map[string]any{"S": materialName}, "V": map[string]any{"N": fmt.Sprint(version)}, "t": map[string]any{"S": "0"},
		"encAlg": map[string]any{"S": "AES"}, "intAlg": map[string]any{"S": "HmacSHA256"},
	}, row.item, where)
}

// checkContexts wants the same context from everyone who made or read a version under a KMS key.
func (s *storeTest) checkContexts(t *testing.T) {
	t.Helper()
	if s.provider.Store.Provider.Type != ProviderKMS {
		assert.Empty(t, s.double.Calls())
		return
	}
	callers := map[string]bool{}
	for _, call := range s.double.Calls() {
		version := call.EncryptionContext["V"]
		assert.Equal(t, map[string]string{
			"*amzn-ddb-env-alg*": "AES/256", "*amzn-ddb-sig-alg*": "HmacSHA256/256", "*aws-kms-table*": s.provider.Store.Table,
			"N": materialName, "V": version,
		}, call.EncryptionContext, call.Caller)
		assert.Empty(t, call.ErrorCode, call.Caller)
		callers[call.Caller+" "+call.Operation+" "+version] = true
	}
	for version, maker := range s.makers {
		assert.Contains(t, callers, fmt.Sprintf("%s %s %d", maker.name, generateDataKey, version))
		for _, p := range s.parties {
			assert.Contains(t, callers, fmt.Sprintf("%s %s %d", p.name, decrypt, version))
		}
	}
}
