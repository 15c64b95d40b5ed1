package memdb

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/go-json-experiment/json"
)

// The error shapes of the service, with the namespaces that it sends.
const (
	kindValidation       = "com.amazon.coral.validate#ValidationException"
	kindSerialization    = "com.amazon.coral.service#SerializationException"
	kindUnknownOperation = "com.amazon.coral.service#UnknownOperationException"
	kindRequestTooLarge  = "com.amazonaws.dynamodb.v20120810#RequestEntityTooLarge"
	kindConditionFailed  = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"
	kindNotFound         = "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"
	kindInUse            = "com.amazonaws.dynamodb.v20120810#ResourceInUseException"
	kindLimitExceeded    = "com.amazonaws.dynamodb.v20120810#LimitExceededException"
	kindCanceled         = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException"
	kindTokenReused      = "com.amazonaws.dynamodb.v20120810#IdempotentParameterMismatchException"
	kindInternal         = "com.amazonaws.dynamodb.v20120810#InternalServerError"
)

const notSupported = "not supported by the embedded store: "

// apiError is an error in the form in which the client gets it.
type apiError struct {
	kind    string
	message string
	item    item // of a failed condition, where the request asked for it
	cancels bool // in a transaction, this is the reason of an action
	reasons []cancellationReason
}

func (e *apiError) Error() string { return e.message }

func validation(format string, args ...any) error {
	return &apiError{kind: kindValidation, message: fmt.Sprintf(format, args...)}
}

// mismatch is what does not fit the schema of the table.
func mismatch(format string, args ...any) error {
	return &apiError{kind: kindValidation, message: fmt.Sprintf(format, args...), cancels: true}
}

func unsupported(what string) error {
	return validation("%s%s", notSupported, what)
}

func notFound(message string) error {
	return &apiError{kind: kindNotFound, message: message}
}

func inUse(message string) error {
	return &apiError{kind: kindInUse, message: message}
}

func errorAnswer(err error) answer {
	e, ok := errors.AsType[*apiError](err)
	status := http.StatusBadRequest
	if !ok {
		e = &apiError{kind: kindInternal, message: "Internal failure of the embedded store: " + err.Error()}
		status = http.StatusInternalServerError
	}
	body, err := json.Marshal(struct {
		Type                string               `json:"__type"`
		Message             string               `json:"message"`
		Item                item                 `json:",omitzero"`
		CancellationReasons []cancellationReason `json:",omitzero"`
	}{e.kind, e.message, e.item, e.reasons})
	if err != nil {
		// Only an item planted with a value that has no JSON leads here.
		body = []byte(`{"__type":"` + kindInternal + `","message":"the stored item cannot be written as JSON"}`)
		status = http.StatusInternalServerError
	}
	return answer{status, body}
}
