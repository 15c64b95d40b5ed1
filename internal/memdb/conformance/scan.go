package conformance

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func scanAll(t *testing.T, client *dynamodb.Client, in *dynamodb.ScanInput) []item {
	t.Helper()
	var items []item
	pages := dynamodb.NewScanPaginator(client, in)
	for pages.HasMorePages() {
		out, err := pages.NextPage(t.Context())
		require.NoError(t, err)
		items = append(items, out.Items...)
	}
	return items
}

func testScan(t *testing.T, client *dynamodb.Client) {
	table := create(t, client, definition("pk", "S", "sk", "N"))
	var all []int
	for i := range 40 {
		put(t, client, table, with(keyed(strings.Repeat("p", i/2+1), i), item{"odd": boolean(i%2 == 1)}))
		all = append(all, i)
	}
	t.Run("a scan returns every item", func(t *testing.T) {
		assert.ElementsMatch(t, all, sortKeys(t, "sk", scanAll(t, client, &dynamodb.ScanInput{TableName: table})))
	})
	t.Run("the pages of a scan are the whole table, each item once", func(t *testing.T) {
		for _, limit := range []int32{1, 7} {
			items := scanAll(t, client, &dynamodb.ScanInput{TableName: table, Limit: &limit})
			assert.ElementsMatch(t, all, sortKeys(t, "sk", items))
		}
	})
	t.Run("the segments of a scan are the whole table, each item once", func(t *testing.T) {
		for _, total := range []int32{1, 3, 8} {
			var items []item
			for segment := range total {
				items = append(items, scanAll(t, client, &dynamodb.ScanInput{TableName: table, Segment: &segment, TotalSegments: &total, Limit: aws.Int32(3)})...)
			}
			assert.ElementsMatch(t, all, sortKeys(t, "sk", items))
		}
	})
	t.Run("a filter may use keys and counts what it read", func(t *testing.T) {
		out, err := client.Scan(t.Context(), &dynamodb.ScanInput{
			TableName: table, FilterExpression: name("odd = :t AND sk < :n"), ExpressionAttributeValues: item{":t": boolean(true), ":n": num("10")},
		})
		require.NoError(t, err)
		assert.ElementsMatch(t, []int{1, 3, 5, 7, 9}, sortKeys(t, "sk", out.Items))
		assert.EqualValues(t, 5, out.Count)
		assert.EqualValues(t, 40, out.ScannedCount)
	})
	t.Run("a count of a scan has no items", func(t *testing.T) {
		out, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: table, Select: types.SelectCount})
		require.NoError(t, err)
		assert.Nil(t, out.Items)
		assert.EqualValues(t, 40, out.Count)
	})
	t.Run("items that were written do not disturb a scan that goes on", func(t *testing.T) {
		out, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: table, Limit: aws.Int32(20)})
		require.NoError(t, err)
		last := out.LastEvaluatedKey
		_, err = client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: table, Key: last})
		require.NoError(t, err)
		rest := scanAll(t, client, &dynamodb.ScanInput{TableName: table, ExclusiveStartKey: last})
		assert.Len(t, rest, 20)
		put(t, client, table, last)
	})
	for _, test := range []struct {
		name           string
		segment, total *int32
	}{
		{"a segment without the number of segments is refused", aws.Int32(0), nil},
		{"a number of segments without a segment is refused", nil, aws.Int32(2)},
		{"a segment beyond the number of segments is refused", aws.Int32(2), aws.Int32(2)},
		{"more than a million segments are refused", aws.Int32(0), aws.Int32(1000001)},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: table, Segment: test.segment, TotalSegments: test.total})
			assertCode(t, invalid, err)
		})
	}
}

func testPages(t *testing.T, client *dynamodb.Client) {
	const quarter = 256 << 10
	const rest = len("pk") + len("a") + len("sk") + 2 + len("v") // an sk of one digit takes two bytes
	fill := func(last int) *string {
		table := create(t, client, definition("pk", "S", "sk", "N"))
		for i := 1; i <= 6; i++ {
			size := quarter
			if i == 4 {
				size = last
			}
			put(t, client, table, with(keyed("a", i), item{"v": str(strings.Repeat("x", size-rest))}))
		}
		return table
	}
	for _, test := range []struct {
		name string
		size int // of the fourth item
		want int32
	}{
		{"a page ends with the item that makes it 1 MB", quarter, 4},
		{"a page goes on when it is a byte short of 1 MB", quarter - 1, 5},
	} {
		t.Run(test.name, func(t *testing.T) {
			table := fill(test.size)
			in := &dynamodb.QueryInput{
				TableName: table, KeyConditionExpression: name("pk = :p"), ExpressionAttributeValues: item{":p": str("a")}, Select: types.SelectCount,
			}
			out, err := client.Query(t.Context(), in)
			require.NoError(t, err)
			assert.Equal(t, test.want, out.Count)
			assert.Equal(t, keyed("a", int(test.want)), out.LastEvaluatedKey)
			in.ExclusiveStartKey = out.LastEvaluatedKey
			out, err = client.Query(t.Context(), in)
			require.NoError(t, err)
			assert.Equal(t, 6-test.want, out.Count)
			assert.Nil(t, out.LastEvaluatedKey)
			assert.Len(t, scanAll(t, client, &dynamodb.ScanInput{TableName: table}), 6)
		})
	}
}
