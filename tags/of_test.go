//lint:file-ignore U1000 fields are read by reflection

package tags_test

import (
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

type Base struct {
	ID      string `dynamodbav:"id" ddbcrypt:"partition,index"`
	Created int64  `dynamodbav:"created" ddbcrypt:"sort"`
}

type Address struct{ City, Street string }

type User struct {
	_ struct{} `ddbcrypt:"table=users,signedas=people,unknown=sign,retired=phone:encrypt,retired=age:sign"`
	*Base
	Email   string  `dynamodbav:"email,omitempty"`
	Plan    string  `dynamodbav:"plan" json:"tariff" ddbcrypt:"sign"`
	Views   int     `dynamodbav:"views" ddbcrypt:"none"`
	Expires int64   `dynamodbav:"expires,nullempty" ddbcrypt:"none,ttl"`
	Home    Address `dynamodbav:"home"`
	Version *int64  `dynamodbav:"version" ddbcrypt:"version"`
	Session chan int
	Cache   map[string]User `dynamodbav:"-"`
	secret  string
}

func modelOf[T any](t *testing.T, opts ...tags.Option) *tags.Model {
	t.Helper()
	m, err := tags.Of(reflect.TypeFor[T](), opts...)
	require.NoError(t, err)
	return m
}

func TestModelSaysWhatTheTagsSay(t *testing.T) {
	m := modelOf[User](t)
	assert.Equal(t, "tags_test.User", m.Type())
	assert.Equal(t, "users", m.Table())
	assert.Equal(t, "people", m.SignedAs())
	assert.Equal(t, crypto.EncryptAndSign, m.Default())
	assert.Equal(t, tags.UnknownSign, m.Unknown())
	assert.Equal(t, []tags.Retired{{"age", crypto.SignOnly}, {"phone", crypto.EncryptAndSign}}, m.Retired())

	type row struct {
		name, path                           string
		typ                                  reflect.Type
		action                               crypto.Action
		partition, sort, version, index, ttl bool
		omitEmpty                            bool
	}
	var got []row
	for _, a := range m.Attributes() {
		got = append(got, row{a.Name, a.Path, a.Type, a.Action,
			a.Partition, a.Sort, a.Version, a.Index, a.TTL, a.OmitEmpty})
	}
	assert.Equal(t, []row{
		{name: "created", path: "Base.Created", typ: reflect.TypeFor[int64](), action: crypto.SignOnly, sort: true},
		{name: "email", path: "Email", typ: reflect.TypeFor[string](), omitEmpty: true},
		{name: "expires", path: "Expires", typ: reflect.TypeFor[int64](), action: crypto.DoNothing, ttl: true},
		{name: "home", path: "Home", typ: reflect.TypeFor[Address]()},
		{name: "id", path: "Base.ID", typ: reflect.TypeFor[string](), action: crypto.SignOnly, partition: true, index: true},
		{name: "plan", path: "Plan", typ: reflect.TypeFor[string](), action: crypto.SignOnly},
		{name: "version", path: "Version", typ: reflect.TypeFor[*int64](), action: crypto.SignOnly, version: true},
		{name: "views", path: "Views", typ: reflect.TypeFor[int](), action: crypto.DoNothing},
	}, got)

	for want, get := range map[string]func() (tags.Attribute, bool){
		"id": m.Partition, "created": m.Sort, "version": m.Version,
	} {
		a, ok := get()
		assert.True(t, ok)
		assert.Equal(t, want, a.Name)
	}
}

func TestModelActions(t *testing.T) {
	const encrypt, sign, none = crypto.EncryptAndSign, crypto.SignOnly, crypto.DoNothing
	t.Run("list the attributes and the retired ones", func(t *testing.T) {
		got := modelOf[User](t).Actions()
		assert.Equal(t, sign, got.Default)
		assert.Equal(t, map[string]crypto.Action{
			"id": sign, "created": sign, "email": encrypt, "plan": sign, "views": none, "expires": none,
			"home": encrypt, "version": sign, "phone": encrypt, "age": sign,
		}, got.Overrides)
	})
	t.Run("the default goes to fields that state nothing", func(t *testing.T) {
		type item struct {
			_ struct{} `ddbcrypt:"default=none,unknown=encrypt"`
			A int
			B int `ddbcrypt:"encrypt"`
			K int `ddbcrypt:"partition"`
			S int `ddbcrypt:"none,index"`
			V int `ddbcrypt:"version"`
		}
		got := modelOf[item](t).Actions()
		assert.Equal(t, encrypt, got.Default)
		assert.Equal(t, map[string]crypto.Action{"A": none, "B": encrypt, "K": sign, "S": none, "V": sign}, got.Overrides)
	})
	t.Run("unknown attributes are ignored unless the struct says otherwise", func(t *testing.T) {
		got := modelOf[struct{ A int }](t).Actions()
		assert.Equal(t, none, got.Default)
		assert.Equal(t, map[string]crypto.Action{"A": encrypt}, got.Overrides)
	})
}

func TestModelNamesMatchLetterForLetter(t *testing.T) {
	m := modelOf[User](t)
	for name, want := range map[string]bool{
		"email": true, "EMAIL": false, "Email": false, "phone": false, "Session": false, "secret": false, "": false,
	} {
		_, ok := m.Attribute(name)
		assert.Equal(t, want, ok, name)
		assert.Equal(t, want, m.Has(name), name)
	}
}

func TestModelCannotBeChanged(t *testing.T) {
	m := modelOf[User](t)
	m.Attributes()[0].Name = "x"
	m.Retired()[0].Name = "x"
	m.Actions().Overrides["email"] = crypto.DoNothing
	a, _ := m.Partition()
	a.Action = crypto.DoNothing
	a.FieldIndex()[0] = 99

	assert.Equal(t, "created", m.Attributes()[0].Name)
	assert.Equal(t, "age", m.Retired()[0].Name)
	assert.Equal(t, crypto.EncryptAndSign, m.Actions().Overrides["email"])
	a, _ = m.Partition()
	assert.Equal(t, crypto.SignOnly, a.Action)
	assert.Equal(t, []int{1, 0}, a.FieldIndex())
}

func TestTagKey(t *testing.T) {
	plain, json := modelOf[User](t), modelOf[User](t, tags.WithTagKey("json"))
	assert.True(t, plain.Has("plan"))
	assert.False(t, json.Has("plan"))
	assert.True(t, json.Has("tariff"))
	assert.True(t, json.Has("email"))
	assert.Same(t, plain, modelOf[User](t, tags.WithTagKey("dynamodbav")), "dynamodbav is the default")

	for _, key := range []string{"ddbcrypt", "a b", `a"b`, "a:b"} {
		_, err := tags.Of(reflect.TypeFor[User](), tags.WithTagKey(key))
		require.ErrorIs(t, err, crypto.ErrConfig)
		require.ErrorContains(t, err, "cannot name attributes")
	}
}

func TestModelIsComputedOnce(t *testing.T) {
	t.Run("for all goroutines, for the type and pointers to it", func(t *testing.T) {
		type item struct {
			ID string `ddbcrypt:"partition"`
		}
		models := make([]*tags.Model, 64)
		var wg sync.WaitGroup
		for i := range models {
			wg.Go(func() {
				typ := reflect.TypeFor[item]()
				if i%2 == 0 {
					typ = reflect.PointerTo(typ)
				}
				models[i], _ = tags.Of(typ)
			})
		}
		wg.Wait()
		require.NotNil(t, models[0])
		for _, m := range models {
			assert.Same(t, models[0], m)
		}
	})
	t.Run("for errors too", func(t *testing.T) {
		type item struct {
			ID string `ddbcrypt:"sing"`
		}
		_, first := tags.Of(reflect.TypeFor[item]())
		_, second := tags.Of(reflect.TypeFor[*item]())
		require.Error(t, first)
		assert.Same(t, faultsOf(t, first)[0], faultsOf(t, second)[0])
	})
}

func TestOfRefusesTypesThatAreNoItems(t *testing.T) {
	for name, c := range map[string]struct {
		typ    reflect.Type
		reason string
	}{
		"nil is no struct":                      {nil, "not a struct"},
		"a string is no struct":                 {reflect.TypeFor[string](), "not a struct"},
		"a pointer to a pointer is no struct":   {reflect.TypeFor[**User](), "not a struct"},
		"a map is no struct":                    {reflect.TypeFor[map[string]User](), "not a struct"},
		"a time has no attributes":              {reflect.TypeFor[time.Time](), "type is a time"},
		"a marshaler has unknown attributes":    {reflect.TypeFor[opaque](), "marshals itself"},
		"an embedded marshaler takes over":      {reflect.TypeFor[embedsOpaque](), "marshals itself"},
		"an unmarshaler has unknown attributes": {reflect.TypeFor[opaqueReader](), "marshals itself"},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := tags.Of(c.typ)
			assert.Nil(t, m)
			faults := faultsOf(t, err)
			require.Len(t, faults, 1)
			assert.NotEmpty(t, faults[0].Type)
			assert.ErrorContains(t, err, c.reason)
		})
	}
}
