package memdb

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ddbcrypt/ddbcrypt/internal/tlv"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRowsStayInOrderUnderRandomChanges(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var r rows
	model := map[string]*row{}
	for range 20000 {
		position := fmt.Sprintf("%05d", random.IntN(5000))
		if random.IntN(3) == 0 {
			r.remove(position)
			delete(model, position)
		} else {
			added := &row{position: position}
			r.put(added)
			model[position] = added
		}
	}
	var want []string
	for position, row := range model {
		want = append(want, position)
		require.Same(t, row, r.get(position))
	}
	slices.Sort(want)
	require.Equal(t, len(want), r.count)
	require.Greater(t, len(r.chunks), 2)
	for _, b := range []bounds{{"", ""}, {"01000", "03000"}, {"0", "00500"}, {"04990", ""}, {"03000", "03000"}, {"9", ""}} {
		selected := slices.DeleteFunc(slices.Clone(want), func(p string) bool { return !b.contain(p) })
		assert.Equal(t, len(selected), len(positions(r.ascend(b.low, b.high))))
		assert.Equal(t, strings.Join(selected, " "), strings.Join(positions(r.ascend(b.low, b.high)), " "))
		slices.Reverse(selected)
		assert.Equal(t, strings.Join(selected, " "), strings.Join(positions(r.descend(b.low, b.high)), " "))
	}
	for position := range model {
		r.remove(position)
	}
	assert.Zero(t, r.count)
	assert.Empty(t, positions(r.ascend("", "")))
	assert.Empty(t, positions(r.descend("", "")))
}

func positions(seq func(yield func(*row) bool)) []string {
	var out []string
	for r := range seq {
		out = append(out, r.position)
	}
	return out
}

func TestSortableNumbersAreInTheOrderOfNumbers(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	numbers := []string{"0", "1E-130", "-1E-130", "9.9999999999999999999999999999999999999E125", "-9.9999999999999999999999999999999999999E125", "1E125", "0.1", "1", "10", "-1", "-1.5"}
	for range 300 {
		n := fmt.Sprintf("%d.%dE%d", random.IntN(2000)-1000, random.IntN(100), random.IntN(20)-10)
		numbers = append(numbers, n)
	}
	for i := range numbers {
		normal, err := tlv.NormalizeNumber(numbers[i])
		require.NoError(t, err)
		numbers[i] = normal
	}
	for _, a := range numbers {
		for _, b := range numbers {
			x, _ := new(big.Rat).SetString(a)
			y, _ := new(big.Rat).SetString(b)
			require.Equal(t, x.Cmp(y), compareNumbers(a, b), "%s and %s", a, b)
		}
	}
}

func TestComponentsKeepTheOrderOfWhatTheyHold(t *testing.T) {
	values := []string{"", "\x00", "\x00\x00", "\x00\x01", "\x00\xff", "\x01", "a", "a\x00", "a\x00b", "aa", "\xff", "\xff\xff"}
	for i, a := range values {
		for j, b := range values {
			left := string(appendComponent(nil, a)) + "\xff"
			right := string(appendComponent(nil, b))
			assert.Equal(t, i < j || i == j && left < right, left < right, "%q and %q", a, b)
			if i != j {
				assert.False(t, strings.HasPrefix(left, right))
			}
		}
	}
}

func TestAfterSkipsExactlyAPrefix(t *testing.T) {
	for prefix, want := range map[string]string{"a": "b", "a\xff": "b", "\xff\xff": "", "": "", "a\x00": "a\x01"} {
		assert.Equal(t, want, after(prefix))
	}
}

func TestSegmentsCoverAllHashes(t *testing.T) {
	assert.Equal(t, strings.Repeat("\x00", 8), segmentStart(0, 7))
	assert.Equal(t, "\x80"+strings.Repeat("\x00", 7), segmentStart(1, 2))
	assert.Less(t, segmentStart(999998, 1000000), segmentStart(999999, 1000000))
}

func TestExpressionsNeverPanic(t *testing.T) {
	parts := []string{"a", "#n", ":v", "(", ")", "AND", "OR", "NOT", "BETWEEN", "IN", "size", "contains", "=", "<", ",", ".", "[", "0", "]", "SET", "REMOVE", "+", "if_not_exists", "$"}
	random := rand.New(rand.NewPCG(5, 6))
	table := &table{primary: &view{}}
	for range 20000 {
		var text []string
		for range random.IntN(12) {
			text = append(text, parts[random.IntN(len(parts))])
		}
		expression := strings.Join(text, " ")
		e, err := newExpressions(map[string]string{"#n": "n"}, item{":v": &numberV{Value: "1"}}, table, &expression)
		require.NoError(t, err)
		if c, err := e.condition("ConditionExpression", &expression); err == nil {
			c.holds(item{"a": &stringV{Value: "x"}})
		}
		if u, err := e.update(&expression); err == nil {
			_, _ = u.apply(item{"a": &stringV{Value: "x"}})
		}
	}
}
