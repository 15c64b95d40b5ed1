package metastore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/metastore"
)

// requireRefused wants a version to be refused by every method that reads it, as
// one of the classes.
func (e *embedded) requireRefused(t *testing.T, name string, version int64, class error) {
	t.Helper()
	_, err := e.Provider(t.Context(), name, version)
	requireError(t, class, "get", e.table, name, version, err)
	_, err = e.GetOrCreateProvider(t.Context(), name, version)
	requireError(t, class, "create", e.table, name, version, err)
	_, err = e.Replicate(t.Context(), name, version, e.Store)
	requireError(t, class, "replicate", e.table, name, version, err)
}

func flip(b []byte, i int) []byte {
	b = bytes.Clone(b)
	b[i] ^= 1
	return b
}

func TestTamperedVersions(t *testing.T) {
	e := newEmbedded(t)
	for range 3 {
		_, _, err := e.NewProvider(t.Context(), material)
		require.NoError(t, err)
	}
	_, err := e.GetOrCreateProvider(t.Context(), "orders", 1)
	require.NoError(t, err)
	row, other := e.row(t, material, 1), e.row(t, material, 2)
	protected := []string{"t", "enc", "encAlg", "int", "intAlg"}

	for _, attribute := range append(protected, crypto.DefaultSignatureAttribute) {
		value := row[attribute].(*types.AttributeValueMemberB).Value
		class := cmp.ErrSignature
		t.Run(attribute+" that was changed is refused", func(t *testing.T) {
			for i := range value {
				require.NoError(t, e.db.Replace(e.table, with(row, crypto.Item{attribute: bin(flip(value, i))})))
				_, err := e.Provider(t.Context(), material, 1)
				requireClass(t, class, err)
			}
			for _, changed := range [][]byte{{}, value[:len(value)-1], append(bytes.Clone(value), 0), make([]byte, len(value))} {
				require.NoError(t, e.db.Replace(e.table, with(row, crypto.Item{attribute: bin(changed)})))
				e.requireRefused(t, material, 1, class)
			}
		})
		t.Run(attribute+" of another type is refused", func(t *testing.T) {
			for _, changed := range []types.AttributeValue{str(fmt.Sprintf("%x", value)), str("0"), num("0"), &types.AttributeValueMemberNULL{Value: true}, &types.AttributeValueMemberBS{Value: [][]byte{value}}} {
				require.NoError(t, e.db.Replace(e.table, with(row, crypto.Item{attribute: changed})))
				e.requireRefused(t, material, 1, class)
			}
		})
		t.Run(attribute+" of another version is refused", func(t *testing.T) {
			require.NoError(t, e.db.Replace(e.table, with(row, crypto.Item{attribute: other[attribute]})))
			e.requireRefused(t, material, 1, class)
		})
		t.Run("a version without "+attribute+" is refused", func(t *testing.T) {
			require.NoError(t, e.db.Replace(e.table, without(row, attribute)))
			if attribute == crypto.DefaultSignatureAttribute {
				class = cmp.ErrNotEncrypted
			}
			e.requireRefused(t, material, 1, class)
		})
	}
	t.Run("enc and int that were exchanged are refused", func(t *testing.T) {
		require.NoError(t, e.db.Replace(e.table, with(row, crypto.Item{"enc": row["int"], "int": row["enc"]})))
		e.requireRefused(t, material, 1, cmp.ErrSignature)
	})
	t.Run("an attribute that was added is refused", func(t *testing.T) {
		require.NoError(t, e.db.Replace(e.table, with(row, crypto.Item{"more": str("x")})))
		e.requireRefused(t, material, 1, cmp.ErrSignature)
	})
	t.Run("a version that was moved is refused", func(t *testing.T) {
		for name, changes := range map[string]crypto.Item{material: {"V": num("7")}, "posts": {"N": str("posts"), "V": num("7")}, "orders": {"N": str("orders"), "V": num("7")}} {
			require.NoError(t, e.db.Replace(e.table, with(row, changes)))
			e.requireRefused(t, name, 7, cmp.ErrSignature)
		}
	})
	t.Run("a version of another table is refused", func(t *testing.T) {
		table := newTable(t, e.client)
		require.NoError(t, e.db.Replace(table, row))
		elsewhere := &embedded{e.db, e.client, table, e.protector, newStore(t, e.client, table, e.protector)}
		elsewhere.requireRefused(t, material, 1, cmp.ErrSignature)
	})
	t.Run("a version under other keys is refused", func(t *testing.T) {
		require.NoError(t, e.db.Replace(e.table, row))
		stranger := &embedded{e.db, e.client, e.table, e.protector, newStore(t, e.client, e.table, newProtector(t))}
		stranger.requireRefused(t, material, 1, cmp.ErrSignature)
	})
	t.Run("a version in the clear is refused", func(t *testing.T) {
		require.NoError(t, e.db.Replace(e.table, genuine(material, "1", random(32), random(32))))
		e.requireRefused(t, material, 1, cmp.ErrNotEncrypted)
	})
	t.Run("a row of nothing but its key is refused", func(t *testing.T) {
		require.NoError(t, e.db.Replace(e.table, crypto.Item{"N": str(material), "V": num("1")}))
		e.requireRefused(t, material, 1, cmp.ErrNotEncrypted)
	})
	t.Run("and the version as it was is not", func(t *testing.T) {
		require.NoError(t, e.db.Replace(e.table, row))
		_, err := e.Provider(t.Context(), material, 1)
		require.NoError(t, err)
	})
}

// What has a valid signature may still be none of ours.
func TestUnknownVersions(t *testing.T) {
	enc, mac := random(32), random(32)
	base := genuine(material, "0", enc, mac)
	for name, test := range map[string]struct {
		item  crypto.Item
		class error
	}{
		"of another type":                   {with(base, crypto.Item{"t": str("1")}), cmp.ErrAlgorithm},
		"of an empty type":                  {with(base, crypto.Item{"t": str("")}), cmp.ErrAlgorithm},
		"with a number as type":             {with(base, crypto.Item{"t": num("0")}), cmp.ErrCorrupt},
		"without a type":                    {without(base, "t"), cmp.ErrCorrupt},
		"for another cipher":                {with(base, crypto.Item{"encAlg": str("DESede")}), cmp.ErrAlgorithm},
		"for AES in another spelling":       {with(base, crypto.Item{"encAlg": str("aes")}), cmp.ErrAlgorithm},
		"without a cipher":                  {without(base, "encAlg"), cmp.ErrCorrupt},
		"for another MAC":                   {with(base, crypto.Item{"intAlg": str("HmacSHA1")}), cmp.ErrAlgorithm},
		"for a longer MAC":                  {with(base, crypto.Item{"intAlg": str("HmacSHA512")}), cmp.ErrAlgorithm},
		"without a MAC":                     {without(base, "intAlg"), cmp.ErrCorrupt},
		"without a wrapping key":            {without(base, "enc"), cmp.ErrCorrupt},
		"without a signing key":             {without(base, "int"), cmp.ErrCorrupt},
		"with a wrapping key of text":       {with(base, crypto.Item{"enc": str(string(bytes.Repeat([]byte("k"), 32)))}), cmp.ErrCorrupt},
		"with an empty wrapping key":        {with(base, crypto.Item{"enc": bin(nil)}), cmp.ErrCorrupt},
		"with a wrapping key of 15 bytes":   {with(base, crypto.Item{"enc": bin(enc[:15])}), cmp.ErrCorrupt},
		"with a wrapping key of 33 bytes":   {with(base, crypto.Item{"enc": bin(append(bytes.Clone(enc), 1))}), cmp.ErrCorrupt},
		"with an empty signing key":         {with(base, crypto.Item{"int": bin(nil)}), cmp.ErrCorrupt},
		"with a signing key of 16 bytes":    {with(base, crypto.Item{"int": bin(mac[:16])}), cmp.ErrCorrupt},
		"with a signing key of 31 bytes":    {with(base, crypto.Item{"int": bin(mac[:31])}), cmp.ErrCorrupt},
		"with a signing key of 33 bytes":    {with(base, crypto.Item{"int": bin(append(bytes.Clone(mac), 1))}), cmp.ErrCorrupt},
		"with a signing key of other types": {with(base, crypto.Item{"int": &types.AttributeValueMemberBS{Value: [][]byte{mac}}}), cmp.ErrCorrupt},
	} {
		t.Run("a version "+name+" is refused", func(t *testing.T) {
			e := newEmbedded(t)
			e.forge(t, test.item)
			e.requireRefused(t, material, 0, test.class)
			_, err := e.Provider(t.Context(), material, 0)
			requireNoSecrets(t, err, enc, mac)
		})
	}
	for _, size := range []int{16, 24, 32} {
		t.Run(fmt.Sprintf("a wrapping key of %d bytes is accepted", size), func(t *testing.T) {
			e := newEmbedded(t)
			e.forge(t, genuine(material, "0", enc[:size], mac))
			got, err := e.Provider(t.Context(), material, 0)
			require.NoError(t, err)
			wrapping, err := cmp.NewAESKey(enc[:size])
			require.NoError(t, err)
			signing, err := cmp.NewHMACKey("HmacSHA256", mac)
			require.NoError(t, err)
			same, err := cmp.NewWrapped(cmp.WrappedKeys{Wrapping: wrapping, Signing: signing})
			require.NoError(t, err)
			requireSameKeys(t, same, got)
		})
	}
	t.Run("a version with attributes of others is accepted", func(t *testing.T) {
		e := newEmbedded(t)
		e.forge(t, with(base, crypto.Item{"more": num("1")}))
		_, err := e.Provider(t.Context(), material, 0)
		require.NoError(t, err)
	})
}

func TestRowsThatAreNoVersions(t *testing.T) {
	for _, number := range []string{"-1", "1.5", "9223372036854775808", "1" + "000000000000000000000000000000"} {
		t.Run("the number "+number+" is no version", func(t *testing.T) {
			e := newEmbedded(t)
			require.NoError(t, e.db.Replace(e.table, crypto.Item{"N": str(material), "V": num(number)}))
			_, err := e.MaxVersion(t.Context(), material)
			requireError(t, cmp.ErrCorrupt, "find the newest version of", e.table, material, -1, err)
			_, _, err = e.NewProvider(t.Context(), material)
			requireError(t, cmp.ErrCorrupt, "rotate", e.table, material, -1, err)
			require.NoError(t, e.db.Replace(e.table, crypto.Item{"N": str("others"), "V": num("7")}))
			good, bad := []metastore.Version{}, []metastore.Version{}
			for version, err := range metastore.List(t.Context(), e.client, e.table) {
				if err == nil {
					good = append(good, version)
					continue
				}
				requireClass(t, cmp.ErrCorrupt, err)
				assert.ErrorContains(t, err, `"users"`)
				bad = append(bad, version)
			}
			assert.Equal(t, []metastore.Version{{MaterialName: "others", Number: 7}}, good, "the others are listed")
			assert.Equal(t, []metastore.Version{{MaterialName: material, Number: -1}}, bad)
			for version, err := range metastore.Versions(t.Context(), e.client, e.table, "others") {
				require.NoError(t, err)
				assert.EqualValues(t, 7, version.Number)
			}
		})
	}
}

// substitute answers GetItem with the row of another key, and Query with any.
type substitute struct {
	*dynamodb.Client
	key   crypto.Item
	query crypto.Item
}

func (s *substitute) GetItem(ctx context.Context, input *dynamodb.GetItemInput, options ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	changed := *input
	changed.Key = s.key
	return s.Client.GetItem(ctx, &changed, options...)
}

func (s *substitute) Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return &dynamodb.QueryOutput{Items: []map[string]types.AttributeValue{s.query}}, nil
}

func TestAnswersForAnotherKey(t *testing.T) {
	e := newEmbedded(t)
	for _, name := range []string{material, "orders"} {
		for range 2 {
			_, _, err := e.NewProvider(t.Context(), name)
			require.NoError(t, err)
		}
	}
	for name, key := range map[string]crypto.Item{
		"another version": {"N": str(material), "V": num("0")},
		"another name":    {"N": str("orders"), "V": num("1")},
	} {
		t.Run("a row of "+name+" is refused", func(t *testing.T) {
			store := newStore(t, &substitute{Client: e.client, key: key}, e.table, e.protector)
			_, err := store.Provider(t.Context(), material, 1)
			requireError(t, cmp.ErrSignature, "get", e.table, material, 1, err)
			_, err = store.Replicate(t.Context(), material, 1, e.Store)
			requireError(t, cmp.ErrSignature, "replicate", e.table, material, 1, err)
		})
	}
	for _, item := range []crypto.Item{nil, {}, {"V": str("1")}, {"V": nil}, {"V": (*types.AttributeValueMemberN)(nil)}, {"V": num("")}, {"V": num("x")}, {"V": num("1e1")}, {"N": str(material)}} {
		t.Run(fmt.Sprintf("a search that finds %v is corrupt", item), func(t *testing.T) {
			store := newStore(t, &substitute{Client: e.client, query: item}, e.table, e.protector)
			_, err := store.MaxVersion(t.Context(), material)
			requireError(t, cmp.ErrCorrupt, "find the newest version of", e.table, material, -1, err)
		})
	}
}

func TestRefusedArguments(t *testing.T) {
	e := newEmbedded(t)
	encryptor := newProtector(t)
	for name, test := range map[string]struct {
		api       metastore.API
		table     string
		encryptor crypto.ItemEncryptor
		options   []metastore.Option
	}{
		"no client":                     {nil, "t", encryptor, nil},
		"no table":                      {e.client, "", encryptor, nil},
		"no encryptor":                  {e.client, "t", nil, nil},
		"the ARN of something else":     {e.client, "arn:aws:s3:::bucket", encryptor, nil},
		"the ARN of an index":           {e.client, "arn:aws:dynamodb:eu-west-1:111122223333:table/t/index/i", encryptor, nil},
		"an encryptor without provider": {e.client, "t", crypto.NewEncryptor(nil), nil},
	} {
		t.Run(name, func(t *testing.T) {
			store, err := metastore.New(test.api, test.table, test.encryptor, test.options...)
			requireClass(t, cmp.ErrConfig, err)
			assert.Nil(t, store)
		})
	}
	for what, name := range map[string]string{"no name": "", "a name that is not UTF-8": "users\xff"} {
		t.Run(what, func(t *testing.T) {
			_, err := e.MaxVersion(t.Context(), name)
			requireError(t, cmp.ErrConfig, "find the newest version of", e.table, name, -1, err)
			_, err = e.Provider(t.Context(), name, 0)
			requireError(t, cmp.ErrConfig, "get", e.table, name, 0, err)
			_, err = e.GetOrCreateProvider(t.Context(), name, 0)
			requireError(t, cmp.ErrConfig, "create", e.table, name, 0, err)
			_, _, err = e.NewProvider(t.Context(), name)
			requireError(t, cmp.ErrConfig, "rotate", e.table, name, -1, err)
		})
	}
	t.Run("a negative version", func(t *testing.T) {
		_, err := e.Provider(t.Context(), material, -1)
		requireClass(t, cmp.ErrConfig, err)
		_, err = e.GetOrCreateProvider(t.Context(), material, -1)
		requireClass(t, cmp.ErrConfig, err)
	})
	assert.Empty(t, e.db.Items(e.table))
}

func TestErrorText(t *testing.T) {
	cause := errors.New("cause")
	assert.Equal(t, `metastore: get version 3 of material "m" in table "t": cause`, (&metastore.Error{Op: "get", Table: "t", MaterialName: "m", Version: 3, Err: cause}).Error())
	assert.Equal(t, `metastore: rotate material "a\nb" in table "t": cause`, (&metastore.Error{Op: "rotate", Table: "t", MaterialName: "a\nb", Version: -1, Err: cause}).Error())
	assert.ErrorIs(t, &metastore.Error{Err: cause}, cause)
}
