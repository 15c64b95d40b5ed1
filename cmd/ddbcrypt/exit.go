package main

import (
	"errors"
	"strings"
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

// reason returns the text of an error without the prefix that every line has.
func reason(err error) string { return strings.TrimPrefix(err.Error(), "ddbcrypt: ") }
