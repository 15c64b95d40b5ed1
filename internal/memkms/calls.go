package memkms

import (
	stdcmp "cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
)

// Request is what a caller asked for. Members that it did not send are zero.
type Request struct {
	Operation         string
	Region            string
	Caller            string // access key id
	UserAgent         string
	KeyID             string            // as sent; the source of ReEncrypt, the target of aliases
	EncryptionContext map[string]string // of the source for ReEncrypt
	GrantTokens       []string
	KeySpec           string
	NumberOfBytes     int

	// Of ReEncrypt only.
	DestinationKeyID             string
	DestinationEncryptionContext map[string]string
}

func (r Request) clone() Request {
	r.EncryptionContext = maps.Clone(r.EncryptionContext)
	r.DestinationEncryptionContext = maps.Clone(r.DestinationEncryptionContext)
	r.GrantTokens = slices.Clone(r.GrantTokens)
	return r
}

// Call is a request and what became of it.
type Call struct {
	Request
	// ErrorCode is "" for success, for a call that has no answer yet and for one
	// that never gets any (a cut connection, a caller that gave up).
	ErrorCode string
}

// newRequest reads what a request says. Where it is malformed, the operation
// will refuse it; the record has the members up to there.
func newRequest(header http.Header, body []byte) Request {
	var sent struct {
		KeyID                        string            `json:"KeyId"`
		SourceKeyID                  string            `json:"SourceKeyId"`
		TargetKeyID                  string            `json:"TargetKeyId"`
		DestinationKeyID             string            `json:"DestinationKeyId"`
		EncryptionContext            map[string]string `json:"EncryptionContext"`
		SourceEncryptionContext      map[string]string `json:"SourceEncryptionContext"`
		DestinationEncryptionContext map[string]string `json:"DestinationEncryptionContext"`
		GrantTokens                  []string          `json:"GrantTokens"`
		KeySpec                      string            `json:"KeySpec"`
		NumberOfBytes                int               `json:"NumberOfBytes"`
	}
	_ = json.Unmarshal(body, &sent)
	s, _ := authenticate(header)
	r := Request{
		Operation:                    strings.TrimPrefix(header.Get("X-Amz-Target"), targetPrefix),
		Region:                       s.region,
		Caller:                       s.caller,
		UserAgent:                    header.Get("User-Agent"),
		KeyID:                        stdcmp.Or(sent.KeyID, sent.SourceKeyID, sent.TargetKeyID),
		EncryptionContext:            sent.EncryptionContext,
		GrantTokens:                  sent.GrantTokens,
		KeySpec:                      sent.KeySpec,
		NumberOfBytes:                sent.NumberOfBytes,
		DestinationKeyID:             sent.DestinationKeyID,
		DestinationEncryptionContext: sent.DestinationEncryptionContext,
	}
	if r.EncryptionContext == nil {
		r.EncryptionContext = sent.SourceEncryptionContext
	}
	return r
}

// recorder keeps all calls in the order of their arrival.
type recorder struct {
	mu    sync.Mutex
	calls []*Call
}

func (r *recorder) add(request Request) *Call {
	call := &Call{Request: request}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, call)
	return call
}

func (r *recorder) fail(call *Call, code string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	call.ErrorCode = code
}

// Calls returns a copy of the record of all requests since the last
// [KMS.ResetCalls], in the order of their arrival: retries of the SDK,
// refused requests and those that still run are in it.
func (k *KMS) Calls() []Call {
	k.calls.mu.Lock()
	defer k.calls.mu.Unlock()
	calls := make([]Call, len(k.calls.calls))
	for i, call := range k.calls.calls {
		calls[i] = Call{call.clone(), call.ErrorCode}
	}
	return calls
}

// ResetCalls empties the record.
func (k *KMS) ResetCalls() {
	k.calls.mu.Lock()
	defer k.calls.mu.Unlock()
	k.calls.calls = nil
}

// Count returns how many calls of an operation are in the record, such as
// "Decrypt"; of all operations for "".
func (k *KMS) Count(operation string) int {
	k.calls.mu.Lock()
	defer k.calls.mu.Unlock()
	n := 0
	for _, call := range k.calls.calls {
		if operation == "" || call.Operation == operation {
			n++
		}
	}
	return n
}
