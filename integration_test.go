//go:build integration

package ddbcrypt_test

import (
	"testing"

	"github.com/ddbcrypt/ddbcrypt/internal/dynamodblocal"
)

func TestAccountsEndToEndInDynamoDBLocal(t *testing.T) { testEndToEnd(t, dynamodblocal.Start(t)) }
