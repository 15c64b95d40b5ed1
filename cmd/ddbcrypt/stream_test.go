package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/internal/config"
	"github.com/ddbcrypt/ddbcrypt/internal/ddbjson"
)

// execute runs the command line on text and returns what it answers.
func execute(t *testing.T, stdin io.Reader, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, stdin, &out, &errs)
	return code, out.String(), errs.String()
}

var usersConfig = filepath.Join("testdata", "common", "users.yaml")

func itemLine(i int) string {
	return fmt.Sprintf(`{"created":{"N":"%d"},"email":{"S":"user%d@example.com"},"id":{"S":"user"}}`+"\n", i+1, i)
}

func TestOrderIsKept(t *testing.T) {
	const lines = 10_000
	var plain strings.Builder
	for i := range lines {
		plain.WriteString(itemLine(i))
	}
	code, sealed, stderr := execute(t, strings.NewReader(plain.String()), "item", "encrypt", "--config", usersConfig)
	require.Equal(t, 0, code, stderr)
	require.Equal(t, lines, strings.Count(sealed, "\n"))
	assert.NotContains(t, sealed, "@example.com")
	code, opened, stderr := execute(t, strings.NewReader(sealed), "item", "decrypt", "--config", usersConfig)
	require.Equal(t, 0, code, stderr)
	assert.True(t, plain.String() == opened, "decrypted items differ from the plaintext or in order")
	assert.Empty(t, stderr)
}

func TestErrorsAreInOrderToo(t *testing.T) {
	const lines = 1_000
	var text, want strings.Builder
	for i := range lines {
		if i%3 == 0 {
			text.WriteString("{\n")
			fmt.Fprintf(&want, "ddbcrypt: <stdin>:%d: the JSON text ends too early\n", i+1)
		} else {
			text.WriteString(itemLine(i))
		}
	}
	code, out, stderr := execute(t, strings.NewReader(text.String()), "item", "encrypt", "--config", usersConfig)
	assert.Equal(t, 1, code)
	assert.Equal(t, want.String(), stderr)
	assert.Equal(t, lines-(lines+2)/3, strings.Count(out, "\n"))
}

// endless is a stream of lines that measures the heap while it is read.
type endless struct {
	line      string
	at, left  int // left counts bytes
	peak      uint64
	untilHeap int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	if e.untilHeap -= len(p); e.untilHeap < 0 {
		e.untilHeap = e.left / 8
		e.peak = max(e.peak, heapInUse())
	}
	n := copy(p, e.line[e.at:])
	e.at = (e.at + n) % len(e.line)
	e.left -= n
	return n, nil
}

func heapInUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestMemoryDoesNotGrowWithTheInput(t *testing.T) {
	const size, limit = 64 << 20, 8 << 20
	line := `{"created":{"N":"1"},"email":{"S":"` + strings.Repeat("x", 8000) + `"},"id":{"S":"user"}}` + "\n"
	in := &endless{line: line, left: size / len(line) * len(line)}
	before := heapInUse()
	var stderr bytes.Buffer
	code := run(t.Context(), []string{"item", "encrypt", "--config", usersConfig}, in, io.Discard, &stderr)
	require.Equal(t, 0, code, stderr.String())
	assert.Less(t, in.peak, before+limit)
}

func TestHugeLineIsBadAndTheOthersAreDone(t *testing.T) {
	huge := `{"id":{"S":"` + strings.Repeat("x", ddbjson.MaxLineBytes) + `"}}` + "\n"
	code, out, stderr := execute(t, strings.NewReader(itemLine(1)+huge+itemLine(2)), "item", "encrypt", "--config", usersConfig)
	assert.Equal(t, 1, code)
	assert.Equal(t, 2, strings.Count(out, "\n"))
	assert.Equal(t, fmt.Sprintf("ddbcrypt: <stdin>:2: line longer than %d bytes\n", ddbjson.MaxLineBytes), stderr)
}

// received is a writer that tells of each write.
type received chan string

func (r received) Write(p []byte) (int, error) {
	r <- string(p)
	return len(p), nil
}

func TestResultsDoNotWaitForTheEndOfTheInput(t *testing.T) {
	in, feed := io.Pipe()
	out := make(received, 10)
	ended := make(chan int)
	go func() {
		ended <- run(t.Context(), []string{"item", "encrypt", "--config", usersConfig}, in, out, io.Discard)
	}()
	for i := range 3 {
		_, err := io.WriteString(feed, itemLine(i))
		require.NoError(t, err)
		assert.Contains(t, <-out, fmt.Sprintf(`"created":{"N":"%d"}`, i+1))
	}
	require.NoError(t, feed.Close())
	assert.Equal(t, 0, <-ended)
}

func TestInterruptEndsACommandThatWaitsForInput(t *testing.T) {
	in, feed := io.Pipe()
	defer feed.Close()
	ctx, interrupt := context.WithCancel(t.Context())
	out := make(received, 10)
	var stderr bytes.Buffer
	ended := make(chan int)
	go func() {
		ended <- run(ctx, []string{"item", "encrypt", "--config", usersConfig}, in, out, &stderr)
	}()
	_, err := io.WriteString(feed, itemLine(0))
	require.NoError(t, err)
	<-out
	interrupt()
	select {
	case code := <-ended:
		assert.Equal(t, 1, code)
		assert.Equal(t, "ddbcrypt: interrupted\n", stderr.String())
	case <-time.After(30 * time.Second):
		t.Fatal("the command goes on")
	}
}

func TestBrokenPipeEndsACommandQuietly(t *testing.T) {
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, reader.Close())
	defer writer.Close()
	in := &endless{line: itemLine(0), left: 1 << 30}
	var stderr bytes.Buffer
	code := run(t.Context(), []string{"item", "encrypt", "--verbose", "--config", usersConfig}, in, writer, &stderr)
	assert.Equal(t, 1, code)
	assert.Empty(t, stderr.String())
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestOutputThatFailsEndsACommand(t *testing.T) {
	var stderr bytes.Buffer
	code := run(t.Context(), []string{"item", "encrypt", "--config", usersConfig}, strings.NewReader(itemLine(0)), brokenWriter{}, &stderr)
	assert.Equal(t, 1, code)
	assert.Equal(t, "ddbcrypt: standard output: no space left on device\n", stderr.String())
}

// streamed runs handle over numbered items and returns code and standard error.
func streamed(t *testing.T, failFast bool, lines int, handle handler) (code int, stderr string) {
	t.Helper()
	var text strings.Builder
	for i := range lines {
		text.WriteString(itemLine(i))
	}
	var errs bytes.Buffer
	s := newSession(strings.NewReader(text.String()), io.Discard, &errs)
	s.failFast = failFast
	code, message := exit(s.stream(t.Context(), nil, "handled", handle))
	return code, errs.String() + message
}

// called makes the error one of an operation of the SDK, as a provider passes it on.
func called(err error) error {
	return fmt.Errorf("%w: get materials: %w", cmp.ErrKeyUnavailable, &smithy.OperationError{ServiceID: "KMS", OperationName: "Decrypt", Err: err})
}

func TestExitCodesOfFailedItems(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want int
	}{
		{"a signature", cmp.ErrSignature, 1},
		{"a key that is not there", cmp.ErrKeyUnavailable, 1},
		{"a service that answers", called(&smithy.GenericAPIError{Code: "AccessDeniedException"}), 1},
		{"a service that throttles until the retries are spent", called(errors.Join(&smithy.GenericAPIError{Code: "ThrottlingException"}, errors.New("retry quota exceeded"))), 1},
		{"no answer", called(errors.New("connection refused")), 3},
		{"no answer in time", called(context.DeadlineExceeded), 3},
		{"an answer that is not the service's", called(&smithy.GenericAPIError{Code: "UnknownError"}), 3},
		{"credentials that are refused", called(&smithy.GenericAPIError{Code: "UnrecognizedClientException"}), 3},
		{"a call that was given up", called(context.Canceled), 1},
		{"a key that was missed late", fmt.Errorf("%w: %w", cmp.ErrConfig, &config.Error{File: "c.yaml", Reason: "is missing"}), 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var handled atomic.Int64
			code, stderr := streamed(t, false, 2_000, func(_ context.Context, in input) ([]byte, error) {
				handled.Add(1)
				if in.Number == 10 || in.Number == 20 {
					return nil, tt.err
				}
				return nil, nil
			})
			assert.Equal(t, tt.want, code)
			said := strings.Count(stderr, "\n")
			if tt.want == exitItemsFailed {
				assert.EqualValues(t, 2_000, handled.Load())
				assert.Equal(t, 2, said, stderr)
				return
			}
			assert.Less(t, handled.Load(), int64(1_000), "it goes on though all others would fail")
			assert.Equal(t, 1, said, stderr)
			assert.True(t, strings.HasPrefix(stderr, "ddbcrypt: <stdin>:10: "), stderr)
		})
	}
}

func TestReasonsAreOneSafeLine(t *testing.T) {
	assert.Equal(t, "a; b\ufffd[31mé", reason(errors.New("ddbcrypt: a\nb\x1b[31mé")))
}

func TestItemsAreHandledConcurrentlyUnderABound(t *testing.T) {
	bound := int64(runtime.GOMAXPROCS(0)) + 1
	var running, most atomic.Int64
	var mu sync.Mutex
	code, stderr := streamed(t, false, 2_000, func(context.Context, input) ([]byte, error) {
		now := running.Add(1)
		defer running.Add(-1)
		mu.Lock()
		most.Store(max(most.Load(), now))
		mu.Unlock()
		time.Sleep(10 * time.Microsecond)
		return nil, nil
	})
	assert.Equal(t, 0, code, stderr)
	assert.LessOrEqual(t, most.Load(), bound)
	assert.Greater(t, most.Load(), int64(1))
}

func TestFailFastHandlesFewMoreItems(t *testing.T) {
	var handled atomic.Int64
	code, stderr := streamed(t, true, 10_000, func(_ context.Context, in input) ([]byte, error) {
		handled.Add(1)
		if in.Number >= 5 {
			return nil, cmp.ErrSignature
		}
		return nil, nil
	})
	assert.Equal(t, 1, code)
	assert.Equal(t, "ddbcrypt: <stdin>:5: signature does not match\n", stderr)
	assert.Less(t, handled.Load(), int64(1_000))
}

func TestFileNamesAreShownSafely(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a\x1b[31m\n.jsonl")
	require.NoError(t, os.WriteFile(file, []byte("{\n"), 0o600))
	code, _, stderr := execute(t, nil, "item", "inspect", file)
	assert.Equal(t, 1, code)
	assert.NotContains(t, stderr, "\x1b")
	assert.Contains(t, stderr, `\x1b[31m\n.jsonl":1: the JSON text ends too early`)
	code, _, stderr = execute(t, nil, "item", "inspect", file+"x")
	assert.Equal(t, 2, code)
	assert.NotContains(t, stderr, "\x1b")
}

func TestFileThatCannotBeOpenedIsSaid(t *testing.T) {
	s := newSession(nil, io.Discard, io.Discard)
	var got []string
	s.read(t.Context(), []string{filepath.Join(t.TempDir(), "gone")}, func(in input, err error) bool {
		require.ErrorIs(t, err, os.ErrNotExist)
		got = append(got, filepath.Base(in.place()))
		return true
	})
	assert.Equal(t, []string{"gone"}, got)
}
