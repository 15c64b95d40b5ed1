package client

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/itemkey"
)

// RefusedError is a request that cannot be honoured safely. Nothing was sent, and
// no key was asked for, but for an item that only its encryption makes too large. It
// wraps [crypto.ErrConfig].
type RefusedError struct {
	// Op is the operation, such as "Query".
	Op string
	// Table is the plain name of the table, or empty.
	Table string
	// Parameter is the request's member that is refused, such as
	// "FilterExpression" or "TransactItems[2].Put.Item"; several are separated by
	// ", ".
	Parameter string
	// Attribute is the name of the attribute that the refusal is about, or empty.
	Attribute string
	// Reason says why, and Advice what to do instead. Neither holds a value of
	// the request.
	Reason, Advice string

	err error
}

// Error returns one line of text.
func (e *RefusedError) Error() string {
	var b strings.Builder
	b.WriteString("ddbcrypt: " + e.Op)
	if e.Table != "" {
		fmt.Fprintf(&b, " on table %.*q", maxNameInError, e.Table)
	}
	b.WriteString(" refused")
	if e.Parameter != "" {
		b.WriteString(": " + e.Parameter)
	}
	if e.Attribute != "" {
		fmt.Fprintf(&b, ": attribute %.*q", maxNameInError, e.Attribute)
	}
	b.WriteString(": " + e.Reason)
	if e.Advice != "" {
		b.WriteString("; " + e.Advice)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *RefusedError) Unwrap() []error {
	if e.err != nil && errors.Is(e.err, crypto.ErrConfig) {
		return []error{e.err}
	}
	if e.err != nil {
		return []error{crypto.ErrConfig, e.err}
	}
	return []error{crypto.ErrConfig}
}

// maxNameInError bounds what a name adds to a message.
const maxNameInError = 80

// ItemError is an item of a request that could not be encrypted, or one of an
// answer that could not be verified and decrypted. Its text names the table and
// attributes, and holds no value; [ItemError.Key] tells which item it was.
type ItemError struct {
	// Op is the operation, such as "Query".
	Op string
	// Table is the plain name of the table.
	Table string
	// Parameter is where the item is in the request or the answer, such as
	// "Items[3]" or "Attributes".
	Parameter string
	// Index is the position of the item in the list that Parameter names, such as 3
	// for "Items[3]", or 0 if it is in no list.
	Index int
	// Applied says that DynamoDB has done what was asked for, and that only the
	// item that it returned could not be opened. Don't repeat the request.
	Applied bool
	// Output is the answer without the item, such as a *dynamodb.PutItemOutput,
	// of a write that was sent; otherwise nil. Clients with [WithEncryption] cannot
	// return it beside the error.
	Output any `json:"-"`
	// Err wraps one of the failure classes of package crypto, or the error of the
	// context.
	Err error

	key crypto.Item
}

// Key returns the primary key of the item as far as it is known. Its values are
// data: think before you log them.
func (e *ItemError) Key() crypto.Item { return maps.Clone(e.key) }

// Error returns one line of text.
func (e *ItemError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "ddbcrypt: %s on table %.*q", e.Op, maxNameInError, e.Table)
	if e.Applied {
		b.WriteString(" was applied, but the item that it returned cannot be opened; do not repeat it")
	}
	fmt.Fprintf(&b, ": %s: %s", e.Parameter, strings.TrimPrefix(e.Err.Error(), "ddbcrypt: "))
	return b.String()
}

// Unwrap returns the cause.
func (e *ItemError) Unwrap() error { return e.Err }

// ItemsError is all the items of an answer that could not be opened, where
// [CollectBadItems] asks for the others.
type ItemsError struct {
	// Items are the items that could not be opened, in the order of the answer.
	Items []*ItemError
	// Output is the answer with all other items, such as a *dynamodb.QueryOutput.
	// Clients of [New] return it beside the error too; those with
	// [WithEncryption] cannot.
	Output any `json:"-"`
}

// Error returns one line of text.
func (e *ItemsError) Error() string {
	if len(e.Items) == 1 {
		return e.Items[0].Error() + " (the other items are in ItemsError.Output)"
	}
	return fmt.Sprintf("%s (and %d more; the other items are in ItemsError.Output)", e.Items[0].Error(), len(e.Items)-1)
}

// Unwrap returns the error of each item.
func (e *ItemsError) Unwrap() []error {
	list := make([]error, len(e.Items))
	for i, item := range e.Items {
		list[i] = item
	}
	return list
}

// FailureError is an error of DynamoDB with more to say: stored items that came with
// it could not be opened or were plaintext, or the condition that failed may be the
// one that is added to updates. [errors.As] finds the SDK's error, as a copy in which
// the items are decrypted.
type FailureError struct {
	// Err is the SDK's error.
	Err error
	// Dropped are the items that could not be opened. They were taken out.
	Dropped []*ItemError
	// Unprotected are the items that were plaintext, by [PlaintextPolicy].
	Unprotected []UnprotectedItem

	note string
}

// Error returns one line of text.
func (e *FailureError) Error() string {
	text := e.Err.Error()
	if e.note != "" {
		text += " (" + e.note + ")"
	}
	for _, dropped := range e.Dropped {
		text += fmt.Sprintf(" (%s was dropped: %s)", dropped.Parameter, strings.TrimPrefix(dropped.Err.Error(), "ddbcrypt: "))
	}
	return text
}

// Unwrap returns the SDK's error and those of the items.
func (e *FailureError) Unwrap() []error {
	list := []error{e.Err}
	for _, dropped := range e.Dropped {
		list = append(list, dropped)
	}
	return list
}

// itemError is the error for one item of a table, which is at index of a list or 0.
func itemError(op string, t *table, parameter string, index int, item crypto.Item, err error) *ItemError {
	return &ItemError{Op: op, Table: t.name, Parameter: parameter, Index: index, Err: err, key: itemkey.Of(item, t.keys...)}
}
