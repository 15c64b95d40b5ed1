package modellock

import (
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// FileName is the name of the file in the folder of the Go package.
const FileName = "ddbcrypt.lock.json"

// fileVersion is the only one so far.
const fileVersion = 1

// File is the content of a lock file. The zero value is that of a package
// without one.
type File struct {
	Version int `json:"version"`
	// Types are by the name of the Go type, without its package.
	Types map[string]Type `json:"types,omitempty"`
	// Removed are the types that left the package while items of them remain.
	Removed map[string]Removed `json:"removed,omitempty"`
}

// Type is one Go type.
type Type struct {
	State   `json:",inline"`
	History []Earlier `json:"history,omitempty"` // newest first
}

// Earlier is a state before an accepted change.
type Earlier struct {
	// Reason is why the change was accepted.
	Reason string `json:"reason"`
	// Changes say what changed, for people to read.
	Changes []string `json:"changes,omitempty"`
	State   `json:",inline"`
}

// Removed is a type that left the package.
type Removed struct {
	Reason string `json:"reason"`
	Type   `json:",inline"`
}

// Encode returns the text of the file. Equal files have the same text. A name
// that is not UTF-8 is an error.
func (f *File) Encode() ([]byte, error) {
	versioned := *f
	versioned.Version = fileVersion
	data, err := json.Marshal(versioned, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		where, _, reason := explain(err)
		return nil, fmt.Errorf("%s: %s%w", FileName, where, reason)
	}
	return append(data, '\n'), nil
}
