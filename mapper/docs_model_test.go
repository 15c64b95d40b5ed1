package mapper_test

import (
	"context"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

func TestTheCodeAboutChangingModelsIsRun(t *testing.T) {
	requireBlocksIn(t, "changing-your-data-model.md", "docs_model_test.go")
}

// requireBlocksIn wants the code of a page of the documentation in a test file, line by
// line.
func requireBlocksIn(t *testing.T, page, file string) {
	t.Helper()
	text, err := os.ReadFile("../docs/" + page)
	require.NoError(t, err)
	program, err := os.ReadFile(file)
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?ms)^```go\n(.*?)^```$").FindAllStringSubmatch(string(text), -1)
	require.NotEmpty(t, blocks)
	for _, block := range blocks {
		require.Contains(t, unindented(string(program)), unindented(block[1]))
	}
}

func unindented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimLeft(line, "\t "))
	}
	return b.String()
}

func TestAnAttributeIsAddedAsThePageSays(t *testing.T) {
	db := memdb.New().Client()
	before := func() func() error {
		type User struct {
			_       struct{} `ddbcrypt:"table=users"`
			ID      string   `dynamodbav:"id" ddbcrypt:"partition"`
			Email   string   `dynamodbav:"email"`
			Plan    string   `dynamodbav:"plan" ddbcrypt:"sign"`
			Version int64    `dynamodbav:"version" ddbcrypt:"version"`
		}
		users := newMapper[User](t, db)
		require.NoError(t, users.CreateTable(t.Context()))
		require.NoError(t, users.Save(t.Context(), &User{ID: "alice", Email: "alice@example.com", Plan: "gold"}))
		return func() error { return loadAndSave(t.Context(), users) }
	}()
	ready := func() func() error {
		type User struct {
			_       struct{}                        `ddbcrypt:"table=users,retired=phone:encrypt"`
			ID      string                          `dynamodbav:"id" ddbcrypt:"partition"`
			Email   string                          `dynamodbav:"email"`
			Plan    string                          `dynamodbav:"plan" ddbcrypt:"sign"`
			Version int64                           `dynamodbav:"version" ddbcrypt:"version"`
			Rest    map[string]types.AttributeValue `dynamodbav:"-" ddbcrypt:"unknown"`
		}
		users := newMapper[User](t, db)
		return func() error { return loadAndSave(t.Context(), users) }
	}()
	for _, run := range []func() error{before, ready, before, ready} {
		require.NoError(t, run())
	}

	type User struct {
		_       struct{} `ddbcrypt:"table=users"`
		ID      string   `dynamodbav:"id" ddbcrypt:"partition"`
		Email   string   `dynamodbav:"email"`
		Phone   string   `dynamodbav:"phone,omitempty"`
		Plan    string   `dynamodbav:"plan" ddbcrypt:"sign"`
		Version int64    `dynamodbav:"version" ddbcrypt:"version"`
	}
	users := newMapper[User](t, db)
	require.NoError(t, loadAndSave(t.Context(), users))
	require.NoError(t, before())
	alice, err := users.Load(t.Context(), "alice")
	require.NoError(t, err)
	alice.Phone = "+43 1 234"
	require.NoError(t, users.Save(t.Context(), &alice))
	require.NoError(t, ready())
	require.ErrorIs(t, before(), crypto.ErrSignature)
	alice, err = users.Load(t.Context(), "alice")
	require.NoError(t, err)
	require.Equal(t, "+43 1 234", alice.Phone)
}

func loadAndSave[T any](ctx context.Context, users *mapper.Mapper[T]) error {
	user, err := users.Load(ctx, "alice")
	if err != nil {
		return err
	}
	return users.Save(ctx, &user)
}

// User and NewUser are the models before and after the action of plan is changed.
type (
	User struct {
		_    struct{} `ddbcrypt:"table=users"`
		ID   string   `dynamodbav:"id" ddbcrypt:"partition"`
		Plan string   `dynamodbav:"plan" ddbcrypt:"sign"`
	}
	NewUser struct {
		_    struct{} `ddbcrypt:"table=users"`
		ID   string   `dynamodbav:"id" ddbcrypt:"partition"`
		Plan string   `dynamodbav:"plan"`
	}
)

func learningUsers(db *dynamodb.Client, encryptor crypto.ItemEncryptor) (*mapper.Mapper[User], error) {
	users, err := mapper.New[User](db, encryptor, mapper.WithPreviousModel[NewUser]())
	return users, err
}

func changingUsers(db *dynamodb.Client, encryptor crypto.ItemEncryptor) (*mapper.Mapper[NewUser], error) {
	users, err := mapper.New[NewUser](db, encryptor, mapper.WithPreviousModel[User]())
	return users, err
}

func changedUsers(db *dynamodb.Client, encryptor crypto.ItemEncryptor) (*mapper.Mapper[NewUser], error) {
	users, err := mapper.New[NewUser](db, encryptor)
	return users, err
}

func writeAnew(ctx context.Context, users *mapper.Mapper[NewUser]) error {
	for user, err := range users.Scan(ctx) {
		if err != nil {
			return err
		}
		_, err := users.Modify(ctx, mapper.Key{user.ID}, func(*NewUser) error { return nil })
		if err != nil && !errors.Is(err, mapper.ErrNotFound) { // deleted meanwhile
			return err
		}
	}
	return nil
}

// isDone reports whether no item of the old model is left.
func isDone(ctx context.Context, users *mapper.Mapper[NewUser]) (bool, error) {
	before := users.Counters().Previous[0]
	for _, err := range users.Scan(ctx) {
		if err != nil {
			return false, err
		}
	}
	return users.Counters().Previous[0] == before, nil
}

func TestAnActionIsChangedAsThePageSays(t *testing.T) {
	db, encryptor := memdb.New().Client(), newEncryptor(1)
	learning, changing, changed := must(learningUsers(db, encryptor)), must(changingUsers(db, encryptor)), must(changedUsers(db, encryptor))
	require.NoError(t, learning.CreateTable(t.Context()))
	require.NoError(t, learning.Save(t.Context(), &User{ID: "alice", Plan: "gold"}))
	require.NoError(t, learning.Save(t.Context(), &User{ID: "bob", Plan: "free"}))
	require.NoError(t, loadAndSave(t.Context(), changing))
	require.NoError(t, loadAndSave(t.Context(), learning))
	require.NoError(t, loadAndSave(t.Context(), changing))
	require.ErrorIs(t, writeAnew(t.Context(), changed), crypto.ErrSignature)
	require.False(t, must(isDone(t.Context(), changing)))
	require.NoError(t, writeAnew(t.Context(), changing))
	require.True(t, must(isDone(t.Context(), changing)))
	alice, err := changed.Load(t.Context(), "alice")
	require.NoError(t, err)
	require.Equal(t, NewUser{ID: "alice", Plan: "gold"}, alice)
}

func TestATableIsRenamedAsThePageSays(t *testing.T) {
	type Restored struct {
		_    struct{} `ddbcrypt:"table=users-restored,signedas=users"`
		ID   string   `dynamodbav:"id" ddbcrypt:"partition"`
		Plan string   `dynamodbav:"plan" ddbcrypt:"sign"`
	}
	store, encryptor := memdb.New(), newEncryptor(1)
	db := store.Client()
	users, copies := newMapper[User](t, db), newMapper[Restored](t, db)
	require.NoError(t, users.CreateTable(t.Context()))
	require.NoError(t, copies.CreateTable(t.Context()))
	require.NoError(t, users.Save(t.Context(), &User{ID: "alice", Plan: "gold"}))
	require.NoError(t, store.Replace("users-restored", theItem(t, store, "users")))
	require.NoError(t, loadAndSave(t.Context(), copies))

	restored, err := mapper.New[User](db, encryptor, mapper.WithTable("users-restored"),
		mapper.WithSignedTableNames(map[string]string{"users-restored": "users"}))
	require.NoError(t, err)
	require.NoError(t, loadAndSave(t.Context(), restored))
	require.ErrorIs(t, loadAndSave(t.Context(), newMapper[User](t, db, mapper.WithTable("users-restored"))), crypto.ErrSignature)
}
