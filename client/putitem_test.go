package client_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"
)

func init() {
	suite["PutItem stores an item encrypted and GetItem returns it"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1))
		w.requireNoPlaintext(t, "alice@example.com", "Delft")
		requireProtected(t, w.stored(t, key("alice", 1)))

		out, err := db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &w.table, Key: key("alice", 1), ConsistentRead: aws.Bool(true)})
		require.NoError(t, err)
		require.Equal(t, user("alice", 1), out.Item)
	}
}
