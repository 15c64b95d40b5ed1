package mapper_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

func init() {
	suite["an attribute that was decrypted is not stored in the clear because nobody states its action"] = func(t *testing.T, w *world) {
		type (
			whole struct {
				_    struct{} `ddbcrypt:"table=notes"`
				ID   string   `dynamodbav:"id" ddbcrypt:"partition"`
				Note string   `dynamodbav:"note"`
			}
			carrying struct {
				_    struct{}                        `ddbcrypt:"table=notes"`
				ID   string                          `dynamodbav:"id" ddbcrypt:"partition"`
				Rest map[string]types.AttributeValue `dynamodbav:"-" ddbcrypt:"unknown"`
			}
			noteless struct {
				_  struct{} `ddbcrypt:"table=notes"`
				ID string   `dynamodbav:"id" ddbcrypt:"partition"`
			}
			signing struct {
				_  struct{} `ddbcrypt:"table=notes,unknown=sign"`
				ID string   `dynamodbav:"id" ddbcrypt:"partition"`
			}
			retired struct {
				_  struct{} `ddbcrypt:"table=notes,retired=note:encrypt"`
				ID string   `dynamodbav:"id" ddbcrypt:"partition"`
			}
		)
		after := createMapper[whole](t, w)
		require.NoError(t, after.Save(t.Context(), &whole{ID: "a", Note: "hello"}))
		stored := w.stored(t, "notes")

		ready := openMapper[carrying](t, w, mapper.WithPreviousModel[whole]())
		a, err := ready.Load(t.Context(), "a")
		require.NoError(t, err)
		err = ready.Save(t.Context(), &a)
		requireClass(t, err, "Save", crypto.ErrConfig)
		require.ErrorContains(t, err, "retired=note:encrypt")
		requireClass(t, ready.SaveMany(t.Context(), []*carrying{&a}, mapper.Clobber()), "SaveMany", crypto.ErrConfig)
		_, err = openMapper[noteless](t, w, mapper.WithPreviousModel[whole]()).Modify(t.Context(), mapper.Key{"a"}, func(*noteless) error { return nil })
		requireClass(t, err, "Modify", crypto.ErrConfig)
		require.ErrorContains(t, err, `"note"`)
		_, err = openMapper[signing](t, w, mapper.WithPreviousModel[whole]()).Modify(t.Context(), mapper.Key{"a"}, func(*signing) error { return nil })
		requireClass(t, err, "Modify", crypto.ErrConfig)
		require.Equal(t, stored, w.stored(t, "notes"))

		_, err = openMapper[retired](t, w).Modify(t.Context(), mapper.Key{"a"}, func(*retired) error { return nil })
		require.NoError(t, err)
		kept, err := after.Load(t.Context(), "a")
		require.NoError(t, err)
		require.Equal(t, "hello", kept.Note)
	}
}
