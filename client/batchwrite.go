package client

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/itemkey"
)

// batchWrite is a checked BatchWriteItem request, of which parts can be sent again.
type batchWrite struct {
	core    *core
	op      string
	in      *dynamodb.BatchWriteItemInput
	tables  batchTables
	entries []*batchEntry
}

// batchEntry is one put or delete of a batch.
type batchEntry struct {
	nameOrARN string
	table     *table // nil if it is not to be touched
	original  types.WriteRequest
	sealed    types.WriteRequest
}

func (c *core) batchWriteItem(ctx context.Context, op string, in *dynamodb.BatchWriteItemInput) (*exchange[dynamodb.BatchWriteItemInput, dynamodb.BatchWriteItemOutput], error) {
	b, err := c.newBatchWrite(ctx, op, in)
	if err != nil {
		return nil, err
	}
	x, _ := b.exchange(b.entries)
	return x, nil
}

// newBatchWrite checks a batch and seals its items.
func (c *core) newBatchWrite(ctx context.Context, op string, in *dynamodb.BatchWriteItemInput) (*batchWrite, error) {
	tables, order, err := newBatchTables(ctx, c, op, in.RequestItems)
	if err != nil {
		return nil, err
	}
	b := &batchWrite{core: c, op: op, in: in, tables: tables}
	var items []sealing
	for _, nameOrARN := range order {
		t, _ := tables.of(c, op, "", nameOrARN)
		for i, request := range in.RequestItems[nameOrARN] {
			entry := &batchEntry{nameOrARN: nameOrARN, table: t, original: request, sealed: request}
			b.entries = append(b.entries, entry)
			if t == nil {
				continue
			}
			parameter := fmt.Sprintf("%s[%d]", requestItems(nameOrARN), i)
			if (request.PutRequest == nil) == (request.DeleteRequest == nil) {
				return nil, &RefusedError{Op: op, Table: t.name, Parameter: parameter, Reason: "it is neither a put nor a delete, or it is both",
					Advice: "set either PutRequest or DeleteRequest"}
			}
			if request.DeleteRequest != nil {
				if err := t.checkKey(op, parameter+".DeleteRequest.Key", request.DeleteRequest.Key); err != nil {
					return nil, err
				}
			}
			if request.PutRequest != nil {
				entry.sealed = types.WriteRequest{PutRequest: &types.PutRequest{}}
				items = append(items, sealing{op: op, table: t, parameter: parameter + ".PutRequest.Item", index: i, item: request.PutRequest.Item,
					to: &entry.sealed.PutRequest.Item})
			}
		}
	}
	for i := range items {
		if err := items[i].check(); err != nil {
			return nil, err
		}
	}
	_, err = c.sealAll(ctx, items)
	return b, err
}

// exchange returns the exchange that sends these entries. The second result is
// which of them DynamoDB has left, once there is an answer that can be trusted;
// before that, all of them.
func (b *batchWrite) exchange(entries []*batchEntry) (*exchange[dynamodb.BatchWriteItemInput, dynamodb.BatchWriteItemOutput], *[]*batchEntry) {
	sent := *b.in
	sent.RequestItems = map[string][]types.WriteRequest{}
	for nameOrARN := range b.in.RequestItems {
		if len(b.in.RequestItems[nameOrARN]) == 0 {
			sent.RequestItems[nameOrARN] = b.in.RequestItems[nameOrARN] // DynamoDB's to refuse
		}
	}
	for _, entry := range entries {
		sent.RequestItems[entry.nameOrARN] = append(sent.RequestItems[entry.nameOrARN], entry.sealed)
	}
	left := new([]*batchEntry)
	*left = entries
	x := &exchange[dynamodb.BatchWriteItemInput, dynamodb.BatchWriteItemOutput]{in: &sent, tables: b.tables.protected(), sent: plaintextOf(entries, nil)}
	x.open = func(_ context.Context, out *dynamodb.BatchWriteItemOutput, r *report) (*dynamodb.BatchWriteItemOutput, error) {
		opened := *out
		plain, unprocessed, err := b.unprocessed(out.UnprocessedItems, entries)
		if err != nil {
			opened.UnprocessedItems = nil // nobody knows what they are
			if failed, ok := errors.AsType[*ItemError](err); ok {
				failed.Output = &opened
			}
			return nil, err
		}
		opened.UnprocessedItems, *left = plain, unprocessed
		r.unprotected = plaintextOf(entries, unprocessed)
		return &opened, nil
	}
	return x, left
}

// unprocessed returns the caller's plaintext requests in place of those that
// DynamoDB sent back, and which entries these are.
func (b *batchWrite) unprocessed(returned map[string][]types.WriteRequest, entries []*batchEntry) (map[string][]types.WriteRequest, []*batchEntry, error) {
	if len(returned) == 0 {
		return returned, nil, nil
	}
	sent := map[string]*batchEntry{}
	for _, entry := range entries {
		if entry.table != nil {
			sent[entry.table.entryText(entry.original)] = entry
		}
	}
	plain := make(map[string][]types.WriteRequest, len(returned))
	var left []*batchEntry
	for nameOrARN, requests := range returned {
		member := fmt.Sprintf("UnprocessedItems[%.*q]", maxNameInError, nameOrARN)
		t, err := b.tables.of(b.core, b.op, member, nameOrARN)
		if err != nil {
			return nil, nil, err
		}
		for i, request := range requests {
			entry := &batchEntry{nameOrARN: nameOrARN, original: request, sealed: request}
			if t != nil {
				text := t.entryText(request)
				if entry = sent[text]; entry == nil {
					return nil, nil, itemError(b.op, t, fmt.Sprintf("%s[%d]", member, i), i, target(request),
						fmt.Errorf("%w: DynamoDB returned an unprocessed request that was not sent; what is done is not known", crypto.ErrSignature))
				}
				delete(sent, text) // once
			}
			plain[nameOrARN] = append(plain[nameOrARN], entry.original)
			left = append(left, entry)
		}
	}
	return plain, left, nil
}

// entryText returns a text that no other request of a batch on the table has.
func (t *table) entryText(request types.WriteRequest) string {
	kind := "put"
	if request.PutRequest == nil {
		kind = "delete"
	}
	key, _ := itemkey.Text(target(request), t.keys...)
	return kind + "\x00" + t.name + "\x00" + key
}

// target returns the item or key that a request is about.
func target(request types.WriteRequest) crypto.Item {
	switch {
	case request.PutRequest != nil:
		return request.PutRequest.Item
	case request.DeleteRequest != nil:
		return request.DeleteRequest.Key
	}
	return nil
}

// plaintextOf returns which entries are items that are not encrypted, without those
// that were left.
func plaintextOf(entries, unprocessed []*batchEntry) []UnprotectedItem {
	left := map[*batchEntry]bool{}
	for _, entry := range unprocessed {
		left[entry] = true
	}
	var items []UnprotectedItem
	for _, entry := range entries {
		if !left[entry] && entry.table != nil && entry.table.plaintext == InsecureReadWritePlaintext && entry.original.PutRequest != nil {
			items = append(items, unprotected(entry.table, entry.original.PutRequest.Item))
		}
	}
	return items
}
