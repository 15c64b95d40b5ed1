//go:build integration

package memdb_test

import (
	"testing"

	"github.com/ddbcrypt/ddbcrypt/internal/dynamodblocal"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb/conformance"
)

func TestConformanceOfDynamoDBLocal(t *testing.T) {
	conformance.Run(t, dynamodblocal.Start(t))
}
