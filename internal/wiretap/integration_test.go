//go:build integration

package wiretap_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/dynamodblocal"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

func TestATapServesDynamoDBLocal(t *testing.T) {
	local := dynamodblocal.Start(t)
	createTable(t, local, "users")
	tap := wiretap.New(local.Options().HTTPClient)
	client := dynamodb.New(local.Options(), through(tap), once)
	tap.Inject("BatchWriteItem", wiretap.InOrder(wiretap.Fault{Partial: true, First: 1}))
	written, err := client.BatchWriteItem(t.Context(), writes("users", "a", "b"))
	require.NoError(t, err)
	assert.Equal(t, writes("users", "b").RequestItems, written.UnprocessedItems)
	_, err = client.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: written.UnprocessedItems})
	require.NoError(t, err)

	tap.Inject("BatchGetItem", wiretap.InOrder(wiretap.Fault{Partial: true, First: 1, Tables: wiretap.OtherName}))
	read, err := client.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
		"users": {Keys: keys("a", "b"), ConsistentRead: aws.Bool(true)},
	}})
	require.NoError(t, err)
	assert.Equal(t, map[string][]item{wiretap.TableARN + "users": keys("a")}, read.Responses)
	assert.Equal(t, keys("b"), read.UnprocessedKeys[wiretap.TableARN+"users"].Keys)

	tap.Inject("PutItem", wiretap.InOrder(wiretap.Fault{Timeout: true, Deliver: true}))
	require.Error(t, put(t, client, "carol"))
	tap.Inject("GetItem", wiretap.InOrder(wiretap.Fault{Truncate: 3}, wiretap.Fault{CutBody: true}))
	for range 2 {
		_, err = get(t, client, "carol")
		assert.Error(t, err)
	}
	got, err := get(t, client, "carol")
	require.NoError(t, err)
	assert.Equal(t, key("carol"), got)
}
