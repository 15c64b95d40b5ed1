package client

import (
	"errors"
	"fmt"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// Option configures [New] and [WithEncryption]. The options are [Tables],
// [OtherTables], [WithConcurrency], [CollectBadItems], [HydrateIndexes] and
// [WithCounter]. A wrong option is a [crypto.ErrConfig] of every operation.
type Option interface{ apply(*options) error }

type option func(*options) error

func (f option) apply(o *options) error { return f(o) }

// defaultConcurrency is how many items of a page or batch are worked on at once.
const defaultConcurrency = 16

type options struct {
	tables      []Table
	others      Policy
	concurrency int
	collect     bool
	hydrate     bool
	counter     *Counter
}

func newOptions(list []Option) (options, error) {
	o := options{concurrency: defaultConcurrency, counter: new(Counter)}
	var faults []error
	for _, option := range list {
		if option != nil {
			faults = append(faults, option.apply(&o))
		}
	}
	return o, errors.Join(faults...)
}

// Tables declares tables that are protected, in addition to those of other uses
// of this option.
func Tables(tables ...Table) Option {
	return option(func(o *options) error {
		for _, t := range tables {
			o.tables = append(o.tables, t.clone())
		}
		return nil
	})
}

// OtherTables says what happens to tables that are not declared by [Tables]:
// [Refuse] (the default), [PassThrough] or [Discover].
func OtherTables(policy Policy) Option {
	return option(func(o *options) error {
		o.others = policy
		return nil
	})
}

// WithConcurrency sets how many items of one page or batch are encrypted or
// decrypted at once, at least 1; the default is 16. It matters where keys come
// from a service, item by item.
func WithConcurrency(n int) Option {
	return option(func(o *options) error {
		if n < 1 {
			return fmt.Errorf("concurrency %d is less than 1: %w", n, crypto.ErrConfig)
		}
		o.concurrency = n
		return nil
	})
}

// CollectBadItems returns the good items of an answer that has bad ones too,
// instead of failing. The call still returns an error, an [*ItemsError] with every
// bad item and with the output. It is for Query, Scan, BatchGetItem and
// TransactGetItems.
//
// The SDK's paginators drop a page with an error and ask for it again: take the page
// from ItemsError.Output, and go on with a new paginator at its LastEvaluatedKey,
// unless that is nil: then it was the last one.
func CollectBadItems() Option {
	return option(func(o *options) error {
		o.collect = true
		return nil
	})
}

// HydrateIndexes makes Query and Scan on a partially projected global secondary
// index read the keys from the index and then the whole items from the table, by
// BatchGetItem, in the same order. Without it they are refused: an item of which
// parts are missing does not verify. An item that was deleted in between is left
// out, one that was changed comes as it is now, even if it is no longer what was
// asked for. Requests for items do not have the options of a single call.
//
// A filter can only ask for what the index holds.
func HydrateIndexes() Option {
	return option(func(o *options) error {
		o.hydrate = true
		return nil
	})
}

// WithCounter counts plaintext items, which only a [PlaintextPolicy] lets through,
// in counter. One counter may serve several clients.
func WithCounter(counter *Counter) Option {
	return option(func(o *options) error {
		if counter == nil {
			return fmt.Errorf("the counter is nil: %w", crypto.ErrConfig)
		}
		o.counter = counter
		return nil
	})
}
