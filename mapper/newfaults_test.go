package mapper_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

func TestNewReportsAllFaultsOfAModelAtOnce(t *testing.T) {
	type faulty struct {
		_       struct{}          `ddbcrypt:"tabel=items,default=secret"`
		ID      []string          `dynamodbav:"id" ddbcrypt:"partition"`
		Sort    bool              `dynamodbav:"sort" ddbcrypt:"sort,encrypt"`
		Version string            `dynamodbav:"version" ddbcrypt:"version"`
		Sig     string            `dynamodbav:"*amzn-ddb-map-sig*"`
		Email   string            `dynamodbav:"email"`
		EMAIL   string            `dynamodbav:"EMAIL"`
		Channel chan int          `ddbcrypt:"sign"`
		Rest    map[string]string `ddbcrypt:"unknown"`
	}
	err := refusal[faulty]()(silent, newEncryptor(1))
	require.ErrorIs(t, err, crypto.ErrConfig)
	for _, word := range []string{`did you mean "table"`, `"secret"`, "field Sort", "field Version", "field Sig", `"EMAIL"`, "field Channel", "field Rest"} {
		assert.ErrorContains(t, err, word)
	}

	// What only the mapper knows is reported together, too.
	type kinds struct {
		_       struct{} `ddbcrypt:"table=items"`
		ID      []string `dynamodbav:"id" ddbcrypt:"partition"`
		Other   bool     `dynamodbav:"other" ddbcrypt:"index=by-other:partition"`
		Third   []int    `dynamodbav:"third" ddbcrypt:"index=by-third:partition"`
		Version int      `dynamodbav:"version,string" ddbcrypt:"version"`
	}
	err = refusal[kinds](mapper.WithClock(nil), mapper.WithPreviousModel[faulty]())(silent, newEncryptor(1))
	require.ErrorIs(t, err, crypto.ErrConfig)
	for _, word := range []string{"field ID", `index "by-other": field Other`, `index "by-third": field Third`, "field Version", "clock", "previous model 1"} {
		assert.ErrorContains(t, err, word)
	}
}
