package mapper_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// between does something when the index was read, before the items are.
func (w *world) between(do func()) {
	done := false
	w.tap.Inject("BatchGetItem", func(wiretap.Request) wiretap.Fault {
		if !done {
			done = true
			do()
		}
		return wiretap.Fault{}
	})
}

func init() {
	open := func(options ...mapper.QueryOption) []mapper.QueryOption {
		return append(options, mapper.Partition("open"), mapper.Descending(), mapper.SortGreater(991), mapper.FetchWhole())
	}

	suite["an index with parts of the items is refused, and read whole by FetchWhole, in order"] = func(t *testing.T, w *world) {
		m, orders := createOrders(t, w)
		for _, index := range []string{"byStatus", "byTotal"} {
			err := failure(t, m.Query(t.Context(), mapper.Index(index), mapper.Partition("open")))
			requireClass(t, err, "Query", crypto.ErrConfig)
			assert.ErrorContains(t, err, "mapper.FetchWhole")
			for _, size := range []int{2, 100} {
				var ofAlice []order
				for _, o := range collect(t, m.Query(t.Context(), open(mapper.Index(index), mapper.PageSize(size))...)) {
					if o.Customer == "alice" {
						ofAlice = append(ofAlice, o)
					}
				}
				assert.Equal(t, orders[:9], ofAlice)
			}
			count, err := m.Count(t.Context(), open(mapper.Index(index))...)
			require.NoError(t, err)
			assert.EqualValues(t, 12, count)
			assert.Len(t, collect(t, m.Scan(t.Context(), mapper.Index(index), mapper.FetchWhole(), mapper.PageSize(3))), 13)
		}
		assert.Zero(t, w.tap.Count("DescribeTable"))
		assert.Equal(t, orders, collect(t, m.Query(t.Context(), mapper.Partition("alice"), mapper.FetchWhole())), "the table itself is whole")
	}

	suite["a filter of FetchWhole can only ask for what the index has, also of Count"] = func(t *testing.T, w *world) {
		m, _ := createOrders(t, w)
		note := mapper.Filter(expression.Name("note").Equal(expression.Value("odd")))
		customer := mapper.Filter(expression.Name("customer").Equal(expression.Value("bob")))
		assert.Len(t, collect(t, m.Query(t.Context(), open(mapper.Index("byTotal"), note)...)), 7)
		assert.Equal(t, []int{1, 2}, numbers(collect(t, m.Query(t.Context(), open(mapper.Index("byStatus"), customer, mapper.Limit(2))...))))
		w.tap.Reset()
		err := failure(t, m.Query(t.Context(), open(mapper.Index("byStatus"), note)...))
		requireClass(t, err, "Query", crypto.ErrConfig)
		assert.ErrorContains(t, err, `index "byStatus" does not hold it`)
		_, err = m.Count(t.Context(), open(mapper.Index("byStatus"), note)...)
		require.Error(t, err, "DynamoDB refuses it")
		assert.Equal(t, []string{"Query"}, w.tap.Operations())
	}

	suite["items that were deleted or changed since the index was read are left out"] = func(t *testing.T, w *world) {
		m, orders := createOrders(t, w)
		w.between(func() {
			require.NoError(t, m.DeleteKey(t.Context(), mapper.Key{"alice", 2}))
			moved := orders[3]
			moved.Status = "closed"
			require.NoError(t, m.Save(t.Context(), &moved))
			w.tamper(t, "alice", 5)
		})
		var got []int
		var bad []error
		for o, err := range m.Query(t.Context(), open(mapper.Index("byStatus"), mapper.Filter(expression.Name("customer").Equal(expression.Value("alice"))))...) {
			if err != nil {
				requireClass(t, err, "Query", crypto.ErrSignature)
				assert.Equal(t, crypto.Item{"customer": str("alice"), "number": num("5")}, keyOfError(t, err))
				got = append(got, 0)
				bad = append(bad, err)
				continue
			}
			got = append(got, o.Number)
		}
		assert.Len(t, bad, 1)
		assert.Equal(t, []int{1, 3, 0, 6, 7, 8, 9}, got)
	}

	suite["keys that DynamoDB does not process at first are asked for again"] = func(t *testing.T, w *world) {
		m, orders := createOrders(t, w)
		w.tap.Inject("BatchGetItem", wiretap.InOrder(wiretap.Fault{Partial: true, First: 3}, wiretap.Fault{Partial: true, First: 0}, wiretap.Fault{Partial: true, First: 1}))
		got := collect(t, m.Query(t.Context(), mapper.Index("byStatus"), mapper.Partition("open"), mapper.SortLess(998), mapper.Descending(), mapper.FetchWhole()))
		assert.Equal(t, orders[3:], got)
		assert.Equal(t, 4, w.tap.Count("BatchGetItem"))
	}

	suite["a limit that cuts a page of FetchWhole goes on where the index was"] = func(t *testing.T, w *world) {
		m, orders := createOrders(t, w)
		alice := mapper.Filter(expression.Name("customer").Equal(expression.Value("alice")))
		w.between(func() { // it moves to the end of what is read
			moved := orders[0]
			moved.Total = 0
			require.NoError(t, m.Save(t.Context(), &moved))
		})
		var got []int
		for token := ""; ; {
			for page, err := range m.QueryPages(t.Context(), open(mapper.Index("byStatus"), alice, mapper.Limit(1), mapper.StartToken(token))...) {
				require.NoError(t, err)
				got, token = append(got, numbers(page.Items)...), page.Next
			}
			if token == "" {
				break
			}
		}
		assert.Equal(t, []int{1, 2, 3, 4, 5, 6, 7, 8, 9}, got)
	}
}

func keyOfError(t testing.TB, err error) crypto.Item {
	t.Helper()
	var e *mapper.Error
	require.ErrorAs(t, err, &e)
	return e.Key()
}
