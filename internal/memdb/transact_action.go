package memdb

import "errors"

// transactWrite is one checked action of a TransactWriteItems.
type transactWrite struct {
	table     *table
	key       item // or the item with this key
	options   writeOptions
	condition condition
	update    *string
	// result returns what the action leaves in place of the stored item: nil for
	// nothing. It is nil if the action only checks its condition.
	result   func(stored item) (item, error)
	refused  error // what is wrong with the action by the schema of the table
	old, new item  // set by evaluate
}

func (db *DB) newTransactWrite(in transactWriteItem) (*transactWrite, error) {
	switch in {
	case transactWriteItem{}: // nothing, refused below
	case transactWriteItem{ConditionCheck: in.ConditionCheck}:
		return db.newTransactCheck(in.ConditionCheck)
	case transactWriteItem{Delete: in.Delete}:
		return db.newTransactDelete(in.Delete)
	case transactWriteItem{Put: in.Put}:
		return db.newTransactPut(in.Put)
	case transactWriteItem{Update: in.Update}:
		return db.newTransactUpdate(in.Update)
	}
	return nil, validation("TransactItems can only contain one of Check, Put, Update or Delete, and must contain one")
}

func (db *DB) newTransactPut(in *transactPut) (*transactWrite, error) {
	w, err := db.beginTransactWrite(in.TableName, in.Item, in.transactOptions)
	if err != nil {
		return nil, err
	}
	if w.condition, err = w.options.condition(w.table); err != nil {
		return nil, err
	}
	w.result = func(item) (item, error) { return in.Item, nil }
	return w, w.refuse(w.table.checkNew(in.Item))
}

func (db *DB) newTransactDelete(in *transactKey) (*transactWrite, error) {
	w, err := db.beginTransactWrite(in.TableName, in.Key, in.transactOptions)
	if err != nil {
		return nil, err
	}
	if w.condition, err = w.options.condition(w.table); err != nil {
		return nil, err
	}
	w.result = func(item) (item, error) { return nil, nil }
	return w, w.refuse(w.table.checkKey(in.Key))
}

func (db *DB) newTransactCheck(in *transactKey) (*transactWrite, error) {
	if in.ConditionExpression == nil {
		return nil, validation("Value null at 'conditionCheck.conditionExpression' failed to satisfy constraint: Member must not be null")
	}
	w, err := db.newTransactDelete(in)
	if err != nil {
		return nil, err
	}
	w.result = nil
	return w, nil
}

func (db *DB) newTransactUpdate(in *transactUpdate) (*transactWrite, error) {
	if in.UpdateExpression == nil {
		return nil, validation("Value null at 'update.updateExpression' failed to satisfy constraint: Member must not be null")
	}
	w, err := db.beginTransactWrite(in.TableName, in.Key, in.transactOptions)
	if err != nil {
		return nil, err
	}
	w.update = in.UpdateExpression
	update := updateItemInput{UpdateExpression: in.UpdateExpression, writeOptions: w.options}
	u, c, err := update.parse(w.table)
	if err != nil {
		// An expression that is only wrong because of the keys of the table
		// cancels the transaction; others are no valid request.
		if _, _, always := update.parse(&table{primary: &view{}}); always != nil {
			return nil, err
		}
		w.refused = err
	}
	w.condition = c
	w.result = func(stored item) (item, error) { return w.updated(u, stored) }
	return w, w.refuse(w.table.checkKey(in.Key))
}

func (w *transactWrite) updated(u *update, stored item) (item, error) {
	if stored == nil {
		stored = w.key
	}
	updated, err := u.apply(stored)
	if err != nil {
		return nil, err
	}
	if err := normalizeItem(updated); err != nil {
		return nil, err
	}
	return updated, w.table.checkItem(updated)
}

func (db *DB) beginTransactWrite(tableName string, key item, o transactOptions) (*transactWrite, error) {
	w := &transactWrite{key: key, options: writeOptions{
		ConditionExpression:                 o.ConditionExpression,
		ExpressionAttributeNames:            o.ExpressionAttributeNames,
		ExpressionAttributeValues:           o.ExpressionAttributeValues,
		ReturnValuesOnConditionCheckFailure: o.ReturnValuesOnConditionCheckFailure,
	}}
	if err := w.options.check(); err != nil {
		return nil, err
	}
	var err error
	w.table, err = db.table(tableName)
	return w, err
}

// refuse keeps an error that cancels the transaction, next to those of other
// actions, and returns one that ends the request at once.
func (w *transactWrite) refuse(err error) error {
	if e, ok := errors.AsType[*apiError](err); ok && e.cancels {
		w.refused = err
		return nil
	}
	return err
}

// size returns what the action adds to the size of the transaction.
func (w *transactWrite) size() int {
	size := itemSize(w.key)
	for _, v := range w.options.ExpressionAttributeValues {
		size += valueSize(v)
	}
	for _, expression := range []*string{w.update, w.options.ConditionExpression} {
		if expression != nil {
			size += len(*expression)
		}
	}
	return size
}

// evaluate finds out what the action does, without doing it.
func (w *transactWrite) evaluate() error {
	if w.refused != nil {
		return w.refused
	}
	w.old = w.table.lookup(w.key)
	if err := w.options.verify(w.condition, w.old); err != nil || w.result == nil {
		return err
	}
	var err error
	w.new, err = w.result(w.old)
	return err
}

// apply does what evaluate found out, and counts its cost.
func (w *transactWrite) apply(units *consumed) {
	switch {
	case w.result == nil:
		units.countTransactRead(w.table, w.old)
		return
	case w.new == nil:
		w.table.remove(w.key)
	default:
		w.table.store(w.new)
	}
	// Once to prepare the write and once to commit it.
	units.countWrite(w.table, w.old, w.new)
	units.countWrite(w.table, w.old, w.new)
}
