package interop

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
)

func TestLibraryUsesServices(t *testing.T) {
	ctx := context.Background()
	double := memkms.New()
	kms, db := httptest.NewServer(double), httptest.NewServer(memdb.New())
	defer kms.Close()
	defer db.Close()
	direct := Provider{
		Type: ProviderKMS, KeyID: double.CreateKey("eu-west-1"), KMS: &Endpoint{URL: kms.URL, Region: "eu-west-1", AccessKey: "tester"},
		Description: map[string]string{"amzn-ddb-env-alg": "AES/128"},
	}
	mostRecent := Provider{Type: ProviderMostRecent, MaterialName: "users", TTLMillis: 60_000, Store: &Store{
		Table: "keys", DynamoDB: Endpoint{URL: db.URL, Region: "us-east-1", AccessKey: "tester"}, Provider: direct,
	}}
	manage := func(op string) int64 {
		version, err := Library{}.Manage(ctx, Request{Op: op, Provider: mostRecent})
		require.NoError(t, err, op)
		return version
	}
	manage(OpCreateStore)
	assert.EqualValues(t, -1, manage(OpMaxVersion))
	assert.EqualValues(t, 0, manage(OpRotate))
	assert.EqualValues(t, 1, manage(OpRotate))
	assert.EqualValues(t, 1, manage(OpMaxVersion))

	for _, provider := range []Provider{direct, mostRecent} {
		t.Run(provider.Type, func(t *testing.T) {
			request := Request{Op: OpEncrypt, Item: json.RawMessage(`{"id":{"S":"alice"},"a":{"S":"x"}}`), PartitionKey: "id", Provider: provider}
			sealed, err := Library{}.Do(ctx, request)
			require.NoError(t, err)
			plain, err := Library{}.Do(ctx, request.Decrypting(sealed))
			require.NoError(t, err)
			assert.JSONEq(t, string(request.Item), string(plain))
		})
	}
	for _, call := range double.Calls() {
		assert.Equal(t, "tester", call.Caller)
		assert.Equal(t, "AES/128", call.EncryptionContext["*amzn-ddb-env-alg*"])
	}
}

func TestLibraryRefusesServicesThatAreNotConfigured(t *testing.T) {
	for name, provider := range map[string]Provider{
		"KMS without an endpoint":          {Type: ProviderKMS, KeyID: "alias/app"},
		"most recent without a store":      {Type: ProviderMostRecent, MaterialName: "users", TTLMillis: 1},
		"a store without a provider":       {Type: ProviderMostRecent, MaterialName: "users", TTLMillis: 1, Store: &Store{Table: "keys"}},
		"a store whose provider lacks all": {Type: ProviderMostRecent, Store: &Store{Table: "keys", Provider: Provider{Type: ProviderWrapped}}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Library{}.Do(context.Background(), Request{Op: OpEncrypt, Item: json.RawMessage(`{"a":{"S":"x"}}`), Provider: provider})
			require.ErrorIs(t, err, crypto.ErrConfig)
			_, err = Library{}.Manage(context.Background(), Request{Op: OpMaxVersion, Provider: provider})
			require.ErrorIs(t, err, crypto.ErrConfig)
		})
	}
}
