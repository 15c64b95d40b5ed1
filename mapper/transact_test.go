package mapper_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

func TestTransactionsThatAreRefused(t *testing.T) {
	keys := &countingProvider{}
	tap, db := tapped(t)
	users, err := mapper.New[user](db, crypto.NewEncryptor(keys))
	require.NoError(t, err)
	byARN := newMapper[user](t, db, mapper.WithTable("arn:aws:dynamodb:us-east-1:000000000000:table/users"))
	elsewhere := newMapper[user](t, memdb.New().Client())
	u := func(n int64) *user { return &user{ID: canary, Created: n, Email: canary, Plan: canary} }
	var many []mapper.Op
	for i := range int64(101) {
		many = append(many, users.PutOp(u(i)))
	}
	for name, tc := range map[string]struct {
		ops   []mapper.Op
		words string
	}{
		"nothing":                          {nil, "0 operations"},
		"only nil, options and a token":    {[]mapper.Op{nil, mapper.ClientOptions(), mapper.IdempotencyToken("t")}, "0 operations"},
		"more than DynamoDB takes":         {many, "101 operations"},
		"one item twice":                   {[]mapper.Op{users.PutOp(u(1)), users.Check(mapper.Key{canary, 2}), users.DeleteOp(u(1))}, "operation 2"},
		"one item by the name and the ARN": {[]mapper.Op{users.PutOp(u(1)), byARN.Check(mapper.Key{canary, int8(1)})}, "same item as operation 0"},
		"mappers of two clients":           {[]mapper.Op{users.PutOp(u(1)), elsewhere.PutOp(u(2))}, "another client"},
		"a nil value":                      {[]mapper.Op{users.PutOp(nil)}, "nil"},
		"a nil value to delete":            {[]mapper.Op{users.DeleteOp((*user)(nil))}, "nil"},
		"no target":                        {[]mapper.Op{users.Check(nil)}, "target"},
		"a value instead of a pointer":     {[]mapper.Op{users.Check(*u(1))}, "*mapper_test.user"},
		"a value of another type":          {[]mapper.Op{users.DeleteOp(&secretive{ID: canary})}, "*mapper_test.user"},
		"a key of too few values":          {[]mapper.Op{users.Check(mapper.Key{canary})}, "number of values"},
		"a key without its version":        {[]mapper.Op{users.DeleteOp(mapper.Key{canary, 1})}, "Clobber"},
		"a value without a key":            {[]mapper.Op{users.PutOp(&user{Email: canary})}, `"id"`},
		"a value that is too large":        {[]mapper.Op{users.PutOp(&user{ID: canary, Email: strings.Repeat(canary, 70_000)})}, "409600"},
		"a condition on what is encrypted": {[]mapper.Op{users.Check(u(1), mapper.Condition(expression.Name("email").Equal(expression.Value(canary))))}, `"email"`},
		"a table that cannot be":           {[]mapper.Op{users.In("?").PutOp(u(1))}, "operation 0"},
	} {
		t.Run(name, func(t *testing.T) {
			err := mapper.Transact(t.Context(), tc.ops...)
			requireClass(t, err, "Transact", crypto.ErrConfig)
			requireNoCanary(t, err)
			assert.ErrorContains(t, err, tc.words)
		})
	}
	t.Run("and all faults are told", func(t *testing.T) {
		err := mapper.Transact(t.Context(), users.PutOp(nil), users.PutOp(u(1)), users.Check(7))
		requireClass(t, err, "Transact", crypto.ErrConfig)
		assert.ErrorContains(t, err, "operation 0")
		assert.ErrorContains(t, err, "operation 2")
		assert.NotContains(t, err.Error(), "operation 1")
	})
	t.Run("an ended context", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, mapper.Transact(ctx, users.PutOp(u(1))), context.Canceled)
		require.ErrorIs(t, mapper.Transact(ctx, users.Check(u(1))), context.Canceled)
	})
	assert.Zero(t, tap.Count(""))
	assert.LessOrEqual(t, keys.asked.Load(), int64(1), "but for the item that encryption makes too large")
}

func TestAProviderThatFailsStopsATransaction(t *testing.T) {
	errProvider := errors.New("no key today")
	keys := &countingProvider{err: errProvider, after: 1}
	tap, db := tapped(t)
	users, err := mapper.New[user](db, crypto.NewEncryptor(keys))
	require.NoError(t, err)
	var ops []mapper.Op
	for i := range int64(5) {
		ops = append(ops, users.PutOp(&user{ID: canary, Created: i}))
	}
	err = mapper.Transact(t.Context(), ops...)
	requireClass(t, err, "Transact", crypto.ErrKeyUnavailable)
	require.ErrorIs(t, err, errProvider)
	require.ErrorContains(t, err, "operation 1")
	requireNoCanary(t, err)
	assert.EqualValues(t, 2, keys.asked.Load())
	assert.Zero(t, tap.Count(""))
}

func TestAHundredOperations(t *testing.T) {
	_, db := tapped(t)
	users := newMapper[user](t, db)
	require.NoError(t, users.CreateTable(t.Context()))
	var ops []mapper.Op
	var loads []mapper.LoadOp
	values, _ := manyUsers(100)
	into := make([]*user, 101)
	for i, u := range values {
		ops, loads = append(ops, users.PutOp(u)), append(loads, users.LoadOp(&into[i], canary, i))
	}
	require.NoError(t, mapper.Transact(t.Context(), ops...))
	require.NoError(t, mapper.TransactLoad(t.Context(), loads...))
	require.Equal(t, values, into[:100])
	err := mapper.TransactLoad(t.Context(), append(loads, users.LoadOp(&into[100], canary, 100))...)
	requireClass(t, err, "TransactLoad", crypto.ErrConfig)
	require.ErrorContains(t, err, "101 operations")
}

func TestATransactionHasATokenOfItsOwn(t *testing.T) {
	_, db := tapped(t)
	users := newMapper[user](t, db)
	tokens := map[string]bool{}
	for range 3 {
		u := alice()
		prepared, err := mapper.PrepareTransaction(t.Context(), users.PutOp(&u))
		require.NoError(t, err)
		require.NotEmpty(t, prepared.Token())
		require.LessOrEqual(t, len(prepared.Token()), 36)
		tokens[prepared.Token()] = true
	}
	require.Len(t, tokens, 3)
}
