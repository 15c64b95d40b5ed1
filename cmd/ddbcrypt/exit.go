package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/aws/smithy-go"

	"github.com/ddbcrypt/ddbcrypt/internal/config"
)

// Exit codes.
const (
	exitDone        = 0
	exitItemsFailed = 1
	exitUsage       = 2
	exitUnreachable = 3
)

// exitError is an end with another code than that of usage and configuration.
type exitError struct {
	code int
	err  error // nil if everything was said already
}

func (e *exitError) Error() string {
	if e.err == nil {
		return "some items failed"
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

var errInterrupted = &exitError{exitItemsFailed, errors.New("interrupted")}

// outputError returns the end of a command whose output fails. Whoever closed the
// pipe behind standard output wants to hear no more.
func outputError(err error) error {
	if errors.Is(err, syscall.EPIPE) {
		return &exitError{code: exitItemsFailed}
	}
	return &exitError{exitItemsFailed, fmt.Errorf("standard output: %w", err)}
}

// exit returns the exit code for an error and what is left to say. Errors that
// come before any item are about usage or configuration.
func exit(err error) (code int, message string) {
	if err == nil {
		return exitDone, ""
	}
	if e, ok := errors.AsType[*exitError](err); ok {
		if e.err == nil {
			return e.code, ""
		}
		return e.code, reason(e.err)
	}
	return exitUsage, reason(err)
}

// reason returns the text of an error as one line, without the prefix that every
// line has. Texts of services are in it: a terminal would obey escape sequences.
func reason(err error) string {
	line := strings.ReplaceAll(strings.TrimPrefix(err.Error(), "ddbcrypt: "), "\n", "; ")
	return strings.Map(func(r rune) rune {
		if !strconv.IsPrint(r) {
			return utf8.RuneError
		}
		return r
	}, line)
}

// failureCode returns the exit code for what failed while items were handled. With
// any other code than exitItemsFailed all further items would fail likewise.
func failureCode(err error) int {
	if _, ok := errors.AsType[*config.Error](err); ok {
		return exitUsage // a key was missed only now
	}
	if unreachable(err) {
		return exitUnreachable
	}
	return exitItemsFailed
}

// unknownCode is the SDK's for an answer that is none of the service.
const unknownCode = "UnknownError"

// refusedCredentials are the codes of answers to the credentials, not to what was
// asked with them.
var refusedCredentials = []string{
	"ExpiredToken", "ExpiredTokenException", "IncompleteSignature", "IncompleteSignatureException",
	"InvalidClientTokenId", "InvalidSignatureException", "MissingAuthenticationToken",
	"MissingAuthenticationTokenException", "UnrecognizedClientException",
}

// unreachable reports whether a service gave no answer to what it was asked.
func unreachable(err error) bool {
	if _, called := errors.AsType[*smithy.OperationError](err); !called || errors.Is(err, context.Canceled) {
		return false
	}
	answer, answered := errors.AsType[smithy.APIError](err)
	return !answered || answer.ErrorCode() == unknownCode || slices.Contains(refusedCredentials, answer.ErrorCode())
}
