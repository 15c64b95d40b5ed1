//go:build integration

package dynamodblocal_test

import (
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/dynamodblocal"
)

func TestServerAnswersUntilTheTestEnds(t *testing.T) {
	t.Setenv(dynamodblocal.EndpointVariable, "")
	var endpoint string
	t.Run("while the test runs", func(t *testing.T) {
		endpoint = dynamodblocal.Endpoint(t)
		out, err := dynamodblocal.NewClient(endpoint).ListTables(t.Context(), &dynamodb.ListTablesInput{})
		require.NoError(t, err)
		assert.Empty(t, out.TableNames)
	})
	t.Run("and not after it", func(t *testing.T) {
		_, err := http.Get(endpoint)
		assert.Error(t, err)
	})
}

func TestEndpointFromTheEnvironmentIsUsed(t *testing.T) {
	t.Setenv(dynamodblocal.EndpointVariable, "http://127.0.0.1:1")
	assert.Equal(t, "http://127.0.0.1:1", dynamodblocal.Endpoint(t))
}
