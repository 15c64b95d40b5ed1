// Package atomicfile replaces files as a whole: whoever reads one sees the old
// content or the new one, never a part.
package atomicfile

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// newMode is the mode of a file that did not exist, as of source code.
const newMode = 0o644

// Write makes data the content of the file. It writes a temporary file in the
// same folder and renames it, so the folder must be writable; the temporary file
// is gone afterwards, whatever happens. An existing file keeps its mode, a
// symbolic link its place, and a file with that content already is not touched.
func Write(path string, data []byte) error {
	if err := write(path, data); err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	return nil
}

func write(path string, data []byte) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	mode := fs.FileMode(newMode)
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return errors.New("something that is no regular file has this name; move it away")
	default:
		old, err := os.ReadFile(path)
		if err == nil && bytes.Equal(old, data) {
			return nil
		}
		mode = info.Mode().Perm()
	}
	return replace(path, func(f *os.File) error {
		if _, err := f.Write(data); err != nil {
			return err
		}
		if err := f.Chmod(mode); err != nil {
			return err
		}
		return f.Sync()
	})
}

// replace puts a file that fill has filled in the place of path.
func replace(path string, fill func(*os.File) error) (err error) {
	// The go command ignores names with a dot in front, should the process be killed.
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return fmt.Errorf("its folder must exist and be writable: %w", err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if err := fill(f); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
