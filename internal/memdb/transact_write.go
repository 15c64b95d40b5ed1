package memdb

type (
	// transactOptions are the members that the actions of a transaction share.
	transactOptions struct {
		ConditionExpression                 *string
		ExpressionAttributeNames            map[string]string
		ExpressionAttributeValues           item
		ReturnValuesOnConditionCheckFailure string
	}
	transactPut struct {
		TableName string
		Item      item
		transactOptions
	}
	transactUpdate struct {
		TableName        string
		Key              item
		UpdateExpression *string
		transactOptions
	}
	// transactKey is a delete or a condition check.
	transactKey struct {
		TableName string
		Key       item
		transactOptions
	}
	transactWriteItem struct {
		ConditionCheck *transactKey
		Delete         *transactKey
		Put            *transactPut
		Update         *transactUpdate
	}
	transactWriteItemsInput struct {
		TransactItems               []transactWriteItem
		ClientRequestToken          string
		ReturnConsumedCapacity      string
		ReturnItemCollectionMetrics string
	}
	transactWriteItemsOutput struct {
		ConsumedCapacity []*consumedCapacity `json:",omitzero"`
	}
)

func (in *transactWriteItemsInput) check() error {
	options := writeOptions{ReturnConsumedCapacity: in.ReturnConsumedCapacity, ReturnItemCollectionMetrics: in.ReturnItemCollectionMetrics}
	if err := options.check(); err != nil {
		return err
	}
	if len(in.ClientRequestToken) > maxToken {
		return validation("Value at 'clientRequestToken' failed to satisfy constraint: Member must have length less than or equal to %d", maxToken)
	}
	return checkTransactCount(len(in.TransactItems))
}

func (db *DB) transactWriteItems(in *transactWriteItemsInput) (*transactWriteItemsOutput, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	// Before the values are normalized, as DynamoDB Local does it.
	request, err := newFingerprint(in.TransactItems)
	if err != nil {
		return nil, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	writes, err := db.checkTransactWrites(in.TransactItems)
	if err != nil {
		return nil, err
	}
	done, err := db.tokens.done(in.ClientRequestToken, request)
	if err != nil {
		return nil, err
	}
	if done {
		units := readAgain(writes)
		return &transactWriteItemsOutput{units.report(in.ReturnConsumedCapacity)}, nil
	}
	units, err := commit(writes)
	if err != nil {
		return nil, err
	}
	db.tokens.remember(in.ClientRequestToken, request)
	return &transactWriteItemsOutput{units.report(in.ReturnConsumedCapacity)}, nil
}

// commit does all writes or none.
func commit(writes []*transactWrite) (tally, error) {
	var units tally
	outcomes := make([]error, len(writes))
	for i, w := range writes {
		outcomes[i] = w.evaluate()
	}
	if err := cancelled(outcomes); err != nil {
		return units, err
	}
	for _, w := range writes {
		w.apply(units.of(w.table))
	}
	return units, nil
}

// readAgain is what a transaction costs that was done before under its token.
func readAgain(writes []*transactWrite) tally {
	var units tally
	for _, w := range writes {
		units.of(w.table).countTransactRead(w.table, w.table.lookup(w.key))
	}
	return units
}

// checkTransactWrites checks what does not depend on the stored items.
func (db *DB) checkTransactWrites(actions []transactWriteItem) ([]*transactWrite, error) {
	var writes []*transactWrite
	seen := distinct{}
	size := 0
	for _, action := range actions {
		w, err := db.newTransactWrite(action)
		if err != nil {
			return nil, err
		}
		if err := seen.add(w.table, w.key); err != nil {
			return nil, err
		}
		size += w.size()
		writes = append(writes, w)
	}
	if size > maxTransactSize {
		return nil, validation("Transaction payload size cannot exceed 4MB. Payload Size: %d", size)
	}
	return writes, nil
}
