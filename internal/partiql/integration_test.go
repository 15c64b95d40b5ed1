//go:build integration

package partiql_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/dynamodblocal"
	"github.com/ddbcrypt/ddbcrypt/internal/partiql"
)

// tables are the names that the statements of the tests use. One is that of
// another's index, joined with a dot, and the name of one is in mixed case.
var tables = []string{"users", "Music", "users.byMail", "select", "my-table_2"}

// item is what each table holds: every text but the key tells the table.
func item(table string) map[string]types.AttributeValue {
	owner := &types.AttributeValueMemberS{Value: table}
	return map[string]types.AttributeValue{
		"id": &types.AttributeValueMemberS{Value: "1"}, "mail": owner, "from": owner, " FROM Music": owner, `a"b`: owner, "it's": owner, `\`: owner,
		"doc":     &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"mail": owner, "from": owner}},
		"entries": &types.AttributeValueMemberL{Value: []types.AttributeValue{owner}},
	}
}

// server is a DynamoDB with the tables.
type server struct{ *dynamodb.Client }

func start(t *testing.T) server {
	s := server{dynamodblocal.Start(t)}
	for _, table := range tables {
		_, err := s.CreateTable(t.Context(), &dynamodb.CreateTableInput{
			TableName: &table, BillingMode: types.BillingModePayPerRequest,
			AttributeDefinitions: []types.AttributeDefinition{
				{AttributeName: aws.String("id"), AttributeType: types.ScalarAttributeTypeS},
				{AttributeName: aws.String("mail"), AttributeType: types.ScalarAttributeTypeS},
			},
			KeySchema: []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}},
			GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
				IndexName:  aws.String("byMail"),
				KeySchema:  []types.KeySchemaElement{{AttributeName: aws.String("mail"), KeyType: types.KeyTypeHash}},
				Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
			}},
		})
		require.NoError(t, err)
		t.Cleanup(func() {
			_, _ = s.DeleteTable(context.WithoutCancel(t.Context()), &dynamodb.DeleteTableInput{TableName: &table})
		})
		s.refill(t, table)
	}
	return s
}

// refill gives a table its one item and no other.
func (s server) refill(t *testing.T, table string) {
	for _, old := range s.items(t, table) {
		_, err := s.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
			TableName: &table, Key: map[string]types.AttributeValue{"id": old["id"]},
		})
		require.NoError(t, err)
	}
	_, err := s.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item(table)})
	require.NoError(t, err)
}

func (s server) items(t *testing.T, table string) []map[string]types.AttributeValue {
	out, err := s.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table})
	require.NoError(t, err)
	return out.Items
}

// run executes a statement and returns the tables that it read an item of or
// changed, and whether DynamoDB accepted it.
func (s server) run(t *testing.T, statement string) (touched []string, err error) {
	out, err := s.ExecuteStatement(t.Context(), &dynamodb.ExecuteStatementInput{Statement: &statement})
	for _, table := range tables {
		owned := out != nil && slices.ContainsFunc(out.Items, func(item map[string]types.AttributeValue) bool {
			return tells(&types.AttributeValueMemberM{Value: item}, table)
		})
		now := s.items(t, table)
		changed := len(now) != 1 || !assert.ObjectsAreEqual(item(table), now[0])
		if changed {
			s.refill(t, table)
		}
		if owned || changed {
			touched = append(touched, table)
		}
	}
	return touched, err
}

// tells reports whether a value holds the table's name.
func tells(value types.AttributeValue, table string) bool {
	switch v := value.(type) {
	case *types.AttributeValueMemberS:
		return v.Value == table
	case *types.AttributeValueMemberL:
		return slices.ContainsFunc(v.Value, func(value types.AttributeValue) bool { return tells(value, table) })
	case *types.AttributeValueMemberM:
		for _, value := range v.Value {
			if tells(value, table) {
				return true
			}
		}
	}
	return false
}

func TestCertainStatementTouchesItsTableInDynamoDB(t *testing.T) {
	s := start(t)
	for _, test := range certain {
		t.Run(test.statement, func(t *testing.T) {
			touched, err := s.run(t, test.statement)
			require.NoError(t, err)
			assert.Equal(t, []string{test.table}, touched)
		})
	}
}

func TestCaseOfATableNameCountsInDynamoDB(t *testing.T) {
	s := start(t)
	for _, name := range []string{`music`, `MUSIC`, `Users`, `"music"`, `"Users"`} {
		t.Run(name, func(t *testing.T) {
			_, err := s.run(t, "SELECT * FROM "+name)
			var missing *types.ResourceNotFoundException
			assert.ErrorAs(t, err, &missing)
		})
	}
}

// The statements are certain and doubtful ones with pieces removed, added and
// exchanged. Whatever DynamoDB makes of them, it touches no other table than
// the one that is named.
func TestChangedStatementTouchesNoOtherTableInDynamoDB(t *testing.T) {
	s := start(t)
	var seeds [][]string
	pieces := []string{
		"users", "Music", `"Music"`, "byMail", "FROM", "INTO", "SELECT", "INSERT INTO Music VALUE {'id': 'x'}", "AS", "UPDATE", "DELETE", "SET", "VALUE", "WHERE",
		" FROM Music ", "--", "/*", "*/", "'", `"`, `''`, `""`, `\`, "`", ".", ",", "(", ")", "1", "1e5", "@", "$", "\n", " ", " ", "E", "N", "-", "id = '1'",
	}
	split := regexp.MustCompile(`'[^']*'|"[^"]*"|\w+|\s|.`)
	add := func(statement string) {
		seeds = append(seeds, split.FindAllString(statement, -1))
	}
	for _, test := range certain {
		add(test.statement)
	}
	for _, statements := range doubtful {
		for _, statement := range statements {
			add(statement)
		}
	}
	slices.SortFunc(seeds, slices.Compare) // the map has no order, the test shall have one
	random := rand.New(rand.NewPCG(1, 2))
	executed := 0
	for range 25_000 {
		statement := strings.Join(change(random, seeds[random.IntN(len(seeds))], pieces), "")
		table, err := partiql.Table(statement)
		if err != nil {
			continue
		}
		touched, err := s.run(t, statement)
		if err == nil {
			executed++
		}
		for _, other := range touched {
			require.Equal(t, table, other, "%q", statement)
		}
		var missing *types.ResourceNotFoundException
		require.False(t, errors.As(err, &missing) && slices.Contains(tables, table), "%q", statement)
	}
	assert.Greater(t, executed, 300, "too few of the statements show anything")
	t.Logf("%d statements executed", executed)
}

func change(random *rand.Rand, statement, pieces []string) []string {
	statement = slices.Clone(statement)
	for range 1 + random.IntN(3) {
		at := random.IntN(len(statement) + 1)
		upto := min(len(statement), at+random.IntN(2))
		var added []string
		if random.IntN(4) > 0 {
			added = append(added, pieces[random.IntN(len(pieces))])
		}
		statement = slices.Replace(statement, at, upto, added...)
	}
	return statement
}
