package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"sync"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/config"
)

// session is what one run of the command shares.
type session struct {
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer // safe for concurrent use
	logger *slog.Logger

	// waits is set if items wait for a service.
	waits bool

	// Flags.
	configFile string
	failFast   bool
	verbose    bool
}

func newSession(stdin io.Reader, stdout, stderr io.Writer) *session {
	shared := &sharedWriter{w: stderr}
	handler := slog.NewTextHandler(shared, &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}})
	return &session{stdin: stdin, stdout: stdout, stderr: shared, logger: slog.New(handler)}
}

// configVariable names the configuration where no flag does.
const configVariable = "DDBCRYPT_CONFIG"

// config reads the configuration that is named by the flag or the environment.
func (s *session) config() (*config.Config, error) {
	file := s.configFile
	if file == "" {
		file = os.Getenv(configVariable)
	}
	if file == "" {
		return nil, errors.New("no configuration; give --config FILE or set $" + configVariable)
	}
	return s.load(file)
}

// load reads a configuration with keys that items are handled with.
func (s *session) load(file string) (*config.Config, error) {
	c, err := config.Load(file)
	if err == nil && c.CallsPerItem() {
		s.waits = true
	}
	return c, err
}

// table returns the configured table's item encryptor with the keys that the
// purpose needs.
func (s *session) table(ctx context.Context, purpose config.Purpose) (crypto.TableEncryptor, *config.Config, error) {
	c, err := s.config()
	if err != nil {
		return nil, nil, err
	}
	encryptor, err := c.Encryptor(ctx, purpose, crypto.WithLogger(s.logger))
	if err != nil {
		return nil, nil, err
	}
	table, err := encryptor.For(c.Context(), c.Actions())
	return table, c, err
}

// warnIfNothing says that a verification is none.
func (s *session) warnIfNothing(c *config.Config) {
	if c.Actions().PassThrough() {
		s.logger.Warn("every action is none: no item is verified")
	}
}

// sharedWriter serializes writes: log lines come from several goroutines.
type sharedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (w *sharedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.w.Write(p)
}
