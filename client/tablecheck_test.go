package client_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

// panicking is an item encryptor whose For panics once, for the first table with keys.
type panicking struct {
	crypto.ItemEncryptor
	panicked bool
}

func (p *panicking) For(encryption cmp.EncryptionContext, actions crypto.Actions) (crypto.TableEncryptor, error) {
	if encryption.PartitionKey != "" && !p.panicked {
		p.panicked = true
		panic("out of luck")
	}
	return p.ItemEncryptor.For(encryption, actions)
}

// undescribed is w.table declared without its keys.
func (w *world) undescribed() client.Table {
	table := w.declared()
	table.PartitionKey, table.SortKey, table.Indexes = "", "", nil
	return table
}

// unknowing are options by which w.table has to be described first.
func (w *world) unknowing() map[string]client.Option {
	return map[string]client.Option{
		"discovered":            client.OtherTables(client.Discover(w.declared().Actions)),
		"declared without keys": client.Tables(w.undescribed()),
	}
}

// change makes the next answer of an operation another one.
func (w *world) change(t *testing.T, op string, change func(answer map[string]any)) {
	w.tap.Inject(op, wiretap.InOrder(changed(t, change)))
}

func changed(t *testing.T, change func(answer map[string]any)) wiretap.Fault {
	return wiretap.Fault{Rewrite: func(_ string, body []byte) []byte {
		var answer map[string]any
		require.NoError(t, json.Unmarshal(body, &answer))
		change(answer)
		body, err := json.Marshal(answer)
		require.NoError(t, err)
		return body
	}}
}

// keySchema is one as it stands in an answer: names and types by turns.
func keySchema(namesAndTypes ...string) []any {
	schema := []any{}
	for pair := range slices.Chunk(namesAndTypes, 2) {
		schema = append(schema, map[string]any{"AttributeName": pair[0], "KeyType": pair[1]})
	}
	return schema
}

func TestNothingIsSentAsPlaintextAfterAPanicOfTheItemEncryptor(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		for name, option := range w.unknowing() {
			w.reset()
			db := w.form(w.options, &panicking{ItemEncryptor: crypto.NewEncryptor(w.provider)}, option)
			put := func() error {
				_, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &w.table, Item: user("alice", 1)})
				return err
			}
			require.Panics(t, func() { _ = put() }, name)
			for range 3 {
				require.ErrorIs(t, put(), crypto.ErrConfig, name)
			}
			require.Zero(t, w.tap.Count("PutItem"))
			time.Sleep(6 * time.Second)
			require.ErrorIs(t, put(), crypto.ErrConfig, name)
			require.NoError(t, put(), "it was asked for again")
			requireProtected(t, w.stored(t, key("alice", 1)))
			w.requireNoPlaintext(t, "alice@example.com", "Delft")
		}
	})
}

func init() {
	suite["changes of a declaration after the client was made change nothing"] = func(t *testing.T, w *world) {
		for name, change := range map[string]func(table *client.Table){
			"a key of an index":   func(table *client.Table) { table.Indexes[0].Keys[0] = "email" },
			"an index":            func(table *client.Table) { table.Indexes[0] = client.Index{Name: "other", Keys: []string{"email"}} },
			"the action of email": func(table *client.Table) { table.Actions.Overrides["email"] = crypto.DoNothing },
		} {
			t.Run(name, func(t *testing.T) {
				w.reset()
				tables := []client.Table{w.undescribed()}
				tables[0].Indexes = users(w.table).Indexes
				db := w.open(client.Tables(tables...))
				change(&tables[0])
				w.put(t, db, user("alice", 1))
				requireProtected(t, w.stored(t, key("alice", 1)))
				w.requireNoPlaintext(t, "alice@example.com", "Delft")
			})
		}
		t.Run("the attributes of an index", func(t *testing.T) {
			table := viewsOnly(w.table)
			table.Indexes = []client.Index{{Name: "all", Keys: []string{"plan", "created"}, Projection: types.ProjectionTypeInclude, Attributes: []string{"a", "b", "c"}}}
			db := w.open(client.Tables(table))
			copy(table.Indexes[0].Attributes, []string{"email", crypto.DefaultSignatureAttribute, crypto.DefaultDescriptionAttribute})
			w.requireLookupsRefused(t, db, lookup{table: w.table, index: "all"}, "IndexName", "")
		})
	}

	suite["a table whose description cannot be is refused, and nothing is written"] = func(t *testing.T, w *world) {
		for name, change := range map[string]func(table map[string]any){
			"two partition keys": func(table map[string]any) { table["KeySchema"] = keySchema("id", "HASH", "created", "HASH") },
			"no partition key":   func(table map[string]any) { table["KeySchema"] = keySchema("created", "RANGE") },
			"two sort keys":      func(table map[string]any) { table["KeySchema"] = keySchema("id", "RANGE", "created", "RANGE") },
			"one attribute as both keys": func(table map[string]any) {
				table["KeySchema"] = keySchema("id", "HASH", "id", "RANGE")
			},
			"three keys": func(table map[string]any) {
				table["KeySchema"] = keySchema("id", "HASH", "created", "RANGE", "email", "RANGE")
			},
			"a key without a name":        func(table map[string]any) { table["KeySchema"] = keySchema("", "HASH") },
			"a key of an unknown type":    func(table map[string]any) { table["KeySchema"] = keySchema("id", "HASH", "created", "SORT") },
			"the name of another table":   func(table map[string]any) { table["TableName"] = "elsewhere" },
			"an ARN in place of the name": func(table map[string]any) { table["TableName"] = arn(w.table) },
		} {
			for kind, option := range w.unknowing() {
				for form, named := range map[string]string{"name": w.table, "ARN": arn(w.table)} {
					t.Run(fmt.Sprintf("%s, %s, by its %s", name, kind, form), func(t *testing.T) {
						w.reset()
						db := w.open(option)
						put := &dynamodb.PutItemInput{TableName: &named, Item: user("alice", 1)}
						w.change(t, "DescribeTable", func(answer map[string]any) { change(answer["Table"].(map[string]any)) })
						_, err := ask(t, db.PutItem, put)
						require.ErrorIs(t, err, crypto.ErrConfig)
						require.ErrorContains(t, err, "DescribeTable returned")
						require.Equal(t, []string{"DescribeTable"}, w.tap.Operations())
						require.Zero(t, w.provider.calls.Load(), "no key may be asked for")
						require.Nil(t, w.stored(t, key("alice", 1)))

						_, err = ask(t, db.PutItem, put)
						require.NoError(t, err, "the answer is not remembered")
						requireProtected(t, w.stored(t, key("alice", 1)))
						_, err = w.plain.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &w.table, Key: key("alice", 1)})
						require.NoError(t, err)
					})
				}
			}
		}
	}

	// Each of them but "" would mean w.table to whoever is less strict.
	impossible := func(w *world) []string {
		return []string{"", " " + w.table, w.table + " ", w.table + "\n", "\t" + w.table, w.table + "\x00", "table/" + w.table, w.table + "/", w.table + "/index/all",
			"ARN:aws:dynamodb:us-east-1:000000000000:table/" + w.table, "Arn:aws:dynamodb:us-east-1:000000000000:table/" + w.table,
			" " + arn(w.table), arn(w.table) + " ", arn(w.table) + "\n", arn(" " + w.table)}
	}

	suite["a table under a name that cannot be is refused by every operation, whatever happens to others"] = func(t *testing.T, w *world) {
		for policy, db := range map[string]api{
			"refused":                          w.users(),
			"passed through":                   w.users(client.OtherTables(client.PassThrough())),
			"passed through, nothing declared": w.open(client.OtherTables(client.PassThrough())),
			"discovered":                       w.users(client.OtherTables(client.Discover(w.declared().Actions))),
			"discovered, nothing declared":     w.discovering(),
		} {
			for op, request := range requests {
				for _, named := range impossible(w) {
					t.Run(fmt.Sprintf("%s for %q, others %s", op, named, policy), func(t *testing.T) {
						w.requireRefused(t, request.send(t.Context(), db, named), op, parameterOf(op, named), "")
					})
				}
			}
		}
	}

	suite["a table under a name that cannot be is refused as a declaration, by every operation"] = func(t *testing.T, w *world) {
		for _, named := range impossible(w) {
			for keys, table := range map[string]client.Table{"with keys": users(named), "without keys": {Name: named}, "with nothing to do": doNothing(named)} {
				t.Run(fmt.Sprintf("%q %s", named, keys), func(t *testing.T) {
					list := []client.Option{client.Tables(table), client.OtherTables(client.PassThrough())}
					require.ErrorIs(t, w.wrapper(list...).Err(), crypto.ErrConfig)
					db := w.open(list...)
					for op, request := range requests {
						w.requireRefused(t, request.send(t.Context(), db, w.table), op, "", "")
					}
				})
			}
		}
	}

	suite["a request whose context ends while its table is described says which it was"] = func(t *testing.T, w *world) {
		for kind, option := range w.unknowing() {
			for op, request := range requests {
				t.Run(op+" of a table that is "+kind, func(t *testing.T) {
					requireEnded := func(err, ended error) {
						require.ErrorIs(t, err, ended)
						require.ErrorContains(t, err, fmt.Sprintf("ddbcrypt: %s: %v", op, ended))
						require.NotErrorIs(t, err, crypto.ErrConfig, "nothing is wrong with the request")
						require.Equal(t, []string{"DescribeTable"}, w.tap.Operations())
						require.Zero(t, w.provider.calls.Load())
					}
					w.reset()
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					w.change(t, "DescribeTable", func(map[string]any) { cancel() })
					requireEnded(request.send(ctx, w.open(option), w.table), context.Canceled)

					w.reset()
					short, cancelShort := context.WithTimeout(t.Context(), 20*time.Millisecond)
					defer cancelShort()
					w.tap.Inject("DescribeTable", wiretap.InOrder(wiretap.Fault{Hang: true}))
					requireEnded(request.send(short, w.open(option), w.table), context.DeadlineExceeded)
				})
			}
		}
	}
}
