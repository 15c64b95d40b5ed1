package mapper_test

import (
	"cmp"
	"slices"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

func byNumber(orders []order) []order {
	return slices.SortedFunc(slices.Values(orders), func(a, b order) int {
		return cmp.Or(cmp.Compare(a.Customer, b.Customer), a.Number-b.Number)
	})
}

func init() {
	suite["a scan returns everything, in one go, in pages, in segments and by one segment after the other"] = func(t *testing.T, w *world) {
		m, orders := createOrders(t, w)
		want := slices.Concat(orders, newOrders("bob", 3))
		scan := func(options ...mapper.ScanOption) []order {
			return byNumber(collect(t, m.Scan(t.Context(), options...)))
		}
		assert.Equal(t, want, scan())
		assert.Equal(t, want, scan(mapper.PageSize(2)))
		assert.Equal(t, want, scan(mapper.Segments(1)))
		assert.Equal(t, want, scan(mapper.Segments(4), mapper.PageSize(2), mapper.Consistent()))
		assert.Equal(t, want, scan(mapper.Segments(40)))
		assert.Equal(t, want, scan(mapper.Segments(4), mapper.Index("byStatus"), mapper.FetchWhole()))
		assert.Equal(t, want, byNumber(slices.Concat(scan(mapper.Segment(0, 3)), scan(mapper.Segment(1, 3)), scan(mapper.Segment(2, 3)))))
		assert.Len(t, scan(mapper.Limit(5)), 5)
		assert.Len(t, scan(mapper.Limit(5), mapper.Segments(3), mapper.PageSize(1)), 5)
		assert.Len(t, scan(mapper.Limit(100), mapper.Segments(3)), 13)
		odd := mapper.Filter(expression.Name("note").Equal(expression.Value("odd")))
		assert.Len(t, scan(odd), 7)
		assert.Len(t, scan(odd, mapper.Limit(6)), 6)
		assert.Len(t, scan(odd, mapper.Limit(6), mapper.Segments(3)), 6)
		count, err := m.Count(t.Context(), odd)
		require.NoError(t, err)
		assert.EqualValues(t, 7, count)
		count, err = m.Count(t.Context(), mapper.PageSize(2))
		require.NoError(t, err)
		assert.EqualValues(t, 13, count)
	}

	suite["a scan goes on by the token of a page, and behind an item"] = func(t *testing.T, w *world) {
		m, _ := createOrders(t, w)
		all := collect(t, m.Scan(t.Context()))
		var got []order
		for token := ""; ; {
			for page, err := range m.ScanPages(t.Context(), mapper.PageSize(3), mapper.StartToken(token)) {
				require.NoError(t, err)
				require.NotNil(t, page.Capacity)
				got, token = append(got, page.Items...), page.Next
				break
			}
			if token == "" {
				break
			}
		}
		assert.Equal(t, all, got)
		assert.Equal(t, all[5:], collect(t, m.Scan(t.Context(), mapper.StartAfter(&all[4]))))
		assert.Equal(t, all[5:], collect(t, m.Scan(t.Context(), mapper.StartAfter(mapper.Key{all[4].Customer, all[4].Number}))))
	}

	suite["a bad item is an error in its place, and the loop goes on"] = func(t *testing.T, w *world) {
		m, _ := createOrders(t, w)
		w.tamper(t, "alice", 1)
		w.tamper(t, "alice", 5)
		w.plant(t, "orders", crypto.Item{"customer": str("alice"), "number": num("11"), "note": str("plaintext")})
		for _, size := range []int{2, 4, 100} {
			var got []int
			for o, err := range m.Query(t.Context(), mapper.Partition("alice"), mapper.PageSize(size)) {
				if err == nil {
					got = append(got, o.Number)
					continue
				}
				assert.Zero(t, o)
				key := keyOfError(t, err)
				got = append(got, -must(strconv.Atoi(key["number"].(*types.AttributeValueMemberN).Value)))
				assert.NotContains(t, err.Error(), "alice")
				class := crypto.ErrSignature
				if got[len(got)-1] == -11 {
					class = crypto.ErrNotEncrypted
				}
				requireClass(t, err, "Query", class)
			}
			assert.Equal(t, []int{-1, 2, 3, 4, -5, 6, 7, 8, 9, 10, -11}, got)
		}
		bad, good := 0, 0
		for page, err := range m.ScanPages(t.Context(), mapper.Segments(2), mapper.PageSize(4)) {
			bad, good = bad+len(page.Bad), good+len(page.Items)
			if len(page.Bad) == 0 {
				require.NoError(t, err)
				continue
			}
			for _, each := range page.Bad {
				require.ErrorIs(t, err, each)
				assert.NotEmpty(t, keyOfError(t, each))
			}
		}
		assert.Equal(t, []int{3, 11}, []int{bad, good})
		var limited []int
		for o, err := range m.Query(t.Context(), mapper.Partition("alice"), mapper.Limit(4)) {
			if err == nil {
				limited = append(limited, o.Number)
			}
		}
		assert.Equal(t, []int{2, 3, 4, 6}, limited, "bad items do not count")
		count, err := m.Count(t.Context(), mapper.Partition("alice"))
		require.NoError(t, err)
		assert.EqualValues(t, 11, count, "Count verifies nothing")
	}
}
