package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/ddbcrypt/ddbcrypt/internal/modellock"
)

// generate does what the command line says.
func generate(ctx context.Context, o options, stdout io.Writer) error {
	found, err := o.folders(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, f := range found {
		j := &job{options: o, dir: f.dir, stdout: stdout}
		if len(found) > 1 {
			j.prefix = f.path + ": "
		}
		if o.check { // which writes nothing
			err = j.run(ctx)
		} else {
			err = modellock.WithLock(ctx, f.dir, func() error { return j.run(ctx) })
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s%w", j.prefix, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(errs...)
}

func interrupted(ctx context.Context, what string) error {
	return fmt.Errorf("interrupted, so that nothing is written for %s: %w", what, context.Cause(ctx))
}

// folder is that of a package.
type folder struct{ path, dir string }

// folders returns the folders of the packages that patterns match, without those that
// have nothing to do with this command if no type is named.
func (o options) folders(ctx context.Context) ([]folder, error) {
	what := strings.Join(o.patterns, " ")
	config := &packages.Config{Context: ctx, Mode: packages.NeedName | packages.NeedFiles | packages.NeedModule, Dir: o.dir, BuildFlags: o.buildFlags()}
	listed, err := packages.Load(config, o.patterns...)
	switch {
	case ctx.Err() != nil:
		return nil, interrupted(ctx, what)
	case err != nil:
		return nil, fmt.Errorf("the go command cannot list %s: %w", what, err)
	}
	var found []folder
	for _, p := range listed {
		if p.Dir == "" {
			return nil, fmt.Errorf("package %s cannot be read: %w", p.PkgPath, listErrors(p))
		}
		if err := checkModule(p); err != nil {
			return nil, err
		}
		if len(o.types) > 0 || hasGenerated(p.Dir) {
			found = append(found, folder{p.PkgPath, p.Dir})
		}
	}
	switch n := len(found); {
	case n == 0:
		return nil, errors.New("no package has types with generated code; name some with -type")
	case n > 1 && len(o.types) > 0:
		return nil, fmt.Errorf("-type names types of one package, but %s are %d packages", what, n)
	case n > 1 && o.accept != "":
		return nil, fmt.Errorf("-accept is for the changes of one package, but %s are %d packages; name the one", what, n)
	}
	return found, nil
}

// checkModule refuses packages of other modules, whose folders are not the user's.
func checkModule(p *packages.Package) error {
	folders := strings.Split(filepath.ToSlash(p.Dir), "/")
	switch {
	case p.Module != nil && p.Module.Main:
		return nil
	case slices.Contains(folders, "vendor"):
		return fmt.Errorf("package %s is vendored, and code that is written there would be lost; generate it in the module that the package is from", p.PkgPath)
	case p.Module != nil:
		return fmt.Errorf("package %s is of module %s; run ddbcryptgen in the folder of that module", p.PkgPath, p.Module.Path)
	}
	return nil // files that are named one by one
}

// buildFlags are flags of the go command.
func (o options) buildFlags() []string {
	if o.buildTags == "" {
		return nil
	}
	return []string{"-tags=" + o.buildTags}
}
