package mapper

import (
	"context"
	"fmt"
	"iter"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// Query reads the items of a partition, of the table or of an [Index], in the order of
// the sort key. It asks for the next page when it is needed; a loop that ends early
// asks for no more.
//
//	for u, err := range users.Query(ctx, mapper.Partition("alice"), mapper.SortGreater(1700000000)) {
//		if err != nil {
//			return err
//		}
//		…
//	}
//
// An item that does not verify, or that T cannot hold, comes as an error in its place,
// an [*Error] with the item's key, and the loop may go on behind it. After any other
// error the loop is over. Every item is compared with the partition and the equal sort
// keys that [Partition] and [SortEqual] ask for.
func (m *Mapper[T]) Query(ctx context.Context, options ...QueryOption) iter.Seq2[T, error] {
	return m.items(ctx, "Query", false, optionsOf(options, QueryOption.applyToQuery))
}

// QueryPages is [Mapper.Query] page by page, each with what it cost and with a token by
// which another program can go on. A page of which items are bad comes with an error,
// and the loop may go on behind it; after another error it is over.
func (m *Mapper[T]) QueryPages(ctx context.Context, options ...QueryOption) iter.Seq2[Page[T], error] {
	return m.pages(ctx, "QueryPages", false, optionsOf(options, QueryOption.applyToQuery))
}

// Scan reads the items of the whole table, or of an [Index], in no order that means
// something. Errors are as those of [Mapper.Query]. With [Segments] several parts are
// read at once; when the loop is over, however it ends, nothing of that is left.
func (m *Mapper[T]) Scan(ctx context.Context, options ...ScanOption) iter.Seq2[T, error] {
	return m.items(ctx, "Scan", true, optionsOf(options, ScanOption.applyToScan))
}

// ScanPages is [Mapper.Scan] page by page, as [Mapper.QueryPages] is for queries.
func (m *Mapper[T]) ScanPages(ctx context.Context, options ...ScanOption) iter.Seq2[Page[T], error] {
	return m.pages(ctx, "ScanPages", true, optionsOf(options, ScanOption.applyToScan))
}

// Count returns how many items a query would return, or, without [Partition] and
// [KeyCondition], a scan. DynamoDB counts, and reads all the items for it; none is
// verified.
func (m *Mapper[T]) Count(ctx context.Context, options ...QueryOption) (int64, error) {
	count, err := m.core.count(ctx, optionsOf(options, QueryOption.applyToQuery))
	return count, m.core.fail("Count", err)
}

func (m *core) count(ctx context.Context, o callOptions) (int64, error) {
	if o.project != nil || o.reading.limit != nil {
		return 0, fmt.Errorf("%w: Count has no Project and no Limit: it counts whole results", crypto.ErrConfig)
	}
	o.reading.whole = false // keys are enough
	scan := !o.reading.hasPartition && len(o.reading.sort) == 0 && len(o.reading.keyConditions) == 0
	r, err := m.newReading(ctx, "Count", scan, o)
	if err != nil {
		return 0, err
	}
	r.request.Select = types.SelectCount
	var total int64
	for start := r.start; ; {
		p, err := r.fetch(ctx, 0, start, r.pageLimit(0))
		if err != nil {
			return 0, err
		}
		total += int64(p.counted)
		if start = p.last; start == nil {
			return total, nil
		}
	}
}

func (m *Mapper[T]) items(ctx context.Context, op string, scan bool, o callOptions) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		err := m.core.read(ctx, op, scan, o, func(_ *reading, p *fetched) bool {
			for _, outcome := range p.outcomes {
				value := &none
				if outcome.err == nil {
					value = outcome.value.(*T)
				}
				if !yield(*value, outcome.err) {
					return false
				}
			}
			return true
		})
		if err != nil {
			yield(none, m.core.fail(op, err))
		}
	}
}

func (m *Mapper[T]) pages(ctx context.Context, op string, scan bool, o callOptions) iter.Seq2[Page[T], error] {
	return func(yield func(Page[T], error) bool) {
		err := m.core.read(ctx, op, scan, o, func(r *reading, p *fetched) bool {
			page := newPage[T](r, p)
			return yield(page, badItems(page.Bad))
		})
		if err != nil {
			yield(Page[T]{}, m.core.fail(op, err))
		}
	}
}

// read calls use for each page, until that returns false.
func (m *core) read(ctx context.Context, op string, scan bool, o callOptions, use func(*reading, *fetched) bool) error {
	r, err := m.newReading(ctx, op, scan, o)
	if err != nil {
		return err
	}
	r.request.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
	if r.o.reading.segments != nil {
		return r.parallel(ctx, func(p *fetched) bool { return use(r, p) })
	}
	segment := 0
	if k := r.o.reading.segment; k != nil {
		segment = *k
	}
	return r.sequential(ctx, segment, func(p *fetched) bool { return use(r, p) })
}

// sequential reads page after page.
func (r *reading) sequential(ctx context.Context, segment int, use func(*fetched) bool) error {
	left := 0 // of the limit; 0 is none
	if r.o.reading.limit != nil {
		left = *r.o.reading.limit
	}
	for start := r.start; ; {
		p, err := r.fetch(ctx, segment, start, r.pageLimit(left))
		if err != nil {
			return err
		}
		got := 0
		if left > 0 {
			got = p.take(r, left)
		}
		start = p.last
		if !use(p) || start == nil {
			return nil
		}
		if left > 0 && left == got {
			return nil
		}
		left -= got
	}
}

// pageLimit returns how many items DynamoDB may look at for a page when so many are
// left to be returned, or 0. With a filter, most of those that it looks at may not be
// what is asked for: then a page is cut instead, if an item tells its position. An item
// that was read after the index may no longer be where the index had it.
func (r *reading) pageLimit(left int) int {
	size := 0
	if r.o.reading.pageSize != nil {
		size = *r.o.reading.pageSize
	}
	cut := len(r.o.reading.filters) > 0 && r.positional && !r.o.reading.whole
	if left > 0 && !cut && (size == 0 || left < size) {
		return left
	}
	return size
}
