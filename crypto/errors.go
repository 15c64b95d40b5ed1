package crypto

import (
	"fmt"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

// The failure classes, the same values as in package cmp. Every error of an item
// encryptor wraps exactly one of them.
var (
	ErrNotEncrypted   = cmp.ErrNotEncrypted
	ErrSignature      = cmp.ErrSignature
	ErrDescription    = cmp.ErrDescription
	ErrAlgorithm      = cmp.ErrAlgorithm
	ErrKeyUnavailable = cmp.ErrKeyUnavailable
	ErrConfig         = cmp.ErrConfig
	ErrCorrupt        = cmp.ErrCorrupt
)

// ItemError says which item an operation failed for. It names the table and
// attributes; it never holds a value.
type ItemError struct {
	// Op is "encrypt", "decrypt", "verify" or "diagnose".
	Op string
	// Table is the table name that is signed, or empty.
	Table string
	// Keys are the names of the key attributes, as far as they were stated.
	Keys []string
	// Attribute is the name of the attribute that the failure is about, or
	// empty.
	Attribute string
	// Absent are attributes that the actions sign by name but that are not in
	// the item: a hint for signatures that do not match. There are at most 8.
	Absent []string
	// Err wraps one of the failure classes.
	Err error
}

// maxNameInError bounds what an attribute name adds to a message.
const maxNameInError = 80

// Error returns one line of text.
func (e *ItemError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "ddbcrypt: %s item", e.Op)
	if e.Table != "" {
		fmt.Fprintf(&b, " of table %.*q", maxNameInError, e.Table)
	}
	if len(e.Keys) > 0 {
		fmt.Fprintf(&b, " with key %s", quoteNames(e.Keys))
	}
	if e.Attribute != "" {
		fmt.Fprintf(&b, ": attribute %.*q", maxNameInError, e.Attribute)
	}
	fmt.Fprintf(&b, ": %v", e.Err)
	if len(e.Absent) > 0 {
		fmt.Fprintf(&b, " (signed by configuration but absent from the item: %s)", quoteNames(e.Absent))
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *ItemError) Unwrap() error { return e.Err }

func quoteNames(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = fmt.Sprintf("%.*q", maxNameInError, name)
	}
	return strings.Join(quoted, ", ")
}

// attributeError is a failure that is about one attribute.
type attributeError struct {
	name string
	err  error
}

func (e *attributeError) Error() string { return fmt.Sprintf("attribute %q: %v", e.name, e.err) }
func (e *attributeError) Unwrap() error { return e.err }
