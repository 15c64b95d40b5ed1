package memdb

import (
	"crypto/rand"
	"errors"
	"fmt"
	"hash/crc32"
	"net/http"
	"strconv"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/internal/ddbjson"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const targetPrefix = "DynamoDB_20120810."

// operation answers the body of one request with a value to be written as JSON.
type operation func(db *DB, body []byte) (any, error)

var operations = map[string]operation{
	"BatchGetItem":       serve((*DB).batchGetItem),
	"BatchWriteItem":     serve((*DB).batchWriteItem),
	"CreateTable":        serve((*DB).createTable),
	"DeleteItem":         serve((*DB).deleteItem),
	"DeleteTable":        serve((*DB).deleteTable),
	"DescribeTable":      serve((*DB).describeTable),
	"DescribeTimeToLive": serve((*DB).describeTimeToLive),
	"GetItem":            serve((*DB).getItem),
	"ListTables":         serve((*DB).listTables),
	"PutItem":            serve((*DB).putItem),
	"Query":              serve((*DB).query),
	"Scan":               serve((*DB).scan),
	"TransactGetItems":   serve((*DB).transactGetItems),
	"TransactWriteItems": serve((*DB).transactWriteItems),
	"UpdateItem":         serve((*DB).updateItem),
	"UpdateTable":        serve((*DB).updateTable),
	"UpdateTimeToLive":   serve((*DB).updateTimeToLive),
}

func serve[In, Out any](run func(*DB, *In) (*Out, error)) operation {
	return func(db *DB, body []byte) (any, error) {
		in := new(In)
		if err := decodeRequest(body, in); err != nil {
			return nil, err
		}
		return run(db, in)
	}
}

// answer is a response on its way out.
type answer struct {
	status int
	body   []byte
}

func (a answer) header() http.Header {
	return http.Header{
		"Content-Type":     {"application/x-amz-json-1.0"},
		"Content-Length":   {strconv.Itoa(len(a.body))},
		"X-Amzn-Requestid": {rand.Text()},
		"X-Amz-Crc32":      {strconv.FormatUint(uint64(crc32.ChecksumIEEE(a.body)), 10)},
	}
}

func (db *DB) answer(method string, header http.Header, body []byte) answer {
	out, err := db.dispatch(method, header.Get("X-Amz-Target"), body)
	if err == nil {
		var encoded []byte
		if encoded, err = json.Marshal(out, json.Deterministic(true)); err == nil {
			return answer{http.StatusOK, encoded}
		}
	}
	return errorAnswer(err)
}

func (db *DB) dispatch(method, target string, body []byte) (any, error) {
	name, ok := strings.CutPrefix(target, targetPrefix)
	if !ok || method != http.MethodPost {
		return nil, &apiError{kind: kindUnknownOperation, message: "An unknown operation was requested: POST with the header X-Amz-Target is required"}
	}
	if len(body) > maxRequest {
		return nil, &apiError{kind: kindRequestTooLarge, message: "Request size exceeds the maximum of 16 MB"}
	}
	run := operations[name]
	if run == nil {
		return nil, unsupported("operation " + name)
	}
	out, err := run(db, body)
	if e, ok := errors.AsType[*apiError](err); ok && strings.HasPrefix(e.message, notSupported) {
		return nil, validation("%s of %s", e.message, name)
	}
	return out, err
}

// decodeRequest reads the JSON of a request into in, whose fields are all the
// members that are supported.
func decodeRequest(body []byte, in any) error {
	err := json.Unmarshal(body, in, json.RejectUnknownMembers(true))
	if err == nil {
		return nil
	}
	if invalid, ok := errors.AsType[*ddbjson.Error](err); ok {
		return validation("Supplied AttributeValue is not valid, must contain exactly one of the supported datatypes: %s", invalid)
	}
	where := jsontext.Pointer("")
	if e, ok := errors.AsType[*json.SemanticError](err); ok {
		where = e.JSONPointer
		if errors.Is(err, json.ErrUnknownName) {
			return unsupported("parameter " + parameter(where))
		}
	}
	return &apiError{kind: kindSerialization, message: fmt.Sprintf("The request is not valid JSON for this operation (at %q)", where)}
}

// parameter writes a JSON pointer as names with dots.
func parameter(p jsontext.Pointer) string {
	var names []string
	for name := range p.Tokens() {
		names = append(names, name)
	}
	return strings.Join(names, ".")
}
