package memdb

import "github.com/ddbcrypt/ddbcrypt/internal/itemsize"

// Limits of DynamoDB, in bytes.
const (
	maxItemSize    = itemsize.Max
	maxPageSize    = 1 << 20
	maxBatchSize   = 16 << 20
	maxHashKeySize = 2048
	maxSortKeySize = 1024
)

func itemSize(it item) int { return itemsize.Of(it) }

func valueSize(v value) int { return itemsize.OfValue(v) }
