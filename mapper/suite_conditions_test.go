package mapper_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// secretive has no version, and the canary in every attribute that tests set.
type secretive struct {
	_      struct{} `ddbcrypt:"table=secretives"`
	ID     string   `dynamodbav:"id" ddbcrypt:"partition"`
	Secret string   `dynamodbav:"secret,omitempty"`
	Plan   string   `dynamodbav:"plan.name" ddbcrypt:"sign"`
	Views  int      `dynamodbav:"views" ddbcrypt:"none"`
}

func planIs(name string) mapper.ConditionOption {
	return mapper.Condition(expression.Name("plan").Equal(expression.Value(name)))
}

func init() {
	suite["a write whose condition holds is done"] = func(t *testing.T, w *world) {
		users := createMapper[user](t, w)
		u := alice()
		require.NoError(t, users.Save(t.Context(), &u))
		u.Plan = "free"
		require.NoError(t, users.Save(t.Context(), &u, planIs("gold")))
		require.EqualValues(t, 2, u.Version)
		require.NoError(t, users.Delete(t.Context(), &u, planIs("free"), mapper.Condition(expression.Name("email").AttributeExists())))
		require.Empty(t, w.stored(t, "users"))
	}

	suite["a failed condition and a failed version are told apart"] = func(t *testing.T, w *world) {
		users := createMapper[user](t, w)
		current := alice()
		require.NoError(t, users.Save(t.Context(), &current))
		stale := current
		require.NoError(t, users.Save(t.Context(), &current))
		before := w.stored(t, "users")

		for name, tc := range map[string]struct {
			value   user
			options []mapper.ConditionOption
			want    error
		}{
			"only the condition fails": {current, []mapper.ConditionOption{planIs("CANARY")}, mapper.ErrConditionFailed},
			"only the version fails":   {stale, []mapper.ConditionOption{planIs("gold")}, mapper.ErrVersionConflict},
			"both fail":                {stale, []mapper.ConditionOption{planIs("CANARY")}, mapper.ErrVersionConflict},
			"one of two fails":         {current, []mapper.ConditionOption{planIs("gold"), planIs("CANARY")}, mapper.ErrConditionFailed},
		} {
			t.Run(name, func(t *testing.T) {
				var options []mapper.SaveOption
				var deletion []mapper.DeleteOption
				for _, option := range tc.options {
					options, deletion = append(options, option), append(deletion, option)
				}
				value := tc.value
				for _, err := range []error{
					users.Save(t.Context(), &value, options...),
					users.Delete(t.Context(), &value, deletion...),
				} {
					requireOnly(t, err, tc.want)
					failed := requireAs[*types.ConditionalCheckFailedException](t, err)
					require.Nil(t, failed.Item)
					requireNoCanary(t, err)
				}
				require.Equal(t, tc.value, value)
				require.Equal(t, before, w.stored(t, "users"))
			})
		}
	}

	suite["with Clobber only the condition counts"] = func(t *testing.T, w *world) {
		users := createMapper[user](t, w)
		u := alice()
		require.NoError(t, users.Save(t.Context(), &u))
		stale := alice()
		requireOnly(t, users.Save(t.Context(), &stale, mapper.Clobber(), planIs("free")), mapper.ErrConditionFailed)
		require.Zero(t, stale.Version)
		key := mapper.Key{"alice", 1700000000}
		requireOnly(t, users.DeleteKey(t.Context(), key, mapper.Clobber(), planIs("free")), mapper.ErrConditionFailed)
		require.NoError(t, users.Save(t.Context(), &stale, mapper.Clobber(), planIs("gold")))
		require.NoError(t, users.DeleteKey(t.Context(), key, mapper.Clobber(), planIs("gold")))
		require.Empty(t, w.stored(t, "users"))
	}

	suite["without a version, keys delete and conditions hold"] = func(t *testing.T, w *world) {
		things := createMapper[secretive](t, w)
		s := secretive{ID: "s", Secret: canary, Plan: canary}
		dotted := mapper.Condition(expression.NameNoDotSplit("plan.name").Equal(expression.Value(canary)))
		requireOnly(t, things.Save(t.Context(), &s, dotted), mapper.ErrConditionFailed)
		require.NoError(t, things.Save(t.Context(), &s))
		require.NoError(t, things.Save(t.Context(), &s, dotted))
		err := things.DeleteKey(t.Context(), mapper.Key{"s"}, mapper.Condition(expression.Name("secret").AttributeNotExists()))
		requireOnly(t, err, mapper.ErrConditionFailed)
		requireNoCanary(t, err)
		require.NoError(t, things.DeleteKey(t.Context(), mapper.Key{"s"}, dotted))
		require.Empty(t, w.stored(t, "secretives"))
		require.NoError(t, things.DeleteKey(t.Context(), mapper.Key{"s"}))
	}
}

func TestConditionsThatAreRefused(t *testing.T) {
	keys := &countingProvider{}
	tap, db := tapped(t)
	users, err := mapper.New[user](db, crypto.NewEncryptor(keys))
	require.NoError(t, err)
	for name, tc := range map[string]struct {
		condition expression.ConditionBuilder
		words     []string
	}{
		"the value of an encrypted attribute": {expression.Name("email").Equal(expression.Value(canary)), []string{`"email"`}},
		"a part of an encrypted attribute":    {expression.Name("email").BeginsWith(canary), []string{`"email"`}},
		"the type of an encrypted attribute":  {expression.Name("email").AttributeType(expression.String), []string{`"email"`}},
		"an encrypted attribute among others": {expression.Name("plan").Equal(expression.Value(canary)).And(expression.Name("email").Size().GreaterThan(expression.Value(1))), []string{`"email"`}},
		"the zero builder":                    {expression.ConditionBuilder{}, []string{"Condition"}},
		"a value that does not encode":        {expression.Name("plan").Equal(expression.Value(leaky("error"))), []string{"Condition", "ValueBuilder"}},
		"a name that is empty":                {expression.Name("").Equal(expression.Value(canary)), []string{"Condition"}},
	} {
		t.Run(name, func(t *testing.T) {
			u := alice()
			u.ID, u.Email, u.Plan = canary, canary, canary
			option := mapper.Condition(tc.condition)
			for op, err := range map[string]error{
				"Save":      users.Save(t.Context(), &u, option),
				"Delete":    users.Delete(t.Context(), &u, option),
				"DeleteKey": users.DeleteKey(t.Context(), mapper.Key{canary, 1}, mapper.Clobber(), option),
				"Transact":  mapper.Transact(t.Context(), users.PutOp(&u, option)),
			} {
				requireClass(t, err, op, crypto.ErrConfig)
				requireNoCanary(t, err)
				for _, word := range tc.words {
					assert.ErrorContains(t, err, word)
				}
			}
			assert.Zero(t, u.Version)
		})
	}
	assert.Zero(t, tap.Count(""))
	assert.Zero(t, keys.asked.Load())
}

func TestDeleteKeyOfAVersionedTypeWantsClobber(t *testing.T) {
	tap, db := tapped(t)
	users := newMapper[user](t, db)
	err := users.DeleteKey(t.Context(), mapper.Key{canary, 1}, planIs("gold"))
	requireClass(t, err, "DeleteKey", crypto.ErrConfig)
	assert.ErrorContains(t, err, "Clobber")
	requireNoCanary(t, err)
	assert.Zero(t, tap.Count(""))
}
