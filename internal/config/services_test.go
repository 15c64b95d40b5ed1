package config

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
	"github.com/ddbcrypt/ddbcrypt/metastore"
)

// TestMain takes away what the SDK would find on the machine.
func TestMain(m *testing.M) {
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_") {
			_ = os.Unsetenv(name)
		}
	}
	for _, name := range []string{"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"} {
		_ = os.Setenv(name, os.DevNull)
	}
	os.Exit(m.Run())
}

// services are a DynamoDB and a KMS on loopback.
type testServices struct {
	db           *memdb.DB
	kms          *memkms.KMS
	dbURL, kmURL string
}

func startServices(t *testing.T) testServices {
	t.Helper()
	db, kms := memdb.New(), memkms.New()
	dbServer, kmsServer := httptest.NewServer(db), httptest.NewServer(kms)
	t.Cleanup(dbServer.Close)
	t.Cleanup(kmsServer.Close)
	return testServices{db, kms, dbServer.URL, kmsServer.URL}
}

func (s testServices) endpoints() string {
	return fmt.Sprintf("endpoints: {dynamodb: %q, kms: %q}\n", s.dbURL, s.kmURL)
}

var plainItem = crypto.Item{"id": &types.AttributeValueMemberS{Value: "alice"}, "email": &types.AttributeValueMemberS{Value: "a@example.com"}}

// seal encrypts an item, and open decrypts one.
func seal(t *testing.T, text string) (crypto.Item, error) {
	t.Helper()
	e, err := build(text, Encrypt)
	require.NoError(t, err)
	return e.EncryptItem(t.Context(), plainItem, cmp.EncryptionContext{PartitionKey: "id"}, crypto.Actions{Overrides: map[string]crypto.Action{"id": crypto.SignOnly}})
}

func open(t *testing.T, text string, item crypto.Item) error {
	t.Helper()
	e, err := build(text, Decrypt)
	require.NoError(t, err)
	got, err := e.DecryptItem(t.Context(), item, cmp.EncryptionContext{PartitionKey: "id"}, crypto.Actions{Overrides: map[string]crypto.Action{"id": crypto.SignOnly}})
	if err == nil {
		assert.Equal(t, plainItem, got)
	}
	return err
}

func TestRegionsAndCredentials(t *testing.T) {
	s := startServices(t)
	ireland := s.kms.CreateKey("eu-west-1")
	for _, region := range []string{"us-east-1", "eu-central-1", "eu-north-1"} {
		require.NoError(t, s.kms.CreateAlias(region, "alias/a", s.kms.CreateKey(region)))
	}
	provider := func(key, more string) string {
		return "partition_key: id\n" + more + s.endpoints() + "provider: {type: kms, key_id: \"" + key + "\"}\n"
	}
	tests := []struct {
		name, text, region, caller string
		env                        map[string]string
	}{
		{"loopback needs neither", provider("alias/a", ""), "us-east-1", "local", nil},
		{"the environment has both", provider("alias/a", ""), "eu-north-1", "alice", map[string]string{"AWS_REGION": "eu-north-1", "AWS_ACCESS_KEY_ID": "alice", "AWS_SECRET_ACCESS_KEY": "x"}},
		{"the configured Region wins over the environment", provider("alias/a", "region: eu-central-1\n"), "eu-central-1", "local", map[string]string{"AWS_REGION": "eu-north-1"}},
		{"the Region of a key's ARN wins over all", provider(ireland, "region: eu-central-1\n"), "eu-west-1", "local", map[string]string{"AWS_REGION": "eu-north-1"}},
		{"the configured endpoint wins over the environment", provider("alias/a", ""), "us-east-1", "local", map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_KMS": "http://127.0.0.1:1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for name, value := range tt.env {
				t.Setenv(name, value)
			}
			s.kms.ResetCalls()
			sealed, err := seal(t, tt.text)
			require.NoError(t, err)
			require.NoError(t, open(t, tt.text, sealed))
			for _, call := range s.kms.Calls() {
				assert.Equal(t, tt.region, call.Region)
				assert.Equal(t, tt.caller, call.Caller)
			}
			assert.Len(t, s.kms.Calls(), 2)
		})
	}
}

func TestLoopback(t *testing.T) {
	for endpoint, want := range map[string]bool{
		"http://localhost:8000": true, "https://127.0.0.1": true, "http://[::1]:4566": true, "http://kms.localhost:1": true, "http://127.9.9.9": true,
		"": false, "http://localhost.example.com": false, "http://10.0.0.1:8000": false, "https://kms.eu-west-1.amazonaws.com": false, "http://0.0.0.0:1": false,
	} {
		assert.Equal(t, want, isLoopback(endpoint), endpoint)
	}
}

// recent returns a configuration whose store has the provider, with more keys of
// the store.
func (s testServices) recent(provider, more string) string {
	return "partition_key: id\n" + s.endpoints() + "provider:\n  type: most_recent\n  material_name: users\n  store:\n    table: keys\n" + more + "    provider: " + provider + "\n"
}

const (
	storeWriter = "{type: wrapped, wrapping_key: " + goodAES + ", signing_key: " + goodHMAC + "}"
	storeReader = "{type: wrapped, unwrapping_key: " + goodAES + ", verification_key: " + goodHMAC + "}"
)

func TestKeysOfAStore(t *testing.T) {
	s := startServices(t)
	_, err := metastore.CreateTable(t.Context(), s.db.Client(), "keys")
	require.NoError(t, err)

	t.Run("a first version needs the keys to write it", func(t *testing.T) {
		_, err := seal(t, s.recent(storeReader, ""))
		require.ErrorIs(t, err, cmp.ErrKeyUnavailable)
		require.ErrorAs(t, err, new(*Error))
		assert.ErrorContains(t, err, "c.yaml:8: provider.store.provider.signing_key: is missing; encrypting with a provider of type wrapped needs it")
		_, err = seal(t, s.recent(storeWriter, ""))
		require.NoError(t, err)
	})
	t.Run("further items need those that read it", func(t *testing.T) {
		sealed, err := seal(t, s.recent(storeReader, ""))
		require.NoError(t, err)
		require.NoError(t, open(t, s.recent(storeReader, ""), sealed))
	})
	t.Run("a broken key to write with does not make reading fail", func(t *testing.T) {
		broken := strings.Replace(storeReader, "type: wrapped", "type: wrapped, wrapping_key: nonsense, signing_key: [1]", 1)
		_, err := seal(t, s.recent(broken, ""))
		require.NoError(t, err)
	})
	t.Run("a new version needs only the keys to write it", func(t *testing.T) {
		private := "{type: wrapped, unwrapping_key: nonsense, verification_key: nonsense, wrapping_key: " + goodAES + ", signing_key: " + goodHMAC + "}"
		c, err := Parse("c.yaml", []byte(s.recent(private, "")))
		require.NoError(t, err)
		store, err := c.MetaStore(t.Context(), WriteStore)
		require.NoError(t, err)
		_, number, err := store.NewProvider(t.Context(), store.MaterialName)
		require.NoError(t, err)
		assert.EqualValues(t, 1, number)
		_, err = store.Provider(t.Context(), store.MaterialName, number)
		requirePlaced(t, err)
		assert.ErrorContains(t, err, "the store has to be read: c.yaml:8: provider.store.provider.verification_key: want keys with values, got a text")
	})
	t.Run("a table is made and listed without any", func(t *testing.T) {
		c, err := Parse("c.yaml", []byte("provider: {type: most_recent, store: {table: other, endpoint: \""+s.dbURL+"\"}}"))
		require.NoError(t, err)
		store, err := c.MetaStore(t.Context(), ManageStore)
		require.NoError(t, err)
		assert.Nil(t, store.Store)
		assert.Equal(t, "other", store.Table)
		created, err := metastore.CreateTable(t.Context(), store.Client, store.Table)
		require.NoError(t, err)
		assert.True(t, created)
	})
}

// TestRowsOfAStore reads rows that somebody else wrote.
func TestRowsOfAStore(t *testing.T) {
	s := startServices(t)
	client := s.db.Client()
	_, err := metastore.CreateTable(t.Context(), client, "keys")
	require.NoError(t, err)
	p, err := parseProvider(t, "partition_key: id\nprovider: "+storeWriter+"\n")
	require.NoError(t, err)
	extra := func(string, int64) (crypto.Item, error) {
		return crypto.Item{"owner": &types.AttributeValueMemberS{Value: "ops"}, "note": &types.AttributeValueMemberS{Value: "secret"}}, nil
	}
	store, err := metastore.New(client, "keys", crypto.NewEncryptor(p, crypto.WithSignedTableName("restored-from")), metastore.WithExtraData(extra, "owner"))
	require.NoError(t, err)
	_, err = store.GetOrCreateProvider(t.Context(), "users", 0)
	require.NoError(t, err)

	tests := []struct {
		name, more string
		want       error
	}{
		{"with the signed names and the signed table name", "    sign_only: [owner]\n    signed_table: restored-from\n", nil},
		{"without the signed names", "    signed_table: restored-from\n", cmp.ErrKeyUnavailable},
		{"without the signed table name", "    sign_only: [owner]\n", cmp.ErrKeyUnavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := s.recent(storeReader, tt.more)
			sealed, err := seal(t, text)
			require.ErrorIs(t, err, tt.want)
			if tt.want == nil {
				require.NoError(t, open(t, text, sealed))
			}
		})
	}
}

func parseProvider(t *testing.T, text string) (cmp.Provider, error) {
	t.Helper()
	c, err := Parse("c.yaml", []byte(text))
	require.NoError(t, err)
	provider := both{}
	if provider.encrypt, err = c.Provider(t.Context(), Encrypt); err != nil {
		return nil, err
	}
	provider.decrypt, err = c.Provider(t.Context(), Decrypt)
	return provider, err
}

// both is a provider for both directions.
type both struct{ encrypt, decrypt cmp.Provider }

func (b both) EncryptionMaterials(ctx context.Context, request cmp.EncryptionRequest) (*cmp.EncryptionMaterials, error) {
	return b.encrypt.EncryptionMaterials(ctx, request)
}

func (b both) DecryptionMaterials(ctx context.Context, request cmp.DecryptionRequest) (*cmp.DecryptionMaterials, error) {
	return b.decrypt.DecryptionMaterials(ctx, request)
}

func TestCallsPerItem(t *testing.T) {
	s := startServices(t)
	kms := "{type: kms, key_id: " + s.kms.CreateKey("us-east-1") + "}"
	for text, want := range map[string]bool{
		"provider: " + kms:                       true,
		"default_action: none\nprovider: " + kms: false,
		s.recent(kms, ""):                        false,
		static(goodAES, goodHMAC):                false,
		"table: users\n":                         false,
		"provider: {type: keystore}":             false,
	} {
		c, err := Parse("c.yaml", []byte(text))
		require.NoError(t, err)
		assert.Equal(t, want, c.CallsPerItem(), text)
	}
}

func TestWeakKeysOfAStoreAreAllowedByTheProviderAroundIt(t *testing.T) {
	const keys = "signing_key: {algorithm: HmacSHA256, encoding: raw, base64: AAECAwQFBgc=}, encryption_key: {algorithm: AES, encoding: raw, base64: AAECAwQFBgcICQoLDA0ODw==}"
	for flags, want := range map[string]bool{"": false, "allow_weak_keys: true, ": true} {
		c, err := Parse("c.yaml", []byte("region: eu-west-1\nprovider: {type: most_recent, material_name: m, "+flags+"store: {table: t, provider: {type: static, "+keys+"}}}"))
		require.NoError(t, err)
		_, err = c.Provider(t.Context(), Decrypt)
		assert.Equal(t, want, err == nil, "%v", err)
	}
}
