package source_test

import (
	"go/types"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/packages"

	"github.com/ddbcrypt/ddbcrypt/internal/source"
	"github.com/ddbcrypt/ddbcrypt/internal/source/testdata/shapes"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

// The same types, read from source and from this program, say the same.
func TestTypesOfSourceAreThoseOfAProgram(t *testing.T) {
	loaded, err := packages.Load(&packages.Config{Mode: packages.LoadSyntax}, "github.com/ddbcrypt/ddbcrypt/internal/source/testdata/shapes")
	require.NoError(t, err)
	require.Empty(t, loaded[0].Errors)
	var known source.Types
	of := func(name string) *source.Type {
		object := loaded[0].Types.Scope().Lookup(name)
		require.NotNil(t, object, name)
		return known.Of(object.Type())
	}
	for _, running := range shapes.All() {
		t.Run(running.Name(), func(t *testing.T) {
			read := of(running.Name())
			compare(t, read, running, map[reflect.Type]bool{})
			want, wantErr := tags.Of(running)
			got, gotErr := tags.Describe(read)
			if wantErr != nil {
				require.EqualError(t, gotErr, wantErr.Error())
				return
			}
			require.NoError(t, gotErr)
			assert.Equal(t, want.Fingerprint(), got.Fingerprint())
			assert.Equal(t, want.Indexes(), got.Indexes())
		})
	}
	t.Run("identical types are one", func(t *testing.T) {
		fields := of("Everything").Struct()
		first, second := fields.Field(1), fields.Field(2)
		require.NotSame(t, first.Type(), second.Type())
		assert.Same(t, known.Of(first.Type()), known.Of(second.Type()))
	})
	t.Run("a type parameter has no kind", func(t *testing.T) {
		generic := loaded[0].Types.Scope().Lookup("Box").Type().(*types.Named)
		assert.Equal(t, reflect.Invalid, known.Of(generic.TypeParams().At(0)).Kind())
	})
}

func compare(t *testing.T, read tags.Type, running reflect.Type, seen map[reflect.Type]bool) {
	t.Helper()
	if seen[running] {
		return
	}
	seen[running] = true
	name := running.String()
	assert.Equal(t, running.Kind(), read.Kind(), name)
	pointer := reflect.PointerTo(running)
	assert.Equal(t, running.NumMethod() > 0 || pointer.NumMethod() > 0, read.HasMethods(), name)
	switch running.Kind() {
	case reflect.Array, reflect.Map, reflect.Pointer, reflect.Slice, reflect.Chan:
		compare(t, read.Elem(), running.Elem(), seen)
	case reflect.Struct:
		require.Equal(t, running.NumField(), read.NumField(), name)
		for i := range running.NumField() {
			want, got := running.Field(i), read.Field(i)
			assert.Equal(t, tags.Field{Name: want.Name, Tag: string(want.Tag), Type: got.Type, Exported: want.IsExported(), Embedded: want.Anonymous}, got, name)
			compare(t, got.Type, want.Type, seen)
		}
	}
}
