package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sources are files whose build constraints stand in their names and texts.
var sources = map[string]string{
	"plain.go":                     "",
	"linux.go":                     "",
	"a_linux.go":                   "",
	"a_windows_test.go":            "",
	"windows_test.go":              "",
	"a_arm64.go":                   "",
	"a_linux_arm64.go":             "",
	"a_arm64_linux.go":             "",
	"linux_amd64.go":               "",
	"a_unix.go":                    "",
	"a_js_wasm.go":                 "",
	"a_linux.pb.go":                "",
	"a.pb_linux.go":                "",
	"a_b_android.go":               "",
	"a_illumos.go":                 "",
	"tagged.go":                    "//go:build special",
	"either_linux.go":              "//go:build special || windows",
	"either_windows_amd64_test.go": "//go:build !special || cgo",
	"commented.go":                 "// Copyright.\n\n/* a\nb */\n\n//go:build unix\n",
	"not.go":                       "//go:build !linux",
	"version.go":                   "//go:build go1.18 && !go1.999",
	"late.go":                      "/*\n//go:build windows\n*/",
	"c.go":                         "import \"C\"",
	"c_linux.go":                   "//go:build special\n\nimport (\n\"C\"\n)",
	"old.go":                       "// +build windows\n",
	"older.go":                     "// +build linux,!cgo windows\n// +build special\n",
	"notold.go":                    "// +build windows",
	"ignored.go":                   "//go:build ignore",
	"gc.go":                        "//go:build (gc || gccgo) && (linux && !386 || darwin)",
	"group.go":                     "// A comment.\n//go:build windows\n",
	"after.go":                     "//go:build linux\n// A comment.\n",
	"doc.go":                       "//go:build linux\n\n// Package p is documented.",
	"with space.go":                "//go:build darwin",
	"ünicode_linux.go":             "",
	"a_linux_ddbcrypt_special.go":  "",
	"a__linux.go":                  "",
	"two_ios.go":                   "",
	"deep_nacl_amd64p32_extra.go":  "",
	"upper_LINUX.go":               "",
	"notest_test_linux.go":         "",
	"both_linux_test.go":           "//go:build linux",
}

// A generated file is in the builds that its source is in.
func TestAGeneratedFileIsInTheBuildsOfItsSource(t *testing.T) {
	for name, value := range goEnvironment() {
		t.Setenv(name, value)
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/p\n\ngo 1.26\n"), 0o600))
	for name, text := range sources {
		source := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(source, []byte(sourceText(text)), 0o600))
		generated := "package p\n"
		if build := constraintOf(source); build != "" {
			generated = "//go:build " + build + "\n\n" + generated
		}
		require.NoError(t, os.WriteFile(outputPath(source), []byte(header+"\n\n"+generated), 0o600))
	}
	seen := map[string]int{}
	for _, platform := range []string{"linux/amd64", "linux/386", "linux/arm64", "windows/amd64", "darwin/arm64", "ios/arm64", "android/arm64", "illumos/amd64", "js/wasm"} {
		for _, cgo := range []string{"0", "1"} {
			for _, tag := range []string{"", "special"} {
				build := platform + " cgo=" + cgo + " " + tag
				files := listFiles(t, dir, platform, cgo, tag)
				for name := range sources {
					is := slices.Contains(files, name)
					assert.Equal(t, is, slices.Contains(files, filepath.Base(outputPath(name))), "%s in %s", name, build)
					if is {
						seen[name]++
					}
				}
			}
		}
	}
	for _, name := range []string{"a_linux.go", "either_linux.go", "c_linux.go", "gc.go", "a_windows_test.go", "a_linux.pb.go"} {
		assert.Positive(t, seen[name], name)
		assert.Less(t, seen[name], seen["plain.go"], name)
	}
}

// sourceText returns a file of package p: what stands in front of it, or imports.
func sourceText(text string) string {
	before, imports, found := strings.Cut(text, "import")
	if found {
		imports = "import" + imports
	}
	return before + "\npackage p\n\n" + imports + "\n"
}

// listFiles returns the files of a build, as the go command sees them.
func listFiles(t *testing.T, dir, platform, cgo, tag string) []string {
	t.Helper()
	system, machine, _ := strings.Cut(platform, "/")
	list := exec.Command("go", "list", "-e", "-tags="+tag, "-f", "{{range .GoFiles}}{{.}}\n{{end}}{{range .CgoFiles}}{{.}}\n{{end}}{{range .TestGoFiles}}{{.}}\n{{end}}", ".")
	list.Dir = dir
	list.Env = append(os.Environ(), "GOOS="+system, "GOARCH="+machine, "CGO_ENABLED="+cgo)
	output, err := list.Output()
	require.NoError(t, err)
	return strings.Split(string(output), "\n")
}
