package mapper_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

type expiring[T any] struct {
	_       struct{} `ddbcrypt:"table=sessions"`
	ID      string   `dynamodbav:"id" ddbcrypt:"partition"`
	Expires T        `dynamodbav:"expires" ddbcrypt:"ttl"`
}

func TestExpiryTimesAreNumbers(t *testing.T) {
	type unixTag struct {
		_       struct{}  `ddbcrypt:"table=sessions"`
		ID      string    `dynamodbav:"id" ddbcrypt:"partition"`
		Expires time.Time `dynamodbav:"expires,omitempty,unixtime" ddbcrypt:"ttl"`
	}
	for name, err := range map[string]error{
		"a time with the option unixtime": refusal[unixTag]()(silent, newEncryptor(1)),
		"a UnixTime":                      refusal[expiring[attributevalue.UnixTime]]()(silent, newEncryptor(1)),
		"a pointer to a UnixTime":         refusal[expiring[*attributevalue.UnixTime]]()(silent, newEncryptor(1)),
		"an integer":                      refusal[expiring[int64]]()(silent, newEncryptor(1)),
		"a Number":                        refusal[expiring[attributevalue.Number]]()(silent, newEncryptor(1)),
		"what only a value can tell":      refusal[expiring[any]]()(silent, newEncryptor(1)),
	} {
		require.NoError(t, err, name)
	}
	for name, err := range map[string]error{
		"a time":   refusal[expiring[time.Time]]()(silent, newEncryptor(1)),
		"a string": refusal[expiring[string]]()(silent, newEncryptor(1)),
	} {
		require.ErrorIs(t, err, crypto.ErrConfig, name)
		assert.ErrorContains(t, err, "field Expires", name)
		assert.ErrorContains(t, err, "unixtime", name)
	}
}

func TestRefusalsOfOneOperationDoNotSpeakOfAnother(t *testing.T) {
	users := newMapper[user](t, silent)
	u := alice()
	u.Email = string(make([]byte, 400<<10))
	err := mapper.Transact(t.Context(), users.Check(mapper.Key{"bob", 1}), users.PutOp(&u))
	require.ErrorIs(t, err, crypto.ErrConfig)
	assert.ErrorContains(t, err, "operation 1: ")
	assert.NotContains(t, err.Error(), "TransactItems")
}
