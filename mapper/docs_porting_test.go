package mapper_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// JavaBool is a boolean that is stored as DynamoDBMapper stores it by default, as the
// number 0 or 1. It reads both forms.
type JavaBool bool

func (b JavaBool) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	if b {
		return &types.AttributeValueMemberN{Value: "1"}, nil
	}
	return &types.AttributeValueMemberN{Value: "0"}, nil
}

func (b *JavaBool) UnmarshalDynamoDBAttributeValue(v types.AttributeValue) error {
	switch v := v.(type) {
	case *types.AttributeValueMemberBOOL:
		*b = JavaBool(v.Value)
	case *types.AttributeValueMemberN:
		*b = v.Value != "0"
	default:
		return fmt.Errorf("a boolean is stored as %T", v)
	}
	return nil
}

// JavaTime is a time that is stored as DynamoDBMapper stores a Date, with three digits
// of a second.
type JavaTime struct{ time.Time }

func (t JavaTime) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberS{Value: t.UTC().Format("2006-01-02T15:04:05.000Z")}, nil
}

func (t *JavaTime) UnmarshalDynamoDBAttributeValue(v types.AttributeValue) (err error) {
	s, ok := v.(*types.AttributeValueMemberS)
	if !ok {
		return fmt.Errorf("a time is stored as %T", v)
	}
	t.Time, err = time.Parse(time.RFC3339Nano, s.Value)
	return err
}

// JavaJSON is a value that is stored as JSON in a text.
type JavaJSON[V any] struct{ Value V }

func (j JavaJSON[V]) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	text, err := json.Marshal(j.Value)
	return &types.AttributeValueMemberS{Value: string(text)}, err
}

func (j *JavaJSON[V]) UnmarshalDynamoDBAttributeValue(v types.AttributeValue) error {
	s, ok := v.(*types.AttributeValueMemberS)
	if !ok {
		return fmt.Errorf("JSON is stored as %T", v)
	}
	return json.Unmarshal([]byte(s.Value), &j.Value)
}

type Visit struct {
	_       struct{} `ddbcrypt:"table=visits,default=sign,signedas=visits-2019"`
	Patient string   `dynamodbav:"patient" ddbcrypt:"partition"`
	At      JavaTime `dynamodbav:"at" ddbcrypt:"sort,index=by-doctor:sort"`
	Doctor  string   `dynamodbav:"doctor,omitempty" ddbcrypt:"index=by-doctor:partition"`
	Kind    string   `dynamodbav:"kind,omitempty"`
	Insured JavaBool `dynamodbav:"insured"`
	Address *Address `dynamodbav:"address,omitempty"`
	Tags    []string `dynamodbav:"tags,stringset,omitempty"`
	Views   *int     `dynamodbav:"views,omitempty" ddbcrypt:"none"`
	Version int64    `dynamodbav:"version" ddbcrypt:"version"`
}

type Address struct {
	Street string `dynamodbav:"street,omitempty"`
	Zip    int    `dynamodbav:"zip"`
}

// javaVisit is what DynamoDBMapper stores of a visit, but for its signature.
func javaVisit() crypto.Item {
	return crypto.Item{
		"patient": str("alice"), "at": str("2024-02-29T12:00:00.500Z"), "doctor": str("bob"), "kind": str("FIRST"), "insured": num("1"),
		"address": &types.AttributeValueMemberM{Value: crypto.Item{"street": str("Seestrasse 7"), "zip": num("8002")}},
		"tags":    &types.AttributeValueMemberSS{Value: []string{"eyes"}}, "version": num("1"),
	}
}

func exampleVisit() Visit {
	return Visit{Patient: "alice", At: JavaTime{time.Date(2024, 2, 29, 12, 0, 0, 500_000_000, time.UTC)}, Doctor: "bob", Kind: "FIRST", Insured: true,
		Address: &Address{"Seestrasse 7", 8002}, Tags: []string{"eyes"}}
}

func TestAPortedClassWritesWhatJavaWrites(t *testing.T) {
	ctx, db := t.Context(), memdb.New()
	visits := openExample[Visit](db)
	visit := exampleVisit()
	require.NoError(t, visits.Save(ctx, &visit))
	stored := theItem(t, db, "visits")
	require.Contains(t, stored, crypto.DefaultSignatureAttribute)
	delete(stored, crypto.DefaultSignatureAttribute)
	delete(stored, crypto.DefaultDescriptionAttribute)
	require.Equal(t, javaVisit(), stored)

	for found, err := range visits.Query(ctx, mapper.Index("by-doctor"), mapper.Partition("bob"), mapper.SortGreater(JavaTime{})) {
		require.NoError(t, err)
		require.Equal(t, visit, found)
	}
	_, err := visits.Modify(ctx, mapper.Key{"alice", visit.At}, func(v *Visit) error { v.Doctor = ""; return nil })
	require.NoError(t, err)
	require.NotContains(t, theItem(t, db, "visits"), "doctor", "null and empty texts are left out")
}

func TestAPortedClassReadsWhatJavaWrites(t *testing.T) {
	ctx, db := t.Context(), memdb.New()
	visits := openExample[Visit](db)
	plantSealed(t, db, "visits", "visits-2019", javaVisit(), crypto.Actions{Default: crypto.SignOnly, Overrides: map[string]crypto.Action{"views": crypto.DoNothing}}, "patient", "at")
	got, err := visits.Load(ctx, "alice", exampleVisit().At)
	require.NoError(t, err)
	want := exampleVisit()
	want.Version = 1
	require.Equal(t, want, got)
}

// plantSealed stores an item that is signed under another name.
func plantSealed(t *testing.T, db *memdb.DB, table, signedAs string, item crypto.Item, actions crypto.Actions, partition, sort string) {
	t.Helper()
	sealer, err := exampleEncryptor().For(cmp.EncryptionContext{TableName: signedAs, PartitionKey: partition, SortKey: sort}, actions)
	require.NoError(t, err)
	sealed, err := sealer.EncryptItem(t.Context(), item)
	require.NoError(t, err)
	_, err = db.Client().PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: sealed})
	require.NoError(t, err)
}

// Invoice is a second class: encrypted by default, unknown attributes handled, a
// generated key, times that are set when it is saved, a flattened class.
type Invoice struct {
	_      struct{}                        `ddbcrypt:"table=invoices,unknown=encrypt"`
	ID     string                          `dynamodbav:"id" ddbcrypt:"partition"`
	Made   JavaTime                        `dynamodbav:"made"`
	Saved  JavaTime                        `dynamodbav:"saved"`
	Due    int64                           `dynamodbav:"due" ddbcrypt:"sign"`
	Rate   JavaJSON[map[string]int]        `dynamodbav:"rate"`
	Paid   *JavaBool                       `dynamodbav:"paid,omitempty"`
	Copies int                             `dynamodbav:"-"`
	Rest   map[string]types.AttributeValue `dynamodbav:"-" ddbcrypt:"unknown"`
	Price
}

// Price is what @DynamoDBFlattened makes attributes of.
type Price struct {
	Currency string `dynamodbav:"priceCurrency,omitempty"`
	Amount   int    `dynamodbav:"priceAmount"`
}

// BeforeSave is @DynamoDBAutoGeneratedKey and @DynamoDBAutoGeneratedTimestamp.
func (i *Invoice) BeforeSave(context.Context) error {
	now := JavaTime{time.Now().UTC().Truncate(time.Millisecond)}
	if i.ID == "" {
		i.ID = rand.Text()
	}
	if i.Made.IsZero() { // CREATE
		i.Made = now
	}
	i.Saved = now // ALWAYS
	return nil
}

func TestASecondPortedClass(t *testing.T) {
	ctx, db := t.Context(), memdb.New()
	invoices := openExample[Invoice](db)
	invoice := Invoice{Due: 1709208000500, Rate: JavaJSON[map[string]int]{map[string]int{"vat": 8}}, Copies: 2, Price: Price{"CHF", 120},
		Rest: map[string]types.AttributeValue{"later": str("an attribute of a newer class")}}
	require.NoError(t, invoices.Save(ctx, &invoice))
	require.NotEmpty(t, invoice.ID)
	require.Equal(t, invoice.Made, invoice.Saved)

	stored := theItem(t, db, "invoices")
	require.Equal(t, num("1709208000500"), stored["due"])
	for _, encrypted := range []string{"made", "saved", "rate", "priceCurrency", "priceAmount", "later"} {
		require.IsType(t, bin(), stored[encrypted], encrypted)
	}
	require.NotContains(t, stored, "paid")
	require.NotContains(t, stored, "Copies")

	loaded, err := invoices.Load(ctx, invoice.ID)
	require.NoError(t, err)
	invoice.Copies = 0
	require.Equal(t, invoice, loaded)
}
