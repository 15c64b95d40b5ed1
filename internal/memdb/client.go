package memdb

import (
	"bytes"
	"io"
	"net/http"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// region is part of the ARNs of tables.
const region = "us-east-1"

// Client returns an SDK client that talks to db and to nothing else: static
// credentials, a fixed region, and db as its HTTP client. Retries and
// middleware are the SDK's own. The options come last and may change all of it.
func (db *DB) Client(optFns ...func(*dynamodb.Options)) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region:      region,
		Credentials: credentials.NewStaticCredentialsProvider("embedded", "embedded", ""),
		HTTPClient:  db,
	}, optFns...)
}

// Do answers a DynamoDB request. It is the method of the SDK's HTTPClient. Its
// only errors are those of the request's body and context.
func (db *DB) Do(req *http.Request) (*http.Response, error) {
	return db.RoundTrip(req)
}

// RoundTrip is [DB.Do] as an http.RoundTripper.
func (db *DB) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := readBody(req)
	if err != nil {
		return nil, err
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	a := db.answer(req.Method, req.Header, body)
	// A caller that gave up must see that, even though the work is done:
	// so it is with a real network.
	if err := req.Context().Err(); err != nil {
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

// ServeHTTP answers a DynamoDB request, for clients that need a server.
func (db *DB) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := readBody(req)
	if err != nil {
		http.Error(w, "cannot read the request body", http.StatusBadRequest)
		return
	}
	a := db.answer(req.Method, req.Header, body)
	for name, values := range a.header() {
		w.Header()[name] = values
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // a client that went away is no fault of ours
}

// maxRequest is DynamoDB's limit for a request.
const maxRequest = 16 << 20

// readBody reads and closes the body, up to one byte more than the limit.
func readBody(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	defer req.Body.Close()
	return io.ReadAll(io.LimitReader(req.Body, maxRequest+1))
}
