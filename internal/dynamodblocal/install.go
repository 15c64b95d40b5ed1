package dynamodblocal

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// pom names the version to install; where it comes from is Maven's
// configuration.
//
//go:embed pom.xml
var pom []byte

// install returns the directory with the libraries of DynamoDB Local. The
// first call copies them there with Maven; another pom gets another directory.
func install(ctx context.Context) (string, error) {
	cache, err := cacheDirectory()
	if err != nil {
		return "", err
	}
	lib := filepath.Join(cache, fmt.Sprintf("lib-%x", sha256.Sum256(pom))[:16])
	if _, err := os.Stat(lib); err == nil {
		return lib, nil
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", err
	}
	// Several test processes may install at the same time: each does so in a
	// directory of its own, and the first to rename it wins.
	work, err := os.MkdirTemp(cache, "install-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(work)
	if err := copyLibraries(ctx, work); err != nil {
		return "", err
	}
	if err := os.Rename(filepath.Join(work, "lib"), lib); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	return lib, nil
}

func cacheDirectory() (string, error) {
	if directory := os.Getenv(CacheVariable); directory != "" {
		return filepath.Abs(directory)
	}
	directory, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no directory for dynamodb local, set %s: %w", CacheVariable, err)
	}
	return filepath.Join(directory, "ddbcrypt-dynamodb-local"), nil
}

// copyLibraries downloads DynamoDB Local to the directory lib in work.
func copyLibraries(ctx context.Context, work string) error {
	if err := os.WriteFile(filepath.Join(work, "pom.xml"), pom, 0o644); err != nil {
		return err
	}
	command := exec.CommandContext(ctx, "mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory="+filepath.Join(work, "lib"))
	command.Dir = work
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("maven cannot copy dynamodb local: %w: %s", err, output)
	}
	return nil
}
