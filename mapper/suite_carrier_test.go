package mapper_test

import (
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// What an item has beside the modelled attributes, and structs that carry it under each
// policy.
type (
	extras        map[string]types.AttributeValue
	carryingClear struct {
		_    struct{} `ddbcrypt:"table=carried"`
		ID   string   `dynamodbav:"id" ddbcrypt:"partition"`
		Text string   `dynamodbav:"text"`
		Rest extras   `dynamodbav:"-" ddbcrypt:"unknown"`
	}
	carryingSigned struct {
		_    struct{} `ddbcrypt:"table=carried,unknown=sign"`
		ID   string   `dynamodbav:"id" ddbcrypt:"partition"`
		Text string   `dynamodbav:"text"`
		Rest extras   `ddbcrypt:"unknown"` // by the name Rest for attributevalue
	}
	carryingEncrypted struct {
		_    struct{} `ddbcrypt:"table=carried,unknown=encrypt"`
		ID   string   `dynamodbav:"id" ddbcrypt:"partition"`
		Text string   `dynamodbav:"text"`
		Carrier
	}
	// Carrier is embedded.
	Carrier struct {
		Rest extras `dynamodbav:"-" ddbcrypt:"unknown"`
	}
	carryingPointer struct {
		_    struct{} `ddbcrypt:"table=carried,unknown=encrypt"`
		ID   string   `dynamodbav:"id" ddbcrypt:"partition"`
		Text string   `dynamodbav:"text"`
		*Carrier
	}
)

func (c *carryingClear) rest() *extras     { return &c.Rest }
func (c *carryingSigned) rest() *extras    { return &c.Rest }
func (c *carryingEncrypted) rest() *extras { return &c.Rest }
func (c *carryingPointer) rest() *extras {
	if c.Carrier == nil {
		c.Carrier = &Carrier{}
	}
	return &c.Rest
}

func someExtras() extras {
	return extras{"Rest": str("named as the field"), "list": &types.AttributeValueMemberL{Value: []types.AttributeValue{num("1"), str("a")}}, "ID": bin(1, 2)}
}

func init() {
	suite["unknown attributes are carried, and not protected, under the policy ignore"] = func(t *testing.T, w *world) {
		carries[carryingClear](t, w, func(tampered error, v types.AttributeValue) {
			require.Equal(t, str("named as the field"), v)
			require.NoError(t, tampered)
		})
	}
	suite["unknown attributes are carried and signed under the policy sign"] = func(t *testing.T, w *world) {
		carries[carryingSigned](t, w, func(tampered error, v types.AttributeValue) {
			require.Equal(t, str("named as the field"), v)
			requireClass(t, tampered, "Load", crypto.ErrSignature)
		})
	}
	suite["unknown attributes are carried and encrypted under the policy encrypt"] = func(t *testing.T, w *world) {
		carries[carryingEncrypted](t, w, func(tampered error, v types.AttributeValue) {
			require.IsType(t, bin(), v)
			requireClass(t, tampered, "Load", crypto.ErrSignature)
		})
	}
	suite["unknown attributes are carried by an embedded pointer"] = func(t *testing.T, w *world) {
		carries[carryingPointer](t, w, func(tampered error, v types.AttributeValue) {
			require.IsType(t, bin(), v)
			requireClass(t, tampered, "Load", crypto.ErrSignature)
		})
		nothing := carryingPointer{ID: "b"}
		m := openMapper[carryingPointer](t, w)
		require.NoError(t, m.Save(t.Context(), &nothing))
		got, err := m.Load(t.Context(), "b")
		require.NoError(t, err)
		require.Equal(t, nothing, got)
	}
}

// carries reads and writes in all ways, and hands on what is stored and what becomes of
// a change to it.
func carries[T any, P interface {
	*T
	rest() *extras
}](t *testing.T, w *world, see func(tampered error, v types.AttributeValue)) {
	m := createMapper[T](t, w)
	value := func() *T {
		v := new(T)
		reflect.ValueOf(v).Elem().FieldByName("ID").SetString("a")
		*P(v).rest() = someExtras()
		return v
	}
	require.NoError(t, m.Save(t.Context(), value()))

	keeps := func(v *T, err error) *T {
		t.Helper()
		require.NoError(t, err)
		require.Equal(t, someExtras(), *P(v).rest())
		return v
	}
	loaded, err := m.Load(t.Context(), "a")
	require.NoError(t, m.Save(t.Context(), keeps(&loaded, err)))
	for v, err := range m.Query(t.Context(), mapper.Partition("a")) {
		require.NoError(t, m.Save(t.Context(), keeps(&v, err)))
	}
	for v, err := range m.Scan(t.Context()) {
		require.NoError(t, mapper.Transact(t.Context(), m.PutOp(keeps(&v, err))))
	}
	many, err := m.LoadMany(t.Context(), []mapper.Key{{"a"}})
	require.NoError(t, m.SaveMany(t.Context(), []*T{keeps(many[0], err)}))
	modified, err := m.Modify(t.Context(), mapper.Key{"a"}, func(v *T) error { keeps(v, nil); return nil })
	keeps(&modified, err)
	_, err = m.Modify(t.Context(), mapper.Key{"a"}, func(v *T) error { delete(*P(v).rest(), "list"); return nil })
	require.NoError(t, err)
	projected, err := m.Load(t.Context(), "a", mapper.Project("text"))
	require.NoError(t, err)
	require.Empty(t, *P(&projected).rest())

	stored := w.stored(t, "carried")
	require.Len(t, stored, 1)
	require.NotContains(t, stored[0], "list", "what is removed from the map is removed")
	w.plant(t, "carried", with(stored[0], "Rest", str("changed")))
	_, tampered := m.Load(t.Context(), "a")
	see(tampered, stored[0]["Rest"])
	w.plant(t, "carried", stored[0])

	for name, word := range map[string]string{"text": "that of another field", "id": "that of another field", "*amzn-ddb-map-sig*": "reserved"} {
		bad := value()
		(*P(bad).rest())[name] = str("x")
		err := m.Save(t.Context(), bad)
		requireClass(t, err, "Save", crypto.ErrConfig)
		require.ErrorContains(t, err, word)
		require.ErrorContains(t, err, name)
	}
	require.Equal(t, stored, w.stored(t, "carried"))
}
