package client_test

import (
	"maps"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	streams "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// requireImageRefused checks that an image was refused, by this parameter.
func requireImageRefused(t *testing.T, err error, parameter string) {
	t.Helper()
	require.ErrorIs(t, err, crypto.ErrConfig)
	var refused *client.RefusedError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "DecryptStreamImage", refused.Op)
	require.Equal(t, parameter, refused.Parameter)
	require.NotEmpty(t, refused.Reason)
	require.NotEmpty(t, refused.Advice)
}

func TestStreamImagesWithValuesThatHaveNoType(t *testing.T) {
	w := newStreamWorld(t)
	db := w.client(client.Tables(w.declared()))
	stored := newStreamRecord(t, w.image(t, w.declared(), user("alice", 1)))

	for name, v := range map[string]streams.AttributeValue{
		"nil": nil, "unknown": &streams.UnknownUnionMember{Tag: "X"},
		"a nil S": (*streams.AttributeValueMemberS)(nil), "a nil M": (*streams.AttributeValueMemberM)(nil), "a nil L": (*streams.AttributeValueMemberL)(nil),
		"nil in a list":     &streams.AttributeValueMemberL{Value: []streams.AttributeValue{nil}},
		"nil in a map":      &streams.AttributeValueMemberM{Value: map[string]streams.AttributeValue{"v": nil}},
		"a nil N in a list": &streams.AttributeValueMemberL{Value: []streams.AttributeValue{(*streams.AttributeValueMemberN)(nil)}},
		"a nil B in a map":  &streams.AttributeValueMemberM{Value: map[string]streams.AttributeValue{"v": (*streams.AttributeValueMemberB)(nil)}},
	} {
		t.Run(name, func(t *testing.T) {
			image := maps.Clone(stored.stream)
			image["views"] = v
			require.NotPanics(t, func() {
				_, err := client.DecryptStreamImage(t.Context(), db, w.table, image)
				requireImageRefused(t, err, "image")
			})
		})
	}
	zero := events.DynamoDBAttributeValue{}
	for name, v := range map[string]events.DynamoDBAttributeValue{
		"zero": zero, "zero in a list": events.NewListAttribute([]events.DynamoDBAttributeValue{zero}),
		"zero in a map": events.NewMapAttribute(map[string]events.DynamoDBAttributeValue{"v": zero}),
	} {
		t.Run(name, func(t *testing.T) {
			image := maps.Clone(stored.lambda)
			image["views"] = v
			require.NotPanics(t, func() {
				_, err := client.DecryptStreamImage(t.Context(), db, w.table, image)
				requireImageRefused(t, err, "image")
			})
		})
	}
}

func TestAClientOfNothingOnlyOpensStreamImages(t *testing.T) {
	w := newStreamWorld(t)
	db := w.client(client.Tables(w.declared()))
	require.NoError(t, db.Err())
	_, err := db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &w.table, Key: key("alice", 1)})
	w.requireRefused(t, err, "GetItem", "", "")
	_, err = db.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &w.table})
	w.requireRefused(t, err, "DescribeTable", "", "")
	_, err = db.PrepareTransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{{Put: &types.Put{TableName: &w.table, Item: user("alice", 1)}}}})
	require.NoError(t, err, "preparing needs no client")
}

func TestStreamImagesAreRefusedWithWrongOptions(t *testing.T) {
	w := newStreamWorld(t)
	for name, db := range map[string]*client.Client{
		"no item encryptor": client.New(nil, nil), "a table without a name": w.client(client.Tables(client.Table{})),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := streamRecord{}.open(t, db, w.table)
			requireImageRefused(t, err, "")
		})
	}
}
