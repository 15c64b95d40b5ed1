package mapper_test

import (
	"context"
	"errors"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// orderKeys returns the keys of orders of alice.
func orderKeys(numbers ...int) []mapper.Key {
	keys := make([]mapper.Key, len(numbers))
	for i, n := range numbers {
		keys[i] = mapper.Key{"alice", n}
	}
	return keys
}

// loaded returns the numbers of what LoadMany returns; 0 is nil.
func loaded(orders []*order) []int {
	numbers := make([]int, len(orders))
	for i, o := range orders {
		if o != nil {
			numbers[i] = o.Number
		}
	}
	return numbers
}

// undone returns the indexes of what a batch did not do.
func undone(t testing.TB, err error) []int {
	t.Helper()
	var batch *mapper.BatchError
	require.ErrorAs(t, err, &batch)
	var indexes []int
	for _, u := range batch.Undone {
		require.Error(t, u.Err)
		indexes = append(indexes, u.Index)
	}
	return indexes
}

func init() {
	suite["LoadMany loads any number of items in the order of the keys"] = func(t *testing.T, w *world) {
		m := createMapper[order](t, w)
		saveAll(t, m, newOrders("alice", 250))
		for n, requests := range map[int]int{0: 0, 1: 1, 100: 1, 101: 2, 250: 3} {
			var want []int
			for i := range n {
				want = append(want, n-i)
			}
			w.tap.Reset()
			got, err := m.LoadMany(t.Context(), orderKeys(want...))
			require.NoError(t, err)
			assert.Len(t, got, n)
			assert.ElementsMatch(t, want, loaded(got))
			if n > 0 {
				assert.Equal(t, want, loaded(got))
				assert.Equal(t, newOrders("alice", 250)[n-1], *got[0])
			}
			assert.Equal(t, requests, w.tap.Count(""))
			for _, request := range w.tap.Requests() {
				assert.NotContains(t, string(request.Body), "ConsistentRead")
			}
		}
	}

	suite["LoadMany returns nil for keys without items, and copies for keys that are there twice"] = func(t *testing.T, w *world) {
		m, orders := createOrders(t, w)
		got, err := m.LoadMany(t.Context(), orderKeys(3, 77, 1, 3, 78, 3), mapper.Consistent())
		require.NoError(t, err)
		assert.Equal(t, []int{3, 0, 1, 3, 0, 3}, loaded(got))
		assert.Contains(t, string(w.tap.Requests()[0].Body), `"ConsistentRead":true`)
		got[0].Note = "mine"
		assert.Equal(t, orders[2], *got[3], "each has its own")
		got, err = m.LoadMany(t.Context(), orderKeys(2), mapper.Project("note"))
		require.NoError(t, err)
		assert.Equal(t, order{Customer: "alice", Number: 2, Note: "even"}, *got[0])
	}

	suite["LoadMany lists the items that are bad, and loads the others"] = func(t *testing.T, w *world) {
		m, _ := createOrders(t, w)
		w.tamper(t, "alice", 4)
		got, err := m.LoadMany(t.Context(), orderKeys(5, 4, 6, 4, 99))
		assert.Equal(t, []int{5, 0, 6, 0, 0}, loaded(got))
		requireClass(t, err, "LoadMany", crypto.ErrSignature)
		assert.Equal(t, []int{1, 3}, undone(t, err))
		assert.ErrorContains(t, err, "2 of 5 not done, the first is number 1")
		assert.NotContains(t, err.Error(), "alice")
		var batch *mapper.BatchError
		require.ErrorAs(t, err, &batch)
		for _, u := range batch.Undone {
			assert.Equal(t, crypto.Item{"customer": str("alice"), "number": num("4")}, keyOfError(t, u.Err))
		}
	}

	suite["LoadMany tells which items do not decode"] = func(t *testing.T, w *world) {
		m := createMapper[user](t, w)
		for i := range 3 {
			require.NoError(t, m.Save(t.Context(), &user{ID: "alice", Created: int64(i)}))
		}
		for _, item := range w.stored(t, "users") {
			if item["created"].(*types.AttributeValueMemberN).Value == "1" {
				w.plant(t, "users", with(item, "views", str("CANARY"))) // not signed
			}
		}
		got, err := m.LoadMany(t.Context(), []mapper.Key{{"alice", 0}, {"alice", 1}, {"alice", 2}})
		requireClass(t, err, "LoadMany", crypto.ErrConfig)
		assert.Equal(t, []int{1}, undone(t, err))
		assert.ErrorContains(t, err, `attribute "views" does not decode into field Views`)
		assert.NotContains(t, err.Error(), "CANARY")
		assert.Equal(t, []bool{true, false, true}, []bool{got[0] != nil, got[1] != nil, got[2] != nil})
		got, err = m.LoadMany(t.Context(), []mapper.Key{{"alice", 1}}, mapper.Project("plan"))
		require.NoError(t, err, "it is left out")
		assert.NotNil(t, got[0])
	}
}

func TestLoadManyWithWrongKeysLoadsTheOthers(t *testing.T) {
	_, users := newUsers(t)
	require.NoError(t, users.Save(t.Context(), &user{ID: "alice", Created: 1}))
	good := mapper.Key{"alice", 1}
	for message, keys := range map[string][]mapper.Key{
		`the value for key attribute "created"`:  {good, {"CANARY", "CANARY"}},
		"is 2, not 1":                            {good, {"CANARY"}},
		"is 2, not 0":                            {good, nil},
		`key attribute "id", field ID, is empty`: {good, {"", 1}},
		`key attribute "created", field Created`: {good, {"CANARY", math.NaN()}},
	} {
		got, err := users.LoadMany(t.Context(), keys)
		require.Len(t, got, 2)
		assert.NotNil(t, got[0])
		assert.Nil(t, got[1])
		requireClass(t, err, "LoadMany", crypto.ErrConfig)
		assert.Equal(t, []int{1}, undone(t, err))
		assert.ErrorContains(t, err, message)
		assert.NotContains(t, err.Error(), "CANARY")
	}
	_, err := users.LoadMany(t.Context(), []mapper.Key{good}, mapper.Project("emial"))
	requireClass(t, err, "LoadMany", crypto.ErrConfig)
	assert.ErrorContains(t, err, `did you mean "email"?`)
}

// loadInBubble runs a test with 150 orders, whose waits take no time.
func loadInBubble(t *testing.T, test func(t *testing.T, w *world, m *mapper.Mapper[order], keys []mapper.Key)) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(memdb.New().Client())
		m := createMapper[order](t, w)
		saveAll(t, m, newOrders("alice", 150))
		w.tap.Reset()
		var all []int
		for i := range 150 {
			all = append(all, i+1)
		}
		test(t, w, m, orderKeys(all...))
	})
}

func TestLoadManyAsksAgainForWhatWasNotProcessed(t *testing.T) {
	loadInBubble(t, func(t *testing.T, w *world, m *mapper.Mapper[order], keys []mapper.Key) {
		w.tap.Inject("BatchGetItem", wiretap.InOrder(wiretap.Fault{Partial: true, First: 40}, wiretap.Fault{Partial: true}, wiretap.Fault{Partial: true}, wiretap.Fault{Partial: true, First: 59}))
		start := time.Now()
		got, err := m.LoadMany(t.Context(), keys)
		require.NoError(t, err)
		for i, n := range loaded(got) {
			require.Equal(t, i+1, n)
		}
		assert.Equal(t, 6, w.tap.Count("BatchGetItem"))
		assert.Positive(t, time.Since(start), "it waits in between")
		assert.Less(t, time.Since(start), time.Second)
	})
}

func TestLoadManyGivesUpWhenNothingIsProcessed(t *testing.T) {
	loadInBubble(t, func(t *testing.T, w *world, m *mapper.Mapper[order], keys []mapper.Key) {
		w.tap.Inject("BatchGetItem", func(wiretap.Request) wiretap.Fault {
			if w.tap.Count("BatchGetItem") == 1 {
				return wiretap.Fault{Partial: true, First: 40}
			}
			return wiretap.Fault{Partial: true}
		})
		start := time.Now()
		got, err := m.LoadMany(t.Context(), keys)
		require.ErrorIs(t, err, mapper.ErrUnprocessed)
		require.Len(t, got, 150)
		assert.Equal(t, 40, loaded(got)[39])
		assert.Zero(t, loaded(got)[40])
		assert.Len(t, undone(t, err), 110)
		assert.Equal(t, 40, undone(t, err)[0])
		assert.ErrorContains(t, err, "110 of 150 not done")
		assert.LessOrEqual(t, w.tap.Count("BatchGetItem"), 15)
		assert.Less(t, time.Since(start), time.Minute)
	})
}

func TestTheContextEndsLoadMany(t *testing.T) {
	loadInBubble(t, func(t *testing.T, w *world, m *mapper.Mapper[order], keys []mapper.Key) {
		for name, second := range map[string]wiretap.Fault{"in a request": {Hang: true}, "in a wait": {Partial: true}} {
			w.tap.Reset()
			w.tap.Inject("BatchGetItem", func(wiretap.Request) wiretap.Fault {
				if w.tap.Count("BatchGetItem") == 1 {
					return wiretap.Fault{}
				}
				return second
			})
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
			got, err := m.LoadMany(ctx, keys)
			require.ErrorIs(t, err, context.DeadlineExceeded, name)
			assert.Equal(t, 100, loaded(got)[99], "what was loaded before is there")
			assert.Len(t, undone(t, err), 50, name)
			asked := w.tap.Count("")
			got, err = m.LoadMany(ctx, keys)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Nil(t, got)
			assert.Equal(t, asked, w.tap.Count(""))
			cancel()
		}
	})
}

func TestAFaultInTheMiddleOfLoadMany(t *testing.T) {
	loadInBubble(t, func(t *testing.T, w *world, m *mapper.Mapper[order], keys []mapper.Key) {
		w.tap.Inject("BatchGetItem", wiretap.InOrder(wiretap.Fault{}, wiretap.Fault{Code: "ProvisionedThroughputExceededException"}))
		got, err := m.LoadMany(t.Context(), keys)
		var throttled *types.ProvisionedThroughputExceededException
		require.ErrorAs(t, err, &throttled)
		assert.Len(t, undone(t, err), 50)
		assert.Equal(t, 100, loaded(got)[99])
	})
}

func TestLoadManyOfAStoreThatLies(t *testing.T) {
	mine, other := sealedUsers(t, "alice", 2), sealedUsers(t, "mallory", 1)
	answer := func(items ...map[string]types.AttributeValue) *mapper.Mapper[user] {
		return newMapper[user](t, &reader{batch: func(in *dynamodb.BatchGetItemInput) (*dynamodb.BatchGetItemOutput, error) {
			return &dynamodb.BatchGetItemOutput{Responses: map[string][]map[string]types.AttributeValue{"users": items}}, nil
		}})
	}
	keys := []mapper.Key{{"alice", 1}, {"alice", 2}}
	for name, users := range map[string]*mapper.Mapper[user]{
		"an item that was not asked for": answer(mine[0], other[0]),
		"one in place of another":        answer(mine[0], with(mine[0], "created", num("2"))),
	} {
		got, err := users.LoadMany(t.Context(), keys)
		requireClass(t, err, "LoadMany", crypto.ErrSignature)
		assert.Contains(t, undone(t, err), 1, name)
		assert.Nil(t, got[1], name)
		assert.NotContains(t, err.Error(), "mallory")
	}
	lost := errors.New("lost")
	_, err := newMapper[user](t, &reader{batch: func(*dynamodb.BatchGetItemInput) (*dynamodb.BatchGetItemOutput, error) { return nil, lost }}).LoadMany(t.Context(), keys)
	require.ErrorIs(t, err, lost)
	assert.Equal(t, []int{0, 1}, undone(t, err))
}
