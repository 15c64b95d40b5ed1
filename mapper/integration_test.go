//go:build integration

package mapper_test

import (
	"testing"

	"github.com/ddbcrypt/ddbcrypt/internal/dynamodblocal"
)

func TestSuiteOnDynamoDBLocal(t *testing.T) { runSuite(t, dynamodblocal.Start(t)) }
