//go:build integration

package metastore_test

import (
	"testing"

	"github.com/ddbcrypt/ddbcrypt/internal/dynamodblocal"
)

func TestStoreInDynamoDBLocal(t *testing.T) { testStore(t, dynamodblocal.Start(t)) }
