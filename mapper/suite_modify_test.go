package mapper_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// updateViews adds to the attribute that is not signed, as another program may.
func (w *world) updateViews(t testing.TB, table string, key crypto.Item) {
	t.Helper()
	_, err := w.plain.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: aws.String(w.prefix + table), Key: key,
		UpdateExpression: aws.String("ADD #v :one"), ExpressionAttributeNames: map[string]string{"#v": "views"},
		ExpressionAttributeValues: map[string]types.AttributeValue{":one": num("1")}})
	assert.NoError(t, err)
}

// attempts is enough for whatever a test does at the same time.
var attempts = mapper.Attempts(1000)

func init() {
	aliceKey := mapper.Key{"alice", 1700000000}

	suite["Modify changes an item and counts its version up"] = func(t *testing.T, w *world) {
		users := createMapper[user](t, w)
		u := alice()
		require.NoError(t, users.Save(t.Context(), &u))
		w.tap.Reset()
		got, err := users.Modify(t.Context(), aliceKey, func(u *user) error { u.Email = "new@example.com"; return nil })
		require.NoError(t, err)
		require.Equal(t, []string{"GetItem", "PutItem"}, w.tap.Operations())
		u.Email, u.Version = "new@example.com", 2
		require.Equal(t, u, got)
		loaded, err := users.Load(t.Context(), "alice", 1700000000)
		require.NoError(t, err)
		require.Equal(t, u, loaded)
	}

	suite["no change of many who modify at once is lost"] = func(t *testing.T, w *world) {
		users, things := createMapper[user](t, w), createMapper[secretive](t, w)
		u := alice()
		u.Email = ""
		require.NoError(t, users.Save(t.Context(), &u))
		require.NoError(t, things.Save(t.Context(), &secretive{ID: "s"}))
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				_, err := users.Modify(t.Context(), aliceKey, func(u *user) error { u.Email += "x"; return nil }, attempts)
				assert.NoError(t, err)
			})
			wg.Go(func() {
				_, err := things.Modify(t.Context(), mapper.Key{"s"}, func(s *secretive) error { s.Secret += "x"; return nil }, attempts)
				assert.NoError(t, err)
			})
		}
		wg.Wait()
		user, err := users.Load(t.Context(), "alice", 1700000000)
		require.NoError(t, err)
		require.Len(t, user.Email, 16)
		require.EqualValues(t, 17, user.Version)
		thing, err := things.Load(t.Context(), "s")
		require.NoError(t, err)
		require.Len(t, thing.Secret, 16)
	}

	suite["Modify loses no change of an attribute that is not signed"] = func(t *testing.T, w *world) {
		things := createMapper[secretive](t, w)
		require.NoError(t, things.Save(t.Context(), &secretive{ID: "s", Secret: "x"}))
		calls := 0
		got, err := things.Modify(t.Context(), mapper.Key{"s"}, func(s *secretive) error {
			if calls++; calls <= 2 {
				w.updateViews(t, "secretives", crypto.Item{"id": str("s")})
			}
			s.Views += 10
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, 3, calls)
		require.Equal(t, 12, got.Views)
		require.Equal(t, num("12"), w.stored(t, "secretives")[0]["views"])
	}

	suite["Modify notices an unsigned attribute that appears or goes"] = func(t *testing.T, w *world) {
		things := createMapper[secretive](t, w)
		require.NoError(t, things.Save(t.Context(), &secretive{ID: "s"}))
		without := with(w.stored(t, "secretives")[0], "views", nil)
		w.plant(t, "secretives", without)
		calls := 0
		got, err := things.Modify(t.Context(), mapper.Key{"s"}, func(s *secretive) error {
			switch calls++; calls {
			case 1:
				w.updateViews(t, "secretives", crypto.Item{"id": str("s")})
			case 2:
				w.plant(t, "secretives", without)
			}
			s.Views += 10
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, 3, calls)
		require.Equal(t, 10, got.Views)
	}

	suite["an error of the function ends Modify"] = func(t *testing.T, w *world) {
		users := createMapper[user](t, w)
		u := alice()
		require.NoError(t, users.Save(t.Context(), &u))
		before := w.stored(t, "users")
		errMine := errors.New("not enough")
		w.tap.Reset()
		got, err := users.Modify(t.Context(), aliceKey, func(u *user) error { u.Email = "x"; return errMine })
		require.ErrorIs(t, err, errMine)
		require.Equal(t, "Modify", requireAs[*mapper.Error](t, err).Op)
		require.Zero(t, got)
		require.Equal(t, []string{"GetItem"}, w.tap.Operations())

		for _, change := range []func(u *user){func(u *user) { u.ID = canary }, func(u *user) { u.Created++ }, func(u *user) { u.ID = "" }} {
			_, err = users.Modify(t.Context(), aliceKey, func(u *user) error { change(u); return nil })
			requireClass(t, err, "Modify", crypto.ErrConfig)
			requireNoCanary(t, err)
		}
		require.Equal(t, before, w.stored(t, "users"))
	}

	suite["Modify of what is not there makes it only with OrCreate"] = func(t *testing.T, w *world) {
		users := createMapper[user](t, w)
		_, err := users.Modify(t.Context(), aliceKey, func(*user) error { t.Error("it was called"); return nil })
		requireOnly(t, err, mapper.ErrNotFound)
		got, err := users.Modify(t.Context(), aliceKey, func(u *user) error {
			assert.Equal(t, user{ID: "alice", Created: 1700000000}, *u)
			u.Email = "a"
			return nil
		}, mapper.OrCreate())
		require.NoError(t, err)
		require.Equal(t, user{ID: "alice", Created: 1700000000, Email: "a", Version: 1}, got)
	}

	suite["of many who make an item with Modify one does, and the others change it"] = func(t *testing.T, w *world) {
		things := createMapper[secretive](t, w)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				_, err := things.Modify(t.Context(), mapper.Key{"s"}, func(s *secretive) error { s.Secret += "x"; return nil }, mapper.OrCreate(), attempts)
				assert.NoError(t, err)
			})
		}
		wg.Wait()
		got, err := things.Load(t.Context(), "s")
		require.NoError(t, err)
		require.Len(t, got.Secret, 8)
	}

	suite["Modify gives up after its attempts, or when the context ends"] = func(t *testing.T, w *world) {
		things := createMapper[secretive](t, w)
		require.NoError(t, things.Save(t.Context(), &secretive{ID: canary, Secret: canary}))
		calls := 0
		interfere := func(s *secretive) error {
			calls++
			s.Secret += canary
			w.updateViews(t, "secretives", crypto.Item{"id": str(canary)})
			return nil
		}
		got, err := things.Modify(t.Context(), mapper.Key{canary}, interfere, mapper.Attempts(3))
		requireOnly(t, err, mapper.ErrVersionConflict)
		requireNoCanary(t, err)
		require.Zero(t, got)
		require.Equal(t, 3, calls)

		calls = 0
		ctx, cancel := context.WithCancel(t.Context())
		_, err = things.Modify(ctx, mapper.Key{canary}, func(s *secretive) error {
			if calls == 1 {
				defer cancel()
			}
			return interfere(s)
		})
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, 2, calls)
		_, err = things.Modify(ctx, mapper.Key{canary}, interfere)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, 2, calls)
	}

	suite["Modify refuses a tampered item and does not call its function"] = func(t *testing.T, w *world) {
		users := createMapper[user](t, w)
		u := alice()
		require.NoError(t, users.Save(t.Context(), &u))
		w.plant(t, "users", with(w.stored(t, "users")[0], "plan", str(canary)))
		before := w.stored(t, "users")
		_, err := users.Modify(t.Context(), aliceKey, func(*user) error { t.Error("it was called"); return nil }, mapper.OrCreate())
		requireClass(t, err, "Modify", crypto.ErrSignature)
		requireNoCanary(t, err)
		require.Equal(t, before, w.stored(t, "users"))
	}

	suite["Modify recognizes its own write whose answer was lost"] = func(t *testing.T, w *world) {
		users, things := createMapper[user](t, w), createMapper[secretive](t, w)
		u := alice()
		u.Email = ""
		require.NoError(t, users.Save(t.Context(), &u))
		w.tap.Reset()
		w.tap.Inject("PutItem", wiretap.InOrder(lost, wiretap.Fault{}, lost, wiretap.Fault{}, lost))
		got, err := users.Modify(t.Context(), aliceKey, func(u *user) error { u.Email += "x"; return nil }, retrying())
		require.NoError(t, err)
		require.Equal(t, "x", got.Email)
		require.EqualValues(t, 2, got.Version)
		for _, want := range []string{"x", "xx"} {
			thing, err := things.Modify(t.Context(), mapper.Key{"s"}, func(s *secretive) error { s.Secret += "x"; return nil }, mapper.OrCreate(), retrying())
			require.NoError(t, err)
			require.Equal(t, want, thing.Secret)
		}
		require.Equal(t, 6, w.tap.Count("PutItem"))
	}

	suite["Modify never sends an encrypted value in clear"] = func(t *testing.T, w *world) {
		users := createMapper[user](t, w)
		u := alice()
		u.Email = canary
		require.NoError(t, users.Save(t.Context(), &u))
		_, err := users.Modify(t.Context(), aliceKey, func(u *user) error { u.Email += canary; return nil })
		require.NoError(t, err)
		for _, request := range w.tap.Requests() {
			require.NotContains(t, string(request.Body), canary, request.Operation)
		}
	}
}
