package mapper

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

var (
	// ErrNotFound means that there is no item with the key.
	ErrNotFound = errors.New("item not found")

	// ErrVersionConflict means that the stored item does not have the version
	// that the struct was loaded with: somebody else changed, wrote or deleted
	// it. Load it again, and decide again.
	ErrVersionConflict = errors.New("version conflict")

	// ErrPartialUpdate means that a part of an item was to be updated. The
	// signature covers the whole item and is computed in this process, so
	// DynamoDB cannot change one attribute of it: load the item, change it and
	// save it.
	ErrPartialUpdate = errors.New("an item cannot be updated in part, since its signature covers the whole of it; load, change and save it")
)

// Error says which operation failed on which table. It wraps an error of
// package crypto, of this package, or of the SDK, which [errors.As] finds. It
// holds no values.
type Error struct {
	// Op is the method, such as "Save".
	Op string
	// Type is the Go type of the item.
	Type string
	// Table is the name of the table.
	Table string
	Err   error
}

// Error returns one line of text.
func (e *Error) Error() string {
	text := strings.TrimPrefix(e.Err.Error(), "ddbcrypt: ")
	var item *crypto.ItemError
	if errors.As(e.Err, &item) && item.Table == e.Table { // which names it
		return fmt.Sprintf("ddbcrypt: %s %s: %s", e.Op, e.Type, text)
	}
	return fmt.Sprintf("ddbcrypt: %s %s in table %q: %s", e.Op, e.Type, e.Table, text)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
