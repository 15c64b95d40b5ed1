//lint:file-ignore U1000 fields are read by reflection

package tags

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The shapes that reflect.StructOf cannot make.
type (
	inner struct {
		ID   string
		Note string `dynamodbav:"note" json:"remark"`
	}
	middle struct {
		inner
		Note int
	}
	Outer      struct{ Depth, note int }
	Level      int
	level1     struct{ Deep }
	level2     struct{ Deep }
	Deep       struct{ X, Y int }
	Box[T any] struct{ Value T }

	embedsUnexported        struct{ inner }
	embedsUnexportedPointer struct {
		*inner
		A int
	}
	embedsTwoLevels struct {
		middle
		B int
	}
	embedsNamed struct {
		Outer `dynamodbav:"outer"`
		inner `dynamodbav:"in"`
	}
	embedsPointers struct {
		*Outer
		*Deep `json:"deep"`
	}
	embedsNonStructs struct {
		Level
		*Box[int] `dynamodbav:"box"`
		fmt.Stringer
	}
	diamond struct {
		level1
		level2
		Y string
	}
	taggedBeatsUntagged struct {
		X int
		Z int `dynamodbav:"X"`
	}
	twoTagged struct {
		X int `dynamodbav:"Z"`
		Y int `dynamodbav:"Z"`
		Z int
	}
	recursiveEmbedded struct {
		*recursiveEmbedded
		V int
	}
	Recursive struct {
		*Recursive
		Next *Recursive
		All  []Recursive
	}
	embedsTimes struct {
		time.Time
		When time.Time `dynamodbav:",unixtime"`
		Box[time.Time]
	}
	embedsIgnored struct {
		Deep  `dynamodbav:"-"`
		inner `json:"-"`
	}
	unwritable struct {
		Chan    chan int
		Func    func()
		Named   signal
		Complex complex64
		Kept    int
	}
)

var shapes = []any{
	inner{}, middle{}, Outer{}, embedsUnexported{}, embedsTwoLevels{}, embedsNamed{}, embedsPointers{},
	embedsNonStructs{}, diamond{}, taggedBeatsUntagged{}, twoTagged{}, Recursive{}, embedsTimes{},
	embedsIgnored{}, unwritable{}, struct{}{}, Box[Deep]{}, Box[*Box[string]]{},
}

func TestNamesOfWrittenTypesAreTheKeysThatAreWritten(t *testing.T) {
	for _, shape := range shapes {
		for _, tagKey := range []string{"", "json"} {
			typ := reflect.TypeOf(shape)
			t.Run(fmt.Sprintf("%s with tag key %q", typ, tagKey), func(t *testing.T) {
				if typ == reflect.TypeFor[embedsNonStructs]() {
					v := nonZero(typ).Interface().(*embedsNonStructs)
					v.Stringer = time.Second
					require.Equal(t, writtenKeys(t, reflect.ValueOf(v), tagKey), derivedNames(typ, tagKey))
					return
				}
				requireSameNames(t, typ, tagKey)
			})
		}
	}
}

func TestNamesThroughPointersToUnexportedTypes(t *testing.T) {
	t.Run("fields behind a set pointer are attributes", func(t *testing.T) {
		v := embedsUnexportedPointer{inner: nonZero(reflect.TypeFor[inner]()).Interface().(*inner)}
		assert.Equal(t, writtenKeys(t, reflect.ValueOf(&v), ""), derivedNames(reflect.TypeOf(v), ""))
	})
	t.Run("a type that embeds itself ends", func(t *testing.T) {
		v := recursiveEmbedded{recursiveEmbedded: &recursiveEmbedded{}}
		assert.Equal(t, writtenKeys(t, reflect.ValueOf(&v), ""), derivedNames(reflect.TypeOf(v), ""))
	})
}

func TestFieldsThatMayBeWrittenAsNullAreAttributes(t *testing.T) {
	type item struct {
		C *chan int
		U uintptr `dynamodbav:",nullempty"`
		V uintptr
	}
	typ := reflect.TypeFor[item]()
	assert.Equal(t, []string{"C", "U"}, writtenKeys(t, reflect.New(typ), ""))
	assert.Equal(t, []string{"C", "U"}, derivedNames(typ, ""))
}

func TestFieldIndexLeadsToTheField(t *testing.T) {
	m, err := Of(reflect.TypeFor[embedsUnexported]())
	require.NoError(t, err)
	v := nonZero(reflect.TypeFor[embedsUnexported]()).Elem()
	require.Len(t, m.Attributes(), 2)
	for _, a := range m.Attributes() {
		f, err := v.FieldByIndexErr(a.FieldIndex())
		require.NoError(t, err)
		assert.Equal(t, a.Type, f.Type(), a.Path)
		assert.False(t, f.IsZero(), a.Path)
	}
	a, _ := m.Attribute("note")
	assert.Equal(t, "inner.Note", a.Path)
}
