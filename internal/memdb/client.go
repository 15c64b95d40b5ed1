package memdb

import (
	"net/http"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/ddbcrypt/ddbcrypt/internal/inprocess"
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
	body, err := inprocess.ReadBody(req, maxRequest)
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
	return inprocess.Response(req, a.status, a.header(), a.body), nil
}

// ServeHTTP answers a DynamoDB request, for clients that need a server.
func (db *DB) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := inprocess.ReadBody(req, maxRequest)
	if err != nil {
		http.Error(w, "cannot read the request body", http.StatusBadRequest)
		return
	}
	a := db.answer(req.Method, req.Header, body)
	inprocess.Write(w, a.status, a.header(), a.body)
}

// maxRequest is DynamoDB's limit for a request.
const maxRequest = 16 << 20
