package metastore

import (
	"fmt"

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
	return &Error{op, s.table, materialName, version, err}
}
