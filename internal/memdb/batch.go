package memdb

import (
	"maps"
	"slices"
)

const (
	maxBatchGets   = 100
	maxBatchWrites = 25
)

type (
	keysAndAttributes struct {
		Keys                     []item
		ConsistentRead           bool              `json:",omitzero"`
		ProjectionExpression     *string           `json:",omitzero"`
		ExpressionAttributeNames map[string]string `json:",omitzero"`
	}
	batchGetItemInput struct {
		RequestItems           map[string]keysAndAttributes
		ReturnConsumedCapacity string
	}
	batchGetItemOutput struct {
		Responses        map[string][]item
		UnprocessedKeys  map[string]keysAndAttributes
		ConsumedCapacity []*consumedCapacity `json:",omitzero"`
	}
	writeRequest struct {
		PutRequest *struct {
			Item item
		}
		DeleteRequest *struct {
			Key item
		}
	}
	batchWriteItemInput struct {
		RequestItems                map[string][]writeRequest
		ReturnConsumedCapacity      string
		ReturnItemCollectionMetrics string
	}
	batchWriteItemOutput struct {
		UnprocessedItems map[string][]writeRequest
		ConsumedCapacity []*consumedCapacity `json:",omitzero"`
	}
)

// batchGet is the part of a BatchGetItem on one table.
type batchGet struct {
	keysAndAttributes
	table   *table
	project func(item) item
}

func (db *DB) batchGetItem(in *batchGetItemInput) (*batchGetItemOutput, error) {
	if err := checkCapacityLevel(in.ReturnConsumedCapacity); err != nil {
		return nil, err
	}
	db.mu.RLock()
	defer db.mu.RUnlock()
	gets, err := db.checkBatchGet(in)
	if err != nil {
		return nil, err
	}
	out := &batchGetItemOutput{Responses: map[string][]item{}, UnprocessedKeys: map[string]keysAndAttributes{}}
	size := 0
	for _, get := range gets {
		var units consumed
		found := []item{}
		for i, key := range get.Keys {
			it := get.table.lookup(key)
			if size += itemSize(it); size > maxBatchSize {
				rest := get.keysAndAttributes
				rest.Keys = get.Keys[i:]
				out.UnprocessedKeys[get.table.name] = rest
				break
			}
			units.add(get.table.primary, readUnits(itemSize(it), get.ConsistentRead))
			if it != nil {
				found = append(found, get.project(it))
			}
		}
		out.Responses[get.table.name] = found
		if report := units.report(get.table, in.ReturnConsumedCapacity); report != nil {
			out.ConsumedCapacity = append(out.ConsumedCapacity, report)
		}
	}
	return out, nil
}

func (db *DB) checkBatchGet(in *batchGetItemInput) ([]batchGet, error) {
	if len(in.RequestItems) == 0 {
		return nil, validation("BatchGetItem must have some requests set")
	}
	var gets []batchGet
	count := 0
	seen := map[*table]bool{}
	for _, name := range slices.Sorted(maps.Keys(in.RequestItems)) {
		get, err := db.newBatchGet(name, in.RequestItems[name])
		if err != nil {
			return nil, err
		}
		if seen[get.table] {
			return nil, unsupported("one table under two names")
		}
		seen[get.table] = true
		if count += len(get.Keys); count > maxBatchGets {
			return nil, validation("Too many items requested for the BatchGetItem call")
		}
		gets = append(gets, get)
	}
	return gets, nil
}

func (db *DB) newBatchGet(name string, in keysAndAttributes) (batchGet, error) {
	get := batchGet{keysAndAttributes: in}
	var err error
	if get.table, err = db.table(name); err != nil {
		return get, err
	}
	e, err := newExpressions(in.ExpressionAttributeNames, nil, get.table, in.ProjectionExpression)
	if err != nil {
		return get, err
	}
	if _, get.project, err = e.projection(in.ProjectionExpression); err != nil {
		return get, err
	}
	if err := e.checkAllUsed(); err != nil {
		return get, err
	}
	if len(in.Keys) == 0 {
		return get, validation("The list of keys in RequestItems for BatchGetItem is required: %s has empty list", name)
	}
	for _, key := range in.Keys {
		if err := get.table.checkKey(key); err != nil {
			return get, err
		}
	}
	return get, get.table.checkUnique(in.Keys)
}

// checkUnique refuses two items or keys with the same key.
func (t *table) checkUnique(items []item) error {
	seen := map[string]bool{}
	for _, it := range items {
		position, _ := t.primary.position(it)
		if seen[position] {
			return validation("Provided list of item keys contains duplicates")
		}
		seen[position] = true
	}
	return nil
}

// batchWrite is the part of a BatchWriteItem on one table.
type batchWrite struct {
	table  *table
	writes []writeRequest
}

func (db *DB) batchWriteItem(in *batchWriteItemInput) (*batchWriteItemOutput, error) {
	options := writeOptions{ReturnConsumedCapacity: in.ReturnConsumedCapacity, ReturnItemCollectionMetrics: in.ReturnItemCollectionMetrics}
	if err := options.check(); err != nil {
		return nil, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	batches, err := db.checkBatchWrite(in)
	if err != nil {
		return nil, err
	}
	out := &batchWriteItemOutput{UnprocessedItems: map[string][]writeRequest{}}
	for _, batch := range batches {
		t := batch.table
		var units consumed
		for _, write := range batch.writes {
			old := t.lookup(write.target())
			if write.PutRequest != nil {
				t.store(write.PutRequest.Item)
				units.countWrite(t, old, write.PutRequest.Item)
			} else {
				t.remove(write.DeleteRequest.Key)
				units.countWrite(t, old, nil)
			}
		}
		if report := units.report(t, in.ReturnConsumedCapacity); report != nil {
			out.ConsumedCapacity = append(out.ConsumedCapacity, report)
		}
	}
	return out, nil
}

// checkBatchWrite checks everything before anything is written.
func (db *DB) checkBatchWrite(in *batchWriteItemInput) ([]batchWrite, error) {
	if len(in.RequestItems) == 0 {
		return nil, validation("BatchWriteItem cannot have a null or no requests set")
	}
	var batches []batchWrite
	targets := map[*table][]item{}
	count := 0
	for _, name := range slices.Sorted(maps.Keys(in.RequestItems)) {
		writes := in.RequestItems[name]
		t, err := db.table(name)
		if err != nil {
			return nil, err
		}
		if len(writes) == 0 {
			return nil, validation("The batch write request list for a table cannot be null or empty: %s", name)
		}
		if count += len(writes); count > maxBatchWrites {
			return nil, validation("Too many items requested for the BatchWriteItem call")
		}
		for _, write := range writes {
			if err := t.checkWrite(write); err != nil {
				return nil, err
			}
			targets[t] = append(targets[t], write.target())
		}
		if err := t.checkUnique(targets[t]); err != nil {
			return nil, err
		}
		batches = append(batches, batchWrite{t, writes})
	}
	return batches, nil
}

func (t *table) checkWrite(w writeRequest) error {
	switch {
	case (w.PutRequest == nil) == (w.DeleteRequest == nil):
		return validation("Supplied WriteRequest must contain exactly one of PutRequest and DeleteRequest")
	case w.PutRequest != nil:
		return t.checkNew(w.PutRequest.Item)
	}
	return t.checkKey(w.DeleteRequest.Key)
}

// target returns an item with the key that a write is for.
func (w writeRequest) target() item {
	if w.PutRequest != nil {
		return w.PutRequest.Item
	}
	return w.DeleteRequest.Key
}
