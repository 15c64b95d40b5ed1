package cmp

import (
	"errors"
	"fmt"
	"strings"

	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/smithy-go"
)

// Operations of KMS.
const (
	opGenerateDataKey = "GenerateDataKey"
	opDecrypt         = "Decrypt"
	opDescribeKey     = "DescribeKey"
)

// KMSError says what failed in AWS KMS, or what was wrong with its answer. Its
// text ends with what to do about it, where that is known; the guide to it is
// docs/troubleshooting.md. It wraps a failure class and the SDK's error:
// [ErrSignature] for an InvalidCiphertextException, [ErrKeyUnavailable] otherwise.
type KMSError struct {
	// Op is GenerateDataKey or Decrypt, or DescribeKey where an alias was moved.
	Op string
	// KeyID is the key ID, key ARN, alias name or alias ARN that was asked for.
	KeyID string
	// Err is the SDK's error.
	Err error

	class error
}

func newKMSError(op, keyID string, err error) *KMSError {
	class := FailureClass(err)
	if class == nil {
		class = ErrKeyUnavailable
		if _, ok := errors.AsType[*kmstypes.InvalidCiphertextException](err); ok {
			class = ErrSignature
		}
	}
	return &KMSError{op, keyID, err, class}
}

// verdict is what a failed Decrypt says about other keys, in the order of what tells
// most if none opens an item.
type verdict uint8

const (
	noVerdict         verdict = iota
	invalidCiphertext         // the context or the Region differs
	incorrectKey              // it is another key's
	unusableKey               // this key cannot be used, but another one may
	otherContext              // the context differs from that of the item
	otherFailure              // other keys would not help
)

func verdictOf(err error) verdict {
	if _, ok := errors.AsType[*kmstypes.InvalidCiphertextException](err); ok {
		return invalidCiphertext
	}
	if _, ok := errors.AsType[*kmstypes.IncorrectKeyException](err); ok {
		return incorrectKey
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		switch api.ErrorCode() {
		case "AccessDeniedException", "DisabledException", "KMSInvalidStateException", "NotFoundException":
			return unusableKey
		}
	}
	return otherFailure
}

// advice says what to do about the errors of KMS, by their code (developer guide,
// "Troubleshooting").
var advice = map[string]string{
	"AccessDeniedException":       "the caller needs the permission kms:OPERATION on this key; see docs/troubleshooting.md, Access denied",
	"DisabledException":           "enable the key",
	"IncorrectKeyException":       "the item was encrypted under another KMS key; if it may be read, list that key among the decryption keys",
	"InvalidCiphertextException":  "the item's data key was not made for this table name and these key attributes, or it is under a key of another Region, or it was changed; see docs/troubleshooting.md, Signature verification fails",
	"InvalidKeyUsageException":    "use a symmetric encryption key",
	"KMSInvalidStateException":    "if the key is pending deletion, cancel the deletion and enable it",
	"LimitExceededException":      "see docs/troubleshooting.md, KMS is slow or throttles",
	"NotFoundException":           "check the key ID and the Region",
	"ThrottlingException":         "the retries of the client are spent; see docs/troubleshooting.md, KMS is slow or throttles",
	"InvalidGrantTokenException":  "check the grant tokens",
	"UnrecognizedClientException": "check the AWS credentials",
}

// Error returns one line of text. Table and key names are in the error of the item
// encryptor around it.
func (e *KMSError) Error() string {
	text := fmt.Sprintf("KMS %s with key %q: %v", e.Op, e.KeyID, e.Err)
	if FailureClass(e.Err) == nil {
		text = fmt.Sprintf("%v: %s", e.class, text)
	}
	if api, ok := errors.AsType[smithy.APIError](e.Err); ok {
		if what, known := advice[api.ErrorCode()]; known {
			text += "; " + strings.ReplaceAll(what, "OPERATION", e.Op)
		}
	}
	return text
}

// Unwrap returns the failure class and Err.
func (e *KMSError) Unwrap() []error {
	if FailureClass(e.Err) != nil {
		return []error{e.Err}
	}
	return []error{e.class, e.Err}
}
