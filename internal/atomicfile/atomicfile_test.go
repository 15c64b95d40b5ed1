package atomicfile

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func put(t *testing.T, path, content string, mode os.FileMode) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	require.NoError(t, os.Chmod(path, mode))
}

// requireOnly checks that the folder has this one file with this content.
func requireOnly(t *testing.T, path, content string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1)
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, content, string(got))
}

func requireMode(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, mode, info.Mode().Perm())
}

func TestWriteMakesANewFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.go")
	require.NoError(t, Write(path, []byte("new")))
	requireOnly(t, path, "new")
	requireMode(t, path, 0o644)
}

func TestWriteReplacesAFileAndKeepsItsMode(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.go")
	put(t, path, "a long old content", 0o640)
	require.NoError(t, Write(path, []byte("new")))
	requireOnly(t, path, "new")
	requireMode(t, path, 0o640)
	require.NoError(t, Write(path, nil))
	requireOnly(t, path, "")
}

func TestWriteDoesNotTouchAFileThatHasTheContent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.go")
	put(t, path, "same", 0o444)
	past := time.Now().Add(-time.Hour)
	require.NoError(t, os.Chtimes(path, past, past))
	before, err := os.Stat(path)
	require.NoError(t, err)

	require.NoError(t, Write(path, []byte("same")))
	after, err := os.Stat(path)
	require.NoError(t, err)
	require.True(t, os.SameFile(before, after))
	require.Equal(t, before.ModTime(), after.ModTime())
	require.NoError(t, Write(path, []byte("other")), "the control")
	after, err = os.Stat(path)
	require.NoError(t, err)
	require.False(t, os.SameFile(before, after))
}

func TestWriteFollowsASymbolicLink(t *testing.T) {
	target := filepath.Join(t.TempDir(), "target")
	put(t, target, "old", 0o600)
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(target, link))
	require.NoError(t, Write(link, []byte("new")))
	requireOnly(t, target, "new")
	info, err := os.Lstat(link)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeSymlink)
}

func TestWriteSaysWhatIsInTheWay(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "file"), "old", 0o644)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "folder"), 0o755))
	for path, want := range map[string]string{
		"folder":       "no regular file has this name; move it away",
		"missing/a":    "its folder must exist and be writable",
		"file/a":       "not a directory",
		"folder/a\x00": "invalid argument",
	} {
		path = filepath.Join(dir, path)
		err := Write(path, []byte("new"))
		require.ErrorContains(t, err, "cannot write "+path)
		require.ErrorContains(t, err, want)
	}
	entries, err := os.ReadDir(filepath.Join(dir, "folder"))
	require.NoError(t, err)
	require.Empty(t, entries)
}

func TestWriteSaysThatAFolderIsReadOnly(t *testing.T) {
	dir := readOnlyFolder(t)
	err := Write(filepath.Join(dir, "ddbcrypt-test"), []byte("new"))
	require.ErrorContains(t, err, "its folder must exist and be writable")
}

// readOnlyFolder returns a folder in which nobody makes files, not even root.
func readOnlyFolder(t *testing.T) string {
	if os.Geteuid() == 0 {
		return "/proc/self"
	}
	dir := t.TempDir()
	require.NoError(t, os.Chmod(dir, 0o500))
	return dir
}

func TestAFailureLeavesTheOldContentAndNothingElse(t *testing.T) {
	failed := errors.New("failed")
	for name, fill := range map[string]func(*os.File) error{
		"writing fails": func(f *os.File) error {
			_, err := f.WriteString("half")
			require.NoError(t, err)
			return failed
		},
		"closing fails":  func(f *os.File) error { return f.Close() },
		"renaming fails": func(f *os.File) error { return os.Remove(f.Name()) },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.go")
			put(t, path, "old", 0o644)
			require.Error(t, replace(path, fill))
			requireOnly(t, path, "old")
		})
	}
}

func TestATargetThatBecomesAFolderIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.go")
	require.Error(t, replace(path, func(*os.File) error { return os.MkdirAll(filepath.Join(path, "inner"), 0o755) }))
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1)
	require.DirExists(t, filepath.Join(path, "inner"))
}
