package memdb

import "slices"

// The wire form of a table's definition.
type (
	attributeDefinition struct {
		AttributeName string
		AttributeType string
	}
	keySchemaElement struct {
		AttributeName string
		KeyType       string
	}
	projection struct {
		ProjectionType   string
		NonKeyAttributes []string `json:",omitzero"`
	}
	throughput struct {
		ReadCapacityUnits  int64
		WriteCapacityUnits int64
	}
	secondaryIndex struct {
		IndexName             string
		KeySchema             []keySchemaElement
		Projection            *projection
		ProvisionedThroughput *throughput `json:",omitzero"`
	}
	createTableInput struct {
		TableName                 string
		AttributeDefinitions      []attributeDefinition
		KeySchema                 []keySchemaElement
		LocalSecondaryIndexes     []secondaryIndex
		GlobalSecondaryIndexes    []secondaryIndex
		BillingMode               string
		ProvisionedThroughput     *throughput
		DeletionProtectionEnabled bool
	}
)

const (
	maxLocalIndexes  = 5
	maxGlobalIndexes = 20
	maxIndexKeyPart  = 4
)

// newTable checks a definition and builds the empty table.
func newTable(in createTableInput) (*table, error) {
	if err := in.checkCapacity(); err != nil {
		return nil, err
	}
	kinds, err := in.kinds()
	if err != nil {
		return nil, err
	}
	keys, err := readKeySchema(in.KeySchema, kinds)
	if err != nil {
		return nil, err
	}
	if len(keys.hash) > 1 || len(keys.sort) > 1 {
		return nil, validation("Too many keys specified.  All Dynamo DB tables must have exactly one hash key and at most one range key")
	}
	t := &table{
		name:       in.TableName,
		definition: in,
		primary:    &view{keys: keys, base: keys},
		indexes:    map[string]*view{},
	}
	if err := t.addIndexes(in, kinds); err != nil {
		return nil, err
	}
	return t, t.checkAllDefinitionsUsed(in)
}

func (in createTableInput) checkCapacity() error {
	switch in.BillingMode {
	case "", "PROVISIONED":
		if in.ProvisionedThroughput == nil {
			return validation("No provisioned throughput specified for the table")
		}
	case "PAY_PER_REQUEST":
		if in.ProvisionedThroughput != nil {
			return validation("One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
		}
	default:
		return validation("BillingMode must satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]")
	}
	return nil
}

func (in createTableInput) kinds() (map[string]string, error) {
	kinds := map[string]string{}
	for _, d := range in.AttributeDefinitions {
		if !slices.Contains([]string{"S", "N", "B"}, d.AttributeType) {
			return nil, validation("AttributeType of %s: Member must satisfy enum value set: [B, N, S]", d.AttributeName)
		}
		if kinds[d.AttributeName] != "" {
			return nil, validation("Attribute %s is defined twice in AttributeDefinitions", d.AttributeName)
		}
		kinds[d.AttributeName] = d.AttributeType
	}
	return kinds, nil
}

func readKeySchema(elements []keySchemaElement, kinds map[string]string) (keySchema, error) {
	var keys keySchema
	for _, e := range elements {
		kind := kinds[e.AttributeName]
		if kind == "" {
			return keys, validation("Attribute %s is not defined in AttributeDefinitions: Key not specified in Attribute Definitions.  Type unknown.", e.AttributeName)
		}
		if keys.has(e.AttributeName) {
			return keys, validation("Two keys can not have the same name: %s", e.AttributeName)
		}
		switch attribute := (keyAttribute{e.AttributeName, kind}); {
		case e.KeyType == "RANGE":
			keys.sort = append(keys.sort, attribute)
		case e.KeyType != "HASH":
			return keys, validation("KeyType must satisfy enum value set: [HASH, RANGE]")
		case len(keys.sort) > 0:
			return keys, validation("Invalid KeySchema: HASH keys must come before RANGE keys")
		default:
			keys.hash = append(keys.hash, attribute)
		}
	}
	if len(keys.hash) == 0 {
		return keys, validation("No Hash Key specified in schema.  All Dynamo DB tables must have exactly one hash key")
	}
	return keys, nil
}

func (t *table) addIndexes(in createTableInput, kinds map[string]string) error {
	if in.LocalSecondaryIndexes != nil && (len(in.LocalSecondaryIndexes) == 0 || len(in.LocalSecondaryIndexes) > maxLocalIndexes) {
		return validation("LSI list is empty/invalid: there may be 1 to %d", maxLocalIndexes)
	}
	if in.GlobalSecondaryIndexes != nil && (len(in.GlobalSecondaryIndexes) == 0 || len(in.GlobalSecondaryIndexes) > maxGlobalIndexes) {
		return validation("GSI list is empty/invalid: there may be 1 to %d", maxGlobalIndexes)
	}
	for _, definition := range in.LocalSecondaryIndexes {
		v, err := t.addIndex(definition, kinds)
		if err != nil {
			return err
		}
		v.local = true
		if err := t.checkLocal(v); err != nil {
			return err
		}
	}
	for _, definition := range in.GlobalSecondaryIndexes {
		v, err := t.addIndex(definition, kinds)
		if err != nil {
			return err
		}
		if len(v.keys.hash) > maxIndexKeyPart || len(v.keys.sort) > maxIndexKeyPart {
			return validation("Index %s: at most %d HASH and %d RANGE keys are allowed", v.name, maxIndexKeyPart, maxIndexKeyPart)
		}
		if (definition.ProvisionedThroughput == nil) != (in.ProvisionedThroughput == nil) {
			return validation("ProvisionedThroughput must be specified for index %s if and only if it is specified for the table", v.name)
		}
	}
	return nil
}

func (t *table) checkLocal(v *view) error {
	switch {
	case len(t.primary.keys.sort) == 0:
		return validation("Local Secondary indices are not allowed on hash tables, only hash and range tables")
	case !slices.Equal(v.keys.hash, t.primary.keys.hash):
		return validation("Local Secondary indices must have the same hash key as the main table")
	case len(v.keys.sort) != 1:
		return validation("Local secondary indices must have a range key")
	}
	return nil
}

func (t *table) addIndex(in secondaryIndex, kinds map[string]string) (*view, error) {
	if err := checkName(in.IndexName); err != nil {
		return nil, err
	}
	if t.indexes[in.IndexName] != nil {
		return nil, validation("Two secondary indices have the same name: %s", in.IndexName)
	}
	keys, err := readKeySchema(in.KeySchema, kinds)
	if err != nil {
		return nil, err
	}
	v := &view{name: in.IndexName, keys: keys, base: t.primary.keys}
	if err := v.project(in.Projection); err != nil {
		return nil, err
	}
	t.indexes[v.name] = v
	return v, nil
}

// project sets which attributes the index holds.
func (v *view) project(p *projection) error {
	if p == nil {
		return validation("Index %s: Projection must not be null", v.name)
	}
	included := len(p.NonKeyAttributes) > 0
	switch p.ProjectionType {
	case "INCLUDE":
		if !included {
			return validation("If Projection type INCLUDE is specified, some non-key attributes to include in the projection must be specified as well")
		}
	case "ALL", "KEYS_ONLY":
		if p.NonKeyAttributes != nil {
			return validation("No attributes should be specified to be projected unless projection type is INCLUDE")
		}
	default:
		return validation("ProjectionType must satisfy enum value set: [ALL, INCLUDE, KEYS_ONLY]")
	}
	if p.ProjectionType == "ALL" {
		return nil
	}
	v.projected = map[string]bool{}
	for _, a := range v.keyAttributes() {
		v.projected[a.name] = true
	}
	for _, name := range p.NonKeyAttributes {
		v.projected[name] = true
	}
	return nil
}

func (t *table) checkAllDefinitionsUsed(in createTableInput) error {
	for _, d := range in.AttributeDefinitions {
		used := t.primary.keys.has(d.AttributeName)
		for _, index := range t.indexes {
			used = used || index.keys.has(d.AttributeName)
		}
		if !used {
			return validation("The number of attributes in key schema must match the number of attributes defined in attribute definitions: %s is not used", d.AttributeName)
		}
	}
	return nil
}
