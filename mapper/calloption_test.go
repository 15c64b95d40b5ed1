package mapper_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

func TestOptionsThatAreNilAreNone(t *testing.T) {
	_, db := tapped(t)
	users, ctx := newMapper[user](t, db), t.Context()
	require.NoError(t, users.CreateTable(ctx))
	u := alice()
	require.NoError(t, users.Save(ctx, &u, nil))
	require.NoError(t, users.SaveMany(ctx, []*user{&u}, nil, mapper.Clobber()))
	require.NoError(t, mapper.Transact(ctx, users.PutOp(&u, nil)))
	u, err := users.Modify(ctx, mapper.Key{u.ID, u.Created}, func(*user) error { return nil }, nil)
	require.NoError(t, err)
	many, err := users.LoadMany(ctx, []mapper.Key{{u.ID, u.Created}}, nil)
	require.NoError(t, err)
	require.Equal(t, []*user{&u}, many)
	require.Equal(t, []user{u}, collect(t, users.Query(ctx, nil, mapper.Partition(u.ID))))
	require.Equal(t, []user{u}, collect(t, users.Scan(ctx, nil)))
	require.NoError(t, users.Delete(ctx, &u, nil))
	require.NoError(t, users.DeleteKey(ctx, mapper.Key{u.ID, u.Created}, nil, mapper.Clobber()))
}

func TestClientOptionsOfALoadOpReachTheClient(t *testing.T) {
	_, db := tapped(t)
	users := newMapper[user](t, db)
	require.NoError(t, users.CreateTable(t.Context()))
	called := false
	var u *user
	require.NoError(t, mapper.TransactLoad(t.Context(), users.LoadOp(&u, "nobody", 1, mapper.ClientOptions(func(*dynamodb.Options) { called = true }))))
	require.True(t, called)
}

func TestAPageOfOneSegmentTellsItsNumber(t *testing.T) {
	_, db := tapped(t)
	users := newMapper[user](t, db)
	require.NoError(t, users.CreateTable(t.Context()))
	for page, err := range users.ScanPages(t.Context(), mapper.Segment(2, 3)) {
		require.NoError(t, err)
		require.Equal(t, 2, page.Segment)
	}
}

// wrapping is a client by value that perhaps cannot be compared.
type wrapping struct {
	mapper.DynamoDB
	note any
}

func TestClientsThatCannotBeCompared(t *testing.T) {
	db := wrapping{silent, []string{"not comparable"}}
	users := newMapper[user](t, db)
	a, b := alice(), user{ID: "b"}
	err := mapper.Transact(t.Context(), users.PutOp(&a), users.PutOp(&b))
	requireClass(t, err, "Transact", crypto.ErrConfig)
	require.ErrorContains(t, err, "has no method TransactWriteItems")
}

func TestAFailedOperationTellsTheKey(t *testing.T) {
	_, db := tapped(t)
	users := newMapper[user](t, db)
	require.NoError(t, users.CreateTable(t.Context()))
	err := mapper.Transact(t.Context(), users.Check(mapper.Key{"nobody", 1}, mapper.Condition(expression.Name("plan").AttributeExists())))
	failed := requireAs[*mapper.TransactError](t, err).Failed[0]
	require.Equal(t, crypto.Item{"id": str("nobody"), "created": num("1")}, requireAs[*mapper.Error](t, failed.Err).Key())
}

func TestCreateTableInputSaysWhichTable(t *testing.T) {
	_, err := newMapper[user](t, silent).In("?").CreateTableInput()
	requireClass(t, err, "CreateTableInput", crypto.ErrConfig)
}

// curious has a hook that looks at its context.
type curious struct {
	_  struct{} `ddbcrypt:"table=curious"`
	ID string   `dynamodbav:"id" ddbcrypt:"partition"`
}

type seenKey struct{}

func (*curious) AfterLoad(ctx context.Context) error {
	*ctx.Value(seenKey{}).(*context.Context) = ctx
	return nil
}

func TestAHookOfDeleteGetsTheContextOfTheCaller(t *testing.T) {
	_, db := tapped(t)
	things := newMapper[curious](t, db)
	require.NoError(t, things.CreateTable(t.Context()))
	require.NoError(t, things.Save(t.Context(), &curious{ID: "a"}))
	var seen context.Context
	ctx := context.WithValue(t.Context(), seenKey{}, &seen)
	var old *curious
	exists := mapper.Condition(expression.Name("id").AttributeExists())
	require.NoError(t, things.Delete(ctx, &curious{ID: "a"}, exists, mapper.ReturnOld(&old)))
	require.Equal(t, ctx, seen)
}
