package client_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

func init() {
	suite["Scan in parallel segments returns every item once, in the order of each segment"] = func(t *testing.T, w *world) {
		db := w.users()
		var want []map[string]types.AttributeValue
		for i := range 12 {
			want = append(want, user(fmt.Sprint("user", i), i))
			w.put(t, db, want[i])
		}
		w.reset()
		const segments = 3
		var got []map[string]types.AttributeValue
		for segment := range int32(segments) {
			in := &dynamodb.ScanInput{TableName: &w.table, Segment: &segment, TotalSegments: aws.Int32(segments), Limit: aws.Int32(2)}
			for {
				out, err := ask(t, db.Scan, in)
				require.NoError(t, err)
				require.EqualValues(t, segment, w.sent(t, "Segment"))
				require.EqualValues(t, segments, w.sent(t, "TotalSegments"))
				plain, err := w.plain.Scan(t.Context(), in)
				require.NoError(t, err)
				require.Equal(t, plain.LastEvaluatedKey, out.LastEvaluatedKey)
				require.Equal(t, chosen(plain.Items, "id", "created"), chosen(out.Items, "id", "created"))
				got = append(got, out.Items...)
				if in.ExclusiveStartKey = out.LastEvaluatedKey; in.ExclusiveStartKey == nil {
					break
				}
			}
		}
		require.ElementsMatch(t, want, got)
	}

	suite["Scan reads consistently, and tells the capacity, if it is asked to"] = func(t *testing.T, w *world) {
		want := w.putAlices(t, 2)
		out, err := ask(t, w.users().Scan, &dynamodb.ScanInput{TableName: &w.table, ConsistentRead: aws.Bool(true), ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal})
		require.NoError(t, err)
		require.Equal(t, want, out.Items)
		require.NotNil(t, out.ConsumedCapacity)
		require.Equal(t, true, w.sent(t, "ConsistentRead"))
	}

	suite["Legacy parameters of Scan are refused in one error"] = func(t *testing.T, w *world) {
		filter := map[string]types.Condition{"plan": {ComparisonOperator: "EQ", AttributeValueList: []types.AttributeValue{str("gold")}}}
		for parameters, in := range map[string]*dynamodb.ScanInput{
			"AttributesToGet":     {AttributesToGet: []string{"id"}},
			"ScanFilter":          {ScanFilter: filter},
			"ConditionalOperator": {ConditionalOperator: types.ConditionalOperatorOr},
			"AttributesToGet, ScanFilter, ConditionalOperator": {AttributesToGet: []string{"id"}, ScanFilter: filter, ConditionalOperator: types.ConditionalOperatorAnd},
		} {
			in.TableName = &w.table
			_, err := ask(t, w.users().Scan, in)
			w.requireRefused(t, err, "Scan", parameters, "")
			requireNoValues(t, err, "gold")
		}
	}

	suite["Query and Scan of a table that is not protected are sent and answered as they are"] = func(t *testing.T, w *world) {
		db, other, nothing := w.mixed(t)
		for _, table := range []string{other, nothing} {
			w.plantIn(t, table, user("alice", 1))
			for op, look := range lookups {
				for _, l := range []lookup{
					{table: table}, {table: table, projection: "email"}, {table: table, filter: "email = :secret"},
					{table: table, index: "keys"}, {table: table, index: "local"}, {table: table, selects: types.SelectCount},
				} {
					w.reset()
					got, err := look(t, db, l)
					require.NoError(t, err)
					plain, err := look(t, dynamodb.New(w.options), l)
					require.NoError(t, err)
					require.Equal(t, plain, got)
					sent := w.bodies(op)
					require.Len(t, sent, 2)
					require.JSONEq(t, sent[1], sent[0])
				}
			}
		}
		require.Zero(t, w.provider.calls.Load())
	}

	suite["Items that were stored under another table name do not verify"] = func(t *testing.T, w *world) {
		w.putAlices(t, 1)
		other := w.newTable(t)
		w.plantIn(t, other, w.stored(t, key("alice", 0)))
		db := w.open(client.Tables(users(other)))
		renamed := users(other)
		renamed.SignedAs = w.table
		for op, look := range lookups {
			_, err := look(t, db, lookup{table: other})
			requireItemError(t, err, crypto.ErrSignature, op, other, "Items[0]", key("alice", 0))
			got, err := look(t, w.open(client.Tables(renamed)), lookup{table: other})
			require.NoError(t, err)
			require.Equal(t, alices(1), got.Items)
		}
	}
}
