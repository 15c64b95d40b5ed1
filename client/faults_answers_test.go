package client_test

import (
	"context"
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

// answerFault is a fault of DynamoDB or of the way to it.
type answerFault struct {
	wiretap.Fault
	// is finds the SDK's error.
	is func(error) bool
	// arrives is true if DynamoDB does what it was asked for.
	arrives bool
}

func hasType[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func isTimeout(err error) bool {
	failure, ok := errors.AsType[net.Error](err)
	return ok && failure.Timeout()
}

var (
	throttle      = answerFault{Fault: wiretap.Fault{Code: "ThrottlingException"}, is: hasType[*types.ThrottlingException]}
	internalError = answerFault{Fault: wiretap.Fault{Code: "InternalServerError"}, is: hasType[*types.InternalServerError]}
	timeoutBefore = answerFault{Fault: wiretap.Fault{Timeout: true}, is: isTimeout}
	timeoutAfter  = answerFault{Fault: wiretap.Fault{Timeout: true, Deliver: true}, is: isTimeout, arrives: true}
	resetMidBody  = answerFault{Fault: wiretap.Fault{CutBody: true}, is: func(err error) bool { return errors.Is(err, syscall.ECONNRESET) }, arrives: true}
	truncated     = answerFault{Fault: wiretap.Fault{Truncate: 1}, is: func(err error) bool {
		return hasType[*smithy.DeserializationError](err) || errors.Is(err, io.ErrUnexpectedEOF)
	}, arrives: true}
)

// testAnswer tests an operation under a fault of DynamoDB: without retries, and with
// those of the SDK.
func testAnswer(fault answerFault) func(t *testing.T, r *rig, op operation) {
	return func(t *testing.T, r *rig, op operation) {
		before := r.state()
		r.tap.Inject(op.name, wiretap.Always(fault.Fault))
		out, err := r.run(t, op, r.users(), op.request)
		require.Nil(t, out)
		require.Error(t, err)
		assert.True(t, fault.is(err), "%v", err)
		assert.True(t, hasType[*smithy.OperationError](err), "it is the SDK's error: %v", err)
		assert.False(t, hasType[*client.ItemError](err), "no item is to blame: %v", err)
		assert.Equal(t, []string{op.name}, r.tap.Operations(), "nothing retries but the SDK")
		assert.Equal(t, op.sealed, r.kms.Count("GenerateDataKey"))
		assert.Zero(t, r.kms.Count("Decrypt"), "there is nothing to open")
		if op.writes() && fault.arrives {
			assert.NotEqual(t, before, r.state())
		} else {
			assert.Equal(t, before, r.state())
		}

		again := newRig(t, r.form)
		again.retrying()
		want := again.attemptsOfSDK(t, op, fault)
		again.tap.Inject(op.name, wiretap.Times(2, fault.Fault))
		out, err = again.run(t, op, again.users(), op.request)
		assert.Equal(t, want, again.tap.Count(""), "as many attempts as without encryption")
		assert.Equal(t, op.sealed, again.kms.Count("GenerateDataKey"), "items are encrypted once")
		for _, request := range again.tap.Requests() {
			assert.Equal(t, again.tap.Requests()[0], request, "a retry sends the same bytes")
		}
		if want < 3 {
			assert.True(t, fault.is(err), "%v", err)
		} else {
			require.NoError(t, err)
			assert.NotNil(t, out)
			assert.LessOrEqual(t, again.kms.Count("Decrypt"), op.opened, "only the last answer is opened")
			if !op.writes() {
				requireItems(t, out, []int{0, 1, 2, 3, 4}[:op.opened]...)
			}
		}
		again.check(t)
	}
}

// attemptsOfSDK is how often a client without encryption asks under a fault.
func (r *rig) attemptsOfSDK(t *testing.T, op operation, fault answerFault) int {
	t.Helper()
	other := newWorld(t, r.plain, r.form)
	other.options.Retryer = r.options.Retryer
	other.tap.Inject(op.name, wiretap.Times(2, fault.Fault))
	in := op.request(&rig{world: other})
	_, _ = op.call(t.Context(), other.open(client.OtherTables(client.PassThrough())), in)
	return other.tap.Count("")
}

// testCancelled ends the context before the request, while KMS is asked, and while
// DynamoDB is.
func testCancelled(t *testing.T, r *rig, op operation) {
	db := r.users()
	ended, end := context.WithCancel(t.Context())
	end()
	out, err := op.call(ended, db, op.request(r))
	require.Nil(t, out)
	require.ErrorIs(t, err, context.Canceled)
	assert.Empty(t, r.tap.Operations(), "nothing is sent")
	assert.Zero(t, r.kms.Count(""), "no key is asked for")

	before := r.state()
	r.tap.Inject(op.name, wiretap.Always(wiretap.Fault{Hang: true}))
	r.requireCancelled(t, op, db)
	assert.Equal(t, 1, r.tap.Count(""))
	assert.Equal(t, op.sealed, r.kms.Count(""), "no key is asked for any more")
	assert.Equal(t, before, r.state())
	r.tap.Inject(op.name, nil)
	r.check(t)
	r.reset()

	r.kms.SetLatency(time.Hour)
	r.requireCancelled(t, op, db)
	if r.kms.SetLatency(0); op.sealed > 0 {
		assert.Empty(t, r.tap.Operations(), "what is not encrypted is not sent")
		assert.Equal(t, op.sealed, r.kms.Count(""))
		assert.Equal(t, before, r.state())
	} else {
		assert.Equal(t, 1, r.tap.Count(""))
		assert.Equal(t, op.opened, r.kms.Count(""))
	}
}

// requireCancelled cancels a call after a second: it has to return at once.
func (r *rig) requireCancelled(t *testing.T, op operation, db api) {
	t.Helper()
	if op.sealed+op.opened == 0 {
		return
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	time.AfterFunc(time.Second, cancel)
	start, in := time.Now(), op.request(r)
	_, err := op.call(ctx, db, in)
	require.ErrorIs(t, err, context.Canceled)
	requireTellsNothing(t, err)
	assert.Equal(t, op.request(r), in)
	assert.Equal(t, time.Second, time.Since(start), "it returns at once")
	synctest.Wait()
}
