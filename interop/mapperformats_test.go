//go:build interop

package interop

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/ddbjson"
)

var (
	emptyText = ""
	isTrue    = true
	halfPast  = time.Date(2024, 2, 29, 12, 0, 0, 500_000_000, time.UTC)
	nanos     = halfPast.Add(123_456)
)

// formats has each side store a value in its own form, and the other load it.
func (m *mappers) formats(t *testing.T) {
	for _, test := range []struct {
		name, attribute string
		value           formatValues
		// java and ours are the stored attribute, in DynamoDB JSON; empty for none. Java refuses to write if java is "refused".
		java, ours string
		// javaLoads is what Java loads of our item, and oursLoads the reverse; nil for the value.
		javaLoads, oursLoads *formatValues
	}{
		{name: "null", attribute: "text", java: "", ours: `{"NULL":true}`},
		{name: "an empty text", attribute: "text", value: formatValues{Text: &emptyText}, java: "", ours: `{"S":""}`, oursLoads: &formatValues{}},
		{name: "an empty text in a set", attribute: "set", value: formatValues{Set: []string{"", "a"}}, java: `{"SS":["","a"]}`, ours: `{"SS":["","a"]}`},
		{name: "an empty text in a list", attribute: "list", value: formatValues{List: []string{""}}, java: "refused", ours: `{"L":[{"S":""}]}`},
		{name: "an empty text in a map", attribute: "map", value: formatValues{Map: map[string]string{"a": ""}}, java: "refused", ours: `{"M":{"a":{"S":""}}}`},
		{name: "empty binary", attribute: "binary", value: formatValues{Binary: []byte{}}, java: `{"B":""}`, ours: `{"B":""}`},
		{name: "an empty set", attribute: "set", value: formatValues{Set: []string{}}, java: "refused", ours: `{"NULL":true}`, javaLoads: &formatValues{}},
		{name: "an empty list", attribute: "list", value: formatValues{List: []string{}}, java: `{"L":[]}`, ours: `{"L":[]}`},
		{name: "an empty map", attribute: "map", value: formatValues{Map: map[string]string{}}, java: `{"M":{}}`, ours: `{"M":{}}`},
		{name: "a document with nothing", attribute: "document", value: formatValues{Document: &address{}}, java: `{"M":{"zip":{"N":"0"}}}`,
			ours: `{"M":{"lines":{"NULL":true},"street":{"S":""},"zip":{"N":"0"}}}`},
		{name: "true", attribute: "flag", value: formatValues{Flag: &isTrue}, java: `{"BOOL":true}`, ours: `{"BOOL":true}`},
		{name: "a time", attribute: "time", value: formatValues{Time: &halfPast}, java: `{"S":"2024-02-29T12:00:00.500Z"}`, ours: `{"S":"2024-02-29T12:00:00.5Z"}`},
		{name: "a time with nanoseconds", attribute: "time", value: formatValues{Time: &nanos}, java: `{"S":"2024-02-29T12:00:00.500Z"}`,
			ours: `{"S":"2024-02-29T12:00:00.500123456Z"}`, javaLoads: &formatValues{Time: &halfPast}, oursLoads: &formatValues{Time: &halfPast}},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx, table := t.Context(), m.newTable(t)
			java, ours := newJavaSide[signedFormats](m, table, "SignedFormats"), newOurSide[signedFormats](t, m, table)
			value := signedFormats{tableKeys: tableKeys{"alice", 1}, formatValues: test.value}
			saved := value
			if err := java.Save(ctx, &saved); test.java == "refused" {
				require.Error(t, err)
			} else {
				require.NoError(t, err)
				m.requireStored(t, table, test.attribute, test.java)
				requireLoaded(t, ours, test.oursLoads, test.value)
			}
			require.NoError(t, ours.Save(ctx, &value))
			m.requireStored(t, table, test.attribute, test.ours)
			requireLoaded(t, java, test.javaLoads, test.value)
		})
	}
}

func (m *mappers) requireStored(t *testing.T, table, attribute, want string) {
	t.Helper()
	v, ok := m.get(t, table, person("alice"))[attribute]
	require.Equal(t, want != "", ok)
	if ok {
		text, err := ddbjson.MarshalValue(v)
		require.NoError(t, err)
		require.JSONEq(t, want, string(text))
	}
}

func requireLoaded(t *testing.T, side side[signedFormats], want *formatValues, otherwise formatValues) {
	t.Helper()
	if want == nil {
		want = &otherwise
	}
	loaded, err := side.Load(t.Context(), "alice", 1)
	require.NoError(t, err)
	require.JSONEq(t, mustMarshal(*want), mustMarshal(loaded.formatValues))
}

// emptySet wants Java to encrypt an empty set, which DynamoDB would not store, and ours to load it and save NULL for it.
func (m *mappers) emptySet(t *testing.T) {
	ctx, table := t.Context(), m.newTable(t)
	java, ours := newJavaSide[formats](m, table, "Formats"), newOurSide[formats](t, m, table)
	value := formats{tableKeys{"alice", 1}, formatValues{Set: []string{}}}
	require.NoError(t, java.Save(ctx, &value))
	loaded, err := java.Load(ctx, "alice", 1)
	require.NoError(t, err)
	require.Equal(t, value, loaded)
	read, err := ours.Load(ctx, "alice", 1)
	require.NoError(t, err)
	require.Equal(t, value, read)

	require.NoError(t, ours.Save(ctx, &read))
	loaded, err = java.Load(ctx, "alice", 1)
	require.NoError(t, err)
	require.Equal(t, formats{tableKeys: value.tableKeys}, loaded)
}

// javaBoolean is a boolean in the form that Java writes by default. It reads both forms.
type javaBoolean bool

func (b javaBoolean) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	if b {
		return &types.AttributeValueMemberN{Value: "1"}, nil
	}
	return &types.AttributeValueMemberN{Value: "0"}, nil
}

func (b *javaBoolean) UnmarshalDynamoDBAttributeValue(v types.AttributeValue) error {
	switch v := v.(type) {
	case *types.AttributeValueMemberBOOL:
		*b = javaBoolean(v.Value)
	case *types.AttributeValueMemberN:
		*b = v.Value != "0"
	default:
		return fmt.Errorf("a boolean is stored as %T", v)
	}
	return nil
}

var _ attributevalue.Unmarshaler = (*javaBoolean)(nil)

// booleans wants Java to write numbers for booleans under all schemas but V2, and to read both.
func (m *mappers) booleans(t *testing.T) {
	type booleanFormats struct {
		_ struct{} `ddbcrypt:"default=sign"`
		tableKeys
		formatValues
		Flag javaBoolean `dynamodbav:"flag"`
	}
	for _, schema := range []string{"", "V2_COMPATIBLE"} {
		t.Run("schema "+schema, func(t *testing.T) {
			ctx, table := t.Context(), m.newTable(t)
			java := newJavaSide[signedFormats](m, table, "SignedFormats").with(func(m *Mapped) { m.Schema = schema })
			value := signedFormats{tableKeys: tableKeys{"alice", 1}, formatValues: formatValues{Flag: &isTrue}}
			require.NoError(t, newOurSide[signedFormats](t, m, table).Save(ctx, &value))
			loaded, err := java.Load(ctx, "alice", 1)
			require.NoError(t, err)
			require.Equal(t, value, loaded)

			require.NoError(t, java.Save(ctx, &loaded))
			m.requireStored(t, table, "flag", `{"N":"1"}`)
			_, err = newOurSide[signedFormats](t, m, table).Load(ctx, "alice", 1)
			require.ErrorIs(t, err, crypto.ErrConfig)

			number := newOurSide[booleanFormats](t, m, table)
			read, err := number.Load(ctx, "alice", 1)
			require.NoError(t, err)
			require.EqualValues(t, true, read.Flag)
			read.Flag = false
			require.NoError(t, number.Save(ctx, &read))
			m.requireStored(t, table, "flag", `{"N":"0"}`)
			loaded, err = java.Load(ctx, "alice", 1)
			require.NoError(t, err)
			assert.Equal(t, new(bool), loaded.Flag)
		})
	}
}

// oldSchema wants Java to refuse a class with a map under its oldest schema.
func (m *mappers) oldSchema(t *testing.T) {
	java := newJavaSide[formats](m, m.newTable(t), "Formats").with(func(m *Mapped) { m.Schema = "V1" })
	value := formats{tableKeys: tableKeys{"alice", 1}}
	require.ErrorContains(t, java.Save(t.Context(), &value), "DynamoDBMappingException")
}
