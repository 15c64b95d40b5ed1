//go:build interop

package interop

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// tables copies items to another table, where only those can be loaded that are signed under a name of their own.
func (m *mappers) tables(t *testing.T) {
	checkCopy(t, m, "Account", account{exampleAccount()}, crypto.ErrSignature)
	checkCopy(t, m, "MovedAccount", movedAccount{accountParts: exampleAccount()}, nil)
}

func checkCopy[T any](t *testing.T, m *mappers, class string, value T, want error) {
	across(t, m, class, class, func(t *testing.T, table string, writer, _ side[T]) {
		saved := value
		require.NoError(t, writer.Save(t.Context(), &saved))
		other := m.newTable(t)
		m.put(t, other, m.get(t, table, person("alice")))
		for _, side := range []side[T]{newJavaSide[T](m, other, class), newOurSide[T](t, m, other)} {
			loaded, err := side.Load(t.Context(), "alice", 1)
			require.ErrorIs(t, err, want)
			if want == nil {
				require.Equal(t, saved, loaded)
			}
		}
	})
}

// index has Java query items of both sides by the table and by an index, and refuse them after a change.
func (m *mappers) index(t *testing.T) {
	ctx, table := t.Context(), m.newTable(t)
	java := newJavaSide[customer](m, table, "Customer")
	byIndex := java.with(func(m *Mapped) { m.Index = "by-plan" })
	fromJava, fromGo := exampleCustomer(), exampleCustomer()
	fromGo.Created = 2
	require.NoError(t, java.Save(ctx, &fromJava))
	require.NoError(t, newOurSide[customer](t, m, table).Save(ctx, &fromGo))

	for key, queried := range map[any]javaSide[customer]{
		struct{ ID string }{"alice"}:  java,
		struct{ Plan string }{"free"}: byIndex,
	} {
		found, err := queried.do(ctx, OpMapperQuery, key)
		require.NoError(t, err)
		require.Equal(t, []customer{fromJava, fromGo}, found)
	}
	m.put(t, table, changed(m.get(t, table, person("alice")), "email"))
	_, err := byIndex.do(ctx, OpMapperQuery, struct{ Plan string }{"free"})
	require.ErrorIs(t, err, crypto.ErrSignature)
}

// encryptedIndexKey wants Java to encrypt the key of an index, which DynamoDB does not take. Ours refuses the tags.
func (m *mappers) encryptedIndexKey(t *testing.T) {
	value := exampleCustomer()
	err := newJavaSide[customer](m, m.newTable(t), "CarelessCustomer").Save(t.Context(), &value)
	require.ErrorContains(t, err, "ValidationException")

	type carelessCustomer struct {
		tableKeys
		Plan string `dynamodbav:"plan" ddbcrypt:"encrypt,index"`
	}
	_, err = mapper.New[carelessCustomer](m.db, m.encryptor, mapper.WithTable("customers"))
	assert.ErrorIs(t, err, crypto.ErrConfig)
}
