package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/ddbcrypt/ddbcrypt/internal/modellock"
)

// Exit codes.
const (
	exitDone    = 0
	exitRefused = 1 // a change is refused, or -check found something out of date
	exitUsage   = 2 // of the command line, or a package that cannot be read
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// options are those of the command line.
type options struct {
	types     []string
	check     bool
	accept    string
	buildTags string
	patterns  []string
	dir       string // where patterns are relative to; "" for the current folder
}

// run runs the command line and returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return exitDone
	}
	if err == nil {
		err = generate(ctx, o, stdout)
	}
	if err == nil {
		return exitDone
	}
	_, _ = fmt.Fprintf(stderr, "ddbcryptgen: %v\n", err)
	if errors.As(err, new(*refusal)) {
		return exitRefused
	}
	return exitUsage
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("ddbcryptgen", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // errors are reported once, by run
	list := flags.String("type", "", "struct `types`, separated by commas; those that have generated code or stand in the\nlock file are generated in any case")
	flags.BoolVar(&o.check, "check", false, "write nothing, and fail if something is out of date or would be refused")
	flags.StringVar(&o.accept, "accept", "", "accept changes that would be refused, for this `reason`, which the lock file records")
	flags.StringVar(&o.buildTags, "tags", "", "build `tags`, separated by commas")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			flags.SetOutput(stderr)
			_, _ = fmt.Fprintf(stderr, usage, modellock.FileName)
			flags.PrintDefaults()
			return o, err
		}
		return o, fmt.Errorf("%w; see ddbcryptgen -help", err)
	}
	for name := range strings.SplitSeq(*list, ",") {
		if name = strings.TrimSpace(name); name != "" {
			o.types = append(o.types, name)
		}
	}
	if o.patterns = flags.Args(); len(o.patterns) == 0 {
		o.patterns = []string{"."}
	}
	return o, o.validate(flags)
}

const usage = `usage: ddbcryptgen [flags] [package ...]

It writes code for struct types with ddbcrypt tags, and %s.
The package is that of the current folder unless named.

`

// validate refuses flags that do not go together.
func (o options) validate(flags *flag.FlagSet) error {
	switch {
	case given(flags, "type") && len(o.types) == 0:
		return errors.New("-type names no type; give it names, such as -type User,Order")
	case given(flags, "accept") && strings.TrimSpace(o.accept) == "":
		return errors.New(`-accept wants a reason, such as -accept "no item has the attribute"`)
	case o.check && o.accept != "":
		return errors.New("-check writes nothing, so that there is nothing to -accept; leave out one of them")
	}
	for _, pattern := range o.patterns {
		if strings.HasPrefix(pattern, "-") {
			return fmt.Errorf("flags come before packages, but %s comes behind one", pattern)
		}
	}
	return nil
}

func given(flags *flag.FlagSet, name string) bool {
	found := false
	flags.Visit(func(f *flag.Flag) { found = found || f.Name == name })
	return found
}

// refusal is an end because of the model, or of what is out of date.
type refusal struct{ err error }

func (r *refusal) Error() string { return r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }
