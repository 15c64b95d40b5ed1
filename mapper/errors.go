package mapper

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/itemkey"
)

var (
	// ErrNotFound means that there is no item with the key.
	ErrNotFound = errors.New("item not found")

	// ErrVersionConflict means that the stored item does not have the version
	// that the struct was loaded with: somebody else changed, wrote or deleted
	// it. Load it again, and decide again.
	ErrVersionConflict = errors.New("version conflict")

	// ErrConditionFailed means that the stored item does not meet the
	// [Condition] of a write.
	ErrConditionFailed = errors.New("condition failed")

	// ErrPartialUpdate means that a part of an item was to be updated. The
	// signature covers the whole item and is computed in this process, so
	// DynamoDB cannot change one attribute of it: use [Mapper.Modify], or load
	// the item, change it and save it.
	ErrPartialUpdate = errors.New("an item cannot be updated in part, since its signature covers the whole of it; use Modify, or load, change and save it")

	// ErrUnprocessed means that DynamoDB returned a part of a batch undone, again
	// and again. Do it later, or more slowly.
	ErrUnprocessed = errors.New("DynamoDB did not process it, although asked repeatedly; try again later")

	// ErrOldUnknown means that an item was written or deleted, but that the item
	// before it, which [ReturnOld] asks for, is not known: the answer to the first
	// request was lost. Don't repeat the operation.
	ErrOldUnknown = errors.New("the operation was done, but an answer was lost, and with it the old item")
)

// Error says which operation failed on which table. It wraps an error of
// package crypto, of package client, of this package, or of the SDK, which
// [errors.As] finds. It holds no values.
type Error struct {
	// Op is the method, such as "Save".
	Op string
	// Type is the Go type of the item, and Table the name of the table; both are
	// empty where several may be meant, as in [Transact].
	Type, Table string
	Err         error

	key crypto.Item
}

// Key returns the primary key of the item that the error is about, as far as it is
// known, if the operation was about several. Its values are data: think before you log
// them.
func (e *Error) Key() crypto.Item { return maps.Clone(e.key) }

// Error returns one line of text.
func (e *Error) Error() string {
	text := strings.TrimPrefix(e.Err.Error(), "ddbcrypt: ")
	if e.Table == "" { // of several
		return fmt.Sprintf("ddbcrypt: %s: %s", e.Op, text)
	}
	var item *crypto.ItemError
	if errors.As(e.Err, &item) && item.Table == e.Table { // which names it
		return fmt.Sprintf("ddbcrypt: %s %s: %s", e.Op, e.Type, text)
	}
	return fmt.Sprintf("ddbcrypt: %s %s in table %q: %s", e.Op, e.Type, e.Table, text)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// failItem is fail for one of several items.
func (m *core) failItem(op string, key crypto.Item, err error) *Error {
	return &Error{Op: op, Type: m.model.Type(), Table: m.table, Err: restate(err), key: key}
}

// keyIn returns the primary key of an item, as far as it has it.
func (p *plan) keyIn(item crypto.Item) crypto.Item { return itemkey.Of(item, p.keyNames...) }

// several is the errors of several items.
type several []error

// badItems returns the error of a page.
func badItems(errs []error) error {
	if len(errs) == 0 {
		return nil
	}
	return several(errs)
}

func (s several) Error() string {
	if len(s) == 1 {
		return s[0].Error()
	}
	return fmt.Sprintf("%s (and %d more of the page; the others are in Page.Items)", s[0], len(s)-1)
}

func (s several) Unwrap() []error { return s }

// restated is an error of the client in words for users of a mapper, who know
// neither its operations nor its options.
type restated struct {
	text string
	err  error
}

func (r *restated) Error() string { return r.text }
func (r *restated) Unwrap() error { return r.err }

// restate returns what a mapper says of an error.
func restate(err error) error {
	switch e := err.(type) {
	case *client.RefusedError:
		return &restated{refusal(e), err}
	case *client.ItemError:
		text := strings.TrimPrefix(e.Err.Error(), "ddbcrypt: ")
		if e.Applied {
			text = "it was done, but the old item cannot be opened; do not repeat it: " + text
		}
		if strings.HasSuffix(e.Parameter, "]") { // of several
			text = e.Parameter + ": " + text
		}
		return &restated{text, err}
	}
	return err
}

func refusal(e *client.RefusedError) string {
	var text strings.Builder
	if parameter := place.ReplaceAllString(e.Parameter, ""); parameter != "" && parameter != "Item" {
		text.WriteString(parameter + ": ")
	}
	if e.Attribute != "" {
		fmt.Fprintf(&text, "attribute %q: ", e.Attribute)
	}
	text.WriteString(e.Reason)
	if e.Advice != "" {
		text.WriteString("; " + advice.Replace(e.Advice))
	}
	return text.String()
}

// place is where in a request of several items a parameter is: the mapper has said
// which item it is.
var place = regexp.MustCompile(`^(TransactItems\[\d+\]\.\w+|RequestItems\[.*\]\[\d+\]\.\w+)\.`)

// advice replaces what only users of a client can do.
var advice = strings.NewReplacer(
	"use client.HydrateIndexes to read whole items by their keys", "read whole items by their keys with mapper.FetchWhole",
	"declare keys and indexes with client.Tables", "state the projection of the index in the tags",
	"declare the index in client.Table if DescribeTable does not show it", "correct the name of the index",
	"make its action sign, or declare the index in client.Table", "make its action sign",
	", or correct the keys in client.Table", "",
	"put the plaintext item; it may be encrypted already, by a mapper or by another encrypting client", "remove it; if the struct does not have it, the item is encrypted already: a mapper needs a client without encryption",
	"put whole items to create or protect them", "save whole items to create or protect them",
)
