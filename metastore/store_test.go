package metastore_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/metastore"
)

func TestStoreInTheEmbeddedStore(t *testing.T) { testStore(t, memdb.New().Client()) }

// testStore holds what a store relies on in DynamoDB.
func testStore(t *testing.T, client *dynamodb.Client) {
	for name, test := range map[string]func(*testing.T, *dynamodb.Client){
		"a table is created once":                                     testCreateTable,
		"a table with other keys is refused":                          testOtherKeys,
		"versions count from 0 and in the order of numbers":           testVersions,
		"a version is made once, and everybody gets the same keys":    testGetOrCreate,
		"names are kept apart":                                        testNames,
		"many callers at once agree":                                  testRaces,
		"a version is copied to another store":                        testReplicate,
		"a table is named by ARN":                                     testARN,
		"a restored table is read under the name that it had":         testRestored,
		"extra data is stored with a version":                         testExtraData,
		"the versions in a table are listed":                          testList,
		"items are encrypted and read with versions from a MetaStore": testItems,
	} {
		t.Run(name, func(t *testing.T) { test(t, client) })
	}
}

func testVersions(t *testing.T, client *dynamodb.Client) {
	store := newStore(t, client, newTable(t, client), newProtector(t))
	newest, err := store.MaxVersion(t.Context(), material)
	require.NoError(t, err)
	require.EqualValues(t, -1, newest)
	var providers []cmp.Provider
	for want := range int64(13) { // 10 comes after 9
		p, version, err := store.NewProvider(t.Context(), material)
		require.NoError(t, err)
		require.Equal(t, want, version)
		newest, err := store.MaxVersion(t.Context(), material)
		require.NoError(t, err)
		require.Equal(t, want, newest)
		require.Equal(t, fmt.Sprintf("%s#%d", material, want), idOf(t, p))
		providers = append(providers, p)
	}
	for i, made := range providers {
		p, err := store.Provider(t.Context(), material, int64(i))
		require.NoError(t, err)
		requireSameKeys(t, made, p)
		requireOtherKeys(t, providers[(i+1)%len(providers)], p)
	}
}

func testGetOrCreate(t *testing.T, client *dynamodb.Client) {
	table, protector := newTable(t, client), newProtector(t)
	store := newStore(t, client, table, protector)
	_, err := store.Provider(t.Context(), material, 0)
	requireError(t, cmp.ErrKeyUnavailable, "get", table, material, 0, err)
	made, err := store.GetOrCreateProvider(t.Context(), material, 0)
	require.NoError(t, err)
	for range 2 {
		got, err := store.GetOrCreateProvider(t.Context(), material, 0)
		require.NoError(t, err)
		requireSameKeys(t, made, got)
	}
	t.Run("a version may be made out of order", func(t *testing.T) {
		_, err := store.GetOrCreateProvider(t.Context(), material, 7)
		require.NoError(t, err)
		_, version, err := store.NewProvider(t.Context(), material)
		require.NoError(t, err)
		assert.EqualValues(t, 8, version)
		_, err = store.Provider(t.Context(), material, 6)
		requireError(t, cmp.ErrKeyUnavailable, "get", table, material, 6, err)
	})
	t.Run("the largest version is the last", func(t *testing.T) {
		_, err := store.GetOrCreateProvider(t.Context(), "last", 1<<63-1)
		require.NoError(t, err)
		newest, err := store.MaxVersion(t.Context(), "last")
		require.NoError(t, err)
		assert.Equal(t, int64(1<<63-1), newest)
		_, _, err = store.NewProvider(t.Context(), "last")
		requireError(t, cmp.ErrConfig, "rotate", table, "last", -1, err)
	})
}

func testNames(t *testing.T, client *dynamodb.Client) {
	store := newStore(t, client, newTable(t, client), newProtector(t))
	providers := map[string]cmp.Provider{}
	names := []string{"a", "a#1", "a#1#1", "#", "##", "a#", "#a", "A", "é", "e\u0301", " ", "a b", "名前", "😀", "0"}
	for _, name := range names {
		for range 2 {
			_, _, err := store.NewProvider(t.Context(), name)
			require.NoError(t, err)
		}
		p, err := store.Provider(t.Context(), name, 1)
		require.NoError(t, err)
		providers[name] = p
	}
	for _, name := range names {
		description := cmp.MaterialDescription{"amzn-ddb-meta-id": idOf(t, providers[name])}
		for _, other := range names {
			version, err := store.VersionFromDescription(other, description)
			if other == name {
				require.NoError(t, err)
				require.EqualValues(t, 1, version)
			} else {
				requireClass(t, cmp.ErrDescription, err)
			}
		}
	}
}

func testRaces(t *testing.T, client *dynamodb.Client) {
	const callers = 50
	table, protector := newTable(t, client), newProtector(t)
	race := func(do func(*metastore.Store) (cmp.Provider, int64, error)) (providers []cmp.Provider, versions []int64) {
		providers, versions = make([]cmp.Provider, callers), make([]int64, callers)
		var all sync.WaitGroup
		for i := range callers {
			all.Go(func() {
				store := newStore(t, client, table, protector)
				var err error
				providers[i], versions[i], err = do(store)
				assert.NoError(t, err)
			})
		}
		all.Wait()
		require.False(t, t.Failed())
		return providers, versions
	}
	t.Run("when they make version 0", func(t *testing.T) {
		providers, _ := race(func(s *metastore.Store) (cmp.Provider, int64, error) {
			p, err := s.GetOrCreateProvider(t.Context(), material, 0)
			return p, 0, err
		})
		for _, p := range providers {
			requireSameKeys(t, providers[0], p)
		}
	})
	t.Run("when they rotate", func(t *testing.T) {
		providers, versions := race(func(s *metastore.Store) (cmp.Provider, int64, error) { return s.NewProvider(t.Context(), material) })
		store := newStore(t, client, table, protector)
		newest, err := store.MaxVersion(t.Context(), material)
		require.NoError(t, err)
		for i, version := range versions {
			require.Positive(t, version)
			require.LessOrEqual(t, version, newest)
			stored, err := store.Provider(t.Context(), material, version)
			require.NoError(t, err)
			requireSameKeys(t, stored, providers[i])
			require.Equal(t, fmt.Sprintf("%s#%d", material, version), idOf(t, providers[i]))
		}
	})
}

func testARN(t *testing.T, client *dynamodb.Client) {
	table, protector := newTable(t, client), newProtector(t)
	described, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &table})
	require.NoError(t, err)
	byName, byARN := newStore(t, client, table, protector), newStore(t, client, *described.Table.TableArn, protector)
	made, _, err := byARN.NewProvider(t.Context(), material)
	require.NoError(t, err)
	got, err := byName.Provider(t.Context(), material, 0)
	require.NoError(t, err)
	requireSameKeys(t, made, got)
	_, err = byARN.Provider(t.Context(), material, 1)
	requireError(t, cmp.ErrKeyUnavailable, "get", table, material, 1, err)
}

func testRestored(t *testing.T, client *dynamodb.Client) {
	original, restored := newTable(t, client), newTable(t, client)
	wrapping, err := cmp.NewAESKey(random(32))
	require.NoError(t, err)
	signing, err := cmp.NewHMACKey("HmacSHA256", random(32))
	require.NoError(t, err)
	keys, err := cmp.NewWrapped(cmp.WrappedKeys{Wrapping: wrapping, Signing: signing})
	require.NoError(t, err)
	made, _, err := newStore(t, client, original, crypto.NewEncryptor(keys)).NewProvider(t.Context(), material)
	require.NoError(t, err)
	output, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &original})
	require.NoError(t, err)
	require.Len(t, output.Items, 1)
	_, err = client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &restored, Item: output.Items[0]})
	require.NoError(t, err)

	_, err = newStore(t, client, restored, crypto.NewEncryptor(keys)).Provider(t.Context(), material, 0)
	requireError(t, cmp.ErrSignature, "get", restored, material, 0, err)
	store := newStore(t, client, restored, crypto.NewEncryptor(keys, crypto.WithSignedTableName(original)))
	got, err := store.Provider(t.Context(), material, 0)
	require.NoError(t, err)
	requireSameKeys(t, made, got)
	_, version, err := store.NewProvider(t.Context(), material)
	require.NoError(t, err)
	assert.EqualValues(t, 1, version)
}

func testExtraData(t *testing.T, client *dynamodb.Client) {
	table, protector := newTable(t, client), newProtector(t)
	supply := func(name string, version int64) (crypto.Item, error) {
		return crypto.Item{"owner": str("team " + name), "made": num(fmt.Sprint(version)), "hidden": bin([]byte("plaintext that is long enough"))}, nil
	}
	store := newStore(t, client, table, protector, metastore.WithExtraData(supply, "owner", "made"))
	made, _, err := store.NewProvider(t.Context(), material)
	require.NoError(t, err)
	output, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table})
	require.NoError(t, err)
	row := output.Items[0]
	t.Run("in the clear where it is only signed, and else encrypted", func(t *testing.T) {
		assert.Equal(t, str("team users"), row["owner"])
		assert.Equal(t, num("0"), row["made"])
		require.Contains(t, row, "hidden")
		assert.NotContains(t, string(row["hidden"].(*types.AttributeValueMemberB).Value), "plaintext")
		for _, name := range []string{"t", "enc", "encAlg", "int", "intAlg"} {
			assert.IsType(t, &types.AttributeValueMemberB{}, row[name], name)
		}
	})
	t.Run("a reader needs the names that are only signed, and no function", func(t *testing.T) {
		got, err := newStore(t, client, table, protector, metastore.WithExtraData(nil, "made", "owner")).Provider(t.Context(), material, 0)
		require.NoError(t, err)
		requireSameKeys(t, made, got)
		_, err = newStore(t, client, table, protector).Provider(t.Context(), material, 0)
		require.Error(t, err)
		require.Len(t, classes(err), 1)
	})
	t.Run("it cannot be changed", func(t *testing.T) {
		_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: with(row, crypto.Item{"owner": str("me")})})
		require.NoError(t, err)
		_, err = store.Provider(t.Context(), material, 0)
		requireError(t, cmp.ErrSignature, "get", table, material, 0, err)
	})
	for _, name := range []string{"N", "V", "t", "enc", "encAlg", "int", "intAlg", crypto.DefaultSignatureAttribute, crypto.DefaultDescriptionAttribute} {
		t.Run("it cannot be named "+name, func(t *testing.T) {
			_, err := metastore.New(client, table, protector, metastore.WithExtraData(nil, name))
			requireClass(t, cmp.ErrConfig, err)
			bad := newStore(t, client, table, protector, metastore.WithExtraData(func(string, int64) (crypto.Item, error) { return crypto.Item{name: str("x")}, nil }))
			_, _, err = bad.NewProvider(t.Context(), "bad")
			requireError(t, cmp.ErrConfig, "rotate", table, "bad", 0, err)
			_, err = bad.GetOrCreateProvider(t.Context(), "bad", 0)
			requireError(t, cmp.ErrConfig, "create", table, "bad", 0, err)
			newest, err := bad.MaxVersion(t.Context(), "bad")
			require.NoError(t, err)
			assert.EqualValues(t, -1, newest, "something was written")
		})
	}
	t.Run("its function's error is reported", func(t *testing.T) {
		failure := errors.New("no owner")
		bad := newStore(t, client, table, protector, metastore.WithExtraData(func(string, int64) (crypto.Item, error) { return nil, failure }))
		_, _, err := bad.NewProvider(t.Context(), "bad")
		requireError(t, cmp.ErrConfig, "rotate", table, "bad", 0, err)
		require.ErrorIs(t, err, failure)
	})
}

func testList(t *testing.T, client *dynamodb.Client) {
	table, protector := newTable(t, client), newProtector(t)
	store := newStore(t, client, table, protector)
	all := func() (found map[string][]int64) {
		found = map[string][]int64{}
		for version, err := range metastore.List(t.Context(), client, table) {
			require.NoError(t, err)
			found[version.MaterialName] = append(found[version.MaterialName], version.Number)
		}
		return found
	}
	assert.Empty(t, all())
	for range 12 {
		_, _, err := store.NewProvider(t.Context(), material)
		require.NoError(t, err)
	}
	_, err := store.GetOrCreateProvider(t.Context(), "a#b", 3)
	require.NoError(t, err)
	assert.Equal(t, map[string][]int64{material: {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, "a#b": {3}}, all())
	t.Run("those of one material are, in order, as often as the caller wants", func(t *testing.T) {
		versions := metastore.Versions(t.Context(), client, table, material)
		for range 2 {
			var numbers []int64
			for version, err := range versions {
				require.NoError(t, err)
				assert.Equal(t, material, version.MaterialName)
				numbers = append(numbers, version.Number)
			}
			assert.Equal(t, []int64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, numbers)
		}
		for range metastore.Versions(t.Context(), client, table, "nobody's") {
			t.Error("a version of another material")
		}
	})
	t.Run("as far as the caller wants", func(t *testing.T) {
		for range metastore.List(t.Context(), client, table) {
			break
		}
	})
	t.Run("and not of a table that is not there", func(t *testing.T) {
		n := 0
		for _, err := range metastore.List(t.Context(), client, "no-such-table") {
			n++
			requireClass(t, cmp.ErrKeyUnavailable, err)
			var missing *types.ResourceNotFoundException
			require.ErrorAs(t, err, &missing)
		}
		assert.Equal(t, 1, n)
	})
}

func testItems(t *testing.T, client *dynamodb.Client) {
	store := newStore(t, client, newTable(t, client), newProtector(t))
	encryption := cmp.EncryptionContext{TableName: "items", PartitionKey: "id"}
	actions := crypto.Actions{Overrides: map[string]crypto.Action{"id": crypto.SignOnly}}
	plain := crypto.Item{"id": str("1"), "secret": str("text")}
	newProvider := func(name string) *cmp.MostRecent {
		p, err := cmp.NewMostRecent(store, name, time.Minute)
		require.NoError(t, err)
		return p
	}
	p := newProvider("orders#eu")
	var sealed []crypto.Item
	for version := range int64(3) {
		item, err := crypto.NewEncryptor(p).EncryptItem(t.Context(), plain, encryption, actions)
		require.NoError(t, err)
		sealed = append(sealed, item)
		assert.Equal(t, version, p.Stats().CurrentVersion)
		_, _, err = store.NewProvider(t.Context(), "orders#eu")
		require.NoError(t, err)
		p.Refresh()
	}
	for _, reader := range []*cmp.MostRecent{p, newProvider("orders#eu")} {
		for _, item := range sealed {
			opened, err := crypto.NewEncryptor(reader).DecryptItem(t.Context(), item, encryption, actions)
			require.NoError(t, err)
			assert.Equal(t, plain, opened)
		}
	}
	_, err := crypto.NewEncryptor(newProvider("orders")).DecryptItem(t.Context(), sealed[0], encryption, actions)
	requireClass(t, cmp.ErrDescription, err)
	_, err = crypto.NewEncryptor(p).EncryptItem(t.Context(), plain, encryption, actions)
	require.NoError(t, err)
	assert.EqualValues(t, 3, p.Stats().CurrentVersion)
}
