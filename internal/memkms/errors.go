package memkms

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/go-json-experiment/json"
)

// The error codes of the service. Those that the SDK has types for are named
// as the types.
const (
	codeAccessDenied      = "AccessDeniedException"
	codeAlreadyExists     = "AlreadyExistsException"
	codeDependencyTimeout = "DependencyTimeoutException"
	codeDisabled          = "DisabledException"
	codeDryRun            = "DryRunOperationException"
	codeIncompleteAuth    = "IncompleteSignatureException"
	codeIncorrectKey      = "IncorrectKeyException"
	codeInternal          = "KMSInternalException"
	codeInvalidAliasName  = "InvalidAliasNameException"
	codeInvalidCiphertext = "InvalidCiphertextException"
	codeInvalidGrantToken = "InvalidGrantTokenException"
	codeInvalidKeyUsage   = "InvalidKeyUsageException"
	codeInvalidState      = "KMSInvalidStateException"
	codeKeyUnavailable    = "KeyUnavailableException"
	codeMissingAuth       = "MissingAuthenticationTokenException"
	codeNotFound          = "NotFoundException"
	codeSerialization     = "SerializationException"
	codeUnknownOperation  = "UnknownOperationException"
	codeUnsupported       = "UnsupportedOperationException"
	codeValidation        = "ValidationException"
)

// apiError is an error in the form in which the client gets it.
type apiError struct {
	code    string
	message string
}

func (e *apiError) Error() string { return e.code + ": " + e.message }

func failure(code, format string, args ...any) error {
	return &apiError{code, fmt.Sprintf(format, args...)}
}

func validation(format string, args ...any) error {
	return failure(codeValidation, format, args...)
}

func notFound(format string, args ...any) error {
	return failure(codeNotFound, format, args...)
}

// invalidCiphertext has no message, as that of the service.
func invalidCiphertext() error {
	return &apiError{code: codeInvalidCiphertext}
}

// status is the HTTP status that goes with an error code.
func status(code string) int {
	switch code {
	case codeInternal, codeKeyUnavailable:
		return http.StatusInternalServerError
	case codeDependencyTimeout:
		return http.StatusServiceUnavailable
	}
	return http.StatusBadRequest
}

// asAPIError is what the client gets for err.
func asAPIError(err error) *apiError {
	if e, ok := errors.AsType[*apiError](err); ok {
		return e
	}
	return &apiError{codeInternal, "Internal failure of the embedded KMS: " + err.Error()}
}

func errorAnswer(e *apiError) answer {
	body, err := json.Marshal(struct {
		Type    string `json:"__type"`
		Message string `json:"message,omitzero"`
	}{e.code, e.message})
	if err != nil {
		// Only a message of an injected fault that is not UTF-8 leads here.
		return errorAnswer(&apiError{code: codeInternal})
	}
	return answer{status(e.code), body}
}
