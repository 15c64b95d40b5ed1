package client_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

// kmsFault is a fault of KMS.
type kmsFault struct {
	memkms.Fault
	// is finds the SDK's error; class is that of package crypto.
	is    func(error) bool
	class error
}

func hasCode(code string) func(error) bool {
	return func(err error) bool {
		for failure, ok := errors.AsType[smithy.APIError](err); ok; failure, ok = errors.AsType[smithy.APIError](errors.Unwrap(failure)) {
			if failure.ErrorCode() == code {
				return true
			}
		}
		return false
	}
}

var (
	accessDenied = kmsFault{memkms.Fault{Code: "AccessDeniedException"}, hasCode("AccessDeniedException"), crypto.ErrKeyUnavailable}
	disabled     = kmsFault{memkms.Fault{Code: "DisabledException"}, hasType[*kmstypes.DisabledException], crypto.ErrKeyUnavailable}
	notFound     = kmsFault{memkms.Fault{Code: "NotFoundException"}, hasType[*kmstypes.NotFoundException], crypto.ErrKeyUnavailable}
	kmsThrottle  = kmsFault{memkms.Fault{Code: "ThrottlingException"}, hasCode("ThrottlingException"), crypto.ErrKeyUnavailable}
	wrongKey     = kmsFault{memkms.Fault{KeyID: "arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000000"},
		hasType[*cmp.KMSError], crypto.ErrKeyUnavailable}
)

// testKMS tests an operation under a fault of KMS: of every call, and of one.
func testKMS(fault kmsFault) func(t *testing.T, r *rig, op operation) {
	return func(t *testing.T, r *rig, op operation) {
		before := r.state()
		r.kms.Inject(func(memkms.Request) memkms.Fault { return fault.Fault })
		out, err := r.run(t, op, r.users(client.WithConcurrency(1)), op.request)
		r.requireKeyFault(t, op, out, err, fault)
		assert.Equal(t, 1, r.kms.Count(""), "KMS is asked once")
		if op.sealed > 0 {
			assert.Equal(t, before, r.state())
		}

		r = newRig(t, r.form)
		r.kms.Inject(func(memkms.Request) memkms.Fault { return fault.Fault })
		out, err = r.run(t, op, r.users(), op.request)
		r.requireKeyFault(t, op, out, err, fault)
		r.check(t)
		assert.LessOrEqual(t, r.kms.Count(""), max(op.sealed, op.opened), "KMS is asked once for an item")

		if op.sealed > 0 && op.opened > 0 { // the item that it returns has another key
			r.reset()
			r.kms.Inject(func(request memkms.Request) memkms.Fault {
				if request.Operation == "Decrypt" {
					return fault.Fault
				}
				return memkms.Fault{}
			})
			out, err = r.run(t, op, r.users(), op.request)
			requireAppliedWrite(t, op, out, err, r)
			assert.True(t, fault.is(err), "%v", err)
			assert.Equal(t, 1, r.kms.Count("Decrypt"))
		}
		if op.pages() {
			r.kms.Inject(memkms.InOrder(memkms.Fault{}, fault.Fault))
			r.requireOthers(t, op, fault.is, fault.class, 1)
		}
		if op.name == "BatchWriteItem" { // one of two items
			r.reset()
			r.kms.Inject(memkms.InOrder(memkms.Fault{}, fault.Fault))
			out, err = r.run(t, op, r.users(client.WithConcurrency(1)), op.request)
			r.requireKeyFault(t, op, out, err, fault)
		}
	}
}

// requireKeyFault checks what comes of a fault of every call for keys.
func (r *rig) requireKeyFault(t *testing.T, op operation, out any, err error, fault kmsFault) {
	t.Helper()
	require.Error(t, err)
	assert.True(t, fault.is(err), "errors.As reaches the SDK's error: %v", err)
	assert.ErrorIs(t, err, fault.class)
	bad := requireOnlyItem(t, err)
	assert.Equal(t, op.name, bad.Op)
	assert.Equal(t, r.table, bad.Table)
	assert.Equal(t, str(memberID), bad.Key()["id"])
	switch {
	case op.sealed > 0:
		assert.Empty(t, r.tap.Operations(), "what is not encrypted is not sent")
		assert.Nil(t, out)
	case op.writes():
		requireAppliedWrite(t, op, out, err, r)
	default:
		assert.Equal(t, []string{op.name}, r.tap.Operations())
		assert.Nil(t, out)
	}
}

// requireAppliedWrite checks the error of a write that was done, but whose item could not
// be opened.
func requireAppliedWrite(t *testing.T, op operation, out any, err error, r *rig) {
	t.Helper()
	bad := requireOnlyItem(t, err)
	assert.True(t, bad.Applied)
	assert.Contains(t, err.Error(), "was applied")
	assert.Equal(t, []string{op.name}, r.tap.Operations(), "it is not repeated")
	require.NotNil(t, bad.Output)
	for _, answer := range []any{out, bad.Output} {
		switch answer := answer.(type) {
		case *dynamodb.PutItemOutput:
			assert.Empty(t, answer.Attributes)
		case *dynamodb.UpdateItemOutput:
			assert.Empty(t, answer.Attributes)
		case *dynamodb.DeleteItemOutput:
			assert.Empty(t, answer.Attributes)
		default:
			assert.Nil(t, answer)
		}
	}
}

// requireOthers checks an answer of which one member is bad: by default none comes,
// with CollectBadItems all others do.
func (r *rig) requireOthers(t *testing.T, op operation, is func(error) bool, class error, bad int) {
	t.Helper()
	r.reset()
	out, err := r.run(t, op, r.users(client.WithConcurrency(1), client.CollectBadItems()), op.request)
	var collected *client.ItemsError
	require.ErrorAs(t, err, &collected)
	require.Len(t, collected.Items, 1)
	require.Equal(t, memberKey(bad), collected.Items[0].Key())
	assert.True(t, is(err), "errors.As reaches the cause: %v", err)
	require.ErrorIs(t, err, class)
	others := []int{0, 1, 2, 3, 4}
	others = append(others[:bad:bad], others[bad+1:]...)
	requireItems(t, collected.Output, others...)
	if out != nil {
		require.Same(t, collected.Output, out)
	}
	assert.Equal(t, []string{op.name}, r.tap.Operations())
}

// testMissingVersion tests an operation while the metastore does not find a version
// that it has.
func testMissingVersion(t *testing.T, _ *rig, op operation) {
	for name, concurrency := range map[string]int{"one at a time": 1, "all at once": 16} {
		for form, open := range forms {
			r, keys := newStoredKeysRig(t, open)
			before := r.state()
			keys.Inject("GetItem", wiretap.Always(wiretap.Fault{Rewrite: func(string, []byte) []byte { return []byte("{}") }}))
			out, err := r.run(t, op, r.users(client.WithConcurrency(concurrency)), op.request)
			missing := kmsFault{is: hasType[*client.ItemError], class: crypto.ErrKeyUnavailable}
			r.requireKeyFault(t, op, out, err, missing)
			assert.ErrorContains(t, err, "version 0", "%s, %s", name, form)
			assert.Zero(t, r.kms.Count("Decrypt"), "there is nothing to ask KMS for")
			calls := 1
			if concurrency > 1 {
				calls = members // callers share one that is running, and each may come when none is
			}
			assert.LessOrEqual(t, keys.Count("GetItem"), 2*calls, "a lost race is looked up again")
			if op.sealed > 0 {
				assert.Equal(t, before, r.state())
			}
			keys.Inject("GetItem", nil)
			if op.name == "DeleteItem" {
				r.put(t, r.users(), member(0))
			}
			r.tap.Reset()
			_, err = r.run(t, op, r.users(), op.request)
			require.NoError(t, err, "the fault is not remembered")
			r.check(t)
		}
	}
}
