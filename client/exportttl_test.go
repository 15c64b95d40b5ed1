package client_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// export asks for an export of a table, given by its ARN.
func export(t *testing.T, db api, table string, filter *types.FilterSpecification) error {
	t.Helper()
	named := arn(table)
	_, err := ask(t, db.ExportTableToPointInTime, &dynamodb.ExportTableToPointInTimeInput{TableArn: &named, S3Bucket: aws.String("bucket"), FilterSpecification: filter})
	return err
}

// expire sets the attribute by which the items of a table expire.
func expire(t *testing.T, db api, table, attribute string, enabled bool) error {
	t.Helper()
	_, err := ask(t, db.UpdateTimeToLive, &dynamodb.UpdateTimeToLiveInput{TableName: &table,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: &attribute, Enabled: &enabled}})
	return err
}

// requirePassed checks that one request was sent as it was asked for: the store may
// not know the operation.
func (w *world) requirePassed(t *testing.T, err error, op string) {
	t.Helper()
	var refused *client.RefusedError
	require.False(t, errors.As(err, &refused), "%v", err)
	require.Equal(t, []string{op}, w.tap.Operations())
	require.Zero(t, w.provider.calls.Load())
}

func init() {
	suite["an export with a filter that cannot be honoured is refused"] = func(t *testing.T, w *world) {
		byARN := w.declared()
		byARN.Name = arn(w.table)
		for name, tc := range map[string]struct {
			filter               types.FilterSpecification
			parameter, attribute string
		}{
			"a filter on an encrypted attribute": {types.FilterSpecification{FilterExpression: aws.String("email = :e"),
				ExpressionAttributeValues: crypto.Item{":e": str("alice@example.com")}}, "FilterExpression", "email"},
			"a filter on an encrypted attribute by a placeholder": {types.FilterSpecification{FilterExpression: aws.String("begins_with(#e, :e)"),
				ExpressionAttributeNames: map[string]string{"#e": "email"}, ExpressionAttributeValues: crypto.Item{":e": str("alice@example.com")}}, "FilterExpression", "email"},
			"a filter on a reserved attribute": {types.FilterSpecification{FilterExpression: aws.String("size(#s) > :zero"),
				ExpressionAttributeNames: map[string]string{"#s": crypto.DefaultSignatureAttribute}, ExpressionAttributeValues: crypto.Item{":zero": num(0)}}, "FilterExpression", crypto.DefaultSignatureAttribute},
			"a filter that cannot be parsed": {types.FilterSpecification{FilterExpression: aws.String("(((")}, "FilterExpression", ""},
			"a key condition on an encrypted attribute": {types.FilterSpecification{KeyConditionExpression: aws.String("email = :e"),
				ExpressionAttributeValues: crypto.Item{":e": str("alice@example.com")}}, "KeyConditionExpression", "email"},
			"a projection": {types.FilterSpecification{ProjectionExpression: aws.String("id, created, plan")}, "ProjectionExpression", ""},
			"a value that nothing uses": {types.FilterSpecification{FilterExpression: aws.String("attribute_exists(email)"),
				ExpressionAttributeValues: crypto.Item{":e": str("alice@example.com")}}, "ExpressionAttributeValues", ""},
		} {
			t.Run(name, func(t *testing.T) {
				for _, db := range []api{w.users(), w.open(client.Tables(byARN))} {
					refused := w.requireRefused(t, export(t, db, w.table, &tc.filter), "ExportTableToPointInTime", "FilterSpecification."+tc.parameter, tc.attribute)
					require.Equal(t, w.table, refused.Table)
					requireNoValues(t, refused, "alice@example.com")
				}
			})
		}
		filtered := &types.FilterSpecification{FilterExpression: aws.String("email = :e"), ExpressionAttributeValues: crypto.Item{":e": str("alice@example.com")}}
		w.requireRefused(t, export(t, w.users(), "elsewhere", filtered), "ExportTableToPointInTime", "TableArn", "")
	}

	suite["an export with a filter on what DynamoDB can read passes as it is"] = func(t *testing.T, w *world) {
		for name, tc := range map[string]struct {
			filter types.FilterSpecification
			sent   map[string]any
		}{
			"a signed attribute": {types.FilterSpecification{FilterExpression: aws.String("#p = :p AND #v > :v"), ExpressionAttributeNames: map[string]string{"#p": "plan", "#v": "views"},
				ExpressionAttributeValues: crypto.Item{":p": str("free"), ":v": num(1)}},
				map[string]any{"FilterExpression": "#p = :p AND #v > :v", "ExpressionAttributeNames": map[string]any{"#p": "plan", "#v": "views"},
					"ExpressionAttributeValues": map[string]any{":p": map[string]any{"S": "free"}, ":v": map[string]any{"N": "1"}}}},
			"the existence of an encrypted attribute": {types.FilterSpecification{FilterExpression: aws.String("attribute_exists(email)")},
				map[string]any{"FilterExpression": "attribute_exists(email)"}},
			"a key": {types.FilterSpecification{KeyConditionExpression: aws.String("id = :i"), ExpressionAttributeValues: crypto.Item{":i": str("alice")}},
				map[string]any{"KeyConditionExpression": "id = :i", "ExpressionAttributeValues": map[string]any{":i": map[string]any{"S": "alice"}}}},
		} {
			t.Run(name, func(t *testing.T) {
				w.reset()
				w.requirePassed(t, export(t, w.users(), w.table, &tc.filter), "ExportTableToPointInTime")
				require.Equal(t, tc.sent, w.sent(t, "FilterSpecification"))
				require.Equal(t, arn(w.table), w.sent(t, "TableArn"))
			})
		}
	}

	suite["an export of everything passes for any table, and with any filter for tables without protection"] = func(t *testing.T, w *world) {
		db, other, nothing := w.mixed(t)
		for _, table := range []string{w.table, other, nothing} {
			w.reset()
			w.requirePassed(t, export(t, db, table, nil), "ExportTableToPointInTime")
		}
		w.reset()
		w.requirePassed(t, export(t, w.users(), "elsewhere", nil), "ExportTableToPointInTime")
		for _, table := range []string{other, nothing} {
			w.reset()
			w.requirePassed(t, export(t, db, table, &types.FilterSpecification{FilterExpression: aws.String("email = :e"), ProjectionExpression: aws.String("id"),
				ExpressionAttributeValues: crypto.Item{":e": str("alice@example.com")}}), "ExportTableToPointInTime")
			require.Equal(t, "email = :e", w.sent(t, "FilterSpecification", "FilterExpression"))
		}
	}

	suite["items cannot expire by an encrypted attribute"] = func(t *testing.T, w *world) {
		undescribed := w.declared()
		undescribed.PartitionKey, undescribed.SortKey, undescribed.Indexes = "", "", nil
		for name, db := range map[string]api{"declared": w.users(), "declared without keys": w.open(client.Tables(undescribed)), "discovered": w.discovering()} {
			for _, named := range []string{w.table, arn(w.table)} {
				t.Run(name, func(t *testing.T) {
					refused := w.requireRefused(t, expire(t, db, named, "email", true), "UpdateTimeToLive", "TimeToLiveSpecification.AttributeName", "email")
					require.Equal(t, w.table, refused.Table)
				})
			}
		}
		w.requireRefused(t, expire(t, w.users(), "", "email", true), "UpdateTimeToLive", "TableName", "")
	}

	suite["items may expire by an attribute that DynamoDB can read, or no longer by any"] = func(t *testing.T, w *world) {
		db, other, nothing := w.mixed(t)
		for name, tc := range map[string]struct {
			db               api
			table, attribute string
			enabled          bool
		}{
			"by a signed attribute":                 {db, w.table, "level", true},
			"by an unprotected attribute":           {db, w.table, "views", true},
			"by a key":                              {db, w.table, "created", true},
			"no longer by an encrypted attribute":   {db, w.table, "email", false},
			"in a table that passes":                {db, other, "email", true},
			"in a table with nothing to do":         {db, nothing, "email", true},
			"in a table that is not declared":       {w.users(), other, "email", true},
			"no longer in one that is not declared": {w.users(), other, "email", false},
		} {
			t.Run(name, func(t *testing.T) {
				w.reset()
				w.requirePassed(t, expire(t, tc.db, tc.table, tc.attribute, tc.enabled), "UpdateTimeToLive")
				require.Equal(t, map[string]any{"AttributeName": tc.attribute, "Enabled": tc.enabled}, w.sent(t, "TimeToLiveSpecification"))
			})
		}
	}

	suite["the tokens that the SDK adds are not written into the caller's requests"] = func(t *testing.T, w *world) {
		db, other, _ := w.mixed(t)
		for op, tc := range map[string]struct {
			token string
			send  func() error // asks, which compares the request
		}{
			"StartBulkPutItems":        {"ClientToken", func() error { return unprotectable["StartBulkPutItems"].send(t, db, other) }},
			"ImportTable":              {"ClientToken", func() error { return unprotectable["ImportTable"].send(t, db, other) }},
			"ExportTableToPointInTime": {"ClientToken", func() error { return export(t, db, w.table, nil) }},
			"ExecuteTransaction": {"ClientRequestToken", func() error {
				_, err := ask(t, db.ExecuteTransaction, &dynamodb.ExecuteTransactionInput{TransactStatements: []types.ParameterizedStatement{
					{Statement: aws.String(`SELECT * FROM "` + other + `" WHERE id = 'alice' AND created = 1`)}}})
				return err
			}},
			"TransactWriteItems": {"ClientRequestToken", func() error {
				_, err := ask(t, db.TransactWriteItems, transactWrite(putOf(other, user("alice", 1))))
				return err
			}},
		} {
			t.Run(op, func(t *testing.T) {
				w.reset()
				w.requirePassed(t, tc.send(), op)
				require.NotEmpty(t, w.sent(t, tc.token), "there is a token to begin with")
			})
		}
	}
}
