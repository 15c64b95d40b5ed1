package client_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// including makes w.table one with a global index "part" by plan and created, which
// includes these attributes. It returns the index as it is declared.
func (w *world) including(t *testing.T, attributes ...string) client.Index {
	t.Helper()
	_, err := w.plain.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: &w.table})
	require.NoError(t, err)
	attribute := func(name string, kind types.ScalarAttributeType) types.AttributeDefinition {
		return types.AttributeDefinition{AttributeName: &name, AttributeType: kind}
	}
	keys := func(partition string) []types.KeySchemaElement {
		return []types.KeySchemaElement{{AttributeName: &partition, KeyType: "HASH"}, {AttributeName: aws.String("created"), KeyType: "RANGE"}}
	}
	w.table += "-including"
	_, err = w.plain.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: &w.table, BillingMode: types.BillingModePayPerRequest, KeySchema: keys("id"),
		AttributeDefinitions: []types.AttributeDefinition{attribute("id", "S"), attribute("created", "N"), attribute("plan", "S")},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{IndexName: aws.String("part"), KeySchema: keys("plan"),
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeInclude, NonKeyAttributes: attributes}}},
	})
	require.NoError(t, err)
	return client.Index{Name: "part", Keys: []string{"plan", "created"}, Projection: types.ProjectionTypeInclude, Attributes: attributes}
}

// undeclared is w.table without its indexes.
func (w *world) undeclared() client.Table {
	table := w.declared()
	table.Indexes = nil
	return table
}

// everySelect are the values of Select that return items of an index.
var everySelect = []types.Select{"", types.SelectAllAttributes, types.SelectAllProjectedAttributes}

func init() {
	suite["A global index with everything is read like the table"] = func(t *testing.T, w *world) {
		want := w.putAlices(t, 5)
		for _, selects := range everySelect {
			w.requireLookups(t, w.users(), lookup{table: w.table, index: "all", selects: selects}, want)
		}
		for op, look := range lookups {
			w.reset()
			w.requireNoPlaintext(t, "@example.com")
			got, err := look(t, w.users(), lookup{table: w.table, index: "all", filter: "#l > :one", limit: 4})
			require.NoError(t, err)
			require.Equal(t, want[2:4], got.Items)
			require.EqualValues(t, 4, got.ScannedCount)
			require.Equal(t, map[string]types.AttributeValue{"plan": str("free"), "id": str("alice"), "created": num(3)}, got.LastEvaluatedKey)
			w.requireSentAsPlain(t, op, lookup{table: w.table, index: "all", filter: "#l > :one", limit: 4})
			got, err = look(t, w.users(), lookup{table: w.table, index: "all", start: got.LastEvaluatedKey})
			require.NoError(t, err)
			require.Equal(t, want[4:], got.Items)
			require.Nil(t, got.LastEvaluatedKey)
		}
	}

	suite["Projections and filters on an index are checked as on the table"] = func(t *testing.T, w *world) {
		for _, index := range []string{"all", "local"} {
			w.requireLookupsRefused(t, w.users(), lookup{table: w.table, index: index, projection: "id, email"}, "ProjectionExpression", "")
			w.requireLookupsRefused(t, w.users(), lookup{table: w.table, index: index, filter: "email = :secret"}, "FilterExpression", "email")
			w.requireLookupsRefused(t, w.users(), lookup{table: w.table, index: index, selects: "ALL"}, "Select", "")
		}
		_, err := ask(t, w.users().Query, &dynamodb.QueryInput{TableName: &w.table, IndexName: aws.String("all"),
			KeyConditionExpression: aws.String("email = :e"), ExpressionAttributeValues: crypto.Item{":e": str("alice@example.com")}})
		w.requireRefused(t, err, "Query", "KeyConditionExpression", "email")
	}

	suite["Unlike in Python, an index of keys does not end in \"no signature\": it is refused, with the way out"] = func(t *testing.T, w *world) {
		w.putAlices(t, 1)
		for op, look := range lookups {
			for _, selects := range everySelect {
				_, err := look(t, w.users(), lookup{table: w.table, index: "keys", selects: selects})
				refused := w.requireRefused(t, err, op, "IndexName", "")
				require.Equal(t, w.table, refused.Table)
				require.Contains(t, refused.Reason, `"keys"`)
				require.Contains(t, refused.Advice, "client.HydrateIndexes")
			}
		}
	}

	suite["An index that includes some attributes is refused"] = func(t *testing.T, w *world) {
		index := w.including(t, "email", crypto.DefaultSignatureAttribute, crypto.DefaultDescriptionAttribute)
		table := w.undeclared()
		table.Indexes = []client.Index{index}
		for _, selects := range everySelect {
			w.requireLookupsRefused(t, w.open(client.Tables(table)), lookup{table: w.table, index: "part", selects: selects}, "IndexName", "")
		}
	}

	suite["An index that includes the signature and everything signed is read"] = func(t *testing.T, w *world) {
		index := w.including(t, "email", "level", crypto.DefaultSignatureAttribute, crypto.DefaultDescriptionAttribute)
		table := loose(w.table)
		table.Indexes = []client.Index{index}
		db := w.open(client.Tables(table))
		w.put(t, db, user("alice", 1), user("alice", 2))
		want := chosen([]map[string]types.AttributeValue{user("alice", 1), user("alice", 2)}, "id", "created", "plan", "email", "level")
		for _, selects := range []types.Select{"", types.SelectAllProjectedAttributes} {
			w.requireLookups(t, db, lookup{table: w.table, index: "part", selects: selects}, want)
		}
		w.requireLookups(t, db, lookup{table: w.table, index: "part", projection: "id, created, email, #p, #l"}, want)

		for name, without := range map[string]string{"email": "email", "the signature": crypto.DefaultSignatureAttribute, "the description": crypto.DefaultDescriptionAttribute} {
			t.Run("not without "+name, func(t *testing.T) {
				for i, held := range index.Attributes {
					if held == without {
						table.Indexes = []client.Index{{Name: index.Name, Keys: index.Keys, Projection: index.Projection,
							Attributes: append(append([]string{}, index.Attributes[:i]...), index.Attributes[i+1:]...)}}
					}
				}
				w.requireLookupsRefused(t, w.open(client.Tables(table)), lookup{table: w.table, index: "part"}, "IndexName", "")
			})
		}
	}

	suite["Select COUNT passes on every index, and no key is asked for"] = func(t *testing.T, w *world) {
		w.putAlices(t, 5)
		for _, db := range []api{w.users(), w.users(client.HydrateIndexes())} {
			for _, index := range []string{"all", "keys", "local"} {
				for op, look := range lookups {
					w.reset()
					l := lookup{table: w.table, index: index, selects: types.SelectCount}
					got, err := look(t, db, l)
					require.NoError(t, err)
					require.Equal(t, &lookedUp{Count: 5, ScannedCount: 5}, got)
					require.Equal(t, "COUNT", w.sent(t, "Select"), "DynamoDB does not have to read the table")
					w.requireSentAsPlain(t, op, l)
				}
			}
		}
		require.Zero(t, w.provider.calls.Load())
	}

	suite["A local index of keys gives whole items: DynamoDB is asked for all attributes"] = func(t *testing.T, w *world) {
		want := w.putAlices(t, 4)
		for _, db := range []api{w.users(), w.users(client.HydrateIndexes())} {
			for _, selects := range []types.Select{"", types.SelectAllAttributes} {
				w.requireLookups(t, db, lookup{table: w.table, index: "local", selects: selects}, want)
				require.Equal(t, "ALL_ATTRIBUTES", w.sent(t, "Select"))
				require.Nil(t, w.sent(t, "ProjectionExpression"))
			}
		}
		for op, look := range lookups {
			w.reset()
			got, err := look(t, w.users(), lookup{table: w.table, index: "local", filter: "#r > :zero", limit: 3})
			require.NoError(t, err)
			require.Equal(t, want[1:3], got.Items)
			require.EqualValues(t, 3, got.ScannedCount)
			got, err = look(t, w.users(), lookup{table: w.table, index: "local", start: got.LastEvaluatedKey})
			require.NoError(t, err)
			require.Equal(t, want[3:], got.Items)
			require.Equal(t, []string{op, op}, w.tap.Operations())
		}
	}

	suite["A Query's filter on what a local index does not hold is DynamoDB's to refuse"] = func(t *testing.T, w *world) {
		w.putAlices(t, 1)
		_, err := lookups["Query"](t, w.users(), lookup{table: w.table, index: "local", filter: "#v = :zero"})
		require.ErrorContains(t, err, "ValidationException")
		require.NotErrorIs(t, err, crypto.ErrConfig)
		require.Zero(t, w.provider.calls.Load())
	}

	suite["A filter on what a hydrated index does not hold is refused, as it would take attributes for missing"] = func(t *testing.T, w *world) {
		for op, look := range lookups {
			_, err := look(t, w.users(client.HydrateIndexes()), lookup{table: w.table, index: "keys", filter: "#v = :zero"})
			w.requireRefused(t, err, op, "FilterExpression", "views")
		}
	}

	suite["What a local index of keys holds itself is refused"] = func(t *testing.T, w *world) {
		for op, look := range lookups {
			for _, db := range []api{w.users(), w.users(client.HydrateIndexes())} {
				_, err := look(t, db, lookup{table: w.table, index: "local", selects: types.SelectAllProjectedAttributes})
				refused := w.requireRefused(t, err, op, "IndexName", "")
				require.Contains(t, refused.Advice, "leave Select out")
			}
		}
	}

	suite["A local index takes a projection of everything signed, and no Select is added"] = func(t *testing.T, w *world) {
		db := w.open(client.Tables(loose(w.table)))
		w.put(t, db, user("alice", 1))
		want := chosen([]map[string]types.AttributeValue{user("alice", 1)}, "id", "created", "email", "plan", "level")
		w.requireLookups(t, db, lookup{table: w.table, index: "local", projection: "id, created, email, #p, #l"}, want)
		require.Nil(t, w.sent(t, "Select"))
	}

	suite["An index that is not declared is asked of DescribeTable, once"] = func(t *testing.T, w *world) {
		want := w.putAlices(t, 2)
		for _, named := range []string{w.table, arn(w.table)} {
			db := w.open(client.Tables(w.undeclared()))
			w.reset()
			for range 3 {
				for _, index := range []string{"all", "local"} {
					for op, look := range lookups {
						got, err := look(t, db, lookup{table: named, index: index})
						require.NoError(t, err, op)
						require.Equal(t, want, got.Items)
					}
				}
				for op, look := range lookups {
					_, err := look(t, db, lookup{table: named, index: "keys"})
					var refused *client.RefusedError
					require.ErrorAs(t, err, &refused)
					require.Equal(t, []string{op, w.table, "IndexName"}, []string{refused.Op, refused.Table, refused.Parameter})
				}
			}
			require.Equal(t, 1, w.tap.Count("DescribeTable"))
			require.Equal(t, 6, w.tap.Count("Query"), "none for the index of keys")
			require.Equal(t, 6, w.tap.Count("Scan"))
		}
	}

	suite["An index that the table does not have is refused, without asking each time"] = func(t *testing.T, w *world) {
		for name, db := range map[string]api{"of a table that is declared": w.users(), "of a table that is discovered": w.discovering()} {
			w.reset()
			for range 3 {
				for op, look := range lookups {
					for _, selects := range []types.Select{"", types.SelectCount} {
						_, err := look(t, db, lookup{table: w.table, index: "nowhere", selects: selects})
						var refused *client.RefusedError
						require.ErrorAs(t, err, &refused)
						require.ErrorIs(t, err, crypto.ErrConfig)
						require.Equal(t, []string{op, w.table, "IndexName"}, []string{refused.Op, refused.Table, refused.Parameter})
						require.NotEmpty(t, refused.Advice)
					}
				}
			}
			require.Equal(t, []string{"DescribeTable"}, w.tap.Operations(), name)
			require.Zero(t, w.provider.calls.Load())
		}
	}

	suite["An index that is made later through the client is found"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1))
		for op, look := range lookups {
			_, err := look(t, db, lookup{table: w.table, index: "later"})
			require.ErrorIs(t, err, crypto.ErrConfig, op)
		}
		_, err := ask(t, db.UpdateTable, addIndex(w.table, "later", "plan"))
		require.NoError(t, err)
		w.active(t, w.table)
		w.reset()
		for op, look := range lookups {
			got, err := look(t, db, lookup{table: w.table, index: "later"})
			require.NoError(t, err, op)
			require.Equal(t, []map[string]types.AttributeValue{user("alice", 1)}, got.Items)
		}
		require.Equal(t, 1, w.tap.Count("DescribeTable"))
	}

	suite["An index by an attribute that is encrypted is refused by the name of the attribute"] = func(t *testing.T, w *world) {
		table := w.undeclared()
		table.Actions = crypto.Actions{Overrides: map[string]crypto.Action{"level": crypto.SignOnly}}
		db := w.open(client.Tables(table))
		for op, look := range lookups {
			for _, index := range []string{"all", "keys"} {
				for _, selects := range append([]types.Select{types.SelectCount}, everySelect...) {
					l := lookup{table: w.table, index: index, selects: selects}
					if op == "Query" { // whose condition is refused before
						in := aliceQuery(w.table)
						in.IndexName, in.Select = &index, selects
						_, err := ask(t, db.Query, in)
						requireIndexKeyRefused(t, err, op, w.table, "plan")
						_, err = look(t, db, l)
						require.ErrorIs(t, err, crypto.ErrConfig)
						continue
					}
					_, err := look(t, db, l)
					requireIndexKeyRefused(t, err, op, w.table, "plan")
				}
			}
		}
		require.Equal(t, []string{"DescribeTable"}, w.tap.Operations())
		require.Zero(t, w.provider.calls.Load())
	}

	suite["An index that is declared with more than it holds fails by the first item"] = func(t *testing.T, w *world) {
		w.putAlices(t, 2)
		table := w.declared()
		for i := range table.Indexes {
			table.Indexes[i].Projection = types.ProjectionTypeAll
		}
		for op, look := range lookups {
			_, err := look(t, w.open(client.Tables(table), client.WithConcurrency(1)), lookup{table: w.table, index: "keys"})
			requireItemError(t, err, crypto.ErrNotEncrypted, op, w.table, "Items[0]", key("alice", 0))
		}
	}
}

func requireIndexKeyRefused(t *testing.T, err error, op, table, attribute string) {
	t.Helper()
	var refused *client.RefusedError
	require.ErrorAs(t, err, &refused)
	require.ErrorIs(t, err, crypto.ErrConfig)
	require.Equal(t, []string{op, table, "IndexName", attribute}, []string{refused.Op, refused.Table, refused.Parameter, refused.Attribute})
}
