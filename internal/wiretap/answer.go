package wiretap

import (
	stdcmp "cmp"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing/iotest"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ddbcrypt/ddbcrypt/internal/inprocess"
)

// namespace is where DynamoDB has most of its errors.
const namespace = "com.amazonaws.dynamodb.v20120810#"

// serviceError is the answer that the Code of the fault stands for.
func (e *exchange) serviceError() (*http.Response, error) {
	f := e.fault
	kind := f.Code
	if !strings.Contains(kind, "#") {
		kind = namespace + kind
	}
	members := map[string]any{"__type": kind, "message": stdcmp.Or(f.Message, "A fault that the test has injected")}
	if f.Reasons != "" {
		members["CancellationReasons"] = jsontext.Value(f.Reasons)
	}
	if f.Item != "" {
		members["Item"] = jsontext.Value(f.Item)
	}
	body, err := encode(members)
	if err != nil {
		return nil, impossible("Reasons and Item have to be JSON: %w", err)
	}
	return answer(e.req, f.status(), body), nil
}

func (f Fault) status() int {
	if f.Status != 0 {
		return f.Status
	}
	switch f.Code[strings.LastIndexByte(f.Code, '#')+1:] {
	case "InternalServerError", "KMSInternalException", "KeyUnavailableException":
		return http.StatusInternalServerError
	case "ServiceUnavailable", "DependencyTimeoutException":
		return http.StatusServiceUnavailable
	default:
		return http.StatusBadRequest
	}
}

// answer is one that DynamoDB could have sent.
func answer(req *http.Request, status int, body []byte) *http.Response {
	header := http.Header{
		"Content-Type":     {"application/x-amz-json-1.0"},
		"Content-Length":   {strconv.Itoa(len(body))},
		"X-Amzn-Requestid": {"WIRETAP"},
		"X-Amz-Crc32":      {checksum(body)},
	}
	return inprocess.Response(req, status, header, body)
}

func checksum(body []byte) string {
	return strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10)
}

// edit changes the answer of the service as the fault wants.
func (e *exchange) edit(resp *http.Response) (*http.Response, error) {
	body, err := readAnswer(resp)
	if err != nil {
		return nil, err
	}
	sent := len(body)
	if resp.StatusCode == http.StatusOK {
		if body, err = e.editContent(resp.Header, body); err != nil {
			return nil, err
		}
	}
	body = body[:len(body)-min(max(e.fault.Truncate, 0), len(body))]
	return e.seal(resp, body, sent), nil
}

// editContent changes what a successful answer says.
func (e *exchange) editContent(header http.Header, body []byte) ([]byte, error) {
	f := e.fault
	if f.Tables == nil && f.Rewrite == nil {
		return body, nil
	}
	if err := checkPlain(header); err != nil {
		return nil, err
	}
	if f.Tables != nil {
		var err error
		if body, err = renameTables(body, f.Tables); err != nil {
			return nil, err
		}
	}
	if f.Rewrite != nil {
		body = f.Rewrite(e.request.Operation, body)
	}
	return body, nil
}

func readAnswer(resp *http.Response) ([]byte, error) {
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("wiretap: cannot read the answer: %w", err)
	}
	return body, nil
}

func checkPlain(header http.Header) error {
	if encoding := header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return impossible("cannot rewrite a compressed answer, use a client that does not ask for gzip")
	}
	return nil
}

// seal returns resp with another body and with the headers that the fault wants,
// where the service sent sent bytes.
func (e *exchange) seal(resp *http.Response, body []byte, sent int) *http.Response {
	header := resp.Header.Clone()
	if header.Get("X-Amz-Crc32") != "" && !e.fault.KeepCRC {
		header.Set("X-Amz-Crc32", checksum(body))
	}
	length := len(body)
	if e.fault.KeepLength {
		length = sent
	}
	header.Set("Content-Length", strconv.Itoa(length))
	sealed := inprocess.Response(e.req, resp.StatusCode, header, body)
	sealed.ContentLength = int64(length)
	switch {
	case e.fault.CutBody:
		sealed.Body = broken(body[:len(body)/2], networkError("read", syscall.ECONNRESET))
	case length > len(body):
		sealed.Body = broken(body, io.ErrUnexpectedEOF)
	case length < len(body):
		sealed.Body = broken(body[:length], io.EOF)
	}
	return sealed
}

// broken is a body of which only a part can be read.
func broken(part []byte, err error) io.ReadCloser {
	return io.NopCloser(io.MultiReader(strings.NewReader(string(part)), iotest.ErrReader(err)))
}
