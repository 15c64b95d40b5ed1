package tags_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/tags"
)

// source is a Type over go/types, for code without imports. It shows that the
// rules need no running program.
type source struct{ types.Type }

var kinds = map[types.BasicKind]reflect.Kind{types.String: reflect.String, types.Int: reflect.Int, types.Int64: reflect.Int64}

func (s source) String() string {
	return types.TypeString(s.Type, func(p *types.Package) string { return p.Name() })
}

func (s source) Kind() reflect.Kind {
	switch u := s.Underlying().(type) {
	case *types.Basic:
		return kinds[u.Kind()]
	case *types.Pointer:
		return reflect.Pointer
	case *types.Slice:
		return reflect.Slice
	case *types.Struct:
		return reflect.Struct
	default:
		return reflect.Invalid
	}
}

func (s source) Elem() tags.Type {
	return source{s.Underlying().(interface{ Elem() types.Type }).Elem()}
}

func (s source) NumField() int { return s.Underlying().(*types.Struct).NumFields() }

func (s source) Field(i int) tags.Field {
	st := s.Underlying().(*types.Struct)
	f := st.Field(i)
	return tags.Field{
		Name: f.Name(), Tag: st.Tag(i), Type: source{f.Type()}, Exported: f.Exported(), Embedded: f.Embedded(),
	}
}

func (s source) HasMethods() bool      { return types.NewMethodSet(types.NewPointer(s.Type)).Len() > 0 }
func (s source) CustomMarshaler() bool { return false }
func (s source) IsTime() bool          { return false }

func (s source) IsAttributeMap() bool {
	m, ok := s.Underlying().(*types.Map)
	return ok && types.TypeString(m, nil) == "map[string]p.AttributeValue"
}

const program = `package p

type Base struct { ID string ` + "`dynamodbav:\"id\" ddbcrypt:\"partition\"`" + ` }
type Inner struct { Secret string ` + "`ddbcrypt:\"none\"`" + ` }
type Good struct {
	_ struct{} ` + "`ddbcrypt:\"table=users\"`" + `
	*Base
	Names []string
	Next  *Good ` + "`dynamodbav:\"-\"`" + `
	V     int64 ` + "`ddbcrypt:\"version\"`" + `
	Rest  map[string]AttributeValue ` + "`ddbcrypt:\"unknown\"`" + `
}
type AttributeValue interface { isAttributeValue() }
type Bad struct {
	Base
	In []*Inner
	V  string ` + "`ddbcrypt:\"version\"`" + `
}
`

func TestDescribeReadsTypesFromSource(t *testing.T) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", program, 0)
	require.NoError(t, err)
	pkg, err := (&types.Config{}).Check("p", fset, []*ast.File{file}, nil)
	require.NoError(t, err)
	named := func(name string) tags.Type { return source{pkg.Scope().Lookup(name).Type()} }

	t.Run("a model is that of the same type at run time", func(t *testing.T) {
		type Base struct {
			ID string `dynamodbav:"id" ddbcrypt:"partition"`
		}
		type Good struct {
			_ struct{} `ddbcrypt:"table=users"`
			*Base
			Names []string
			Next  *int  `dynamodbav:"-"`
			V     int64 `ddbcrypt:"version"`
		}
		m, err := tags.Describe(named("Good"))
		require.NoError(t, err)
		assert.Equal(t, "p.Good", m.Type())
		assert.Equal(t, "users", m.Table())
		rest, ok := m.UnknownField()
		assert.True(t, ok)
		assert.Equal(t, "Rest", rest.Name)

		want := modelOf[Good](t).Attributes()
		got := m.Attributes()
		require.Len(t, got, len(want))
		for i := range want {
			assert.Nil(t, got[i].Type)
			want[i].Type = nil
			assert.Equal(t, want[i], got[i])
		}
	})
	t.Run("faults are found", func(t *testing.T) {
		_, err := tags.Describe(named("Bad"))
		faults := faultsOf(t, err)
		require.Len(t, faults, 2)
		assert.Equal(t, "In.Secret", faults[0].Field)
		assert.Equal(t, "V", faults[1].Field)
	})
	t.Run("a wrong option is an error", func(t *testing.T) {
		_, err := tags.Describe(named("Good"), tags.WithTagKey("a b"))
		require.ErrorContains(t, err, "cannot name attributes")
	})
	t.Run("a string is no item", func(t *testing.T) {
		_, err := tags.Describe(source{types.Typ[types.String]})
		require.ErrorContains(t, err, "not a struct")
	})
}
