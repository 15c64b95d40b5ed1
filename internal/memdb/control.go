package memdb

import (
	"maps"
	"slices"
	"time"
)

// The answers of the operations on tables.
type (
	indexDescription struct {
		secondaryIndex
		IndexStatus    string `json:",omitzero"`
		IndexArn       string
		IndexSizeBytes int
		ItemCount      int
	}
	tableDescription struct {
		TableName                 string
		TableArn                  string
		TableStatus               string
		CreationDateTime          float64
		AttributeDefinitions      []attributeDefinition
		KeySchema                 []keySchemaElement
		LocalSecondaryIndexes     []indexDescription  `json:",omitzero"`
		GlobalSecondaryIndexes    []indexDescription  `json:",omitzero"`
		BillingModeSummary        *billingModeSummary `json:",omitzero"`
		ProvisionedThroughput     throughput
		DeletionProtectionEnabled bool
		ItemCount                 int
		TableSizeBytes            int
	}
	billingModeSummary struct {
		BillingMode string
	}
	tableOutput struct {
		TableDescription tableDescription
	}
	describeTableOutput struct {
		Table tableDescription
	}
	tableInput struct {
		TableName string
	}
	listTablesInput struct {
		ExclusiveStartTableName string
		Limit                   *int
	}
	listTablesOutput struct {
		TableNames             []string
		LastEvaluatedTableName string `json:",omitzero"`
	}
)

func (db *DB) createTable(in *createTableInput) (*tableOutput, error) {
	name, err := tableName(in.TableName)
	if err != nil {
		return nil, err
	}
	in.TableName = name
	t, err := newTable(*in)
	if err != nil {
		return nil, err
	}
	t.created = time.Now()
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.tables[name] != nil {
		return nil, inUse("Table already exists: " + name + ": Cannot create preexisting table")
	}
	db.tables[name] = t
	return &tableOutput{t.describe()}, nil
}

func (db *DB) describeTable(in *tableInput) (*describeTableOutput, error) {
	db.mu.RLock()
	defer db.mu.RUnlock()
	t, err := db.table(in.TableName)
	if err != nil {
		return nil, err
	}
	return &describeTableOutput{t.describe()}, nil
}

func (db *DB) deleteTable(in *tableInput) (*tableOutput, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	t, err := db.table(in.TableName)
	if err != nil {
		return nil, err
	}
	if t.definition.DeletionProtectionEnabled {
		return nil, validation("Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
	}
	delete(db.tables, t.name)
	description := t.describe()
	description.TableStatus = "DELETING"
	return &tableOutput{description}, nil
}

const maxListedTables = 100

func (db *DB) listTables(in *listTablesInput) (*listTablesOutput, error) {
	limit := maxListedTables
	if in.Limit != nil {
		limit = *in.Limit
	}
	if limit < 1 || limit > maxListedTables {
		return nil, validation("Limit must be greater than or equal to 1 and in ListTables must be <= %d", maxListedTables)
	}
	db.mu.RLock()
	defer db.mu.RUnlock()
	names := slices.Sorted(maps.Keys(db.tables))
	names = slices.DeleteFunc(names, func(name string) bool { return name <= in.ExclusiveStartTableName })
	out := &listTablesOutput{TableNames: names}
	if len(names) > limit {
		out.TableNames = names[:limit]
		out.LastEvaluatedTableName = names[limit-1]
	}
	return out, nil
}

func (t *table) arn() string { return "arn:aws:dynamodb:" + region + ":000000000000:table/" + t.name }

func (t *table) describe() tableDescription {
	d := t.definition
	out := tableDescription{
		TableName:                 t.name,
		TableArn:                  t.arn(),
		TableStatus:               "ACTIVE",
		CreationDateTime:          float64(t.created.UnixMilli()) / 1000,
		AttributeDefinitions:      d.AttributeDefinitions,
		KeySchema:                 d.KeySchema,
		LocalSecondaryIndexes:     t.describeIndexes(d.LocalSecondaryIndexes, ""),
		GlobalSecondaryIndexes:    t.describeIndexes(d.GlobalSecondaryIndexes, "ACTIVE"),
		DeletionProtectionEnabled: d.DeletionProtectionEnabled,
		ItemCount:                 t.primary.rows.count,
		TableSizeBytes:            t.size,
	}
	if d.ProvisionedThroughput != nil {
		out.ProvisionedThroughput = *d.ProvisionedThroughput
	} else {
		out.BillingModeSummary = &billingModeSummary{d.BillingMode}
	}
	return out
}

func (t *table) describeIndexes(definitions []secondaryIndex, status string) []indexDescription {
	var out []indexDescription
	for _, d := range definitions {
		rows := &t.indexes[d.IndexName].rows
		size := 0
		for r := range rows.ascend("", "") {
			size += r.size
		}
		out = append(out, indexDescription{
			secondaryIndex: d,
			IndexStatus:    status,
			IndexArn:       t.arn() + "/index/" + d.IndexName,
			IndexSizeBytes: size,
			ItemCount:      rows.count,
		})
	}
	return out
}
