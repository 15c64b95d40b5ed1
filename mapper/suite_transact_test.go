package mapper_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// invoice is in the table of users, with other actions.
type invoice struct {
	_       struct{} `ddbcrypt:"table=users"`
	ID      string   `dynamodbav:"id" ddbcrypt:"partition"`
	Created int64    `dynamodbav:"created" ddbcrypt:"sort"`
	Email   string   `dynamodbav:"email" ddbcrypt:"sign"`
	Plan    string   `dynamodbav:"plan"`
}

// openInvoices returns a mapper with keys of its own.
func openInvoices(t testing.TB, w *world) *mapper.Mapper[invoice] {
	t.Helper()
	m, err := mapper.New[invoice](w.db, newEncryptor(9), mapper.WithTablePrefix(w.prefix))
	require.NoError(t, err)
	return m
}

// requireFailed wants a TransactError with these operations as the reason.
func requireFailed(t testing.TB, err error, want map[int]error) *mapper.TransactError {
	t.Helper()
	requireNoCanary(t, err)
	require.Equal(t, "Transact", requireAs[*mapper.Error](t, err).Op)
	e := requireAs[*mapper.TransactError](t, err)
	require.Len(t, e.Failed, len(want))
	for _, failed := range e.Failed {
		requireOnly(t, failed.Err, want[failed.Index])
	}
	cancelled := requireAs[*types.TransactionCanceledException](t, err)
	for _, reason := range cancelled.CancellationReasons {
		require.Nil(t, reason.Item)
	}
	return e
}

func init() {
	suite["a transaction writes, deletes and checks across types, keys and tables"] = func(t *testing.T, w *world) {
		users, things, invoices := createMapper[user](t, w), createMapper[secretive](t, w), openInvoices(t, w)
		u, gone := alice(), alice()
		gone.ID = "gone"
		require.NoError(t, users.Save(t.Context(), &u))
		require.NoError(t, users.Save(t.Context(), &gone))
		require.NoError(t, things.SaveMany(t.Context(), []*secretive{{ID: "a"}, {ID: "b"}, {ID: "c", Plan: "gold"}}))
		u.Email = "new@example.com"
		bill := invoice{ID: "i-1", Email: "open", Plan: "hidden"}
		w.tap.Reset()
		require.NoError(t, mapper.Transact(t.Context(),
			users.PutOp(&u), users.DeleteOp(&gone), things.DeleteOp(mapper.Key{"a"}), nil,
			things.Check(mapper.Key{"b"}), invoices.PutOp(&bill), mapper.ClientOptions()))
		require.Equal(t, []string{"TransactWriteItems"}, w.tap.Operations())
		require.EqualValues(t, 2, u.Version)
		require.EqualValues(t, 1, gone.Version)

		require.Len(t, w.stored(t, "secretives"), 2)
		stored := w.stored(t, "users")
		require.Len(t, stored, 2)
		for _, item := range stored {
			if item["id"].(*types.AttributeValueMemberS).Value == "i-1" {
				require.Equal(t, str("open"), item["email"])
				require.IsType(t, bin(), item["plan"])
			} else {
				require.IsType(t, bin(), item["email"])
				require.Equal(t, str("gold"), item["plan"])
			}
		}
		loaded, err := users.Load(t.Context(), "alice", 1700000000)
		require.NoError(t, err)
		require.Equal(t, u, loaded)
		var same *invoice
		var other *user
		require.NoError(t, mapper.TransactLoad(t.Context(), invoices.LoadOp(&same, "i-1", 0), users.LoadOp(&other, "alice", 1700000000)))
		require.Equal(t, &bill, same)
		require.Equal(t, &u, other)
	}

	suite["the reasons of a cancelled transaction are those of its operations"] = func(t *testing.T, w *world) {
		users, things := createMapper[user](t, w), createMapper[secretive](t, w)
		u := user{ID: canary, Created: 1, Email: canary, Plan: canary}
		second := user{ID: canary, Created: 2}
		require.NoError(t, users.Save(t.Context(), &u))
		require.NoError(t, users.Save(t.Context(), &second))
		current, stale := u, u
		require.NoError(t, users.Save(t.Context(), &current))
		before := w.stored(t, "users")
		free := planIs(canary + "free")
		fresh := user{ID: canary, Created: 3}
		for name, tc := range map[string]struct {
			op   mapper.Op
			want error
		}{
			"a stale value":                     {users.PutOp(&stale), mapper.ErrVersionConflict},
			"a stale value, to delete":          {users.DeleteOp(&stale), mapper.ErrVersionConflict},
			"a stale value, to check":           {users.Check(&stale), mapper.ErrVersionConflict},
			"a stale value and its condition":   {users.PutOp(&stale, free), mapper.ErrVersionConflict},
			"a condition":                       {users.PutOp(&current, free), mapper.ErrConditionFailed},
			"a condition, to delete":            {users.DeleteOp(&current, free), mapper.ErrConditionFailed},
			"a condition, to check":             {users.Check(&current, free), mapper.ErrConditionFailed},
			"a condition on a key":              {users.Check(mapper.Key{canary, 1}, free), mapper.ErrConditionFailed},
			"a condition on a key, to delete":   {users.DeleteOp(mapper.Key{canary, 1}, free, mapper.Clobber()), mapper.ErrConditionFailed},
			"a check of what is not there":      {things.Check(mapper.Key{canary}), mapper.ErrConditionFailed},
			"a check of a value, not there":     {things.Check(&secretive{ID: canary}), mapper.ErrConditionFailed},
			"a condition in spite of a Clobber": {users.PutOp(&stale, free, mapper.Clobber()), mapper.ErrConditionFailed},
		} {
			t.Run(name, func(t *testing.T) {
				err := mapper.Transact(t.Context(), users.PutOp(&fresh), tc.op, users.Check(&second))
				e := requireFailed(t, err, map[int]error{1: tc.want})
				require.Equal(t, "ConditionalCheckFailed", e.Failed[0].Code)
				require.Zero(t, fresh.Version)
				require.EqualValues(t, 1, stale.Version)
				require.EqualValues(t, 2, current.Version)
				require.Equal(t, before, w.stored(t, "users"))
			})
		}
		err := mapper.Transact(t.Context(), users.PutOp(&stale), users.PutOp(&fresh), users.Check(&second, free))
		requireFailed(t, err, map[int]error{0: mapper.ErrVersionConflict, 2: mapper.ErrConditionFailed})
		require.NoError(t, mapper.Transact(t.Context(), users.DeleteOp(mapper.Key{canary, 1}, mapper.Clobber()), users.Check(&second, planIs(""))))
	}

	suite["a tampered item hides no reason of a cancelled transaction"] = func(t *testing.T, w *world) {
		users := createMapper[user](t, w)
		u := alice()
		require.NoError(t, users.Save(t.Context(), &u))
		w.plant(t, "users", with(w.stored(t, "users")[0], "plan", str(canary)))
		err := mapper.Transact(t.Context(), users.PutOp(&u, planIs("gold")))
		requireNoCanary(t, err)
		require.ErrorIs(t, err, mapper.ErrConditionFailed)
		require.EqualValues(t, 1, u.Version)
	}

	suite["a prepared transaction that runs twice is one write"] = func(t *testing.T, w *world) {
		users := createMapper[user](t, w)
		u := alice()
		token := mapper.IdempotencyToken("token-" + w.prefix)
		prepared, err := mapper.PrepareTransaction(t.Context(), users.PutOp(&u), token)
		require.NoError(t, err)
		require.Equal(t, "token-"+w.prefix, prepared.Token())
		require.Zero(t, w.tap.Count(""))
		w.tap.Inject("TransactWriteItems", wiretap.InOrder(lost))
		require.Error(t, prepared.Run(t.Context()))
		require.Zero(t, u.Version)
		stored := w.stored(t, "users")
		require.Len(t, stored, 1)
		require.NoError(t, prepared.Run(t.Context()))
		require.EqualValues(t, 1, u.Version)
		require.Equal(t, stored, w.stored(t, "users"))

		require.NoError(t, users.Save(t.Context(), &u))
		require.NoError(t, prepared.Run(t.Context()))
		require.EqualValues(t, 2, u.Version, "a version moves once")

		again := alice()
		again.ID = "bob"
		err = mapper.Transact(t.Context(), users.PutOp(&again), token)
		requireAs[*types.IdempotentParameterMismatchException](t, err)
		require.Zero(t, again.Version)
		require.Len(t, w.stored(t, "users"), 1)
	}

	suite["the SDK's own repetition of a transaction is one write"] = func(t *testing.T, w *world) {
		users := createMapper[user](t, w)
		u := alice()
		for want := range int64(2) {
			w.tap.Inject("TransactWriteItems", wiretap.InOrder(lost))
			require.NoError(t, mapper.Transact(t.Context(), users.PutOp(&u), retrying()))
			require.Equal(t, want+1, u.Version)
		}
		require.Equal(t, 4, w.tap.Count("TransactWriteItems"))
	}

	suite["a transaction that meets another one says so"] = func(t *testing.T, w *world) {
		users := createMapper[user](t, w)
		u, bob := alice(), alice()
		bob.ID = canary
		w.tap.Inject("TransactWriteItems", wiretap.InOrder(
			wiretap.Fault{Code: "TransactionCanceledException", Reasons: `[{"Code":"None"},{"Code":"TransactionConflict","Message":"CANARY"}]`},
			wiretap.Fault{Code: "TransactionCanceledException", Reasons: `[{"Code":"ThrottlingError"},{"Code":"None"}]`}))
		err := mapper.Transact(t.Context(), users.PutOp(&u), users.PutOp(&bob))
		e := requireAs[*mapper.TransactError](t, err)
		require.Len(t, e.Failed, 1)
		require.Equal(t, 1, e.Failed[0].Index)
		require.Equal(t, "TransactionConflict", e.Failed[0].Code)
		requireOnly(t, err, mapper.ErrTransactionConflict)
		require.NotContains(t, err.Error(), canary)
		err = mapper.Transact(t.Context(), users.PutOp(&u), users.PutOp(&bob))
		require.ErrorContains(t, err, "operation 0")
		require.ErrorContains(t, err, "ThrottlingError")
		requireClassless(t, err)
		require.Zero(t, u.Version)
		require.NoError(t, mapper.Transact(t.Context(), users.PutOp(&u), users.PutOp(&bob)))
	}

	suite["what is not in a transaction's tables is said by DynamoDB"] = func(t *testing.T, w *world) {
		users := openMapper[user](t, w)
		u := alice()
		err := mapper.Transact(t.Context(), users.PutOp(&u))
		require.Error(t, err)
		requireAs[*types.ResourceNotFoundException](t, err)
		require.NotErrorIs(t, err, crypto.ErrConfig)
		require.Zero(t, u.Version)
	}
}
