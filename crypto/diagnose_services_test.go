package crypto_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
	"github.com/ddbcrypt/ddbcrypt/metastore"
)

func TestDiagnosisUnderKMS(t *testing.T) {
	ctx := t.Context()
	double := memkms.New()
	provider, other := kmsProvider(double), kmsProvider(double)
	actions := crypto.Actions{Overrides: overrides{"id": sign}}
	item := crypto.Item{"id": str("1"), "secret": str("x")}
	here := cmp.EncryptionContext{TableName: "here", PartitionKey: "id"}
	seal := func(p cmp.Provider, table string) crypto.Item {
		context := here
		context.TableName = table
		return must(crypto.NewEncryptor(p).EncryptItem(ctx, item, context, actions))
	}
	encryptor := crypto.NewEncryptor(provider)
	restored := seal(provider, "old")

	t.Run("another table name is found", func(t *testing.T) {
		d, err := encryptor.Diagnose(ctx, restored, here, actions, crypto.Candidates{Tables: []string{"older", "old"}})
		require.NoError(t, err)
		require.Len(t, d.Findings, 1)
		assert.Contains(t, d.Findings[0], `made for an item of table name "old", not "here"`)
	})
	t.Run("if none is found, it says what else may differ", func(t *testing.T) {
		d, err := encryptor.Diagnose(ctx, restored, here, actions, crypto.Candidates{Tables: []string{"older"}})
		require.NoError(t, err)
		require.Len(t, d.Findings, 1)
		assert.Contains(t, d.Findings[0], "another Region")
	})
	t.Run("a try that KMS did not answer rules nothing out", func(t *testing.T) {
		double.Inject(func(r memkms.Request) memkms.Fault {
			if r.EncryptionContext["*aws-kms-table*"] == "old" {
				return memkms.Fault{Code: "AccessDeniedException"}
			}
			return memkms.Fault{}
		})
		defer double.Inject(nil)
		_, err := encryptor.Diagnose(ctx, restored, here, actions, crypto.Candidates{Tables: []string{"old"}})
		require.ErrorIs(t, err, crypto.ErrKeyUnavailable)
	})
	t.Run("another provider is tried if the key is another one", func(t *testing.T) {
		sealed := seal(other, "here")
		d, err := encryptor.Diagnose(ctx, sealed, here, actions, crypto.Candidates{Providers: []cmp.Provider{other}})
		require.NoError(t, err)
		require.ErrorIs(t, d.Err, crypto.ErrKeyUnavailable)
		require.Len(t, d.Findings, 1)
		assert.Contains(t, d.Findings[0], "other provider 1")

		_, err = encryptor.Diagnose(ctx, sealed, here, actions, crypto.Candidates{})
		require.ErrorIs(t, err, crypto.ErrKeyUnavailable, "without others there is nothing to search for")
	})
}

func TestFailuresOfStoredKeysAreNotThoseOfTheItem(t *testing.T) {
	ctx := context.Background()
	db := memdb.New().Client()
	must(metastore.CreateTable(ctx, db, "keys"))
	store := must(metastore.New(db, "keys", crypto.NewEncryptor(kmsProvider(memkms.New()))))
	provider := must(cmp.NewMostRecent(store, "material", time.Hour))
	encryptor := crypto.NewEncryptor(provider)
	actions := crypto.Actions{Overrides: overrides{"id": sign}}
	item := crypto.Item{"id": str("1"), "secret": str("x")}
	here := cmp.EncryptionContext{TableName: "here", PartitionKey: "id"}
	sealed := must(encryptor.EncryptItem(ctx, item, here, actions))

	row := must(db.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("keys"), Key: crypto.Item{"N": str("material"), "V": num("0")}})).Item
	for name, change := range map[string]func(crypto.Item){
		"without a signature":        func(row crypto.Item) { delete(row, crypto.DefaultSignatureAttribute) },
		"with another signature":     func(row crypto.Item) { row[crypto.DefaultSignatureAttribute] = bin(make([]byte, 32)...) },
		"with another description":   func(row crypto.Item) { row[crypto.DefaultDescriptionAttribute] = bin([]byte("x")...) },
		"without the encrypted keys": func(row crypto.Item) { delete(row, "enc") },
	} {
		t.Run("a version "+name+" is a missing key", func(t *testing.T) {
			changed := with(row, nil)
			change(changed)
			must(db.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("keys"), Item: changed}))
			provider.Refresh()
			_, err := encryptor.DecryptItem(ctx, sealed, here, actions)
			require.Equal(t, crypto.ErrKeyUnavailable, cmp.FailureClass(err), "%v", err)
			_, err = encryptor.EncryptItem(ctx, item, here, actions)
			require.Equal(t, crypto.ErrKeyUnavailable, cmp.FailureClass(err), "%v", err)
			var failure *metastore.Error
			require.ErrorAs(t, err, &failure)
			require.Equal(t, "material", failure.MaterialName)
		})
	}
}
