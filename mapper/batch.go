package mapper

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/backoff"
	"github.com/ddbcrypt/ddbcrypt/internal/itemkey"
)

const (
	maxBatchGet   = 100 // keys in one request
	maxBatchWrite = 25  // writes in one request
	// maxIdle is how often in a row DynamoDB may work off nothing of a batch: with
	// the waits between, about half a minute.
	maxIdle = 12
)

// Undone is an element of a batch that was not done.
type Undone struct {
	// Index is its position among the keys or values that were passed.
	Index int
	// Err is why: an [*Error] with the key of the item.
	Err error
}

// BatchError is a batch of which a part was not done; all the rest was.
type BatchError struct {
	// Undone is in the order of the keys or values.
	Undone []Undone
	// Total is how many keys or values there were.
	Total int

	mixed bool // of several types or tables
}

// Error returns one line of text.
func (e *BatchError) Error() string {
	first := e.Undone[0].Err
	if inner, ok := first.(*Error); ok && !e.mixed {
		first = inner.Err // the outer Error has said the rest
	}
	return fmt.Sprintf("%d of %d not done, the first is number %d: %s", len(e.Undone), e.Total, e.Undone[0].Index, strings.TrimPrefix(first.Error(), "ddbcrypt: "))
}

// Unwrap returns the error of each element.
func (e *BatchError) Unwrap() []error {
	errs := make([]error, len(e.Undone))
	for i, undone := range e.Undone {
		errs[i] = undone.Err
	}
	return errs
}

// batch keeps account of the elements of a batch.
type batch struct {
	m    *core
	op   string
	errs []error // by position; nil if done or not yet begun
}

func (m *core) newBatch(op string, n int) *batch {
	return &batch{m, op, make([]error, n)}
}

// fail marks elements as not done.
func (b *batch) fail(err error, key crypto.Item, positions ...int) {
	for _, i := range positions {
		b.errs[i] = b.m.failItem(b.op, key, err)
	}
}

// err returns the error of the whole batch.
func (b *batch) err() error { return b.m.fail(b.op, batchError(b.errs, false)) }

// batchError returns a BatchError, or nil if there are no errors.
func batchError(errs []error, mixed bool) error {
	e := &BatchError{Total: len(errs), mixed: mixed}
	for i, err := range errs {
		if err != nil {
			e.Undone = append(e.Undone, Undone{i, err})
		}
	}
	if len(e.Undone) == 0 {
		return nil
	}
	return e
}

// LoadMany reads any number of items by their keys, in requests of 100. The results
// are in the order of keys, and nil where there is no item. A key may be there twice.
//
// Keys that DynamoDB returns as unprocessed are asked for again, with waits in
// between, until ctx ends or nothing moves any more ([ErrUnprocessed]). If some items
// cannot be loaded, the error wraps a [*BatchError] that lists them; the results have
// all others, and nil for these.
func (m *Mapper[T]) LoadMany(ctx context.Context, keys []Key, options ...LoadOption) ([]*T, error) {
	results := make([]*T, len(keys))
	err := m.core.loadMany(ctx, keys, optionsOf(options, LoadOption.applyToLoad), func(i int, value any) { results[i] = value.(*T) })
	if err != nil && !errors.As(err, new(*BatchError)) {
		return nil, err // nothing was asked for
	}
	return results, err
}

// loadMany calls found for each position of which there is an item.
func (m *core) loadMany(ctx context.Context, keys []Key, o callOptions, found func(i int, value any)) error {
	const op = "LoadMany"
	if err := m.ended(ctx); err != nil {
		return m.fail(op, err)
	}
	only, err := m.projected(o.project)
	if err != nil {
		return m.fail(op, err)
	}
	b := m.newBatch(op, len(keys))
	load := loading{batch: b, only: only, o: o, positions: map[string][]int{}, found: found}
	for i, key := range keys {
		attributes, err := m.key(key)
		if err != nil {
			b.fail(err, nil, i)
			continue
		}
		load.want(i, attributes)
	}
	for len(load.wanted) > 0 {
		if err := load.chunk(ctx); err != nil {
			for _, key := range load.wanted {
				b.fail(err, key, load.positionsOf(key)...)
			}
			break
		}
	}
	return b.err()
}

// loading is a LoadMany at work.
type loading struct {
	*batch
	only      map[string]bool
	o         callOptions
	wanted    []crypto.Item // keys, each once, that are still to be asked for
	positions map[string][]int
	found     func(i int, value any)
}

func (l *loading) want(i int, key crypto.Item) {
	text, _ := itemkey.Text(key, l.m.keyNames...)
	if l.positions[text] == nil {
		l.wanted = append(l.wanted, key)
	}
	l.positions[text] = append(l.positions[text], i)
}

func (l *loading) positionsOf(item crypto.Item) []int {
	text, _ := itemkey.Text(item, l.m.keyNames...)
	return l.positions[text]
}

// chunk reads the next keys. After an error they are still wanted, but for those that
// were read.
func (l *loading) chunk(ctx context.Context) error {
	n := min(maxBatchGet, len(l.wanted))
	asked, rest := l.wanted[:n], l.wanted[n:]
	for idle := 0; len(asked) > 0; {
		if idle > maxIdle {
			return ErrUnprocessed
		}
		if err := backoff.Wait(ctx, idle); err != nil {
			return err
		}
		left, err := l.ask(ctx, asked)
		if err != nil {
			return err
		}
		if idle++; len(left) < len(asked) {
			idle = 1 // it goes on; but wait a little, as it was too much
		}
		asked = left
		l.wanted = slices.Concat(asked, rest)
	}
	return nil
}

// ask sends one request, and returns the keys that are left.
func (l *loading) ask(ctx context.Context, keys []crypto.Item) ([]crypto.Item, error) {
	get := types.KeysAndAttributes{Keys: keys}
	if l.o.consistent {
		get.ConsistentRead = aws.Bool(true)
	}
	out, err := l.m.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{l.m.table: get}}, l.o.client...)
	var bad *client.ItemsError
	if err != nil && !errors.As(err, &bad) {
		return nil, err
	}
	if bad != nil {
		for _, item := range bad.Items {
			positions := l.positionsOf(item.Key())
			if len(positions) == 0 {
				return nil, item // of nobody knows what
			}
			l.fail(item, item.Key(), positions...)
		}
	}
	if out == nil { // mocks return nil
		return nil, nil
	}
	for _, items := range out.Responses {
		for _, item := range items {
			l.take(ctx, item)
		}
	}
	var left []crypto.Item
	for _, get := range out.UnprocessedKeys { // of the one table
		left = append(left, get.Keys...)
	}
	return left, nil
}

// take stores an item wherever it was asked for; each place has a value of its own.
func (l *loading) take(ctx context.Context, item crypto.Item) {
	for _, i := range l.positionsOf(item) {
		value := l.m.newValue()
		if err := l.m.decode(ctx, item, l.only, value); err != nil {
			l.fail(err, l.m.keyIn(item), i)
			continue
		}
		l.found(i, value)
	}
}
