package keystore

import (
	"bytes"
	stdcrypto "crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// password is that of testdata/make.sh.
const password = "open-sesame-4711"

var failureClasses = []error{
	cmp.ErrNotEncrypted, cmp.ErrSignature, cmp.ErrDescription, cmp.ErrAlgorithm, cmp.ErrKeyUnavailable, cmp.ErrConfig, cmp.ErrCorrupt,
}

// requireClass wants an error of exactly one failure class.
func requireClass(t testing.TB, want, err error) {
	t.Helper()
	require.Error(t, err)
	for _, class := range failureClasses {
		if class == want {
			require.ErrorIs(t, err, class)
		} else {
			require.NotErrorIs(t, err, class)
		}
	}
}

// The RSA keys are made once: that takes a while.
var (
	rsa2048 = sync.OnceValue(func() *rsa.PrivateKey { return newRSA(2048) })
	rsa1024 = sync.OnceValue(func() *rsa.PrivateKey { return newRSA(1024) })
)

func newRSA(bits int) *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	return key
}

func newEC(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return key
}

func randomBytes(n int) []byte {
	data := make([]byte, n)
	_, _ = rand.Read(data)
	return data
}

func privatePEM(t testing.TB, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func publicPEM(t testing.TB, key stdcrypto.Signer) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func base64Line(key []byte) []byte { return []byte(base64.StdEncoding.EncodeToString(key) + "\n") }

// put makes a file as operators should: complete under another name first.
func put(t testing.TB, dir, name string, data []byte) {
	t.Helper()
	hidden := filepath.Join(dir, "."+name)
	require.NoError(t, os.WriteFile(hidden, data, 0o600))
	require.NoError(t, os.Rename(hidden, filepath.Join(dir, name)))
}

// newDir makes a directory of two pairs of symmetric keys and one of key pairs, and
// opens it. It looks for changes at every use.
func newDir(t testing.TB, options ...Option) (string, *Store) {
	t.Helper()
	dir := t.TempDir()
	for _, year := range []string{"2025", "2026"} {
		put(t, dir, "enc-"+year+".aes", base64Line(randomBytes(32)))
		put(t, dir, "sig-"+year+".hmac", base64Line(randomBytes(32)))
	}
	put(t, dir, "rsa.pem", privatePEM(t, rsa2048()))
	put(t, dir, "ec.pem", privatePEM(t, newEC(t)))
	put(t, dir, "partner.pem", publicPEM(t, newEC(t)))
	store, err := OpenPEMDir(dir, append([]Option{WithCheckInterval(0)}, options...)...)
	require.NoError(t, err)
	return dir, store
}

var (
	pair2025 = Aliases{Wrapping: "enc-2025", Signing: "sig-2025"}
	pair2026 = Aliases{Wrapping: "enc-2026", Signing: "sig-2026"}
)

func newProvider(t testing.TB, store *Store, current Aliases, options ...ProviderOption) *Provider {
	t.Helper()
	p, err := NewProvider(store, current, options...)
	require.NoError(t, err)
	return p
}

var (
	testContext = cmp.EncryptionContext{TableName: "users", PartitionKey: "id"}
	testActions = crypto.Actions{Overrides: map[string]crypto.Action{"id": crypto.SignOnly}}
)

func testItem() crypto.Item {
	return crypto.Item{"id": &types.AttributeValueMemberS{Value: "alice"}, "email": &types.AttributeValueMemberS{Value: "alice@example.com"}}
}

func seal(t testing.TB, p cmp.Provider) crypto.Item {
	t.Helper()
	sealed, err := crypto.NewEncryptor(p).EncryptItem(t.Context(), testItem(), testContext, testActions)
	require.NoError(t, err)
	return sealed
}

// unseal wants the item back unless there is an error.
func unseal(t testing.TB, p cmp.Provider, sealed crypto.Item) error {
	t.Helper()
	plain, err := crypto.NewEncryptor(p).DecryptItem(t.Context(), sealed, testContext, testActions)
	if err == nil {
		require.Equal(t, testItem(), plain)
	}
	return err
}

const descriptionAttribute = "*amzn-ddb-map-desc*"

func description(t testing.TB, sealed crypto.Item) cmp.MaterialDescription {
	t.Helper()
	d, err := cmp.ParseMaterialDescription(sealed[descriptionAttribute].(*types.AttributeValueMemberB).Value)
	require.NoError(t, err)
	return d
}

// tamper returns the item with another description.
func tamper(t testing.TB, sealed crypto.Item, change func(cmp.MaterialDescription)) crypto.Item {
	t.Helper()
	d := description(t, sealed)
	change(d)
	data, err := d.Serialize()
	require.NoError(t, err)
	tampered := make(crypto.Item, len(sealed))
	for name, value := range sealed {
		tampered[name] = value
	}
	tampered[descriptionAttribute] = &types.AttributeValueMemberB{Value: bytes.Clone(data)}
	return tampered
}
