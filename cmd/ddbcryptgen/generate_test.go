package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/modellock"
)

// packageOf makes a module with one package of a file, and returns its folder.
func packageOf(t testing.TB, text string) string {
	t.Helper()
	for name, value := range goEnvironment() {
		t.Setenv(name, value)
	}
	dir := t.TempDir()
	require.NoError(t, writeModule(dir, "example.com/app"))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "app.go"), []byte(text), 0o600))
	return dir
}

const oneType = "package app\n\ntype User struct {\n\tID string `ddbcrypt:\"partition\"`\n}\n"

func TestAnInterruptedRunWritesNothing(t *testing.T) {
	dir := packageOf(t, oneType)
	o := options{dir: dir, types: []string{"User"}, patterns: []string{"."}}
	ctx, cancel := context.WithCancel(t.Context())

	t.Run("while it reads the package", func(t *testing.T) {
		for after := time.Duration(0); after < 40*time.Millisecond; after += 10 * time.Millisecond {
			ctx, cancel := context.WithTimeout(t.Context(), after)
			defer cancel()
			var out bytes.Buffer
			if err := generate(ctx, o, &out); err != nil { // else it was quicker
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.NotContains(t, err.Error(), "signal: killed")
				require.Empty(t, out)
				requireFiles(t, dir, "app.go", "go.mod", "go.sum")
			}
		}
	})
	t.Run("while another one is at work", func(t *testing.T) {
		require.NoError(t, modellock.WithLock(t.Context(), dir, func() error {
			time.AfterFunc(100*time.Millisecond, cancel)
			err := generate(ctx, o, io.Discard)
			require.ErrorIs(t, err, context.Canceled)
			return nil
		}))
		requireFiles(t, dir, "app.go", "go.mod", "go.sum")
	})
	t.Run("before it writes", func(t *testing.T) {
		path := filepath.Join(dir, "app_ddbcrypt.go")
		err := changes{files: map[string][]byte{path: []byte("text")}}.write(ctx)
		require.EqualError(t, err, "interrupted, so that nothing is written for "+dir+": context canceled")
		requireFiles(t, dir, "app.go", "go.mod", "go.sum")
	})
	t.Run("and the next one goes on", func(t *testing.T) {
		require.NoError(t, generate(t.Context(), o, io.Discard))
		requireFiles(t, dir, "app.go", "app_ddbcrypt.go", "ddbcrypt.lock.json", "go.mod", "go.sum")
	})
}

func requireFiles(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var got []string
	for _, entry := range entries {
		got = append(got, entry.Name())
	}
	require.Equal(t, want, got)
}

// failing is a standard output that is closed.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestNotesThatCannotBePrintedAreAnError(t *testing.T) {
	dir := packageOf(t, oneType)
	err := generate(t.Context(), options{dir: dir, types: []string{"User"}, patterns: []string{"."}}, failing{})
	require.ErrorIs(t, err, io.ErrClosedPipe)
	assert.FileExists(t, filepath.Join(dir, "app_ddbcrypt.go"))
}

func TestPackagesCanImportInternalOnesOfTheirParents(t *testing.T) {
	for _, c := range []struct {
		path, by string
		can      bool
	}{
		{"example.com/a", "example.com/b", true},
		{"example.com/a/internal", "example.com/a", true},
		{"example.com/a/internal/x", "example.com/a/b", true},
		{"example.com/a/internal/x", "example.com/ab", false},
		{"example.com/a/internal/x", "example.com", false},
		{"example.com/internals/x", "other.org", true},
		{"example.com/internal/a/internal/x", "example.com/b", false},
		{"example.com/internal/a/internal/x", "example.com/internal/a/b", true},
		{"internal/x", "example.com/a", false},
	} {
		assert.Equal(t, c.can, isImportable(c.path, c.by), "%+v", c)
	}
}

// BenchmarkGenerate generates code for 200 types of 12 fields, for the first time and
// with nothing to change.
func BenchmarkGenerate(b *testing.B) {
	dir := packageOf(b, manyTypes(200))
	var names []string
	for i := range 200 {
		names = append(names, fmt.Sprintf("Type%d", i))
	}
	o := options{dir: dir, types: names, patterns: []string{"."}}
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			require.NoError(b, os.RemoveAll(filepath.Join(dir, "app_ddbcrypt.go")))
			require.NoError(b, os.RemoveAll(filepath.Join(dir, modellock.FileName)))
			b.StartTimer()
			require.NoError(b, generate(b.Context(), o, io.Discard))
		}
	})
	b.Run("again", func(b *testing.B) {
		for b.Loop() {
			require.NoError(b, generate(b.Context(), o, io.Discard))
		}
	})
	b.Run("check", func(b *testing.B) {
		o := options{dir: dir, check: true, patterns: []string{"./..."}}
		for b.Loop() {
			require.NoError(b, generate(b.Context(), o, io.Discard))
		}
	})
}

func manyTypes(n int) string {
	var b strings.Builder
	b.WriteString("package app\n\nimport \"time\"\n\ntype part struct { Text string; Count int }\n")
	for i := range n {
		fmt.Fprintf(&b, `
type Type%d struct {
	_       struct{}  `+"`ddbcrypt:\"table=table%d\"`"+`
	ID      string    `+"`dynamodbav:\"id\" ddbcrypt:\"partition\"`"+`
	Created time.Time `+"`dynamodbav:\"created\" ddbcrypt:\"sort\"`"+`
	Email   string    `+"`dynamodbav:\"email\"`"+`
	Plan    string    `+"`dynamodbav:\"plan\" ddbcrypt:\"sign\"`"+`
	Views   int       `+"`dynamodbav:\"views\" ddbcrypt:\"none\"`"+`
	Version int64     `+"`dynamodbav:\"version\" ddbcrypt:\"version\"`"+`
	Parts   []part    `+"`dynamodbav:\"parts\"`"+`
	Labels  []string  `+"`dynamodbav:\"labels,stringset\"`"+`
	Notes   map[string]string
	Part    *part
	Data    []byte
	Any     any
}
`, i, i)
	}
	return b.String()
}
