package interop

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// CacheVariable names the environment variable that says where the peers are installed.
// The default is ddbcrypt-interop in the user's cache directory.
const CacheVariable = "DDBCRYPT_INTEROP_CACHE"

//go:embed java/pom.xml java/src
var javaSources embed.FS

//go:embed python/requirements.txt python/peer.py
var pythonSources embed.FS

//go:embed moto/requirements.txt
var motoSources embed.FS

// An Installation is a program that is ready to run.
type Installation struct {
	// Name is that of the program: for a peer, the client and its version.
	Name string

	command []string
}

// Names of the published clients, as in [Golden].
const (
	JavaClient   = "java 2.0.3"
	PythonClient = "python 3.3.0"
)

// InstallJava builds the Java peer, unless the cache has it already. It needs mvn and java on the PATH
// and the network for the first build.
func InstallJava(ctx context.Context) (*Installation, error) {
	dir, err := install(javaSources, "java", func(dir string) error {
		return run(ctx, dir, "mvn", "--batch-mode", "--quiet", "package")
	})
	if err != nil {
		return nil, fmt.Errorf("interop: install the Java peer (is there a JDK 17 with Maven?): %w", err)
	}
	target := filepath.Join(dir, "target")
	classPath := filepath.Join(target, "interop.jar") + string(os.PathListSeparator) + filepath.Join(target, "lib", "*")
	return &Installation{
		Name:    JavaClient,
		command: []string{"java", "-XX:+UseSerialGC", "-Xmx1g", "-cp", classPath, "ddbcrypt.interop.Main"},
	}, nil
}

// InstallPython makes a virtual environment with the Python peer, unless the cache has it already.
// It needs python3 with venv on the PATH and the network for the first build.
func InstallPython(ctx context.Context) (*Installation, error) {
	dir, err := installPython(ctx, pythonSources, "python")
	if err != nil {
		return nil, fmt.Errorf("interop: install the Python peer (is there a Python 3.11 with venv?): %w", err)
	}
	return &Installation{Name: PythonClient, command: []string{pythonIn(dir), filepath.Join(dir, "peer.py")}}, nil
}

// InstallMoto makes a virtual environment with moto's server, in the same way.
func InstallMoto(ctx context.Context) (*Installation, error) {
	dir, err := installPython(ctx, motoSources, "moto")
	if err != nil {
		return nil, fmt.Errorf("interop: install moto (is there a Python 3.11 with venv?): %w", err)
	}
	return &Installation{Name: "moto", command: []string{pythonIn(dir), "-m", "moto.server"}}, nil
}

// installPython is [install] for sources with a requirements.txt.
func installPython(ctx context.Context, sources embed.FS, name string) (string, error) {
	return install(sources, name, func(dir string) error {
		if err := run(ctx, dir, "python3", "-m", "venv", "venv"); err != nil {
			return err
		}
		return run(ctx, dir, filepath.Join("venv", "bin", "python"),
			"-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", "requirements.txt")
	})
}

// pythonIn is the interpreter of an installation. Programs that pip installs name the directory that they were built in.
func pythonIn(dir string) string { return filepath.Join(dir, "venv", "bin", "python") }

// install returns the cache directory for exactly these sources. It builds in a directory of its own and
// renames it at the end, so a broken or concurrent build leaves nothing half done under the final name.
func install(sources embed.FS, name string, build func(dir string) error) (string, error) {
	cache, err := cacheDir()
	if err != nil {
		return "", err
	}
	tree, err := fs.Sub(sources, name)
	if err != nil {
		return "", err
	}
	sum, err := digest(tree)
	if err != nil {
		return "", err
	}
	final := filepath.Join(cache, name+"-"+sum)
	if installed(final) {
		return final, nil
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp(cache, name+"-building-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	if err := os.CopyFS(dir, tree); err != nil {
		return "", err
	}
	if err := build(dir); err != nil {
		return "", err
	}
	if err := os.Rename(dir, final); err != nil && !installed(final) {
		return "", err
	}
	return final, nil
}

func installed(dir string) bool {
	_, err := os.Stat(dir)
	return err == nil
}

func cacheDir() (string, error) {
	if dir := os.Getenv(CacheVariable); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no cache directory (set %s): %w", CacheVariable, err)
	}
	return filepath.Join(dir, "ddbcrypt-interop"), nil
}

// digest names a source tree by its paths and contents.
func digest(tree fs.FS) (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(tree, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		file, err := tree.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		fmt.Fprintf(sum, "%s\n", path)
		_, err = io.Copy(sum, file)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil)[:8]), err
}

func run(ctx context.Context, dir, name string, args ...string) error {
	if filepath.Base(name) != name {
		name = filepath.Join(dir, name)
	}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		return errors.Join(fmt.Errorf("%s: %w", filepath.Base(name), err), errors.New(tail(output.Bytes())))
	}
	return nil
}
