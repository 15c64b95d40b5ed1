package memdb

type (
	transactGet struct {
		TableName                string
		Key                      item
		ProjectionExpression     *string
		ExpressionAttributeNames map[string]string
	}
	transactGetItem struct {
		Get *transactGet
	}
	transactGetItemsInput struct {
		TransactItems          []transactGetItem
		ReturnConsumedCapacity string
	}
	itemResponse struct {
		Item item `json:",omitzero"`
	}
	transactGetItemsOutput struct {
		Responses        []itemResponse
		ConsumedCapacity []*consumedCapacity `json:",omitzero"`
	}
)

// transactRead is one checked action of a TransactGetItems.
type transactRead struct {
	table   *table
	key     item
	project func(item) item
	refused error // what is wrong with the key
}

func (db *DB) transactGetItems(in *transactGetItemsInput) (*transactGetItemsOutput, error) {
	if err := checkCapacityLevel(in.ReturnConsumedCapacity); err != nil {
		return nil, err
	}
	if err := checkTransactCount(len(in.TransactItems)); err != nil {
		return nil, err
	}
	db.mu.RLock()
	defer db.mu.RUnlock()
	reads, err := db.checkTransactReads(in.TransactItems)
	if err != nil {
		return nil, err
	}
	out := &transactGetItemsOutput{Responses: make([]itemResponse, len(reads))}
	var units tally
	size := 0
	for i, r := range reads {
		found := r.table.lookup(r.key)
		units.of(r.table).countTransactRead(r.table, found)
		if found == nil {
			continue
		}
		out.Responses[i].Item = r.project(found)
		if size += itemSize(out.Responses[i].Item); size > maxTransactSize {
			return nil, validation("Payload in response is too large: the items of a transaction cannot exceed 4 MB")
		}
	}
	out.ConsumedCapacity = units.report(in.ReturnConsumedCapacity)
	return out, nil
}

func (db *DB) checkTransactReads(actions []transactGetItem) ([]*transactRead, error) {
	var reads []*transactRead
	var outcomes []error
	seen := distinct{}
	for _, action := range actions {
		if action.Get == nil {
			return nil, validation("Value null at 'transactItems.get' failed to satisfy constraint: Member must not be null")
		}
		r, err := db.newTransactRead(action.Get)
		if err != nil {
			return nil, err
		}
		if err := seen.add(r.table, r.key); err != nil {
			return nil, err
		}
		reads = append(reads, r)
		outcomes = append(outcomes, r.refused)
	}
	return reads, cancelled(outcomes)
}

func (db *DB) newTransactRead(in *transactGet) (*transactRead, error) {
	r := &transactRead{key: in.Key}
	var err error
	if r.table, err = db.table(in.TableName); err != nil {
		return nil, err
	}
	e, err := newExpressions(in.ExpressionAttributeNames, nil, r.table, in.ProjectionExpression)
	if err != nil {
		return nil, err
	}
	if _, r.project, err = e.projection(in.ProjectionExpression); err != nil {
		return nil, err
	}
	if err := e.checkAllUsed(); err != nil {
		return nil, err
	}
	r.refused = r.table.checkKey(in.Key)
	return r, nil
}
