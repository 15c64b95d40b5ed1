package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/ddbcrypt/ddbcrypt/internal/atomicfile"
	"github.com/ddbcrypt/ddbcrypt/internal/modellock"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

// generate does what the command line says.
func generate(ctx context.Context, o options, stdout io.Writer) error {
	l := &loader{buildTags: o.buildTags}
	dirs, err := l.folders(ctx, o)
	if err != nil {
		return err
	}
	if len(dirs) == 0 {
		return errors.New("no package has types with generated code; name some with -type")
	}
	var errs []error
	for _, dir := range dirs {
		work := func() error { return (&job{options: o, loader: l, dir: dir, stdout: stdout}).run(ctx) }
		if o.check { // which writes nothing
			err = work()
		} else {
			err = modellock.WithLock(ctx, dir, work)
		}
		if err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// folders returns the folders of the packages that patterns match, without those that
// have nothing to do with this command if no type is named.
func (l *loader) folders(ctx context.Context, o options) ([]string, error) {
	config := &packages.Config{Context: ctx, Mode: packages.NeedName | packages.NeedFiles | packages.NeedModule, Dir: l.dir, Env: l.env, BuildFlags: l.flags()}
	listed, err := packages.Load(config, o.patterns...)
	if err != nil {
		return nil, fmt.Errorf("the go command cannot list %s: %w", strings.Join(o.patterns, " "), err)
	}
	var dirs []string
	for _, p := range listed {
		if p.Dir == "" {
			return nil, fmt.Errorf("package %s cannot be read: %w", p.PkgPath, listErrors(p))
		}
		if isVendored(p.Dir) {
			return nil, fmt.Errorf("package %s is vendored, and code that is written there would be lost; generate it in the module that the package is from", p.PkgPath)
		}
		if len(o.types) > 0 || hasGenerated(p.Dir) {
			dirs = append(dirs, p.Dir)
		}
	}
	if len(o.types) > 0 && len(dirs) > 1 {
		return nil, fmt.Errorf("-type names types of one package, but %s are %d packages", strings.Join(o.patterns, " "), len(dirs))
	}
	return dirs, nil
}

func isVendored(dir string) bool {
	return slices.Contains(strings.Split(filepath.ToSlash(dir), "/"), "vendor")
}

// hasGenerated reports whether a folder has a lock file or generated code.
func hasGenerated(dir string) bool {
	if _, err := os.Stat(filepath.Join(dir, modellock.FileName)); err == nil {
		return true
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*_ddbcrypt*.go"))
	return slices.ContainsFunc(files, func(path string) bool { return typesIn(path) != nil })
}

// job is the work on one package.
type job struct {
	options
	loader *loader
	dir    string
	stdout io.Writer
	notes  []string
}

func (j *job) run(ctx context.Context) error {
	lockPath := filepath.Join(j.dir, modellock.FileName)
	lock, err := modellock.Read(lockPath)
	if err != nil {
		return err
	}
	wanted := j.wanted(lock)
	packages, err := j.load(ctx, wanted)
	if err != nil {
		return err
	}
	outputs, models, err := j.collect(packages, wanted)
	if err != nil {
		return err
	}
	if err := j.updateLock(lock, packages, models); err != nil {
		return err
	}
	files := map[string][]byte{}
	declared := map[string]bool{}
	for _, out := range outputs {
		for _, t := range out.targets {
			if err := out.add(t, models[t.name], lock.Types[t.name].PreviousActions()); err != nil {
				return err
			}
		}
		if files[out.path], err = out.text(); err != nil {
			return err
		}
		maps.Copy(declared, out.declared)
	}
	for _, p := range packages {
		if err := p.faults(declared); err != nil {
			return err
		}
	}
	if files[lockPath], err = lock.Encode(); err != nil {
		return err
	}
	return j.finish(files)
}

// wanted returns the types to generate code for: those that are named, and those that
// share a file with them; or all.
func (j *job) wanted(lock *modellock.File) []string {
	if len(j.types) > 0 {
		return j.types
	}
	names := sortedKeys(lock.Types)
	files, _ := filepath.Glob(filepath.Join(j.dir, "*_ddbcrypt*.go"))
	for _, path := range files {
		names = append(names, typesIn(path)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

var registered = regexp.MustCompile(`(?m)^\s*\w*\.?Register\(&\w*\.?Type\[(\w+)\]\{$`)

// typesIn returns the types that a generated file is about.
func typesIn(path string) []string {
	text, err := os.ReadFile(path)
	if err != nil || !bytes.HasPrefix(text, []byte(header)) {
		return nil
	}
	var names []string
	for _, match := range registered.FindAllSubmatch(text, -1) {
		names = append(names, string(match[1]))
	}
	return names
}

// load reads the package, with its test files if a type is not found without them.
func (j *job) load(ctx context.Context, wanted []string) ([]*pkg, error) {
	for _, tests := range []bool{false, true} {
		loaded, err := (&loader{dir: j.dir, buildTags: j.buildTags, env: j.loader.env}).load(ctx, tests, ".")
		if err != nil && tests {
			return nil, err
		}
		if err == nil && (tests || !slices.ContainsFunc(wanted, func(name string) bool { return loaded[0].Types.Scope().Lookup(name) == nil })) {
			return loaded, nil
		}
	}
	return nil, nil // not reached
}

// output is a generated file with its types.
type output struct {
	*file
	targets []*target
}

// collect finds the types and their models, and which files they go to.
func (j *job) collect(loaded []*pkg, wanted []string) ([]*output, map[string]*tags.Model, error) {
	outputs := map[string]*output{}
	models := map[string]*tags.Model{}
	var errs []error
	for i := 0; i < len(wanted); i++ {
		name := wanted[i]
		p, t, err := find(loaded, name)
		if err == nil {
			models[name], err = tags.Describe(t.typ)
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		path := outputPath(t.file)
		out := outputs[path]
		if out == nil {
			out = &output{file: newFile(p, path, constraintOf(t.file))}
			outputs[path] = out
			for _, other := range typesIn(path) { // an earlier run had them
				if !slices.Contains(wanted, other) && p.Types.Scope().Lookup(other) != nil {
					wanted = append(wanted, other)
				}
			}
		}
		out.targets = append(out.targets, t)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, nil, err
	}
	var sorted []*output
	for _, path := range sortedKeys(outputs) {
		out := outputs[path]
		slices.SortFunc(out.targets, func(a, b *target) int { return strings.Compare(a.name, b.name) })
		sorted = append(sorted, out)
	}
	return sorted, models, nil
}

// find returns a type in one of the variants of a package.
func find(loaded []*pkg, name string) (*pkg, *target, error) {
	var first error
	var where *pkg
	var found *target
	for _, p := range loaded {
		t, err := p.find(name)
		switch {
		case err != nil && first == nil:
			first = err
		case err != nil:
		case found != nil && found.file != t.file:
			return nil, nil, fmt.Errorf("type %s is declared twice, in %s and in %s of the test package; rename one", name, filepath.Base(found.file), filepath.Base(t.file))
		default: // the variant with test files, which comes later, has all
			where, found = p, t
		}
	}
	if found == nil {
		return nil, nil, first
	}
	return where, found, nil
}

// outputPath returns the generated file for the types of a file.
func outputPath(file string) string {
	base, isTest := strings.CutSuffix(strings.TrimSuffix(file, ".go"), "_test")
	if isTest {
		return base + "_ddbcrypt_test.go"
	}
	return base + "_ddbcrypt.go"
}

// updateLock takes the models into the lock.
func (j *job) updateLock(lock *modellock.File, loaded []*pkg, models map[string]*tags.Model) error {
	var errs []error
	for _, name := range sortedKeys(models) {
		changes, err := lock.Update(name, modellock.FromModel(models[name]), j.accept)
		errs = append(errs, err)
		j.note(changes)
	}
	exists := func(name string) bool {
		return slices.ContainsFunc(loaded, func(p *pkg) bool { return p.Types.Scope().Lookup(name) != nil || p.isIgnored(name) })
	}
	changes, err := lock.Prune(exists, j.accept)
	j.note(changes)
	if err := errors.Join(append(errs, err)...); err != nil {
		return &refusal{err}
	}
	return nil
}

func (j *job) note(changes []modellock.Change) {
	for _, c := range changes {
		if !c.Refused || j.accept != "" {
			j.notes = append(j.notes, c.Message())
		}
	}
}

// finish writes the files, or compares them.
func (j *job) finish(files map[string][]byte) error {
	var stale []error
	for _, path := range sortedKeys(files) {
		if !j.check {
			if err := atomicfile.Write(path, files[path]); err != nil {
				return err
			}
			continue
		}
		if old, err := os.ReadFile(path); err != nil || !bytes.Equal(old, files[path]) {
			stale = append(stale, fmt.Errorf("%s is out of date; run go generate", path))
		}
	}
	for _, note := range j.notes {
		if _, err := fmt.Fprintln(j.stdout, note); err != nil {
			return err
		}
	}
	if len(stale) > 0 {
		return &refusal{errors.Join(stale...)}
	}
	return nil
}
