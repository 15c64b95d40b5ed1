package mapper_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// reader is a client whose reads are functions.
type reader struct {
	failing
	query func(*dynamodb.QueryInput) (*dynamodb.QueryOutput, error)
	scan  func(*dynamodb.ScanInput) (*dynamodb.ScanOutput, error)
	batch func(*dynamodb.BatchGetItemInput) (*dynamodb.BatchGetItemOutput, error)
}

func (r *reader) Query(_ context.Context, in *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return r.query(in)
}

func (r *reader) Scan(_ context.Context, in *dynamodb.ScanInput, _ ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	return r.scan(in)
}

func (r *reader) BatchGetItem(_ context.Context, in *dynamodb.BatchGetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	return r.batch(in)
}

func (r *reader) DescribeTable(context.Context, *dynamodb.DescribeTableInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error) {
	return nil, nil
}

// sealedUsers returns n users with one id as they are stored, with created from 1.
func sealedUsers(t testing.TB, id string, n int) []map[string]types.AttributeValue {
	t.Helper()
	db, users := newUsers(t)
	for i := range n {
		require.NoError(t, users.Save(t.Context(), &user{ID: id, Created: int64(i + 1), Email: "e"}))
	}
	return itemsOf(db)
}

// itemsOf returns the items of the table of users in their order.
func itemsOf(db *memdb.DB) []crypto.Item {
	items := make([]crypto.Item, len(db.Items("users")))
	for _, item := range db.Items("users") {
		var created int
		fmt.Sscan(item["created"].(*types.AttributeValueMemberN).Value, &created)
		items[created-1] = item
	}
	return items
}

func TestAMockThatReturnsNothing(t *testing.T) {
	users := newMapper[user](t, &reader{
		query: func(*dynamodb.QueryInput) (*dynamodb.QueryOutput, error) { return nil, nil },
		scan:  func(*dynamodb.ScanInput) (*dynamodb.ScanOutput, error) { return nil, nil },
		batch: func(*dynamodb.BatchGetItemInput) (*dynamodb.BatchGetItemOutput, error) { return nil, nil },
	})
	assert.Empty(t, collect(t, users.Query(t.Context(), mapper.Partition("alice"))))
	assert.Empty(t, collect(t, users.Scan(t.Context())))
	assert.Empty(t, collect(t, users.Scan(t.Context(), mapper.Segments(3))))
	count, err := users.Count(t.Context())
	require.NoError(t, err)
	assert.Zero(t, count)
	got, err := users.LoadMany(t.Context(), []mapper.Key{{"alice", 1}})
	require.NoError(t, err)
	assert.Equal(t, []*user{nil}, got)
	index := mapper.KeyCondition(expression.Key("plan").Equal(expression.Value("gold")))
	assert.Error(t, failure(t, users.Query(t.Context(), index, mapper.Index("byPlan"))), "the projection is not known")
}

func TestAClientThatCannotRead(t *testing.T) {
	users := newMapper[user](t, silent)
	errs := map[string]error{
		"Query":        failure(t, users.Query(t.Context(), mapper.Partition("alice"))),
		"Scan":         failure(t, users.Scan(t.Context())),
		"BatchGetItem": second(users.LoadMany(t.Context(), []mapper.Key{{"alice", 1}})),
	}
	for method, err := range errs {
		require.ErrorIs(t, err, crypto.ErrConfig)
		assert.ErrorContains(t, err, "has no method "+method)
	}
	require.ErrorIs(t, failure(t, users.Scan(t.Context(), mapper.Segments(2))), crypto.ErrConfig)
	_, err := users.Count(t.Context())
	assert.ErrorContains(t, err, "has no method Scan")
	err = failure(t, users.Scan(t.Context(), mapper.Index("byPlan")))
	require.ErrorIs(t, err, crypto.ErrConfig)
	assert.ErrorContains(t, err, "has no method DescribeTable")
}

func second[T any](_ T, err error) error { return err }

func TestAStoreThatReturnsItemsOfAnotherPartition(t *testing.T) {
	items := append(sealedUsers(t, "alice", 2), sealedUsers(t, "mallory", 1)...)
	items[1], items[2] = items[2], items[1]
	users := newMapper[user](t, &reader{query: func(*dynamodb.QueryInput) (*dynamodb.QueryOutput, error) {
		return &dynamodb.QueryOutput{Items: items, Count: 3, ScannedCount: 3}, nil
	}})
	var got []any
	for u, err := range users.Query(t.Context(), mapper.Partition("alice")) {
		if err == nil {
			got = append(got, u.Created)
			continue
		}
		requireClass(t, err, "Query", crypto.ErrSignature)
		assert.NotContains(t, err.Error(), "mallory")
		got = append(got, keyOfError(t, err))
	}
	assert.Equal(t, []any{int64(1), crypto.Item{"id": str("mallory"), "created": num("1")}, int64(2)}, got)

	var errs []error
	for _, err := range users.Query(t.Context(), mapper.Partition("alice"), mapper.SortEqual(1)) {
		errs = append(errs, err)
	}
	require.Len(t, errs, 3)
	require.NoError(t, errs[0])
	requireClass(t, errs[1], "Query", crypto.ErrSignature)
	requireClass(t, errs[2], "Query", crypto.ErrSignature)
}

func TestAPageThatEndsWhereItBegan(t *testing.T) {
	answer := func(start crypto.Item) crypto.Item {
		if start == nil {
			return crypto.Item{"id": str("alice"), "created": num("1")}
		}
		return crypto.Item{"id": str("alice"), "created": num("1.0")} // the same in other words
	}
	users := newMapper[user](t, &reader{
		query: func(in *dynamodb.QueryInput) (*dynamodb.QueryOutput, error) {
			return &dynamodb.QueryOutput{LastEvaluatedKey: answer(in.ExclusiveStartKey)}, nil
		},
		scan: func(in *dynamodb.ScanInput) (*dynamodb.ScanOutput, error) { // of several segments at once
			return &dynamodb.ScanOutput{LastEvaluatedKey: answer(in.ExclusiveStartKey)}, nil
		},
	})
	err := failure(t, users.Query(t.Context(), mapper.Partition("alice")))
	requireClass(t, err, "Query", crypto.ErrSignature)
	assert.ErrorContains(t, err, "ends where it began")
	requireClass(t, failure(t, users.Scan(t.Context(), mapper.Segments(3))), "Scan", crypto.ErrSignature)
	_, err = users.Count(t.Context(), mapper.Partition("alice"))
	requireClass(t, err, "Count", crypto.ErrSignature)
}

func TestErrorsInTheMiddleOfPages(t *testing.T) {
	items := sealedUsers(t, "alice", 2)
	users := newMapper[user](t, &reader{query: func(in *dynamodb.QueryInput) (*dynamodb.QueryOutput, error) {
		if in.ExclusiveStartKey != nil {
			return nil, &types.ResourceNotFoundException{Message: aws.String("gone")}
		}
		return &dynamodb.QueryOutput{Items: items, LastEvaluatedKey: crypto.Item{"id": str("alice"), "created": num("2")}}, nil
	}})
	var errs []error
	for _, err := range users.Query(t.Context(), mapper.Partition("alice")) {
		errs = append(errs, err)
	}
	require.Len(t, errs, 3)
	require.NoError(t, errs[1])
	var gone *types.ResourceNotFoundException
	require.ErrorAs(t, errs[2], &gone)
	_, err := users.Count(t.Context(), mapper.Partition("alice"))
	require.ErrorAs(t, err, &gone)
}
