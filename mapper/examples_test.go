package mapper_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEveryPublicFunctionHasAnExampleThatIsRun(t *testing.T) {
	tests, files := parsedFiles(t)
	run := map[string]bool{}
	for _, example := range doc.Examples(tests...) {
		run[example.Name] = example.Output != ""
	}
	public := 0
	for _, f := range functionsIn(files) {
		name := f.Name.Name
		if f.Recv != nil {
			name = receiver(f) + "_" + name
		}
		switch {
		case !f.Name.IsExported() || !ast.IsExported(name):
		case f.Recv != nil && (f.Name.Name == "Error" || f.Name.Name == "Unwrap"): // of errors
		default:
			public++
			assert.True(t, run[name], "there is no Example%s with an output", name)
		}
	}
	require.Greater(t, public, 50)
}

// parsedFiles are the files of this directory.
func parsedFiles(t *testing.T) (tests, others []*ast.File) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.SkipObjectResolution)
		require.NoError(t, err)
		if strings.HasSuffix(file, "_test.go") {
			tests = append(tests, parsed)
		} else {
			others = append(others, parsed)
		}
	}
	return tests, others
}

func functionsIn(files []*ast.File) (found []*ast.FuncDecl) {
	for _, file := range files {
		for _, declaration := range file.Decls {
			if f, ok := declaration.(*ast.FuncDecl); ok {
				found = append(found, f)
			}
		}
	}
	return found
}

// receiver is the name of a method's type, without pointer and type parameters.
func receiver(f *ast.FuncDecl) string {
	of := f.Recv.List[0].Type
	if pointer, ok := of.(*ast.StarExpr); ok {
		of = pointer.X
	}
	if generic, ok := of.(*ast.IndexExpr); ok {
		of = generic.X
	}
	return of.(*ast.Ident).Name
}
