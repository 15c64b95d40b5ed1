//go:build integration

package main

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/dynamodblocal"
)

func TestQuickstartRunsAgainstDynamoDBLocal(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(context.Background(), &out, dynamodblocal.Endpoint(t)))
	require.Contains(t, out.String(), "5. Somebody exchanges")
}
