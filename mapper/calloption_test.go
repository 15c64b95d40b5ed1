package mapper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

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
