package tags_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

// FuzzParseField wants every text to be refused as a configuration error or
// to mean the same after it was written out again.
func FuzzParseField(f *testing.F) {
	for _, seed := range []string{"", "sign", "none,partition", ",sort", "encrypt,version", "sign,,index", "table=x",
		"index=abc:partition:1,index=abd:sort", "none,index,localindex=abc", "index=abc:sort:5", ",unknown", "none,unknown"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tag, err := tags.ParseField("F", text)
		if err != nil {
			require.ErrorIs(t, err, crypto.ErrConfig)
			return
		}
		again, err := tags.ParseField("F", tag.String())
		require.NoError(t, err)
		assert.Equal(t, tag, again)
		for _, def := range []crypto.Action{crypto.EncryptAndSign, crypto.SignOnly, crypto.DoNothing} {
			if tag.Partition || tag.Sort || tag.Version || tag.Index || tag.TTL {
				assert.NotEqual(t, crypto.EncryptAndSign, tag.ActionUnder(def))
			}
		}
	})
}

// FuzzParseStruct is the same for the options of the whole struct.
func FuzzParseStruct(f *testing.F) {
	for _, seed := range []string{
		"", "table=users,default=sign", "unknown=encrypt,signedas=a=b", "retired=a:b:none,retired=c:sign", "table", "retired=:", ",",
		"projection=abc:keys,include=abd:x:y,include=abe:x,include=abd:z", "projection=abc:all,include=abc:x",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tag, err := tags.ParseStruct(text)
		if err != nil {
			require.ErrorIs(t, err, crypto.ErrConfig)
			return
		}
		again, err := tags.ParseStruct(tag.String())
		require.NoError(t, err)
		assert.Equal(t, tag, again)
	})
}

// FuzzParseRaw is about text that may not be a struct tag at all.
func FuzzParseRaw(f *testing.F) {
	for _, seed := range []string{"", " ", `ddbcrypt:"sign,"`, `dynamodbav:"a,omitempty" json:"-"`, `a:"\x`, `:""`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := tags.ParseRaw("F", text, "json"); err != nil {
			require.ErrorIs(t, err, crypto.ErrConfig)
		}
	})
}
