// Package inprocess lets a service double stand behind an HTTP client without a
// socket.
package inprocess

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
)

// ReadBody reads and closes the body of a request, up to one byte more than the
// limit: so much tells that it is too long.
func ReadBody(req *http.Request, limit int64) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	defer req.Body.Close()
	return io.ReadAll(io.LimitReader(req.Body, limit+1))
}

// Response returns what a server would answer a request with.
func Response(req *http.Request, status int, header http.Header, body []byte) *http.Response {
	return &http.Response{
		Status:        strconv.Itoa(status) + " " + http.StatusText(status),
		StatusCode:    status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        header,
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
		Request:       req,
	}
}

// Write sends the same through a server. A client that went away is no fault of the
// double.
func Write(w http.ResponseWriter, status int, header http.Header, body []byte) {
	for name, values := range header {
		w.Header()[name] = values
	}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
