package client_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// loosened declares a table that newTable made, with more attributes that are not
// protected: a list, a map, a set and a number.
func loosened(name string) client.Table {
	table := users(name)
	table.Actions.Overrides = maps.Clone(table.Actions.Overrides)
	for _, free := range []string{"tags", "meta", "seen", "visits"} {
		table.Actions.Overrides[free] = crypto.DoNothing
	}
	return table
}

// loosenedUser is a user with those attributes, but for visits.
func loosenedUser() crypto.Item {
	return merged(user("alice", 1), crypto.Item{"tags": list("a", "b"), "seen": set("x", "y"),
		"meta": &types.AttributeValueMemberM{Value: crypto.Item{"city": str("Delft"), "zip": num(2600)}}})
}

func list(values ...string) types.AttributeValue {
	list := &types.AttributeValueMemberL{}
	for _, value := range values {
		list.Value = append(list.Value, str(value))
	}
	return list
}

func set(values ...string) types.AttributeValue {
	return &types.AttributeValueMemberSS{Value: values}
}

// update asks for an update of alice, 1, or of another item.
func update(table string, key crypto.Item, expression string, condition *string) *dynamodb.UpdateItemInput {
	all := expression
	if condition != nil {
		all += " " + *condition
	}
	e := textOf(all)
	for placeholder, value := range map[string]types.AttributeValue{":list": list("c"), ":set": set("y", "z"), ":x": set("x")} {
		if placeholders.MatchString(all) && strings.Contains(all, placeholder) {
			if e.values == nil {
				e.values = crypto.Item{}
			}
			e.values[placeholder] = value
		}
	}
	in := &dynamodb.UpdateItemInput{TableName: &table, Key: key, ConditionExpression: condition, ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values}
	if expression != "" {
		in.UpdateExpression = &expression
	}
	return in
}

func init() {
	suite["a peer's fault: UpdateItem is refused outright; here it writes attributes without protection"] = func(t *testing.T, w *world) {
		db := w.open(client.Tables(loosened(w.table)))
		meta := func(members crypto.Item) types.AttributeValue { return &types.AttributeValueMemberM{Value: members} }
		for expression, changed := range map[string]crypto.Item{
			"":                             {},
			"SET #v = :four":               {"views": num(4)},
			"set #v = #v + :one":           {"views": num(1)},
			"SET #v = #v - :one":           {"views": num(-1)},
			"SET visits = :one, #v = :one": {"visits": num(1), "views": num(1)},
			"SET visits = if_not_exists(visits, :zero) + :one": {"visits": num(1)},
			"SET #v = if_not_exists(#v, :four)":                {},
			"SET visits = #l":                                  {"visits": num(1)},
			"SET meta.#p = #p":                                 {"meta": meta(crypto.Item{"city": str("Delft"), "zip": num(2600), "plan": str("free")})},
			"SET meta.#c = :free":                              {"meta": meta(crypto.Item{"city": str("free"), "zip": num(2600)})},
			"SET tags = list_append(tags, :list)":              {"tags": list("a", "b", "c")},
			"SET tags = list_append(:list, tags)":              {"tags": list("c", "a", "b")},
			"SET tags[0] = :free":                              {"tags": list("free", "b")},
			"SET tags[0] = tags[1], tags[1] = tags[0]":         {"tags": list("b", "a")},
			"ADD #v :one":                                      {"views": num(1)},
			"ADD visits :four":                                 {"visits": num(4)},
			"ADD seen :x, #v :one":                             {"views": num(1)},
			"DELETE seen :set":                                 {"seen": set("x")},
			"REMOVE #v":                                        {"views": nil},
			"REMOVE tags[0], meta.city":                        {"tags": list("b"), "meta": meta(crypto.Item{"zip": num(2600)})},
			"REMOVE tags SET #v = :one ADD visits :one DELETE seen :set":  {"tags": nil, "views": num(1), "visits": num(1), "seen": set("x")},
			"\nremove\ttags\r\nset #v=:one":                               {"tags": nil, "views": num(1)},
			"SET #ddbcrypt_1 = if_not_exists(#ddbcrypt_1, :zero) + :four": {"views": num(4)},
		} {
			t.Run(expression, func(t *testing.T) {
				w.put(t, db, loosenedUser())
				w.reset()
				_, err := ask(t, db.UpdateItem, update(w.table, key("alice", 1), expression, nil))
				require.NoError(t, err)
				require.Equal(t, []string{"UpdateItem"}, w.tap.Operations())
				require.Zero(t, w.provider.calls.Load(), "no key may be asked for")
				requireProtected(t, w.stored(t, key("alice", 1)))

				want := merged(loosenedUser(), changed)
				maps.DeleteFunc(want, func(_ string, v types.AttributeValue) bool { return v == nil })
				require.Equal(t, want, w.read(t, db, key("alice", 1)), "the item still verifies")
			})
		}
	}

	suite["UpdateItem refuses to write what is protected"] = func(t *testing.T, w *world) {
		db := w.open(client.Tables(loosened(w.table)))
		for _, tc := range []struct{ attribute, reason, advice string }{
			{"email", "encrypt", "whole item"},
			{"surname", "encrypt", "whole item"}, // by default
			{"address.city", "encrypt", "whole item"},
			{"plan", "sign", "whole item"},
			{"level", "sign", "whole item"},
			{"id", "key", "another item"},
			{"created", "key", "another item"},
			{crypto.DefaultSignatureAttribute, "reserved", "whole item"},
			{crypto.DefaultDescriptionAttribute, "reserved", "whole item"},
		} {
			for _, expression := range []string{
				"SET #x = :one", "set #x=:one", "SET #x = #x + :one", "SET #x = if_not_exists(#x, :one)", "SET #x = list_append(#x, :list)", "SET #x.#c = :one", "SET #x[0] = :one",
				"REMOVE #x", "REMOVE #x.#c", "REMOVE #x[3]", "ADD #x :one", "ADD #x.#c :one", "DELETE #x :set", "DELETE #x.#c :set",
				"SET #v = :one, #x = :one", "SET #v = :one REMOVE #x", "REMOVE #v ADD #x :one", "SET #v = :one REMOVE tags, #x.#c ADD visits :one",
			} {
				t.Run(fmt.Sprintf("%s of %s", expression, tc.attribute), func(t *testing.T) {
					in := update(w.table, key("alice", 1), expression, nil)
					if in.ExpressionAttributeNames == nil {
						in.ExpressionAttributeNames = map[string]string{}
					}
					in.ExpressionAttributeNames["#x"] = tc.attribute
					_, err := ask(t, db.UpdateItem, in)
					refused := w.requireRefused(t, err, "UpdateItem", "UpdateExpression", tc.attribute)
					require.Equal(t, w.table, refused.Table)
					require.Contains(t, refused.Reason, tc.reason)
					require.Contains(t, refused.Advice, tc.advice)
				})
			}
		}
	}

	suite["UpdateItem refuses to read what is encrypted"] = func(t *testing.T, w *world) {
		db := w.open(client.Tables(loosened(w.table)))
		for expression, attribute := range map[string]string{
			"SET #v = email":                             "email",
			"SET #v = #e":                                "email",
			"SET #v = #v + email":                        "email",
			"SET #v = email - #v":                        "email",
			"SET #v = if_not_exists(email, :one)":        "email",
			"SET #v = if_not_exists(#v, email)":          "email",
			"SET tags = list_append(tags, email)":        "email",
			"SET tags = list_append(address.tags, tags)": "address",
			"SET #v = :one, visits = address.city":       "address",
			"SET #v = if_not_exists(address.#c, :one)":   "address",
			"SET #v = surname":                           "surname",
			"SET #v = #dotted":                           "address.city",
			"SET #v = #sig":                              crypto.DefaultSignatureAttribute,
			"SET #v = if_not_exists(#desc, :one)":        crypto.DefaultDescriptionAttribute,
			"SET tags[0] = email[0]":                     "email",
		} {
			t.Run(expression, func(t *testing.T) {
				_, err := ask(t, db.UpdateItem, update(w.table, key("alice", 1), expression, nil))
				w.requireRefused(t, err, "UpdateItem", "UpdateExpression", attribute)
			})
		}
	}

	suite["UpdateItem refuses what cannot be parsed"] = func(t *testing.T, w *world) {
		for _, expression := range []string{
			" ", "SET", "SET #v", "SET #v = ", "#v = :one", "UPDATE #v = :one", "SET #v = :one SET visits = :one", "SET #v = :one,", "ADD #v = :one", "SET #v == :one",
			"SET #v = :one; REMOVE email", "SET level = :one", "SET #undefined = :one", "SET #v = size(#p)", "REMOVE #v = :one", "SET #v = :one" + strings.Repeat(" ", 4096),
		} {
			_, err := ask(t, w.users().UpdateItem, update(w.table, key("alice", 1), expression, nil))
			refused := w.requireRefused(t, err, "UpdateItem", "UpdateExpression", "")
			require.Contains(t, refused.Advice, "parsed")
		}
		in := update(w.table, key("alice", 1), "", nil)
		in.UpdateExpression = ptr("")
		_, err := ask(t, w.users().UpdateItem, in)
		w.requireRefused(t, err, "UpdateItem", "UpdateExpression", "")
	}

	suite["an update creates no item and touches none without a signature"] = func(t *testing.T, w *world) {
		db := w.users()
		w.plant(t, user("plain", 2))
		for name, condition := range map[string]*string{
			"without a condition":                  nil,
			"with one that is met":                 ptr("attribute_not_exists(email) OR attribute_exists(id)"),
			"with an OR, which must not reach out": ptr("#p = :gold OR attribute_exists(#i) OR attribute_not_exists(#i)"),
			"with an OR of parentheses":            ptr("(attribute_exists(#i)) OR (attribute_not_exists(#i))"),
			"with parentheses that are no pair":    ptr("(attribute_exists(#i) AND #l = :one) OR (attribute_not_exists(#i))"),
			"with NOT":                             ptr("NOT attribute_exists(surname)"),
			"with the absence of a signature":      ptr("attribute_not_exists(#sig)"),
		} {
			for _, expression := range []string{"SET #v = :one", "ADD #v :one", "REMOVE #v", ""} {
				for _, target := range []crypto.Item{key("nobody", 9), key("plain", 2)} {
					t.Run(fmt.Sprintf("%s %s of %s", name, expression, shown(target, "id")), func(t *testing.T) {
						_, err := ask(t, db.UpdateItem, update(w.table, target, expression, condition))
						var failed *types.ConditionalCheckFailedException
						require.ErrorAs(t, err, &failed)
						require.Nil(t, w.stored(t, key("nobody", 9)))
						require.Equal(t, user("plain", 2), w.stored(t, key("plain", 2)))
					})
				}
			}
		}
	}

	suite["a peer's fault: the condition of an update is not checked; here it is refused or joined to that of the signature"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1))
		w.reset()
		_, err := ask(t, db.UpdateItem, update(w.table, key("alice", 1), "SET #v = :one", ptr("email = :secret")))
		w.requireRefused(t, err, "UpdateItem", "ConditionExpression", "email")

		const signed = "attribute_exists(#ddbcrypt_0)"
		for _, tc := range []struct {
			condition, sent string
			met             int
		}{
			{"", signed, 1},
			{"#p = :free", signed + " AND (#p = :free)", 1},
			{"#p = :gold", signed + " AND (#p = :gold)", 0},
			{"#p = :gold OR #l = :one", signed + " AND (#p = :gold OR #l = :one)", 1},
			{"#p = :gold OR #p = :fr", signed + " AND (#p = :gold OR #p = :fr)", 0},
			{"(#p = :gold OR #l = :one)", signed + " AND (#p = :gold OR #l = :one)", 1},
			{"(#p = :gold) OR (#l = :one)", signed + " AND ((#p = :gold) OR (#l = :one))", 1},
			{"NOT #p = :gold", signed + " AND (NOT #p = :gold)", 1},
			{"NOT (#p = :gold)", signed + " AND (NOT (#p = :gold))", 1},
			{" #p = :free\n", signed + " AND ( #p = :free\n)", 1},
			{"#p between :fr and :gold", signed + " AND (#p between :fr and :gold)", 1},
			{"attribute_exists(email)", signed + " AND (attribute_exists(email))", 1},
			{"attribute_exists(#sig)", signed + " AND (attribute_exists(#sig))", 1},
			{"#ddbcrypt_0 = :free", "attribute_exists(#ddbcrypt_1) AND (#ddbcrypt_0 = :free)", 1},
			{"#ddbcrypt_0 = :free AND #ddbcrypt_1 = :gold", "attribute_exists(#ddbcrypt_2) AND (#ddbcrypt_0 = :free AND #ddbcrypt_1 = :gold)", 0},
		} {
			t.Run(tc.condition, func(t *testing.T) {
				w.put(t, db, user("alice", 1))
				var condition *string
				if tc.condition != "" {
					condition = &tc.condition
				}
				_, err := ask(t, db.UpdateItem, update(w.table, key("alice", 1), "SET #v = :four", condition))
				met, err := met(err)
				require.NoError(t, err)
				require.Equal(t, tc.met, met)
				require.Equal(t, tc.sent, w.sent(t, "ConditionExpression"))
				require.Equal(t, "SET #v = :four", w.sent(t, "UpdateExpression"))
				require.Equal(t, merged(user("alice", 1), crypto.Item{"views": num(4 * tc.met)}), w.read(t, db, key("alice", 1)))
			})
		}
	}

	suite["the condition of an update is refused if that of the signature makes it too long"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1))
		padded := func(size int) *string { return ptr("#p = " + strings.Repeat(" ", size-len("#p = :free")) + ":free") }
		added := len("attribute_exists(#ddbcrypt_0) AND ()")
		_, err := ask(t, db.UpdateItem, update(w.table, key("alice", 1), "SET #v = :one", padded(4096-added)))
		require.NoError(t, err)
		require.Len(t, w.sent(t, "ConditionExpression"), 4096)

		w.reset()
		many := "#p = :free" + strings.Repeat(" OR #p = :free", 149)
		for name, condition := range map[string]*string{
			"by one byte":             padded(4096 - added + 1),
			"with the longest":        padded(4096),
			"with too many operators": &many,
		} {
			t.Run(name, func(t *testing.T) {
				_, err := ask(t, db.UpdateItem, update(w.table, key("alice", 1), "SET #v = :one", condition))
				refused := w.requireRefused(t, err, "UpdateItem", "ConditionExpression", "")
				require.Contains(t, refused.Reason, "with the condition that the item is protected")
				_, err = ask(t, db.DeleteItem, &dynamodb.DeleteItemInput{TableName: &w.table, Key: key("nobody", 9), ConditionExpression: condition,
					ExpressionAttributeNames: map[string]string{"#p": "plan"}, ExpressionAttributeValues: crypto.Item{":free": str("free")}})
				met, err := met(err)
				require.NoError(t, err, "the condition itself is allowed")
				require.Zero(t, met)
				w.reset()
			})
		}
	}

	suite["UpdateItem returns whole items decrypted and updated attributes as they are"] = func(t *testing.T, w *world) {
		db := w.open(client.Tables(loosened(w.table)))
		after := merged(loosenedUser(), crypto.Item{"views": num(1)})
		delete(after, "tags")
		for _, tc := range []struct {
			returned types.ReturnValue
			want     crypto.Item
			keys     int64
		}{
			{"", nil, 0},
			{types.ReturnValueNone, nil, 0},
			{types.ReturnValueAllOld, loosenedUser(), 1},
			{types.ReturnValueAllNew, after, 1},
			{types.ReturnValueUpdatedOld, crypto.Item{"views": num(0), "tags": list("a", "b")}, 0},
			{types.ReturnValueUpdatedNew, crypto.Item{"views": num(1)}, 0},
		} {
			t.Run(string(tc.returned), func(t *testing.T) {
				w.put(t, db, loosenedUser())
				w.reset()
				in := update(w.table, key("alice", 1), "SET #v = :one REMOVE tags", nil)
				in.ReturnValues, in.ReturnConsumedCapacity = tc.returned, types.ReturnConsumedCapacityTotal
				out, err := ask(t, db.UpdateItem, in)
				require.NoError(t, err)
				require.NotNil(t, out.ConsumedCapacity)
				require.Equal(t, tc.want, crypto.Item(out.Attributes))
				require.Equal(t, tc.keys, w.provider.calls.Load())
				require.Equal(t, after, w.read(t, db, key("alice", 1)))
			})
		}
	}
}
