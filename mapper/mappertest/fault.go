package mappertest

import (
	"reflect"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

// Fault is what happens to one request. The zero Fault is none. The others are
// [Throttle], [Error], [CutBefore], [CutAfter], [Timeout], [Hang], [Latency] and
// [FirstOnly].
type Fault struct{ fault wiretap.Fault }

// Throttle refuses a request with a ThrottlingException, as both services do. The
// SDK retries it.
func Throttle() Fault { return Error("ThrottlingException") }

// Error refuses a request with an error code of the service, such as
// InternalServerError, with the HTTP status that goes with it. The SDK makes it
// the type of that name, where it has one, else a smithy.APIError.
func Error(code string) Fault { return Fault{wiretap.Fault{Code: code}} }

// CutBefore resets the connection before the request arrives: nothing is done. The
// SDK retries it.
func CutBefore() Fault { return Fault{wiretap.Fault{Cut: true}} }

// CutAfter resets the connection before the answer arrives: everything is done.
// The SDK retries it, so that it is done twice.
func CutAfter() Fault { return Fault{wiretap.Fault{Cut: true, Deliver: true}} }

// Timeout is an answer that takes longer than the network waits: everything is
// done, as with [CutAfter], but the error is another one.
func Timeout() Fault { return Fault{wiretap.Fault{Timeout: true, Deliver: true}} }

// Hang lets a request wait until its context ends: nothing is done, and there is
// no answer. A context that never ends makes the test hang.
func Hang() Fault { return Fault{wiretap.Fault{Hang: true}} }

// Latency lets a request wait before it arrives, or until its context ends.
func Latency(d time.Duration) Fault { return Fault{wiretap.Fault{Latency: d}} }

// FirstOnly does only the first n requests of a BatchWriteItem or BatchGetItem,
// and leaves the others unprocessed. Tables are taken in the order of their names.
// With 0, nothing is done.
func FirstOnly(n int) Fault { return Fault{wiretap.Fault{Partial: true, First: n}} }

// Fail gives each next request of an operation the next of the faults, and none
// after the last. The operation is a method of *dynamodb.Client or *kms.Client,
// such as "PutItem" or "Decrypt"; "" is each of those that have no faults of their
// own, of both services. It takes the place of what was to happen before, so that
// without faults all is well again.
//
// Attempts of the SDK are requests: with the three attempts of its clients, a call
// fails after three faults.
//
//	env.Fail("PutItem", mappertest.Throttle(), mappertest.CutAfter()) // the third attempt succeeds
func (e *Env) Fail(operation string, faults ...Fault) {
	e.t.Helper()
	e.check(operation, faults)
	if len(faults) == 0 {
		e.tap.Inject(operation, nil)
		return
	}
	var list []wiretap.Fault
	for _, f := range faults {
		list = append(list, f.fault)
	}
	e.tap.Inject(operation, wiretap.InOrder(list...))
}

// FailAlways is [Env.Fail] with the same fault for every request from now on.
func (e *Env) FailAlways(operation string, fault Fault) {
	e.t.Helper()
	e.check(operation, []Fault{fault})
	e.tap.Inject(operation, wiretap.Always(fault.fault))
}

// check ends the test for faults that would never happen.
func (e *Env) check(operation string, faults []Fault) {
	e.t.Helper()
	e.checkOperation(operation)
	for _, f := range faults {
		if f.fault.Partial && operation != "BatchWriteItem" && operation != "BatchGetItem" {
			e.t.Fatalf("mappertest: FirstOnly is for BatchWriteItem and BatchGetItem, not for %q", operation)
		}
	}
}

func (e *Env) checkOperation(operation string) {
	e.t.Helper()
	if operation == "" {
		return
	}
	for _, client := range []reflect.Type{reflect.TypeFor[*dynamodb.Client](), reflect.TypeFor[*kms.Client]()} {
		if _, ok := client.MethodByName(operation); ok {
			return
		}
	}
	e.t.Fatalf("mappertest: DynamoDB and KMS have no operation %q, write it as the method of the SDK's client", operation)
}
