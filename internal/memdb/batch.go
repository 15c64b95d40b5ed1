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

// batchGet is the part of a BatchGetItem under one name: a table's own or its
// ARN.
type batchGet struct {
	keysAndAttributes
	name    string
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
	var units tally
	size := 0
	for _, get := range gets {
		found := []item{}
		for i, key := range get.Keys {
			it := get.table.lookup(key)
			if size += itemSize(it); size > maxBatchSize {
				rest := get.keysAndAttributes
				rest.Keys = get.Keys[i:]
				out.UnprocessedKeys[get.name] = rest
				break
			}
			units.of(get.table).add(get.table.primary, readUnits(itemSize(it), get.ConsistentRead))
			if it != nil {
				found = append(found, get.project(it))
			}
		}
		// As DynamoDB Local does it, under the name of the table.
		out.Responses[get.table.name] = append(out.Responses[get.table.name], found...)
	}
	out.ConsumedCapacity = units.report(in.ReturnConsumedCapacity)
	return out, nil
}

func (db *DB) checkBatchGet(in *batchGetItemInput) ([]batchGet, error) {
	if len(in.RequestItems) == 0 {
		return nil, validation("BatchGetItem must have some requests set")
	}
	var gets []batchGet
	count := 0
	keys := map[*table][]item{}
	for _, name := range slices.Sorted(maps.Keys(in.RequestItems)) {
		get, err := db.newBatchGet(name, in.RequestItems[name])
		if err != nil {
			return nil, err
		}
		keys[get.table] = append(keys[get.table], get.Keys...)
		if err := get.table.checkUnique(keys[get.table]); err != nil {
			return nil, err
		}
		if count += len(get.Keys); count > maxBatchGets {
			return nil, validation("Too many items requested for the BatchGetItem call")
		}
		gets = append(gets, get)
	}
	return gets, nil
}

func (db *DB) newBatchGet(name string, in keysAndAttributes) (batchGet, error) {
	get := batchGet{keysAndAttributes: in, name: name}
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
	return get, nil
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

// batchWrite is the part of a BatchWriteItem under one name.
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
	var units tally
	for _, batch := range batches {
		t := batch.table
		for _, write := range batch.writes {
			old := t.lookup(write.target())
			if write.PutRequest != nil {
				t.store(write.PutRequest.Item)
				units.of(t).countWrite(t, old, write.PutRequest.Item)
			} else {
				t.remove(write.DeleteRequest.Key)
				units.of(t).countWrite(t, old, nil)
			}
		}
	}
	out.ConsumedCapacity = units.report(in.ReturnConsumedCapacity)
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
