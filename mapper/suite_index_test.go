package mapper_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// place has an index whose key has as many attributes as there can be.
type place struct {
	_         struct{} `ddbcrypt:"table=places,projection=byPlace:all"`
	ID        string   `dynamodbav:"id" ddbcrypt:"partition"`
	Continent string   `dynamodbav:"continent" ddbcrypt:"index=byPlace:partition"`
	Country   string   `dynamodbav:"country" ddbcrypt:"index=byPlace:partition"`
	Canton    string   `dynamodbav:"canton" ddbcrypt:"index=byPlace:partition"`
	Year      int      `dynamodbav:"year" ddbcrypt:"index=byPlace:partition"`
	District  string   `dynamodbav:"district" ddbcrypt:"index=byPlace:sort"`
	Town      string   `dynamodbav:"town" ddbcrypt:"index=byPlace:sort"`
	House     int      `dynamodbav:"house" ddbcrypt:"index=byPlace:sort"`
	Floor     []byte   `dynamodbav:"floor" ddbcrypt:"index=byPlace:sort"`
	Owner     string   `dynamodbav:"owner"`
}

func newPlaces() []place {
	of := func(id, district, town string, house int, floor string) place {
		return place{struct{}{}, id, "EU", "CH", "ZH", 2026, district, town, house, []byte(floor), "secret"}
	}
	return []place{of("a", "East", "Aadorf", 1, "one"), of("b", "East", "Aadorf", 2, "attic"), of("c", "East", "Aadorf", 2, "one"),
		of("d", "East", "Aesch", 1, "one"), of("e", "West", "Aadorf", 1, "one")}
}

func places(all []place) (ids string) {
	for _, p := range all {
		ids += p.ID
	}
	return ids
}

func init() {
	suite["global and local indexes are read in their own order, page by page too"] = func(t *testing.T, w *world) {
		m, orders := createOrders(t, w)
		slices.Reverse(orders) // by total
		city := []mapper.QueryOption{mapper.Index("byCity"), mapper.Partition("Delft"), mapper.SortLess(998), mapper.PageSize(2)}
		assert.Equal(t, orders[:7], collect(t, m.Query(t.Context(), city...)))
		assert.Equal(t, orders[3:5], collect(t, m.Query(t.Context(), append(city, mapper.StartAfter(&orders[2]), mapper.Limit(2))...)))
		assert.Zero(t, w.tap.Count("DescribeTable"), "the tags state the projection")

		slices.SortFunc(orders, func(a, b order) int { return a.Weight - b.Weight })
		weight := []mapper.QueryOption{mapper.Index("byWeight"), mapper.Partition("alice"), mapper.SortBetween(2, 8), mapper.PageSize(3)}
		assert.Equal(t, orders[2:9], collect(t, m.Query(t.Context(), weight...)))
		assert.Equal(t, orders[2:9], collect(t, m.Query(t.Context(), append(weight, mapper.Consistent())...)))
		assert.Equal(t, 1, w.tap.Count("DescribeTable"), "asked once")
		for token, n := "", 2; n < 9; n++ {
			for page, err := range m.QueryPages(t.Context(), append(weight, mapper.Limit(1), mapper.StartToken(token))...) {
				require.NoError(t, err)
				assert.Equal(t, orders[n:n+1], page.Items)
				token = page.Next
			}
		}
		count, err := m.Count(t.Context(), mapper.Index("byWeight"), mapper.Partition("alice"))
		require.NoError(t, err)
		assert.EqualValues(t, 10, count)
		all := collect(t, m.Scan(t.Context(), mapper.Index("byCity")))
		assert.Len(t, all, 13)
	}

	suite["the key of an index can have four and four attributes"] = func(t *testing.T, w *world) {
		m, all := createMapper[place](t, w), newPlaces()
		saveAll(t, m, all)
		partition := mapper.Partition("EU", "CH", "ZH", 2026)
		tests := map[string]struct {
			options []mapper.QueryOption
			want    string
		}{
			"no sort key":                     {nil, "abcde"},
			"backwards":                       {[]mapper.QueryOption{mapper.Descending()}, "edcba"},
			"one attribute":                   {[]mapper.QueryOption{mapper.SortEqual("East")}, "abcd"},
			"a prefix of the second":          {[]mapper.QueryOption{mapper.SortEqual("East"), mapper.SortPrefix("Aa")}, "abc"},
			"a range of the third":            {[]mapper.QueryOption{mapper.SortEqual("East", "Aadorf"), mapper.SortGreater(1)}, "bc"},
			"a prefix of the fourth":          {[]mapper.QueryOption{mapper.SortEqual("East"), mapper.SortEqual("Aadorf", 2), mapper.SortPrefix([]byte("on"))}, "c"},
			"all of them":                     {[]mapper.QueryOption{mapper.SortEqual("East", "Aadorf", 2, []byte("attic"))}, "b"},
			"behind an item":                  {[]mapper.QueryOption{mapper.StartAfter(&all[2])}, "de"},
			"at most two, of pages of one":    {[]mapper.QueryOption{mapper.Limit(2), mapper.PageSize(1)}, "ab"},
			"with a filter, cut by the limit": {[]mapper.QueryOption{mapper.Limit(1), mapper.Filter(expression.Name("id").GreaterThan(expression.Value("b")))}, "c"},
		}
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				got := collect(t, m.Query(t.Context(), append(test.options, mapper.Index("byPlace"), partition)...))
				assert.Equal(t, test.want, places(got))
			})
		}
		assert.Equal(t, all[:1], collect(t, m.Query(t.Context(), mapper.Index("byPlace"), partition, mapper.Limit(1))))
		for name, options := range map[string][]mapper.QueryOption{
			`Partition has 3 values, and the partition key 4: "continent", "country", "canton", "year"`: {mapper.Partition("EU", "CH", "ZH")},
			"SortPrefix is not the last condition":                                                      {partition, mapper.SortPrefix("E"), mapper.SortEqual("Aadorf")},
			`the sort key has no more attributes; it has 4: "district", "town", "house", "floor"`:       {partition, mapper.SortEqual("E", "A", 1, []byte("o")), mapper.SortLess(1)},
			`"house"`: {partition, mapper.SortEqual("East", "Aadorf", "CANARY")},
		} {
			err := failure(t, m.Query(t.Context(), append(options, mapper.Index("byPlace"))...))
			requireClass(t, err, "Query", crypto.ErrConfig)
			assert.ErrorContains(t, err, name)
			assert.NotContains(t, err.Error(), "CANARY")
		}
	}

	suite["an index that the tags do not name is read by KeyCondition, and its projection is discovered"] = func(t *testing.T, w *world) {
		m := openMapper[order](t, w)
		index := func(name string, projection types.ProjectionType) types.GlobalSecondaryIndex {
			return types.GlobalSecondaryIndex{IndexName: &name, Projection: &types.Projection{ProjectionType: projection},
				KeySchema: []types.KeySchemaElement{{AttributeName: aws.String("note"), KeyType: types.KeyTypeHash}}}
		}
		require.NoError(t, m.CreateTable(t.Context(), func(in *dynamodb.CreateTableInput) {
			in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{AttributeName: aws.String("note"), AttributeType: "S"})
			in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, index("byNote", types.ProjectionTypeAll), index("keysByNote", types.ProjectionTypeKeysOnly))
		}))
		saveAll(t, m, newOrders("alice", 6))
		odd := mapper.KeyCondition(expression.Key("note").Equal(expression.Value("odd")))
		want := []int{1, 3, 5}
		read := func(options ...mapper.QueryOption) []int {
			return slices.Sorted(slices.Values(numbers(collect(t, m.Query(t.Context(), append(options, odd)...)))))
		}
		assert.Equal(t, want, read(mapper.Index("byNote")))
		assert.Equal(t, want, read(mapper.Index("byNote"), mapper.PageSize(1)))
		assert.Equal(t, want, read(mapper.Index("keysByNote"), mapper.FetchWhole()))
		assert.Len(t, read(mapper.Index("byNote"), mapper.Limit(2), mapper.Filter(expression.Name("number").GreaterThan(expression.Value(1)))), 2)

		err := failure(t, m.Query(t.Context(), odd, mapper.Index("keysByNote")))
		requireClass(t, err, "Query", crypto.ErrConfig)
		assert.ErrorContains(t, err, "mapper.FetchWhole")
		err = failure(t, m.Query(t.Context(), mapper.Partition("odd"), mapper.Index("byNote")))
		requireClass(t, err, "Query", crypto.ErrConfig)
		assert.ErrorContains(t, err, `do not name an index "byNote"`)
		err = failure(t, m.Query(t.Context(), odd, mapper.Index("byNoteAgain")))
		requireClass(t, err, "Query", crypto.ErrConfig)
		assert.ErrorContains(t, err, `byNoteAgain`)
		err = failure(t, m.Query(t.Context(), odd, mapper.Index("byNote"), mapper.StartAfter(&order{Customer: "alice", Number: 1, Note: "odd"})))
		requireClass(t, err, "Query", crypto.ErrConfig)
		assert.ErrorContains(t, err, "does not tell its position")
	}
}
