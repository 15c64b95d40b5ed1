package mapper_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// keyed has a partition key of any type.
type keyed[K any] struct {
	_     struct{} `ddbcrypt:"table=keyed"`
	Key   K        `dynamodbav:"key" ddbcrypt:"partition"`
	Value string   `dynamodbav:"value"`
}

type keyedUnix struct {
	_     struct{}  `ddbcrypt:"table=keyed"`
	Key   time.Time `dynamodbav:"key,unixtime" ddbcrypt:"partition"`
	Value string    `dynamodbav:"value"`
}

type keyedText struct {
	_     struct{} `ddbcrypt:"table=keyed"`
	Key   int      `dynamodbav:"key,string" ddbcrypt:"partition"`
	Value string   `dynamodbav:"value"`
}

type (
	name    string
	blob    []byte
	octet   byte
	number  int16
	natural uint8
)

// prefixed marshals itself, by value.
type prefixed string

func (p prefixed) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return str("USER#" + string(p)), nil
}

func (p *prefixed) UnmarshalDynamoDBAttributeValue(v types.AttributeValue) error {
	s, ok := v.(*types.AttributeValueMemberS)
	if !ok {
		return fmt.Errorf("not a string: %v", v)
	}
	*p = prefixed(strings.TrimPrefix(s.Value, "USER#"))
	return nil
}

// addressed marshals itself through a pointer receiver.
type addressed struct{ id string }

func (a *addressed) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return str("ADDR#" + a.id), nil
}

func (a *addressed) UnmarshalDynamoDBAttributeValue(v types.AttributeValue) error {
	a.id = strings.TrimPrefix(v.(*types.AttributeValueMemberS).Value, "ADDR#")
	return nil
}

func TestKeyTypes(t *testing.T) {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	testKey(t, keyed[string]{Key: "k"}, "S", str("k"), "k", name("k"), prefixed("k"), json.Number("k"))
	testKey(t, keyed[name]{Key: "k"}, "S", str("k"), "k", name("k"))
	testKey(t, keyed[prefixed]{Key: "k"}, "S", str("USER#k"), "k", name("k"), prefixed("k"))
	testKey(t, keyed[*prefixed]{Key: pointer(prefixed("k"))}, "S", str("USER#k"), "k", pointer(prefixed("k")))
	testKey(t, keyed[addressed]{Key: addressed{"k"}}, "S", str("ADDR#k"), addressed{"k"})
	testKey(t, keyed[*addressed]{Key: &addressed{"k"}}, "S", str("ADDR#k"), &addressed{"k"}, addressed{"k"})
	testKey(t, keyed[*string]{Key: pointer("k")}, "S", str("k"), "k", name("k"), pointer("k"))
	testKey(t, keyed[**string]{Key: pointer(pointer("k"))}, "S", str("k"), "k", pointer("k"), pointer(pointer("k")))
	testKey(t, keyed[any]{Key: "k"}, "S", str("k"), "k", name("k"))
	testKey(t, keyed[any]{Key: 7.5}, "N", num("7.5"), 7.5, float32(7.5), attributevalue.Number("7.5"))
	testKey(t, keyed[[]byte]{Key: []byte("k")}, "B", bin('k'), []byte("k"), blob("k"))
	testKey(t, keyed[blob]{Key: blob("k")}, "B", bin('k'), []byte("k"), blob("k"))
	testKey(t, keyed[[4]byte]{Key: [4]byte{1, 2}}, "B", bin(1, 2, 0, 0), [4]byte{1, 2})
	testKey(t, keyed[int]{Key: -7}, "N", num("-7"), -7, int8(-7), int64(-7), number(-7))
	testKey(t, keyed[int8]{Key: 7}, "N", num("7"), 7, int64(7), uint(7), uint64(7), number(7))
	testKey(t, keyed[int64]{Key: math.MaxInt64}, "N", num("9223372036854775807"), int64(math.MaxInt64), uint64(math.MaxInt64))
	testKey(t, keyed[number]{Key: 7}, "N", num("7"), 7, uint8(7))
	testKey(t, keyed[uint]{Key: 7}, "N", num("7"), 7, int8(7), uint64(7), natural(7))
	testKey(t, keyed[uint64]{Key: math.MaxUint64}, "N", num("18446744073709551615"), uint64(math.MaxUint64))
	testKey(t, keyed[natural]{Key: 255}, "N", num("255"), 255, int64(255))
	testKey(t, keyed[int]{Key: 0}, "N", num("0"), 0)
	testKey(t, keyed[*int]{Key: new(int)}, "N", num("0"), 0, new(int))
	testKey(t, keyed[float64]{Key: 1.5}, "N", num("1.5"), 1.5, float32(1.5))
	testKey(t, keyed[float32]{Key: 0.1}, "N", num("0.1"), 0.1, float32(0.1))
	testKey(t, keyed[attributevalue.Number]{Key: "7"}, "N", num("7"), "7", attributevalue.Number("7"), json.Number("7"))
	testKey(t, keyed[json.Number]{Key: "7"}, "N", num("7"), "7")
	testKey(t, keyed[time.Time]{Key: noon}, "S", str("2026-11-23T12:00:00Z"), noon)
	testKey(t, keyed[*time.Time]{Key: &noon}, "S", str("2026-11-23T12:00:00Z"), noon, &noon)
	testKey(t, keyed[attributevalue.UnixTime]{Key: attributevalue.UnixTime(noon.Local())}, "N", num("1795435200"), attributevalue.UnixTime(noon))
	testKey(t, keyedUnix{Key: noon.Local()}, "N", num("1795435200"), noon)
	testKey(t, keyedText{Key: 7}, "S", str("7"), 7, uint8(7))
}

func pointer[T any](v T) *T { return &v }

// testKey saves a value, loads it by each argument and deletes it.
func testKey[T any](t *testing.T, value T, keyType string, stored types.AttributeValue, arguments ...any) {
	t.Run(fmt.Sprintf("%T", value), func(t *testing.T) {
		db := newDB(t, "keyed", "key", keyType)
		client := &recorder{DynamoDB: db.Client()}
		m := newMapper[T](t, client)
		require.NoError(t, m.Save(t.Context(), &value))
		assert.Equal(t, stored, theItem(t, db, "keyed")["key"])
		for _, argument := range arguments {
			got, err := m.Load(t.Context(), argument)
			require.NoError(t, err, "%T", argument)
			assert.Equal(t, value, got, "%T", argument)
		}
		require.NoError(t, m.Delete(t.Context(), &value))
		assert.Equal(t, crypto.Item{"key": stored}, client.deletes[0].Key)
		assert.Empty(t, db.Items("keyed"))
	})
}

func TestKeysThatDoNotFit(t *testing.T) {
	testMisfit[string](t, 7, []byte("CANARY"), pointer("CANARY"), true, nil, struct{}{}, 'k', str("CANARY"), "", name(""), "CANARY\xFF")
	testMisfit[int](t, "CANARY", 1.5, uint64(math.MaxUint64), true, nil, json.Number("7"), time.Now())
	testMisfit[int8](t, 128, -129, uint(128), int64(math.MaxInt64))
	testMisfit[uint](t, -1, int8(-1), 1.0, "7")
	testMisfit[uint8](t, 256, -1, uint16(256))
	testMisfit[float64](t, "7", math.NaN(), math.Inf(1), math.Inf(-1), nil)
	testMisfit[float32](t, 1e300, "7")
	testMisfit[[]byte](t, "CANARY", []octet("CANARY"), []int{7}, []byte{}, []byte(nil), blob(nil), [1]byte{7}, nil)
	testMisfit[[4]byte](t, [3]byte{}, []byte{1, 2, 3, 4}, "CANA")
	testMisfit[*string](t, (*string)(nil), (*name)(nil), 7, pointer(""), nil)
	testMisfit[time.Time](t, 1700000000, "2026-11-23T12:00:00Z", nil)
	testMisfit[attributevalue.Number](t, "CANARY", "", "1e999", "NaN", 7)
	testMisfit[any](t, true, nil, []string{"CANARY"}, map[string]int{"CANARY": 1}, "", math.NaN())
	testMisfit[addressed](t, "CANARY", &addressed{"CANARY"})
}

// testMisfit wants each argument to be refused without a request.
func testMisfit[K any](t *testing.T, arguments ...any) {
	client := &recorder{DynamoDB: silent}
	m := newMapper[keyed[K]](t, client)
	for _, argument := range arguments {
		t.Run(fmt.Sprintf("%T for a key of type %T", argument, *new(K)), func(t *testing.T) {
			got, err := m.Load(t.Context(), argument)
			requireClass(t, err, "Load", crypto.ErrConfig)
			assert.Zero(t, got)
			assert.ErrorContains(t, err, `"key"`)
			assert.ErrorContains(t, err, "Key")
			assert.NotContains(t, err.Error(), "CANA")
		})
	}
	assert.Zero(t, client.requests())
}

func TestMisuseOfLoad(t *testing.T) {
	client := &recorder{DynamoDB: silent}
	users := newMapper[user](t, client)
	tests := map[string]struct {
		arguments []any
		message   string
	}{
		"nothing":                         {nil, "is 2, not 0"},
		"too few values":                  {[]any{"alice"}, "is 2, not 1"},
		"too many values":                 {[]any{"alice", 1, 2}, "is 2, not 3"},
		"options alone":                   {[]any{mapper.Consistent()}, "is 2, not 0"},
		"values in the wrong order":       {[]any{1, "alice"}, `"id"`},
		"an option before the values":     {[]any{mapper.Consistent(), "alice", 1}, "before the options"},
		"an option between the values":    {[]any{"alice", mapper.Consistent(), 1}, "before the options"},
		"an option of another operation":  {[]any{"alice", 1, mapper.Clobber()}, "no such option"},
		"nil in the place of the options": {[]any{"alice", 1, nil}, "is 2, not 3"},
		"nil in the place of a value":     {[]any{"alice", nil}, `"created"`},
		"the struct itself":               {[]any{alice()}, "is 2, not 1"},
		"a context":                       {[]any{"alice", context.Background()}, `"created"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := users.Load(t.Context(), test.arguments...)
			requireClass(t, err, "Load", crypto.ErrConfig)
			assert.Zero(t, got)
			assert.ErrorContains(t, err, test.message)
			assert.NotContains(t, err.Error(), "alice")
		})
	}
	assert.Zero(t, client.requests())
}

func TestZeroOptionsDoNothing(t *testing.T) {
	_, users := newUsers(t)
	u := alice()
	require.NoError(t, users.Save(t.Context(), &u, mapper.WriteOption{}, mapper.CallOption{}))
	_, err := users.Load(t.Context(), "alice", 1700000000, mapper.ReadOption{}, mapper.CallOption{})
	require.NoError(t, err)
	stale := user{ID: "alice", Created: 1700000000}
	require.ErrorIs(t, users.Delete(t.Context(), &stale, mapper.WriteOption{}), mapper.ErrVersionConflict)
}
