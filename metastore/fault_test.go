package metastore_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/metastore"
)

// wire is an HTTP client in front of the embedded DynamoDB that records operations
// and puts faults in their way.
type wire struct {
	next aws.HTTPClient

	mu    sync.Mutex
	calls []string
	fault func(operation string, nth int) fault
}

// fault is what happens to a request. The zero fault is none.
type fault struct {
	code   string // of an error in place of an answer
	status int
	lost   bool // the answer is lost after the work was done
	body   string
	hang   bool // until the context ends
}

func (w *wire) Do(request *http.Request) (*http.Response, error) {
	_, operation, _ := strings.Cut(request.Header.Get("X-Amz-Target"), ".")
	w.mu.Lock()
	nth := 0
	for _, call := range w.calls {
		if call == operation {
			nth++
		}
	}
	w.calls = append(w.calls, operation)
	var f fault
	if w.fault != nil {
		f = w.fault(operation, nth)
	}
	w.mu.Unlock()
	answer := func(status int, body string) *http.Response {
		return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, Body: io.NopCloser(strings.NewReader(body)), Request: request}
	}
	switch {
	case f.hang:
		<-request.Context().Done()
		return nil, request.Context().Err()
	case f.code != "":
		return answer(f.status, fmt.Sprintf(`{"__type":"com.amazonaws.dynamodb.v20120810#%s","message":"injected"}`, f.code)), nil
	case f.body != "":
		return answer(http.StatusOK, f.body), nil
	}
	response, err := w.next.Do(request)
	if f.lost && err == nil {
		response.Body.Close()
		return nil, io.ErrUnexpectedEOF
	}
	return response, err
}

func (w *wire) asked() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	calls := w.calls
	w.calls = nil
	return calls
}

// behind returns the same store with a wire in front of it. Retries do not wait.
func (e *embedded) behind(t *testing.T, fault func(operation string, nth int) fault, options ...metastore.Option) (*metastore.Store, *wire) {
	w := &wire{next: e.db, fault: fault}
	return newStore(t, w.client(e), e.table, e.protector, options...), w
}

func (w *wire) client(e *embedded) *dynamodb.Client {
	return e.db.Client(func(o *dynamodb.Options) {
		o.HTTPClient = w
		o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
			o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
		})
	})
}

// operations are all methods that ask DynamoDB, on material for version 0 of the
// table or a new one.
var operations = map[string]struct {
	op  string
	run func(context.Context, *metastore.Store) error
}{
	"MaxVersion": {"find the newest version of", func(ctx context.Context, s *metastore.Store) error { _, err := s.MaxVersion(ctx, material); return err }},
	"Provider": {"get", func(ctx context.Context, s *metastore.Store) error {
		_, err := s.Provider(ctx, material, 0)
		return err
	}},
	"GetOrCreateProvider": {"create", func(ctx context.Context, s *metastore.Store) error {
		_, err := s.GetOrCreateProvider(ctx, material, 1)
		return err
	}},
	"NewProvider": {"rotate", func(ctx context.Context, s *metastore.Store) error {
		_, _, err := s.NewProvider(ctx, material)
		return err
	}},
	"Replicate": {"replicate", func(ctx context.Context, s *metastore.Store) error {
		_, err := s.Replicate(ctx, material, 0, s)
		return err
	}},
}

func TestFaults(t *testing.T) {
	faults := map[string]struct {
		fault
		code string // of the SDK's error
	}{
		"the table is missing":       {fault{code: "ResourceNotFoundException", status: 400}, "ResourceNotFoundException"},
		"requests are throttled":     {fault{code: "ProvisionedThroughputExceededException", status: 400}, "ProvisionedThroughputExceededException"},
		"access is denied":           {fault{code: "AccessDeniedException", status: 400}, "AccessDeniedException"},
		"the service fails":          {fault{code: "InternalServerError", status: 500}, "InternalServerError"},
		"the connection is lost":     {fault{lost: true}, ""},
		"the answer is no JSON":      {fault{body: `{"Item":{"N":{"S":`}, ""},
		"the answer is another JSON": {fault{body: `{"Item":[1],"Items":7}`}, ""},
	}
	for name, test := range faults {
		for method, operation := range operations {
			t.Run(method+" says so if "+name, func(t *testing.T) {
				for _, at := range []string{"GetItem", "Query", "PutItem"} {
					e := newEmbedded(t)
					_, _, err := e.NewProvider(t.Context(), material)
					require.NoError(t, err)
					if method == "Replicate" && at == "PutItem" || name == "the answer is another JSON" && at == "PutItem" {
						continue
					}
					store, w := e.behind(t, func(operation string, _ int) fault {
						if operation == at {
							return test.fault
						}
						return fault{}
					})
					err = operation.run(t.Context(), store)
					met := false
					for _, call := range w.asked() {
						met = met || call == at
					}
					if !met {
						continue
					}
					requireClass(t, cmp.ErrKeyUnavailable, err)
					var own *metastore.Error
					require.ErrorAs(t, err, &own)
					assert.Equal(t, operation.op, own.Op)
					assert.Equal(t, e.table, own.Table)
					assert.Equal(t, material, own.MaterialName)
					var sdk *smithy.OperationError
					require.ErrorAs(t, err, &sdk)
					assert.Equal(t, at, sdk.OperationName)
					if test.code != "" {
						var api smithy.APIError
						require.ErrorAs(t, err, &api)
						assert.Equal(t, test.code, api.ErrorCode())
					}
				}
			})
		}
	}
	t.Run("a typed error of the SDK is within reach through the item encryptor", func(t *testing.T) {
		e := newEmbedded(t)
		store, _ := e.behind(t, func(string, int) fault {
			return fault{code: "ProvisionedThroughputExceededException", status: 400}
		})
		p, err := cmp.NewMostRecent(store, material, time.Minute)
		require.NoError(t, err)
		_, err = crypto.NewEncryptor(p).EncryptItem(t.Context(), crypto.Item{"a": str("b")}, cmp.EncryptionContext{TableName: "items"}, crypto.Actions{})
		requireClass(t, cmp.ErrKeyUnavailable, err)
		_, throttled := errors.AsType[*types.ProvisionedThroughputExceededException](err)
		assert.True(t, throttled)
		own, ok := errors.AsType[*metastore.Error](err)
		require.True(t, ok)
		assert.Equal(t, e.table, own.Table)
	})
}

func TestCancelledCalls(t *testing.T) {
	for method, operation := range operations {
		t.Run(method+" ends with its context", func(t *testing.T) {
			e := newEmbedded(t)
			store, _ := e.behind(t, func(string, int) fault { return fault{hang: true} })
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
			defer cancel()
			begun := time.Now()
			err := operation.run(ctx, store)
			assert.Less(t, time.Since(begun), 5*time.Second)
			requireClass(t, cmp.ErrKeyUnavailable, err)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Empty(t, e.db.Items(e.table))
		})
	}
}

func TestLostAnswers(t *testing.T) {
	lostPut := func(operation string, nth int) fault { return fault{lost: operation == "PutItem" && nth == 0} }
	t.Run("a version that was written without an answer is the one that is returned", func(t *testing.T) {
		e := newEmbedded(t)
		store, w := e.behind(t, lostPut)
		made, err := store.GetOrCreateProvider(t.Context(), material, 0)
		require.NoError(t, err)
		assert.Equal(t, []string{"GetItem", "PutItem", "PutItem", "GetItem"}, w.asked())
		stored, err := e.Provider(t.Context(), material, 0)
		require.NoError(t, err)
		requireSameKeys(t, stored, made)
	})
	t.Run("a rotation without an answer makes one version", func(t *testing.T) {
		e := newEmbedded(t)
		store, _ := e.behind(t, lostPut)
		made, version, err := store.NewProvider(t.Context(), material)
		require.NoError(t, err)
		assert.Zero(t, version)
		assert.Len(t, e.db.Items(e.table), 1)
		stored, err := e.Provider(t.Context(), material, 0)
		require.NoError(t, err)
		requireSameKeys(t, stored, made)
	})
	t.Run("a copy without an answer is no conflict", func(t *testing.T) {
		e := newEmbedded(t)
		_, _, err := e.NewProvider(t.Context(), material)
		require.NoError(t, err)
		there := newEmbedded(t)
		target, _ := there.behind(t, lostPut)
		_, err = e.Replicate(t.Context(), material, 0, target)
		require.NoError(t, err)
		assert.Len(t, there.db.Items(there.table), 1)
	})
}
