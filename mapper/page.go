package mapper

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/itemkey"
)

// Page is a part of the result of a query or scan, as DynamoDB divides it.
type Page[T any] struct {
	// Items are the items of the page, in their order.
	Items []T
	// Bad are the items that could not be loaded, each an [*Error] that tells the key.
	Bad []error
	// Next is where the next page begins, for [StartToken]; empty after the last one,
	// which may also be without items. It holds the key of an item, readable and not
	// signed: whoever gets it can see the key, and go on from another one.
	Next string
	// Segment is the number of the segment, of [Segments] or [Segment].
	Segment int
	// Scanned is how many items DynamoDB looked at before the filter.
	Scanned int
	// Capacity is what the page cost; without the batches of [FetchWhole].
	Capacity *types.ConsumedCapacity
}

// outcome is an item of a page: a value or what is wrong.
type outcome struct {
	value any // a pointer to the struct; nil if it is bad
	err   error
	item  crypto.Item // plaintext; of a bad one, its key as far as known
}

// fetched is a page as it was read.
type fetched struct {
	outcomes []outcome
	segment  int
	scanned  int
	counted  int
	capacity *types.ConsumedCapacity
	last     crypto.Item // nil after the last page
}

// fetch reads one page. limit is how many items may be looked at, or 0.
func (r *reading) fetch(ctx context.Context, segment int, start crypto.Item, limit int) (*fetched, error) {
	request := r.request
	request.ExclusiveStartKey = start
	if limit > 0 {
		n := int32(limit)
		request.Limit = &n
	}
	items, p, err := r.send(ctx, segment, &request)
	var bad *client.ItemsError
	if err != nil && !errors.As(err, &bad) {
		return nil, err
	}
	r.settle(ctx, p, items, bad)
	if p.last != nil && maps.Equal(texts(p.last), texts(start)) {
		return nil, fmt.Errorf("%w: DynamoDB returned a page that ends where it began", crypto.ErrSignature)
	}
	return p, nil
}

// texts are the attributes of a position in a form that can be compared.
func texts(position crypto.Item) map[string]string {
	texts := map[string]string{}
	for name := range position {
		texts[name], _ = itemkey.Text(position, name)
	}
	return texts
}

// send sends a request and returns the opened items.
func (r *reading) send(ctx context.Context, segment int, request *dynamodb.QueryInput) ([]crypto.Item, *fetched, error) {
	if !r.scan {
		out, err := r.client.Query(ctx, request, r.o.client...)
		if out == nil {
			return nil, &fetched{}, err
		}
		return out.Items, &fetched{scanned: int(out.ScannedCount), counted: int(out.Count), capacity: out.ConsumedCapacity, last: out.LastEvaluatedKey}, err
	}
	in := scanInput(request)
	if all := r.o.reading.all; all != nil {
		in.Segment, in.TotalSegments = number(*r.o.reading.segment), number(*all)
	} else if segments := r.o.reading.segments; segments != nil {
		in.Segment, in.TotalSegments = number(segment), number(*segments)
	}
	out, err := r.client.Scan(ctx, in, r.o.client...)
	if out == nil {
		return nil, &fetched{}, err
	}
	return out.Items, &fetched{segment: segment, scanned: int(out.ScannedCount), counted: int(out.Count), capacity: out.ConsumedCapacity, last: out.LastEvaluatedKey}, err
}

func number(n int) *int32 {
	n32 := int32(n)
	return &n32
}

// settle makes values of the items of a page, and puts the bad ones where they were.
func (r *reading) settle(ctx context.Context, p *fetched, items []crypto.Item, bad *client.ItemsError) {
	var worst []*client.ItemError
	if bad != nil {
		worst = bad.Items
	}
	p.outcomes = make([]outcome, 0, len(items)+len(worst))
	for i := 0; len(items) > 0 || len(worst) > 0; i++ {
		if len(worst) > 0 && (len(items) == 0 || worst[0].Index <= i) {
			p.outcomes = append(p.outcomes, outcome{err: r.m.failItem(r.op, worst[0].Key(), worst[0]), item: worst[0].Key()})
			worst = worst[1:]
			continue
		}
		item := items[0]
		items = items[1:]
		if !itemkey.Matches(item, r.equal) {
			if r.o.reading.whole {
				continue // it was changed since the index was read
			}
			p.add(r, item, fmt.Errorf("%w: DynamoDB returned an item that was not asked for", crypto.ErrSignature))
			continue
		}
		value := r.m.newValue()
		if err := r.m.decode(ctx, item, r.only, value); err != nil {
			p.add(r, item, err)
			continue
		}
		p.outcomes = append(p.outcomes, outcome{value: value, item: item})
	}
}

func (p *fetched) add(r *reading, item crypto.Item, err error) {
	key := r.m.keyIn(item)
	p.outcomes = append(p.outcomes, outcome{err: r.m.failItem(r.op, key, err), item: item})
}

// take leaves the first n values, and the bad items before them; the page then ends
// behind the last value. It returns how many values are left.
func (p *fetched) take(r *reading, n int) int {
	values := 0
	for i, o := range p.outcomes {
		if o.err != nil {
			continue
		}
		if values++; values < n {
			continue
		}
		if i < len(p.outcomes)-1 {
			p.outcomes = p.outcomes[:i+1]
			p.last, _ = r.position(o.item) // pageLimit sees to it that it has one
		}
		break
	}
	return values
}

// newPage returns what callers get.
func newPage[T any](r *reading, p *fetched) Page[T] {
	page := Page[T]{Items: make([]T, 0, len(p.outcomes)), Next: r.newToken(p.segment, p.last), Segment: p.segment, Scanned: p.scanned, Capacity: p.capacity}
	for _, o := range p.outcomes {
		if o.err != nil {
			page.Bad = append(page.Bad, o.err)
			continue
		}
		page.Items = append(page.Items, *o.value.(*T))
	}
	return page
}
