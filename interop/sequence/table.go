package sequence

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// A Table is a table that [CreateTable] made.
type Table struct{ Name, ARN string }

// role says which of the names of the table a name is.
func (t Table) role(name string) string {
	switch name {
	case t.Name:
		return "name"
	case t.ARN:
		return "ARN"
	}
	return name
}

// The attributes of items, by what happens to them. Some requests also use other names, which get the default action.
const (
	partitionKey = "id"      // S
	sortKey      = "created" // N
	plan         = "plan"    // S, key of global indexes
	level        = "level"   // N, key of local indexes
	tags         = "tags"    // SS, signed

	email   = "email"   // S, encrypted
	address = "address" // of any type, encrypted
	phone   = "phone"   // of any type, encrypted

	views = "views" // N, neither encrypted nor signed
	notes = "notes" // M, neither
	marks = "marks" // NS, neither
)

// Actions are the actions for attributes that sequences know, by a name that says what is special about them.
var Actions = map[string]crypto.Actions{
	"attributes are encrypted by default": {Overrides: map[string]crypto.Action{
		plan: crypto.SignOnly, level: crypto.SignOnly, tags: crypto.SignOnly,
		views: crypto.DoNothing, notes: crypto.DoNothing, marks: crypto.DoNothing,
	}},
	// So it is known which attributes can be signed, and a projection can have them all.
	"attributes are left alone by default": {Default: crypto.DoNothing, Overrides: map[string]crypto.Action{
		partitionKey: crypto.SignOnly, sortKey: crypto.SignOnly, plan: crypto.SignOnly, level: crypto.SignOnly, tags: crypto.SignOnly,
		email: crypto.EncryptAndSign, address: crypto.EncryptAndSign, phone: crypto.EncryptAndSign,
	}},
}

// protected are the attributes that all [Actions] sign.
var protected = []string{partitionKey, sortKey, plan, level, tags, email, address, phone}

// Names of the indexes.
const (
	byPlan     = "by-plan"      // global, all attributes
	keysByPlan = "keys-by-plan" // global, only keys
	byLevel    = "by-level"     // local, all attributes
	keysByLvl  = "keys-by-level"
)

// Declare is how a table is declared to an encrypting client.
func Declare(name string, actions crypto.Actions) client.Table {
	return client.Table{
		Name: name, PartitionKey: partitionKey, SortKey: sortKey, Actions: actions,
		Indexes: []client.Index{
			{Name: byPlan, Keys: []string{plan, sortKey}},
			{Name: keysByPlan, Keys: []string{plan, sortKey}, Projection: types.ProjectionTypeKeysOnly},
			{Name: byLevel, Keys: []string{partitionKey, level}, Local: true},
			{Name: keysByLvl, Keys: []string{partitionKey, level}, Local: true, Projection: types.ProjectionTypeKeysOnly},
		},
	}
}

// CreateTable creates a table for [Pair.Run]. Its errors are those of db.
func CreateTable(ctx context.Context, db *dynamodb.Client, name string) (Table, error) {
	attribute := func(name string, kind types.ScalarAttributeType) types.AttributeDefinition {
		return types.AttributeDefinition{AttributeName: &name, AttributeType: kind}
	}
	keys := func(partition, sort string) []types.KeySchemaElement {
		return []types.KeySchemaElement{{AttributeName: &partition, KeyType: types.KeyTypeHash}, {AttributeName: &sort, KeyType: types.KeyTypeRange}}
	}
	all, keysOnly := &types.Projection{ProjectionType: types.ProjectionTypeAll}, &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly}
	out, err := db.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: &name, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{attribute(partitionKey, "S"), attribute(sortKey, "N"), attribute(plan, "S"), attribute(level, "N")},
		KeySchema:            keys(partitionKey, sortKey),
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{
			{IndexName: aws.String(byPlan), KeySchema: keys(plan, sortKey), Projection: all},
			{IndexName: aws.String(keysByPlan), KeySchema: keys(plan, sortKey), Projection: keysOnly},
		},
		LocalSecondaryIndexes: []types.LocalSecondaryIndex{
			{IndexName: aws.String(byLevel), KeySchema: keys(partitionKey, level), Projection: all},
			{IndexName: aws.String(keysByLvl), KeySchema: keys(partitionKey, level), Projection: keysOnly},
		},
	})
	if err != nil {
		return Table{}, fmt.Errorf("sequence: create table %q: %w", name, err)
	}
	return Table{Name: name, ARN: aws.ToString(out.TableDescription.TableArn)}, nil
}
