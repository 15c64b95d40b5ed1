//go:build integration

package client_test

import (
	"testing"

	"github.com/ddbcrypt/ddbcrypt/internal/dynamodblocal"
)

func TestOperationsOnDynamoDBLocal(t *testing.T) { runSuite(t, dynamodblocal.Start(t)) }
