package mapper_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// note is a small item, and elsewhere one that is signed for another table.
type (
	note struct {
		_    struct{} `ddbcrypt:"table=notes"`
		ID   string   `dynamodbav:"id" ddbcrypt:"partition"`
		Text string   `dynamodbav:"text"`
	}
	elsewhere struct {
		_    struct{} `ddbcrypt:"table=notes,signedas=by-tag"`
		ID   string   `dynamodbav:"id" ddbcrypt:"partition"`
		Text string   `dynamodbav:"text"`
	}
)

func init() {
	suite["In is the same struct in another table, with the prefix, and signed for that table"] = func(t *testing.T, w *world) {
		notes := createMapper[note](t, w)
		archive := notes.In("archive")
		require.NoError(t, archive.CreateTable(t.Context()))
		require.Equal(t, w.prefix+"notes", notes.Table())
		require.Equal(t, w.prefix+"archive", archive.Table())
		require.True(t, *archive == *notes.In("archive") && *archive == *archive.In("archive"), "it is remembered")

		require.NoError(t, archive.Save(t.Context(), &note{ID: "a", Text: "hello"}))
		_, err := notes.Load(t.Context(), "a")
		require.ErrorIs(t, err, mapper.ErrNotFound)
		a, err := notes.In("archive").Load(t.Context(), "a")
		require.NoError(t, err)
		require.Equal(t, note{ID: "a", Text: "hello"}, a)

		w.plant(t, "notes", w.stored(t, "archive")[0])
		_, err = notes.Load(t.Context(), "a")
		requireClass(t, err, "Load", crypto.ErrSignature)
		require.ErrorContains(t, err, w.prefix+"notes")
	}
	suite["a table may be given by its ARN"] = func(t *testing.T, w *world) {
		notes := createMapper[note](t, w)
		require.NoError(t, notes.Save(t.Context(), &note{ID: "a", Text: "hello"}))
		described, err := w.plain.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String(notes.Table())})
		require.NoError(t, err)
		arn := aws.ToString(described.Table.TableArn)

		for name, byARN := range map[string]*mapper.Mapper[note]{
			"WithTable": openMapper[note](t, w, mapper.WithTablePrefix(""), mapper.WithTable(arn)),
			"In":        openMapper[note](t, w, mapper.WithTablePrefix("")).In(arn),
		} {
			require.Equal(t, arn, byARN.Table(), name)
			a, err := byARN.Load(t.Context(), "a")
			require.NoError(t, err, name)
			require.Equal(t, note{ID: "a", Text: "hello"}, a)
			require.NoError(t, mapper.Check(t.Context(), byARN))
		}
		requireClass(t, notes.In(arn).Save(t.Context(), &note{ID: "a"}), "Save", crypto.ErrConfig)
		_, err = mapper.New[note](w.db, newEncryptor(1), mapper.WithTablePrefix("staging-"), mapper.WithTable(arn))
		require.ErrorIs(t, err, crypto.ErrConfig)
		require.ErrorContains(t, err, "staging-")
	}
	suite["the name that items are signed under is that of the map, the option, the tag or the table, in this order"] = func(t *testing.T, w *world) {
		notes := createMapper[note](t, w)
		whole := w.prefix + "notes"
		byMap := mapper.WithSignedTableNames(map[string]string{whole: "by-map", "other": "by-other"})
		others := mapper.WithSignedTableNames(map[string]string{"notes": "without-prefix"})
		byOption := mapper.WithSignedTableName("by-option")
		tests := []struct {
			save func(id string) error
			name string
		}{
			{saving[note](t, w), whole},
			{saving[note](t, w, others), whole},
			{saving[note](t, w, byOption), "by-option"},
			{saving[note](t, w, byOption, byMap), "by-map"},
			{saving[note](t, w, byMap, byOption), "by-map"},
			{saving[elsewhere](t, w), "by-tag"},
			{saving[elsewhere](t, w, others), "by-tag"},
			{saving[elsewhere](t, w, byOption), "by-option"},
			{saving[elsewhere](t, w, byMap), "by-map"},
			{saving[elsewhere](t, w, byMap, byOption), "by-map"},
		}
		for i, test := range tests {
			id := fmt.Sprint(i)
			require.NoError(t, test.save(id))
			_, err := openMapper[note](t, w, mapper.WithSignedTableName(test.name)).Load(t.Context(), id)
			assert.NoError(t, err, "case %d", i)
			_, err = openMapper[note](t, w, mapper.WithSignedTableName("another")).Load(t.Context(), id)
			assert.ErrorIs(t, err, crypto.ErrSignature, "case %d", i)
		}
		_, err := notes.Load(t.Context(), "0")
		require.NoError(t, err)
	}
	suite["the map of signed names is for the tables of In, too"] = func(t *testing.T, w *world) {
		names := map[string]string{w.prefix + "copy": w.prefix + "notes"}
		notes := createMapper[note](t, w, mapper.WithSignedTableNames(names))
		names[w.prefix+"notes"] = "changed afterwards"
		require.NoError(t, notes.In("copy").CreateTable(t.Context()))
		require.NoError(t, notes.Save(t.Context(), &note{ID: "a", Text: "hello"}))
		w.plant(t, "copy", w.stored(t, "notes")[0])
		a, err := notes.In("copy").Load(t.Context(), "a")
		require.NoError(t, err)
		require.Equal(t, note{ID: "a", Text: "hello"}, a)
		_, err = openMapper[note](t, w).In("copy").Load(t.Context(), "a")
		requireClass(t, err, "Load", crypto.ErrSignature)
	}
}

// saving returns a function that saves an item with a mapper of its own.
func saving[T note | elsewhere](t *testing.T, w *world, options ...mapper.Option) func(id string) error {
	m := openMapper[T](t, w, options...)
	return func(id string) error {
		value := T(note{ID: id})
		return m.Save(t.Context(), &value)
	}
}

func TestANameThatNoTableCanHaveIsAnErrorOfEveryMethod(t *testing.T) {
	notes := newMapper[note](t, silent)
	for _, name := range []string{"", "a b", "a/b", "arn:aws:s3:::bucket", "arn:aws:dynamodb:us-east-1:123456789012:table/t/index/i"} {
		wrong := notes.In(name)
		ctx := t.Context()
		for op, call := range map[string]func() error{
			"Load":        func() error { _, err := wrong.Load(ctx, "a"); return err },
			"Save":        func() error { return wrong.Save(ctx, &note{ID: "a"}) },
			"Delete":      func() error { return wrong.Delete(ctx, &note{ID: "a"}) },
			"DeleteKey":   func() error { return wrong.DeleteKey(ctx, mapper.Key{"a"}) },
			"LoadMany":    func() error { _, err := wrong.LoadMany(ctx, []mapper.Key{{"a"}}); return err },
			"SaveMany":    func() error { return wrong.SaveMany(ctx, []*note{{ID: "a"}}) },
			"DeleteMany":  func() error { return wrong.DeleteMany(ctx, []mapper.Key{{"a"}}) },
			"Modify":      func() error { _, err := wrong.Modify(ctx, mapper.Key{"a"}, unchanged); return err },
			"Query":       func() error { return firstError(wrong.Query(ctx, mapper.Partition("a"))) },
			"Scan":        func() error { return firstError(wrong.Scan(ctx)) },
			"Count":       func() error { _, err := wrong.Count(ctx); return err },
			"CreateTable": func() error { return wrong.CreateTable(ctx) },
			"Check":       func() error { return mapper.Check(ctx, wrong) },
			"Transact":    func() error { return mapper.Transact(ctx, wrong.PutOp(&note{ID: "a"})) },
		} {
			require.ErrorIs(t, call(), crypto.ErrConfig, "%s of table %q", op, name)
		}
		_, err := wrong.CreateTableInput()
		require.ErrorIs(t, err, crypto.ErrConfig)
	}
}

func unchanged(*note) error { return nil }

func firstError[T any](items func(func(T, error) bool)) (first error) {
	for _, err := range items {
		return err
	}
	return nil
}

func TestMoreTablesOfInThanAreRememberedStillWork(t *testing.T) {
	db := newDB(t, "t-0", "id", "S")
	notes := newMapper[note](t, db.Client())
	first := notes.In("t-0")
	for i := range 300 {
		require.Equal(t, fmt.Sprintf("t-%d", i), notes.In(fmt.Sprintf("t-%d", i)).Table())
	}
	require.NoError(t, notes.In("t-0").Save(context.Background(), &note{ID: "a", Text: "hello"}))
	_, err := first.Load(t.Context(), "a")
	require.NoError(t, err)
}
