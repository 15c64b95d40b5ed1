package mapper_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// The lines of the README's first program are in the test below, with checks between
// them.
func TestTheLinesOfTheREADMEAreRun(t *testing.T) {
	source, err := os.ReadFile("docs_readme_test.go")
	require.NoError(t, err)
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	_, part, ok := strings.Cut(string(readme), "\n## What you write\n")
	require.True(t, ok)
	for line := range strings.Lines(blocksOf(part, "go")[0]) {
		require.Contains(t, unindented(string(source)), unindented(line))
	}
}

func TestTheProgramOfTheREADME(t *testing.T) {
	type User struct {
		_       struct{} `ddbcrypt:"table=users"`
		ID      string   `dynamodbav:"id" ddbcrypt:"partition"`
		Created int64    `dynamodbav:"created" ddbcrypt:"sort"`
		Email   string   `dynamodbav:"email"`                      // encrypted and signed
		Plan    string   `dynamodbav:"plan" ddbcrypt:"sign"`       // signed only
		Views   int      `dynamodbav:"views" ddbcrypt:"none"`      // neither
		Version int64    `dynamodbav:"version" ddbcrypt:"version"` // optimistic lock
	}
	ctx, store := t.Context(), memdb.New()
	cfg := aws.Config{Region: "us-east-1", HTTPClient: store, Credentials: store.Client().Options().Credentials}
	wrappingKey, signingKey := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32)
	user := User{ID: "alice", Created: 1700000000, Email: "alice@example.com", Plan: "free"}

	wrapping, err := cmp.NewAESKey(wrappingKey) // 32 bytes
	require.NoError(t, err)
	signing, err := cmp.NewHMACKey("HmacSHA256", signingKey) // 32 bytes
	require.NoError(t, err)
	provider, err := cmp.NewWrapped(cmp.WrappedKeys{Wrapping: wrapping, Signing: signing})
	require.NoError(t, err)

	users, err := mapper.New[User](dynamodb.NewFromConfig(cfg), crypto.NewEncryptor(provider))
	require.NoError(t, err)
	require.NoError(t, users.CreateTable(ctx))
	err = users.Save(ctx, &user)
	require.NoError(t, err)
	user, err = users.Load(ctx, "alice", 1700000000)
	require.NoError(t, err)
	require.Equal(t, "free", user.Plan)

	user, err = users.Modify(ctx, mapper.Key{"alice", 1700000000}, func(u *User) error {
		u.Plan = "gold" // while others change the same item
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, "gold", user.Plan)
	for user, err := range users.Query(ctx, mapper.Partition("alice"), mapper.SortGreaterEqual(1700000000)) {
		fmt.Println(user.Email, err)
		require.NoError(t, err)
		require.EqualValues(t, 2, user.Version)
	}
	err = users.Delete(ctx, &user)
	require.NoError(t, err)
	require.Empty(t, store.Items("users"))
}
