package wiretap_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

func cancelled(t *testing.T) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithCancel(t.Context())
}

func containsText(r wiretap.Request, text string) bool { return strings.Contains(string(r.Body), text) }

func as[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func TestServiceErrorsHaveTheTypesOfTheSDK(t *testing.T) {
	generic := func(err error) bool { return as[*smithy.GenericAPIError](err) }
	for name, tc := range map[string]struct {
		fault  wiretap.Fault
		is     func(error) bool
		code   string
		status int
	}{
		"throughput":   {wiretap.Fault{Code: "ProvisionedThroughputExceededException"}, as[*types.ProvisionedThroughputExceededException], "ProvisionedThroughputExceededException", 400},
		"throttling":   {wiretap.Fault{Code: "ThrottlingException"}, as[*types.ThrottlingException], "ThrottlingException", 400},
		"server error": {wiretap.Fault{Code: "InternalServerError"}, as[*types.InternalServerError], "InternalServerError", 500},
		"unavailable":  {wiretap.Fault{Code: "ServiceUnavailable"}, generic, "ServiceUnavailable", 503},
		"conflict":     {wiretap.Fault{Code: "TransactionConflictException"}, as[*types.TransactionConflictException], "TransactionConflictException", 400},
		"cancelled":    {wiretap.Fault{Code: "TransactionCanceledException"}, as[*types.TransactionCanceledException], "TransactionCanceledException", 400},
		"condition":    {wiretap.Fault{Code: "ConditionalCheckFailedException"}, as[*types.ConditionalCheckFailedException], "ConditionalCheckFailedException", 400},
		"a namespace":  {wiretap.Fault{Code: "com.amazon.coral.validate#ValidationException"}, generic, "ValidationException", 400},
		"of KMS":       {wiretap.Fault{Code: "KMSInternalException"}, generic, "KMSInternalException", 500},
		"behind KMS":   {wiretap.Fault{Code: "DependencyTimeoutException"}, generic, "DependencyTimeoutException", 503},
		"a status":     {wiretap.Fault{Code: "SlowDown", Status: 503}, generic, "SlowDown", 503},
	} {
		t.Run(name, func(t *testing.T) {
			db, tap, client := newTap(t, once)
			tc.fault.Message = "not now"
			tap.Inject("PutItem", wiretap.InOrder(tc.fault))
			err := put(t, client, "alice")
			require.True(t, tc.is(err), "%v", err)
			api, ok := errors.AsType[smithy.APIError](err)
			require.True(t, ok)
			assert.Equal(t, tc.code, api.ErrorCode())
			assert.Equal(t, "not now", api.ErrorMessage())
			response, ok := errors.AsType[*awshttp.ResponseError](err)
			require.True(t, ok)
			assert.Equal(t, tc.status, response.HTTPStatusCode())
			assert.Empty(t, db.Items("users"), "the request did not arrive")
			assert.NoError(t, put(t, client, "alice"), "there is one fault")
		})
	}
}

func TestACancelledTransactionHasItsReasons(t *testing.T) {
	_, tap, client := newTap(t)
	tap.Inject("TransactWriteItems", wiretap.InOrder(wiretap.Fault{
		Code:    "TransactionCanceledException",
		Reasons: `[{"Code":"None"},{"Code":"ConditionalCheckFailed","Message":"it failed","Item":{"id":{"S":"bob"}}}]`,
	}))
	_, err := client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: aws.String("users"), Item: key("alice")}},
		{Put: &types.Put{TableName: aws.String("users"), Item: key("bob")}},
	}})
	failure, ok := errors.AsType[*types.TransactionCanceledException](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, []types.CancellationReason{
		{Code: aws.String("None")},
		{Code: aws.String("ConditionalCheckFailed"), Message: aws.String("it failed"), Item: key("bob")},
	}, failure.CancellationReasons)
	assert.Equal(t, 1, tap.Count(""), "the SDK does not retry it")
}

func TestAFailedConditionHasItsItem(t *testing.T) {
	_, tap, client := newTap(t)
	tap.Inject("PutItem", wiretap.InOrder(wiretap.Fault{
		Code: "ConditionalCheckFailedException",
		Item: `{"id":{"S":"alice"},"views":{"N":"12"}}`,
	}))
	err := put(t, client, "alice")
	failure, ok := errors.AsType[*types.ConditionalCheckFailedException](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, item{
		"id":    &types.AttributeValueMemberS{Value: "alice"},
		"views": &types.AttributeValueMemberN{Value: "12"},
	}, failure.Item)
}

func TestReasonsThatAreNotJSONAreAnError(t *testing.T) {
	_, tap, client := newTap(t, once)
	tap.Inject("PutItem", wiretap.Always(wiretap.Fault{Code: "TransactionCanceledException", Reasons: `[{`}))
	assert.ErrorContains(t, put(t, client, "alice"), "Reasons and Item have to be JSON")
}

func TestTheSDKRetriesPassingFaults(t *testing.T) {
	for name, fault := range map[string]wiretap.Fault{
		"throughput":       {Code: "ProvisionedThroughputExceededException"},
		"throttling":       {Code: "ThrottlingException"},
		"server error":     {Code: "InternalServerError"},
		"time-out":         {Timeout: true},
		"lost answer":      {Timeout: true, Deliver: true},
		"reset connection": {Cut: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, tap, client := newTap(t)
				tap.Inject("PutItem", wiretap.Times(2, fault))
				require.NoError(t, put(t, client, "alice"))
				requests := tap.Requests()
				require.Len(t, requests, 3)
				assert.Equal(t, requests[0], requests[2], "a retry sends the same")
			})
		})
	}
}

func TestALostConnectionIsANetworkError(t *testing.T) {
	isTimeout := func(err error) bool {
		failure, ok := errors.AsType[net.Error](err)
		return ok && failure.Timeout()
	}
	isReset := func(err error) bool { return errors.Is(err, syscall.ECONNRESET) }
	for name, tc := range map[string]struct {
		fault  wiretap.Fault
		is     func(error) bool
		stored int
	}{
		"time-out before the request arrives": {wiretap.Fault{Timeout: true}, isTimeout, 0},
		"time-out after the request arrived":  {wiretap.Fault{Timeout: true, Deliver: true}, isTimeout, 1},
		"reset before the request arrives":    {wiretap.Fault{Cut: true}, isReset, 0},
		"reset after the request arrived":     {wiretap.Fault{Cut: true, Deliver: true}, isReset, 1},
		"server error after the work is done": {wiretap.Fault{Code: "InternalServerError", Deliver: true}, as[*types.InternalServerError], 1},
	} {
		t.Run(name, func(t *testing.T) {
			db, tap, client := newTap(t, once)
			tap.Inject("PutItem", wiretap.InOrder(tc.fault))
			err := put(t, client, "alice")
			require.Error(t, err)
			assert.True(t, tc.is(err), "%v", err)
			assert.Len(t, db.Items("users"), tc.stored)
		})
	}
}

func TestAHangingRequestEndsWithItsContext(t *testing.T) {
	for name, tc := range map[string]struct {
		fault  wiretap.Fault
		stored int
	}{
		"before the request arrives":       {wiretap.Fault{Hang: true}, 0},
		"after the request arrived":        {wiretap.Fault{Hang: true, Deliver: true}, 1},
		"in a latency that takes too long": {wiretap.Fault{Latency: time.Hour}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				db, tap, client := newTap(t)
				tap.Inject("PutItem", wiretap.Always(tc.fault))
				ctx, cancel := cancelled(t)
				done := make(chan error)
				go func() {
					_, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("users"), Item: key("alice")})
					done <- err
				}()
				synctest.Wait()
				require.Equal(t, 1, tap.Count("PutItem"))
				cancel()
				err := <-done
				require.ErrorIs(t, err, context.Canceled)
				assert.True(t, as[*smithy.CanceledError](err), "%v", err)
				assert.Len(t, db.Items("users"), tc.stored)
				assert.Equal(t, 1, tap.Count("PutItem"), "the SDK does not retry it")
			})
		})
	}
}

func TestLatencyGoesTogetherWithOtherFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, tap, client := newTap(t, once)
		tap.Inject("PutItem", wiretap.InOrder(
			wiretap.Fault{Latency: time.Minute},
			wiretap.Fault{Latency: time.Minute, Code: "ThrottlingException"},
		))
		start := time.Now()
		require.NoError(t, put(t, client, "alice"))
		assert.Equal(t, time.Minute, time.Since(start))
		assert.True(t, as[*types.ThrottlingException](put(t, client, "alice")))
		assert.Equal(t, 2*time.Minute, time.Since(start))
	})
}
