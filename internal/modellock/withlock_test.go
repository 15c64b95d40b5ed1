package modellock_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/atomicfile"
	"github.com/ddbcrypt/ddbcrypt/internal/modellock"
)

// holder makes the test binary a process that holds the lock of the folder that
// the variable names until its input ends.
const holder = "DDBCRYPT_TEST_HOLD_LOCK"

func TestMain(m *testing.M) {
	if dir := os.Getenv(holder); dir != "" {
		if err := modellock.WithLock(context.Background(), dir, func() error {
			fmt.Println("locked")
			_, err := io.Copy(io.Discard, os.Stdin)
			return err
		}); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// ownCache keeps lock files out of the cache of whoever runs the tests.
func ownCache(t *testing.T) string {
	cache := t.TempDir()
	for _, variable := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData"} {
		t.Setenv(variable, cache)
	}
	return cache
}

func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}

func TestWithLockLetsOneAtWork(t *testing.T) {
	ownCache(t)
	dir := t.TempDir()
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(dir, link))
	path := filepath.Join(dir, "count")
	require.NoError(t, os.WriteFile(path, []byte("0"), 0o600))
	var inside atomic.Int64
	var wg sync.WaitGroup
	const writers = 20
	errs := make([]error, writers)
	for i := range writers {
		wg.Go(func() {
			errs[i] = modellock.WithLock(t.Context(), []string{dir, link}[i%2], func() error {
				if inside.Add(1) != 1 {
					return errors.New("not alone")
				}
				defer inside.Add(-1)
				text, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				n, err := strconv.Atoi(string(text))
				if err != nil {
					return err
				}
				return atomicfile.Write(path, []byte(strconv.Itoa(n+1)))
			})
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, strconv.Itoa(writers), string(text))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1, "no lock file in the package")
}

func TestWithLockKeepsProcessesApart(t *testing.T) {
	ownCache(t)
	dir := t.TempDir()
	process := exec.Command(os.Args[0])
	process.Env = append(os.Environ(), holder+"="+dir)
	input := must(process.StdinPipe())
	output := must(process.StdoutPipe())
	require.NoError(t, process.Start())
	t.Cleanup(func() { _ = process.Process.Kill() })
	line, err := bufio.NewReader(output).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "locked\n", line)

	err = modellock.WithLock(soon(t), dir, func() error { return errors.New("called") })
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.EqualError(t, err, "another ddbcryptgen is at work in "+dir+"; wait until it is done, or end it: context deadline exceeded")
	require.NoError(t, modellock.WithLock(soon(t), t.TempDir(), func() error { return nil }), "another folder")

	waiting := make(chan error)
	go func() { waiting <- modellock.WithLock(t.Context(), dir, func() error { return nil }) }()
	require.NoError(t, input.Close())
	require.NoError(t, process.Wait())
	require.NoError(t, <-waiting)
}

func TestWithLockGoesOnAfterAProcessThatWasKilled(t *testing.T) {
	ownCache(t)
	dir := t.TempDir()
	process := exec.Command(os.Args[0])
	process.Env = append(os.Environ(), holder+"="+dir)
	_ = must(process.StdinPipe())
	output := must(process.StdoutPipe())
	require.NoError(t, process.Start())
	_, err := bufio.NewReader(output).ReadString('\n')
	require.NoError(t, err)
	require.NoError(t, process.Process.Kill())
	require.Error(t, process.Wait())
	require.NoError(t, modellock.WithLock(t.Context(), dir, func() error { return nil }))
}

func TestWithLockReturnsTheError(t *testing.T) {
	ownCache(t)
	dir, failed := t.TempDir(), errors.New("failed")
	require.ErrorIs(t, modellock.WithLock(t.Context(), dir, func() error { return failed }), failed)
	require.Panics(t, func() { _ = modellock.WithLock(t.Context(), dir, func() error { panic("no") }) })
	require.NoError(t, modellock.WithLock(soon(t), dir, func() error { return nil }), "it is free again")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	called := errors.New("called")
	err := modellock.WithLock(ctx, dir, func() error { return called })
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, called)
	require.NotContains(t, err.Error(), "another ddbcryptgen")

	err = modellock.WithLock(t.Context(), filepath.Join(dir, "missing"), func() error { return called })
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "cannot lock "+filepath.Join(dir, "missing"))
}

func TestWithLockDoesWithoutACacheFolder(t *testing.T) {
	cache := ownCache(t)
	require.NoError(t, os.Remove(cache))
	require.NoError(t, os.WriteFile(cache, nil, 0o600))
	temporary := t.TempDir()
	for _, variable := range []string{"TMPDIR", "TMP"} {
		t.Setenv(variable, temporary)
	}
	dir := t.TempDir()
	require.NoError(t, modellock.WithLock(t.Context(), dir, func() error {
		err := modellock.WithLock(soon(t), dir, func() error { return nil })
		require.ErrorIs(t, err, context.DeadlineExceeded)
		return nil
	}))
	entries, err := os.ReadDir(temporary)
	require.NoError(t, err)
	require.Len(t, entries, 1)

	require.NoError(t, os.RemoveAll(filepath.Join(temporary, entries[0].Name())))
	require.NoError(t, os.WriteFile(filepath.Join(temporary, entries[0].Name()), nil, 0o600))
	require.ErrorContains(t, modellock.WithLock(t.Context(), dir, func() error { return nil }), "cannot lock "+dir)
}
