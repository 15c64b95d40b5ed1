package tags

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// Error says which tag is wrong and why. It wraps [crypto.ErrConfig].
// Functions of this package that find several faults join them with
// [errors.Join].
type Error struct {
	// Type is the Go type that was asked about. It is empty in errors of the
	// string parsers, which do not know it.
	Type string
	// Field is the path of the field from that type, such as "Base.ID", or
	// empty if the fault is not in one field.
	Field string
	// Tag is the text of the ddbcrypt tag or, where the field has none, the
	// whole struct tag.
	Tag string
	// Err is the reason.
	Err error
}

// Error returns the place and the reason in one line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("tags: ")
	if e.Type != "" {
		fmt.Fprintf(&b, "type %s, ", e.Type)
	}
	if e.Field != "" {
		fmt.Fprintf(&b, "field %s, ", e.Field)
	}
	if e.Tag != "" {
		fmt.Fprintf(&b, "tag %q, ", e.Tag)
	}
	return strings.TrimSuffix(b.String(), ", ") + ": " + e.Err.Error()
}

// Unwrap returns the reason and the failure class.
func (e *Error) Unwrap() []error { return []error{e.Err, crypto.ErrConfig} }

// join gives every reason the same place.
func join(place Error, reasons []error) error {
	errs := make([]error, len(reasons))
	for i, reason := range reasons {
		e := place
		e.Err = reason
		errs[i] = &e
	}
	return errors.Join(errs...)
}
