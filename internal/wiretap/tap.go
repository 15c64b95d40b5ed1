package wiretap

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/ddbcrypt/ddbcrypt/internal/inprocess"
)

// Request is what the SDK sent.
type Request struct {
	Operation string // such as "PutItem"
	Body      []byte // JSON
}

func (r Request) clone() Request {
	r.Body = bytes.Clone(r.Body)
	return r
}

// Tap records requests and injects faults. Use [New]; all methods are safe for
// concurrent use.
type Tap struct {
	next dynamodb.HTTPClient

	mu       sync.Mutex
	requests []Request
	scripts  map[string]Script
}

var _ dynamodb.HTTPClient = (*Tap)(nil)

// New returns a Tap in front of what serves the requests, such as a memdb.DB or
// http.DefaultClient. It has no faults at first.
func New(next dynamodb.HTTPClient) *Tap {
	return &Tap{next: next, scripts: map[string]Script{}}
}

// maxRequest is far above DynamoDB's 16 MB: what serves has to refuse that.
const maxRequest = 64 << 20

// Do records a request and answers it as its [Fault] wants, or as what serves it
// does. Its errors are those of a network, of the request's context, of what
// serves, and of faults that cannot be done.
func (t *Tap) Do(req *http.Request) (*http.Response, error) {
	body, err := inprocess.ReadBody(req, maxRequest)
	if err != nil {
		return nil, err
	}
	if len(body) > maxRequest {
		return nil, fmt.Errorf("wiretap: the request is longer than %d bytes, send less", maxRequest)
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	_, operation, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	request := Request{Operation: operation, Body: body}
	exchange := &exchange{next: t.next, req: req, request: request, fault: t.record(request)}
	return exchange.run()
}

// record writes a request down and returns what is to happen to it. The script
// runs without the lock, so it may use the Tap.
func (t *Tap) record(request Request) Fault {
	t.mu.Lock()
	t.requests = append(t.requests, request.clone())
	script, ok := t.scripts[request.Operation]
	if !ok {
		script = t.scripts[""]
	}
	t.mu.Unlock()
	if script == nil {
		return Fault{}
	}
	return script(request.clone())
}

// Requests returns a copy of all requests since the last [Tap.Reset] in the
// order of their arrival: retries of the SDK and requests that were never
// delivered are among them.
func (t *Tap) Requests() []Request {
	t.mu.Lock()
	defer t.mu.Unlock()
	requests := slices.Clone(t.requests)
	for i := range requests {
		requests[i] = requests[i].clone()
	}
	return requests
}

// Operations returns the operations of [Tap.Requests].
func (t *Tap) Operations() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	operations := make([]string, len(t.requests))
	for i, request := range t.requests {
		operations[i] = request.Operation
	}
	return operations
}

// Count returns how many requests of an operation there were since the last
// [Tap.Reset]; of all operations for "".
func (t *Tap) Count(operation string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for _, request := range t.requests {
		if operation == "" || request.Operation == operation {
			n++
		}
	}
	return n
}

// Reset empties the record. Faults stay.
func (t *Tap) Reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.requests = nil
}
