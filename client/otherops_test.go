package client_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// unprotectable are the operations that write or read items in ways that cannot be
// protected.
var unprotectable = map[string]struct {
	parameter string
	send      func(t *testing.T, db api, table string) error
}{
	"SearchVectors": {"TableName", func(t *testing.T, db api, table string) error {
		_, err := ask(t, db.SearchVectors, &dynamodb.SearchVectorsInput{TableName: &table, IndexName: aws.String("vectors"), TopK: aws.Int32(1), SearchVector: []types.AttributeValue{num(1)}})
		return err
	}},
	"StartBulkPutItems": {"TableName", func(t *testing.T, db api, table string) error {
		_, err := ask(t, db.StartBulkPutItems, &dynamodb.StartBulkPutItemsInput{TableName: &table,
			InputS3Configuration: &types.InputS3Configuration{S3Bucket: aws.String("bucket"), InputFormat: "DYNAMODB_JSON"}, OutputS3Configuration: &types.OutputS3Configuration{S3Bucket: aws.String("bucket"), OutputType: []types.OutputTypeEnum{"ERRORS"}}})
		return err
	}},
	"ImportTable": {"TableCreationParameters.TableName", func(t *testing.T, db api, table string) error {
		_, err := ask(t, db.ImportTable, &dynamodb.ImportTableInput{InputFormat: types.InputFormatDynamodbJson, S3BucketSource: &types.S3BucketSource{S3Bucket: aws.String("bucket")},
			TableCreationParameters: &types.TableCreationParameters{TableName: &table, KeySchema: []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: "HASH"}},
				AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: "S"}}}})
		return err
	}},
}

func init() {
	suite["SearchVectors, StartBulkPutItems and ImportTable are refused on protected tables"] = func(t *testing.T, w *world) {
		for op, tc := range unprotectable {
			for _, named := range []string{w.table, arn(w.table)} {
				refused := w.requireRefused(t, tc.send(t, w.users(client.OtherTables(client.PassThrough())), named), op, tc.parameter, "")
				require.Equal(t, w.table, refused.Table)
			}
			for _, others := range []client.Policy{client.Refuse(), client.Discover(w.declared().Actions)} {
				refused := w.requireRefused(t, tc.send(t, w.users(client.OtherTables(others)), "elsewhere"), op, tc.parameter, "")
				require.Equal(t, "elsewhere", refused.Table)
			}
			w.requireRefused(t, tc.send(t, w.users(client.OtherTables(client.PassThrough())), ""), op, tc.parameter, "")
		}
		db := w.users(client.OtherTables(client.PassThrough()))
		_, err := ask(t, db.ImportTable, &dynamodb.ImportTableInput{})
		w.requireRefused(t, err, "ImportTable", "TableCreationParameters.TableName", "")
		_, err = ask(t, db.SearchVectors, nil)
		w.requireRefused(t, err, "SearchVectors", "TableName", "")
		_, err = ask(t, db.StartBulkPutItems, nil)
		w.requireRefused(t, err, "StartBulkPutItems", "TableName", "")
	}

	suite["SearchVectors, StartBulkPutItems and ImportTable pass on other tables"] = func(t *testing.T, w *world) {
		db, other, nothing := w.mixed(t)
		for op, tc := range unprotectable {
			for _, table := range []string{other, nothing} {
				w.reset()
				_ = tc.send(t, db, table) // the store may not know the operation
				require.Contains(t, w.tap.Operations(), op)
			}
		}
	}

	suite["the control plane passes, whatever the tables"] = func(t *testing.T, w *world) {
		db := w.users()
		out, err := ask(t, db.ListTables, &dynamodb.ListTablesInput{Limit: aws.Int32(1)})
		require.NoError(t, err)
		require.Len(t, out.TableNames, 1)
		described, err := ask(t, db.DescribeTable, &dynamodb.DescribeTableInput{TableName: &w.table})
		require.NoError(t, err)
		require.Equal(t, w.table, *described.Table.TableName)
		_, err = ask(t, db.DeleteTable, nil)
		require.Error(t, err, "DynamoDB wants a table")
	}
}

// An operation that the SDK adds comes to the middleware before there is a method
// for it here.
func TestAnOperationThatIsNotKnownIsRefusedUnlessNothingIsProtected(t *testing.T) {
	for name, tc := range map[string]struct {
		options []client.Option
		passes  bool
	}{
		"a protected table":                     {[]client.Option{client.Tables(users("users")), client.OtherTables(client.PassThrough())}, false},
		"nothing declared, others refused":      {nil, false},
		"nothing to do, others refused":         {[]client.Option{client.Tables(doNothing("users"))}, false},
		"others discovered":                     {[]client.Option{client.OtherTables(client.Discover(crypto.Actions{}))}, false},
		"nothing to do, others passed through":  {[]client.Option{client.Tables(doNothing("users")), client.OtherTables(client.PassThrough())}, true},
		"others passed through":                 {[]client.Option{client.OtherTables(client.PassThrough())}, true},
		"wrong options":                         {[]client.Option{client.OtherTables(client.PassThrough()), client.WithConcurrency(0)}, false},
		"others discovered, with nothing to do": {[]client.Option{client.OtherTables(client.Discover(crypto.Actions{Default: crypto.DoNothing}))}, true},
	} {
		t.Run(name, func(t *testing.T) {
			var options dynamodb.Options
			client.WithEncryption(crypto.NewEncryptor(newProvider(t)), tc.options...)(&options)
			stack := middleware.NewStack("FutureOperation", smithyhttp.NewStackRequest)
			for _, add := range options.APIOptions {
				require.NoError(t, add(stack))
			}
			require.Equal(t, []string{client.MiddlewareID}, stack.Initialize.List())
			type futureInput struct{ TableName string }
			var sent []any
			_, _, err := stack.HandleMiddleware(t.Context(), &futureInput{"users"}, middleware.HandlerFunc(func(_ context.Context, in any) (any, middleware.Metadata, error) {
				sent = append(sent, in)
				return nil, middleware.Metadata{}, nil
			}))
			if tc.passes {
				require.NoError(t, err)
				require.Len(t, sent, 1)
				return
			}
			var refused *client.RefusedError
			require.ErrorAs(t, err, &refused)
			require.Equal(t, "FutureOperation", refused.Op)
			require.NotEmpty(t, refused.Reason)
			require.NotEmpty(t, refused.Advice)
			require.Empty(t, sent)
		})
	}
}
