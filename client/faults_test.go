package client_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// faults are what can go wrong, each with the test of one operation under it. The
// rig is new for each call.
var faults = map[string]func(t *testing.T, r *rig, op operation){
	"throttle":                  testAnswer(throttle),
	"500":                       testAnswer(internalError),
	"timeout before send":       testAnswer(timeoutBefore),
	"timeout after send":        testAnswer(timeoutAfter),
	"connection reset mid-body": testAnswer(resetMidBody),
	"truncated JSON":            testAnswer(truncated),
	"context cancelled":         testCancelled,
	"KMS AccessDenied":          testKMS(accessDenied),
	"KMS Disabled":              testKMS(disabled),
	"KMS NotFound":              testKMS(notFound),
	"KMS throttle":              testKMS(kmsThrottle),
	"KMS wrong key id":          testKMS(wrongKey),
	"metastore missing version": testMissingVersion,
	"partial batch":             testPartialBatch,
	"undecryptable item":        testUndecryptable,
	"ConditionalCheckFailed":    testConditionFailed,
	"transaction cancelled":     testTransactionCancelled,
}

// impossible are the faults that some operations cannot meet, with the proof: the
// members of the SDK's types that would have to be there.
var impossible = map[string]struct {
	operations []string
	proof      func(in, out reflect.Type) bool
}{
	"partial batch": {
		[]string{"PutItem", "GetItem", "UpdateItem", "DeleteItem", "Query", "Scan", "TransactGetItems", "TransactWriteItems"},
		func(_, out reflect.Type) bool { return !hasMember(out, "UnprocessedItems", "UnprocessedKeys") },
	},
	"undecryptable item": {
		[]string{"BatchWriteItem"},
		func(in, out reflect.Type) bool {
			return !hasMember(in, "ReturnValues", "ReturnValuesOnConditionCheckFailure") && !hasMember(out, "Items", "Attributes", "Responses")
		},
	},
	"ConditionalCheckFailed": {
		[]string{"GetItem", "Query", "Scan", "BatchGetItem", "BatchWriteItem", "TransactGetItems"},
		func(in, _ reflect.Type) bool { return !hasMember(in, "ConditionExpression") },
	},
	"transaction cancelled": {
		[]string{"PutItem", "GetItem", "UpdateItem", "DeleteItem", "Query", "Scan", "BatchGetItem", "BatchWriteItem"},
		func(in, _ reflect.Type) bool { return !hasMember(in, "TransactItems") },
	},
}

func TestEveryOperationUnderEveryFault(t *testing.T) {
	require.Len(t, operations, 10)
	require.Len(t, faults, 17)
	for _, op := range operations {
		for name, test := range faults {
			t.Run(fmt.Sprintf("%s under %s", op.name, name), func(t *testing.T) {
				if no, ok := impossible[name]; ok && slices.Contains(no.operations, op.name) {
					in, out := op.types()
					assert.True(t, no.proof(in, out), "the cell exists")
					return
				}
				for form, open := range forms {
					t.Run(form, func(t *testing.T) {
						// The bubble ends only when every goroutine of the test has.
						synctest.Test(t, func(t *testing.T) {
							r := newRig(t, open)
							test(t, r, op)
							r.check(t)
						})
					})
				}
			})
		}
	}
}

func TestTheImpossibleFaultsAreOfTheTable(t *testing.T) {
	for name, no := range impossible {
		require.Contains(t, faults, name)
		for _, op := range no.operations {
			require.True(t, slices.ContainsFunc(operations, func(known operation) bool { return known.name == op }), op)
		}
	}
}

// hasMember reports whether a type or one that it is made of has a member of one of
// these names.
func hasMember(t reflect.Type, names ...string) bool {
	seen := map[reflect.Type]bool{}
	var search func(t reflect.Type) bool
	search = func(t reflect.Type) bool {
		for slices.Contains([]reflect.Kind{reflect.Pointer, reflect.Slice, reflect.Map}, t.Kind()) {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || seen[t] || !strings.Contains(t.PkgPath(), "service/dynamodb") {
			return false
		}
		seen[t] = true
		for field := range t.Fields() {
			if slices.Contains(names, field.Name) || search(field.Type) {
				return true
			}
		}
		return false
	}
	return search(t)
}

// operation is one of the ten, with a request that writes or reads members of the
// table.
type operation struct {
	name    string
	request func(r *rig) any // the same each time
	call    func(ctx context.Context, db api, in any) (any, error)
	types   func() (in, out reflect.Type)
	// sealed and opened are how many items are encrypted before the request is sent
	// and decrypted from its answer.
	sealed, opened int
	// fails is the request with a condition that fails on member 0, and asks for the
	// item; nil where there are no conditions.
	fails func(r *rig) any
}

// writes reports whether the operation changes the table.
func (op operation) writes() bool {
	return op.sealed > 0 || op.name == "UpdateItem" || op.name == "DeleteItem"
}

// pages reports whether the answer has several items.
func (op operation) pages() bool { return op.opened > 1 }

// answer is what an operation of the SDK returns, without the nil of a type.
func answer[Out any](out *Out, err error) (any, error) {
	if out == nil {
		return nil, err
	}
	return out, err
}

func newOperation[In, Out any](name string, sealed, opened int, method func(api, context.Context, *In, ...func(*dynamodb.Options)) (*Out, error), request func(r *rig) *In) operation {
	return operation{
		name: name, sealed: sealed, opened: opened,
		request: func(r *rig) any { return request(r) },
		call:    func(ctx context.Context, db api, in any) (any, error) { return answer(method(db, ctx, in.(*In))) },
		types:   func() (in, out reflect.Type) { return reflect.TypeFor[In](), reflect.TypeFor[Out]() },
	}
}

// failing adds the request whose condition fails.
func (op operation) failing(request func(r *rig) any) operation {
	op.fails = request
	return op
}
