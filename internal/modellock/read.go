package modellock

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Read returns the content of the file, or an empty [File] if there is none.
// Whatever is not exactly as [File.Encode] would mean it is an error that names
// the file and the type and says what to do.
func Read(path string) (*File, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &File{Version: fileVersion}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the model lock: %w", err)
	}
	f, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// Parse is [Read] for the text of a file.
func Parse(data []byte) (*File, error) {
	if line := conflictLine(data); line > 0 {
		return nil, fmt.Errorf("line %d has a marker of a merge conflict; resolve it, keeping the types and the history of both sides, and then run go generate", line)
	}
	if err := checkVersion(data); err != nil {
		return nil, err
	}
	var f File
	if err := json.Unmarshal(data, &f, json.RejectUnknownMembers(true)); err != nil {
		return nil, located(data, err)
	}
	if err := f.validate(); err != nil {
		return nil, err
	}
	return &f, nil
}

// conflictLine returns the number of the first line with a marker, or 0. No line
// of JSON begins like one.
func conflictLine(data []byte) int {
	number := 0
	for line := range bytes.Lines(data) {
		number++
		for _, marker := range []string{"<<<<<<<", "=======", ">>>>>>>", "|||||||"} {
			if bytes.HasPrefix(line, []byte(marker)) {
				return number
			}
		}
	}
	return 0
}

// checkVersion looks at the version before all else: another one may have any
// fields.
func checkVersion(data []byte) error {
	var f struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(data, &f); err != nil {
		return located(data, err)
	}
	switch {
	case f.Version == fileVersion:
		return nil
	case f.Version > fileVersion:
		return fmt.Errorf("version %d was written by a newer ddbcryptgen; update the module github.com/ddbcrypt/ddbcrypt that runs here", f.Version)
	default:
		return errors.New(`no version; it is no lock file of ddbcryptgen, or lost its line "version": 1: take it from version control`)
	}
}

// located says where in the file an error of the JSON decoder is, and what to do.
func located(data []byte, err error) error {
	where, offset, reason := explain(err)
	line := 1 + bytes.Count(data[:min(int(offset), len(data))], []byte("\n"))
	switch {
	case errors.Is(reason, json.ErrUnknownName):
		reason = fmt.Errorf("%w; update ddbcryptgen if a newer one wrote it, or else remove it", reason)
	case errors.Is(reason, jsontext.ErrDuplicateName):
		reason = fmt.Errorf("%w; keep one of the two", reason)
	case errors.As(err, new(*jsontext.SyntacticError)):
		reason = fmt.Errorf("%w; take the file from version control and run go generate", reason)
	}
	return fmt.Errorf("line %d: %s%w", line, where, reason)
}

// explain returns the place that a JSON error names, the offset, and the reason
// without either.
func explain(err error) (where string, offset int64, reason error) {
	var semantic *json.SemanticError
	var syntactic *jsontext.SyntacticError
	switch {
	case errors.As(err, &syntactic):
		return place(syntactic.JSONPointer), syntactic.ByteOffset, syntactic.Err
	case errors.As(err, &semantic) && semantic.Err != nil:
		return place(semantic.JSONPointer), semantic.ByteOffset, semantic.Err
	case semantic != nil:
		return place(semantic.JSONPointer), semantic.ByteOffset, fmt.Errorf("not what is expected here: %s", semantic.JSONKind)
	}
	return "", 0, err
}

// place turns the pointer to a value into words, such as
// `type "User", attributes "email": `.
func place(pointer jsontext.Pointer) string {
	tokens := slices.Collect(pointer.Tokens())
	var words []string
	if len(tokens) > 1 && (tokens[0] == "types" || tokens[0] == "removed") {
		words, tokens = append(words, fmt.Sprintf("type %q", tokens[1])), tokens[2:]
	}
	if len(tokens) > 0 {
		word := tokens[0]
		for _, t := range tokens[1:] {
			word += fmt.Sprintf(" %q", t)
		}
		words = append(words, word)
	}
	if len(words) == 0 {
		return ""
	}
	return strings.Join(words, ", ") + ": "
}
