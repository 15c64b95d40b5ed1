package conformance

import (
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// testSelect asks for every selection of every kind of index, by query and scan.
func testSelect(t *testing.T, client *dynamodb.Client) {
	in := definition("pk", "S", "sk", "N")
	keys := []types.KeySchemaElement{hashPart("pk"), sortPart("ik")}
	define(in, "ik", "S")
	for _, projection := range []types.Projection{
		{ProjectionType: types.ProjectionTypeAll},
		{ProjectionType: types.ProjectionTypeKeysOnly},
		{ProjectionType: types.ProjectionTypeInclude, NonKeyAttributes: []string{"inc"}},
	} {
		kind := string(projection.ProjectionType)
		in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{IndexName: name("global-" + kind), KeySchema: keys, Projection: &projection})
		in.LocalSecondaryIndexes = append(in.LocalSecondaryIndexes, types.LocalSecondaryIndex{IndexName: name("local-" + kind), KeySchema: keys, Projection: &projection})
	}
	table := create(t, client, in)
	all := with(keyed("a", 1), item{"ik": str("i"), "inc": str("included"), "rest": str("r")})
	put(t, client, table, all, keyed("no index key", 1))

	onlyKeys := with(keyed("a", 1), item{"ik": str("i")})
	included := with(onlyKeys, item{"inc": str("included")})
	for _, test := range []struct {
		index      string
		selected   types.Select
		projection *string
		want       item // nil if refused
	}{
		{"global-ALL", "", nil, all},
		{"global-ALL", types.SelectAllAttributes, nil, all},
		{"global-ALL", types.SelectAllProjectedAttributes, nil, all},
		{"global-ALL", types.SelectSpecificAttributes, name("rest"), item{"rest": str("r")}},
		{"global-ALL", types.SelectSpecificAttributes, nil, nil},
		{"global-ALL", types.SelectCount, name("rest"), nil},
		{"global-ALL", types.SelectAllAttributes, name("rest"), nil},
		{"global-ALL", types.SelectAllProjectedAttributes, name("rest"), nil},
		{"global-KEYS_ONLY", "", nil, onlyKeys},
		{"global-KEYS_ONLY", types.SelectAllAttributes, nil, nil},
		{"global-KEYS_ONLY", types.SelectAllProjectedAttributes, nil, onlyKeys},
		{"global-KEYS_ONLY", types.SelectSpecificAttributes, name("sk"), item{"sk": num("1")}},
		{"global-KEYS_ONLY", types.SelectSpecificAttributes, name("rest"), nil},
		{"global-INCLUDE", "", nil, included},
		{"global-INCLUDE", types.SelectAllAttributes, nil, nil},
		{"global-INCLUDE", types.SelectAllProjectedAttributes, nil, included},
		{"global-INCLUDE", types.SelectSpecificAttributes, name("inc"), item{"inc": str("included")}},
		{"local-ALL", "", nil, all},
		{"local-ALL", types.SelectAllProjectedAttributes, nil, all},
		{"local-KEYS_ONLY", "", nil, onlyKeys},
		{"local-KEYS_ONLY", types.SelectAllAttributes, nil, all},
		{"local-KEYS_ONLY", types.SelectAllProjectedAttributes, nil, onlyKeys},
		{"local-KEYS_ONLY", types.SelectSpecificAttributes, name("rest"), item{"rest": str("r")}},
		{"local-INCLUDE", "", nil, included},
		{"local-INCLUDE", types.SelectAllAttributes, nil, all},
		{"local-INCLUDE", types.SelectAllProjectedAttributes, nil, included},
	} {
		title := "selection " + string(test.selected) + " of index " + test.index
		if test.projection != nil {
			title += " with the projection " + *test.projection
		}
		query := &dynamodb.QueryInput{
			TableName: table, IndexName: &test.index, Select: test.selected, ProjectionExpression: test.projection,
			KeyConditionExpression: name("pk = :p"), ExpressionAttributeValues: item{":p": str("a")},
		}
		scan := &dynamodb.ScanInput{TableName: table, IndexName: &test.index, Select: test.selected, ProjectionExpression: test.projection}
		if test.want == nil {
			t.Run(title+" is refused", func(t *testing.T) {
				_, err := client.Query(t.Context(), query)
				assertCode(t, invalid, err)
				_, err = client.Scan(t.Context(), scan)
				assertCode(t, invalid, err)
			})
			continue
		}
		t.Run(title, func(t *testing.T) {
			queried, err := client.Query(t.Context(), query)
			require.NoError(t, err)
			assert.Equal(t, []item{test.want}, queried.Items)
			scanned, err := client.Scan(t.Context(), scan)
			require.NoError(t, err)
			assert.Equal(t, []item{test.want}, scanned.Items)
		})
	}
	t.Run("a count of an index has no items", func(t *testing.T) {
		for _, index := range in.GlobalSecondaryIndexes {
			out, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: table, IndexName: index.IndexName, Select: types.SelectCount})
			require.NoError(t, err)
			assert.EqualValues(t, 1, out.Count)
			assert.Nil(t, out.Items)
		}
	})
	t.Run("what is projected cannot be asked of a table", func(t *testing.T) {
		_, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: table, Select: types.SelectAllProjectedAttributes})
		assertCode(t, invalid, err)
	})
	t.Run("a query filter on what an index does not hold is refused", func(t *testing.T) {
		for _, index := range []string{"global-KEYS_ONLY", "local-KEYS_ONLY", "local-INCLUDE"} {
			_, err := client.Query(t.Context(), &dynamodb.QueryInput{
				TableName: table, IndexName: &index, KeyConditionExpression: name("pk = :p"), FilterExpression: name("rest = :r"),
				ExpressionAttributeValues: item{":p": str("a"), ":r": str("r")},
			})
			assertCode(t, invalid, err)
		}
	})
	t.Run("the segments of a scan of an index are the whole index, each item once", func(t *testing.T) {
		var want []int
		for i := range 20 {
			put(t, client, table, with(keyed("s"+strconv.Itoa(i), 100+i), item{"ik": str("i")}))
			want = append(want, 100+i)
		}
		var items []item
		for segment := range int32(4) {
			items = append(items, scanAll(t, client, &dynamodb.ScanInput{
				TableName: table, IndexName: name("global-KEYS_ONLY"), Segment: &segment, TotalSegments: new(int32(4)), Limit: new(int32(3)),
			})...)
		}
		assert.ElementsMatch(t, append(want, 1), sortKeys(t, "sk", items))
	})
}
