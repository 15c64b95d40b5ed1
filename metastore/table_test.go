package metastore_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/metastore"
)

func testCreateTable(t *testing.T, client *dynamodb.Client) {
	table := newTable(t, client)
	output, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &table})
	require.NoError(t, err)
	assert.Equal(t, []types.KeySchemaElement{
		{AttributeName: aws.String("N"), KeyType: types.KeyTypeHash},
		{AttributeName: aws.String("V"), KeyType: types.KeyTypeRange},
	}, output.Table.KeySchema)
	assert.Equal(t, types.BillingModePayPerRequest, output.Table.BillingModeSummary.BillingMode)

	store := newStore(t, client, table, newProtector(t))
	_, _, err = store.NewProvider(t.Context(), material)
	require.NoError(t, err)
	for range 2 {
		created, err := metastore.CreateTable(t.Context(), client, table)
		require.NoError(t, err)
		assert.False(t, created)
	}
	newest, err := store.MaxVersion(t.Context(), material)
	require.NoError(t, err)
	assert.Zero(t, newest, "the table was made anew")

	t.Run("the caller chooses how it is billed, but not its keys", func(t *testing.T) {
		table := fmt.Sprintf("keys-%x", random(8))
		created, err := metastore.CreateTable(t.Context(), client, table, func(in *dynamodb.CreateTableInput) {
			in.TableName = aws.String("other")
			in.BillingMode = types.BillingModeProvisioned
			in.ProvisionedThroughput = &types.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(1), WriteCapacityUnits: aws.Int64(1)}
			in.KeySchema = []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}}
		})
		require.NoError(t, err)
		assert.True(t, created)
		output, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &table})
		require.NoError(t, err)
		assert.EqualValues(t, 1, *output.Table.ProvisionedThroughput.ReadCapacityUnits)
		_, err = client.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: &table})
		require.NoError(t, err)
	})
}

func testOtherKeys(t *testing.T, client *dynamodb.Client) {
	definition := func(name string, kind types.ScalarAttributeType) types.AttributeDefinition {
		return types.AttributeDefinition{AttributeName: &name, AttributeType: kind}
	}
	key := func(name string, kind types.KeyType) types.KeySchemaElement {
		return types.KeySchemaElement{AttributeName: &name, KeyType: kind}
	}
	for name, in := range map[string]*dynamodb.CreateTableInput{
		"other names": {
			AttributeDefinitions: []types.AttributeDefinition{definition("n", "S"), definition("v", "N")},
			KeySchema:            []types.KeySchemaElement{key("n", types.KeyTypeHash), key("v", types.KeyTypeRange)},
		},
		"names exchanged": {
			AttributeDefinitions: []types.AttributeDefinition{definition("N", "S"), definition("V", "N")},
			KeySchema:            []types.KeySchemaElement{key("V", types.KeyTypeHash), key("N", types.KeyTypeRange)},
		},
		"versions as strings": {
			AttributeDefinitions: []types.AttributeDefinition{definition("N", "S"), definition("V", "S")},
			KeySchema:            []types.KeySchemaElement{key("N", types.KeyTypeHash), key("V", types.KeyTypeRange)},
		},
		"names as bytes": {
			AttributeDefinitions: []types.AttributeDefinition{definition("N", "B"), definition("V", "N")},
			KeySchema:            []types.KeySchemaElement{key("N", types.KeyTypeHash), key("V", types.KeyTypeRange)},
		},
		"no versions": {
			AttributeDefinitions: []types.AttributeDefinition{definition("N", "S")},
			KeySchema:            []types.KeySchemaElement{key("N", types.KeyTypeHash)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			table := fmt.Sprintf("other-%x", random(8))
			in.TableName, in.BillingMode = &table, types.BillingModePayPerRequest
			_, err := client.CreateTable(t.Context(), in)
			require.NoError(t, err)
			created, err := metastore.CreateTable(t.Context(), client, table)
			requireClass(t, cmp.ErrConfig, err)
			assert.False(t, created)
			assert.ErrorContains(t, err, table)
			_, err = client.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: &table})
			require.NoError(t, err)
		})
	}
}

// slowTables is a DynamoDB in which a table takes some time to become active.
type slowTables struct {
	exists bool
	err    error // of CreateTable
	ready  time.Time
}

func (s *slowTables) CreateTable(context.Context, *dynamodb.CreateTableInput, ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error) {
	if s.err != nil {
		return nil, s.err
	}
	if s.exists {
		return nil, &types.ResourceInUseException{}
	}
	s.exists = true
	return &dynamodb.CreateTableOutput{}, nil
}

func (s *slowTables) DescribeTable(context.Context, *dynamodb.DescribeTableInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error) {
	time.Sleep(10 * time.Millisecond) // the waiter does not end if this takes no time at all
	table := &types.TableDescription{TableStatus: types.TableStatusCreating}
	if left := time.Until(s.ready); left > 10*time.Second {
		return nil, &types.ResourceNotFoundException{} // it is not even to be seen yet
	} else if left <= 0 {
		table.TableStatus = types.TableStatusActive
		table.KeySchema = []types.KeySchemaElement{{AttributeName: aws.String("N"), KeyType: types.KeyTypeHash}, {AttributeName: aws.String("V"), KeyType: types.KeyTypeRange}}
		table.AttributeDefinitions = []types.AttributeDefinition{{AttributeName: aws.String("V"), AttributeType: "N"}, {AttributeName: aws.String("N"), AttributeType: "S"}}
	}
	return &dynamodb.DescribeTableOutput{Table: table}, nil
}

func TestCreateTableWaits(t *testing.T) {
	for name, test := range map[string]func(*testing.T){
		"for its own table": func(t *testing.T) {
			created, err := metastore.CreateTable(t.Context(), &slowTables{ready: time.Now().Add(30 * time.Second)}, "keys")
			require.NoError(t, err)
			assert.True(t, created)
		},
		"for the table of another caller": func(t *testing.T) {
			begun := time.Now()
			created, err := metastore.CreateTable(t.Context(), &slowTables{exists: true, ready: begun.Add(5 * time.Second)}, "keys")
			require.NoError(t, err)
			assert.False(t, created)
			assert.Less(t, time.Since(begun), 20*time.Second)
		},
		"until the context ends": func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			begun := time.Now()
			_, err := metastore.CreateTable(ctx, &slowTables{ready: begun.Add(time.Hour)}, "keys")
			require.Error(t, err)
			assert.ErrorContains(t, err, `"keys"`)
			assert.LessOrEqual(t, time.Since(begun), 3*time.Second+time.Millisecond)
		},
		"not for ever": func(t *testing.T) {
			begun := time.Now()
			_, err := metastore.CreateTable(t.Context(), &slowTables{ready: begun.Add(24 * time.Hour)}, "keys")
			require.Error(t, err)
			assert.LessOrEqual(t, time.Since(begun), 11*time.Minute)
		},
		"not at all if it cannot be created": func(t *testing.T) {
			failure := errors.New("access denied")
			begun := time.Now()
			created, err := metastore.CreateTable(t.Context(), &slowTables{err: failure}, "keys")
			require.ErrorIs(t, err, failure)
			assert.ErrorContains(t, err, `"keys"`)
			assert.False(t, created)
			assert.Zero(t, time.Since(begun))
		},
	} {
		t.Run(name, func(t *testing.T) { synctest.Test(t, test) })
	}
}
