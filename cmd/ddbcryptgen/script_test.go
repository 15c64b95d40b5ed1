package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"ddbcryptgen": main})
}

// TestScripts runs the commands in testdata. Each script starts in the folder of the
// module example.com/app, which requires this repository and needs no network.
func TestScripts(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, scripts)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			for name, value := range goEnvironment() {
				env.Setenv(name, value)
			}
			env.Setenv("HOME", filepath.Join(env.WorkDir, ".home"))
			env.Setenv("GORACE", "atexit_sleep_ms=0") // a second for each command otherwise
			snapshots := map[string]string{}
			env.Values["snapshot"] = snapshots
			return writeModule(env.WorkDir, "example.com/app")
		},
		Condition: func(name string) (bool, error) {
			if name != "root" {
				return false, fmt.Errorf("unknown condition %q", name)
			}
			return os.Getuid() == 0, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     exits,
			"module":    module,
			"pointsat":  pointsAt,
			"replace":   replace,
			"snapshot":  snapshot,
			"unchanged": unchanged,
		},
	})
}

// goEnvironment is that of the go command: its caches, and no network.
var goEnvironment = sync.OnceValue(func() map[string]string {
	values := map[string]string{"GOPROXY": "off", "GOTOOLCHAIN": "local", "GOFLAGS": "", "GOWORK": "", "GOOS": "", "GOARCH": ""}
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPATH"} {
		text, err := exec.Command("go", "env", name).Output()
		if err != nil {
			panic(err)
		}
		values[name] = strings.TrimSpace(string(text))
	}
	return values
})

// writeModule writes the go.mod and go.sum of a module that requires this one, with the
// versions that this one has.
func writeModule(dir, path string) error {
	root, err := filepath.Abs("../..")
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return err
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		return err
	}
	own, requirements, _ := strings.Cut(string(text), "\n")
	own = strings.TrimPrefix(own, "module ")
	mod := fmt.Sprintf("module %s\n%s\nrequire %s v0.0.0\n\nreplace %s => %s\n", path, requirements, own, own, root)
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(mod), 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o600)
}

// module DIR PATH makes the module of that path in the folder.
func module(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o700))
	ts.Check(writeModule(dir, args[1]))
}

// exits CODE COMMAND [ARG…] runs a command that ends with that exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARG…]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		failed, ok := err.(*exec.ExitError)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = failed.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// replace OLD NEW FILE replaces a text that must be in the file.
func replace(ts *testscript.TestScript, _ bool, args []string) {
	before := ts.ReadFile(args[2])
	after := strings.ReplaceAll(before, args[0], args[1])
	if after == before {
		ts.Fatalf("%s is not in %s", args[0], args[2])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(after), 0o600))
}

// pointsat TEXT checks that a position in the last standard error is a line with the text.
func pointsAt(ts *testscript.TestScript, _ bool, args []string) {
	stderr := ts.ReadFile("stderr")
	for _, at := range regexp.MustCompile(`(?m)^(\S+\.go):(\d+):`).FindAllStringSubmatch(stderr, -1) {
		number, err := strconv.Atoi(at[2])
		ts.Check(err)
		if strings.Contains(strings.Split(ts.ReadFile(at[1]), "\n")[number-1], args[0]) {
			return
		}
	}
	ts.Fatalf("no position is a line with %q", args[0])
}

// snapshot remembers all files, for unchanged.
func snapshot(ts *testscript.TestScript, _ bool, _ []string) {
	files := ts.Value("snapshot").(map[string]string)
	clear(files)
	ts.Check(eachFile(ts.MkAbs("."), func(path, text string) { files[path] = text }))
}

// unchanged checks that the files are those of the last snapshot.
func unchanged(ts *testscript.TestScript, _ bool, _ []string) {
	files := ts.Value("snapshot").(map[string]string)
	n := 0
	ts.Check(eachFile(ts.MkAbs("."), func(path, text string) {
		if before, ok := files[path]; !ok || before != text {
			ts.Fatalf("%s is new or changed", path)
		}
		n++
	}))
	if n != len(files) {
		ts.Fatalf("%d files are gone", len(files)-n)
	}
}

func eachFile(dir string, do func(path, text string)) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.Name() == ".home" || entry.Name() == ".tmp" {
			return fs.SkipDir
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		text, err := os.ReadFile(path)
		do(path, string(text))
		return err
	})
}
