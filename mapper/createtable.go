package mapper

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

// CreateTable creates the table that the tags describe, with on-demand billing, its
// secondary indexes (with all attributes, unless projection or include say otherwise)
// and its time to live, and waits until it can be used. It is for tests and tools;
// production tables are better made by the tool that makes the rest.
//
// Functions may change the request before it is sent.
//
// It fails with [crypto.ErrConfig] if the tags do not tell enough, or with an error of
// the SDK, such as *types.ResourceInUseException if there is such a table.
func (m *Mapper[T]) CreateTable(ctx context.Context, change ...func(*dynamodb.CreateTableInput)) error {
	return m.core.fail("CreateTable", m.core.createTable(ctx, change))
}

// createWait is how long CreateTable waits, if ctx does not end before.
const createWait = 10 * time.Minute

func (m *core) createTable(ctx context.Context, change []func(*dynamodb.CreateTableInput)) error {
	if err := m.ended(ctx); err != nil {
		return err
	}
	input, err := m.createTableInput()
	if err != nil {
		return err
	}
	for _, f := range change {
		f(input)
	}
	if _, err := m.wire.CreateTable(ctx, input); err != nil {
		return err
	}
	waiter := dynamodb.NewTableExistsWaiter(m.wire, func(o *dynamodb.TableExistsWaiterOptions) { o.MinDelay, o.MaxDelay = time.Second, 5*time.Second })
	if err := waiter.Wait(ctx, &dynamodb.DescribeTableInput{TableName: input.TableName}, createWait); err != nil {
		return err
	}
	ttl, ok := m.ttl()
	if !ok {
		return nil
	}
	_, err = m.wire.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{TableName: input.TableName,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: &ttl.Name, Enabled: aws.Bool(true)}})
	return err
}

func (p *plan) ttl() (tags.Attribute, bool) {
	for _, a := range p.model.Attributes() {
		if a.TTL {
			return a, true
		}
	}
	return tags.Attribute{}, false
}

// checkTTL refuses an expiry time that DynamoDB would not understand: it wants seconds.
func (p *plan) checkTTL(t reflect.Type) error {
	a, ok := p.ttl()
	if !ok {
		return nil
	}
	field := newKeyField(t, a)
	if kind, err := field.kind(p.codec); err != nil || kind == types.ScalarAttributeTypeN { // err: a type of its own
		return nil
	}
	return fmt.Errorf("field %s of type %s: DynamoDB wants the expiry time as a number of seconds; add the option unixtime to its dynamodbav tag, or use an integer: %w", a.Path, a.Type, crypto.ErrConfig)
}

// CreateTableInput returns the request of [Mapper.CreateTable], without the time to
// live, for tools that make tables by themselves.
func (m *Mapper[T]) CreateTableInput() (*dynamodb.CreateTableInput, error) {
	input, err := m.core.createTableInput()
	return input, m.core.fail("CreateTableInput", err)
}

func (m *core) createTableInput() (*dynamodb.CreateTableInput, error) {
	if m.err != nil {
		return nil, m.err
	}
	name, err := cmp.TableName(m.table) // an ARN names a table that is there
	if err != nil {
		return nil, err
	}
	input := &dynamodb.CreateTableInput{TableName: &name, BillingMode: types.BillingModePayPerRequest}
	kinds := map[string]types.ScalarAttributeType{}
	if input.KeySchema, err = m.schema(kinds, m.keys[:1], m.keys[1:]); err != nil {
		return nil, err
	}
	for _, index := range m.model.Indexes() {
		keys := m.indexes[index.Name]
		schema, err := m.schema(kinds, keys.partition, keys.sort)
		if err != nil {
			return nil, err
		}
		projection := &types.Projection{ProjectionType: types.ProjectionTypeAll, NonKeyAttributes: index.Attributes}
		if stated, ok := projections[index.Projection]; ok {
			projection.ProjectionType = stated
		}
		if index.Local {
			input.LocalSecondaryIndexes = append(input.LocalSecondaryIndexes, types.LocalSecondaryIndex{IndexName: aws.String(index.Name), KeySchema: schema, Projection: projection})
			continue
		}
		input.GlobalSecondaryIndexes = append(input.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{IndexName: aws.String(index.Name), KeySchema: schema, Projection: projection})
	}
	for _, a := range m.model.Attributes() { // sorted
		if kind, ok := kinds[a.Name]; ok {
			input.AttributeDefinitions = append(input.AttributeDefinitions, types.AttributeDefinition{AttributeName: aws.String(a.Name), AttributeType: kind})
		}
	}
	return input, nil
}

// schema returns a key schema, and adds the types of its attributes to kinds.
func (p *plan) schema(kinds map[string]types.ScalarAttributeType, partition, sort []keyField) ([]types.KeySchemaElement, error) {
	var schema []types.KeySchemaElement
	for i, field := range slices.Concat(partition, sort) {
		kind, err := field.kind(p.codec)
		if err != nil {
			return nil, err
		}
		kinds[field.name] = kind
		role := types.KeyTypeHash
		if i >= len(partition) {
			role = types.KeyTypeRange
		}
		schema = append(schema, types.KeySchemaElement{AttributeName: aws.String(field.name), KeyType: role})
	}
	return schema, nil
}

// kind returns the type under which values of the field are stored. It finds out by
// encoding one.
func (f *keyField) kind(c codec) (types.ScalarAttributeType, error) {
	target := reflect.New(f.alone()).Elem()
	sample(target.Field(0))
	v, _ := f.encode(c, target)
	switch v.(type) {
	case *types.AttributeValueMemberS:
		return types.ScalarAttributeTypeS, nil
	case *types.AttributeValueMemberN:
		return types.ScalarAttributeTypeN, nil
	case *types.AttributeValueMemberB:
		return types.ScalarAttributeTypeB, nil
	}
	return "", fmt.Errorf("%w: it cannot be told whether field %s of type %s, attribute %q, is stored as S, N or B; make the table by yourself",
		crypto.ErrConfig, f.path, f.typ, f.name)
}

// sample sets a field to a value that is not empty, as far as its type lets guess one:
// many encode an empty value as none.
func sample(field reflect.Value) {
	for field.Kind() == reflect.Pointer {
		field.Set(reflect.New(field.Type().Elem()))
		field = field.Elem()
	}
	switch {
	case field.Type().ConvertibleTo(timeType) && field.Kind() == reflect.Struct:
		field.Set(reflect.ValueOf(time.Unix(1, 0).UTC()).Convert(field.Type()))
	case field.CanInt():
		field.SetInt(1)
	case field.CanUint():
		field.SetUint(1)
	case field.CanFloat():
		field.SetFloat(1)
	case field.Kind() == reflect.String:
		field.SetString("1") // of attributevalue.Number too
	case field.Kind() == reflect.Slice:
		field.Set(reflect.MakeSlice(field.Type(), 1, 1))
	}
}
