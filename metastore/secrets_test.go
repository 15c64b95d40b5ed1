package metastore_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/metastore"
)

// retaining is an item encryptor that remembers the keys that passed through it.
type retaining struct {
	crypto.TableEncryptor
	seen [][]byte
}

func (r *retaining) For(encryption cmp.EncryptionContext, actions crypto.Actions) (crypto.TableEncryptor, error) {
	return r, nil
}

func (r *retaining) keep(item crypto.Item) {
	for _, name := range []string{"enc", "int"} {
		if key, ok := item[name].(*types.AttributeValueMemberB); ok {
			r.seen = append(r.seen, key.Value)
		}
	}
}

func (r *retaining) EncryptItem(ctx context.Context, item crypto.Item) (crypto.Item, error) {
	r.keep(item)
	return r.TableEncryptor.EncryptItem(ctx, item)
}

func (r *retaining) DecryptItem(ctx context.Context, item crypto.Item) (crypto.Item, error) {
	plain, err := r.TableEncryptor.DecryptItem(ctx, item)
	r.keep(plain)
	return plain, err
}

func TestKeysAreZeroed(t *testing.T) {
	e := newEmbedded(t)
	_, _, err := e.NewProvider(t.Context(), material)
	require.NoError(t, err)
	e.forge(t, genuine("bad", "0", random(31), random(32)))
	for name, test := range map[string]struct {
		api metastore.API
		run func(*metastore.Store) (cmp.Provider, error)
	}{
		"that are made": {e.client, func(s *metastore.Store) (cmp.Provider, error) {
			p, _, err := s.NewProvider(t.Context(), "new")
			return p, err
		}},
		"that are read": {e.client, func(s *metastore.Store) (cmp.Provider, error) { return s.Provider(t.Context(), material, 0) }},
		"that are refused": {e.client, func(s *metastore.Store) (cmp.Provider, error) {
			_, err := s.Provider(t.Context(), "bad", 0)
			require.Error(t, err)
			return nil, nil
		}},
		"that are replicated": {e.client, func(s *metastore.Store) (cmp.Provider, error) {
			_, err := s.Replicate(t.Context(), material, 0, s)
			return nil, err
		}},
		"of another version": {&substitute{Client: e.client, key: crypto.Item{"N": str(material), "V": num("0")}}, func(s *metastore.Store) (cmp.Provider, error) {
			_, err := s.Provider(t.Context(), material, 5)
			require.ErrorIs(t, err, cmp.ErrSignature)
			return nil, nil
		}},
	} {
		t.Run("keys "+name+" are zero afterwards", func(t *testing.T) {
			own, err := e.protector.For(contextOf(e.table), ownActions)
			require.NoError(t, err)
			encryptor := &retaining{TableEncryptor: own}
			p, err := test.run(newStore(t, test.api, e.table, encryptor))
			require.NoError(t, err)
			require.NotEmpty(t, encryptor.seen)
			for _, key := range encryptor.seen {
				assert.Zero(t, bytes.Compare(key, make([]byte, len(key))))
			}
			if p != nil {
				requireSameKeys(t, p, p)
			}
		})
	}
}

// shows reports whether a text has a run of a secret in it, in one of the forms in
// which programs print bytes.
func shows(text string, secrets ...[]byte) bool {
	const run = 6
	for _, secret := range secrets {
		for at := 0; at+run <= len(secret); at++ {
			part := secret[at : at+run]
			for _, form := range []string{string(part), fmt.Sprintf("%x", part), fmt.Sprintf("%X", part), strings.Trim(fmt.Sprint(part), "[]"), strings.Trim(fmt.Sprintf("%q", part), `"`)} {
				if strings.Contains(text, form) {
					return true
				}
			}
		}
	}
	return false
}

func requireNoSecrets(t testing.TB, err error, secrets ...[]byte) {
	t.Helper()
	require.False(t, shows(fmt.Sprintf("%v %+v %#v %q", err, err, err, err), secrets...), "an error has a key in it")
}

func TestNothingShowsKeys(t *testing.T) {
	e, other := newEmbedded(t), newEmbedded(t)
	var secrets [][]byte
	for _, store := range []*embedded{e, other} {
		_, _, err := store.NewProvider(t.Context(), material)
		require.NoError(t, err)
		plain := store.opened(t, material, 0)
		for _, name := range []string{"enc", "int"} {
			key := plain[name].(*types.AttributeValueMemberB).Value
			require.Len(t, key, 32)
			secrets = append(secrets, key)
		}
	}
	t.Run("the search finds keys", func(t *testing.T) {
		for _, secret := range secrets {
			for _, format := range []string{"%v", "%s", "%x", "%X", "%q"} {
				assert.True(t, shows(fmt.Sprintf(format, secret[:16]), secrets...))
			}
		}
	})
	t.Run("the rows of the table", func(t *testing.T) {
		for _, value := range e.row(t, material, 0) {
			if b, ok := value.(*types.AttributeValueMemberB); ok {
				assert.False(t, shows(string(b.Value), secrets...))
			}
		}
	})
	t.Run("providers and stores that are printed", func(t *testing.T) {
		p, err := e.Provider(t.Context(), material, 0)
		require.NoError(t, err)
		for _, v := range []any{p, e.Store} {
			assert.False(t, shows(fmt.Sprintf("%v %+v %#v", v, v, v), secrets...))
		}
	})
	t.Run("the error of a copy that met other keys", func(t *testing.T) {
		_, err := e.Replicate(t.Context(), material, 0, other.Store)
		requireClass(t, cmp.ErrConfig, err)
		requireNoSecrets(t, err, secrets...)
	})
	t.Run("errors of a service that fails", func(t *testing.T) {
		for _, operation := range operations {
			for _, at := range []string{"GetItem", "Query", "PutItem"} {
				store, _ := e.behind(t, func(operation string, _ int) fault {
					return fault{lost: operation == at}
				})
				if err := operation.run(t.Context(), store); err != nil {
					requireNoSecrets(t, err, secrets...)
				}
			}
		}
	})
}
