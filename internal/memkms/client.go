package memkms

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/ddbcrypt/ddbcrypt/internal/inprocess"
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
	body, err := inprocess.ReadBody(req, maxRequest)
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
	return inprocess.Response(req, a.status, a.header(), a.body), nil
}

// ServeHTTP answers a KMS request, for clients that need a server.
func (k *KMS) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := inprocess.ReadBody(req, maxRequest)
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
	inprocess.Write(w, a.status, a.header(), a.body)
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
