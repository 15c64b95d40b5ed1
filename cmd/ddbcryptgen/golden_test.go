package main

import (
	"flag"
	"go/format"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/modellock"
)

var update = flag.Bool("update", false, "write the golden files")

// goldenModule makes a module with a package for each file of testdata/golden, and
// returns its folder and the types that the file's go:generate line names, by package.
func goldenModule(t *testing.T) (dir string, types map[string][]string) {
	t.Helper()
	for name, value := range goEnvironment() {
		t.Setenv(name, value)
	}
	dir, types = t.TempDir(), map[string][]string{}
	require.NoError(t, writeModule(dir, "example.com/golden"))
	inputs, err := filepath.Glob("testdata/golden/*.go")
	require.NoError(t, err)
	require.NotEmpty(t, inputs)
	for _, input := range inputs {
		text, err := os.ReadFile(input)
		require.NoError(t, err)
		directive := regexp.MustCompile(`(?m)^//go:generate .* -type (\S+)$`).FindSubmatch(text)
		require.NotNil(t, directive, input)
		name := strings.TrimSuffix(filepath.Base(input), ".go")
		types[name] = strings.Split(string(directive[1]), ",")
		require.NoError(t, os.Mkdir(filepath.Join(dir, name), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name, name+".go"), text, 0o600))
	}
	return dir, types
}

func generateIn(t *testing.T, dir string, types ...string) {
	t.Helper()
	require.NoError(t, generate(t.Context(), options{dir: dir, types: types, patterns: []string{"."}}, io.Discard))
}

func TestOutputIsThatOfTheGoldenFiles(t *testing.T) {
	dir, types := goldenModule(t)
	for name, names := range types {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(dir, name)
			generateIn(t, folder, names...)
			code := requireGolden(t, filepath.Join(folder, name+"_ddbcrypt.go"), name+".golden")
			requireGolden(t, filepath.Join(folder, modellock.FileName), name+".lock.golden")

			formatted, err := format.Source([]byte(code))
			require.NoError(t, err)
			assert.Equal(t, string(formatted), code)
			first, _, _ := strings.Cut(code, "\n")
			assert.Regexp(t, `^// Code generated .* DO NOT EDIT\.$`, first)
			assert.NotContains(t, code, dir)

			reversed := slices.Clone(names)
			slices.Reverse(reversed)
			for _, again := range [][]string{names, reversed, nil, names[:1]} {
				generateIn(t, folder, again...)
				got, err := os.ReadFile(filepath.Join(folder, name+"_ddbcrypt.go"))
				require.NoError(t, err)
				require.Equal(t, code, string(got), "%q", again)
			}
		})
	}
	requireModels(t, dir)
}

// requireModels runs a program that compares the models of generated code with those
// that reflection finds.
func requireModels(t *testing.T, dir string) {
	t.Helper()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "models"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "models", "main.go"), []byte(modelsProgram), 0o600))
	run := exec.Command("go", "run", "./models")
	run.Dir = dir
	output, err := run.CombinedOutput()
	require.NoError(t, err, "%s", output)
	require.Equal(t, "user.User true\norder.Order true\norder.Basket true\nodd.Odd true\n", string(output))
}

const modelsProgram = `package main

import (
	"fmt"
	"reflect"

	"example.com/golden/odd"
	"example.com/golden/order"
	"example.com/golden/user"
	"github.com/ddbcrypt/ddbcrypt/mapper/generated"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

func main() {
	for _, t := range []reflect.Type{reflect.TypeFor[user.User](), reflect.TypeFor[order.Order](), reflect.TypeFor[order.Basket](), reflect.TypeFor[odd.Odd]()} {
		want, err := tags.Of(t)
		if err != nil {
			panic(err)
		}
		got, err := generated.Lookup(t).Model()
		if err != nil {
			panic(err)
		}
		same := want.Fingerprint() == got.Fingerprint() && reflect.DeepEqual(want.Indexes(), got.Indexes())
		for i, a := range want.Attributes() {
			same = same && a.Type == got.Attributes()[i].Type
		}
		fmt.Println(t, same)
	}
}
`

func requireGolden(t *testing.T, path, golden string) string {
	t.Helper()
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	golden = filepath.Join("testdata", "golden", golden)
	if *update {
		require.NoError(t, os.WriteFile(golden, got, 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "run go test -update ./cmd/ddbcryptgen if that is right")
	return string(got)
}

// The files are the same in whichever order several directives run.
func TestOneTypeAfterTheOtherIsAllAtOnce(t *testing.T) {
	dir, types := goldenModule(t)
	names := types["odd"]
	folder := filepath.Join(dir, "odd")
	for _, i := range []int{1, 0} {
		generateIn(t, folder, names[i])
	}
	requireGolden(t, filepath.Join(folder, "odd_ddbcrypt.go"), "odd.golden")
	requireGolden(t, filepath.Join(folder, modellock.FileName), "odd.lock.golden")
}
