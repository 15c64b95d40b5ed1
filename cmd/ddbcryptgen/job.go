package main

import (
	"context"
	"errors"
	"fmt"
	"go/types"
	"io"
	"path/filepath"
	"slices"

	"github.com/ddbcrypt/ddbcrypt/internal/modellock"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

// job is the work on one package. It is about all types of the package that have
// generated code or stand in the lock file, besides those that are named: the files are
// always as one run makes them, in whichever order there were several.
type job struct {
	options
	dir    string
	prefix string // of messages
	stdout io.Writer

	old    []written
	lock   *modellock.File
	loaded []*pkg
	notes  []string
}

func (j *job) run(ctx context.Context) (err error) {
	lockPath := filepath.Join(j.dir, modellock.FileName)
	if j.lock, err = modellock.Read(lockPath); err != nil {
		return err
	}
	if j.old, err = readWritten(j.dir); err != nil {
		return err
	}
	targets, err := j.targets(ctx)
	if err != nil {
		return err
	}
	if err := j.updateLock(targets); err != nil {
		return err
	}
	c, err := j.write(targets)
	if err != nil {
		return err
	}
	if c.files[lockPath], err = j.lock.Encode(); err != nil {
		return err
	}
	return j.finish(ctx, c)
}

// targets loads the package and finds the types.
func (j *job) targets(ctx context.Context) ([]*target, error) {
	names := j.names()
	var err error
	if j.loaded, err = j.load(ctx, names); err != nil {
		return nil, err
	}
	targets, err := j.find(names)
	for _, t := range targets {
		if err := checkFree(outputPath(t.file)); err != nil {
			return nil, err
		}
	}
	if faults := compileFaults(j.loaded, targets, err != nil); faults != nil {
		return nil, faults
	}
	if err != nil {
		return nil, err
	}
	return targets, j.describe(targets)
}

// names returns the types to generate code for.
func (j *job) names() []string {
	names := slices.Concat(j.types, sortedKeys(j.lock.Types))
	for _, w := range j.old {
		names = append(names, w.types...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// load reads the package, with its test files if a type is not found without them.
func (j *job) load(ctx context.Context, names []string) ([]*pkg, error) {
	loaded, err := j.loadPackage(ctx, false)
	if err == nil && !slices.ContainsFunc(names, func(name string) bool { return !exists(loaded, name) }) || ctx.Err() != nil {
		return loaded, err
	}
	return j.loadPackage(ctx, true)
}

// exists reports whether a package has a type, in this build or in another one.
func exists(loaded []*pkg, name string) bool {
	return slices.ContainsFunc(loaded, func(p *pkg) bool {
		_, isType := p.Types.Scope().Lookup(name).(*types.TypeName)
		return isType || p.ignoredFile(name) != ""
	})
}

// find returns the types. Those that nobody named may be gone, or in another build, and
// so may those of the lock file, which refuses that.
func (j *job) find(names []string) ([]*target, error) {
	var targets []*target
	var errs []error
	for _, name := range names {
		_, locked := j.lock.Types[name]
		named := slices.Contains(j.types, name)
		t, err := find(j.loaded, name)
		switch {
		case err == nil:
			targets = append(targets, t)
		case errors.As(err, new(*notFound)) && (!named || locked && !exists(j.loaded, name)):
		default:
			errs = append(errs, err)
		}
	}
	return targets, errors.Join(errs...)
}

// describe finds the models of types.
func (j *job) describe(targets []*target) error {
	var errs []error
	for i, t := range targets {
		for _, other := range targets[:i] {
			if types.Identical(t.typ.Type, other.typ.Type) {
				errs = append(errs, fmt.Errorf("%s and %s are the same type; generate code for one of them", other.name, t.name))
			}
		}
		errs = append(errs, t.describe())
	}
	return errors.Join(errs...)
}

// describe reads the model. Like a mapper, it wants a partition key.
func (t *target) describe() error {
	var err error
	if t.model, err = tags.Describe(t.typ); err != nil {
		return err
	}
	if _, ok := t.model.Partition(); !ok {
		return fmt.Errorf("type %s: no field is the partition key; add `ddbcrypt:\"partition\"` to its tags, or leave the type out if it is no item", t.name)
	}
	return nil
}

// updateLock takes the models into the lock.
func (j *job) updateLock(targets []*target) error {
	if len(j.lock.Types)+len(j.lock.Removed) == 0 && len(j.old) > 0 {
		j.notes = append(j.notes, modellock.FileName+" is new, although there is generated code; if it was deleted, take it from version control, as it knows how items are sealed")
	}
	var refused []error
	take := func(changes []modellock.Change, err error) error {
		j.note(changes)
		if errors.As(err, new(*modellock.RefusedError)) {
			refused, err = append(refused, err), nil
		}
		return err
	}
	for _, t := range targets {
		if err := take(j.lock.Update(t.name, modellock.FromModel(t.model), j.accept)); err != nil {
			return err
		}
	}
	if err := take(j.lock.Prune(func(name string) bool { return exists(j.loaded, name) }, j.accept)); err != nil {
		return err
	}
	if len(refused) > 0 {
		return &refusal{errors.Join(refused...)}
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

// write makes the generated files.
func (j *job) write(targets []*target) (changes, error) {
	c := changes{files: map[string][]byte{}}
	declared := map[string]bool{}
	byPath := map[string][]*target{}
	for _, t := range targets {
		path := outputPath(t.file)
		byPath[path] = append(byPath[path], t)
	}
	for _, path := range sortedKeys(byPath) {
		f := newFile(byPath[path][0], declared)
		for _, t := range byPath[path] {
			if err := f.add(t, j.lock.Types[t.name].PreviousActions()); err != nil {
				return c, err
			}
		}
		var err error
		if c.files[path], err = f.text(); err != nil {
			return c, err
		}
	}
	for _, w := range j.old {
		if c.files[w.path] == nil && !j.isIgnored(w) {
			c.remove = append(c.remove, w.path)
		}
	}
	return c, nil
}

// isIgnored reports whether a generated file is of a file that this build leaves out.
func (j *job) isIgnored(w written) bool {
	return slices.ContainsFunc(j.loaded, func(p *pkg) bool {
		return slices.ContainsFunc(p.IgnoredFiles, func(file string) bool { return outputPath(file) == w.path })
	})
}

// finish writes the files, or compares them.
func (j *job) finish(ctx context.Context, c changes) error {
	var stale error
	if j.check {
		stale = c.stale()
	} else if err := c.write(ctx); err != nil {
		return err
	}
	for _, note := range j.notes {
		if _, err := fmt.Fprintln(j.stdout, j.prefix+note); err != nil {
			return err
		}
	}
	if stale != nil {
		return &refusal{stale}
	}
	return nil
}
