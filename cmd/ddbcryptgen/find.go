package main

import (
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/types"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/internal/source"
	"github.com/ddbcrypt/ddbcrypt/internal/spell"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

// target is a struct type to generate code for.
type target struct {
	pkg   *pkg
	name  string
	typ   *source.Type
	file  string // where it is declared
	model *tags.Model
}

// notFound is about a type that a package does not have in this build.
type notFound struct{ reason string }

func (e *notFound) Error() string { return e.reason }

// find returns a type in one of the variants of a package.
func find(loaded []*pkg, name string) (*target, error) {
	var first error
	var found *target
	for _, p := range loaded {
		t, err := p.find(name)
		switch {
		case errors.As(err, new(*notFound)):
			first = cmp.Or(first, err)
		case err != nil && found == nil:
			return nil, err
		case err != nil: // another kind of thing in the test package
		case found == nil:
			found = t
		case found.file != t.file:
			return nil, fmt.Errorf("type %s is declared twice, in %s and in %s of the test package; rename one", name, filepath.Base(found.file), filepath.Base(t.file))
		}
	}
	if found == nil {
		return nil, first
	}
	return found, nil
}

// find returns the named type.
func (p *pkg) find(name string) (*target, error) {
	object := p.Types.Scope().Lookup(name)
	if object == nil {
		return nil, &notFound{p.whereIs(name)}
	}
	declared, ok := object.(*types.TypeName)
	if !ok { // its test package may have one
		return nil, &notFound{fmt.Sprintf("%s in package %s is no type", name, p.PkgPath)}
	}
	t := &target{pkg: p, name: name, typ: p.known.Of(declared.Type()), file: p.sourceFile(declared.Pos())}
	if err := p.checkNamed(declared, t.typ); err != nil {
		return nil, err
	}
	if _, ok := t.typ.Underlying().(*types.Struct); !ok {
		return nil, fmt.Errorf("type %s is no struct, and only a struct has fields to encrypt", name)
	}
	return t, nil
}

// checkNamed refuses names that do not stand for one type of this package.
func (p *pkg) checkNamed(declared *types.TypeName, typ *source.Type) error {
	name := declared.Name()
	named, _ := typ.Type.(*types.Named)
	alias, _ := declared.Type().(*types.Alias)
	switch {
	case named != nil && named.TypeParams().Len() > named.TypeArgs().Len(), alias != nil && alias.TypeParams().Len() > 0:
		return fmt.Errorf("type %s is generic, and generated code is for one type; define one, such as type %sOfX %s[X], and name that", name, name, name)
	case alias == nil:
		return nil
	case named == nil:
		return fmt.Errorf("type %s is an alias of a type without a name; define a type: leave out the = in its declaration", name)
	case named.Obj().Pkg() != p.Types:
		return fmt.Errorf("type %s is an alias of %s, of another package; generate the code there, or define a type of its own: type %s %s", name, typ, name, typ)
	case named.TypeArgs().Len() == 0:
		return fmt.Errorf("type %s is an alias; use -type %s", name, named.Obj().Name())
	}
	return nil
}

// whereIs says where a type may be that is not among those of the package.
func (p *pkg) whereIs(name string) string {
	if file := p.ignoredFile(name); file != "" {
		return fmt.Sprintf("type %s is in %s, which this system or these build tags leave out; use the flag -tags, or set GOOS, GOARCH or CGO_ENABLED", name, file)
	}
	for _, file := range p.Syntax {
		if isLocal(file, name) {
			return fmt.Sprintf("type %s is declared inside a function; move it out, so that generated code can name it", name)
		}
	}
	message := fmt.Sprintf("package %s has no type %s", p.PkgPath, name)
	if near := spell.Nearest(name[strings.LastIndexByte(name, '.')+1:], p.Types.Scope().Names()); near != "" {
		message += fmt.Sprintf("; did you mean %s?", near)
	}
	return message
}

// ignoredFile returns the name of a file that the build leaves out and that declares a
// type, or "".
func (p *pkg) ignoredFile(name string) string {
	for _, d := range p.names[name] {
		if d.isType && slices.Contains(p.IgnoredFiles, d.Filename) {
			return filepath.Base(d.Filename)
		}
	}
	return ""
}

// isLocal reports whether a file declares a type, which is not one of the package's.
func isLocal(file *ast.File, name string) bool {
	found := false
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.TypeSpec); ok && spec.Name.Name == name {
			found = true
		}
		return !found
	})
	return found
}
