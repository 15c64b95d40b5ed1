package client_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"
	"github.com/guregu/dynamo/v2/dynamodbiface"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
)

var _ dynamodbiface.DynamoDBAPI = (*client.Client)(nil)

// gureguUser is an item like those of [user], for guregu/dynamo.
type gureguUser struct {
	ID      string `dynamo:"id"`
	Created int    `dynamo:"created"`
	Email   string `dynamo:"email"`
	Plan    string `dynamo:"plan"`
	Level   int    `dynamo:"level"`
	Views   int    `dynamo:"views"`
	Address struct {
		City string   `dynamo:"city"`
		Tags []string `dynamo:"tags"`
	} `dynamo:"address"`
}

func newGureguUser(id string, created int) gureguUser {
	u := gureguUser{ID: id, Created: created, Email: id + "@example.com", Plan: "free", Level: 1}
	u.Address.City, u.Address.Tags = "Delft", []string{"home"}
	return u
}

// gureguWorld is a table with the users alice 1, alice 2 and bob 1.
type gureguWorld struct {
	*world
	db    *dynamo.DB
	users dynamo.Table
}

func newGureguWorld(t *testing.T, w *world, options ...client.Option) gureguWorld {
	db := dynamo.NewFromIface(w.users(options...).(dynamodbiface.DynamoDBAPI))
	g := gureguWorld{w, db, db.Table(w.table)}
	for _, u := range []gureguUser{newGureguUser("alice", 1), newGureguUser("alice", 2), newGureguUser("bob", 1)} {
		require.NoError(t, g.users.Put(u).Run(t.Context()))
	}
	w.reset()
	return g
}

func (g gureguWorld) alice() *dynamo.Query {
	return g.users.Get("id", "alice").Range("created", dynamo.Equal, 1)
}

func (g gureguWorld) update() *dynamo.Update {
	return g.users.Update("id", "alice").Range("created", 1)
}

func (g gureguWorld) delete() *dynamo.Delete {
	return g.users.Delete("id", "alice").Range("created", 1)
}

// one and several return what a method of guregu/dynamo reads.
func one(ctx context.Context, read func(context.Context, any) error) ([]gureguUser, error) {
	var u gureguUser
	err := read(ctx, &u)
	return []gureguUser{u}, err
}

func several(ctx context.Context, read func(context.Context, any) error) ([]gureguUser, error) {
	var list []gureguUser
	err := read(ctx, &list)
	return list, err
}

// gureguReads are operations of guregu/dynamo that return items.
var gureguReads = map[string]struct {
	run  func(context.Context, gureguWorld) ([]gureguUser, error)
	want []gureguUser
}{
	"Get One": {func(ctx context.Context, g gureguWorld) ([]gureguUser, error) {
		return one(ctx, g.alice().Consistent(true).One)
	}, []gureguUser{newGureguUser("alice", 1)}},
	"Scan All": {func(ctx context.Context, g gureguWorld) ([]gureguUser, error) {
		return several(ctx, g.users.Scan().All)
	}, []gureguUser{newGureguUser("alice", 1), newGureguUser("alice", 2), newGureguUser("bob", 1)}},
	"Scan Filter": {func(ctx context.Context, g gureguWorld) ([]gureguUser, error) {
		return several(ctx, g.users.Scan().Filter("'created' > ? AND attribute_exists(email)", 1).All)
	}, []gureguUser{newGureguUser("alice", 2)}},
	"Scan Index": {func(ctx context.Context, g gureguWorld) ([]gureguUser, error) {
		return several(ctx, g.users.Scan().Index("all").Filter("$ = ?", "id", "bob").All)
	}, []gureguUser{newGureguUser("bob", 1)}},
	"Scan Iter": {func(ctx context.Context, g gureguWorld) ([]gureguUser, error) {
		var list []gureguUser
		var u gureguUser
		iter := g.users.Scan().SearchLimit(1).Iter()
		for iter.Next(ctx, &u) {
			list = append(list, u)
		}
		key, err := iter.LastEvaluatedKey(ctx)
		if err != nil {
			return nil, err
		}
		iter = g.users.Scan().StartFrom(key).Iter()
		for iter.Next(ctx, &u) {
			list = append(list, u)
		}
		return list, iter.Err()
	}, []gureguUser{newGureguUser("alice", 1), newGureguUser("alice", 2), newGureguUser("bob", 1)}},
	"Scan AllParallel": {func(ctx context.Context, g gureguWorld) ([]gureguUser, error) {
		return several(ctx, func(ctx context.Context, out any) error { return g.users.Scan().AllParallel(ctx, 3, out) })
	}, []gureguUser{newGureguUser("alice", 1), newGureguUser("alice", 2), newGureguUser("bob", 1)}},
	"Batch Get": {func(ctx context.Context, g gureguWorld) ([]gureguUser, error) {
		return several(ctx, g.users.Batch("id", "created").Get(dynamo.Keys{"alice", 1}, dynamo.Keys{"bob", 1}, dynamo.Keys{"carol", 1}).All)
	}, []gureguUser{newGureguUser("alice", 1), newGureguUser("bob", 1)}},
	"GetTx": {func(ctx context.Context, g gureguWorld) ([]gureguUser, error) {
		return several(ctx, g.db.GetTx().Get(g.alice()).Get(g.users.Get("id", "bob").Range("created", dynamo.Equal, 1)).All)
	}, []gureguUser{newGureguUser("alice", 1), newGureguUser("bob", 1)}},
	"Put OldValue": {func(ctx context.Context, g gureguWorld) ([]gureguUser, error) {
		return one(ctx, g.users.Put(newGureguUser("alice", 1)).OldValue)
	}, []gureguUser{newGureguUser("alice", 1)}},
	"Delete OldValue": {func(ctx context.Context, g gureguWorld) ([]gureguUser, error) {
		return one(ctx, g.delete().If("$ = ?", "plan", "free").OldValue)
	}, []gureguUser{newGureguUser("alice", 1)}},
	"Update Value": {func(ctx context.Context, g gureguWorld) ([]gureguUser, error) {
		return one(ctx, g.update().Set("views", 0).If("$ = ?", "plan", "free").If("attribute_exists($) OR $ > ?", "email", "level", 7).Value)
	}, []gureguUser{newGureguUser("alice", 1)}},
	"Update OldValue": {func(ctx context.Context, g gureguWorld) ([]gureguUser, error) {
		return one(ctx, g.update().Add("views", 3).OldValue)
	}, []gureguUser{newGureguUser("alice", 1)}},
	"Update OnlyUpdatedValue": {func(ctx context.Context, g gureguWorld) ([]gureguUser, error) {
		return one(ctx, g.update().SetExpr("$ = $ + ?", "views", "views", 3).OnlyUpdatedValue)
	}, []gureguUser{{Views: 3}}},
	"WriteTx": {func(ctx context.Context, g gureguWorld) ([]gureguUser, error) {
		err := g.db.WriteTx().Idempotent(true).
			Put(g.users.Put(newGureguUser("carol", 1)).If("attribute_not_exists(id)")).
			Update(g.update().Set("views", 5)).
			Delete(g.users.Delete("id", "alice").Range("created", 2).If("$ = ?", "plan", "free")).
			Check(g.users.Check("id", "bob").Range("created", 1).IfExists()).Run(ctx)
		if err != nil {
			return nil, err
		}
		return several(ctx, g.users.Scan().Filter("'views' <> ?", 9).All)
	}, []gureguUser{with5Views(newGureguUser("alice", 1)), newGureguUser("bob", 1), newGureguUser("carol", 1)}},
	"Batch Write": {func(ctx context.Context, g gureguWorld) ([]gureguUser, error) {
		_, err := g.users.Batch("id", "created").Write().Put(newGureguUser("carol", 1), newGureguUser("dave", 1)).
			Delete(dynamo.Keys{"alice", 1}, dynamo.Keys{"alice", 2}, dynamo.Keys{"bob", 1}).Run(ctx)
		if err != nil {
			return nil, err
		}
		return several(ctx, g.users.Scan().All)
	}, []gureguUser{newGureguUser("carol", 1), newGureguUser("dave", 1)}},
}

func with5Views(u gureguUser) gureguUser {
	u.Views = 5
	return u
}

// gureguRefusals are operations of guregu/dynamo that are refused.
var gureguRefusals = map[string]struct {
	op, parameter, attribute string
	run                      func(context.Context, gureguWorld) error
}{
	"Put If": {"PutItem", "ConditionExpression", "email", func(ctx context.Context, g gureguWorld) error {
		return g.users.Put(newGureguUser("alice", 1)).If("$ = ?", "email", "a").Run(ctx)
	}},
	"Get Project": {"GetItem", "ProjectionExpression", "", func(ctx context.Context, g gureguWorld) error {
		return g.alice().Project("id", "email").One(ctx, new(gureguUser))
	}},
	"Scan Filter": {"Scan", "FilterExpression", "email", func(ctx context.Context, g gureguWorld) error {
		return g.users.Scan().Filter("begins_with(email, ?)", "alice").All(ctx, new([]gureguUser))
	}},
	"Scan Filter within a map": {"Scan", "FilterExpression", "address", func(ctx context.Context, g gureguWorld) error {
		_, err := g.users.Scan().Filter("'address'.'city' = ?", "Delft").Count(ctx)
		return err
	}},
	"Scan Index that holds only keys": {"Scan", "IndexName", "", func(ctx context.Context, g gureguWorld) error {
		return g.users.Scan().Index("keys").All(ctx, new([]gureguUser))
	}},
	"Batch Get Project": {"BatchGetItem", "", "", func(ctx context.Context, g gureguWorld) error {
		return g.users.Batch("id", "created").Get(dynamo.Keys{"alice", 1}).Project("email").All(ctx, new([]gureguUser))
	}},
	"Update Set encrypted": {"UpdateItem", "UpdateExpression", "email", func(ctx context.Context, g gureguWorld) error {
		return g.update().Set("email", "new@example.com").Run(ctx)
	}},
	"Update Add signed": {"UpdateItem", "UpdateExpression", "level", func(ctx context.Context, g gureguWorld) error {
		return g.update().Add("level", 1).Run(ctx)
	}},
	"Update Append within a map": {"UpdateItem", "UpdateExpression", "address", func(ctx context.Context, g gureguWorld) error {
		return g.update().Append("'address'.'tags'", []string{"work"}).Run(ctx)
	}},
	"Update Remove": {"UpdateItem", "UpdateExpression", "plan", func(ctx context.Context, g gureguWorld) error {
		return g.update().Remove("plan").Run(ctx)
	}},
	"Update If": {"UpdateItem", "ConditionExpression", "email", func(ctx context.Context, g gureguWorld) error {
		return g.update().Set("views", 1).If("size(email) > ?", 1).Run(ctx)
	}},
	"WriteTx Update": {"TransactWriteItems", "TransactItems[1].Update.UpdateExpression", "plan", func(ctx context.Context, g gureguWorld) error {
		return g.db.WriteTx().Put(g.users.Put(newGureguUser("carol", 1))).Update(g.update().Set("plan", "gold")).Run(ctx)
	}},
	"WriteTx Check": {"TransactWriteItems", "TransactItems[0].ConditionCheck.ConditionExpression", "email", func(ctx context.Context, g gureguWorld) error {
		return g.db.WriteTx().Check(g.users.Check("id", "bob").Range("created", 1).If("'email' = ?", "x")).Run(ctx)
	}},
}

func init() {
	suite["guregu/dynamo reads and writes decrypted items"] = func(t *testing.T, w *world) {
		for name, test := range gureguReads {
			t.Run(name, func(t *testing.T) {
				w.table = w.newTable(t)
				g := newGureguWorld(t, w)
				got, err := test.run(t.Context(), g)
				require.NoError(t, err)
				require.ElementsMatch(t, test.want, got)
				w.requireNoPlaintext(t, "alice@example.com", "carol@example.com", "Delft")
			})
		}
	}

	suite["guregu/dynamo is refused what cannot be done on protected attributes"] = func(t *testing.T, w *world) {
		g := newGureguWorld(t, w)
		for name, test := range gureguRefusals {
			t.Run(name, func(t *testing.T) {
				w.reset()
				parameter := test.parameter
				if parameter == "" {
					parameter = `RequestItems["` + w.table + `"].ProjectionExpression`
				}
				w.requireRefused(t, test.run(t.Context(), g), test.op, parameter, test.attribute)
			})
		}
		requireProtected(t, w.stored(t, key("alice", 1)))
	}

	suite["guregu/dynamo counts, describes and waits"] = func(t *testing.T, w *world) {
		g := newGureguWorld(t, w)
		n, err := g.users.Scan().Filter("'created' = ?", 1).Count(t.Context())
		require.NoError(t, err)
		require.Equal(t, 2, n)
		tables, err := g.db.ListTables().All(t.Context())
		require.NoError(t, err)
		require.Contains(t, tables, w.table)
		require.NoError(t, g.users.Wait(t.Context()))
		description, err := g.users.Describe().Run(t.Context())
		require.NoError(t, err)
		require.Equal(t, "id", description.HashKey)
	}

	suite["guregu/dynamo tells failed conditions and missing items"] = func(t *testing.T, w *world) {
		g := newGureguWorld(t, w)
		require.True(t, dynamo.IsCondCheckFailed(g.users.Put(newGureguUser("alice", 1)).If("attribute_not_exists(id)").Run(t.Context())))
		require.True(t, dynamo.IsCondCheckFailed(g.db.WriteTx().Put(g.users.Put(newGureguUser("alice", 1)).If("attribute_not_exists(id)")).Run(t.Context())))
		require.ErrorIs(t, g.users.Get("id", "carol").Range("created", dynamo.Equal, 1).One(t.Context(), new(gureguUser)), dynamo.ErrNotFound)
		require.ErrorIs(t, g.users.Put(newGureguUser("carol", 1)).OldValue(t.Context(), new(gureguUser)), dynamo.ErrNotFound)
		// An update never creates an item: it would have no signature.
		require.True(t, dynamo.IsCondCheckFailed(g.users.Update("id", "dave").Range("created", 1).Set("views", 1).Run(t.Context())))
	}

	suite["guregu/dynamo fails on an item that was changed"] = func(t *testing.T, w *world) {
		g := newGureguWorld(t, w)
		w.tamper(t, key("alice", 1))
		var failed *client.ItemError
		require.ErrorAs(t, g.alice().One(t.Context(), new(gureguUser)), &failed)
		require.ErrorIs(t, failed, crypto.ErrSignature)
		require.Equal(t, key("alice", 1), failed.Key())
		require.ErrorIs(t, g.users.Scan().All(t.Context(), new([]gureguUser)), crypto.ErrSignature)
	}

	// Each Run encrypts anew, so it is another request under the same token.
	suite["A transaction of guregu/dynamo with a token is not repeated by running it again"] = func(t *testing.T, w *world) {
		g := newGureguWorld(t, w)
		tx := g.db.WriteTx().IdempotentWithToken(w.table).Put(g.users.Put(newGureguUser("carol", 1)))
		require.NoError(t, tx.Run(t.Context()))
		var mismatch *types.IdempotentParameterMismatchException
		require.ErrorAs(t, tx.Run(t.Context()), &mismatch)
	}
}

func TestGureguNewTakesTheOption(t *testing.T) {
	w := newWorld(t, memdb.New().Client(), forms["middleware"])
	cfg := aws.Config{Region: w.options.Region, Credentials: w.options.Credentials, HTTPClient: w.tap}
	for name, db := range map[string]*dynamo.DB{
		"New":          dynamo.New(cfg, client.WithEncryption(crypto.NewEncryptor(w.provider), client.Tables(w.declared()))),
		"NewFromIface": dynamo.NewFromIface(client.New(dynamodb.NewFromConfig(cfg), crypto.NewEncryptor(w.provider), client.Tables(w.declared()))),
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, db.Table(w.table).Put(newGureguUser("alice", 1)).Run(t.Context()))
			requireProtected(t, w.stored(t, key("alice", 1)))
			var got gureguUser
			require.NoError(t, db.Table(w.table).Get("id", "alice").Range("created", dynamo.Equal, 1).One(t.Context(), &got))
			require.Equal(t, newGureguUser("alice", 1), got)
		})
	}
}
