//go:build integration

package client_test

import (
	"testing"

	"github.com/ddbcrypt/ddbcrypt/internal/dynamodblocal"
	"github.com/ddbcrypt/ddbcrypt/interop/sequence"
)

func TestAnEncryptingClientOnDynamoDBLocalReturnsWhatAPlainOneReturns(t *testing.T) {
	runSequences(t, sequence.Pair{Plain: dynamodblocal.Start(t), NoARNs: true}, 1)
}
