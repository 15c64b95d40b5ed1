package client_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

func init() {
	suite["Query and Scan return a whole page decrypted and in order"] = func(t *testing.T, w *world) {
		want := w.putAlices(t, 7)
		for op, look := range lookups {
			w.reset()
			got, err := look(t, w.users(), lookup{table: w.table})
			require.NoError(t, err)
			require.Equal(t, &lookedUp{Items: want, Count: 7, ScannedCount: 7}, got)
			require.EqualValues(t, 7, w.provider.calls.Load())
			w.requireSentAsPlain(t, op, lookup{table: w.table})
			w.requireNoPlaintext(t, "@example.com", "Delft")
		}
	}

	suite["Unlike in the DB-ESDK, the ARN of a table is the table: its items are decrypted and its rules hold"] = func(t *testing.T, w *world) {
		want := w.putAlices(t, 2)
		for _, declared := range []string{w.table, arn(w.table)} {
			table := users(declared)
			db := w.open(client.Tables(table))
			for op := range lookups {
				w.requireLookups(t, db, lookup{table: arn(w.table)}, want)
				w.requireLookups(t, db, lookup{table: w.table}, want)
				w.reset()
				_, err := lookups[op](t, db, lookup{table: arn(w.table)})
				require.NoError(t, err)
				require.Equal(t, arn(w.table), w.sent(t, "TableName"))
			}
			w.requireLookupsRefused(t, db, lookup{table: arn(w.table), filter: "email = :secret"}, "FilterExpression", "email")
		}
	}

	suite["Unlike in Python, Select COUNT does not crash, and no key is asked for"] = func(t *testing.T, w *world) {
		w.putAlices(t, 5)
		w.tamper(t, key("alice", 2)) // what is not returned is not verified
		for op, look := range lookups {
			for filter, want := range map[string]int32{"": 5, "#l < :four": 4, "attribute_exists(email)": 5, "attribute_not_exists(email)": 0} {
				w.reset()
				l := lookup{table: w.table, selects: types.SelectCount, filter: filter}
				got, err := look(t, w.users(), l)
				require.NoError(t, err)
				require.Equal(t, &lookedUp{Count: want, ScannedCount: 5}, got)
				require.Zero(t, w.provider.calls.Load())
				w.requireSentAsPlain(t, op, l)
			}
		}
	}

	suite["Select COUNT goes on from page to page"] = func(t *testing.T, w *world) {
		w.putAlices(t, 5)
		for op, look := range lookups {
			counted, l := int32(0), lookup{table: w.table, selects: types.SelectCount, limit: 2}
			for pages := 1; ; pages++ {
				got, err := look(t, w.users(), l)
				require.NoError(t, err)
				require.Empty(t, got.Items)
				counted += got.Count
				if l.start = got.LastEvaluatedKey; l.start == nil {
					require.Equal(t, 3, pages, op)
					break
				}
			}
			require.EqualValues(t, 5, counted, op)
		}
		require.Zero(t, w.provider.calls.Load())
	}

	suite["Select ALL_ATTRIBUTES is what is returned anyway"] = func(t *testing.T, w *world) {
		want := w.putAlices(t, 3)
		w.requireLookups(t, w.users(), lookup{table: w.table, selects: types.SelectAllAttributes}, want)
		require.Equal(t, "ALL_ATTRIBUTES", w.sent(t, "Select"))
	}

	suite["Select ALL_PROJECTED_ATTRIBUTES without an index is DynamoDB's to refuse"] = func(t *testing.T, w *world) {
		w.putAlices(t, 1)
		for op, look := range lookups {
			_, err := look(t, w.users(), lookup{table: w.table, selects: types.SelectAllProjectedAttributes})
			require.ErrorContains(t, err, "ValidationException", op)
			require.NotErrorIs(t, err, crypto.ErrConfig)
		}
	}

	suite["Select SPECIFIC_ATTRIBUTES stands and falls with its projection"] = func(t *testing.T, w *world) {
		w.requireLookupsRefused(t, w.users(), lookup{table: w.table, selects: types.SelectSpecificAttributes}, "Select", "")
		w.requireLookupsRefused(t, w.users(), lookup{table: w.table, selects: types.SelectSpecificAttributes, projection: "id, email"}, "ProjectionExpression", "")
		db := w.open(client.Tables(loose(w.table)))
		w.put(t, db, user("alice", 1))
		want := chosen([]map[string]types.AttributeValue{user("alice", 1)}, "id", "created", "email", "plan", "level")
		w.requireLookups(t, db, lookup{table: w.table, selects: types.SelectSpecificAttributes, projection: "id, created, email, #p, #l"}, want)
		require.Equal(t, "SPECIFIC_ATTRIBUTES", w.sent(t, "Select"))
	}

	suite["A Select that is not known is refused"] = func(t *testing.T, w *world) {
		for _, selects := range []types.Select{"EVERYTHING", "count", "COUNT "} {
			w.requireLookupsRefused(t, w.users(), lookup{table: w.table, selects: selects}, "Select", "")
		}
	}

	suite["Unlike in the DB-ESDK, projections are checked: they are refused where anything signed may be missing"] = func(t *testing.T, w *world) {
		w.putAlices(t, 1)
		for name, projection := range map[string]string{
			"keys":                                  "id, created",
			"one attribute":                         "email",
			"all attributes that the item has":      "id, created, email, #p, #l, #v, #a",
			"with the signature":                    "id, created, email, #sig, #desc",
			"a part of an attribute":                "#a.#c",
			"an attribute that is not protected":    "#v",
			"an attribute that is not in the table": "surname",
		} {
			t.Run(name, func(t *testing.T) {
				w.requireLookupsRefused(t, w.users(), lookup{table: w.table, projection: projection}, "ProjectionExpression", "")
			})
		}
		db := w.open(client.Tables(loose(w.table)))
		for name, projection := range map[string]string{
			"without an attribute that is encrypted": "id, created, #p, #l",
			"without an attribute that is signed":    "id, created, email, #p",
			"without a key":                          "id, email, #p, #l",
			"with a part of what is signed":          "id, created, email[0], #p, #l",
		} {
			t.Run(name, func(t *testing.T) {
				w.requireLookupsRefused(t, db, lookup{table: w.table, projection: projection}, "ProjectionExpression", "")
			})
		}
		for name, projection := range map[string]string{"nothing": "", "half": "id,", "undefined": "id, #undefined"} {
			t.Run(name, func(t *testing.T) {
				w.reset()
				in := aliceQuery(w.table)
				in.ProjectionExpression = &projection
				_, err := ask(t, w.users().Query, in)
				w.requireRefused(t, err, "Query", "ProjectionExpression", "")
				_, err = ask(t, w.users().Scan, &dynamodb.ScanInput{TableName: &w.table, ProjectionExpression: &projection})
				w.requireRefused(t, err, "Scan", "ProjectionExpression", "")
			})
		}
	}

	suite["A projection may leave out what is not signed"] = func(t *testing.T, w *world) {
		db := w.open(client.Tables(loose(w.table)))
		item := user("alice", 1)
		w.put(t, db, item)
		signed := chosen([]map[string]types.AttributeValue{item}, "id", "created", "email", "plan", "level")[0]
		with := func(name string, v types.AttributeValue) map[string]types.AttributeValue {
			part := deepCopy(signed)
			part[name] = v
			return part
		}
		for projection, want := range map[string]map[string]types.AttributeValue{
			"id, created, email, #p, #l":                signed,
			"#l, #p, #e, #r, #i":                        signed,
			"id, created, email, #p, #l, surname":       signed,
			"id, created, email, #p, #l, #sig, #desc":   signed,
			"id, created, email, #ddbcrypt_0, #l, #sig": signed,
			"id, created, email, #p, #l, #v":            with("views", num(0)),
			"id, created, email, #p, #l, #a.#c":         with("address", &types.AttributeValueMemberM{Value: crypto.Item{"city": str("Delft")}}),
		} {
			t.Run(projection, func(t *testing.T) {
				w.requireLookups(t, db, lookup{table: w.table, projection: projection}, []map[string]types.AttributeValue{want})
			})
		}
		w.tamper(t, key("alice", 1))
		for op, look := range lookups {
			_, err := look(t, db, lookup{table: w.table, projection: "id, created, email, #p, #l"})
			requireItemError(t, err, crypto.ErrSignature, op, w.table, "Items[0]", key("alice", 1))
		}
	}

	suite["LastEvaluatedKey and ExclusiveStartKey stay as they are, to the end"] = func(t *testing.T, w *world) {
		want := w.putAlices(t, 5)
		for op, look := range lookups {
			for _, limit := range []int32{1, 2, 3, 5, 6} {
				var got []map[string]types.AttributeValue
				l := lookup{table: w.table, limit: limit}
				for {
					page, err := look(t, w.users(), l)
					require.NoError(t, err)
					require.LessOrEqual(t, len(page.Items), int(limit))
					plain, err := look(t, dynamodb.New(w.options), l)
					require.NoError(t, err)
					require.Equal(t, plain.LastEvaluatedKey, page.LastEvaluatedKey)
					require.Equal(t, plain.Count, page.Count)
					sent := w.bodies(op)
					require.JSONEq(t, sent[len(sent)-1], sent[len(sent)-2])
					got = append(got, page.Items...)
					if l.start = page.LastEvaluatedKey; l.start == nil {
						break
					}
					require.Equal(t, key("alice", len(got)-1), l.start)
				}
				require.Equal(t, want, got, "%s with a limit of %d", op, limit)
			}
		}
	}

	suite["Query returns the last items first if it is asked to"] = func(t *testing.T, w *world) {
		items := w.putAlices(t, 4)
		in := aliceQuery(w.table)
		in.ScanIndexForward, in.Limit, in.ConsistentRead, in.ReturnConsumedCapacity = aws.Bool(false), aws.Int32(3), aws.Bool(true), types.ReturnConsumedCapacityTotal
		out, err := ask(t, w.users().Query, in)
		require.NoError(t, err)
		require.Equal(t, []map[string]types.AttributeValue{items[3], items[2], items[1]}, out.Items)
		require.Equal(t, key("alice", 1), out.LastEvaluatedKey)
		require.NotNil(t, out.ConsumedCapacity)
		require.Equal(t, true, w.sent(t, "ConsistentRead"))
		in.ExclusiveStartKey = out.LastEvaluatedKey
		out, err = ask(t, w.users().Query, in)
		require.NoError(t, err)
		require.Equal(t, items[:1], out.Items)
		require.Nil(t, out.LastEvaluatedKey)
	}

	suite["Key conditions on both keys are sent as they are"] = func(t *testing.T, w *world) {
		items := w.putAlices(t, 5)
		for condition, want := range map[string][]map[string]types.AttributeValue{
			"id = :alice AND created = :one":                 items[1:2],
			"#i = :alice AND #r > :one":                      items[2:],
			"created BETWEEN :zero AND :one AND id = :alice": items[:2],
			"(id = :alice) AND (created <= :one)":            items[:2],
		} {
			w.reset()
			e := textOf(condition)
			out, err := ask(t, w.users().Query, &dynamodb.QueryInput{TableName: &w.table, KeyConditionExpression: &condition, ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values})
			require.NoError(t, err, condition)
			require.Equal(t, want, out.Items, condition)
			require.Equal(t, condition, w.sent(t, "KeyConditionExpression"))
		}
	}

	suite["Filters on attributes that are not encrypted choose"] = func(t *testing.T, w *world) {
		items := w.putAlices(t, 5)
		for filter, want := range map[string][]map[string]types.AttributeValue{
			"#l >= :four":                      items[4:],
			"#l BETWEEN :zero AND :one":        items[:2],
			"#v = :zero":                       items[:1],
			"NOT #v = :zero AND #l < :four":    items[1:4],
			"#v > #l AND begins_with(#p, :fr)": items[1:],
			"attribute_exists(email) AND attribute_not_exists(surname)": items,
			"#l IN (:zero, :four)": {items[0], items[4]},
			"#p = :gold":           nil,
		} {
			for op, look := range lookups {
				w.reset()
				l := lookup{table: w.table, filter: filter}
				got, err := look(t, w.users(), l)
				require.NoError(t, err, filter)
				require.ElementsMatch(t, want, got.Items, filter)
				require.EqualValues(t, len(want), got.Count)
				require.EqualValues(t, 5, got.ScannedCount)
				require.EqualValues(t, len(want), w.provider.calls.Load(), "only what is returned is decrypted")
				w.requireSentAsPlain(t, op, l)
			}
		}
	}

	suite["Unlike in Python, a filter on an encrypted attribute is refused and does not silently match nothing"] = func(t *testing.T, w *world) {
		w.putAlices(t, 1)
		for _, filter := range []string{
			"email = :secret", "#e <> :secret", "begins_with(email, :alice)", "contains(#e, :alice)", "size(email) > :four",
			"attribute_type(email, :S)", "email IN (:secret)", "email BETWEEN :alice AND :secret", "NOT email = :secret", "#p = :free OR email = :secret",
		} {
			for _, selects := range []types.Select{"", types.SelectCount} {
				w.requireLookupsRefused(t, w.users(), lookup{table: w.table, filter: filter, selects: selects}, "FilterExpression", "email")
			}
		}
		w.requireLookupsRefused(t, w.users(), lookup{table: w.table, filter: "#a.#c = :city"}, "FilterExpression", "address")
		w.requireLookupsRefused(t, w.users(), lookup{table: w.table, filter: "#sig = :city"}, "FilterExpression", crypto.DefaultSignatureAttribute)
	}

	suite["Nothing is found where there is nothing"] = func(t *testing.T, w *world) {
		for _, index := range []string{"", "all", "local"} {
			for op, look := range lookups {
				w.reset()
				got, err := look(t, w.users(), lookup{table: w.table, index: index})
				require.NoError(t, err)
				require.Empty(t, got.Items)
				require.Zero(t, got.Count)
				require.Zero(t, got.ScannedCount)
				require.Nil(t, got.LastEvaluatedKey)
				require.Equal(t, []string{op}, w.tap.Operations())
			}
		}
		require.Zero(t, w.provider.calls.Load())
	}

	suite["A plaintext item fails the whole read, with its key"] = func(t *testing.T, w *world) {
		w.putAlices(t, 3)
		w.plant(t, user("alice", 1))
		for op, look := range lookups {
			for _, index := range []string{"", "all", "local"} {
				_, err := look(t, w.users(), lookup{table: w.table, index: index})
				failed := requireItemError(t, err, crypto.ErrNotEncrypted, op, w.table, "Items[1]", key("alice", 1))
				require.False(t, failed.Applied)
				require.Nil(t, failed.Output)
			}
		}
	}

	suite["A changed item fails the whole read, with its key"] = func(t *testing.T, w *world) {
		w.putAlices(t, 3)
		w.tamper(t, key("alice", 2))
		for op, look := range lookups {
			_, err := look(t, w.users(), lookup{table: w.table})
			requireItemError(t, err, crypto.ErrSignature, op, w.table, "Items[2]", key("alice", 2))
			got, err := look(t, w.users(), lookup{table: w.table, limit: 2})
			require.NoError(t, err, "pages without it can be read")
			require.Len(t, got.Items, 2)
		}
	}

	suite["An error of DynamoDB stays what it is"] = func(t *testing.T, w *world) {
		w.putAlices(t, 1)
		for op, look := range lookups {
			w.tap.Inject(op, wiretap.Always(wiretap.Fault{Code: "ProvisionedThroughputExceededException"}))
			_, err := look(t, w.users(), lookup{table: w.table})
			var throttled *types.ProvisionedThroughputExceededException
			require.ErrorAs(t, err, &throttled)
			require.NotErrorIs(t, err, crypto.ErrConfig)
		}
		require.Zero(t, w.provider.calls.Load())
	}

	suite["KeyConditions find items on tables and indexes"] = func(t *testing.T, w *world) {
		items := w.putAlices(t, 4)
		is := func(operator types.ComparisonOperator, values ...types.AttributeValue) types.Condition {
			return types.Condition{ComparisonOperator: operator, AttributeValueList: values}
		}
		for name, test := range map[string]struct {
			index      string
			conditions map[string]types.Condition
			want       []map[string]types.AttributeValue
		}{
			"the partition key": {"", map[string]types.Condition{"id": is("EQ", str("alice"))}, items},
			"both keys":         {"", map[string]types.Condition{"id": is("EQ", str("alice")), "created": is("BETWEEN", num(1), num(2))}, items[1:3]},
			"a global index":    {"all", map[string]types.Condition{"plan": is("EQ", str("free")), "created": is("GE", num(2))}, items[2:]},
			"a local index":     {"local", map[string]types.Condition{"id": is("EQ", str("alice")), "level": is("LT", num(1))}, items[:1]},
		} {
			t.Run(name, func(t *testing.T) {
				w.reset()
				out, err := ask(t, w.users().Query, &dynamodb.QueryInput{TableName: &w.table, IndexName: optional(test.index), KeyConditions: test.conditions})
				require.NoError(t, err)
				require.Equal(t, test.want, out.Items)
				require.Contains(t, sentMembers(t, w.bodies("Query")[0]), "KeyConditions")
				w.requireNoPlaintext(t, "@example.com", "Delft")
			})
		}
	}

	suite["KeyConditions on what DynamoDB cannot see are refused"] = func(t *testing.T, w *world) {
		for _, attribute := range []string{"email", "address", "surname", crypto.DefaultSignatureAttribute, crypto.DefaultDescriptionAttribute} {
			for _, operator := range []types.ComparisonOperator{"EQ", "BEGINS_WITH", "NOT_NULL"} {
				_, err := ask(t, w.users().Query, &dynamodb.QueryInput{TableName: &w.table, KeyConditions: map[string]types.Condition{
					"id":      {ComparisonOperator: "EQ", AttributeValueList: []types.AttributeValue{str("alice")}},
					attribute: {ComparisonOperator: operator, AttributeValueList: []types.AttributeValue{str("alice@example.com")}}}})
				refused := w.requireRefused(t, err, "Query", "KeyConditions", attribute)
				require.Equal(t, w.table, refused.Table)
				requireNoValues(t, err, "alice@example.com")
			}
		}
	}

	suite["Legacy parameters of Query are refused in one error"] = func(t *testing.T, w *world) {
		filter := map[string]types.Condition{"plan": {ComparisonOperator: "EQ", AttributeValueList: []types.AttributeValue{str("gold")}}}
		for parameters, change := range map[string]func(*dynamodb.QueryInput){
			"AttributesToGet":     func(in *dynamodb.QueryInput) { in.AttributesToGet = []string{"id"} },
			"QueryFilter":         func(in *dynamodb.QueryInput) { in.QueryFilter = filter },
			"ConditionalOperator": func(in *dynamodb.QueryInput) { in.ConditionalOperator = types.ConditionalOperatorOr },
			"AttributesToGet, QueryFilter, ConditionalOperator": func(in *dynamodb.QueryInput) {
				in.AttributesToGet, in.QueryFilter, in.ConditionalOperator = []string{"id"}, filter, types.ConditionalOperatorAnd
			},
		} {
			in := aliceQuery(w.table)
			change(in)
			_, err := ask(t, w.users().Query, in)
			w.requireRefused(t, err, "Query", parameters, "")
			requireNoValues(t, err, "gold")
		}

		_, err := ask(t, w.users().Query, &dynamodb.QueryInput{TableName: &w.table, AttributesToGet: []string{"id"}, QueryFilter: filter,
			ConditionalOperator: types.ConditionalOperatorOr, KeyConditions: keyConditions("id", "alice")})
		var refused *client.RefusedError
		require.ErrorAs(t, err, &refused)
		require.ElementsMatch(t, []string{"AttributesToGet", "QueryFilter", "ConditionalOperator", "KeyConditions"}, strings.Split(refused.Parameter, ", "))
		w.requireRefused(t, err, "Query", refused.Parameter, "")
	}
}
