package metastore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

// TableAPI is what [CreateTable] asks of a *dynamodb.Client.
type TableAPI interface {
	CreateTable(ctx context.Context, input *dynamodb.CreateTableInput, options ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error)
	DescribeTable(ctx context.Context, input *dynamodb.DescribeTableInput, options ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error)
}

// maxWait bounds how long [CreateTable] waits for the table; the context may end
// it before. The delays are those between two looks at it.
const (
	maxWait  = 10 * time.Minute
	minDelay = 500 * time.Millisecond
	maxDelay = 10 * time.Second
)

// CreateTable makes the table of a store and waits until it is active. It is billed
// on demand; the options may change that and the rest of the input, such as
// encryption at rest and deletion protection, but not the keys. If a table of that
// name exists with the right keys, it waits for that one and reports that nothing
// was created; a table with other keys is a [cmp.ErrConfig].
func CreateTable(ctx context.Context, api TableAPI, table string, options ...func(*dynamodb.CreateTableInput)) (created bool, err error) {
	if api == nil || table == "" {
		return false, fmt.Errorf("metastore: the DynamoDB client is nil, or the table name is empty: %w", cmp.ErrConfig)
	}
	input := &dynamodb.CreateTableInput{BillingMode: types.BillingModePayPerRequest}
	for _, option := range options {
		option(input)
	}
	input.TableName = &table
	input.AttributeDefinitions = append(input.AttributeDefinitions,
		types.AttributeDefinition{AttributeName: aws.String(nameKey), AttributeType: types.ScalarAttributeTypeS},
		types.AttributeDefinition{AttributeName: aws.String(versionKey), AttributeType: types.ScalarAttributeTypeN})
	input.KeySchema = keySchema()
	_, err = api.CreateTable(ctx, input)
	created = err == nil
	if _, exists := errors.AsType[*types.ResourceInUseException](err); err != nil && !exists {
		return false, fmt.Errorf("metastore: create table %q: %w: %w", table, cmp.ErrKeyUnavailable, err)
	}
	waiter := dynamodb.NewTableExistsWaiter(api, func(o *dynamodb.TableExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = minDelay, maxDelay
	})
	output, err := waiter.WaitForOutput(ctx, &dynamodb.DescribeTableInput{TableName: &table}, maxWait)
	if err != nil {
		return created, fmt.Errorf("metastore: wait for table %q: %w: %w", table, cmp.ErrKeyUnavailable, err)
	}
	if !hasKeys(output.Table) {
		return false, fmt.Errorf("metastore: table %q exists with other keys than %s (S) and %s (N); choose another name: %w", table, nameKey, versionKey, cmp.ErrConfig)
	}
	return created, nil
}

func keySchema() []types.KeySchemaElement {
	return []types.KeySchemaElement{
		{AttributeName: aws.String(nameKey), KeyType: types.KeyTypeHash},
		{AttributeName: aws.String(versionKey), KeyType: types.KeyTypeRange},
	}
}

func hasKeys(table *types.TableDescription) bool {
	if table == nil || len(table.KeySchema) != 2 {
		return false
	}
	kinds := map[string]types.ScalarAttributeType{}
	for _, definition := range table.AttributeDefinitions {
		kinds[aws.ToString(definition.AttributeName)] = definition.AttributeType
	}
	for i, want := range keySchema() {
		if got := table.KeySchema[i]; aws.ToString(got.AttributeName) != *want.AttributeName || got.KeyType != want.KeyType {
			return false
		}
	}
	return kinds[nameKey] == types.ScalarAttributeTypeS && kinds[versionKey] == types.ScalarAttributeTypeN
}
