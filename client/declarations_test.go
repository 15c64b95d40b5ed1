package client_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
)

// wrongOptions are declarations and options of which every operation complains, with
// words of the complaint.
func wrongOptions() map[string]struct {
	options []client.Option
	words   string
} {
	changed := func(change func(*client.Table)) []client.Option {
		table := users("users")
		change(&table)
		return []client.Option{client.Tables(table)}
	}
	byARN := users(arn("users"))
	return map[string]struct {
		options []client.Option
		words   string
	}{
		"a table twice":                      {[]client.Option{client.Tables(users("users"), users("users"))}, `"users" is declared twice`},
		"a table twice, by two options":      {[]client.Option{client.Tables(users("users")), client.Tables(users("users"))}, `"users" is declared twice`},
		"a table by its name and by its ARN": {[]client.Option{client.Tables(users("users"), byARN)}, `"users" is declared twice`},
		"a do-nothing table twice":           {[]client.Option{client.Tables(doNothing("users"), doNothing("users"))}, `"users" is declared twice`},
		"a table without a name":             {changed(func(table *client.Table) { table.Name = "" }), "no name"},
		"an ARN that is not of a table":      {changed(func(table *client.Table) { table.Name = "arn:aws:s3:::bucket" }), "ARN"},
		"the ARN of an index":                {changed(func(table *client.Table) { table.Name = arn("users") + "/index/all" }), "ARN"},
		"a sort key without a partition key": {changed(func(table *client.Table) { table.PartitionKey = "" }), "no partition key"},
		"a partition key that is encrypted":  {changed(func(table *client.Table) { table.Actions.Overrides["id"] = crypto.EncryptAndSign }), `"id"`},
		"a sort key that is encrypted":       {changed(func(table *client.Table) { table.Actions.Overrides["created"] = crypto.EncryptAndSign }), `"created"`},
		"an index key that is encrypted":     {changed(func(table *client.Table) { table.Actions.Overrides["plan"] = crypto.EncryptAndSign }), `"plan"`},
		"an index without a name":            {changed(func(table *client.Table) { table.Indexes[0].Name = "" }), "no name"},
		"an index twice":                     {changed(func(table *client.Table) { table.Indexes[1].Name = table.Indexes[0].Name }), `index "all" is declared twice`},
		"an action that does not exist":      {changed(func(table *client.Table) { table.Actions.Default = 99 }), "action"},
		"a plaintext policy below the first": {changed(func(table *client.Table) { table.Plaintext = -1 }), "policy -1"},
		"a plaintext policy beyond the last": {changed(func(table *client.Table) { table.Plaintext = 3 }), "policy 3"},
		"no concurrency":                     {[]client.Option{client.WithConcurrency(0)}, "concurrency 0"},
		"a negative concurrency":             {[]client.Option{client.WithConcurrency(-1)}, "concurrency -1"},
		"a nil counter":                      {[]client.Option{client.WithCounter(nil)}, "counter is nil"},
		"a fault behind what passes all":     {[]client.Option{client.OtherTables(client.PassThrough()), client.WithCounter(nil)}, "counter is nil"},
		"a fault of one of two tables":       {[]client.Option{client.Tables(doNothing("fine"), users(""))}, "no name"},
		"an action for a key that is none":   {changed(func(table *client.Table) { table.Actions.Overrides["id"] = 77 }), "action"},
	}
}

func TestWrongOptionsAreReportedByEveryOperation(t *testing.T) {
	for name, tc := range wrongOptions() {
		t.Run(name, func(t *testing.T) {
			embedded(t, func(t *testing.T, w *world) {
				db := w.open(tc.options...)
				for op, request := range requests {
					w.requireRefused(t, request.send(t.Context(), db, "users"), op, "", "")
					require.ErrorContains(t, request.send(t.Context(), db, "users"), tc.words)
				}
				_, err := db.ListTables(t.Context(), &dynamodb.ListTablesInput{})
				w.requireRefused(t, err, "ListTables", "", "")
				_, err = db.ExecuteStatement(t.Context(), nil)
				w.requireRefused(t, err, "ExecuteStatement", "", "")
			})
			err := client.New(memdb.New().Client(), crypto.NewEncryptor(newProvider(t)), tc.options...).Err()
			require.ErrorIs(t, err, crypto.ErrConfig)
			require.ErrorContains(t, err, tc.words)
		})
	}
}

func TestAllFaultsOfTheOptionsAreReportedAtOnce(t *testing.T) {
	err := client.New(memdb.New().Client(), crypto.NewEncryptor(newProvider(t)), client.WithConcurrency(0), nil, client.WithCounter(nil),
		client.Tables(users(""), users("users"), users("users"))).Err()
	for _, words := range []string{"concurrency 0", "counter is nil", "no name", "declared twice"} {
		require.ErrorContains(t, err, words)
	}
}

func TestRightOptionsAreNoError(t *testing.T) {
	require.NoError(t, client.New(nil, crypto.NewEncryptor(newProvider(t)), nil, client.Tables(), client.Tables(users("users"), client.Table{Name: "discovered"}, doNothing("other")),
		client.WithConcurrency(1), client.WithCounter(new(client.Counter)), client.CollectBadItems(), client.HydrateIndexes(), client.OtherTables(client.Policy{})).Err())
}

func TestWithoutAnEncryptorNothingWorks(t *testing.T) {
	for form, open := range forms {
		t.Run(form, func(t *testing.T) {
			db := open(memdb.New().Client().Options(), nil, client.Tables(users("users")), client.OtherTables(client.PassThrough()))
			for op, request := range requests {
				err := request.send(t.Context(), db, "users")
				require.ErrorIs(t, err, crypto.ErrConfig, op)
				require.ErrorContains(t, err, "encryptor")
			}
		})
	}
}

// unnamed is an item encryptor whose tables have no reserved attributes.
type unnamed struct{ crypto.ItemEncryptor }

func (u unnamed) For(encryption cmp.EncryptionContext, actions crypto.Actions) (crypto.TableEncryptor, error) {
	table, err := u.ItemEncryptor.For(encryption, actions)
	return unnamedTable{table}, err
}

type unnamedTable struct{ crypto.TableEncryptor }

func (unnamedTable) ReservedAttributes() []string { return nil }

func TestAnEncryptorThatNamesNoSignatureIsRefused(t *testing.T) {
	err := client.New(nil, unnamed{crypto.NewEncryptor(newProvider(t))}, client.Tables(users("users"))).Err()
	require.ErrorIs(t, err, crypto.ErrConfig)
	require.ErrorContains(t, err, "signature")
}

func TestLongNamesDoNotFillErrors(t *testing.T) {
	long := strings.Repeat("x", 10_000)
	embedded(t, func(t *testing.T, w *world) {
		db := w.users()
		for op, request := range requests {
			err := request.send(context.Background(), db, long)
			require.Error(t, err, op)
			require.Less(t, len(fmt.Sprint(err)), 1000, op)
		}
	})
}
