package memdb

import "slices"

type (
	updateTableInput struct {
		TableName                   string
		AttributeDefinitions        []attributeDefinition
		GlobalSecondaryIndexUpdates []indexUpdate
	}
	indexUpdate struct {
		Create *secondaryIndex
		Delete *struct {
			IndexName string
		}
	}
)

// updateTable adds or deletes a global secondary index. The new index holds
// the items of the table at once.
func (db *DB) updateTable(in *updateTableInput) (*tableOutput, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	t, err := db.table(in.TableName)
	if err != nil {
		return nil, err
	}
	change, err := in.change()
	if err != nil {
		return nil, err
	}
	definition, err := t.definition.changed(change, in.AttributeDefinitions)
	if err != nil {
		return nil, err
	}
	updated, err := newTable(definition)
	if err != nil {
		return nil, err
	}
	updated.created, updated.ttl = t.created, t.ttl
	for r := range t.primary.rows.ascend("", "") {
		updated.store(r.item)
	}
	db.tables[t.name] = updated
	description := updated.describe()
	description.TableStatus = "UPDATING"
	return &tableOutput{description}, nil
}

// change returns the only change that a request may ask for.
func (in *updateTableInput) change() (indexUpdate, error) {
	if len(in.GlobalSecondaryIndexUpdates) == 0 {
		return indexUpdate{}, validation("Nothing to update")
	}
	change := in.GlobalSecondaryIndexUpdates[0]
	switch {
	case len(in.GlobalSecondaryIndexUpdates) > 1 || change.Create != nil && change.Delete != nil:
		return change, &apiError{kind: kindLimitExceeded, message: "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"}
	case change.Create == nil && change.Delete == nil:
		return change, validation("Update global secondary index action is null")
	}
	return change, nil
}

// changed returns the definition of the table after a change, with the
// attribute definitions of the request and those still in use.
func (in createTableInput) changed(change indexUpdate, definitions []attributeDefinition) (createTableInput, error) {
	var err error
	if in.GlobalSecondaryIndexes, err = in.changedIndexes(change); err != nil {
		return in, err
	}
	in.AttributeDefinitions, err = in.changedDefinitions(definitions)
	return in, err
}

func (in createTableInput) changedIndexes(change indexUpdate) ([]secondaryIndex, error) {
	indexes := slices.Clone(in.GlobalSecondaryIndexes)
	if change.Create != nil {
		if in.hasIndex(change.Create.IndexName) {
			return nil, validation("Attempting to create an index which already exists")
		}
		return append(indexes, *change.Create), nil
	}
	kept := slices.DeleteFunc(indexes, func(i secondaryIndex) bool { return i.IndexName == change.Delete.IndexName })
	switch len(kept) {
	case len(in.GlobalSecondaryIndexes):
		return nil, notFound("Requested resource not found")
	case 0:
		return nil, nil // an empty list is no valid definition
	}
	return kept, nil
}

func (in createTableInput) changedDefinitions(added []attributeDefinition) ([]attributeDefinition, error) {
	var all []attributeDefinition
	for _, old := range in.AttributeDefinitions {
		if in.uses(old.AttributeName) {
			all = append(all, old)
		}
	}
	for _, d := range added {
		i := slices.IndexFunc(all, func(old attributeDefinition) bool { return old.AttributeName == d.AttributeName })
		switch {
		case i < 0:
			all = append(all, d)
		case all[i] != d:
			return nil, validation("Attribute %s must have the type that it was defined with", d.AttributeName)
		}
	}
	return all, nil
}

func (in createTableInput) hasIndex(name string) bool {
	return slices.ContainsFunc(slices.Concat(in.LocalSecondaryIndexes, in.GlobalSecondaryIndexes), func(i secondaryIndex) bool { return i.IndexName == name })
}

// uses reports whether an attribute is in a key of the table or an index.
func (in createTableInput) uses(attribute string) bool {
	keys := slices.Clone(in.KeySchema)
	for _, i := range slices.Concat(in.LocalSecondaryIndexes, in.GlobalSecondaryIndexes) {
		keys = append(keys, i.KeySchema...)
	}
	return slices.ContainsFunc(keys, func(k keySchemaElement) bool { return k.AttributeName == attribute })
}
