package client_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

func init() {
	suite["No expression compares an encrypted attribute"] = func(t *testing.T, w *world) {
		db := w.users()
		for name, test := range map[string]struct{ expression, attribute, reason string }{
			"by its value":                           {"email = :secret", "email", "(=)"},
			"by an alias":                            {"#e = :secret", "email", "(=)"},
			"on the right-hand side":                 {":secret = email", "email", "(=)"},
			"with a readable attribute":              {"#p <> email", "email", "(<>)"},
			"by order":                               {"email >= :secret", "email", "(>=)"},
			"under NOT":                              {"NOT email = :secret", "email", "(=)"},
			"under NOT in parentheses":               {"NOT (#p = :free AND (email < :secret))", "email", "(<)"},
			"behind OR":                              {"#p = :free OR email = :secret", "email", "(=)"},
			"beside its existence":                   {"attribute_exists(email) AND email = :secret", "email", "(=)"},
			"by IN":                                  {"email IN (:secret, :free)", "email", "(IN)"},
			"in the list of IN":                      {"#p IN (:gold, email)", "email", "(IN)"},
			"by BETWEEN":                             {"email BETWEEN :fr AND :secret", "email", "(BETWEEN)"},
			"as a bound of BETWEEN":                  {":secret BETWEEN #p AND email", "email", "(BETWEEN)"},
			"by size":                                {"size(email) > :four", "email", "(size)"},
			"by the size of an alias":                {":four = size(#e)", "email", "(size)"},
			"by contains":                            {"contains(email, :fr)", "email", "(contains)"},
			"as what is contained":                   {"contains(#p, email)", "email", "(contains)"},
			"by begins_with":                         {"begins_with(email, :fr)", "email", "(begins_with)"},
			"as a prefix":                            {"begins_with(#p, #e)", "email", "(begins_with)"},
			"by attribute_type":                      {"attribute_type(email, :S)", "email", "(attribute_type)"},
			"by a path within it":                    {"address.city = :city", "address", "(=)"},
			"by a path of aliases":                   {"#a.#c = :city", "address", "(=)"},
			"by an index into it":                    {"address.tags[0] = :city", "address", "(=)"},
			"by the size of a part":                  {"size(address.city) = :four", "address", "(size)"},
			"by the existence of a part":             {"attribute_exists(address.city)", "address", "(a path within it)"},
			"by the absence of a part":               {"attribute_not_exists(#a.#c)", "address", "(a path within it)"},
			"by the existence of an element":         {"attribute_exists(email[0])", "email", "(a path within it)"},
			"that no action names":                   {"surname = :free", "surname", "(=)"},
			"that has a dot in its name":             {"#dotted = :city", "address.city", "(=)"},
			"where keywords are in mixed case":       {"not #p = :free aNd email beTween :fr anD :secret", "email", "(BETWEEN)"},
			"where there are no blanks":              {"attribute_exists(email)AND(email=:secret)", "email", "(=)"},
			"where there is white space of any kind": {"\t\n email\r\n=\t:secret ", "email", "(=)"},
			"or the signature":                       {"#sig = :secret", crypto.DefaultSignatureAttribute, "reserved"},
			"or the size of the signature":           {"size(#sig) = :four", crypto.DefaultSignatureAttribute, "reserved"},
			"or the description":                     {"begins_with(#desc, :fr)", crypto.DefaultDescriptionAttribute, "reserved"},
			"or a part of the description":           {"attribute_exists(#desc.#c)", crypto.DefaultDescriptionAttribute, "reserved"},
		} {
			t.Run(name, func(t *testing.T) {
				for _, carrier := range append(slices.Clone(carriers), keyCondition) {
					_, err := carrier.send(t, db, w.table, textOf(test.expression))
					refused := w.requireRefused(t, err, carrier.op, carrier.parameter, test.attribute)
					require.Equal(t, w.table, refused.Table)
					require.Contains(t, refused.Reason, test.reason)
					requireNoValues(t, err, "alice@example.com", "Delft")
				}
			})
		}
	}

	suite["Conditions on what DynamoDB can see decide"] = func(t *testing.T, w *world) {
		db := w.users()
		for expression, want := range map[string]int{
			"attribute_exists(email)":                                  1,
			"attribute_not_exists(email)":                              0,
			"attribute_exists(#a)":                                     1,
			"attribute_not_exists(surname)":                            1,
			"attribute_exists(surname) OR attribute_exists(email)":     1,
			"attribute_exists(#sig) AND attribute_exists(#desc)":       1,
			"attribute_not_exists(#sig)":                               0,
			"#p = :free":                                               1,
			"#p = :gold":                                               0,
			":free = #p":                                               1,
			"#v = :zero AND #l = :one":                                 1,
			"#v = :one OR #l = :one":                                   1,
			"NOT #v = :one":                                            1,
			"(#v = :zero)":                                             1,
			"(#v = :one) OR (#v = :zero)":                              1,
			"#v = :one AND #p = :free OR #l = :one":                    1,
			"#v = :one AND (#p = :free OR #l = :one)":                  0,
			"#p IN (:gold, :free)":                                     1,
			"#l BETWEEN :zero AND :four":                               1,
			"#l between :zero and :four Or #v = :four":                 1,
			"begins_with(#p, :fr)":                                     1,
			"contains(#p, :fr)":                                        1,
			"attribute_type(#p, :S)":                                   1,
			"size(#p) = :four":                                         1,
			"size(#p) = :one":                                          0,
			"#v < #l":                                                  1,
			"#ddbcrypt_0 = :free AND #ddbcrypt_1 = :zero":              1,
			"attribute_not_exists(surname) AND NOT contains(#p, :one)": 1,
		} {
			t.Run(expression, func(t *testing.T) {
				for _, carrier := range carriers {
					w.put(t, db, user("alice", 1))
					got, err := carrier.send(t, db, w.table, textOf(expression))
					require.NoError(t, err, carrier)
					require.Equal(t, want, got, carrier)
				}
			})
		}
	}

	suite["Paths into attributes without protection are free"] = func(t *testing.T, w *world) {
		db := w.open(client.Tables(loose(w.table)))
		for _, expression := range []string{
			"address.city = :city", "#a.#c = :city", "attribute_exists(address.city)", "size(address.tags) = :one", "begins_with(address.tags[0], :ho)",
		} {
			for _, carrier := range carriers {
				w.put(t, db, user("alice", 1))
				e := textOf(expression)
				if strings.Contains(expression, ":ho") {
					e.values = crypto.Item{":ho": str("ho")}
				}
				got, err := carrier.send(t, db, w.table, e)
				require.NoError(t, err, "%v %s", carrier, expression)
				require.Equal(t, 1, got, "%v %s", carrier, expression)
			}
		}
	}

	suite["What cannot be parsed is refused"] = func(t *testing.T, w *world) {
		db := w.users()
		for name, expression := range map[string]string{
			"nothing":                      "",
			"blanks":                       " \n",
			"a half":                       "#p =",
			"open parentheses":             "(#p = :free",
			"a closing parenthesis":        "#p = :free) OR (#p = :gold",
			"redundant parentheses":        "((#p = :free))",
			"an unknown operator":          "#p == :free",
			"an unknown function":          "matches(#p, :free)",
			"a function in capitals":       "SIZE(#p) = :four",
			"a wrong number of operands":   "contains(#p)",
			"a reserved word":              "level = :one",
			"a literal":                    "#p = 'free'",
			"PartiQL":                      "#p = :free; SELECT",
			"a comment":                    "#p = :free -- AND email = :secret",
			"a name that is not defined":   "#undefined = :free",
			"a path that is not defined":   "address.#undefined = :free",
			"a name of another alphabet":   "größe = :one",
			"a byte that is no text":       "#p = :free\x00",
			"an index that is not a digit": "address[:zero] = :one",
			"an attribute that is alone":   "email",
			"a value that is alone":        ":secret",
			"more than 4096 bytes":         "#p = " + strings.Repeat(" ", 4096) + ":free",
			"more than 300 operators":      strings.Repeat("#p = :free OR ", 151) + "#p = :free",
			"endless parentheses":          strings.Repeat("(", 4000),
		} {
			t.Run(name, func(t *testing.T) {
				for _, carrier := range append(slices.Clone(carriers), keyCondition) {
					_, err := carrier.send(t, db, w.table, textOf(expression))
					w.requireRefused(t, err, carrier.op, carrier.parameter, "")
				}
			})
		}
	}

	suite["Values that no expression uses are not sent"] = func(t *testing.T, w *world) {
		db := w.users()
		values := crypto.Item{":secret": str("alice@example.com")}
		for op, call := range map[string]func() error{
			"PutItem": func() error {
				_, err := ask(t, db.PutItem, &dynamodb.PutItemInput{TableName: &w.table, Item: user("alice", 1), ExpressionAttributeValues: values})
				return err
			},
			"DeleteItem": func() error {
				_, err := ask(t, db.DeleteItem, &dynamodb.DeleteItemInput{TableName: &w.table, Key: key("alice", 1),
					ConditionExpression: aws.String("attribute_exists(email)"), ExpressionAttributeValues: values})
				return err
			},
			"UpdateItem": func() error {
				in := viewsUpdate(w.table, key("alice", 1), 1)
				in.ExpressionAttributeValues[":secret"] = values[":secret"]
				_, err := ask(t, db.UpdateItem, in)
				return err
			},
			"Query": func() error {
				in := aliceQuery(w.table)
				in.ExpressionAttributeValues[":secret"] = values[":secret"]
				_, err := ask(t, db.Query, in)
				return err
			},
			"Scan": func() error {
				_, err := ask(t, db.Scan, &dynamodb.ScanInput{TableName: &w.table, ExpressionAttributeValues: values})
				return err
			},
		} {
			t.Run(op, func(t *testing.T) {
				err := call()
				refused := w.requireRefused(t, err, op, "ExpressionAttributeValues", "")
				require.Contains(t, refused.Reason, ":secret")
				requireNoValues(t, err, "alice@example.com")
			})
		}
	}

	suite["A value that is not defined is DynamoDB's to refuse"] = func(t *testing.T, w *world) {
		db := w.users()
		for _, carrier := range carriers {
			_, err := carrier.send(t, db, w.table, textOf("#p = :undefined"))
			require.ErrorContains(t, err, "ValidationException", carrier)
		}
		w.requireNoPlaintext(t, "alice@example.com", "Delft")
	}

	suite["Unlike in the published clients, a filter on an encrypted attribute does not silently match nothing"] = func(t *testing.T, w *world) {
		db := w.users()
		w.put(t, db, user("alice", 1))
		w.reset()
		for _, carrier := range carriers[3:] {
			_, err := carrier.send(t, db, w.table, textOf("email = :secret"))
			w.requireRefused(t, err, carrier.op, "FilterExpression", "email")
		}
	}
}
