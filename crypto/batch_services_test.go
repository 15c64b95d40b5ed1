package crypto_test

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
	"github.com/ddbcrypt/ddbcrypt/metastore"
)

// TestKMSGoesDownInTheMiddleOfABatch handles items 8 at a time, and lets KMS cut
// connections from one of its calls on.
func TestKMSGoesDownInTheMiddleOfABatch(t *testing.T) {
	const items, answered = 60, 20
	double := memkms.New()
	client := double.Client(kmsRegion, func(o *kms.Options) { o.Retryer = aws.NopRetryer{} })
	direct := must(cmp.NewKMS(client, double.CreateKey(kmsRegion)))
	db := memdb.New().Client()
	must(metastore.CreateTable(t.Context(), db, "keys"))
	recent := must(cmp.NewMostRecent(must(metastore.New(db, "keys", crypto.NewEncryptor(direct))), "material", time.Hour))
	actions := crypto.Actions{Overrides: overrides{"id": sign}}

	// all handles the items and returns the results, nil for those that failed.
	all := func(t *testing.T, plain []crypto.Item, handle func(crypto.Item) (crypto.Item, error)) (results []crypto.Item, failed int) {
		results, errs := make([]crypto.Item, len(plain)), make([]error, len(plain))
		var group errgroup.Group
		group.SetLimit(8)
		for i, item := range plain {
			group.Go(func() error {
				results[i], errs[i] = handle(item)
				return nil
			})
		}
		require.NoError(t, group.Wait())
		for i, err := range errs {
			if err == nil {
				continue
			}
			failed++
			assert.Nil(t, results[i])
			assert.Equal(t, crypto.ErrKeyUnavailable, cmp.FailureClass(err))
			assert.ErrorAs(t, err, new(*smithy.OperationError))
		}
		return results, failed
	}
	plain := make([]crypto.Item, items)
	for i := range plain {
		plain[i] = crypto.Item{"id": str(fmt.Sprint(i)), "secret": str("x")}
	}
	for _, p := range []struct {
		name     string
		provider cmp.Provider
		failed   int // of the items while KMS is down
	}{{"KMS", direct, items - answered}, {"most recent", recent, 0}} {
		t.Run(p.name, func(t *testing.T) {
			table := must(crypto.NewEncryptor(p.provider).For(orders, actions))
			encrypt := func(item crypto.Item) (crypto.Item, error) { return table.EncryptItem(t.Context(), item) }
			decrypt := func(item crypto.Item) (crypto.Item, error) { return table.DecryptItem(t.Context(), item) }
			sealed, failed := all(t, plain, encrypt)
			require.Zero(t, failed)

			before := runtime.NumGoroutine()
			for name, batch := range map[string]func() int{
				"encrypt": func() int { _, failed := all(t, plain, encrypt); return failed },
				"decrypt": func() int { _, failed := all(t, sealed, decrypt); return failed },
			} {
				fault := memkms.InOrder(append(make([]memkms.Fault, answered), slices.Repeat([]memkms.Fault{{Cut: true}}, items)...)...)
				double.ResetCalls()
				double.Inject(fault)
				assert.Equal(t, p.failed, batch(), name)
				double.Inject(nil)
				assert.LessOrEqual(t, double.Count(""), items, "%s: one call for each item", name)
				assert.Zero(t, batch(), "%s: it goes on when KMS is back", name)
			}
			// Eventually has a goroutine of its own.
			assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+1 }, 10*time.Second, 10*time.Millisecond)
		})
	}
}
