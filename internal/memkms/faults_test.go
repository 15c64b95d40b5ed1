package memkms_test

import (
	"context"
	"errors"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
)

func TestInjectedCodesHaveTheTypesAndStatusesOfTheService(t *testing.T) {
	k := memkms.New()
	arn := k.CreateKey(west)
	run := operations(t, k.Client(west, once))["GenerateDataKey"]
	for name, tc := range map[string]struct {
		want   func(error) bool
		status int
	}{
		"ThrottlingException":        {code("ThrottlingException"), 400},
		"LimitExceededException":     {as[*types.LimitExceededException], 400},
		"KMSInternalException":       {as[*types.KMSInternalException], 500},
		"KeyUnavailableException":    {as[*types.KeyUnavailableException], 500},
		"DependencyTimeoutException": {as[*types.DependencyTimeoutException], 503},
	} {
		t.Run(name, func(t *testing.T) {
			k.Inject(memkms.InOrder(memkms.Fault{Code: name, Message: "not now"}))
			err := run(arn, nil)
			require.True(t, tc.want(err), "%v", err)
			assert.ErrorContains(t, err, "not now")
			response, ok := errors.AsType[*awshttp.ResponseError](err)
			require.True(t, ok)
			assert.Equal(t, tc.status, response.HTTPStatusCode())
			assert.NoError(t, run(arn, nil), "there is one fault")
		})
	}
}

func TestTheSDKRetriesAThrottledCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := memkms.New()
		arn := k.CreateKey(west)
		k.Inject(memkms.InOrder(memkms.Fault{Code: "ThrottlingException"}, memkms.Fault{Cut: true}))
		dataKey(t, k.Client(west), arn, nil)
		assert.Equal(t, 3, k.Count("GenerateDataKey"))
		assert.Equal(t, "ThrottlingException", k.Calls()[0].ErrorCode)
	})
}

func TestFaultsCanDependOnTheRequest(t *testing.T) {
	k := memkms.New()
	good, bad := k.CreateKey(west), k.CreateKey(west)
	k.Inject(func(r memkms.Request) memkms.Fault {
		if r.Operation == "GenerateDataKey" && r.KeyID == bad && r.Region == west {
			return memkms.Fault{Code: "KeyUnavailableException"}
		}
		return memkms.Fault{}
	})
	run := operations(t, k.Client(west, once))
	assert.NoError(t, run["GenerateDataKey"](good, nil))
	assert.NoError(t, run["Encrypt"](bad, nil))
	assert.Error(t, run["GenerateDataKey"](bad, nil))
	k.Inject(nil)
	assert.NoError(t, run["GenerateDataKey"](bad, nil))
}

func TestAnAnswerCanNameAnotherKey(t *testing.T) {
	k := memkms.New()
	arn, other := k.CreateKey(west), k.CreateKey(west)
	client := k.Client(west)
	blob := dataKey(t, client, arn, nil).CiphertextBlob
	k.Inject(func(memkms.Request) memkms.Fault { return memkms.Fault{KeyID: other} })
	assert.Equal(t, other, *dataKey(t, client, arn, nil).KeyId)
	out, err := client.Decrypt(t.Context(), &kms.DecryptInput{KeyId: &arn, CiphertextBlob: blob})
	require.NoError(t, err)
	assert.Equal(t, other, *out.KeyId)
}

func TestACutConnectionIsATransportError(t *testing.T) {
	k := memkms.New()
	arn := k.CreateKey(west)
	cut := func(memkms.Request) memkms.Fault { return memkms.Fault{Cut: true} }
	k.Inject(cut)
	err := operations(t, k.Client(west, once))["GenerateDataKey"](arn, nil)
	require.ErrorIs(t, err, syscall.ECONNRESET)
	assert.Equal(t, 1, k.Count(""))
}

func TestLatencyIsThatOfEveryCallAndOverlaps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := memkms.New()
		arn := k.CreateKey(west)
		k.SetLatency(10 * time.Millisecond)
		k.Inject(func(memkms.Request) memkms.Fault { return memkms.Fault{Latency: time.Millisecond} })
		start := time.Now()
		done := make(chan error)
		for range 50 {
			go func() { done <- operations(t, k.Client(west))["Encrypt"](arn, nil) }()
		}
		for range 50 {
			assert.NoError(t, <-done)
		}
		assert.Equal(t, 11*time.Millisecond, time.Since(start))
	})
}

func TestLatencyEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := memkms.New()
		arn := k.CreateKey(west)
		k.SetLatency(time.Hour)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := k.Client(west).GenerateDataKey(ctx, &kms.GenerateDataKeyInput{KeyId: &arn, KeySpec: types.DataKeySpecAes256})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, time.Second, time.Since(start))
		assert.Equal(t, 1, k.Count("GenerateDataKey"))
	})
}
