package mapper_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// tapped returns a client of an empty store, without retries, and its tap.
func tapped(t testing.TB) (*wiretap.Tap, *dynamodb.Client) {
	t.Helper()
	db := memdb.New()
	tap := wiretap.New(db)
	return tap, db.Client(throughTransport(tap))
}

// countingProvider counts how often it is asked for keys, and fails from some time on.
type countingProvider struct {
	asked atomic.Int64
	after int64 // how many are answered, if err is set
	err   error
}

func (p *countingProvider) EncryptionMaterials(ctx context.Context, r cmp.EncryptionRequest) (*cmp.EncryptionMaterials, error) {
	if n := p.asked.Add(1); p.err != nil && n > p.after {
		return nil, p.err
	}
	return newProvider(1).EncryptionMaterials(ctx, r)
}

func (p *countingProvider) DecryptionMaterials(ctx context.Context, r cmp.DecryptionRequest) (*cmp.DecryptionMaterials, error) {
	p.asked.Add(1)
	return newProvider(1).DecryptionMaterials(ctx, r)
}

// writeClasses are the outcomes of a write that callers tell apart.
var writeClasses = []error{mapper.ErrVersionConflict, mapper.ErrConditionFailed, mapper.ErrOldUnknown, mapper.ErrNotFound,
	mapper.ErrUnprocessed, mapper.ErrTransactionConflict}

// requireOnly wants one of writeClasses in an Error.
func requireOnly(t testing.TB, err, want error) {
	t.Helper()
	requireAs[*mapper.Error](t, err)
	var found []error
	for _, class := range writeClasses {
		if errors.Is(err, class) {
			found = append(found, class)
		}
	}
	require.Equal(t, []error{want}, found, "classes of %v", err)
}

func requireAs[E error](t testing.TB, err error) E {
	t.Helper()
	e, ok := errors.AsType[E](err)
	require.True(t, ok, "%T is not in %v", e, err)
	return e
}

// retrying lets the SDK ask again at once, as it does by default after a while.
func retrying() mapper.CallOption {
	return mapper.ClientOptions(func(o *dynamodb.Options) {
		o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
			o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
		})
	})
}

// lost is a request that is done, while its answer does not arrive.
var lost = wiretap.Fault{Deliver: true, Cut: true}

// writeRequests returns what the batches wrote, as JSON.
func (w *world) writeRequests(t testing.TB) (all [][]string) {
	t.Helper()
	for _, request := range w.tap.Requests() {
		if request.Operation != "BatchWriteItem" {
			continue
		}
		var body struct{ RequestItems map[string][]json.RawMessage }
		require.NoError(t, json.Unmarshal(request.Body, &body))
		var writes []string
		for _, table := range body.RequestItems {
			for _, write := range table {
				writes = append(writes, canonicalJSON(t, write))
			}
		}
		all = append(all, writes)
	}
	return all
}

// canonicalJSON makes equal what the SDK may write in another order.
func canonicalJSON(t testing.TB, data []byte) string {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal(data, &v))
	return string(must(json.Marshal(v)))
}

// requireClassless wants none of writeClasses.
func requireClassless(t testing.TB, err error) {
	t.Helper()
	for _, class := range writeClasses {
		require.NotErrorIs(t, err, class)
	}
}
