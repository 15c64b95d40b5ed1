package mapper_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// suite is what is true over the embedded store and over DynamoDB Local. Each file of
// the suite adds its part.
var suite = map[string]func(t *testing.T, w *world){}

func TestSuite(t *testing.T) { runSuite(t, memdb.New().Client()) }

func runSuite(t *testing.T, store *dynamodb.Client) {
	require.NotEmpty(t, suite)
	for name, test := range suite {
		t.Run(name, func(t *testing.T) { test(t, newWorld(store)) })
	}
}

// world is a store with what a test needs around it. Its tables have names of their
// own, by a prefix.
type world struct {
	// plain is a client without encryption, whose requests are not recorded.
	plain *dynamodb.Client
	// tap is what the mappers send their requests through, without retries.
	tap    *wiretap.Tap
	db     *dynamodb.Client
	prefix string
}

var worlds atomic.Int64

func newWorld(store *dynamodb.Client) *world {
	options := store.Options()
	tap := wiretap.New(options.HTTPClient)
	options.HTTPClient = tap
	options.Retryer = aws.NopRetryer{}
	return &world{plain: store, tap: tap, db: dynamodb.New(options), prefix: fmt.Sprintf("w%d-", worlds.Add(1))}
}

// openMapper returns a mapper for a table that is there.
func openMapper[T any](t testing.TB, w *world, options ...mapper.Option) *mapper.Mapper[T] {
	t.Helper()
	m, err := mapper.New[T](w.db, newEncryptor(1), append([]mapper.Option{mapper.WithTablePrefix(w.prefix)}, options...)...)
	require.NoError(t, err)
	return m
}

// createMapper makes the table, too.
func createMapper[T any](t testing.TB, w *world, options ...mapper.Option) *mapper.Mapper[T] {
	t.Helper()
	m := openMapper[T](t, w, options...)
	require.NoError(t, m.CreateTable(t.Context()))
	w.tap.Reset()
	return m
}

// stored returns the items of a table as they are stored, in the order of a scan. The
// name is without the prefix.
func (w *world) stored(t testing.TB, table string) []crypto.Item {
	t.Helper()
	var items []crypto.Item
	pages := dynamodb.NewScanPaginator(w.plain, &dynamodb.ScanInput{TableName: aws.String(w.prefix + table)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		require.NoError(t, err)
		items = append(items, page.Items...)
	}
	return items
}

// plant stores an item as it is, in place of one with the same key.
func (w *world) plant(t testing.TB, table string, item map[string]types.AttributeValue) {
	t.Helper()
	_, err := w.plain.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(w.prefix + table), Item: item})
	require.NoError(t, err)
}
