package memkms

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const targetPrefix = "TrentService."

// session is whose request it is, and to which Region.
type session struct{ region, caller string }

// operation answers the body of one request with a value to be written as JSON.
type operation func(k *KMS, s session, body []byte) (any, error)

var operations = map[string]operation{
	"CancelKeyDeletion":   serve((*KMS).cancelKeyDeletion),
	"CreateAlias":         serve((*KMS).createAlias),
	"CreateKey":           serve((*KMS).createKey),
	"Decrypt":             serve((*KMS).decrypt),
	"DescribeKey":         serve((*KMS).describeKey),
	"DisableKey":          serve((*KMS).disableKey),
	"EnableKey":           serve((*KMS).enableKey),
	"Encrypt":             serve((*KMS).encrypt),
	"GenerateDataKey":     serve((*KMS).generateDataKey),
	"ReEncrypt":           serve((*KMS).reEncrypt),
	"ReplicateKey":        serve((*KMS).replicateKey),
	"ScheduleKeyDeletion": serve((*KMS).scheduleKeyDeletion),
	"UpdateAlias":         serve((*KMS).updateAlias),
}

func serve[In, Out any](run func(*KMS, session, *In) (*Out, error)) operation {
	return func(k *KMS, s session, body []byte) (any, error) {
		in := new(In)
		if err := decodeRequest(body, in); err != nil {
			return nil, err
		}
		return run(k, s, in)
	}
}

// answer is a response on its way out.
type answer struct {
	status int
	body   []byte
}

func (a answer) header() http.Header {
	return http.Header{
		"Content-Type":     {"application/x-amz-json-1.1"},
		"Content-Length":   {strconv.Itoa(len(a.body))},
		"X-Amzn-Requestid": {rand.Text()},
	}
}

// answer records a request, lets it fail as the test wants, and answers it. Its
// errors are those of the context and errCut: there is no answer then.
func (k *KMS) answer(req *http.Request, body []byte) (answer, error) {
	ctx := req.Context()
	if err := ctx.Err(); err != nil {
		return answer{}, err
	}
	request := newRequest(req.Header, body)
	call := k.calls.add(request)
	fault := k.fault(request)
	if err := k.wait(ctx, fault.Latency); err != nil {
		return answer{}, err
	}
	if fault.Cut {
		return answer{}, errCut
	}
	encoded, err := k.run(req, fault, body)
	if err != nil {
		e := asAPIError(err)
		k.calls.fail(call, e.code)
		return errorAnswer(e), nil
	}
	return answer{http.StatusOK, encoded}, nil
}

// run answers a request that reached the service with JSON.
func (k *KMS) run(req *http.Request, fault Fault, body []byte) ([]byte, error) {
	if fault.Code != "" {
		return nil, &apiError{fault.Code, fault.message()}
	}
	out, err := k.dispatch(req, body)
	if err != nil {
		return nil, err
	}
	if keyed, ok := out.(interface{ setKeyID(string) }); ok && fault.KeyID != "" {
		keyed.setKeyID(fault.KeyID)
	}
	return json.Marshal(out, json.Deterministic(true))
}

func (k *KMS) dispatch(req *http.Request, body []byte) (any, error) {
	name, ok := strings.CutPrefix(req.Header.Get("X-Amz-Target"), targetPrefix)
	run := operations[name]
	if !ok || run == nil || req.Method != http.MethodPost {
		return nil, failure(codeUnknownOperation, "An operation that the embedded KMS does not know, or not a POST with the header X-Amz-Target: %q", name)
	}
	s, err := authenticate(req.Header)
	if err != nil {
		return nil, err
	}
	if len(body) > maxRequest {
		return nil, validation("Request size exceeds the maximum of 1 MB")
	}
	return run(k, s, body)
}

// authenticate reads the credential scope of a Signature Version 4. The
// signature itself is not checked.
func authenticate(header http.Header) (session, error) {
	authorization := header.Get("Authorization")
	if authorization == "" {
		return session{}, failure(codeMissingAuth, "Missing Authentication Token")
	}
	_, rest, _ := strings.Cut(authorization, "Credential=")
	scope, _, _ := strings.Cut(rest, ",")
	parts := strings.Split(scope, "/")
	n := len(parts)
	if !strings.HasPrefix(authorization, "AWS4-HMAC-SHA256 ") || n < 5 || parts[n-2] != "kms" || parts[n-1] != "aws4_request" {
		return session{}, failure(codeIncompleteAuth, "Authorization needs the scheme AWS4-HMAC-SHA256 and Credential=ACCESS-KEY-ID/DATE/REGION/kms/aws4_request")
	}
	s := session{region: parts[n-3], caller: strings.Join(parts[:n-4], "/")}
	if s.region == "" || s.caller == "" {
		return session{}, failure(codeIncompleteAuth, "The credential scope needs an access key id and a Region")
	}
	return s, nil
}

// decodeRequest reads the JSON of a request into in, whose fields are all the
// members that are supported.
func decodeRequest(body []byte, in any) error {
	err := json.Unmarshal(body, in, json.RejectUnknownMembers(true))
	if err == nil {
		return nil
	}
	where := jsontext.Pointer("")
	if e, ok := errors.AsType[*json.SemanticError](err); ok {
		where = e.JSONPointer
		if errors.Is(err, json.ErrUnknownName) {
			return validation("not supported by the embedded KMS: parameter %s", where.LastToken())
		}
	}
	return &apiError{codeSerialization, fmt.Sprintf("The request is not valid JSON for this operation (at %q)", where)}
}
