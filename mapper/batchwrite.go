package mapper

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/backoff"
	"github.com/ddbcrypt/ddbcrypt/internal/itemkey"
	"github.com/ddbcrypt/ddbcrypt/internal/itemsize"
)

// SaveMany writes any number of values, whole items in place of those with the same
// keys, in requests of 25. Batches have no conditions: if T has a version field,
// SaveMany is refused unless [Clobber] is stated; use Save or [Transact] otherwise.
//
// All values are encoded and checked before the first request; if one of them cannot be
// written, nothing is. Two values with the same key are refused. What only encryption
// finds, such as an item that becomes too large by it, is found later, and the others
// are written. What DynamoDB returns
// as unprocessed is sent again, the same bytes, with waits in between, until ctx ends
// or nothing moves any more ([ErrUnprocessed]). If some items were not written, the
// error wraps a [*BatchError] that lists them. After an error of the network nobody
// knows whether the items of that request were written: they count as not done.
func (m *Mapper[T]) SaveMany(ctx context.Context, values []*T, options ...BatchOption) error {
	return m.core.saveMany(ctx, len(values), func(i int) any { return pointer(values[i]) }, options)
}

func (m *core) saveMany(ctx context.Context, n int, value func(i int) any, options []BatchOption) error {
	w := m.newWriting("SaveMany", n, options)
	if err := w.refusal(ctx); err != nil {
		return m.fail(w.op, err)
	}
	w.o.clobber = true
	for i := range n {
		put, err := m.newPut(ctx, value(i), &w.o)
		if err == nil && itemsize.Of(put.item) > itemsize.Max {
			err = fmt.Errorf("%w: the item has %d bytes, and DynamoDB stores at most %d; make it smaller", crypto.ErrConfig, itemsize.Of(put.item), itemsize.Max)
		}
		if err != nil {
			w.fail(err, nil, i)
			continue
		}
		w.add(i, m.keyIn(put.item), types.WriteRequest{PutRequest: &types.PutRequest{Item: put.item}}, put.done)
	}
	return w.run(ctx)
}

// DeleteMany deletes any number of items by their keys, in requests of 25; it is as
// [Mapper.SaveMany]. A key without an item is no error.
func (m *Mapper[T]) DeleteMany(ctx context.Context, keys []Key, options ...BatchOption) error {
	return m.core.deleteMany(ctx, keys, options)
}

func (m *core) deleteMany(ctx context.Context, keys []Key, options []BatchOption) error {
	w := m.newWriting("DeleteMany", len(keys), options)
	if err := w.refusal(ctx); err != nil {
		return m.fail(w.op, err)
	}
	for i, key := range keys {
		attributes, err := m.key(key)
		if err != nil {
			w.fail(err, nil, i)
			continue
		}
		w.add(i, attributes, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: attributes}}, func() {})
	}
	return w.run(ctx)
}

// writing is a SaveMany or DeleteMany at work.
type writing struct {
	*batch
	o       callOptions
	entries []entry
	seen    map[string]int // positions by key
}

// entry is one write of a batch.
type entry struct {
	position int
	key      crypto.Item
	request  types.WriteRequest
	done     func()
}

func (m *core) newWriting(op string, n int, options []BatchOption) *writing {
	return &writing{batch: m.newBatch(op, n), o: optionsOf(options, BatchOption.applyToBatch), seen: map[string]int{}}
}

func (w *writing) refusal(ctx context.Context) error {
	if err := w.m.ended(ctx); err != nil {
		return err
	}
	if v := w.m.version; v != nil && !w.o.clobber {
		return fmt.Errorf("%w: %s has a version, field %s, and batches have no conditions to hold it; use Save, Delete or Transact, or state Clobber to write over any version",
			crypto.ErrConfig, w.m.model.Type(), v.path)
	}
	return nil
}

func (w *writing) add(i int, key crypto.Item, request types.WriteRequest, done func()) {
	text, _ := itemkey.Text(key, w.m.keyNames...)
	if first, twice := w.seen[text]; twice {
		w.fail(fmt.Errorf("%w: it has the same key as number %d; keep one", crypto.ErrConfig, first), key, i)
		return
	}
	w.seen[text] = i
	w.entries = append(w.entries, entry{i, key, request, done})
}

// run sends the writes, if all are right.
func (w *writing) run(ctx context.Context) error {
	if refused := slices.IndexFunc(w.errs, func(err error) bool { return err != nil }); refused >= 0 {
		for _, e := range w.entries {
			w.fail(fmt.Errorf("nothing was sent, as number %d cannot be written: %w", refused, errors.Unwrap(w.errs[refused])), e.key, e.position)
		}
		return w.err()
	}
	for len(w.entries) > 0 {
		n := min(maxBatchWrite, len(w.entries))
		if err := w.chunk(ctx, w.entries[:n]); err != nil {
			for _, e := range w.entries[n:] {
				w.fail(err, e.key, e.position)
			}
			break
		}
		w.entries = w.entries[n:]
	}
	return w.err()
}

// chunk sends up to 25 writes. An error is one that stops the whole batch; the writes
// that it prevented are marked.
func (w *writing) chunk(ctx context.Context, entries []entry) error {
	prepared, entries, err := w.prepare(ctx, entries)
	if err != nil || len(entries) == 0 {
		return err
	}
	left := entries
	for idle := 0; !prepared.Done(); {
		err := ErrUnprocessed
		if idle <= maxIdle {
			err = backoff.Wait(ctx, idle)
		}
		var out *dynamodb.BatchWriteItemOutput
		if err == nil {
			out, err = prepared.Send(ctx, w.o.client...)
		}
		if err != nil {
			for _, e := range left {
				w.fail(err, e.key, e.position)
			}
			return err
		}
		if out == nil { // mocks return nil
			break
		}
		if idle++; countOf(out) < len(left) {
			idle = 1
		}
		left = w.settle(left, out)
	}
	for _, e := range left { // of a mock
		e.done()
	}
	return nil
}

func countOf(out *dynamodb.BatchWriteItemOutput) (n int) {
	for _, requests := range out.UnprocessedItems {
		n += len(requests)
	}
	return n
}

// settle returns the writes that DynamoDB left undone; the others are done.
func (w *writing) settle(entries []entry, out *dynamodb.BatchWriteItemOutput) []entry {
	undone := map[string]bool{}
	for _, requests := range out.UnprocessedItems { // of the one table
		for _, request := range requests {
			item := crypto.Item(nil)
			if request.PutRequest != nil {
				item = request.PutRequest.Item
			} else if request.DeleteRequest != nil {
				item = request.DeleteRequest.Key
			}
			text, _ := itemkey.Text(item, w.m.keyNames...)
			undone[text] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(entries), func(e entry) bool {
		text, _ := itemkey.Text(e.key, w.m.keyNames...)
		if !undone[text] {
			e.done()
		}
		return !undone[text]
	})
}

// prepare encrypts the items of a chunk, once. If the client refuses one of them, such
// as one that is too large when it is encrypted, the others go on.
func (w *writing) prepare(ctx context.Context, entries []entry) (*client.PreparedBatchWrite, []entry, error) {
	prepared, err := w.prepareAll(ctx, entries)
	if _, refused := errors.AsType[*client.RefusedError](err); refused && len(entries) > 1 {
		entries = slices.DeleteFunc(slices.Clone(entries), func(e entry) bool {
			_, err := w.prepareAll(ctx, []entry{e})
			if err != nil {
				w.fail(err, e.key, e.position)
			}
			return err != nil
		})
		if len(entries) == 0 {
			return nil, nil, nil
		}
		prepared, err = w.prepareAll(ctx, entries)
	}
	if err != nil {
		for _, e := range entries {
			w.fail(err, e.key, e.position)
		}
	}
	if _, refused := errors.AsType[*client.RefusedError](err); refused {
		return nil, nil, nil // the other chunks go on
	}
	return prepared, entries, err
}

func (w *writing) prepareAll(ctx context.Context, entries []entry) (*client.PreparedBatchWrite, error) {
	requests := make([]types.WriteRequest, len(entries))
	for i, e := range entries {
		requests[i] = e.request
	}
	return w.m.client.PrepareBatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{w.m.table: requests}})
}
