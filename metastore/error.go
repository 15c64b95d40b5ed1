package metastore

import (
	"errors"
	"fmt"

	"github.com/aws/smithy-go"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// Error says which material a call failed for. It wraps one of the failure classes
// of package cmp and the cause, which may be the SDK's.
type Error struct {
	// Op is "get", "create", "rotate", "find the newest version of" or
	// "replicate".
	Op string
	// Table is the name of the store's table.
	Table string
	// MaterialName and Version name the material; Version is -1 if the call is
	// not about one version.
	MaterialName string
	Version      int64
	// Err is the cause.
	Err error
}

// Error returns one line of text.
func (e *Error) Error() string {
	material := fmt.Sprintf("material %q", e.MaterialName)
	if e.Version >= 0 {
		material = fmt.Sprintf("version %d of %s", e.Version, material)
	}
	return fmt.Sprintf("metastore: %s %s in table %q: %v", e.Op, material, e.Table, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// fail makes err an Error with a failure class. It says by itself which item of the
// table it is about.
func (s *Store) fail(op, materialName string, version int64, err error) error {
	if item, ok := err.(*crypto.ItemError); ok {
		if err = item.Err; item.Attribute != "" {
			err = fmt.Errorf("attribute %q: %w", item.Attribute, err)
		}
	}
	if cmp.FailureClass(err) == nil {
		err = fmt.Errorf("%w: %w", cmp.ErrKeyUnavailable, err)
	}
	if what := advice(err); what != "" {
		err = fmt.Errorf("%w; %s", err, what)
	}
	return &Error{op, s.table, materialName, version, err}
}

// advice says what to do about an error, where that is known.
func advice(err error) string {
	var api smithy.APIError
	switch {
	case errors.As(err, new(*cmp.KMSError)):
		return "" // it says so itself
	case errors.Is(err, cmp.ErrSignature):
		return "the version was changed, or it is protected by other keys, or under another table name: for a table that was restored or renamed, see docs/troubleshooting.md"
	case errors.Is(err, cmp.ErrNotEncrypted):
		return "it is no version of a MetaStore, or its signature was removed"
	case !errors.As(err, &api):
		return ""
	}
	switch api.ErrorCode() {
	case "ResourceNotFoundException":
		return "check the name of the table, the Region and the endpoint, or create the table"
	case "AccessDeniedException":
		return "the caller needs a permission on this table; see docs/troubleshooting.md, Access denied"
	case "ValidationException":
		return "is it the table of a MetaStore?"
	case "UnrecognizedClientException", "ExpiredTokenException":
		return "check the AWS credentials"
	}
	return ""
}
