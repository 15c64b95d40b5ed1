package mapper

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// Checked is a [Mapper], of whatever type, for [Check].
type Checked interface{ check(context.Context) error }

// Check compares the models of mappers with their tables, by DescribeTable and
// DescribeTimeToLive: keys and their types, secondary indexes, their keys and
// projections, keys of indexes that would be encrypted, and the time to live. It says
// all that does not fit at once, as a [*TableError] for each table. A program can call
// it when it starts, and a pipeline before it deploys.
//
//	err := mapper.Check(ctx, users, orders)
//
// Indexes of a table that no tag names are fine, as long as their keys are not
// encrypted.
func Check(ctx context.Context, mappers ...Checked) error {
	errs := make([]error, len(mappers))
	for i, m := range mappers {
		errs[i] = m.check(ctx)
	}
	return errors.Join(errs...)
}

// TableError is a table that does not fit a model. It wraps [crypto.ErrConfig].
type TableError struct {
	// Mismatches say what does not fit, one by one.
	Mismatches []string
}

// Error returns one line of text.
func (e *TableError) Error() string {
	return "the table does not fit the tags: " + strings.Join(e.Mismatches, "; ")
}

// Unwrap returns the failure class.
func (e *TableError) Unwrap() error { return crypto.ErrConfig }

func (m *Mapper[T]) check(ctx context.Context) error {
	return m.core.fail("Check", m.core.compare(ctx))
}

func (m *core) compare(ctx context.Context) error {
	if err := m.ended(ctx); err != nil {
		return err
	}
	c := comparison{plan: m.plan, actions: m.wire.actions, kinds: map[string]types.ScalarAttributeType{}}
	described, err := m.wire.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &m.table})
	if err != nil {
		return err
	}
	if described == nil || described.Table == nil {
		return fmt.Errorf("%w: DescribeTable returned no table", crypto.ErrConfig)
	}
	c.table(described.Table)
	ttl, err := m.wire.DescribeTimeToLive(ctx, &dynamodb.DescribeTimeToLiveInput{TableName: &m.table})
	if err != nil {
		return err
	}
	if ttl != nil {
		c.timeToLive(ttl.TimeToLiveDescription)
	}
	if len(c.mismatches) > 0 {
		return &TableError{c.mismatches}
	}
	return nil
}

// comparison is a model beside a table.
type comparison struct {
	*plan
	actions    crypto.Actions
	kinds      map[string]types.ScalarAttributeType // in the table
	mismatches []string
}

func (c *comparison) addf(format string, args ...any) {
	c.mismatches = append(c.mismatches, fmt.Sprintf(format, args...))
}

// liveIndex is an index of the table, of either kind.
type liveIndex struct {
	schema     []types.KeySchemaElement
	projection *types.Projection
	local      bool
}

func (c *comparison) table(live *types.TableDescription) {
	for _, definition := range live.AttributeDefinitions {
		c.kinds[aws.ToString(definition.AttributeName)] = definition.AttributeType
	}
	c.keys("the key of the table", live.KeySchema, c.plan.keys[:1], c.plan.keys[1:])
	indexes := map[string]liveIndex{}
	for _, index := range live.LocalSecondaryIndexes {
		indexes[aws.ToString(index.IndexName)] = liveIndex{index.KeySchema, index.Projection, true}
	}
	for _, index := range live.GlobalSecondaryIndexes {
		indexes[aws.ToString(index.IndexName)] = liveIndex{index.KeySchema, index.Projection, false}
	}
	for _, stated := range c.model.Indexes() {
		index, ok := indexes[stated.Name]
		if !ok {
			c.addf("the table has no index %q", stated.Name)
			continue
		}
		if index.local != stated.Local {
			c.addf("index %q is %s in the table and %s in the tags", stated.Name, kindOfIndex(index.local), kindOfIndex(stated.Local))
			continue
		}
		keys := c.indexes[stated.Name]
		c.keys(fmt.Sprintf("the key of index %q", stated.Name), index.schema, keys.partition, keys.sort)
		if want, ok := projections[stated.Projection]; ok {
			c.projection(stated.Name, index.projection, want, stated.Attributes)
		}
	}
	for _, name := range sortedNames(indexes) {
		for _, element := range indexes[name].schema {
			attribute := aws.ToString(element.AttributeName)
			if c.actions.Action(attribute) == crypto.EncryptAndSign {
				c.addf("attribute %q is a key of index %q, but it is encrypted; tag its field index", attribute, name)
			}
		}
	}
}

func kindOfIndex(local bool) string {
	if local {
		return "local"
	}
	return "global"
}

func sortedNames(indexes map[string]liveIndex) []string {
	var names []string
	for name := range indexes {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// keys compares a key schema, and the types of its attributes.
func (c *comparison) keys(what string, schema []types.KeySchemaElement, partition, sort []keyField) {
	for _, part := range []struct {
		role   types.KeyType
		name   string
		fields []keyField
	}{{types.KeyTypeHash, "partition key", partition}, {types.KeyTypeRange, "sort key", sort}} {
		var live, stated []string
		for _, element := range schema {
			if element.KeyType == part.role {
				live = append(live, aws.ToString(element.AttributeName))
			}
		}
		for _, field := range part.fields {
			stated = append(stated, field.name)
		}
		if !slices.Equal(live, stated) {
			c.addf("%s: the %s is %s in the table and %s in the tags", what, part.name, orNone(live), orNone(stated))
			continue
		}
		for _, field := range part.fields {
			kind, err := field.kind(c.codec)
			if err == nil && kind != c.kinds[field.name] {
				c.addf("%s: attribute %q is of type %s in the table, and field %s is stored as %s", what, field.name, c.kinds[field.name], field.path, kind)
			}
		}
	}
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "missing"
	}
	return fmt.Sprintf("%q", names)
}

func (c *comparison) projection(index string, live *types.Projection, want types.ProjectionType, attributes []string) {
	if live == nil {
		return // DescribeTable always has one
	}
	if live.ProjectionType != want {
		c.addf("index %q: the projection is %s in the table and %s in the tags", index, live.ProjectionType, want)
		return
	}
	for _, name := range attributes {
		if !slices.Contains(live.NonKeyAttributes, name) {
			c.addf("index %q: the table does not project attribute %q", index, name)
		}
	}
}

// timeToLive compares which attribute tells when items expire.
func (c *comparison) timeToLive(live *types.TimeToLiveDescription) {
	name := ""
	if live != nil && (live.TimeToLiveStatus == types.TimeToLiveStatusEnabled || live.TimeToLiveStatus == types.TimeToLiveStatusEnabling) {
		name = aws.ToString(live.AttributeName)
	}
	stated, ok := c.ttl()
	switch {
	case ok && name == "":
		c.addf("field %s is tagged ttl, but the table has no time to live", stated.Path)
	case ok && name != stated.Name:
		c.addf("the time to live is attribute %q in the table and %q in the tags", name, stated.Name)
	case name != "" && c.actions.Action(name) == crypto.EncryptAndSign:
		c.addf("attribute %q tells the table when items expire, but it is encrypted; tag its field ttl", name)
	}
}
