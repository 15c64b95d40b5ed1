package client_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
)

// damages are ways to make a stored item bad, without changing its keys in any
// index.
var damages = map[string]func(item crypto.Item){
	"a value is changed":           func(item crypto.Item) { item["level"] = num(2) },
	"a value is removed":           func(item crypto.Item) { delete(item, "email") },
	"a value is added":             func(item crypto.Item) { item["extra"] = str("extra") },
	"values are swapped":           func(item crypto.Item) { item["email"], item["address"] = item["address"], item["email"] },
	"the signature is removed":     func(item crypto.Item) { delete(item, crypto.DefaultSignatureAttribute) },
	"the description is removed":   func(item crypto.Item) { delete(item, crypto.DefaultDescriptionAttribute) },
	"the signature is another one": func(item crypto.Item) { item[crypto.DefaultSignatureAttribute] = item["email"] },
	"the item is plaintext": func(item crypto.Item) {
		number := item["created"].(*types.AttributeValueMemberN).Value
		clear(item)
		maps.Copy(item, user("crowd", 0))
		item["created"] = &types.AttributeValueMemberN{Value: number}
	},
}

// damage makes stored items of a table bad.
func (w *world) damage(t *testing.T, random *rand.Rand, table string, numbers ...int) {
	t.Helper()
	kinds := slices.Sorted(maps.Keys(damages))
	for _, n := range numbers {
		out, err := w.plain.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: key("crowd", n)})
		require.NoError(t, err)
		damages[kinds[random.IntN(len(kinds))]](out.Item)
		_, err = w.plain.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: out.Item})
		require.NoError(t, err)
	}
}

// subset chooses some of n numbers: often none, one or all.
func subset(random *rand.Rand, n int) []int {
	share := []float64{0, 1 / float64(n), 0.2, 0.5, 0.9, 1}[random.IntN(6)]
	var chosen []int
	for i := range n {
		if random.Float64() < share {
			chosen = append(chosen, i)
		}
	}
	return chosen
}

// answered is one answer: the items by table, in order, and the error.
type answered struct {
	items map[string][]map[string]types.AttributeValue
	out   any
	err   error
}

// answerOf reads the items of an output, or of the output that an error carries.
func answerOf(out any, err error, tables ...string) answered {
	if collected, ok := errors.AsType[*client.ItemsError](err); ok {
		out = collected.Output
	}
	a := answered{map[string][]map[string]types.AttributeValue{}, out, err}
	switch out := out.(type) {
	case *dynamodb.QueryOutput:
		a.items[tables[0]] = out.Items
	case *dynamodb.ScanOutput:
		a.items[tables[0]] = out.Items
	case *dynamodb.BatchGetItemOutput:
		a.items = out.Responses
	case *dynamodb.TransactGetItemsOutput:
		for i, response := range out.Responses {
			if table := tables[i%len(tables)]; response.Item != nil {
				a.items[table] = append(a.items[table], response.Item)
			}
		}
	}
	return a
}

// crowdReads read all n items of each of two tables, or only of the first one.
var crowdReads = map[string]func(ctx context.Context, db api, n int, first, second string) answered{
	"Query": func(ctx context.Context, db api, _ int, first, _ string) answered {
		out, err := answer(db.Query(ctx, &dynamodb.QueryInput{TableName: &first, KeyConditionExpression: aws.String("id = :id"), ExpressionAttributeValues: crypto.Item{":id": str("crowd")}}))
		return answerOf(out, err, first)
	},
	"Scan": func(ctx context.Context, db api, _ int, first, _ string) answered {
		out, err := answer(db.Scan(ctx, &dynamodb.ScanInput{TableName: &first}))
		return answerOf(out, err, first)
	},
	"Query of an index of keys": func(ctx context.Context, db api, _ int, first, _ string) answered {
		out, err := answer(db.Query(ctx, &dynamodb.QueryInput{TableName: &first, IndexName: aws.String("keys"), KeyConditionExpression: aws.String("#p = :p"),
			ExpressionAttributeNames: map[string]string{"#p": "plan"}, ExpressionAttributeValues: crypto.Item{":p": str("free")}}))
		return answerOf(out, err, first)
	},
	"Scan of an index of keys": func(ctx context.Context, db api, _ int, first, _ string) answered {
		out, err := answer(db.Scan(ctx, &dynamodb.ScanInput{TableName: &first, IndexName: aws.String("keys")}))
		return answerOf(out, err, first)
	},
	"BatchGetItem": func(ctx context.Context, db api, n int, first, second string) answered {
		in := &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{}}
		for _, table := range []string{first, second} {
			var keys []map[string]types.AttributeValue
			for i := range n {
				keys = append(keys, key("crowd", i))
			}
			in.RequestItems[table] = types.KeysAndAttributes{Keys: keys}
		}
		out, err := answer(db.BatchGetItem(ctx, in))
		return answerOf(out, err)
	},
	"TransactGetItems": func(ctx context.Context, db api, n int, first, second string) answered {
		in := &dynamodb.TransactGetItemsInput{}
		for i := range 2 * n {
			in.TransactItems = append(in.TransactItems, types.TransactGetItem{Get: &types.Get{TableName: []*string{&first, &second}[i%2], Key: key("crowd", i/2)}})
		}
		out, err := answer(db.TransactGetItems(ctx, in))
		return answerOf(out, err, first, second)
	},
}

func TestNoBadItemIsDroppedSilentlyAndNoneHidesTheOthers(t *testing.T) {
	const n = 12
	for form, open := range forms {
		for seed := range uint64(30) {
			t.Run(fmt.Sprintf("%s, seed %d", form, seed), func(t *testing.T) {
				random := rand.New(rand.NewPCG(seed, 5))
				w := newWorld(t, memdb.New().Client(), open)
				first, second := w.table, w.newTable(t)
				bad := map[string][]int{}
				for _, table := range []string{first, second} {
					w.table = table
					w.crowd(t, n)
					bad[table] = subset(random, n)
					w.damage(t, random, table, bad[table]...)
				}
				list := []client.Option{client.Tables(users(first), users(second)), client.HydrateIndexes(), client.WithConcurrency(1 + random.IntN(20))}
				for name, read := range crowdReads {
					requireAllTold(t, name, n, bad, read(t.Context(), w.open(append(list, client.CollectBadItems())...), n, first, second))
					a := read(t.Context(), w.open(list...), n, first, second)
					if a.err == nil {
						requireAllTold(t, name, n, bad, a)
						continue
					}
					require.Nil(t, a.out, name)
					failed := requireOnlyItem(t, a.err)
					require.Contains(t, keysOf("crowd", bad[failed.Table]), failed.Key(), name)
				}
			})
		}
	}
}

// requireAllTold checks that an answer has every good item in order, and that its
// error has every bad one in order.
func requireAllTold(t *testing.T, name string, n int, bad map[string][]int, a answered) {
	t.Helper()
	told := map[string][]crypto.Item{}
	if collected, ok := errors.AsType[*client.ItemsError](a.err); ok {
		require.NotEmpty(t, collected.Items)
		for _, failed := range collected.Items {
			told[failed.Table] = append(told[failed.Table], failed.Key())
			require.True(t, errors.Is(failed, crypto.ErrSignature) || errors.Is(failed, crypto.ErrNotEncrypted) || errors.Is(failed, crypto.ErrDescription), "%v", failed)
			require.ErrorContains(t, failed, failed.Table)
			requireIndex(t, failed)
			require.ErrorIs(t, a.err, failed)
		}
	} else {
		require.NoError(t, a.err, name)
	}
	require.NotNil(t, a.out)
	tables := 0
	for table, numbers := range bad {
		if a.items[table] == nil && told[table] == nil {
			continue // was not read
		}
		tables++
		var good []map[string]types.AttributeValue
		for i := range n {
			if !slices.Contains(numbers, i) {
				good = append(good, user("crowd", i))
			}
		}
		require.Equal(t, keysOf("crowd", numbers), told[table], "%s tells every bad item in order", name)
		if len(good)+len(a.items[table]) > 0 {
			require.Equal(t, good, a.items[table], "%s returns every good item in order", name)
		}
	}
	require.NotZero(t, tables)
	switch out := a.out.(type) {
	case *dynamodb.QueryOutput:
		require.Len(t, out.Items, int(out.Count), name)
		require.EqualValues(t, n, out.ScannedCount, name)
	case *dynamodb.ScanOutput:
		require.Len(t, out.Items, int(out.Count), name)
		require.EqualValues(t, n, out.ScannedCount, name)
	}
}

func keysOf(id string, numbers []int) []crypto.Item {
	var keys []crypto.Item
	for _, n := range numbers {
		keys = append(keys, key(id, n))
	}
	return keys
}
