package client_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
)

// silent answers everything with nothing.
type silent struct{}

func (silent) PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return nil, nil
}
func (silent) GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return nil, nil
}
func (silent) UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return nil, nil
}
func (silent) DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	return nil, nil
}
func (silent) Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return nil, nil
}
func (silent) Scan(context.Context, *dynamodb.ScanInput, ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	return nil, nil
}
func (silent) BatchGetItem(context.Context, *dynamodb.BatchGetItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	return nil, nil
}
func (silent) BatchWriteItem(context.Context, *dynamodb.BatchWriteItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	return nil, nil
}
func (silent) TransactGetItems(context.Context, *dynamodb.TransactGetItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactGetItemsOutput, error) {
	return nil, nil
}
func (silent) TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return nil, nil
}

// over wraps any client.
func over(t *testing.T, wrapped client.API, list ...client.Option) *client.Client {
	return client.New(wrapped, crypto.NewEncryptor(newProvider(t)), append([]client.Option{client.Tables(users("users"))}, list...)...)
}

func TestAMockMayReturnNoOutput(t *testing.T) {
	db := over(t, silent{}, client.OtherTables(client.PassThrough()), client.Tables(client.Table{Name: "plain", PartitionKey: "id", SortKey: "created", Plaintext: client.InsecureReadWritePlaintext}))
	for _, table := range []string{"users", "plain", "other"} {
		for op, request := range requests {
			if table == "plain" && op == "UpdateItem" {
				continue // views is encrypted there
			}
			require.NoError(t, request.send(t.Context(), db, table), "%s on %s", op, table)
		}
	}
	out, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: ptr("users"), Item: user("alice", 1)})
	require.NoError(t, err)
	require.Nil(t, out)
	batch, err := db.PrepareBatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: writes{"users": {putRequest(user("alice", 1))}}})
	require.NoError(t, err)
	done, err := batch.Send(t.Context())
	require.NoError(t, err)
	require.Nil(t, done)
}

func ptr[T any](v T) *T { return &v }

// oneMethod has a method of its own, and panics on all others.
type oneMethod struct {
	client.API
	got *dynamodb.PutItemInput
	out dynamodb.PutItemOutput
	err error
}

func (m *oneMethod) PutItem(_ context.Context, in *dynamodb.PutItemInput, options ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	for _, option := range options {
		option(&dynamodb.Options{})
	}
	m.got = in
	return &m.out, m.err
}

func TestAMockNeedsOnlyTheMethodsThatAreCalled(t *testing.T) {
	mock := &oneMethod{}
	called := 0
	_, err := over(t, mock).PutItem(t.Context(), &dynamodb.PutItemInput{TableName: ptr("users"), Item: user("alice", 1)}, func(*dynamodb.Options) { called++ })
	require.NoError(t, err)
	require.Equal(t, 1, called, "the options of a call are passed on")
	requireProtected(t, mock.got.Item)
}

func TestAMockMayReturnOneOutputTwice(t *testing.T) {
	plain := users("users")
	plain.Plaintext = client.InsecureReadWritePlaintext
	mock := &oneMethod{out: dynamodb.PutItemOutput{Attributes: user("alice", 1)}}
	db := client.New(mock, crypto.NewEncryptor(newProvider(t)), client.Tables(plain))
	for range 2 {
		out, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: ptr("users"), Item: user("alice", 1), ReturnValues: types.ReturnValueAllOld})
		require.NoError(t, err)
		require.Len(t, client.Unprotected(out.ResultMetadata), 2, "one written, one read")
		require.Empty(t, client.Unprotected(mock.out.ResultMetadata), "the mock's own output stays as it is")
	}
}

func TestTheErrorOfTheWrappedClientStaysAsItIs(t *testing.T) {
	mock := &oneMethod{}
	db := over(t, mock)
	_, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: ptr("users"), Item: user("alice", 1)})
	require.NoError(t, err)
	stored := mock.got.Item
	failed := &types.ConditionalCheckFailedException{Item: stored}
	mock.err = failed
	_, err = db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: ptr("users"), Item: user("alice", 1)})
	var got *types.ConditionalCheckFailedException
	require.ErrorAs(t, err, &got)
	require.Equal(t, user("alice", 1), got.Item)
	require.NotSame(t, failed, got)
	require.Contains(t, failed.Item, crypto.DefaultSignatureAttribute)
}

func TestAnOperationThatTheWrappedClientLacksIsRefused(t *testing.T) {
	db := over(t, silent{}, client.OtherTables(client.PassThrough()))
	for op, call := range map[string]func() error{
		"DescribeTable": func() error { _, err := db.DescribeTable(t.Context(), nil); return err },
		"ListTables":    func() error { _, err := db.ListTables(t.Context(), nil); return err },
		"ExecuteStatement": func() error {
			_, err := db.ExecuteStatement(t.Context(), &dynamodb.ExecuteStatementInput{Statement: ptr(`SELECT * FROM other`)})
			return err
		},
		"SearchVectors": func() error {
			_, err := db.SearchVectors(t.Context(), &dynamodb.SearchVectorsInput{TableName: ptr("other")})
			return err
		},
	} {
		var refused *client.RefusedError
		err := call()
		require.ErrorAs(t, err, &refused, op)
		require.Equal(t, op, refused.Op)
		require.ErrorContains(t, err, "silent")
		require.NotEmpty(t, refused.Advice)
	}
}

func TestTablesOfAClientWithoutDescribeTableHaveToBeDeclared(t *testing.T) {
	for name, option := range map[string]client.Option{
		"others discovered":      client.OtherTables(client.Discover(crypto.Actions{})),
		"declared without a key": client.Tables(client.Table{Name: "other"}),
		"declared with an ARN":   client.Tables(client.Table{Name: arn("other")}),
		"others signed":          client.OtherTables(client.Discover(crypto.Actions{Default: crypto.SignOnly})),
	} {
		t.Run(name, func(t *testing.T) {
			db := over(t, silent{}, option)
			for op, request := range requests {
				var refused *client.RefusedError
				err := request.send(t.Context(), db, "other")
				require.ErrorAs(t, err, &refused, op)
				require.ErrorIs(t, err, crypto.ErrConfig)
				require.Equal(t, "other", refused.Table)
				require.ErrorContains(t, err, "DescribeTable")
			}
		})
	}
}

func TestWithoutAClientEveryOperationIsRefused(t *testing.T) {
	db := over(t, nil, client.OtherTables(client.PassThrough()))
	require.NoError(t, db.Err())
	for op, request := range requests {
		var refused *client.RefusedError
		require.ErrorAs(t, request.send(t.Context(), db, "users"), &refused, op)
		require.Equal(t, op, refused.Op)
	}
	_, err := db.ListTables(t.Context(), nil)
	require.ErrorIs(t, err, crypto.ErrConfig)
	require.Equal(t, dynamodb.Options{}.Region, db.Options().Region)
}

func TestOptionsAreThoseOfTheWrappedClient(t *testing.T) {
	wrapped := memdb.New().Client(func(o *dynamodb.Options) { o.AppID = "mine" })
	require.Equal(t, "mine", over(t, wrapped).Options().AppID)
	require.Empty(t, over(t, silent{}).Options().AppID)
}

func TestAnErrorOfTheWrappedClientIsReturned(t *testing.T) {
	mock := &oneMethod{err: errors.New("of the mock")}
	_, err := over(t, mock).PutItem(t.Context(), &dynamodb.PutItemInput{TableName: ptr("users"), Item: user("alice", 1)})
	require.ErrorIs(t, err, mock.err)
}
