package wiretap

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// exchange is one request on its way to an answer.
type exchange struct {
	next    dynamodb.HTTPClient
	req     *http.Request
	request Request
	fault   Fault
}

func (e *exchange) run() (*http.Response, error) {
	f := e.fault
	if (f.Partial || f.Tables != nil) && unprocessed[e.request.Operation] == "" {
		return nil, impossible("Partial and Tables are for BatchWriteItem and BatchGetItem, not for %s", e.request.Operation)
	}
	if err := wait(e.req.Context(), f.Latency); err != nil {
		return nil, err
	}
	if f.ends() && !f.Deliver {
		return e.end("write")
	}
	resp, err := e.deliver()
	if err != nil {
		return nil, err
	}
	if f.ends() {
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		return e.end("read")
	}
	if f.edits() {
		return e.edit(resp)
	}
	return resp, nil
}

// end is what the client gets in place of the answer of the service. The phase
// is what a network was doing.
func (e *exchange) end(phase string) (*http.Response, error) {
	switch {
	case e.fault.Hang:
		<-e.req.Context().Done()
		return nil, e.req.Context().Err()
	case e.fault.Timeout:
		return nil, networkError(phase, os.ErrDeadlineExceeded)
	case e.fault.Cut:
		return nil, networkError(phase, syscall.ECONNRESET)
	default:
		return e.serviceError()
	}
}

// impossibleError is a fault that cannot be done. The SDK does not retry it: the
// next fault of a script would hide it.
type impossibleError struct{ error }

func (impossibleError) RetryableError() bool { return false }

func (e impossibleError) Unwrap() error { return e.error }

func impossible(format string, args ...any) error {
	return impossibleError{fmt.Errorf("wiretap: "+format, args...)}
}

func networkError(phase string, err error) error {
	return &net.OpError{Op: phase, Net: "tcp", Err: err}
}

// deliver lets the service do what the fault leaves of the request.
func (e *exchange) deliver() (*http.Response, error) {
	if e.fault.Partial {
		return e.deliverPart()
	}
	return e.send(e.request.Body)
}

// send asks the service with a body.
func (e *exchange) send(body []byte) (*http.Response, error) {
	req := e.req.Clone(e.req.Context())
	req.Body = io.NopCloser(bytes.NewReader(body))
	req.GetBody = nil
	req.ContentLength = int64(len(body))
	return e.next.Do(req)
}

// wait lets the latency pass. Its error is that of the context.
func wait(ctx context.Context, latency time.Duration) error {
	if latency <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(latency)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
