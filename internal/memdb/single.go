package memdb

// The operations on one item.

// writeOptions are the members that all operations that write an item share.
type writeOptions struct {
	ConditionExpression                 *string
	ExpressionAttributeNames            map[string]string
	ExpressionAttributeValues           item
	ReturnConsumedCapacity              string
	ReturnItemCollectionMetrics         string
	ReturnValues                        string
	ReturnValuesOnConditionCheckFailure string
}

type (
	putItemInput struct {
		TableName string
		Item      item
		writeOptions
	}
	deleteItemInput struct {
		TableName string
		Key       item
		writeOptions
	}
	writeItemOutput struct {
		Attributes       item              `json:",omitzero"`
		ConsumedCapacity *consumedCapacity `json:",omitzero"`
	}
	getItemInput struct {
		TableName                string
		Key                      item
		ConsistentRead           bool
		ProjectionExpression     *string
		ExpressionAttributeNames map[string]string
		ReturnConsumedCapacity   string
	}
	getItemOutput struct {
		Item             item              `json:",omitzero"`
		ConsumedCapacity *consumedCapacity `json:",omitzero"`
	}
)

func (o *writeOptions) check() error {
	if o.ReturnItemCollectionMetrics != "" && o.ReturnItemCollectionMetrics != "NONE" {
		return unsupported("parameter ReturnItemCollectionMetrics")
	}
	switch o.ReturnValuesOnConditionCheckFailure {
	case "", "NONE", "ALL_OLD":
	default:
		return validation("ReturnValuesOnConditionCheckFailure set to invalid value")
	}
	return checkCapacityLevel(o.ReturnConsumedCapacity)
}

// checkReturnOld refuses what only updates can return.
func (o *writeOptions) checkReturnOld() error {
	switch o.ReturnValues {
	case "", "NONE", "ALL_OLD":
		return o.check()
	}
	return validation("Return values set to invalid value")
}

// condition returns the condition of the write, which may be nil.
func (o *writeOptions) condition(t *table) (condition, error) {
	e, err := newExpressions(o.ExpressionAttributeNames, o.ExpressionAttributeValues, t, o.ConditionExpression)
	if err != nil {
		return nil, err
	}
	c, err := e.condition("ConditionExpression", o.ConditionExpression)
	if err != nil {
		return nil, err
	}
	return c, e.checkAllUsed()
}

// verify checks the condition against the stored item, which may be nil.
func (o *writeOptions) verify(c condition, stored item) error {
	if c == nil || c.holds(stored) {
		return nil
	}
	failed := &apiError{kind: kindConditionFailed, message: "The conditional request failed"}
	if o.ReturnValuesOnConditionCheckFailure == "ALL_OLD" {
		failed.item = stored
	}
	return failed
}

// output reports a write that returns either the old item or nothing.
func (o *writeOptions) output(t *table, old, new item) *writeItemOutput {
	var units consumed
	units.countWrite(t, old, new)
	out := &writeItemOutput{ConsumedCapacity: units.report(t, o.ReturnConsumedCapacity)}
	if o.ReturnValues == "ALL_OLD" {
		out.Attributes = old
	}
	return out
}

func (db *DB) putItem(in *putItemInput) (*writeItemOutput, error) {
	if err := in.checkReturnOld(); err != nil {
		return nil, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	t, err := db.table(in.TableName)
	if err != nil {
		return nil, err
	}
	c, err := in.condition(t)
	if err != nil {
		return nil, err
	}
	if err := t.checkNew(in.Item); err != nil {
		return nil, err
	}
	old := t.lookup(in.Item)
	if err := in.verify(c, old); err != nil {
		return nil, err
	}
	t.store(in.Item)
	return in.output(t, old, in.Item), nil
}

// checkNew normalizes and checks an item of a request.
func (t *table) checkNew(it item) error {
	if it == nil {
		return validation("Value null at 'item' failed to satisfy constraint: Member must not be null")
	}
	if err := normalizeItem(it); err != nil {
		return err
	}
	return t.checkItem(it)
}

func (db *DB) deleteItem(in *deleteItemInput) (*writeItemOutput, error) {
	if err := in.checkReturnOld(); err != nil {
		return nil, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	t, err := db.table(in.TableName)
	if err != nil {
		return nil, err
	}
	c, err := in.condition(t)
	if err != nil {
		return nil, err
	}
	if err := t.checkKey(in.Key); err != nil {
		return nil, err
	}
	old := t.lookup(in.Key)
	if err := in.verify(c, old); err != nil {
		return nil, err
	}
	t.remove(in.Key)
	return in.output(t, old, nil), nil
}

func (db *DB) getItem(in *getItemInput) (*getItemOutput, error) {
	if err := checkCapacityLevel(in.ReturnConsumedCapacity); err != nil {
		return nil, err
	}
	db.mu.RLock()
	defer db.mu.RUnlock()
	t, err := db.table(in.TableName)
	if err != nil {
		return nil, err
	}
	e, err := newExpressions(in.ExpressionAttributeNames, nil, t, in.ProjectionExpression)
	if err != nil {
		return nil, err
	}
	_, project, err := e.projection(in.ProjectionExpression)
	if err != nil {
		return nil, err
	}
	if err := e.checkAllUsed(); err != nil {
		return nil, err
	}
	if err := t.checkKey(in.Key); err != nil {
		return nil, err
	}
	var units consumed
	found := t.lookup(in.Key)
	units.add(t.primary, readUnits(itemSize(found), in.ConsistentRead))
	out := &getItemOutput{ConsumedCapacity: units.report(t, in.ReturnConsumedCapacity)}
	if found != nil {
		out.Item = project(found)
	}
	return out, nil
}
