package client

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/backoff"
	"github.com/ddbcrypt/ddbcrypt/internal/itemkey"
)

// maxBatchGet is how many keys DynamoDB takes in one batch.
const maxBatchGet = 100

// hydrate reads the whole items of a page of keys, in its order.
func (c *core) hydrate(ctx context.Context, r *reading, keys []map[string]types.AttributeValue, rep *report) ([]map[string]types.AttributeValue, []*ItemError, error) {
	position := map[string]int{}
	var wanted []map[string]types.AttributeValue
	for i, item := range keys {
		text, ok := itemkey.Text(item, r.table.keys...)
		if !ok {
			return nil, nil, itemError(r.op, r.table, fmt.Sprintf("Items[%d]", i), i, item, fmt.Errorf("%w: the index returned an item without its key", crypto.ErrSignature))
		}
		if _, twice := position[text]; !twice {
			position[text] = i
			wanted = append(wanted, itemkey.Of(item, r.table.keys...))
		}
	}
	// inPage tells of a bad item where it is in the page.
	inPage := func(bad *ItemError) *ItemError {
		located := *bad
		located.Op = r.op
		text, _ := itemkey.Text(bad.key, r.table.keys...)
		if i, ok := position[text]; ok {
			located.Parameter, located.Index = fmt.Sprintf("Items[%d]", i), i
		}
		return &located
	}
	items := make([]map[string]types.AttributeValue, len(keys))
	bad := make([]*ItemError, len(keys))
	var foreign []*ItemError // of items that are not in the page
	for chunk := range slices.Chunk(wanted, maxBatchGet) {
		chunkBad, err := c.hydrateChunk(ctx, r, chunk, rep, func(item crypto.Item) {
			text, _ := itemkey.Text(item, r.table.keys...) // BatchGetItem returns what was asked for
			items[position[text]] = item
		})
		if failed, ok := errors.AsType[*ItemError](err); ok {
			err = inPage(failed)
		}
		if err != nil {
			return nil, nil, err
		}
		for _, failed := range chunkBad {
			text, _ := itemkey.Text(failed.key, r.table.keys...)
			if i, ok := position[text]; ok && bad[i] == nil {
				bad[i] = inPage(failed)
			} else {
				foreign = append(foreign, inPage(failed))
			}
		}
	}
	closeUp(items, bad)
	return slices.DeleteFunc(items, func(item map[string]types.AttributeValue) bool { return item == nil }),
		append(slices.DeleteFunc(bad, func(e *ItemError) bool { return e == nil }), foreign...), nil
}

// closeUp makes bad items tell where they would be if the page did not have the keys
// of items that are gone.
func closeUp(items []map[string]types.AttributeValue, bad []*ItemError) {
	gone := 0
	for i, e := range bad {
		switch {
		case e != nil:
			e.Index = i - gone
			e.Parameter = fmt.Sprintf("Items[%d]", e.Index)
		case items[i] == nil:
			gone++
		}
	}
}

// hydrateChunk reads one batch, until DynamoDB has returned every key of it.
func (c *core) hydrateChunk(ctx context.Context, r *reading, keys []map[string]types.AttributeValue, rep *report, found func(crypto.Item)) ([]*ItemError, error) {
	var bad []*ItemError
	// An item that is in the index must not be missing from a replica of the table.
	request := map[string]types.KeysAndAttributes{r.nameOrARN: {Keys: keys, ConsistentRead: aws.Bool(true)}}
	fewest := len(keys)
	for attempt := 0; len(request) > 0; {
		if err := backoff.Wait(ctx, attempt); err != nil {
			return nil, fmt.Errorf("ddbcrypt: %s: reading the items of an index: %w", r.op, err)
		}
		out, err := c.batchGet(ctx, &dynamodb.BatchGetItemInput{RequestItems: request})
		if collected, ok := errors.AsType[*ItemsError](err); ok {
			bad = append(bad, collected.Items...)
			out, _ = collected.Output.(*dynamodb.BatchGetItemOutput)
		} else if err != nil {
			return nil, fmt.Errorf("ddbcrypt: %s: reading the items of an index: %w", r.op, err)
		}
		if out == nil {
			return bad, nil
		}
		for _, items := range out.Responses {
			for _, item := range items {
				found(item)
			}
		}
		rep.unprotected = append(rep.unprotected, Unprotected(out.ResultMetadata)...)
		attempt++
		if left := keyCount(out.UnprocessedKeys); left < fewest {
			attempt, fewest = 0, left // it goes on
		}
		request = out.UnprocessedKeys
	}
	return bad, nil
}

func keyCount(request map[string]types.KeysAndAttributes) int {
	n := 0
	for _, get := range request {
		n += len(get.Keys)
	}
	return n
}
