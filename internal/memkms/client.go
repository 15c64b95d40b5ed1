package memkms

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kms"
)

// defaultCaller is the access key id of clients without another one.
const defaultCaller = "embedded"

// Client returns an SDK client for a Region that talks to k and to nothing else:
// static credentials and k as its HTTP client. Retries and middleware are the
// SDK's own. The options come last and may change all of it.
func (k *KMS) Client(region string, optFns ...func(*kms.Options)) *kms.Client {
	return kms.New(kms.Options{
		Region:      region,
		Credentials: credentials.NewStaticCredentialsProvider(defaultCaller, defaultCaller, ""),
		HTTPClient:  k,
	}, optFns...)
}

// As is an option of [KMS.Client] that makes calls those of a caller, by access
// key id.
func As(caller string) func(*kms.Options) {
	return func(o *kms.Options) {
		o.Credentials = credentials.NewStaticCredentialsProvider(caller, "embedded", "")
	}
}

// Do answers a KMS request. It is the method of the SDK's HTTPClient. Its only
// errors are those of the request's body and context, and of cut connections.
func (k *KMS) Do(req *http.Request) (*http.Response, error) {
	return k.RoundTrip(req)
}

// RoundTrip is [KMS.Do] as an http.RoundTripper.
func (k *KMS) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := readBody(req)
	if err != nil {
		return nil, err
	}
	a, err := k.answer(req, body)
	if errors.Is(err, errCut) {
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	}
	if err != nil {
		return nil, err
	}
	return &http.Response{
		Status:        strconv.Itoa(a.status) + " " + http.StatusText(a.status),
		StatusCode:    a.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        a.header(),
		Body:          io.NopCloser(bytes.NewReader(a.body)),
		ContentLength: int64(len(a.body)),
		Request:       req,
	}, nil
}

// ServeHTTP answers a KMS request, for clients that need a server.
func (k *KMS) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := readBody(req)
	if err != nil {
		http.Error(w, "cannot read the request body", http.StatusBadRequest)
		return
	}
	a, err := k.answer(req, body)
	if errors.Is(err, errCut) {
		err = hangUp(w)
	}
	if err != nil {
		a = errorAnswer(asAPIError(err)) // nobody waits for it if the context has ended
	}
	if a.body == nil {
		return
	}
	for name, values := range a.header() {
		w.Header()[name] = values
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // a client that went away is no fault of ours
}

// hangUp closes the connection of a request without an answer.
func hangUp(w http.ResponseWriter) error {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return fmt.Errorf("cannot cut the connection, serve HTTP/1.1: %w", err)
	}
	return conn.Close()
}

// maxRequest is far above what the limits on parameters allow.
const maxRequest = 1 << 20

// readBody reads and closes the body, up to one byte more than the limit.
func readBody(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	defer req.Body.Close()
	return io.ReadAll(io.LimitReader(req.Body, maxRequest+1))
}
