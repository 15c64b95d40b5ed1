package cmp

import "errors"

// The failure classes. Every error of the packages cmp, crypto, tags and
// mapper that is about keys, items or configuration wraps exactly one of
// them; use [errors.Is] to decide and treat the text as free to change.
// Package crypto exports the same values.
var (
	// ErrNotEncrypted means that an item that was to be verified carries no
	// signature attribute: it was never encrypted or signed, or somebody took
	// its signature away.
	ErrNotEncrypted = errors.New("item is not encrypted or signed")

	// ErrSignature means that the item, the table name, the actions and the
	// verification key do not belong together. The item was changed, or it
	// was written under another configuration.
	ErrSignature = errors.New("signature does not match")

	// ErrDescription means that the material description attribute is
	// malformed, or lacks something that its provider needs.
	ErrDescription = errors.New("material description is not valid")

	// ErrAlgorithm means that the material description asks for an algorithm
	// that is not on the provider's allow list. Nothing was computed with it.
	ErrAlgorithm = errors.New("algorithm is not allowed")

	// ErrKeyUnavailable means that a key that was needed is not configured,
	// or that the service or device that holds it did not answer.
	ErrKeyUnavailable = errors.New("key is not available")

	// ErrConfig means that the caller asked for something that cannot be done
	// safely: a wrong option, tag, action or key, or an item that DynamoDB
	// could not store. Nothing was written.
	ErrConfig = errors.New("configuration is not valid")

	// ErrCorrupt means that an item with a valid signature does not decrypt:
	// a wrong unwrapping key, or data that was never well-formed.
	ErrCorrupt = errors.New("verified item cannot be decrypted")
)

// failureClasses are all of them.
var failureClasses = []error{
	ErrNotEncrypted, ErrSignature, ErrDescription, ErrAlgorithm, ErrKeyUnavailable, ErrConfig, ErrCorrupt,
}

// FailureClass returns the failure class that err wraps, or nil.
func FailureClass(err error) error {
	for _, class := range failureClasses {
		if errors.Is(err, class) {
			return class
		}
	}
	return nil
}
