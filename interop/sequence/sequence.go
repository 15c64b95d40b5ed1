// Package sequence drives the same random operations through a plain client of DynamoDB and an encrypting one, on two
// tables of the same schema, and compares all that callers see: [Pair.Run]. What the operations left in the two tables
// is compared by [Pair.CheckStored].
//
// The operations follow from a seed, and are such that the encrypting client accepts them. Where the two differ by
// design is in rules.go.
package sequence

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// A Pair is the two clients, each with its table, as [CreateTable] made it.
type Pair struct {
	// Plain is a client without encryption, and PlainTable what it uses.
	Plain      *dynamodb.Client
	PlainTable Table
	// Encrypting is a client for which EncryptedTable is declared by [Declare], or which discovers it with the same actions.
	Encrypting     client.API
	EncryptedTable Table
	// Actions are those that EncryptedTable is declared with, one of [Actions].
	Actions crypto.Actions
	// NoARNs is for a store that knows no ARNs in transactions: DynamoDB Local.
	NoARNs bool
}

// A Tally counts what a sequence came across: operations that were done, by their name, and failures, by that and the
// error code, as in "PutItem ConditionalCheckFailedException with items".
type Tally map[string]int

// Run does a number of random operations through both clients. At the first difference it ends the test, and tells the
// seed, the operation, and what each client returned.
func (p *Pair) Run(t *testing.T, seed uint64, operations int) Tally {
	t.Helper()
	ctx := t.Context()
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 0)), actions: p.Actions, noARNs: p.NoARNs}
	tally := Tally{}
	for i := range operations {
		s := g.step()
		want := s.run(ctx, side{api: p.Plain, table: p.PlainTable, plain: true})
		got := s.run(ctx, side{api: p.Encrypting, table: p.EncryptedTable})
		if !agree(want, got) {
			where := fmt.Sprintf("seed %d, operation %d, %s %s", seed, i, s.name, s.request(side{table: Table{Name: "table", ARN: "arn"}}))
			require.Equal(t, want, got, "the encrypting client returns something else than the plain one: %s", where)
			require.Fail(t, want.Failure.Message, where)
		}
		tally.add(s.name, want)
	}
	return tally
}

func (tally Tally) add(name string, seen outcome) {
	if f := seen.Failure; f != nil {
		name += " " + f.Code
		if f.Item != nil || slices.ContainsFunc(f.Reasons, func(r reason) bool { return r.Item != nil }) {
			name += " with items"
		}
	} else if pages, ok := seen.Answer.([]page); ok && len(pages) > 2 {
		name += " of several pages"
	} else if answers, ok := seen.Answer.(rounds); ok && len(answers) > 1 {
		name += " in several rounds"
	}
	tally[name]++
}

// side is one of the two clients.
type side struct {
	api   client.API
	table Table
	plain bool
}

// step is an operation that can be done through either client. All that is random in it is chosen already.
type step struct {
	name    string
	request func(side) string // for messages
	run     func(context.Context, side) outcome
}

// generator makes random operations.
type generator struct {
	*rand.Rand
	actions crypto.Actions
	noARNs  bool
}

// step chooses an operation. There are more that write than that delete, so that the table fills up.
func (g *generator) step() step {
	n := g.IntN(100)
	for _, operation := range []struct {
		percent int
		step    func(*generator) step
	}{
		{22, (*generator).putItem},
		{10, (*generator).getItem},
		{6, (*generator).deleteItem},
		{16, (*generator).updateItem},
		{14, (*generator).query},
		{8, (*generator).scan},
		{6, (*generator).batchGetItem},
		{6, (*generator).batchWriteItem},
		{4, (*generator).transactGetItems},
	} {
		if n -= operation.percent; n < 0 {
			return operation.step(g)
		}
	}
	return g.transactWriteItems()
}

// percent is true that often.
func (g *generator) percent(n int) bool { return g.IntN(100) < n }

func pick[E any](g *generator, elements ...E) E { return elements[g.IntN(len(elements))] }

// some returns each element with a probability of one half.
func some[E any](g *generator, elements ...E) []E {
	var chosen []E
	for _, e := range elements {
		if g.percent(50) {
			chosen = append(chosen, e)
		}
	}
	return chosen
}

// maybe returns nil now and then.
func maybe[V any](g *generator, percent int, v V) *V {
	if g.percent(percent) {
		return &v
	}
	return nil
}

// tableName chooses how a request names the table.
func (g *generator) tableName() func(side) *string { return nameOf(g.percent(30)) }

// transactTableName is tableName for an action of a transaction.
func (g *generator) transactTableName() func(side) *string { return nameOf(g.percent(30) && !g.noARNs) }

func nameOf(byARN bool) func(side) *string {
	return func(s side) *string {
		if byARN {
			return aws.String(s.table.ARN)
		}
		return aws.String(s.table.Name)
	}
}
