package mapper_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

func TestSaveAndLoad(t *testing.T) {
	_, users := newUsers(t)
	saved := alice()
	require.NoError(t, users.Save(t.Context(), &saved))

	want := alice()
	want.Version = 1
	assert.Equal(t, want, saved, "nothing but the version moves")

	loaded, err := users.Load(t.Context(), "alice", 1700000000)
	require.NoError(t, err)
	assert.Equal(t, want, loaded)

	loaded.Email = "new@example.com"
	require.NoError(t, users.Save(t.Context(), &loaded))
	again, err := users.Load(t.Context(), "alice", 1700000000, mapper.Consistent())
	require.NoError(t, err)
	assert.Equal(t, loaded, again)
	assert.Equal(t, int64(2), again.Version)
}

func TestStoredItem(t *testing.T) {
	db, users := newUsers(t)
	u := alice()
	require.NoError(t, users.Save(t.Context(), &u))
	stored := theItem(t, db, "users")

	t.Run("has the attributes of the struct and the two of the encryptor", func(t *testing.T) {
		assert.Equal(t, []string{
			crypto.DefaultDescriptionAttribute, crypto.DefaultSignatureAttribute,
			"created", "email", "id", "plan", "version", "views",
		}, names(stored))
	})
	t.Run("has keys, signed and untouched attributes in clear", func(t *testing.T) {
		assert.Equal(t, str("alice"), stored["id"])
		assert.Equal(t, num("1700000000"), stored["created"])
		assert.Equal(t, str("gold"), stored["plan"])
		assert.Equal(t, num("7"), stored["views"])
		assert.Equal(t, num("1"), stored["version"])
	})
	t.Run("has the encrypted attribute nowhere in clear", func(t *testing.T) {
		require.IsType(t, bin(), stored["email"])
		for name, v := range stored {
			if b, ok := v.(*types.AttributeValueMemberB); ok {
				assert.False(t, bytes.Contains(b.Value, []byte("example")), name)
			}
		}
	})
	t.Run("is another ciphertext each time", func(t *testing.T) {
		again := u
		require.NoError(t, users.Save(t.Context(), &again))
		assert.NotEqual(t, stored["email"], theItem(t, db, "users")["email"])
	})
}

func TestSaveReplacesTheWholeItem(t *testing.T) {
	db, users := newUsers(t)
	u := alice()
	require.NoError(t, users.Save(t.Context(), &u))
	require.NoError(t, db.Replace("users", with(theItem(t, db, "users"), "other", str("of another program"))))
	require.NoError(t, users.Save(t.Context(), &u))
	assert.NotContains(t, theItem(t, db, "users"), "other")
}

func TestSaveWithoutVersionHasNoCondition(t *testing.T) {
	type note struct {
		_    struct{} `ddbcrypt:"table=notes"`
		ID   string   `dynamodbav:"id" ddbcrypt:"partition"`
		Text string   `dynamodbav:"text"`
	}
	db := newDB(t, "notes", "id", "S")
	client := &recorder{DynamoDB: db.Client()}
	notes := newMapper[note](t, client)
	for _, text := range []string{"first", "second"} {
		require.NoError(t, notes.Save(t.Context(), &note{ID: "n", Text: text}))
	}
	for _, put := range client.puts {
		assert.Nil(t, put.ConditionExpression)
		assert.Empty(t, put.ExpressionAttributeNames)
	}
	got, err := notes.Load(t.Context(), "n")
	require.NoError(t, err)
	assert.Equal(t, "second", got.Text)
}

func TestSaveLeavesTheValueAlone(t *testing.T) {
	type deep struct {
		_      struct{} `ddbcrypt:"table=deep"`
		ID     *string  `dynamodbav:"id" ddbcrypt:"partition"`
		Bytes  []byte
		Set    []string `dynamodbav:",stringset"`
		Nested map[string][]int
		Any    any
	}
	build := func() *deep {
		id := "x"
		return &deep{
			ID: &id, Bytes: []byte("bytes"), Set: []string{"z", "a", "m"},
			Nested: map[string][]int{"n": {3, 1, 2}}, Any: []any{"b", 1.5, nil},
		}
	}
	db := newDB(t, "deep", "id", "S")
	m := newMapper[deep](t, db.Client())
	value := build()
	require.NoError(t, m.Save(t.Context(), value))
	assert.Equal(t, build(), value)
	require.NoError(t, m.Delete(t.Context(), value))
	assert.Equal(t, build(), value)
}

func TestSaveRefusesBeforeAnyRequest(t *testing.T) {
	type bad struct {
		_       struct{} `ddbcrypt:"table=bad"`
		ID      string   `dynamodbav:"id" ddbcrypt:"partition"`
		Numbers []string `dynamodbav:"numbers,numberset"`
		Text    string   `dynamodbav:"text"`
	}
	client := &recorder{DynamoDB: silent}
	m := newMapper[bad](t, client)
	tests := map[string]struct {
		value *bad
		names []string
	}{
		"nil":                             {nil, []string{"nil"}},
		"an empty key":                    {&bad{}, []string{`"id"`, "ID"}},
		"a set of the wrong element type": {&bad{ID: "x", Numbers: []string{"CANARY"}}, []string{`"numbers"`, "Numbers"}},
		"text that is not UTF-8":          {&bad{ID: "x", Text: "CANARY\xFF"}, []string{`"text"`}},
		"a key that is not UTF-8":         {&bad{ID: "CANARY\xFF"}, []string{`"id"`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			err := m.Save(t.Context(), test.value)
			requireClass(t, err, "Save", crypto.ErrConfig)
			for _, name := range test.names {
				assert.ErrorContains(t, err, name)
			}
			assert.NotContains(t, err.Error(), "CANARY")
		})
	}
	assert.Zero(t, client.requests())
}

func TestItemsOverTheSizeLimit(t *testing.T) {
	client := &recorder{DynamoDB: silent}
	users := newMapper[user](t, client)
	for name, size := range map[string]int{"before encryption": 400 << 10, "by encryption": 400<<10 - 200} {
		t.Run(name, func(t *testing.T) {
			u := alice()
			u.Email = strings.Repeat("x", size)
			err := users.Save(t.Context(), &u)
			requireClass(t, err, "Save", crypto.ErrConfig)
			assert.ErrorContains(t, err, "DynamoDB stores at most 409600; make it smaller")
			assert.ErrorContains(t, err, `"users"`)
			assert.Less(t, len(err.Error()), 500)
			assert.Zero(t, u.Version)
		})
	}
	assert.Zero(t, client.requests())
}

func TestClientOptionsReachTheClient(t *testing.T) {
	db, _ := newUsers(t)
	client := &recorder{DynamoDB: db.Client()}
	users := newMapper[user](t, client)
	called := 0
	count := mapper.ClientOptions(func(*dynamodb.Options) { called++ }, func(*dynamodb.Options) { called++ })
	u := alice()
	require.NoError(t, users.Save(t.Context(), &u, count))
	_, err := users.Load(t.Context(), "alice", 1700000000, count, mapper.Consistent())
	require.NoError(t, err)
	require.NoError(t, users.Delete(t.Context(), &u, mapper.Clobber(), count))
	assert.Equal(t, 6, called)
}

func TestConcurrentUse(t *testing.T) {
	_, users := newUsers(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 10 {
				u := alice()
				u.Created = int64(100*i + j)
				assert.NoError(t, users.Save(t.Context(), &u))
				loaded, err := users.Load(t.Context(), "alice", u.Created)
				assert.NoError(t, err)
				assert.Equal(t, u, loaded)
				assert.NoError(t, users.Delete(t.Context(), &loaded))
			}
		})
	}
	wg.Wait()
}

func TestUpdateSaysWhyThereIsNone(t *testing.T) {
	_, users := newUsers(t)
	err := users.Update(t.Context(), "alice", 1700000000, map[string]any{"email": "x"})
	require.ErrorIs(t, err, mapper.ErrPartialUpdate)
	assert.ErrorContains(t, err, "signature covers")
	assert.ErrorContains(t, err, "load, change and save")
}
