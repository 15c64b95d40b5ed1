//go:build interop

package interop

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// versions has one side write, the other write over it or delete it, and wants the first to see that.
func (m *mappers) versions(t *testing.T) {
	across(t, m, "Account", "Account", func(t *testing.T, _ string, first, second side[account]) {
		ctx, old := t.Context(), account{exampleAccount()}
		require.NoError(t, first.Save(ctx, &old))
		require.EqualValues(t, 1, old.Version, "the version of a new item")
		again := account{exampleAccount()}
		require.ErrorIs(t, second.Save(ctx, &again), mapper.ErrVersionConflict, "a new item where there is one")

		changed, err := second.Load(ctx, "alice", 1)
		require.NoError(t, err)
		require.EqualValues(t, 1, changed.Version)
		changed.Name = "Bob"
		require.NoError(t, second.Save(ctx, &changed))
		require.EqualValues(t, 2, changed.Version)

		require.ErrorIs(t, first.Save(ctx, &old), mapper.ErrVersionConflict, "a stale save")
		require.ErrorIs(t, first.Delete(ctx, &old), mapper.ErrVersionConflict, "a stale delete")
		require.EqualValues(t, 1, old.Version, "the version after a conflict")
		loaded, err := first.Load(ctx, "alice", 1)
		require.NoError(t, err)
		require.Equal(t, changed, loaded)

		require.NoError(t, first.Delete(ctx, &loaded))
		_, err = second.Load(ctx, "alice", 1)
		require.ErrorIs(t, err, mapper.ErrNotFound)
		require.ErrorIs(t, second.Save(ctx, &changed), mapper.ErrVersionConflict, "a save after the delete")
	})
}

// clobber wants both sides to write without a condition, but to count on from the version of the object.
func (m *mappers) clobber(t *testing.T) {
	table := m.newTable(t)
	java, ours := newJavaSide[account](m, table, "Account"), newOurSide[account](t, m, table)
	java = java.with(func(m *Mapped) { m.SaveBehavior = "CLOBBER" })
	ctx, stale := t.Context(), account{exampleAccount()}
	require.NoError(t, ours.Save(ctx, &stale))
	require.NoError(t, ours.Save(ctx, &stale))
	for name, save := range map[string]func(*account) error{
		"Java": func(a *account) error { return java.Save(ctx, a) },
		"Go":   func(a *account) error { return ours.mapper.Save(ctx, a, mapper.Clobber()) },
	} {
		t.Run(name, func(t *testing.T) {
			value := account{exampleAccount()}
			value.Version = 7
			require.NoError(t, save(&value))
			assert.EqualValues(t, 8, value.Version)
			value = account{exampleAccount()}
			require.NoError(t, save(&value))
			assert.EqualValues(t, 1, value.Version)
		})
	}
}

// zeroVersion wants Java to take 0 for the version of a stored item, as ours does where the field is a pointer.
func (m *mappers) zeroVersion(t *testing.T) {
	type zeroAccount struct {
		accountParts
		Version *int64 `dynamodbav:"version" ddbcrypt:"version"`
	}
	across(t, m, "Account", "Account", func(t *testing.T, _ string, first, _ side[zeroAccount]) {
		value := zeroAccount{accountParts: exampleAccount(), Version: new(int64)}
		require.ErrorIs(t, first.Save(t.Context(), &value), mapper.ErrVersionConflict)
		value.Version = nil
		require.NoError(t, first.Save(t.Context(), &value))
		require.EqualValues(t, 1, *value.Version)
	})
}

// partialUpdates wants Java to refuse them where anything is protected, as ours does.
func (m *mappers) partialUpdates(t *testing.T) {
	table := m.newTable(t)
	update := func(m *Mapped) { m.SaveBehavior = "" }
	value := account{exampleAccount()}
	err := newJavaSide[account](m, table, "Account").with(update).Save(t.Context(), &value)
	require.ErrorContains(t, err, "DynamoDBMappingException")
	require.ErrorIs(t, newOurSide[account](t, m, table).mapper.Update(t.Context(), &value), mapper.ErrPartialUpdate)

	open := openAccount{ID: "alice", Created: 1, commonValues: exampleValues()}
	require.NoError(t, newJavaSide[openAccount](m, table, "OpenAccount").with(update).Save(t.Context(), &open))
}
