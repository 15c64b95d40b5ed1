package metastore_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
	"github.com/ddbcrypt/ddbcrypt/metastore"
)

const region = "eu-west-1"

// protected is a store under a KMS key.
type protected struct {
	kms   *memkms.KMS
	key   string
	db    *memdb.DB
	table string
	*metastore.Store
}

func newProtected(t *testing.T, options ...cmp.Option) *protected {
	t.Helper()
	k, db := memkms.New(), memdb.New()
	key := k.CreateKey(region)
	protector, err := cmp.NewKMS(k.Client(region), key, options...)
	require.NoError(t, err)
	table := newTable(t, db.Client())
	return &protected{k, key, db, table, newStore(t, db.Client(), table, crypto.NewEncryptor(protector))}
}

func (p *protected) mostRecent(t *testing.T, ttl time.Duration) *cmp.MostRecent {
	t.Helper()
	m, err := cmp.NewMostRecent(p, material, ttl)
	require.NoError(t, err)
	return m
}

var (
	itemContext = cmp.EncryptionContext{TableName: "items", PartitionKey: "id"}
	itemActions = crypto.Actions{Overrides: map[string]crypto.Action{"id": crypto.SignOnly}}
)

func seal(t *testing.T, p cmp.Provider) (crypto.Item, error) {
	t.Helper()
	return crypto.NewEncryptor(p).EncryptItem(t.Context(), crypto.Item{"id": str("1"), "secret": str("text")}, itemContext, itemActions)
}

func open(t *testing.T, p cmp.Provider, item crypto.Item) error {
	t.Helper()
	_, err := crypto.NewEncryptor(p).DecryptItem(t.Context(), item, itemContext, itemActions)
	return err
}

func TestKMSCalls(t *testing.T) {
	p := newProtected(t)
	calls := func() [2]int {
		defer p.kms.ResetCalls()
		got := [2]int{p.kms.Count("GenerateDataKey"), p.kms.Count("Decrypt")}
		assert.Equal(t, got[0]+got[1], p.kms.Count(""))
		return got
	}
	m := p.mostRecent(t, time.Hour)
	first, err := seal(t, m)
	require.NoError(t, err)
	assert.Equal(t, [2]int{1, 0}, calls(), "one to make a version")
	for range 100 {
		item, err := seal(t, m)
		require.NoError(t, err)
		require.NoError(t, open(t, m, item))
	}
	assert.Equal(t, [2]int{0, 0}, calls(), "none for each item")
	other := p.mostRecent(t, time.Hour)
	for range 100 {
		require.NoError(t, open(t, other, first))
	}
	assert.Equal(t, [2]int{0, 1}, calls(), "one to read a version")
	_, _, err = p.NewProvider(t.Context(), material)
	require.NoError(t, err)
	assert.Equal(t, [2]int{1, 0}, calls(), "one to rotate")
	for range 10 {
		m.Refresh()
		require.NoError(t, open(t, m, first))
		_, err := seal(t, m)
		require.NoError(t, err)
	}
	assert.Equal(t, [2]int{0, 20}, calls(), "one for each version that is read again")
	_, err = p.MaxVersion(t.Context(), material)
	require.NoError(t, err)
	_, err = p.Provider(t.Context(), material, 9)
	require.Error(t, err)
	assert.Equal(t, [2]int{0, 0}, calls(), "none to search, nor for what is not there")
}

func TestKMSContextOfVersions(t *testing.T) {
	p := newProtected(t)
	_, err := p.GetOrCreateProvider(t.Context(), "a#b", 12)
	require.NoError(t, err)
	_, err = p.Provider(t.Context(), "a#b", 12)
	require.NoError(t, err)
	calls := p.kms.Calls()
	require.Len(t, calls, 2)
	for _, call := range calls {
		assert.Equal(t, map[string]string{
			"*amzn-ddb-env-alg*": "AES/256", "*amzn-ddb-sig-alg*": "HmacSHA256/256", "*aws-kms-table*": p.table, "N": "a#b", "V": "12",
		}, call.EncryptionContext)
		assert.Equal(t, p.key, call.KeyID)
	}
}

func TestKMSFailures(t *testing.T) {
	set := func(state kmstypes.KeyState) func(*testing.T, *protected) {
		return func(t *testing.T, p *protected) { require.NoError(t, p.kms.SetState(p.key, state)) }
	}
	inject := func(f memkms.Fault) func(*testing.T, *protected) {
		return func(_ *testing.T, p *protected) { p.kms.Inject(func(memkms.Request) memkms.Fault { return f }) }
	}
	is := func(want any) func(error) bool {
		return func(err error) bool { return errors.As(err, want) }
	}
	for name, test := range map[string]struct {
		happens func(*testing.T, *protected)
		isSDK   func(error) bool
	}{
		"access is denied":         {func(_ *testing.T, p *protected) { p.kms.Deny(memkms.Rule{}) }, func(err error) bool { return is(new(*cmp.KMSError))(err) }},
		"the key is disabled":      {set(kmstypes.KeyStateDisabled), is(new(*kmstypes.DisabledException))},
		"the key is to be deleted": {set(kmstypes.KeyStatePendingDeletion), is(new(*kmstypes.KMSInvalidStateException))},
		"the key is gone":          {inject(memkms.Fault{Code: "NotFoundException"}), is(new(*kmstypes.NotFoundException))},
		"KMS fails":                {inject(memkms.Fault{Code: "KMSInternalException"}), is(new(*kmstypes.KMSInternalException))},
		"KMS does not answer":      {inject(memkms.Fault{Cut: true}), is(new(*cmp.KMSError))},
		"KMS used another key": {func(t *testing.T, p *protected) {
			other := p.kms.CreateKey(region)
			p.kms.Inject(func(memkms.Request) memkms.Fault { return memkms.Fault{KeyID: other} })
		}, is(new(*cmp.KMSError))},
	} {
		t.Run("if "+name+" what is in memory goes on and nothing else", func(t *testing.T) {
			p := newProtected(t)
			m := p.mostRecent(t, time.Hour)
			item, err := seal(t, m)
			require.NoError(t, err)
			rows := len(p.db.Items(p.table))
			test.happens(t, p)

			_, err = seal(t, m)
			require.NoError(t, err)
			require.NoError(t, open(t, m, item))
			_, err = p.Provider(t.Context(), material, 0)
			requireError(t, cmp.ErrKeyUnavailable, "get", p.table, material, 0, err)
			assert.True(t, test.isSDK(err), "%v", err)
			_, _, err = p.NewProvider(t.Context(), material)
			requireError(t, cmp.ErrKeyUnavailable, "rotate", p.table, material, 1, err)
			assert.True(t, test.isSDK(err), "%v", err)
			_, err = p.Replicate(t.Context(), material, 0, p.Store)
			requireError(t, cmp.ErrKeyUnavailable, "replicate", p.table, material, 0, err)
			assert.Len(t, p.db.Items(p.table), rows, "a version was written")

			m.Refresh()
			_, err = seal(t, m)
			requireClass(t, cmp.ErrKeyUnavailable, err)
			err = open(t, m, item)
			requireClass(t, cmp.ErrKeyUnavailable, err)
			assert.True(t, test.isSDK(err), "%v", err)
		})
	}
	t.Run("a version that was moved is refused by KMS itself", func(t *testing.T) {
		p := newProtected(t)
		_, _, err := p.NewProvider(t.Context(), material)
		require.NoError(t, err)
		row := p.db.Items(p.table)[0]
		require.NoError(t, p.db.Replace(p.table, with(row, crypto.Item{"V": num("1")})))
		_, err = p.Provider(t.Context(), material, 1)
		requireError(t, cmp.ErrSignature, "get", p.table, material, 1, err)
		_, refused := errors.AsType[*kmstypes.InvalidCiphertextException](err)
		assert.True(t, refused)
	})
	t.Run("a version under another key of the account is refused", func(t *testing.T) {
		p := newProtected(t)
		other, err := cmp.NewKMS(p.kms.Client(region), p.kms.CreateKey(region))
		require.NoError(t, err)
		_, _, err = newStore(t, p.db.Client(), p.table, crypto.NewEncryptor(other)).NewProvider(t.Context(), material)
		require.NoError(t, err)
		_, err = p.Provider(t.Context(), material, 0)
		requireError(t, cmp.ErrKeyUnavailable, "get", p.table, material, 0, err)
	})
}

func TestReplicationBetweenRegions(t *testing.T) {
	k := memkms.New()
	var stores []*metastore.Store
	var keys []string
	for _, r := range []string{"eu-west-1", "us-east-1"} {
		db, key := memdb.New(), k.CreateKey(r)
		protector, err := cmp.NewKMS(k.Client(r), key)
		require.NoError(t, err)
		stores = append(stores, newStore(t, db.Client(), newTable(t, db.Client()), crypto.NewEncryptor(protector)))
		keys = append(keys, key)
	}
	made, _, err := stores[0].NewProvider(t.Context(), material)
	require.NoError(t, err)
	k.ResetCalls()
	copied, err := stores[0].Replicate(t.Context(), material, 0, stores[1])
	require.NoError(t, err)
	assert.True(t, copied)
	var used []string
	for _, call := range k.Calls() {
		used = append(used, fmt.Sprint(call.Operation, " ", call.Region, " ", call.KeyID))
	}
	assert.Equal(t, []string{"Decrypt eu-west-1 " + keys[0], "GenerateDataKey us-east-1 " + keys[1]}, used)
	got, err := stores[1].Provider(t.Context(), material, 0)
	require.NoError(t, err)
	requireSameKeys(t, made, got)
}
