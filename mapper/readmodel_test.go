package mapper_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// question is what is asked of a table, with the answer by other means.
type question struct {
	query []mapper.QueryOption // without Partition
	scan  []mapper.ScanOption
	fits  func(order) bool
	sort  func(a, b order) int
	limit int // 0 is none
}

// newQuestion returns any question about the orders of a customer.
func newQuestion(random *rand.Rand) question {
	q := question{fits: func(order) bool { return true }, sort: func(a, b order) int { return a.Number - b.Number }}
	add := func(o mapper.RangeOption) { q.query, q.scan = append(q.query, o), append(q.scan, o) }
	and := func(fits func(order) bool) {
		before := q.fits
		q.fits = func(o order) bool { return before(o) && fits(o) }
	}
	if random.IntN(2) == 0 {
		note := []string{"odd", "even", "neither"}[random.IntN(3)]
		add(mapper.Filter(expression.Name("note").Equal(expression.Value(note))))
		and(func(o order) bool { return o.Note == note })
	}
	if random.IntN(3) == 0 {
		most := random.IntN(12)
		add(mapper.Filter(expression.Name("weight").LessThanEqual(expression.Value(most))))
		and(func(o order) bool { return o.Weight <= most })
	}
	if random.IntN(2) == 0 {
		q.limit = 1 + random.IntN(12)
		add(mapper.Limit(q.limit))
	}
	if random.IntN(2) == 0 {
		add(mapper.PageSize(1 + random.IntN(8)))
	}
	return q
}

// inPartition adds what only queries can ask.
func (q *question) inPartition(random *rand.Rand) {
	low, high := random.IntN(30), 30
	switch random.IntN(4) {
	case 0:
		q.query = append(q.query, mapper.SortGreaterEqual(low))
	case 1:
		high = low + random.IntN(10)
		q.query = append(q.query, mapper.SortBetween(low, high))
	case 2:
		low, high = 0, low-1
		q.query = append(q.query, mapper.SortLess(high+1))
	default:
		low = 0
	}
	before := q.fits
	q.fits = func(o order) bool { return before(o) && low <= o.Number && o.Number <= high }
	if random.IntN(2) == 0 {
		q.query = append(q.query, mapper.Descending())
		q.sort = func(a, b order) int { return b.Number - a.Number }
	}
}

// answer computes what is to be read, without the limit.
func (q *question) answer(orders []order) []order {
	var fitting []order
	for _, o := range orders {
		if q.fits(o) {
			fitting = append(fitting, o)
		}
	}
	slices.SortStableFunc(fitting, q.sort)
	return fitting
}

func (q *question) cut(orders []order) []order {
	if q.limit > 0 {
		return orders[:min(q.limit, len(orders))]
	}
	return orders
}

func TestQueriesAgreeWithAModel(t *testing.T) {
	testModel(t, func(t *testing.T, m *mapper.Mapper[order], orders []order, random *rand.Rand) {
		q := newQuestion(random)
		q.inPartition(random)
		whole := q.answer(orders)
		of := append(q.query, mapper.Partition("alice"))
		require.Equal(t, q.cut(whole), collect(t, m.Query(t.Context(), of...)))

		var byTokens []order
		for token := ""; ; {
			for page, err := range m.QueryPages(t.Context(), append(of, mapper.StartToken(token))...) {
				require.NoError(t, err)
				byTokens, token = append(byTokens, page.Items...), page.Next
				if random.IntN(2) == 0 {
					break
				}
			}
			if token == "" {
				break
			}
		}
		require.Equal(t, whole, byTokens, "from limit to limit")

		if q.limit == 0 {
			count, err := m.Count(t.Context(), of...)
			require.NoError(t, err)
			require.EqualValues(t, len(whole), count)
		}
	})
}

func TestScansAgreeWithAModel(t *testing.T) {
	testModel(t, func(t *testing.T, m *mapper.Mapper[order], orders []order, random *rand.Rand) {
		q := newQuestion(random)
		whole := q.answer(orders)
		for _, options := range [][]mapper.ScanOption{q.scan, append(q.scan, mapper.Segments(1+random.IntN(20)))} {
			got := byNumber(collect(t, m.Scan(t.Context(), options...)))
			if q.limit == 0 {
				require.Equal(t, whole, got)
				continue
			}
			require.Len(t, got, min(q.limit, len(whole)))
			require.Subset(t, whole, got)
			require.Equal(t, got, slices.Compact(got))
		}
	})
}

// testModel asks many questions of tables with random orders of one customer.
func testModel(t *testing.T, ask func(t *testing.T, m *mapper.Mapper[order], orders []order, random *rand.Rand)) {
	for seed := range uint64(4) {
		random := rand.New(rand.NewPCG(seed, 6))
		m := createMapper[order](t, newWorld(memdb.New().Client()), mapper.WithConcurrency(1+random.IntN(8)))
		var orders []order
		for _, o := range newOrders("alice", 30) {
			if random.IntN(4) > 0 {
				orders = append(orders, o)
			}
		}
		saveAll(t, m, orders)
		for range 60 {
			ask(t, m, orders, random)
		}
	}
}
