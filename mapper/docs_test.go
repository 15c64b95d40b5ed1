package mapper_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pages are those whose code and outputs are in the examples, and in a test file of
// their own.
var pages = []string{"mapper.md", "queries.md", "batches-and-transactions.md", "concurrency.md", "tables.md", "porting.md"}

func TestTheCodeAndOutputsOfThePagesAreThoseOfExamples(t *testing.T) {
	var program string
	for _, pattern := range []string{"example_*test.go", "docs_porting_test.go"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			source, err := os.ReadFile(file)
			require.NoError(t, err)
			program += unindented(string(source))
		}
	}
	for _, page := range pages {
		text := document(t, page)
		code := blocksOf(text, "go")
		require.NotEmpty(t, code, page)
		for _, block := range code {
			// What a page shows as one block may be apart in a program.
			for part := range strings.SplitSeq(block, "\n\n") {
				assert.Contains(t, program, unindented(part), page)
			}
		}
		for _, block := range blocksOf(text, "text") {
			for line := range strings.Lines(block) {
				assert.Contains(t, program, "// "+line, page) // an output
			}
		}
	}
}

func document(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "docs", page))
	require.NoError(t, err)
	return string(text)
}

func blocksOf(text, language string) (found []string) {
	for _, match := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(text, -1) {
		found = append(found, match[1])
	}
	return found
}

var quotedName = regexp.MustCompile("`([^`]+)`")

func TestEveryFeatureOfThePagesHasATest(t *testing.T) {
	tests := testsIn(t, ".", "../tags", "../interop")
	for _, page := range pages {
		rows := featureRows(document(t, page))
		assert.NotEmpty(t, rows, page)
		for _, row := range rows {
			names := quotedName.FindAllStringSubmatch(row[len(row)-1], -1)
			assert.NotEmpty(t, names, "%s: the row %q names no test", page, row)
			for _, name := range names {
				assert.True(t, tests[name[1]], "%s: there is no test %q", page, name[1])
			}
		}
	}
}

// featureRows are the rows of a page's tables whose last column is "test".
func featureRows(text string) (rows [][]string) {
	within := false
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		switch last := strings.TrimSpace(cells[len(cells)-1]); {
		case !strings.HasPrefix(line, "|"):
			within = false
		case last == "test":
			within = true
		case within && !strings.HasPrefix(line, "|---"):
			rows = append(rows, cells)
		}
	}
	return rows
}

// testsIn are the names of tests and examples, and the sentences of the suite.
func testsIn(t *testing.T, directories ...string) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, directory := range directories {
		files, err := filepath.Glob(filepath.Join(directory, "*_test.go"))
		require.NoError(t, err)
		require.NotEmpty(t, files, directory)
		for _, file := range files {
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
			require.NoError(t, err)
			ast.Inspect(parsed, func(n ast.Node) bool {
				if name, ok := testName(n); ok {
					names[name] = true
				}
				return true
			})
		}
	}
	return names
}

// testName is the name of a test function, or an index of the suite.
func testName(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.FuncDecl:
		name := n.Name.Name
		return name, strings.HasPrefix(name, "Test") || strings.HasPrefix(name, "Example")
	case *ast.IndexExpr:
		suite, ok := n.X.(*ast.Ident)
		sentence, isLiteral := n.Index.(*ast.BasicLit)
		if ok && isLiteral && suite.Name == "suite" {
			name, err := strconv.Unquote(sentence.Value)
			return name, err == nil
		}
	}
	return "", false
}
