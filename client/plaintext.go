package client

import (
	"maps"
	"sync/atomic"

	"github.com/aws/smithy-go/middleware"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// PlaintextPolicy says what happens to items without protection, while a table is
// migrated. Whatever it lets through is counted ([Counter]) and reported
// ([Unprotected]).
type PlaintextPolicy int

const (
	// ForbidPlaintext refuses items without a signature, and writes none.
	ForbidPlaintext PlaintextPolicy = iota
	// InsecureReadPlaintext reads items that have neither signature nor
	// description as they are. Whoever can write to the table can take both away,
	// change the item, and it will pass for plaintext. Writes are protected: a put
	// encrypts, and UpdateItem of a plaintext item fails, as the item has to have a
	// signature.
	InsecureReadPlaintext
	// InsecureReadWritePlaintext also writes items as they are, over encrypted ones
	// too: the first step of a migration, until every reader knows how to decrypt.
	// Encrypted items are still read. What is refused on a protected table stays
	// refused, for plaintext items too: nobody can tell before which one it is.
	InsecureReadWritePlaintext
)

// Counter counts the items that a [PlaintextPolicy] let through. It is safe for
// concurrent use.
type Counter struct{ read, written atomic.Int64 }

// Read returns how many plaintext items were read.
func (c *Counter) Read() int64 { return c.read.Load() }

// Written returns how many items were sent as plaintext. It also counts items
// whose write DynamoDB then refused or left undone, and every update under
// [InsecureReadWritePlaintext], since the item may be plaintext.
func (c *Counter) Written() int64 { return c.written.Load() }

// UnprotectedItem tells that an item was read or written as plaintext.
type UnprotectedItem struct {
	// Table is the plain name of the table.
	Table string

	key     crypto.Item
	counter *Counter // that counts it
}

// Key returns the primary key of the item.
func (u UnprotectedItem) Key() crypto.Item { return maps.Clone(u.key) }

type unprotectedKey struct{}

// Unprotected returns the plaintext items that an operation read or wrote, from
// the ResultMetadata of its output. There are none without a [PlaintextPolicy].
//
//	out, err := db.GetItem(ctx, input)
//	if len(client.Unprotected(out.ResultMetadata)) > 0 { … } // out.Item was never verified
func Unprotected(metadata middleware.Metadata) []UnprotectedItem {
	items, _ := metadata.Get(unprotectedKey{}).([]UnprotectedItem)
	return items
}

// report is what one call has to tell beside its output.
type report struct{ unprotected []UnprotectedItem }

// into adds the report to a call's metadata.
func (r *report) into(metadata *middleware.Metadata) {
	if len(r.unprotected) > 0 {
		*metadata = metadata.Clone() // mocks return one output twice
		metadata.Set(unprotectedKey{}, r.unprotected)
	}
}
