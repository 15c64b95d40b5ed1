package client_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// What the SDK's paginators and waiters ask for.
var (
	_ dynamodb.QueryAPIClient                               = (*client.Client)(nil)
	_ dynamodb.ScanAPIClient                                = (*client.Client)(nil)
	_ dynamodb.BatchGetItemAPIClient                        = (*client.Client)(nil)
	_ dynamodb.ListTablesAPIClient                          = (*client.Client)(nil)
	_ dynamodb.ListExportsAPIClient                         = (*client.Client)(nil)
	_ dynamodb.ListImportsAPIClient                         = (*client.Client)(nil)
	_ dynamodb.ListBulkOperationsAPIClient                  = (*client.Client)(nil)
	_ dynamodb.ListContributorInsightsAPIClient             = (*client.Client)(nil)
	_ dynamodb.DescribeTableAPIClient                       = (*client.Client)(nil)
	_ dynamodb.DescribeExportAPIClient                      = (*client.Client)(nil)
	_ dynamodb.DescribeImportAPIClient                      = (*client.Client)(nil)
	_ dynamodb.DescribeBulkOperationAPIClient               = (*client.Client)(nil)
	_ dynamodb.DescribeContributorInsightsAPIClient         = (*client.Client)(nil)
	_ dynamodb.DescribeKinesisStreamingDestinationAPIClient = (*client.Client)(nil)
)

// queryAll is a Query for all items of a user.
func (w *world) queryAll(id string) *dynamodb.QueryInput {
	return &dynamodb.QueryInput{TableName: &w.table, KeyConditionExpression: aws.String("id = :id"), ConsistentRead: aws.Bool(true),
		ExpressionAttributeValues: crypto.Item{":id": str(id)}}
}

func init() {
	suite["NewQueryPaginator returns decrypted pages in order"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1), user("alice", 2), user("alice", 3), user("alice", 4), user("alice", 5), user("bob", 1))

		in := w.queryAll("alice")
		in.Limit = aws.Int32(2)
		var got []map[string]types.AttributeValue
		var counts []int32
		for p := dynamodb.NewQueryPaginator(db, in); p.HasMorePages(); {
			page, err := p.NextPage(t.Context())
			require.NoError(t, err)
			got = append(got, page.Items...)
			counts = append(counts, page.Count)
		}
		require.Equal(t, []map[string]types.AttributeValue{user("alice", 1), user("alice", 2), user("alice", 3), user("alice", 4), user("alice", 5)}, got)
		require.Equal(t, []int32{2, 2, 1}, counts)
	}

	suite["NewQueryPaginator reads whole items of an index that holds only keys"] = func(t *testing.T, w *world) {
		db := w.users(client.HydrateIndexes())
		w.put(t, db, user("alice", 3), user("bob", 1), user("carol", 2))

		in := &dynamodb.QueryInput{TableName: &w.table, IndexName: aws.String("keys"), Limit: aws.Int32(2), ScanIndexForward: aws.Bool(false),
			KeyConditionExpression: aws.String("#p = :p"), ExpressionAttributeNames: map[string]string{"#p": "plan"}, ExpressionAttributeValues: crypto.Item{":p": str("free")}}
		var got []map[string]types.AttributeValue
		for p := dynamodb.NewQueryPaginator(db, in); p.HasMorePages(); {
			page, err := p.NextPage(t.Context())
			require.NoError(t, err)
			got = append(got, page.Items...)
		}
		require.Equal(t, []map[string]types.AttributeValue{user("alice", 3), user("carol", 2), user("bob", 1)}, got)
	}

	suite["NewScanPaginator passes pages without items and returns the others decrypted"] = func(t *testing.T, w *world) {
		db := w.users()
		gold := user("carol", 1)
		gold["plan"] = str("gold")
		w.put(t, db, user("alice", 1), user("bob", 1), gold, user("dave", 1))

		in := &dynamodb.ScanInput{TableName: &w.table, Limit: aws.Int32(1), FilterExpression: aws.String("#p = :p"),
			ExpressionAttributeNames: map[string]string{"#p": "plan"}, ExpressionAttributeValues: crypto.Item{":p": str("gold")}}
		var got []map[string]types.AttributeValue
		pages := 0
		for p := dynamodb.NewScanPaginator(db, in); p.HasMorePages(); pages++ {
			page, err := p.NextPage(t.Context())
			require.NoError(t, err)
			require.Len(t, page.Items, int(page.Count))
			got = append(got, page.Items...)
		}
		require.Equal(t, []map[string]types.AttributeValue{gold}, got)
		require.GreaterOrEqual(t, pages, 4)
	}

	suite["NewBatchGetItemPaginator returns decrypted items"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1), user("bob", 1))

		in := &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{w.table: {Keys: []map[string]types.AttributeValue{key("alice", 1), key("bob", 1), key("carol", 1)}}}}
		var got []map[string]types.AttributeValue
		for p := dynamodb.NewBatchGetItemPaginator(db.(dynamodb.BatchGetItemAPIClient), in); p.HasMorePages(); {
			page, err := p.NextPage(t.Context())
			require.NoError(t, err)
			got = append(got, page.Responses[w.table]...)
		}
		require.ElementsMatch(t, []map[string]types.AttributeValue{user("alice", 1), user("bob", 1)}, got)
	}

	suite["A paginator stops at the page with a bad item"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1), user("alice", 2), user("alice", 3))
		w.tamper(t, key("alice", 2))

		in := w.queryAll("alice")
		in.Limit = aws.Int32(1)
		p := dynamodb.NewQueryPaginator(db, in)
		page, err := p.NextPage(t.Context())
		require.NoError(t, err)
		require.Equal(t, []map[string]types.AttributeValue{user("alice", 1)}, page.Items)
		page, err = p.NextPage(t.Context())
		require.Nil(t, page)
		require.ErrorIs(t, err, crypto.ErrSignature)
		var failed *client.ItemError
		require.ErrorAs(t, err, &failed)
		require.Equal(t, key("alice", 2), failed.Key())
	}

	// The SDK's paginator does not get beyond an error: a program goes on with a new
	// one from where the page in the error ends.
	suite["With CollectBadItems a program goes on behind the page with a bad item"] = func(t *testing.T, w *world) {
		db := w.users(client.CollectBadItems())
		w.put(t, db, user("alice", 1), user("alice", 2), user("alice", 3), user("alice", 4), user("alice", 5))
		w.tamper(t, key("alice", 3))

		var got []map[string]types.AttributeValue
		var bad []crypto.Item
		in := w.queryAll("alice")
		in.Limit = aws.Int32(2)
		p := dynamodb.NewQueryPaginator(db, in)
		for p.HasMorePages() {
			page, err := p.NextPage(t.Context())
			var failed *client.ItemsError
			if err != nil {
				require.ErrorAs(t, err, &failed)
				for _, item := range failed.Items {
					bad = append(bad, item.Key())
				}
				page = failed.Output.(*dynamodb.QueryOutput)
				in.ExclusiveStartKey = page.LastEvaluatedKey
				p = dynamodb.NewQueryPaginator(db, in)
			}
			got = append(got, page.Items...)
		}
		require.Equal(t, []map[string]types.AttributeValue{user("alice", 1), user("alice", 2), user("alice", 4), user("alice", 5)}, got)
		require.Equal(t, []crypto.Item{key("alice", 3)}, bad)
	}

	suite["A paginator over a request that is refused sends nothing"] = func(t *testing.T, w *world) {
		db := w.users()
		in := w.queryAll("alice")
		in.FilterExpression = aws.String("begins_with(email, :id)")
		w.reset()
		_, err := dynamodb.NewQueryPaginator(db, in).NextPage(t.Context())
		w.requireRefused(t, err, "Query", "FilterExpression", "email")
	}

	suite["NewTableExistsWaiter and NewTableNotExistsWaiter wait"] = func(t *testing.T, w *world) {
		db := w.users()
		in := &dynamodb.DescribeTableInput{TableName: &w.table}
		require.NoError(t, dynamodb.NewTableExistsWaiter(db).Wait(t.Context(), in, time.Minute))

		out, err := dynamodb.NewTableExistsWaiter(db).WaitForOutput(t.Context(), in, time.Minute)
		require.NoError(t, err)
		require.Equal(t, types.TableStatusActive, out.Table.TableStatus)

		_, err = db.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: &w.table})
		require.NoError(t, err)
		require.NoError(t, dynamodb.NewTableNotExistsWaiter(db).Wait(t.Context(), in, time.Minute))
	}

	suite["NewTableExistsWaiter waits for a table that is not declared"] = func(t *testing.T, w *world) {
		other := w.newTable(t)
		require.NoError(t, dynamodb.NewTableExistsWaiter(w.users()).Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: &other}, time.Minute))
	}
}
