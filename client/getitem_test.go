package client_test

import (
	"maps"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

// get asks for an item, or for parts of it.
func get(t *testing.T, db api, table string, key crypto.Item, projection text) (*dynamodb.GetItemOutput, error) {
	t.Helper()
	in := &dynamodb.GetItemInput{TableName: &table, Key: key, ConsistentRead: aws.Bool(true), ExpressionAttributeNames: projection.names}
	if projection.expression != "" {
		in.ProjectionExpression = &projection.expression
	}
	return ask(t, db.GetItem, in)
}

func init() {
	suite["GetItem of an item that is missing returns none and asks for no key"] = func(t *testing.T, w *world) {
		out, err := get(t, w.users(), w.table, key("nobody", 9), text{})
		require.NoError(t, err)
		require.Nil(t, out.Item)
		require.Equal(t, []string{"GetItem"}, w.tap.Operations())
		require.Zero(t, w.provider.calls.Load())
	}

	suite["GetItem sends a request for a whole item as it is"] = func(t *testing.T, w *world) {
		w.put(t, w.users(), user("alice", 1))
		w.reset()
		in := &dynamodb.GetItemInput{TableName: &w.table, Key: key("alice", 1), ConsistentRead: aws.Bool(true), ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal}
		out, err := ask(t, w.users().GetItem, in)
		require.NoError(t, err)
		require.NotNil(t, out.ConsumedCapacity)
		require.Equal(t, user("alice", 1), out.Item)
		require.EqualValues(t, 1, w.provider.calls.Load())
		_, err = dynamodb.New(w.options).GetItem(t.Context(), in)
		require.NoError(t, err)
		bodies := w.bodies("GetItem")
		require.Len(t, bodies, 2)
		require.JSONEq(t, bodies[1], bodies[0], "what a client without encryption sends")
	}

	suite["GetItem takes a key whose number is written in another way"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 100))
		for _, number := range []string{"100", "1e2", "100.0", "0100"} {
			out, err := get(t, db, w.table, crypto.Item{"id": str("alice"), "created": &types.AttributeValueMemberN{Value: number}}, text{})
			require.NoError(t, err, number)
			require.Equal(t, user("alice", 100), out.Item)
		}
	}

	suite["a peer's fault: a projection is not checked; here GetItem refuses one that leaves out what could be signed"] = func(t *testing.T, w *world) {
		w.put(t, w.users(), user("alice", 1))
		w.reset()
		for name, tc := range map[string]struct {
			table      func(string) client.Table
			projection string
		}{
			"of an encrypted attribute":                             {users, "email"},
			"of an attribute without protection":                    {users, "#v"},
			"of every attribute, where the default is to encrypt":   {users, "id, created, email, #p, #l, #v, address, #sig, #desc"},
			"without a signed attribute":                            {loose, "id, created, email, #p"},
			"without an encrypted attribute":                        {loose, "id, created, #p, #l"},
			"without the sort key":                                  {loose, "id, email, #p, #l"},
			"without the partition key":                             {viewsOnly, "created, email"},
			"of a part of what is signed":                           {loose, "id, created, email.#c, #p, #l"},
			"of an element of what is signed":                       {loose, "id, created, email[0], #p, #l"},
			"of an attribute whose name only looks like a path":     {loose, "id, created, #dotted, #p, #l"},
			"of the reserved attributes and nothing that is signed": {loose, "#sig, #desc"},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := get(t, w.open(client.Tables(tc.table(w.table))), w.table, key("alice", 1), textOf(tc.projection))
				refused := w.requireRefused(t, err, "GetItem", "ProjectionExpression", "")
				require.Equal(t, w.table, refused.Table)
				require.Contains(t, refused.Advice, "whole items")
			})
		}
	}

	suite["GetItem refuses projections that cannot be parsed"] = func(t *testing.T, w *world) {
		db := w.open(client.Tables(loose(w.table)))
		for _, projection := range []string{" ", "email,", "email email", "level", "#undefined", "id, id", "address.city, address", "email[a]", "*", "size(email)"} {
			_, err := get(t, db, w.table, key("alice", 1), textOf(projection))
			w.requireRefused(t, err, "GetItem", "ProjectionExpression", "")
		}
		_, err := ask(t, db.GetItem, &dynamodb.GetItemInput{TableName: &w.table, Key: key("alice", 1), ProjectionExpression: aws.String("")})
		w.requireRefused(t, err, "GetItem", "ProjectionExpression", "")
	}

	suite["GetItem allows a projection that has everything that is signed"] = func(t *testing.T, w *world) {
		db := w.open(client.Tables(loose(w.table)))
		w.put(t, db, user("alice", 1))
		signed := crypto.Item{"id": str("alice"), "created": num(1), "email": str("alice@example.com"), "plan": str("free"), "level": num(1)}
		address := func(members crypto.Item) crypto.Item {
			return crypto.Item{"address": &types.AttributeValueMemberM{Value: members}}
		}
		for name, tc := range map[string]struct {
			projection, added string
			names             map[string]string
			want              crypto.Item
		}{
			"and nothing else":                     {projection: "id, created, email, #p, #l", added: ", #ddbcrypt_0, #ddbcrypt_1", want: signed},
			"in any order":                         {projection: "#l,#p , email,created,\nid", added: ", #ddbcrypt_0, #ddbcrypt_1", want: signed},
			"and what is not protected":            {projection: "id, created, email, #p, #l, #v", added: ", #ddbcrypt_0, #ddbcrypt_1", want: merged(signed, crypto.Item{"views": num(0)})},
			"and a part of what is not":            {projection: "id, created, email, #p, #l, #a.#c", added: ", #ddbcrypt_0, #ddbcrypt_1", want: merged(signed, address(crypto.Item{"city": str("Delft")}))},
			"and what the item does not have":      {projection: "id, created, email, #p, #l, surname", added: ", #ddbcrypt_0, #ddbcrypt_1", want: signed},
			"and reserved attributes":              {projection: "id, created, email, #p, #l, #sig, #desc", want: signed},
			"and one reserved attribute":           {projection: "id, created, email, #p, #l, #desc", added: ", #ddbcrypt_0", want: signed},
			"by placeholders that look like added": {projection: "id, created, email, #ddbcrypt_0, #l, #ddbcrypt_1", added: ", #ddbcrypt_2, #ddbcrypt_3", want: merged(signed, crypto.Item{"views": num(0)})},
		} {
			t.Run(name, func(t *testing.T) {
				out, err := get(t, db, w.table, key("alice", 1), textOf(tc.projection))
				require.NoError(t, err)
				require.Equal(t, tc.want, crypto.Item(out.Item), "reserved attributes are not returned")
				require.Equal(t, tc.projection+tc.added, w.sent(t, "ProjectionExpression"))
			})
		}
		w.tamper(t, key("alice", 1))
		_, err := get(t, db, w.table, key("alice", 1), textOf("id, created, email, #p, #l"))
		requireItemError(t, err, crypto.ErrSignature, "GetItem", w.table, "Item", key("alice", 1))
	}

	suite["GetItem allows a projection without names for them"] = func(t *testing.T, w *world) {
		db := w.open(client.Tables(viewsOnly(w.table)))
		w.put(t, db, user("alice", 1))
		out, err := get(t, db, w.table, key("alice", 1), textOf("id, created, email"))
		require.NoError(t, err)
		require.Equal(t, merged(key("alice", 1), crypto.Item{"email": str("alice@example.com")}), crypto.Item(out.Item))
		out, err = get(t, db, w.table, key("nobody", 9), textOf("id, created, email"))
		require.NoError(t, err)
		require.Empty(t, out.Item)
	}

	suite["GetItem refuses an answer with another item, though it verifies"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1), user("alice", 2), user("bob", 1))
		for _, other := range []crypto.Item{key("alice", 2), key("bob", 1)} {
			w.swap("GetItem")
			_, err := get(t, db, w.table, other, text{})
			require.NoError(t, err)
			out, err := get(t, db, w.table, key("alice", 1), text{})
			requireItemError(t, err, crypto.ErrSignature, "GetItem", w.table, "Item", other)
			require.ErrorContains(t, err, "another key")
			require.Nil(t, out)
		}
	}

	suite["GetItem refuses items that were changed in any way"] = func(t *testing.T, w *world) {
		db := w.users()
		without := func(name string) func(item, other crypto.Item) {
			return func(item, _ crypto.Item) { delete(item, name) }
		}
		for name, tc := range map[string]struct {
			change func(item, other crypto.Item)
			class  error
		}{
			"another value of a signed attribute": {func(item, _ crypto.Item) { item["plan"] = str("gold") }, crypto.ErrSignature},
			"a signed attribute removed":          {without("plan"), crypto.ErrSignature},
			"an encrypted attribute removed":      {without("email"), crypto.ErrSignature},
			"an encrypted attribute in plaintext": {func(item, _ crypto.Item) { item["email"] = str("alice@example.com") }, crypto.ErrSignature},
			"an attribute added":                  {func(item, _ crypto.Item) { item["surname"] = str("gold") }, crypto.ErrSignature},
			"encrypted attributes swapped": {func(item, _ crypto.Item) {
				item["email"], item["address"] = item["address"], item["email"]
			}, crypto.ErrSignature},
			"a value of another item": {func(item, other crypto.Item) { item["email"] = other["email"] }, crypto.ErrSignature},
			"the signature of another item": {func(item, other crypto.Item) {
				item[crypto.DefaultSignatureAttribute] = other[crypto.DefaultSignatureAttribute]
			}, crypto.ErrSignature},
			"the values of another item": {func(item, other crypto.Item) { maps.Copy(item, other); maps.Copy(item, key("alice", 1)) }, crypto.ErrSignature},
			"no signature":               {without(crypto.DefaultSignatureAttribute), crypto.ErrNotEncrypted},
			"no signature and no description": {func(item, _ crypto.Item) {
				delete(item, crypto.DefaultSignatureAttribute)
				delete(item, crypto.DefaultDescriptionAttribute)
			}, crypto.ErrNotEncrypted},
			"nothing but plaintext":          {func(item, _ crypto.Item) { clear(item); maps.Copy(item, user("alice", 1)) }, crypto.ErrNotEncrypted},
			"a signature that is not binary": {func(item, _ crypto.Item) { item[crypto.DefaultSignatureAttribute] = str("gold") }, crypto.ErrSignature},
			"nothing but the key":            {func(item, _ crypto.Item) { clear(item); maps.Copy(item, key("alice", 1)) }, crypto.ErrNotEncrypted},
		} {
			t.Run(name, func(t *testing.T) {
				w.put(t, db, user("alice", 1), user("bob", 2))
				item := w.stored(t, key("alice", 1))
				tc.change(item, w.stored(t, key("bob", 2)))
				w.plant(t, item)
				out, err := get(t, db, w.table, key("alice", 1), text{})
				failed := requireItemError(t, err, tc.class, "GetItem", w.table, "Item", key("alice", 1))
				require.False(t, failed.Applied)
				require.Nil(t, failed.Output)
				require.Nil(t, out)
			})
		}
	}

	suite["what was changed in attributes without protection is read"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1))
		item := w.stored(t, key("alice", 1))
		item["views"] = str("many")
		w.plant(t, item)
		require.Equal(t, merged(user("alice", 1), crypto.Item{"views": str("many")}), w.read(t, db, key("alice", 1)))
	}

	suite["GetItem takes an answer whose item is empty for none"] = func(t *testing.T, w *world) {
		w.tap.Inject("GetItem", wiretap.Always(wiretap.Fault{Rewrite: func(string, []byte) []byte { return []byte(`{"Item":{}}`) }}))
		out, err := get(t, w.users(), w.table, key("alice", 1), text{})
		require.NoError(t, err)
		require.Empty(t, out.Item)
	}
}
