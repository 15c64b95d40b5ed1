package mapper_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/stretchr/testify/require"
)

// everything has fields of many kinds under every action.
type everything struct {
	_        struct{} `ddbcrypt:"table=values"`
	ID       string   `dynamodbav:"id" ddbcrypt:"partition"`
	Text     string
	Name     *text  `ddbcrypt:"sign"`
	Flag     bool   `ddbcrypt:"none"`
	Small    int8   `dynamodbav:",omitempty"`
	Big      int64  `ddbcrypt:"sign"`
	Count    uint64 `dynamodbav:",string"`
	Ratio    float64
	Rough    float32               `ddbcrypt:"none"`
	Exact    attributevalue.Number `ddbcrypt:"sign"`
	Bytes    []byte                `dynamodbav:",omitempty"`
	Digest   [8]byte               `ddbcrypt:"sign"`
	Strings  []string              `dynamodbav:",stringset"`
	Numbers  []int                 `dynamodbav:",numberset" ddbcrypt:"sign"`
	Blobs    [][]byte              `ddbcrypt:"none"`
	List     []*int
	Map      map[string][]text `ddbcrypt:"sign"`
	At       time.Time
	Since    time.Time `dynamodbav:",unixtime" ddbcrypt:"none"`
	Any      any
	AnyClear any `ddbcrypt:"sign"`
	City     city
	Cities   map[text]*city `ddbcrypt:"sign"`
	Warm     celsius
	Where    *point   `ddbcrypt:"none"`
	Perhaps  optional `dynamodbav:",omitempty"`
	Base
}

// generator makes random values. Slices and maps are nil, empty or small.
type generator struct{ *rand.Rand }

func (g generator) everything() everything {
	v := everything{
		ID: "x", Text: g.text(), Flag: g.coin(), Small: int8(g.Int64()), Big: g.integer(), Count: g.Uint64() >> g.IntN(64),
		Ratio: g.float(), Rough: float32(g.float()), Exact: attributevalue.Number(fmt.Sprint(g.integer())),
		Bytes: g.bytes(), Strings: set(g, g.text), Numbers: set(g, func() int { return int(g.integer()) }),
		Blobs: set(g, func() []byte { return append([]byte{}, g.bytes()...) }), List: list(g, func() *int { return maybe(g, int(g.integer())) }),
		At: g.time(), Since: g.time(), Any: g.any(3), AnyClear: g.any(3), City: *g.city(),
		Warm: celsius(g.IntN(100)), Perhaps: optional{g.coin(), ""}, Base: Base{Owner: g.text(), Stamp: Stamp{Time: g.integer()}},
	}
	v.Name = maybe(g, text(g.text()))
	v.Where = maybe(g, point{g.IntN(10), g.IntN(10)})
	for i := range v.Digest {
		v.Digest[i] = byte(g.Int64())
	}
	for range g.IntN(4) {
		if v.Map == nil {
			v.Map, v.Cities = map[string][]text{}, map[text]*city{}
		}
		v.Map["k"+g.text()] = list(g, func() text { return text(g.text()) })
		v.Cities[text("k"+g.text())] = g.city()
	}
	return v
}

func (g generator) coin() bool { return g.IntN(2) == 0 }

func (g generator) text() string {
	alphabet := []rune("aZ0 \x00\n\"é日\uE000\uFFFD\U0001F600")
	runes := make([]rune, g.IntN(12))
	for i := range runes {
		runes[i] = alphabet[g.IntN(len(alphabet))]
	}
	return string(runes)
}

func (g generator) integer() int64 { return g.Int64() >> g.IntN(64) * int64(1-2*g.IntN(2)) }

func (g generator) float() float64 { return g.NormFloat64() * math.Pow(10, float64(g.IntN(60)-30)) }

func (g generator) bytes() []byte {
	return list(g, func() byte { return byte(g.Int64()) })
}

func (g generator) time() time.Time {
	return time.Unix(g.Int64N(4e9), g.Int64N(1e9)).In(time.FixedZone("", g.IntN(24)*1800))
}

func (g generator) city() *city {
	return &city{Name: g.text(), Country: maybe(g, g.text()), Tags: set(g, g.text), Founded: g.time()}
}

func (g generator) any(depth int) any {
	kinds := 6
	if depth > 0 {
		kinds = 8
	}
	switch g.IntN(kinds) {
	case 0:
		return nil
	case 1:
		return g.text()
	case 2:
		return g.float()
	case 3:
		return g.coin()
	case 4:
		return g.bytes()
	case 5:
		return g.integer()
	case 6:
		return list(g, func() any { return g.any(depth - 1) })
	}
	m := map[string]any{}
	for range g.IntN(3) {
		m["k"+g.text()] = g.any(depth - 1)
	}
	return m
}

func maybe[V any](g generator, v V) *V {
	if g.coin() {
		return nil
	}
	return &v
}

func list[V any](g generator, element func() V) []V {
	n := g.IntN(5) - 1
	if n < 0 {
		return nil
	}
	elements := make([]V, n)
	for i := range elements {
		elements[i] = element()
	}
	return elements
}

// set returns distinct elements.
func set[V any](g generator, element func() V) []V {
	seen := map[string]bool{}
	return slices.DeleteFunc(list(g, element), func(v V) bool {
		key := fmt.Sprint(v)
		duplicate := seen[key]
		seen[key] = true
		return duplicate
	})
}

func TestRandomValuesRoundTrip(t *testing.T) {
	db := newValues(t)
	m := newMapper[everything](t, db.Client())
	g := generator{rand.New(rand.NewPCG(1, 2))}
	for i := range 500 {
		value := g.everything()
		item, err := attributevalue.MarshalMap(&value)
		require.NoError(t, err)
		var want everything
		require.NoError(t, attributevalue.UnmarshalMap(item, &want))

		require.NoError(t, m.Save(t.Context(), &value), "case %d: %+v", i, value)
		got, err := m.Load(t.Context(), "x")
		require.NoError(t, err, "case %d: %+v", i, value)
		require.Equal(t, sorted(want), sorted(got), "case %d", i)
	}
}

// sorted puts the members of sets in order, which DynamoDB does not keep.
func sorted(v everything) everything {
	slices.Sort(v.Strings)
	slices.Sort(v.Numbers)
	slices.SortFunc(v.Blobs, slices.Compare[[]byte])
	slices.Sort(v.City.Tags)
	for _, c := range v.Cities {
		slices.Sort(c.Tags)
	}
	return v
}
