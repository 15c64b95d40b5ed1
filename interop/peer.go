package interop

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"time"
)

// closeWait bounds how long [Peer.Close] waits for the program to end by itself.
const closeWait = 10 * time.Second

// A Peer is a running published client. Its methods may be called concurrently; requests are answered one by one.
type Peer struct {
	// Name is the client and its version.
	Name string

	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
	stderr *lastBytes

	mu     sync.Mutex
	broken error
}

// A PeerError is a peer's refusal to encrypt or decrypt an item.
type PeerError struct {
	// Peer is the client that refused.
	Peer string
	// Message is the client's own error, its class first.
	Message string
}

func (e *PeerError) Error() string { return "interop: " + e.Peer + " refused: " + e.Message }

// Start runs the peer until [Peer.Close] is called or ctx is done.
func (i *Installation) Start(ctx context.Context) (*Peer, error) {
	cmd := exec.CommandContext(ctx, i.command[0], i.command[1:]...)
	stderr := &lastBytes{}
	cmd.Stderr = stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("interop: start %s: %w", i.Name, err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("interop: start %s: %w", i.Name, err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("interop: start %s: %w", i.Name, err)
	}
	return &Peer{Name: i.Name, cmd: cmd, stdin: stdin, stdout: bufio.NewReaderSize(stdout, 1<<16), stderr: stderr}, nil
}

// Do sends one request about an item and returns the resulting item in DynamoDB JSON. A refusal by the client is a
// [*PeerError]; any other error, a done ctx among them, ends the peer, and later calls fail too.
func (p *Peer) Do(ctx context.Context, request Request) (json.RawMessage, error) {
	a, err := p.ask(ctx, request)
	return a.Item, err
}

// Manage sends one request about a store and returns the resulting version. Errors are those of [Peer.Do].
func (p *Peer) Manage(ctx context.Context, request Request) (version int64, err error) {
	a, err := p.ask(ctx, request)
	return a.Version, err
}

// Call has Python call one of its encrypting clients. Errors are those of [Peer.Do]; those of DynamoDB are in the output.
func (p *Peer) Call(ctx context.Context, request Request) (Called, error) {
	a, err := p.ask(ctx, request)
	return a.Called, err
}

// Map has Java's mapper save, load, query or delete an object, and returns the resulting objects: the one that was saved
// or loaded, or all that a query found. Errors are those of [Peer.Do].
func (p *Peer) Map(ctx context.Context, request Request) ([]json.RawMessage, error) {
	a, err := p.ask(ctx, request)
	return a.Objects, err
}

func (p *Peer) ask(ctx context.Context, request Request) (answer, error) {
	line, err := json.Marshal(request)
	if err != nil {
		return answer{}, fmt.Errorf("interop: request to %s: %w", p.Name, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.broken != nil {
		return answer{}, p.broken
	}
	reply, err := p.exchange(ctx, append(line, '\n'))
	if err != nil {
		p.broken = fmt.Errorf("interop: %s no longer answers: %w", p.Name, err)
		return answer{}, p.broken
	}
	var a answer
	if err := json.Unmarshal(reply, &a); err != nil {
		return answer{}, fmt.Errorf("interop: answer of %s: %w", p.Name, err)
	}
	if a.Error != "" {
		return answer{}, &PeerError{Peer: p.Name, Message: a.Error}
	}
	return a, nil
}

// exchange writes one line and reads one. A peer reads a whole line before it answers, so neither side can block the other.
func (p *Peer) exchange(ctx context.Context, line []byte) ([]byte, error) {
	stop := context.AfterFunc(ctx, p.kill)
	_, err := p.stdin.Write(line)
	var reply []byte
	if err == nil {
		reply, err = p.stdout.ReadBytes('\n')
	}
	if !stop() {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, errors.Join(err, errors.New(p.stderr.String()))
	}
	return reply, nil
}

// Close ends the peer: it closes its input, waits a bounded time and then kills it. The error says how it ended.
func (p *Peer) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.broken == nil {
		p.broken = fmt.Errorf("interop: %s is closed", p.Name)
	}
	closeErr := p.stdin.Close()
	timer := time.AfterFunc(closeWait, p.kill)
	defer timer.Stop()
	if err := errors.Join(closeErr, p.cmd.Wait()); err != nil {
		return fmt.Errorf("interop: close %s: %w: %s", p.Name, err, p.stderr.String())
	}
	return nil
}

func (p *Peer) kill() {
	// The only error is that the process has ended already.
	_ = p.cmd.Process.Kill()
}

// lastBytes keeps the end of what was written to it.
type lastBytes struct {
	mu  sync.Mutex
	buf []byte
}

func (l *lastBytes) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.buf = append(l.buf, b...)
	if extra := len(l.buf) - tailSize; extra > 0 {
		l.buf = append(l.buf[:0], l.buf[extra:]...)
	}
	return len(b), nil
}

func (l *lastBytes) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return tail(l.buf)
}

// tailSize is how much of a program's output goes into an error.
const tailSize = 4 << 10

func tail(b []byte) string {
	b = bytes.TrimSpace(b)
	return string(b[max(0, len(b)-tailSize):])
}
