package main

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"golang.org/x/tools/go/packages"

	"github.com/ddbcrypt/ddbcrypt/internal/source"
)

// pkg is a package, or its variant with test files, without generated code.
type pkg struct {
	*packages.Package
	names map[string][]declaration
	known source.Types
}

const loadMode = packages.LoadSyntax | packages.NeedModule | packages.NeedForTest

// loadPackage reads the package by the go command and go/types. With tests, that is the
// variants with its test files too. Generated files are left out, as they are when they
// are generated for the first time: whatever is in them, they can be generated anew.
func (j *job) loadPackage(ctx context.Context, tests bool) ([]*pkg, error) {
	temporary, err := os.MkdirTemp("", "ddbcryptgen")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(temporary) }()
	overlay, err := j.overlay(temporary)
	if err != nil {
		return nil, err
	}
	config := &packages.Config{Context: ctx, Mode: loadMode, Dir: j.dir, Tests: tests, BuildFlags: append(j.buildFlags(), "-overlay="+overlay)}
	loaded, err := packages.Load(config, ".")
	switch {
	case ctx.Err() != nil:
		return nil, interrupted(ctx, j.dir)
	case err != nil:
		return nil, fmt.Errorf("the go command cannot list %s: %w", j.dir, err)
	}
	return j.variants(loaded)
}

// variants returns what can be read of a package.
func (j *job) variants(loaded []*packages.Package) ([]*pkg, error) {
	var found []*pkg
	var unread error
	for _, p := range loaded {
		switch {
		case strings.HasSuffix(p.ID, ".test"): // the main package of a test
		case p.Types == nil || p.Name == "" || len(p.GoFiles) == 0:
			unread = fmt.Errorf("package %s cannot be read: %w", p.PkgPath, listErrors(p))
		default:
			found = append(found, &pkg{Package: p, names: declarations(j.dir, p.Name)})
		}
	}
	if len(found) == 0 {
		return nil, unread
	}
	return found, nil
}

// overlay returns a file that tells the go command to leave generated files out. Package
// packages could be told as well, but would then read all that is imported from source.
func (j *job) overlay(temporary string) (string, error) {
	leftOut, overlay := filepath.Join(temporary, "leftout.go"), filepath.Join(temporary, "overlay.json")
	replace := map[string]string{}
	for _, w := range j.old {
		replace[w.path] = leftOut
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	err = os.WriteFile(leftOut, []byte("//go:build ignore\n\npackage ignored\n"), 0o600)
	return overlay, errors.Join(err, os.WriteFile(overlay, text, 0o600))
}

// listErrors returns what the go command says about a package.
func listErrors(p *packages.Package) error {
	var errs []error
	for _, err := range p.Errors {
		errs = append(errs, err)
	}
	if len(errs) == 0 {
		return errors.New("it has no Go files for this system and these build tags")
	}
	return errors.Join(errs...)
}

// declaration is one of a name.
type declaration struct {
	token.Position
	isType bool
}

// declarations returns what the files of a package declare, by name: those of other
// builds and of tests too, in which generated code is as well. Files that cannot be read
// declare nothing; the go command reports them.
func declarations(dir, packageName string) map[string][]declaration {
	found := map[string][]declaration{}
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name())
		text, err := os.ReadFile(path)
		if err != nil || filepath.Ext(path) != ".go" || isGenerated(text) {
			continue
		}
		files := token.NewFileSet()
		file, _ := parser.ParseFile(files, path, text, parser.SkipObjectResolution)
		if file == nil || file.Name.Name != packageName {
			continue
		}
		eachDeclared(file, func(name *ast.Ident, isType bool) {
			found[name.Name] = append(found[name.Name], declaration{files.PositionFor(name.Pos(), false), isType})
		})
	}
	return found
}

// eachDeclared calls a function for each name of the package block.
func eachDeclared(file *ast.File, do func(name *ast.Ident, isType bool)) {
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				do(d.Name, false)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					do(spec.Name, true)
				case *ast.ValueSpec:
					for _, name := range spec.Names {
						do(name, false)
					}
				}
			}
		}
	}
}

// sourceFile returns the file that a position is in. For cgo, that is not the one which
// was compiled; else, //line comments do not count.
func (p *pkg) sourceFile(pos token.Pos) string {
	if file := p.Fset.PositionFor(pos, false).Filename; slices.Contains(p.GoFiles, file) {
		return file
	}
	return p.Fset.Position(pos).Filename
}
