package mappertest_test

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
	"github.com/ddbcrypt/ddbcrypt/mapper/mappertest"
)

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func because(cause error) func(error) bool {
	return func(err error) bool { return errors.Is(err, cause) }
}

func coded(code string) func(error) bool {
	return func(err error) bool {
		e, ok := errors.AsType[smithy.APIError](err)
		return ok && e.ErrorCode() == code
	}
}

func TestEachFaultIsAnErrorOfTheMapper(t *testing.T) {
	for name, tc := range map[string]struct {
		fault  mappertest.Fault
		is     func(error) bool
		stored int // items, afterwards
	}{
		"throttled":                   {mappertest.Throttle(), is[*types.ThrottlingException], 0},
		"an error of the service":     {mappertest.Error("InternalServerError"), is[*types.InternalServerError], 0},
		"one without a type":          {mappertest.Error("AccessDeniedException"), coded("AccessDeniedException"), 0},
		"cut before it arrives":       {mappertest.CutBefore(), because(syscall.ECONNRESET), 0},
		"cut after it was done":       {mappertest.CutAfter(), because(syscall.ECONNRESET), 1},
		"timed out after it was done": {mappertest.Timeout(), because(os.ErrDeadlineExceeded), 1},
		"late":                        {mappertest.Latency(time.Millisecond), because(nil), 1},
		"none":                        {mappertest.Fault{}, because(nil), 1},
	} {
		t.Run(name, func(t *testing.T) {
			env, customers := newCustomers(t)
			env.Fail("PutItem", tc.fault)
			once := mapper.ClientOptions(func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} })
			err := customers.Save(t.Context(), &Customer{ID: "alice"}, once)
			assert.True(t, tc.is(err), "%v", err)
			assert.Len(t, env.Items("customers"), tc.stored)
			assert.Equal(t, 1, env.Count("PutItem"))
		})
	}
}

func TestAnErrorHasTheStatusOfTheService(t *testing.T) {
	for code, status := range map[string]int{"InternalServerError": 500, "ServiceUnavailable": 503, "LimitExceededException": 400} {
		env := mappertest.New(t)
		env.FailAlways("ListTables", mappertest.Error(code))
		_, err := env.DynamoDB().ListTables(t.Context(), &dynamodb.ListTablesInput{})
		var response *smithyhttp.ResponseError
		require.ErrorAs(t, err, &response)
		assert.Equal(t, status, response.HTTPStatusCode(), code)
	}
}

// A second attempt of what was done already is the mapper's to notice.
func TestTheSDKTriesThreeTimesAndDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, tc := range map[string]struct {
			faults   []mappertest.Fault
			attempts int
			failed   bool
		}{
			"no fault":                          {nil, 1, false},
			"throttled twice":                   {[]mappertest.Fault{mappertest.Throttle(), mappertest.Throttle()}, 3, false},
			"throttled three times":             {[]mappertest.Fault{mappertest.Throttle(), mappertest.Throttle(), mappertest.Throttle()}, 3, true},
			"two kinds of cuts":                 {[]mappertest.Fault{mappertest.CutBefore(), mappertest.CutAfter()}, 3, false},
			"timed out":                         {[]mappertest.Fault{mappertest.Timeout()}, 2, false},
			"what is not retried":               {[]mappertest.Fault{mappertest.Error("AccessDeniedException")}, 1, true},
			"a fault between two good attempts": {[]mappertest.Fault{{}, mappertest.Throttle()}, 1, false},
		} {
			env, customers := newCustomers(t)
			env.Fail("PutItem", tc.faults...)
			start := time.Now()
			err := customers.Save(t.Context(), &Customer{ID: "alice"})
			assert.Equal(t, tc.failed, err != nil, "%s: %v", name, err)
			assert.Equal(t, tc.attempts, env.Count("PutItem"), name)
			assert.Zero(t, time.Since(start), name)
		}
	})
}

func TestFailAlwaysHoldsUntilFailEndsIt(t *testing.T) {
	env, customers := newCustomers(t)
	env.FailAlways("PutItem", mappertest.Throttle())
	for range 200 { // far more than the quota of the SDK
		require.Error(t, customers.Save(t.Context(), &Customer{ID: "alice"}))
	}
	assert.Equal(t, 600, env.Count("PutItem"))
	env.Fail("PutItem")
	require.NoError(t, customers.Save(t.Context(), &Customer{ID: "alice"}))
}

func TestFaultsOfEveryOperationSpareThoseWithTheirOwn(t *testing.T) {
	env := mappertest.New(t)
	env.FailAlways("", mappertest.Error("AccessDeniedException"))
	env.Fail("ListTables", mappertest.Fault{})
	list := func() error {
		_, err := env.DynamoDB().ListTables(t.Context(), &dynamodb.ListTablesInput{})
		return err
	}
	for range 2 {
		require.NoError(t, list())
	}
	assert.ErrorContains(t, createTable(env.DynamoDB(), "customers"), "AccessDeniedException")
	_, err := env.KMS().ListKeys(t.Context(), &kms.ListKeysInput{})
	assert.ErrorContains(t, err, "AccessDeniedException")
	env.Fail("ListTables")
	assert.ErrorContains(t, list(), "AccessDeniedException")
}

func TestFaultsOfKMSAreErrorsOfTheMapper(t *testing.T) {
	for name, tc := range map[string]struct {
		fault    mappertest.Fault
		is       func(error) bool
		attempts int
	}{
		"throttled":            {mappertest.Throttle(), coded("ThrottlingException"), 3},
		"a fault inside of it": {mappertest.Error("KMSInternalException"), is[*kmstypes.KMSInternalException], 3},
		"a disabled key":       {mappertest.Error("DisabledException"), is[*kmstypes.DisabledException], 1},
		"cut":                  {mappertest.CutAfter(), because(syscall.ECONNRESET), 3},
	} {
		t.Run(name, func(t *testing.T) {
			env := mappertest.New(t)
			require.NoError(t, createTable(env.DynamoDB(), "customers"))
			provider, err := cmp.NewKMS(env.KMS(), env.KMSKey())
			require.NoError(t, err)
			customers, err := mapper.New[Customer](env.DynamoDB(), crypto.NewEncryptor(provider))
			require.NoError(t, err)
			env.FailAlways("GenerateDataKey", tc.fault)
			err = customers.Save(t.Context(), &Customer{ID: "alice"})
			require.ErrorIs(t, err, crypto.ErrKeyUnavailable)
			assert.True(t, tc.is(err), "%v", err)
			assert.Equal(t, tc.attempts, env.Count("GenerateDataKey"))
			assert.Zero(t, env.Count("PutItem"))
		})
	}
}

func TestFirstOnlyLeavesTheRestOfABatch(t *testing.T) {
	env, _ := newCustomers(t)
	put := func(id string) types.WriteRequest {
		return types.WriteRequest{PutRequest: &types.PutRequest{Item: item{"id": str(id)}}}
	}
	requests := map[string][]types.WriteRequest{"customers": {put("alice"), put("bob"), put("carol")}}
	for _, tc := range []struct{ first, stored, left int }{{0, 0, 3}, {-1, 0, 3}, {2, 2, 1}, {9, 3, 0}} {
		env.Fail("BatchWriteItem", mappertest.FirstOnly(tc.first))
		out, err := env.DynamoDB().BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: requests})
		require.NoError(t, err)
		assert.Len(t, env.Items("customers"), tc.stored)
		assert.Len(t, out.UnprocessedItems["customers"], tc.left)
	}
	env.Fail("BatchGetItem", mappertest.FirstOnly(1))
	out, err := env.DynamoDB().BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
		"customers": {Keys: []map[string]types.AttributeValue{{"id": str("alice")}, {"id": str("bob")}}},
	}})
	require.NoError(t, err)
	assert.Equal(t, []map[string]types.AttributeValue{{"id": str("alice")}}, out.Responses["customers"])
	assert.Equal(t, []map[string]types.AttributeValue{{"id": str("bob")}}, out.UnprocessedKeys["customers"].Keys)
}

func TestFaultsTakeTheTimeOfABubble(t *testing.T) {
	for name, tc := range map[string]struct {
		fault mappertest.Fault
		limit time.Duration // of the context
		takes time.Duration
		want  error
	}{
		"late":                     {mappertest.Latency(time.Hour), 2 * time.Hour, time.Hour, nil},
		"late for the context":     {mappertest.Latency(time.Hour), time.Minute, time.Minute, context.DeadlineExceeded},
		"hanging until it is over": {mappertest.Hang(), time.Minute, time.Minute, context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				env, customers := newCustomers(t)
				require.NoError(t, customers.Save(t.Context(), &Customer{ID: "alice"}))
				env.Fail("GetItem", tc.fault)
				ctx, cancel := context.WithTimeout(t.Context(), tc.limit)
				defer cancel()
				start := time.Now()
				_, err := customers.Load(ctx, "alice")
				require.ErrorIs(t, err, tc.want)
				assert.Equal(t, tc.takes, time.Since(start))
				assert.Equal(t, 1, env.Count("GetItem"), "a context that has ended is not retried")
			})
		})
	}
}
