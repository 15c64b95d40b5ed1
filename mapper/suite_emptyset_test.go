package mapper_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

type shelf struct {
	_       struct{}       `ddbcrypt:"table=shelves"`
	ID      string         `dynamodbav:"id" ddbcrypt:"partition"`
	Texts   []string       `dynamodbav:"texts,stringset"`
	Numbers []int          `dynamodbav:"numbers,numberset"`
	Blobs   [][]byte       `dynamodbav:"blobs,binaryset"`
	Box     box            `dynamodbav:"box"`
	Any     map[string]any `dynamodbav:"any"`
}

type box struct {
	Texts []string `dynamodbav:"texts,stringset"`
}

// emptyingKey encrypts an empty set, as the published clients do, for each set that
// has just the member ? or 7.
type emptyingKey struct{ key *cmp.AESKey }

func (k emptyingKey) Encrypt(ctx context.Context, plaintext []byte, transformation string) ([]byte, error) {
	var replacements []string
	for _, set := range []string{"\x00S", "\x00N", "\x00B"} {
		for _, member := range []string{"?", "7"} {
			replacements = append(replacements, set+"\x00\x00\x00\x01\x00\x00\x00\x01"+member, set+"\x00\x00\x00\x00")
		}
	}
	return k.key.Encrypt(ctx, []byte(strings.NewReplacer(replacements...).Replace(string(plaintext))), transformation)
}

func init() {
	suite["an empty set that another client encrypted is loaded, and saved as NULL"] = func(t *testing.T, w *world) {
		shelves := createMapper[shelf](t, w)
		published := crypto.NewEncryptor(must(cmp.NewStatic(cmp.StaticKeys{
			Encryption: emptyingKey{must(cmp.NewAESKey(bytes.Repeat([]byte{1}, 32)))},
			Signing:    must(cmp.NewHMACKey("HmacSHA256", bytes.Repeat([]byte{0xFE}, 32))),
		})))
		writer := must(mapper.New[shelf](w.db, published, mapper.WithTablePrefix(w.prefix)))
		one := box{Texts: []string{"?"}}
		written := shelf{ID: "a", Texts: one.Texts, Numbers: []int{7}, Blobs: [][]byte{[]byte("?")}, Box: one, Any: map[string]any{"in": one}}
		require.NoError(t, writer.Save(t.Context(), &written))

		empty := shelf{ID: "a", Texts: []string{}, Numbers: []int{}, Blobs: [][]byte{}, Box: box{Texts: []string{}},
			Any: map[string]any{"in": map[string]any{"texts": []string{}}}}
		got, err := shelves.Load(t.Context(), "a")
		require.NoError(t, err)
		require.Equal(t, empty, got)
		for found, err := range shelves.Query(t.Context(), mapper.Partition("a")) {
			require.NoError(t, err)
			require.Equal(t, empty, found)
		}

		got.Any = nil
		require.NoError(t, shelves.Save(t.Context(), &got))
		got, err = shelves.Load(t.Context(), "a")
		require.NoError(t, err)
		require.Equal(t, shelf{ID: "a"}, got)
	}
}
