package memdb

import (
	"crypto/sha256"
	"time"

	"github.com/go-json-experiment/json"
)

const (
	maxToken      = 36
	tokenLifetime = 10 * time.Minute
)

// fingerprint tells one request from another.
type fingerprint [sha256.Size]byte

func newFingerprint(actions []transactWriteItem) (fingerprint, error) {
	text, err := json.Marshal(actions, json.Deterministic(true))
	return sha256.Sum256(text), err
}

// tokens remembers the transactions that were done under a client request
// token, for as long as DynamoDB does. The lock of the DB guards it.
type tokens struct {
	byToken map[string]doneTransaction
	order   []string // the oldest first
}

type doneTransaction struct {
	fingerprint fingerprint
	at          time.Time
}

// done reports whether the transaction was done before. The same token for
// another transaction is an error.
func (t *tokens) done(token string, request fingerprint) (bool, error) {
	t.forgetOld()
	before, ok := t.byToken[token]
	if ok && before.fingerprint != request {
		return false, &apiError{kind: kindTokenReused, message: "The ClientRequestToken was used for another transaction: use a new token for a changed request"}
	}
	return ok, nil
}

// remember keeps a transaction that has just been done. Without a token there
// is nothing to remember.
func (t *tokens) remember(token string, request fingerprint) {
	if token == "" {
		return
	}
	if t.byToken == nil {
		t.byToken = map[string]doneTransaction{}
	}
	t.byToken[token] = doneTransaction{request, time.Now()}
	t.order = append(t.order, token)
}

func (t *tokens) forgetOld() {
	for len(t.order) > 0 && time.Since(t.byToken[t.order[0]].at) > tokenLifetime {
		delete(t.byToken, t.order[0])
		t.order = t.order[1:]
	}
}
