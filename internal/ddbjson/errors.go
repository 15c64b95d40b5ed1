package ddbjson

import (
	"errors"
	"strconv"
	"strings"
)

// ErrSyntax is wrapped by every error about text that is not DynamoDB JSON.
var ErrSyntax = errors.New("not DynamoDB JSON")

// ErrValue is wrapped by every error about an item or value that cannot be
// written as DynamoDB JSON.
var ErrValue = errors.New("no DynamoDB JSON for this value")

// Error says where an item is wrong and why. It holds the attribute's name and
// positions, and nothing from inside a value: keys of maps may be secret too.
type Error struct {
	// Path leads to the wrong value, for example `attribute "a": element 3`
	// or `attribute "a": map value`. Elements count from 0 and long names are
	// cut. It is empty if the item as a whole is wrong.
	Path string
	// Reason is for humans.
	Reason string
	// Err is [ErrSyntax] or [ErrValue].
	Err error
}

// Error returns path and reason.
func (e *Error) Error() string {
	if e.Path == "" {
		return e.Reason
	}
	return e.Path + ": " + e.Reason
}

// Unwrap returns [ErrSyntax] or [ErrValue].
func (e *Error) Unwrap() error { return e.Err }

func syntaxError(reason string) error { return &Error{Reason: reason, Err: ErrSyntax} }

func valueError(reason string) error { return &Error{Reason: reason, Err: ErrValue} }

// within prepends a step to the path of an error on its way up.
func within(step string, err error) error {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return err
	}
	if e.Path != "" {
		step += ": "
	}
	e.Path = step + e.Path
	return err
}

func attributeStep(name string) string { return "attribute " + quote(name) }

func mapStep(string) string { return "map value" }

func withinElement(i int, err error) error {
	return within("element "+strconv.Itoa(i), err)
}

// maxQuotedName keeps an error short whatever the item holds; it is the
// longest name of a key attribute.
const maxQuotedName = 255

func quote(name string) string {
	if len(name) > maxQuotedName {
		name = strings.ToValidUTF8(name[:maxQuotedName], "") + "…"
	}
	return strconv.Quote(name)
}
