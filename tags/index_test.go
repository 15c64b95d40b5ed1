//lint:file-ignore U1000 fields are read by reflection

package tags_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

type place struct {
	Street string `dynamodbav:"street" ddbcrypt:"index=by_place:sort"`
	House  int    `dynamodbav:"house" ddbcrypt:"index=by_place:sort"`
}

type shop struct {
	_       struct{} `ddbcrypt:"default=none,projection=by_name:keys,include=by_place:z,include=by_place:a"`
	Opened  int64    `dynamodbav:"opened" ddbcrypt:"sort,index=by_place:partition:2"`
	ID      string   `dynamodbav:"id" ddbcrypt:"partition,index=by_name:sort"`
	Country string   `dynamodbav:"country" ddbcrypt:"none,index=by_place:partition:3"`
	place
	City string `dynamodbav:"city" ddbcrypt:"index=by_place:partition:1"`
	Name string `dynamodbav:"name" ddbcrypt:"index=by_name:partition,localindex=local"`
	Kind string `dynamodbav:"kind" ddbcrypt:"index"`
}

func TestModelIndexes(t *testing.T) {
	m := modelOf[shop](t)
	byName := tags.Index{Name: "by_name", Partition: []string{"name"}, Sort: []string{"id"}, Projection: tags.ProjectKeys}
	byPlace := tags.Index{Name: "by_place",
		Partition:  []string{"city", "opened", "country"},
		Sort:       []string{"street", "house"},
		Projection: tags.ProjectInclude, Attributes: []string{"z", "a"}}
	local := tags.Index{Name: "local", Local: true, Partition: []string{"id"}, Sort: []string{"name"}}
	assert.Equal(t, []tags.Index{byName, byPlace, local}, m.Indexes())

	t.Run("are found by name", func(t *testing.T) {
		got, ok := m.Index("by_place")
		assert.True(t, ok)
		assert.Equal(t, byPlace, got)
		_, ok = m.Index("By_Place")
		assert.False(t, ok)
	})
	t.Run("are in the attributes, which are signed", func(t *testing.T) {
		name, _ := m.Attribute("name")
		assert.True(t, name.Index)
		assert.Equal(t, crypto.SignOnly, name.Action)
		assert.Equal(t, []tags.IndexKey{{Index: "by_name", Role: tags.IndexPartition}, {Index: "local", Role: tags.LocalSort}}, name.Indexes)
	})
	t.Run("do not count an index without a name", func(t *testing.T) {
		kind, _ := m.Attribute("kind")
		assert.True(t, kind.Index)
		assert.Empty(t, kind.Indexes)
		assert.Empty(t, modelOf[Base](t).Indexes())
	})
	t.Run("cannot be changed", func(t *testing.T) {
		got := m.Indexes()[1]
		got.Partition[0], got.Sort[0], got.Attributes[0] = "x", "x", "x"
		got, _ = m.Index("by_place")
		got.Partition[0], got.Sort[0], got.Attributes[0] = "x", "x", "x"
		name, _ := m.Attribute("name")
		name.Indexes[0].Index = "x"
		m.Attributes()[5].Indexes[0].Index = "x"
		assert.Equal(t, byPlace, m.Indexes()[1])
		name, _ = m.Attribute("name")
		assert.Equal(t, "by_name", name.Indexes[0].Index)
	})
}

func TestAnIndexHasUpToFourAttributesInEachRole(t *testing.T) {
	type item struct {
		A int `ddbcrypt:"index=all:partition"`
		B int `ddbcrypt:"index=all:partition"`
		C int `ddbcrypt:"index=all:partition"`
		D int `ddbcrypt:"index=all:partition"`
		H int `ddbcrypt:"index=all:sort:1"`
		G int `ddbcrypt:"index=all:sort:2"`
		F int `ddbcrypt:"index=all:sort:3"`
		E int `ddbcrypt:"index=all:sort:4"`
	}
	assert.Equal(t, []tags.Index{{Name: "all", Partition: []string{"A", "B", "C", "D"}, Sort: []string{"H", "G", "F", "E"}}},
		modelOf[item](t).Indexes())
}

func TestOfRefusesIndexesThatDynamoDBWouldNotCreate(t *testing.T) {
	for _, c := range []struct {
		name   string
		item   any
		faults []fault
	}{
		{"no partition attribute", struct {
			A int `ddbcrypt:"index=abc:sort"`
			B int `ddbcrypt:"index=abc:sort"`
		}{}, []fault{{"A", "index=abc:sort", `index "abc" has no partition key`}}},
		{"more than four attributes in a role", struct {
			A int `ddbcrypt:"index=abc:partition"`
			B int `ddbcrypt:"index=abc:partition"`
			C int `ddbcrypt:"index=abc:partition"`
			D int `ddbcrypt:"index=abc:partition"`
			E int `ddbcrypt:"index=abc:partition"`
			F int `ddbcrypt:"index=abc:partition"`
		}{}, []fault{{"E", "index=abc:partition", "more than 4 attributes in its partition key"}}},
		{"a gap in the positions", struct {
			A int `ddbcrypt:"index=abc:partition:1"`
			B int `ddbcrypt:"index=abc:partition:3"`
		}{}, []fault{{"B", "index=abc:partition:3", "has position 3 in its partition key but not all before it"}}},
		{"positions that do not begin at one", struct {
			A int `ddbcrypt:"index=abc:partition:2"`
		}{}, []fault{{"A", "index=abc:partition:2", "has position 2 in its partition key but not all before it"}}},
		{"a position twice", struct {
			P int `ddbcrypt:"index=abc:partition"`
			A int `ddbcrypt:"index=abc:sort:2"`
			B int `ddbcrypt:"index=abc:sort:1"`
			C int `ddbcrypt:"index=abc:sort:2"`
		}{}, []fault{{"C", "index=abc:sort:2", "has position 2 in its sort key twice, see field A"}}},
		{"attributes with and without a position", struct {
			A int `ddbcrypt:"index=abc:partition:1"`
			B int `ddbcrypt:"index=abc:partition"`
			C int `ddbcrypt:"index=abc:sort"`
			D int `ddbcrypt:"index=abc:sort:2"`
		}{}, []fault{
			{"B", "index=abc:partition", "with and without a position in its partition key, see field A"},
			{"D", "index=abc:sort:2", "with and without a position in its sort key, see field C"},
		}},
		{"a name that is local and global", struct {
			P int `ddbcrypt:"partition"`
			S int `ddbcrypt:"sort"`
			A int `ddbcrypt:"localindex=abc"`
			B int `ddbcrypt:"index=abc:partition"`
		}{}, []fault{{"B", "index=abc:partition", "local in one field and global in another, see field A"}}},
		{"two sort keys in a local index", struct {
			Base
			A int `ddbcrypt:"localindex=abc"`
			B int `ddbcrypt:"localindex=abc"`
		}{}, []fault{{"B", "localindex=abc", `second sort key of local index "abc", field A is one already`}}},
		{"a local index on a table without a sort key", struct {
			P int `ddbcrypt:"partition"`
			A int `ddbcrypt:"localindex=abc"`
		}{}, []fault{{"A", "localindex=abc", "needs a table with a sort key"}}},
		{"a local index on a table without keys", struct {
			A int `ddbcrypt:"localindex=abc"`
		}{}, []fault{{"A", "localindex=abc", "needs a table with a sort key"}}},
		{"a local index on a table without a partition key", struct {
			S int `ddbcrypt:"sort"`
			A int `ddbcrypt:"localindex=abc"`
		}{}, []fault{{"S", "sort", "sort key without a partition key"}}},
		{"a projection of an index that no field states", struct {
			_ struct{} `ddbcrypt:"projection=abd:all"`
			A int      `ddbcrypt:"index=abc:partition"`
		}{}, []fault{{"_", "projection=abd:all", `unknown index "abd", did you mean "abc"?`}}},
		{"a projection without any index", struct {
			_ struct{} `ddbcrypt:"include=abc:x"`
			A int      `ddbcrypt:"index"`
		}{}, []fault{{"_", "include=abc:x", `index "abc" has no key`}}},
		{"many faults, together", struct {
			_ struct{} `ddbcrypt:"projection=zzz:all"`
			A int      `ddbcrypt:"index=one:sort"`
			B int      `ddbcrypt:"index=two:partition:2,index=ab:sort"`
			C int      `ddbcrypt:"localindex=two"`
			D int      `ddbcrypt:"localindex=six"`
		}{}, []fault{
			{"B", "index=two:partition:2,index=ab:sort", `index name "ab"`},
			{"A", "index=one:sort", "no partition key"},
			{"D", "localindex=six", "needs a table with a sort key"},
			{"C", "localindex=two", "local in one field and global in another"},
			{"_", "projection=zzz:all", "use one of: one, six, two"},
		}},
	} {
		t.Run(c.name, func(t *testing.T) { requireRefusal(t, c.item, c.faults) })
	}
}

func TestAnIndexKeyMayBeLeftUnsigned(t *testing.T) {
	m, err := tags.Of(reflect.TypeFor[struct {
		A int `ddbcrypt:"none,index=abc:partition"`
		B int
	}]())
	assert.NoError(t, err)
	a, _ := m.Attribute("A")
	assert.Equal(t, crypto.DoNothing, a.Action)
}
