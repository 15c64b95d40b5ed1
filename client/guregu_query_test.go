package client_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// gureguQueries are operations of guregu/dynamo that send a Query, always with the
// legacy parameter KeyConditions.
var gureguQueries = map[string]struct {
	run  func(context.Context, gureguWorld) ([]gureguUser, error)
	want []gureguUser
}{
	"Get All": {func(ctx context.Context, g gureguWorld) ([]gureguUser, error) {
		return several(ctx, g.users.Get("id", "alice").Order(dynamo.Descending).All)
	}, []gureguUser{newGureguUser("alice", 2), newGureguUser("alice", 1)}},
	"Get Range All": {func(ctx context.Context, g gureguWorld) ([]gureguUser, error) {
		return several(ctx, g.users.Get("id", "alice").Range("created", dynamo.Between, 2, 7).All)
	}, []gureguUser{newGureguUser("alice", 2)}},
	"Get Filter All": {func(ctx context.Context, g gureguWorld) ([]gureguUser, error) {
		return several(ctx, g.users.Get("id", "alice").Filter("$ = ? AND attribute_exists(email)", "plan", "free").Limit(1).All)
	}, []gureguUser{newGureguUser("alice", 1)}},
	"Get Filter One": {func(ctx context.Context, g gureguWorld) ([]gureguUser, error) {
		return one(ctx, g.users.Get("id", "bob").Filter("'level' > ?", 0).One)
	}, []gureguUser{newGureguUser("bob", 1)}},
	"Get Iter": {func(ctx context.Context, g gureguWorld) ([]gureguUser, error) {
		var list []gureguUser
		var u gureguUser
		iter := g.users.Get("id", "alice").SearchLimit(1).Iter()
		for iter.Next(ctx, &u) {
			list = append(list, u)
		}
		key, err := iter.LastEvaluatedKey(ctx)
		if err != nil {
			return nil, err
		}
		iter = g.users.Get("id", "alice").StartFrom(key).Iter()
		for iter.Next(ctx, &u) {
			list = append(list, u)
		}
		return list, iter.Err()
	}, []gureguUser{newGureguUser("alice", 1), newGureguUser("alice", 2)}},
	"Get Index All": {func(ctx context.Context, g gureguWorld) ([]gureguUser, error) {
		return several(ctx, g.users.Get("plan", "free").Index("all").Range("created", dynamo.Greater, 1).All)
	}, []gureguUser{newGureguUser("alice", 2)}},
	"Get Index All of a local index": {func(ctx context.Context, g gureguWorld) ([]gureguUser, error) {
		return several(ctx, g.users.Get("id", "bob").Index("local").Range("level", dynamo.LessOrEqual, 1).All)
	}, []gureguUser{newGureguUser("bob", 1)}},
	"Get Count": {func(ctx context.Context, g gureguWorld) ([]gureguUser, error) {
		n, err := g.users.Get("id", "alice").Count(ctx)
		if err == nil && n != 2 {
			err = fmt.Errorf("it counts %d", n)
		}
		return nil, err
	}, nil},
}

// keyConditions are KeyConditions as guregu/dynamo sends them.
func keyConditions(partition, value string) map[string]types.Condition {
	return map[string]types.Condition{partition: {ComparisonOperator: types.ComparisonOperatorEq, AttributeValueList: []types.AttributeValue{str(value)}}}
}

func init() {
	suite["guregu/dynamo queries decrypted items"] = func(t *testing.T, w *world) {
		g := newGureguWorld(t, w)
		for name, test := range gureguQueries {
			t.Run(name, func(t *testing.T) {
				got, err := test.run(t.Context(), g)
				require.NoError(t, err)
				require.Equal(t, test.want, got)
			})
		}
	}

	suite["guregu/dynamo queries whole items of an index that holds only keys"] = func(t *testing.T, w *world) {
		g := newGureguWorld(t, w, client.HydrateIndexes())
		got, err := several(t.Context(), g.users.Get("plan", "free").Index("keys").Range("created", dynamo.Equal, 2).All)
		require.NoError(t, err)
		require.Equal(t, []gureguUser{newGureguUser("alice", 2)}, got)
	}

	suite["guregu/dynamo is refused queries that cannot be done"] = func(t *testing.T, w *world) {
		g := newGureguWorld(t, w)
		for name, test := range map[string]struct {
			parameter, attribute string
			query                *dynamo.Query
		}{
			"of an encrypted attribute":      {"KeyConditions", "email", g.users.Get("email", "alice@example.com").Index("all")},
			"of an encrypted sort attribute": {"KeyConditions", "email", g.users.Get("id", "alice").Range("email", dynamo.BeginsWith, "a")},
			"with an encrypted filter":       {"FilterExpression", "email", g.users.Get("id", "alice").Filter("contains(email, ?)", "@")},
			"for parts of items":             {"ProjectionExpression", "", g.users.Get("id", "alice").Project("id", "email")},
			"of an index with only keys":     {"IndexName", "", g.users.Get("plan", "free").Index("keys")},
		} {
			t.Run(name, func(t *testing.T) {
				w.reset()
				w.requireRefused(t, test.query.All(t.Context(), new([]gureguUser)), "Query", test.parameter, test.attribute)
			})
		}
	}

	suite["KeyConditions may ask for what is not encrypted"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1))
		in := &dynamodb.QueryInput{TableName: &w.table, KeyConditions: keyConditions("id", "alice")}
		out, err := db.Query(t.Context(), in)
		require.NoError(t, err)
		require.Equal(t, []map[string]types.AttributeValue{user("alice", 1)}, out.Items)

		w.reset()
		_, err = db.Query(t.Context(), &dynamodb.QueryInput{TableName: &w.table, KeyConditions: keyConditions(crypto.DefaultSignatureAttribute, "x")})
		w.requireRefused(t, err, "Query", "KeyConditions", crypto.DefaultSignatureAttribute)
		in.QueryFilter, in.AttributesToGet = keyConditions("plan", "free"), []string{"id"}
		_, err = db.Query(t.Context(), in)
		w.requireRefused(t, err, "Query", "AttributesToGet, QueryFilter, KeyConditions", "")
		in.QueryFilter, in.AttributesToGet, in.KeyConditionExpression = nil, nil, aws.String("email = :e")
		_, err = db.Query(t.Context(), in)
		w.requireRefused(t, err, "Query", "KeyConditionExpression", "email")
	}
}
