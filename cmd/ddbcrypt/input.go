package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/ddbcrypt/ddbcrypt/internal/ddbjson"
)

const (
	stdinName    = "-"
	stdinDisplay = "<stdin>"
)

// checkFiles finds mistyped names before any item is handled. It opens nothing:
// a file may be a pipe that can be opened only once.
func checkFiles(files []string) error {
	for _, file := range files {
		if file == stdinName {
			continue
		}
		info, err := os.Stat(file)
		if err != nil {
			return fmt.Errorf("%s: %w", display(file), pathCause(err))
		}
		if info.IsDir() {
			return fmt.Errorf("%s: it is a directory; name the files in it", display(file))
		}
	}
	return nil
}

// read calls yield for each item of the files, or of standard input if there are
// none, until it returns false. What cannot be read has an error instead of an
// item.
func (s *session) read(ctx context.Context, files []string, yield func(in input, err error) bool) {
	if len(files) == 0 {
		files = []string{stdinName}
	}
	for _, file := range files {
		if !s.readFile(ctx, file, yield) {
			return
		}
	}
}

func (s *session) readFile(ctx context.Context, file string, yield func(in input, err error) bool) bool {
	var in io.Reader = s.stdin
	if file != stdinName {
		f, err := os.Open(file)
		if err != nil {
			return yield(input{file: file}, pathCause(err))
		}
		defer f.Close()
		in = f
	}
	for line, err := range ddbjson.NewReader(in).Lines() {
		if ctx.Err() != nil || !yield(input{file, line}, lineCause(err)) {
			return false
		}
	}
	return true
}

// lineCause returns the error of a line without its number.
func lineCause(err error) error {
	if bad, ok := errors.AsType[*ddbjson.LineError](err); ok {
		return bad.Err
	}
	if broken, ok := errors.AsType[*ddbjson.ReadError](err); ok {
		return fmt.Errorf("cannot read on: %w", pathCause(broken.Err))
	}
	return err
}

// pathCause returns a file's error without the file's name.
func pathCause(err error) error {
	if e, ok := errors.AsType[*os.PathError](err); ok {
		return e.Err
	}
	return err
}

// display returns a file's name as it is, or quoted if a terminal may obey it.
func display(file string) string {
	if file == stdinName {
		return stdinDisplay
	}
	return printable(file)
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
