package mapper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// Three versions of a struct, of which the last is the newest.
type (
	firstModel struct {
		_    struct{} `ddbcrypt:"table=items"`
		ID   string   `dynamodbav:"id" ddbcrypt:"partition"`
		Text string   `dynamodbav:"text,omitempty" ddbcrypt:"none"`
	}
	secondModel struct {
		_    struct{} `ddbcrypt:"table=items"`
		ID   string   `dynamodbav:"id" ddbcrypt:"partition"`
		Text string   `dynamodbav:"text,omitempty" ddbcrypt:"sign"`
	}
	thirdModel struct {
		_    struct{} `ddbcrypt:"table=items"`
		ID   string   `dynamodbav:"id" ddbcrypt:"partition"`
		Text string   `dynamodbav:"text,omitempty"`
	}
)

func actionsOf(text crypto.Action) crypto.Actions {
	return crypto.Actions{Default: crypto.DoNothing, Overrides: map[string]crypto.Action{"id": crypto.SignOnly, "text": text}}
}

func TestPreviousModelsAreTriedInOrderAndCounted(t *testing.T) {
	db := newDB(t, "items", "id", "S")
	require.NoError(t, newMapper[firstModel](t, db.Client()).Save(t.Context(), &firstModel{ID: "1", Text: "hello"}))
	require.NoError(t, newMapper[secondModel](t, db.Client()).Save(t.Context(), &secondModel{ID: "2", Text: "hello"}))
	require.NoError(t, newMapper[thirdModel](t, db.Client()).Save(t.Context(), &thirdModel{ID: "3", Text: "hello"}))
	// The same signature under each of the models.
	require.NoError(t, newMapper[firstModel](t, db.Client()).Save(t.Context(), &firstModel{ID: "4"}))

	for name, options := range map[string][]mapper.Option{
		"by structs":         {mapper.WithPreviousModel[secondModel](), mapper.WithPreviousModel[firstModel]()},
		"by actions":         {mapper.WithPreviousActions(actionsOf(crypto.SignOnly), actionsOf(crypto.DoNothing))},
		"by actions, singly": {mapper.WithPreviousActions(actionsOf(crypto.SignOnly)), mapper.WithPreviousActions(actionsOf(crypto.DoNothing))},
		"by both":            {mapper.WithPreviousModel[secondModel](), mapper.WithPreviousActions(actionsOf(crypto.DoNothing))},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMapper[thirdModel](t, db.Client(), options...)
			require.Equal(t, []int64{0, 0}, m.Counters().Previous)
			for id, want := range map[string]thirdModel{"1": {ID: "1", Text: "hello"}, "2": {ID: "2", Text: "hello"}, "3": {ID: "3", Text: "hello"}, "4": {ID: "4"}} {
				got, err := m.In("items").Load(t.Context(), id)
				require.NoError(t, err)
				require.Equal(t, want, got)
			}
			require.Equal(t, []int64{1, 1}, m.Counters().Previous, "those of In are among them")
			for range m.Scan(t.Context()) {
			}
			require.Equal(t, []int64{2, 2}, m.Counters().Previous)
		})
	}
	require.Nil(t, newMapper[thirdModel](t, db.Client()).Counters().Previous)
	// Two models that accept an item: the first of the list counts.
	m := newMapper[thirdModel](t, db.Client(), mapper.WithPreviousModel[firstModel](), mapper.WithPreviousActions(actionsOf(crypto.DoNothing)))
	_, err := m.Load(t.Context(), "1")
	require.NoError(t, err)
	require.Equal(t, []int64{1, 0}, m.Counters().Previous)
}

func TestAnItemThatFitsNoModelIsRefused(t *testing.T) {
	db := newDB(t, "items", "id", "S")
	m := newMapper[thirdModel](t, db.Client(), mapper.WithPreviousModel[secondModel]())
	require.NoError(t, newMapper[secondModel](t, db.Client()).Save(t.Context(), &secondModel{ID: "2", Text: "hello"}))
	stored := theItem(t, db, "items")
	for _, tampered := range []crypto.Item{with(stored, "text", str("changed")), with(stored, "text", nil), with(stored, "text", bin(1, 2, 3))} {
		require.NoError(t, db.Replace("items", tampered))
		_, err := m.Load(t.Context(), "2")
		requireClass(t, err, "Load", crypto.ErrSignature)
	}
	require.NoError(t, db.Replace("items", crypto.Item{"id": str("2"), "text": str("hello")}))
	_, err := m.Load(t.Context(), "2")
	requireClass(t, err, "Load", crypto.ErrNotEncrypted)
	require.Equal(t, []int64{0}, m.Counters().Previous)
}

func TestSaveWritesUnderTheCurrentModel(t *testing.T) {
	db := newDB(t, "items", "id", "S")
	m := newMapper[thirdModel](t, db.Client(), mapper.WithPreviousModel[secondModel]())
	require.NoError(t, newMapper[secondModel](t, db.Client()).Save(t.Context(), &secondModel{ID: "2", Text: "hello"}))
	item, err := m.Load(t.Context(), "2")
	require.NoError(t, err)
	require.NoError(t, m.Save(t.Context(), &item))
	require.IsType(t, bin(), theItem(t, db, "items")["text"])
	_, err = newMapper[thirdModel](t, db.Client()).Load(t.Context(), "2")
	require.NoError(t, err)
}

func TestKMSIsAskedOncePerItemOfAPreviousModel(t *testing.T) {
	const region = "eu-west-1"
	keys := memkms.New()
	encryptor := crypto.NewEncryptor(must(cmp.NewKMS(keys.Client(region), keys.CreateKey(region))))
	db := newDB(t, "items", "id", "S")
	require.NoError(t, must(mapper.New[firstModel](db.Client(), encryptor)).Save(t.Context(), &firstModel{ID: "1", Text: "hello"}))
	m := must(mapper.New[thirdModel](db.Client(), encryptor, mapper.WithPreviousModel[secondModel](), mapper.WithPreviousModel[firstModel]()))
	_, err := m.Load(t.Context(), "1")
	require.NoError(t, err)
	require.Equal(t, 1, keys.Count("Decrypt"))
	require.Equal(t, []int64{0, 1}, m.Counters().Previous)
}

func TestPreviousModelsThatAreWrongAreReportedByNew(t *testing.T) {
	type (
		misspelt struct {
			ID   string `dynamodbav:"id" ddbcrypt:"partition"`
			Text string `dynamodbav:"text" ddbcrypt:"sing"`
		}
		unprotected struct {
			ID   string `dynamodbav:"id" ddbcrypt:"none,partition"`
			Text string `dynamodbav:"text" ddbcrypt:"none"`
		}
	)
	for name, test := range map[string]struct {
		options []mapper.Option
		words   []string
	}{
		"a struct with a wrong tag":              {[]mapper.Option{mapper.WithPreviousModel[secondModel](), mapper.WithPreviousModel[misspelt]()}, []string{"previous model 2", "misspelt", "field Text", `did you mean "sign"`}},
		"no struct":                              {[]mapper.Option{mapper.WithPreviousModel[string]()}, []string{"previous model 1", "string"}},
		"a model that protects nothing":          {[]mapper.Option{mapper.WithPreviousModel[unprotected]()}, []string{"none for every attribute"}},
		"actions that encrypt the key":           {[]mapper.Option{mapper.WithPreviousActions(crypto.Actions{})}, []string{"previous actions 0", `"id"`}},
		"an action that there is not":            {[]mapper.Option{mapper.WithPreviousActions(crypto.Actions{Default: 9})}, []string{"previous actions 0", "9"}},
		"another fault, together with the model": {[]mapper.Option{mapper.WithPreviousModel[misspelt](), mapper.WithClock(nil)}, []string{"previous model 1", "the clock is nil"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := mapper.New[thirdModel](silent, newEncryptor(1), test.options...)
			require.ErrorIs(t, err, crypto.ErrConfig)
			for _, word := range test.words {
				require.ErrorContains(t, err, word)
			}
		})
	}
	_, err := mapper.New[thirdModel](silent, struct{ crypto.ItemEncryptor }{newEncryptor(1)}, mapper.WithPreviousModel[secondModel]())
	require.ErrorIs(t, err, crypto.ErrConfig)
	require.ErrorContains(t, err, "cannot read items of earlier models")
}
