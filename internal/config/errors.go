package config

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

// Error says what is wrong with a configuration, and where. It holds names of
// files and keys, and never key material.
type Error struct {
	File string
	// Line counts from 1; 0 if the error is not about one line.
	Line int
	// Path names the key, for example provider.signing_key; perhaps empty.
	Path string
	// Reason is for humans.
	Reason string
	// Err is the cause, or nil.
	Err error
}

// Error returns file, line, key and reason in one line.
func (e *Error) Error() string {
	text := printable(e.File)
	if e.Line > 0 {
		text += ":" + strconv.Itoa(e.Line)
	}
	if e.Path != "" {
		text += ": " + e.Path
	}
	return text + ": " + e.Reason
}

// Unwrap returns [cmp.ErrConfig] and the cause.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{cmp.ErrConfig}
	}
	return []error{cmp.ErrConfig, e.Err}
}

// source makes errors about a file.
type source struct{ file string }

func (s source) fail(path string, n *yaml.Node, reason string) error {
	return &Error{File: s.file, Line: n.Line, Path: path, Reason: reason}
}

// wrap makes an error of the library one about the file; n may be nil. The
// library's prefix and failure class would say again what the place says. What is
// wrong is the configuration, whatever class the library found.
func (s source) wrap(path string, n *yaml.Node, err error) error {
	class := cmp.FailureClass(err)
	reason := err.Error()
	if class != nil {
		reason = strings.TrimSuffix(reason, ": "+class.Error())
		reason = strings.Replace(reason, class.Error()+": ", "", 1)
	}
	for _, prefix := range []string{"ddbcrypt: ", "metastore: ", "keystore: ", "cmp: ", "crypto: "} {
		reason = strings.TrimPrefix(reason, prefix)
	}
	reason = strings.ReplaceAll(reason, ": cmp: ", ": ") // behind an alias
	e := &Error{File: s.file, Path: path, Reason: reason}
	if class == nil || class == cmp.ErrConfig {
		e.Err = err
	}
	if n != nil {
		e.Line = n.Line
	}
	return e
}

// printable returns a name as it is, or quoted if a terminal may obey it.
func printable(name string) string {
	for _, r := range name {
		if !strconv.IsPrint(r) {
			return strconv.Quote(name)
		}
	}
	return name
}
