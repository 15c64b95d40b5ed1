package mapper

import "github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

// A QueryOption configures one call of Query, QueryPages or Count. The options are
// [Partition], [SortEqual], [SortLess], [SortLessEqual], [SortGreater],
// [SortGreaterEqual], [SortBetween], [SortPrefix], [KeyCondition] and [Descending],
// and those that a [ScanOption] has too: [Filter], [Index], [Limit], [PageSize],
// [StartAfter], [StartToken], [FetchWhole], [Consistent], [Project] and
// [ClientOptions].
type QueryOption interface{ applyToQuery(*callOptions) }

// A ScanOption configures one call of Scan or ScanPages. The options are [Segments]
// and [Segment], and those that a [QueryOption] has too.
type ScanOption interface{ applyToScan(*callOptions) }

// readOptions say which items are read.
type readOptions struct {
	partition     []any
	hasPartition  bool
	sort          []sortCondition
	keyConditions []expression.KeyConditionBuilder
	descending    bool

	index    string
	filters  []expression.ConditionBuilder
	limit    *int
	pageSize *int
	after    any
	hasAfter bool
	token    *string
	whole    bool

	segments     *int // to read at once
	segment, all *int // to read one of
}

// sortCondition is a condition on the sort key, or on the next attribute of it.
type sortCondition struct {
	option   string
	operator string // "=", "<", …, "BETWEEN", "begins_with"
	values   []any
}

// KeyOption is an option of queries.
type KeyOption struct{ change change }

func (o KeyOption) applyToQuery(c *callOptions) { o.change.apply(c) }

// Partition reads the items with a partition key. The partition key of a secondary
// index may have up to four attributes, which all have to be given, in their order.
func Partition(values ...any) KeyOption {
	return KeyOption{func(c *callOptions) { c.reading.partition, c.reading.hasPartition = values, true }}
}

func sorted(option, operator string, values ...any) KeyOption {
	return KeyOption{func(c *callOptions) {
		c.reading.sort = append(c.reading.sort, sortCondition{option, operator, values})
	}}
}

// SortEqual reads the items whose sort key is a value. The sort key of a secondary
// index may have up to four attributes: several values, or several options, are for
// one after the other, and another condition is for the next one.
//
//	orders.Query(ctx, mapper.Index("byPlace"), mapper.Partition("CH"), mapper.SortEqual("ZH"), mapper.SortPrefix("80"))
func SortEqual(values ...any) KeyOption { return sorted("SortEqual", "=", values...) }

// SortLess reads the items whose sort key is less than a value.
func SortLess(value any) KeyOption { return sorted("SortLess", "<", value) }

// SortLessEqual reads the items whose sort key is at most a value.
func SortLessEqual(value any) KeyOption { return sorted("SortLessEqual", "<=", value) }

// SortGreater reads the items whose sort key is greater than a value.
func SortGreater(value any) KeyOption { return sorted("SortGreater", ">", value) }

// SortGreaterEqual reads the items whose sort key is at least a value.
func SortGreaterEqual(value any) KeyOption { return sorted("SortGreaterEqual", ">=", value) }

// SortBetween reads the items whose sort key is between two values, both included.
func SortBetween(low, high any) KeyOption { return sorted("SortBetween", "BETWEEN", low, high) }

// SortPrefix reads the items whose sort key, a string or binary, begins with a value.
func SortPrefix(prefix any) KeyOption { return sorted("SortPrefix", "begins_with", prefix) }

// KeyCondition states the whole key condition by the SDK's expression builder, in
// place of Partition and the Sort options. Its values are encoded without regard to
// the fields' types and tags, and the items that come are not compared with it.
func KeyCondition(condition expression.KeyConditionBuilder) KeyOption {
	return KeyOption{func(c *callOptions) { c.reading.keyConditions = append(c.reading.keyConditions, condition) }}
}

// Descending reads the items of a partition from the largest sort key to the smallest.
func Descending() KeyOption {
	return KeyOption{func(c *callOptions) { c.reading.descending = true }}
}

// RangeOption is an option of queries and scans.
type RangeOption struct{ change change }

func (o RangeOption) applyToQuery(c *callOptions) { o.change.apply(c) }
func (o RangeOption) applyToScan(c *callOptions)  { o.change.apply(c) }

// Index reads a secondary index. If it has only parts of the items, see [FetchWhole].
// Its projection is asked of DescribeTable, once, unless the tags state it.
func Index(name string) RangeOption {
	return RangeOption{func(c *callOptions) { c.reading.index = name }}
}

// Filter reads only the items that meet a condition. DynamoDB reads, and charges for,
// the others too. Several filters all have to hold. An encrypted attribute can only be
// asked whether it exists; other conditions on it are refused.
func Filter(condition expression.ConditionBuilder) RangeOption {
	return RangeOption{func(c *callOptions) { c.reading.filters = append(c.reading.filters, condition) }}
}

// Limit ends after n items, at least 1, however many pages they are on.
func Limit(n int) RangeOption { return RangeOption{func(c *callOptions) { c.reading.limit = &n }} }

// PageSize sets how many items DynamoDB looks at for a page, before any filter, at
// least 1. A page has at most 1 MB in any case.
func PageSize(n int) RangeOption {
	return RangeOption{func(c *callOptions) { c.reading.pageSize = &n }}
}

// StartAfter begins behind an item, which need not exist any more: a *T, or, where no
// index is read, its [Key].
func StartAfter(item any) RangeOption {
	return RangeOption{func(c *callOptions) { c.reading.after, c.reading.hasAfter = item, true }}
}

// StartToken goes on where a page ended, at its Next. The token fits the same query or
// scan only; an empty one begins at the beginning.
func StartToken(token string) RangeOption {
	return RangeOption{func(c *callOptions) { c.reading.token = &token }}
}

// FetchWhole reads a secondary index that has only parts of the items: first the keys
// from the index, then the whole items from the table, page by page, in the order of
// the index. Without it such an index is refused: a part of an item does not verify. An
// item that was deleted in between, or no longer has the keys that Partition and
// SortEqual ask for, is left out. A filter can only ask for what the index has.
func FetchWhole() RangeOption { return RangeOption{func(c *callOptions) { c.reading.whole = true }} }

// SegmentOption is an option of scans.
type SegmentOption struct{ change change }

func (o SegmentOption) applyToScan(c *callOptions) { o.change.apply(c) }

// Segments scans a table in n parts at once, 1 to 1,000,000; not more than
// [WithConcurrency] of them are read at the same time, and each holds one page. Items
// come in no order.
func Segments(n int) SegmentOption {
	return SegmentOption{func(c *callOptions) { c.reading.segments = &n }}
}

// Segment scans the part with the number k, from 0, of n: for a scan that is split
// among several programs, or that goes on with the token of a page of that segment.
func Segment(k, n int) SegmentOption {
	return SegmentOption{func(c *callOptions) { c.reading.segment, c.reading.all = &k, &n }}
}
