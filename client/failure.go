package client

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// failedItems says whose the items in an error are: for a single write, the table
// and key (or an item with it) of position 0, for a transaction those of each action. The table is nil
// where items are not to be touched. ok is false where no item can be.
type failedItems func(position int) (t *table, key crypto.Item, ok bool)

// noItems is for operations that fail without any item.
func noItems(int) (*table, crypto.Item, bool) { return nil, nil, false }

// openFailure returns err with the items in it decrypted. The SDK's error stays as
// it is; a copy takes its place.
func (c *core) openFailure(ctx context.Context, op string, err error, of failedItems) error {
	if of == nil {
		return err
	}
	failure := &FailureError{Err: err}
	if failed, ok := find(err, func(e *types.ConditionalCheckFailedException) bool { return e.Item != nil }); ok {
		copied := *failed
		copied.Item = c.openFailed(ctx, op, "Item", 0, failed.Item, of, failure)
		failure.Err = replace(failure.Err, failed, &copied)
	}
	if cancelled, ok := find(err, func(e *types.TransactionCanceledException) bool { return hasItem(e.CancellationReasons) }); ok {
		copied := *cancelled
		copied.CancellationReasons = slices.Clone(cancelled.CancellationReasons)
		for i, reason := range cancelled.CancellationReasons {
			if reason.Item != nil {
				copied.CancellationReasons[i].Item = c.openFailed(ctx, op, fmt.Sprintf("CancellationReasons[%d].Item", i), i, reason.Item, of, failure)
			}
		}
		failure.Err = replace(failure.Err, cancelled, &copied)
	}
	if len(failure.Dropped) == 0 && len(failure.Unprotected) == 0 {
		return failure.Err
	}
	return failure
}

// find returns the first error of a type in a chain or tree that fits: there may be
// others before it, if somebody joins the errors of several attempts.
func find[E error](err error, fits func(E) bool) (E, bool) {
	if e, ok := err.(E); ok && fits(e) {
		return e, true
	}
	var inner []error
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		inner = []error{e.Unwrap()}
	case interface{ Unwrap() []error }:
		inner = e.Unwrap()
	}
	for _, err := range inner {
		if e, ok := find(err, fits); ok {
			return e, true
		}
	}
	var none E
	return none, false
}

// explain says of a failed condition that it may be one that the caller did not
// state.
func (x *exchange[In, Out]) explain(err error) error {
	if x.updates == nil || !failedAt(err, x.updates) {
		return err
	}
	failure, ok := err.(*FailureError)
	if !ok {
		failure = &FailureError{Err: err}
	}
	failure.note = "ddbcrypt added the condition that the item is protected, which a missing or plaintext item does not meet; put whole items to create or protect them"
	return failure
}

// failedAt reports whether a condition failed at a position.
func failedAt(err error, at func(position int) bool) bool {
	if _, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		return at(0)
	}
	cancelled, ok := errors.AsType[*types.TransactionCanceledException](err)
	if !ok {
		return false
	}
	for i, reason := range cancelled.CancellationReasons {
		if aws.ToString(reason.Code) == "ConditionalCheckFailed" && at(i) {
			return true
		}
	}
	return false
}

func hasItem(reasons []types.CancellationReason) bool {
	return slices.ContainsFunc(reasons, func(r types.CancellationReason) bool { return r.Item != nil })
}

// openFailed returns a stored item decrypted, or nil.
func (c *core) openFailed(ctx context.Context, op, parameter string, position int, item crypto.Item, of failedItems, failure *FailureError) crypto.Item {
	t, key, ok := of(position)
	switch {
	case !ok:
		failure.Dropped = append(failure.Dropped, &ItemError{Op: op, Parameter: parameter, Index: position,
			Err: fmt.Errorf("%w: DynamoDB returned an item that was not asked for", crypto.ErrSignature)})
		return nil
	case t == nil:
		return item
	}
	var opened crypto.Item
	var r report
	err := c.openOne(ctx, &r, &opening{op: op, table: t, parameter: parameter, index: position, item: item, key: key, keys: t.keys, to: &opened})
	if err != nil {
		dropped, ok := errors.AsType[*ItemError](err)
		if !ok {
			dropped = itemError(op, t, parameter, position, item, err)
		}
		failure.Dropped = append(failure.Dropped, dropped)
		return nil
	}
	failure.Unprotected = append(failure.Unprotected, r.unprotected...)
	return opened
}

// replace returns the chain of err with a copy of one error in it replaced. So no
// way leads from the result to the stored item.
func replace(err, old, replacement error) error {
	if err == old {
		return replacement
	}
	inner := func(err error) error { return replace(err, old, replacement) }
	switch e := err.(type) {
	case *smithy.OperationError:
		copied := *e
		copied.Err = inner(e.Err)
		return &copied
	case *awshttp.ResponseError:
		copied := *e
		copied.ResponseError, _ = inner(e.ResponseError).(*smithyhttp.ResponseError)
		return &copied
	case *smithyhttp.ResponseError:
		if e == nil {
			return e
		}
		copied := *e
		copied.Err = inner(e.Err)
		return &copied
	case *retry.MaxAttemptsError:
		copied := *e
		copied.Err = inner(e.Err)
		return &copied
	case *aws.RequestCanceledError:
		copied := *e
		copied.Err = inner(e.Err)
		return &copied
	}
	if errors.Is(err, old) {
		return &replaced{err, old, replacement}
	}
	return err
}

// replaced stands for a wrapper of another package, which cannot be copied.
type replaced struct{ outer, old, replacement error }

func (r *replaced) Error() string { return r.outer.Error() }
func (r *replaced) Unwrap() error { return r.replacement }

// Is and As find what else is in the wrapper.
func (r *replaced) Is(target error) bool { return target != r.old && errors.Is(r.outer, target) }

func (r *replaced) As(target any) bool {
	if reflect.TypeOf(r.old).AssignableTo(reflect.TypeOf(target).Elem()) {
		return false // the replacement is meant
	}
	if !errors.As(r.outer, target) {
		return false
	}
	found := reflect.ValueOf(target).Elem()
	if err, ok := found.Interface().(error); ok && errors.Is(err, r.old) {
		copied := reflect.ValueOf(replace(err, r.old, r.replacement))
		if copied.Type().AssignableTo(found.Type()) { // not if it cannot be copied either
			found.Set(copied)
		}
	}
	return true
}
