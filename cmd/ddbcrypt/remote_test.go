package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/config"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
)

// writeConfig writes a configuration, and hides what the SDK would find on the
// machine.
func writeConfig(t *testing.T, format string, args ...any) string {
	t.Helper()
	for _, name := range []string{"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"} {
		t.Setenv(name, os.DevNull)
	}
	t.Setenv("AWS_PROFILE", "")
	file := filepath.Join(t.TempDir(), "c.yaml")
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, format, args...), 0o600))
	return file
}

func TestItemsThatWaitForAServiceOverlap(t *testing.T) {
	const items = 200
	kms := memkms.New()
	server := httptest.NewServer(kms)
	defer server.Close()
	file := writeConfig(t, "partition_key: id\nsort_key: created\nprovider: {type: kms, key_id: %q}\nendpoints: {kms: %q}\n", kms.CreateKey("eu-west-1"), server.URL)
	var running, most atomic.Int64
	kms.Inject(func(memkms.Request) memkms.Fault {
		now := running.Add(1)
		defer running.Add(-1)
		for peak := most.Load(); now > peak && !most.CompareAndSwap(peak, now); peak = most.Load() {
		}
		time.Sleep(5 * time.Millisecond)
		return memkms.Fault{}
	})
	var plain strings.Builder
	for i := range items {
		plain.WriteString(itemLine(i))
	}
	code, sealed, stderr := execute(t, strings.NewReader(plain.String()), "item", "encrypt", "--config", file)
	require.Equal(t, 0, code, stderr)
	code, opened, stderr := execute(t, strings.NewReader(sealed), "item", "decrypt", "--config", file)
	require.Equal(t, 0, code, stderr)
	assert.True(t, plain.String() == opened, "decrypted items differ from the plaintext or in order")
	assert.Greater(t, most.Load(), int64(min(runtime.GOMAXPROCS(0)+1, config.Concurrency-1)))
	assert.LessOrEqual(t, most.Load(), int64(max(runtime.GOMAXPROCS(0), config.Concurrency)+1))
	assert.Equal(t, items, kms.Count("Decrypt"))
}

// silent serves nothing, until the test ends; called is closed by the first call.
func silent(t *testing.T) (url string, called chan struct{}) {
	called = make(chan struct{})
	ended := make(chan struct{})
	var first atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if first.CompareAndSwap(false, true) {
			close(called)
		}
		select {
		case <-ended:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(func() {
		close(ended)
		server.Close()
	})
	return server.URL, called
}

func TestInterruptEndsACommandThatWaitsForAService(t *testing.T) {
	const kms = "provider: {type: kms, key_id: \"arn:aws:kms:eu-west-1:111122223333:key/a\"}\nendpoints: {kms: %q}\n"
	const store = "provider: {type: most_recent, material_name: users, store: {table: keys, provider: {type: kms, key_id: \"arn:aws:kms:eu-west-1:111122223333:key/a\"}}}\nendpoints: {dynamodb: %q}\n"
	tests := []struct {
		config string
		args   []string
	}{
		{kms, []string{"item", "encrypt"}},
		{store, []string{"item", "encrypt"}},
		{store, []string{"metastore", "create"}},
		{store, []string{"metastore", "list"}},
		{store, []string{"metastore", "rotate"}},
	}
	for _, tt := range tests {
		t.Run(strings.Join(tt.args, " "), func(t *testing.T) {
			url, called := silent(t)
			file := writeConfig(t, tt.config, url)
			ctx, interrupt := context.WithCancel(t.Context())
			defer interrupt()
			var stderr bytes.Buffer
			ended := make(chan int, 1)
			go func() {
				ended <- run(ctx, append(tt.args, "--config", file), strings.NewReader(itemLine(0)), io.Discard, &stderr)
			}()
			select {
			case <-called:
			case code := <-ended:
				t.Fatalf("it ended with %d: %s", code, stderr.String())
			}
			interrupt()
			select {
			case code := <-ended:
				assert.Equal(t, 1, code)
				assert.Equal(t, "ddbcrypt: interrupted\n", stderr.String())
			case <-time.After(30 * time.Second):
				t.Fatal("the command goes on")
			}
		})
	}
}

func TestMetastoreOutputThatFailsEndsACommand(t *testing.T) {
	file := writeConfig(t, "provider: {type: most_recent, material_name: users, store: {table: keys}}\nendpoints: {dynamodb: %q}\n", emptyStore(t))
	for _, args := range [][]string{{"create"}, {"create", "--json"}, {"list"}} {
		var stderr bytes.Buffer
		code := run(t.Context(), append([]string{"metastore", "--config", file}, args...), nil, brokenWriter{}, &stderr)
		assert.Equal(t, 1, code)
		assert.Equal(t, "ddbcrypt: standard output: no space left on device\n", stderr.String())
	}
}
