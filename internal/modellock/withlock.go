package modellock

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// retry is how long a process waits before it asks again for the lock.
const retry = 20 * time.Millisecond

// WithLock calls do while no other process and no other call of this one is in
// WithLock for the same folder, as long as they run as the same user. It waits
// until the context is done, and then returns its error without calling do. The
// folder itself gets no lock file, since it may be under version control.
func WithLock(ctx context.Context, dir string, do func() error) (err error) {
	path, err := lockPath(dir)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("cannot lock %s: %w", dir, err)
	}
	lock := flock.New(path)
	_, err = lock.TryLockContext(ctx, retry)
	switch {
	case err != nil && ctx.Err() != nil:
		return fmt.Errorf("another ddbcryptgen is at work in %s; wait until it is done, or end it: %w", dir, err)
	case err != nil:
		return fmt.Errorf("cannot lock %s: %w", dir, err)
	}
	// The file stays: somebody may wait for it already.
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	return do()
}

// lockPath returns the lock file of a folder, which is the same for every path
// that leads there.
func lockPath(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return "", err
	}
	locks, err := locksFolder()
	if err != nil {
		return "", err
	}
	return filepath.Join(locks, fmt.Sprintf("%x.lock", sha256.Sum256([]byte(dir)))), nil
}

// locksFolder is in the user's cache or, where that cannot be made, among the
// temporary files.
func locksFolder() (string, error) {
	if cache, err := os.UserCacheDir(); err == nil {
		locks := filepath.Join(cache, "ddbcryptgen")
		if os.MkdirAll(locks, 0o700) == nil {
			return locks, nil
		}
	}
	locks := filepath.Join(os.TempDir(), fmt.Sprintf("ddbcryptgen-%d", os.Getuid()))
	return locks, os.MkdirAll(locks, 0o700)
}
