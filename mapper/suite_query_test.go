package mapper_test

import (
	"iter"
	"slices"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/itemkey"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// order has a table key and secondary indexes of all kinds.
type order struct {
	_        struct{} `ddbcrypt:"table=orders,projection=byCity:all,projection=byStatus:keys,include=byTotal:note"`
	Customer string   `dynamodbav:"customer" ddbcrypt:"partition"`
	Number   int      `dynamodbav:"number" ddbcrypt:"sort"`
	City     string   `dynamodbav:"city,omitempty" ddbcrypt:"index=byCity:partition"`
	Status   string   `dynamodbav:"status,omitempty" ddbcrypt:"index=byStatus:partition,index=byTotal:partition"`
	Total    int      `dynamodbav:"total" ddbcrypt:"index=byCity:sort,index=byStatus:sort,index=byTotal:sort"`
	Weight   int      `dynamodbav:"weight" ddbcrypt:"localindex=byWeight"`
	Note     string   `dynamodbav:"note" ddbcrypt:"sign"`
	Address  string   `dynamodbav:"address"`
}

// newOrders returns n orders of a customer, with the numbers from 1. The larger the
// number, the smaller is the total.
func newOrders(customer string, n int) []order {
	orders := make([]order, n)
	for i := range orders {
		note := "even"
		if i%2 == 0 {
			note = "odd"
		}
		orders[i] = order{Customer: customer, Number: i + 1, City: "Delft", Status: "open", Total: 1000 - i, Weight: i * 7 % 10, Note: note, Address: "1 Main Street"}
	}
	return orders
}

// createOrders makes a table with 10 orders of alice, whom it returns, and 3 of bob.
func createOrders(t *testing.T, w *world) (*mapper.Mapper[order], []order) {
	t.Helper()
	m, orders := createMapper[order](t, w), newOrders("alice", 10)
	saveAll(t, m, slices.Concat(orders, newOrders("bob", 3)))
	w.tap.Reset()
	return m, orders
}

func saveAll[T any](t testing.TB, m *mapper.Mapper[T], values []T) {
	t.Helper()
	var pointers []*T
	for i := range values {
		pointers = append(pointers, &values[i])
	}
	require.NoError(t, m.SaveMany(t.Context(), pointers))
}

// collect returns all values of a loop that has no errors.
func collect[T any](t testing.TB, loop iter.Seq2[T, error]) []T {
	t.Helper()
	var all []T
	for v, err := range loop {
		require.NoError(t, err)
		all = append(all, v)
	}
	return all
}

// failure returns the error of a loop that has nothing else.
func failure[T any](t testing.TB, loop iter.Seq2[T, error]) error {
	t.Helper()
	var failed error
	for v, err := range loop {
		require.NoError(t, failed, "nothing comes after an error")
		require.Error(t, err)
		require.Zero(t, v)
		failed = err
	}
	return failed
}

func numbers(orders []order) []int {
	numbers := []int{}
	for _, o := range orders {
		numbers = append(numbers, o.Number)
	}
	return numbers
}

// storedOrder returns an order as it is stored.
func (w *world) storedOrder(t testing.TB, customer string, number int) crypto.Item {
	t.Helper()
	for _, item := range w.stored(t, "orders") {
		if itemkey.Matches(item, crypto.Item{"customer": str(customer), "number": num(strconv.Itoa(number))}) {
			return item
		}
	}
	t.Fatalf("there is no order %d of %s", number, customer)
	return nil
}

// tamper changes a signed attribute of an order that is in no key.
func (w *world) tamper(t testing.TB, customer string, number int) {
	t.Helper()
	w.plant(t, "orders", with(w.storedOrder(t, customer, number), "note", str("tampered")))
}

func init() {
	suite["a query returns a partition in the order of the sort key, and backwards"] = func(t *testing.T, w *world) {
		m, orders := createOrders(t, w)
		assert.Equal(t, orders, collect(t, m.Query(t.Context(), mapper.Partition("alice"))))
		slices.Reverse(orders)
		assert.Equal(t, orders, collect(t, m.Query(t.Context(), mapper.Partition("alice"), mapper.Descending())))
		assert.Equal(t, orders, collect(t, m.Query(t.Context(), mapper.Partition("alice"), mapper.Descending(), mapper.PageSize(3))))
		assert.Empty(t, collect(t, m.Query(t.Context(), mapper.Partition("carol"))))
		assert.NotContains(t, string(w.tap.Requests()[0].Body), "ConsistentRead")
		assert.Equal(t, []int{1, 2, 3}, numbers(collect(t, m.Query(t.Context(), mapper.Partition("bob"), mapper.Consistent()))))
		requests := w.tap.Requests()
		assert.Contains(t, string(requests[len(requests)-1].Body), `"ConsistentRead":true`)
	}

	suite["the Sort options and KeyCondition choose a range"] = func(t *testing.T, w *world) {
		m, _ := createOrders(t, w)
		key := func(c expression.KeyConditionBuilder) mapper.KeyOption {
			return mapper.KeyCondition(expression.Key("customer").Equal(expression.Value("alice")).And(c))
		}
		number := expression.Key("number")
		tests := map[string]struct {
			options []mapper.QueryOption
			want    []int
		}{
			"SortEqual":          {[]mapper.QueryOption{mapper.SortEqual(4)}, []int{4}},
			"SortEqual of none":  {[]mapper.QueryOption{mapper.SortEqual(40)}, []int{}},
			"SortLess":           {[]mapper.QueryOption{mapper.SortLess(3)}, []int{1, 2}},
			"SortLessEqual":      {[]mapper.QueryOption{mapper.SortLessEqual(uint8(3))}, []int{1, 2, 3}},
			"SortGreater":        {[]mapper.QueryOption{mapper.SortGreater(8)}, []int{9, 10}},
			"SortGreaterEqual":   {[]mapper.QueryOption{mapper.SortGreaterEqual(int64(8))}, []int{8, 9, 10}},
			"SortBetween":        {[]mapper.QueryOption{mapper.SortBetween(3, 5)}, []int{3, 4, 5}},
			"SortBetween of one": {[]mapper.QueryOption{mapper.SortBetween(3, 3)}, []int{3}},
			"a filter beside it": {[]mapper.QueryOption{mapper.SortBetween(3, 6), mapper.Filter(expression.Name("note").Equal(expression.Value("odd")))}, []int{3, 5}},
		}
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				options := append([]mapper.QueryOption{mapper.Partition("alice")}, test.options...)
				assert.Equal(t, test.want, numbers(collect(t, m.Query(t.Context(), options...))))
				count, err := m.Count(t.Context(), options...)
				require.NoError(t, err)
				assert.EqualValues(t, len(test.want), count)
			})
		}
		assert.Equal(t, []int{1, 2}, numbers(collect(t, m.Query(t.Context(), key(number.LessThan(expression.Value(3)))))))
		assert.Equal(t, []int{4, 6}, numbers(collect(t, m.Query(t.Context(), key(number.Between(expression.Value(3), expression.Value(6))), mapper.Filter(expression.Name("note").Equal(expression.Value("even")))))))
	}

	suite["Limit and PageSize hold with and without filters"] = func(t *testing.T, w *world) {
		m, _ := createOrders(t, w)
		odd := mapper.Filter(expression.Name("note").Equal(expression.Value("odd")))
		query := func(options ...mapper.QueryOption) []int {
			w.tap.Reset()
			return numbers(collect(t, m.Query(t.Context(), append(options, mapper.Partition("alice"))...)))
		}
		assert.Equal(t, []int{1, 2, 3}, query(mapper.Limit(3)))
		assert.Equal(t, 1, w.tap.Count("Query"), "no page more than needed")
		assert.Equal(t, []int{1, 2, 3}, query(mapper.Limit(3), mapper.PageSize(2)))
		assert.Equal(t, 2, w.tap.Count("Query"))
		assert.Len(t, query(mapper.Limit(100)), 10)
		assert.Equal(t, []int{1, 3, 5}, query(mapper.Limit(3), odd))
		assert.Equal(t, 1, w.tap.Count("Query"), "the limit is not one of what is looked at")
		assert.Equal(t, []int{1, 3, 5}, query(mapper.Limit(3), mapper.PageSize(1), odd))
		assert.Equal(t, 5, w.tap.Count("Query"))
		assert.Equal(t, []int{3, 5}, query(mapper.Limit(2), odd, mapper.StartAfter(mapper.Key{"alice", 1})))
		assert.Equal(t, []int{5, 7}, query(mapper.Limit(2), odd, mapper.StartAfter(&order{Customer: "alice", Number: 4})))
		assert.Equal(t, []int{}, query(odd, mapper.Filter(expression.Name("weight").GreaterThan(expression.Value(100)))))
	}

	suite["a token goes on where a page was cut by its limit"] = func(t *testing.T, w *world) {
		m, _ := createOrders(t, w)
		odd := mapper.Filter(expression.Name("note").Equal(expression.Value("odd")))
		var got []int
		for token, pages := "", 0; ; pages++ {
			require.Less(t, pages, 10)
			for page, err := range m.QueryPages(t.Context(), mapper.Partition("alice"), odd, mapper.Limit(2), mapper.StartToken(token)) {
				require.NoError(t, err)
				assert.LessOrEqual(t, len(page.Items), 2)
				got, token = append(got, numbers(page.Items)...), page.Next
			}
			if token == "" {
				break
			}
		}
		assert.Equal(t, []int{1, 3, 5, 7, 9}, got)
	}

	suite["pages tell what they cost, and concatenate by their tokens"] = func(t *testing.T, w *world) {
		m, orders := createOrders(t, w)
		for _, backwards := range []bool{false, true} {
			options := []mapper.QueryOption{mapper.Partition("alice"), mapper.PageSize(4)}
			if backwards {
				options = append(options, mapper.Descending())
				slices.Reverse(orders)
			}
			var inOne, byTokens []order
			for page, err := range m.QueryPages(t.Context(), options...) {
				require.NoError(t, err)
				require.NotNil(t, page.Capacity)
				assert.Positive(t, *page.Capacity.CapacityUnits)
				assert.Equal(t, len(page.Items), page.Scanned)
				assert.Empty(t, page.Bad)
				inOne = append(inOne, page.Items...)
			}
			for token := ""; ; {
				for page, err := range m.QueryPages(t.Context(), append(options, mapper.StartToken(token))...) {
					require.NoError(t, err)
					byTokens, token = append(byTokens, page.Items...), page.Next
					break
				}
				if token == "" {
					break
				}
			}
			assert.Equal(t, orders, inOne)
			assert.Equal(t, orders, byTokens)
		}
	}

	suite["an encrypted attribute is not compared, and can be asked whether it exists"] = func(t *testing.T, w *world) {
		m, _ := createOrders(t, w)
		address := expression.Name("address")
		assert.Len(t, collect(t, m.Query(t.Context(), mapper.Partition("alice"), mapper.Filter(expression.AttributeExists(address)))), 10)
		assert.Empty(t, collect(t, m.Scan(t.Context(), mapper.Filter(expression.AttributeNotExists(address)))))
		assert.Empty(t, collect(t, m.Scan(t.Context(), mapper.Filter(expression.Name("nobody").Equal(expression.Value("x"))))), "a name that the model does not have is not protected")
		w.tap.Reset()
		err := failure(t, m.Query(t.Context(), mapper.Partition("alice"), mapper.Filter(address.Equal(expression.Value("CANARY")))))
		requireFilterRefused(t, err, "Query")
		requireFilterRefused(t, failure(t, m.Scan(t.Context(), mapper.Segments(2), mapper.Filter(address.Contains("CANARY")))), "Scan")
		_, err = m.Count(t.Context(), mapper.Filter(address.Size().GreaterThan(expression.Value(7))))
		requireFilterRefused(t, err, "Count")
		assert.Empty(t, w.tap.Operations())
	}

	suite["Project fills in the named fields and the keys, of items that were verified whole"] = func(t *testing.T, w *world) {
		m, _ := createOrders(t, w)
		want := order{Customer: "alice", Number: 2, Note: "even"}
		assert.Equal(t, []order{want}, collect(t, m.Query(t.Context(), mapper.Partition("alice"), mapper.SortEqual(2), mapper.Project("note"))))
		assert.NotContains(t, string(w.tap.Requests()[0].Body), "ProjectionExpression")
		w.tamper(t, "alice", 2)
		requireClass(t, failure(t, m.Query(t.Context(), mapper.Partition("alice"), mapper.SortEqual(2), mapper.Project("note"))), "Query", crypto.ErrSignature)
		err := failure(t, m.Query(t.Context(), mapper.Partition("alice"), mapper.Project("notes")))
		requireClass(t, err, "Query", crypto.ErrConfig)
		assert.ErrorContains(t, err, `did you mean "note"?`)
	}
}

func requireFilterRefused(t testing.TB, err error, op string) {
	t.Helper()
	requireClass(t, err, op, crypto.ErrConfig)
	assert.ErrorContains(t, err, `attribute "address"`)
	assert.ErrorContains(t, err, "encrypted")
	assert.NotContains(t, err.Error(), "CANARY")
}
