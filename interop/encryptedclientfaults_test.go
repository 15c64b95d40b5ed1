//go:build interop

package interop

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/dynamodblocal"
	"github.com/ddbcrypt/ddbcrypt/interop/sequence"
)

// TestFaultsOfPythonsEncryptedClient holds what Python's EncryptedClient does wrong, with our client beside it.
func TestFaultsOfPythonsEncryptedClient(t *testing.T) {
	python, url := startPeer(context.Background(), t, InstallPython), dynamodblocal.Endpoint(t)
	for _, test := range []struct {
		name string
		run  func(f faults, t *testing.T)
	}{
		{"it signs the ARN where a table is named by it", faults.arn},
		{"it sends transactions in plaintext", faults.transaction},
		{"it inserts plaintext by PartiQL", faults.partiQL},
		{"it returns the item that was overwritten as it was stored", faults.allOld},
		{"it returns the items of TransactGetItems as they are stored", faults.transactGet},
		{"it returns the item of a failed condition as it is stored", faults.failedCondition},
		{"it overwrites the batch of its caller", faults.batch},
		{"it fails to count", faults.count},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newShared(python, url, wrappedKeys, sequence.Actions["attributes are encrypted by default"])
			s.pair.EncryptedTable = s.newTable(t)
			wrapped := client.New(s.pair.Plain, s.encryptor(t), client.Tables(sequence.Declare(s.pair.EncryptedTable.Name, s.pair.Actions)))
			s.pair.Encrypting = wrapped
			test.run(faults{s, wrapped, aws.String(s.pair.EncryptedTable.Name)}, t)
		})
	}
}

type faults struct {
	*shared
	ours  *client.Client
	table *string
}

func person(id string) crypto.Item {
	return crypto.Item{"id": &types.AttributeValueMemberS{Value: id}, "created": &types.AttributeValueMemberN{Value: "1"},
		"email": &types.AttributeValueMemberS{Value: id + "@example.com"}}
}

// requirePlaintext wants an item to be stored in plaintext, or to be stored encrypted and signed.
func (f faults) requirePlaintext(t *testing.T, id string, plaintext bool) {
	t.Helper()
	out, err := f.pair.Plain.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: f.table, Key: keyOf(person(id))})
	require.NoError(t, err)
	require.NotEmpty(t, out.Item)
	if plaintext {
		require.Equal(t, person(id), out.Item)
		return
	}
	require.Contains(t, out.Item, crypto.DefaultSignatureAttribute)
	require.IsType(t, &types.AttributeValueMemberB{}, out.Item["email"])
}

// call has Python call a method of EncryptedClient.
func (f faults) call(t *testing.T, method string, parameters object) Called {
	t.Helper()
	_, called, err := call[any](t.Context(), f.shared, ThroughClient, method, parameters)
	require.NoError(t, withoutValues(err))
	return called
}

// get reads an item through Python.
func (f faults) get(t *testing.T, id string) error {
	_, _, err := call[withItem](t.Context(), f.shared, ThroughClient, "get_item", object{"TableName": f.table, "Key": wire(t, keyOf(person(id)))})
	return err
}

func (f faults) put(t *testing.T, table, id string) {
	t.Helper()
	_, err := f.ours.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: person(id)})
	require.NoError(t, err)
}

func (f faults) arn(t *testing.T) {
	arn := f.pair.EncryptedTable.ARN
	f.call(t, "put_item", object{"TableName": arn, "Item": wire(t, person("python"))})
	require.ErrorAs(t, f.get(t, "python"), new(*PeerError))
	_, err := f.ours.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: f.table, Key: keyOf(person("python"))})
	require.ErrorIs(t, err, crypto.ErrSignature)

	f.put(t, arn, "ours")
	require.NoError(t, f.get(t, "ours"))
	for _, table := range []*string{f.table, &arn} {
		out, err := f.ours.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: keyOf(person("ours"))})
		require.NoError(t, err)
		require.Equal(t, person("ours"), out.Item)
	}
}

func (f faults) transaction(t *testing.T) {
	f.call(t, "transact_write_items", object{"TransactItems": []object{{"Put": object{"TableName": f.table, "Item": wire(t, person("python"))}}}})
	f.requirePlaintext(t, "python", true)

	_, err := f.ours.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: f.table, Item: person("ours")}},
	}})
	require.NoError(t, err)
	f.requirePlaintext(t, "ours", false)
}

func (f faults) partiQL(t *testing.T) {
	statement := `INSERT INTO "` + *f.table + `" VALUE {'id': 'python', 'created': 1, 'email': 'python@example.com'}`
	f.call(t, "execute_statement", object{"Statement": statement})
	f.requirePlaintext(t, "python", true)

	_, err := f.ours.ExecuteStatement(t.Context(), &dynamodb.ExecuteStatementInput{Statement: &statement})
	require.ErrorAs(t, err, new(*client.RefusedError))
}

func (f faults) allOld(t *testing.T) {
	f.put(t, *f.table, "old")
	called := f.call(t, "put_item", object{"TableName": f.table, "Item": wire(t, person("old")), "ReturnValues": "ALL_OLD"})
	assert.Contains(t, string(called.Output), crypto.DefaultSignatureAttribute)

	out, err := f.ours.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: f.table, Item: person("old"), ReturnValues: types.ReturnValueAllOld})
	require.NoError(t, err)
	assert.Equal(t, person("old"), out.Attributes)
}

func (f faults) transactGet(t *testing.T) {
	f.put(t, *f.table, "stored")
	called := f.call(t, "transact_get_items", object{"TransactItems": []object{{"Get": object{"TableName": f.table, "Key": wire(t, keyOf(person("stored")))}}}})
	assert.Contains(t, string(called.Output), crypto.DefaultSignatureAttribute)

	out, err := f.ours.TransactGetItems(t.Context(), &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{
		{Get: &types.Get{TableName: f.table, Key: keyOf(person("stored"))}},
	}})
	require.NoError(t, err)
	assert.Equal(t, person("stored"), crypto.Item(out.Responses[0].Item))
}

func (f faults) failedCondition(t *testing.T) {
	f.put(t, *f.table, "stored")
	const condition = "attribute_not_exists(id)"
	called := f.call(t, "put_item", object{"TableName": f.table, "Item": wire(t, person("stored")), "ConditionExpression": condition,
		"ReturnValuesOnConditionCheckFailure": "ALL_OLD"})
	assert.Contains(t, string(called.Output), "ConditionalCheckFailedException")
	assert.Contains(t, string(called.Output), crypto.DefaultSignatureAttribute)

	_, err := f.ours.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: f.table, Item: person("stored"), ConditionExpression: aws.String(condition),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld})
	var failed *types.ConditionalCheckFailedException
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, person("stored"), crypto.Item(failed.Item))
}

func (f faults) batch(t *testing.T) {
	parameters := object{"RequestItems": object{*f.table: []object{{"PutRequest": object{"Item": wire(t, person("python"))}}}}}
	called := f.call(t, "batch_write_item", parameters)
	assert.Contains(t, string(called.Parameters), crypto.DefaultSignatureAttribute)

	request := func() *dynamodb.BatchWriteItemInput {
		return &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{*f.table: {{PutRequest: &types.PutRequest{Item: person("ours")}}}}}
	}
	in := request()
	_, err := f.ours.BatchWriteItem(t.Context(), in)
	require.NoError(t, err)
	assert.Equal(t, request(), in)
}

func (f faults) count(t *testing.T) {
	f.put(t, *f.table, "stored")
	_, _, err := call[any](t.Context(), f.shared, ThroughClient, "query", object{"TableName": f.table, "Select": "COUNT",
		"KeyConditionExpression": "id = :id", "ExpressionAttributeValues": object{":id": object{"S": "stored"}}})
	require.ErrorAs(t, err, new(*PeerError))
	assert.ErrorContains(t, err, "KeyError")

	out, err := f.ours.Query(t.Context(), &dynamodb.QueryInput{TableName: f.table, Select: types.SelectCount, KeyConditionExpression: aws.String("id = :id"),
		ExpressionAttributeValues: crypto.Item{":id": person("stored")["id"]}})
	require.NoError(t, err)
	assert.EqualValues(t, 1, out.Count)
}
