package mapper_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// booking has all that a table can have.
type booking struct {
	_       struct{}  `ddbcrypt:"table=bookings,projection=by-guest:keys,include=by-city:note,projection=everywhere:all"`
	ID      string    `dynamodbav:"id" ddbcrypt:"partition"`
	Number  int       `dynamodbav:"number" ddbcrypt:"sort"`
	Guest   []byte    `dynamodbav:"guest" ddbcrypt:"index=by-guest:partition,localindex=local-guest"`
	City    string    `dynamodbav:"city" ddbcrypt:"index=by-city:partition,index=everywhere:partition:4"`
	Country string    `dynamodbav:"country" ddbcrypt:"index=everywhere:partition:1"`
	Region  string    `dynamodbav:"region" ddbcrypt:"index=everywhere:partition:2"`
	Zip     uint16    `dynamodbav:"zip" ddbcrypt:"index=everywhere:partition:3"`
	Year    int       `dynamodbav:"year" ddbcrypt:"index=everywhere:sort"`
	Month   int       `dynamodbav:"month" ddbcrypt:"index=everywhere:sort"`
	Day     int       `dynamodbav:"day" ddbcrypt:"index=everywhere:sort"`
	At      time.Time `dynamodbav:"at" ddbcrypt:"index=everywhere:sort,index=by-city:sort"`
	Note    string    `dynamodbav:"note"`
	Expires time.Time `dynamodbav:"expires,unixtime" ddbcrypt:"ttl"`
}

// schemaText writes a key schema on one line.
func schemaText(schema []types.KeySchemaElement) string {
	var parts []string
	for _, element := range schema {
		parts = append(parts, aws.ToString(element.AttributeName)+":"+string(element.KeyType))
	}
	return strings.Join(parts, " ")
}

func projectionText(p *types.Projection) string {
	return strings.TrimSpace(fmt.Sprint(p.ProjectionType, " ", strings.Join(p.NonKeyAttributes, " ")))
}

func init() {
	suite["CreateTable makes the table, its indexes and its time to live"] = func(t *testing.T, w *world) {
		bookings := createMapper[booking](t, w)
		described, err := w.plain.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String(bookings.Table())})
		require.NoError(t, err)
		table := described.Table
		assert.Equal(t, types.BillingModePayPerRequest, table.BillingModeSummary.BillingMode)
		assert.Equal(t, "id:HASH number:RANGE", schemaText(table.KeySchema))

		indexes := map[string]string{}
		for _, index := range table.GlobalSecondaryIndexes {
			indexes[*index.IndexName] = schemaText(index.KeySchema) + ", " + projectionText(index.Projection)
		}
		for _, index := range table.LocalSecondaryIndexes {
			indexes[*index.IndexName] = "local " + schemaText(index.KeySchema) + ", " + projectionText(index.Projection)
		}
		assert.Equal(t, map[string]string{
			"by-guest":    "guest:HASH, KEYS_ONLY",
			"by-city":     "city:HASH at:RANGE, INCLUDE note",
			"everywhere":  "country:HASH region:HASH zip:HASH city:HASH year:RANGE month:RANGE day:RANGE at:RANGE, ALL",
			"local-guest": "local id:HASH guest:RANGE, ALL",
		}, indexes)

		kinds := map[string]types.ScalarAttributeType{}
		for _, definition := range table.AttributeDefinitions {
			kinds[*definition.AttributeName] = definition.AttributeType
		}
		assert.Equal(t, map[string]types.ScalarAttributeType{"id": "S", "number": "N", "guest": "B", "city": "S", "country": "S", "region": "S",
			"zip": "N", "year": "N", "month": "N", "day": "N", "at": "S"}, kinds)

		ttl, err := w.plain.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: aws.String(bookings.Table())})
		require.NoError(t, err)
		assert.Equal(t, "expires", aws.ToString(ttl.TimeToLiveDescription.AttributeName))

		require.NoError(t, mapper.Check(t.Context(), bookings))
		require.NoError(t, bookings.Save(t.Context(), &booking{ID: "a", Guest: []byte{1}, City: "Graz", Country: "AT", Region: "ST"}))
		require.Error(t, bookings.CreateTable(t.Context()))
	}
	suite["functions change the request of CreateTable, and a table that is there is an error"] = func(t *testing.T, w *world) {
		notes := openMapper[note](t, w)
		require.NoError(t, notes.CreateTable(t.Context(), func(in *dynamodb.CreateTableInput) {
			in.BillingMode = types.BillingModeProvisioned
			in.ProvisionedThroughput = &types.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(3), WriteCapacityUnits: aws.Int64(4)}
		}))
		described, err := w.plain.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String(notes.Table())})
		require.NoError(t, err)
		require.Equal(t, int64(3), aws.ToInt64(described.Table.ProvisionedThroughput.ReadCapacityUnits))

		err = notes.CreateTable(t.Context())
		var inUse *types.ResourceInUseException
		require.ErrorAs(t, err, &inUse)
		var e *mapper.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, "CreateTable", e.Op)
		require.Equal(t, notes.Table(), e.Table)
	}
}

func TestCreateTableInputTellsTheTypesOfKeys(t *testing.T) {
	requireKeyKind[keyed[string]](t, "S")
	requireKeyKind[keyed[name]](t, "S")
	requireKeyKind[keyed[*string]](t, "S")
	requireKeyKind[keyed[prefixed]](t, "S")
	requireKeyKind[keyed[addressed]](t, "S")
	requireKeyKind[keyed[time.Time]](t, "S")
	requireKeyKind[keyedText](t, "S")
	requireKeyKind[keyedUnix](t, "N")
	requireKeyKind[keyed[attributevalue.UnixTime]](t, "N")
	requireKeyKind[keyed[attributevalue.Number]](t, "N")
	requireKeyKind[keyed[int]](t, "N")
	requireKeyKind[keyed[**uint8]](t, "N")
	requireKeyKind[keyed[float32]](t, "N")
	requireKeyKind[keyed[[]byte]](t, "B")
	requireKeyKind[keyed[blob]](t, "B")
	requireKeyKind[keyed[[4]byte]](t, "B")
}

func requireKeyKind[T any](t *testing.T, want types.ScalarAttributeType) {
	t.Helper()
	input, err := newMapper[T](t, silent).CreateTableInput()
	require.NoError(t, err)
	require.Equal(t, "key:HASH", schemaText(input.KeySchema))
	require.Equal(t, []types.AttributeDefinition{{AttributeName: aws.String("key"), AttributeType: want}}, input.AttributeDefinitions)
}

// moody encodes its zero value and all that is not set by hand as NULL.
type moody struct{ text string }

func (m moody) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	if m.text == "" {
		return &types.AttributeValueMemberNULL{Value: true}, nil
	}
	return str(m.text), nil
}

// wrathful panics.
type wrathful struct{ A int }

func (wrathful) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) { panic("secret") }

func TestKeysOfWhichTheTypeCannotBeTold(t *testing.T) {
	requireUntold[keyed[any]](t)
	requireUntold[keyed[moody]](t)
	requireUntold[keyed[wrathful]](t)
	type indexed struct {
		_   struct{} `ddbcrypt:"table=keyed"`
		ID  string   `dynamodbav:"id" ddbcrypt:"partition"`
		Key any      `dynamodbav:"key" ddbcrypt:"index=by-key:partition"`
	}
	requireUntold[indexed](t)
}

func requireUntold[T any](t *testing.T) {
	t.Helper()
	m := newMapper[T](t, newDB(t, "other", "id", "S").Client())
	err := m.CreateTable(t.Context())
	requireClass(t, err, "CreateTable", crypto.ErrConfig)
	require.ErrorContains(t, err, `field Key of type`)
	require.ErrorContains(t, err, `attribute "key"`)
	require.ErrorContains(t, err, "make the table by yourself")
	require.NotContains(t, err.Error(), "secret")
}

func TestACheckWithoutKnownTypesComparesTheRest(t *testing.T) {
	db := newDB(t, "keyed", "key", "N")
	require.NoError(t, mapper.Check(t.Context(), newMapper[keyed[any]](t, db.Client())))
}

func TestTablesOfClientsWithoutTheMethods(t *testing.T) {
	bookings := newMapper[booking](t, silent)
	err := bookings.CreateTable(t.Context())
	requireClass(t, err, "CreateTable", crypto.ErrConfig)
	require.ErrorContains(t, err, "has no method CreateTable")
	err = mapper.Check(t.Context(), bookings)
	requireClass(t, err, "Check", crypto.ErrConfig)
	require.ErrorContains(t, err, "has no method DescribeTable")
	input, err := bookings.CreateTableInput()
	require.NoError(t, err, "nothing is sent")
	require.True(t, slices.IsSortedFunc(input.AttributeDefinitions, func(a, b types.AttributeDefinition) int {
		return strings.Compare(*a.AttributeName, *b.AttributeName)
	}))
}

func TestCreateTableUnderAContextThatEnded(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	notes := newMapper[note](t, newDB(t, "other", "id", "S").Client())
	require.ErrorIs(t, notes.CreateTable(ctx), context.Canceled)
	require.ErrorIs(t, mapper.Check(ctx, notes), context.Canceled)
	var missing *types.ResourceNotFoundException
	require.ErrorAs(t, mapper.Check(t.Context(), notes), &missing)
}
