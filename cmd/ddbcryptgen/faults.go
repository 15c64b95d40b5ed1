package main

import (
	"errors"
	"fmt"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// compileFaults returns the faults of the package, and of its variants with test files
// that have a type to generate code for, or of all; before them, those of packages that
// they import, whose types may be parts of the structs.
func compileFaults(loaded []*pkg, targets []*target, all bool) error {
	var judged []*packages.Package
	for i, p := range loaded {
		if i == 0 || all || slices.ContainsFunc(targets, func(t *target) bool { return t.pkg == p }) {
			judged = append(judged, p.Package)
		}
	}
	var faulty []*packages.Package
	names := map[string]bool{}
	packages.Visit(judged, nil, func(p *packages.Package) {
		if len(p.Errors) > 0 {
			faulty = append(faulty, p)
		}
		if p.Types != nil && (p.Module == nil || p.Module.Main) {
			addTypes(names, p.Types.Scope())
		}
	})
	for _, p := range faulty {
		if err := faults(p, names); err != nil {
			return err
		}
	}
	return nil
}

// addTypes adds the names of the types of a package.
func addTypes(names map[string]bool, scope *types.Scope) {
	for _, name := range scope.Names() {
		if _, isType := scope.Lookup(name).(*types.TypeName); isType {
			names[name] = true
		}
	}
}

// faults returns the errors of a package besides those about names that generated code
// declares for these types.
func faults(p *packages.Package, types map[string]bool) error {
	typed := slices.ContainsFunc(p.Errors, func(err packages.Error) bool { return err.Kind != packages.ListError })
	var errs []error
	for _, err := range p.Errors {
		switch {
		case err.Kind == packages.TypeError && isGeneratedName(err.Msg, types):
		case err.Kind == packages.ListError && typed && strings.HasPrefix(err.Msg, "# "):
			// The go command compiled it too, and says the same.
		default:
			errs = append(errs, err)
		}
	}
	if len(errs) == 0 {
		return nil
	}
	const most = 10
	if len(errs) > most {
		errs = append(errs[:most], fmt.Errorf("and %d more", len(errs)-most))
	}
	if len(p.GoFiles) == 0 {
		return fmt.Errorf("package %s cannot be read: %w", p.PkgPath, errors.Join(errs...))
	}
	return fmt.Errorf("package %s does not compile; correct it first:\n%w", p.PkgPath, errors.Join(errs...))
}

var (
	undefined = regexp.MustCompile(`^undefined: (?:\w+\.)?([\pL\pN_]+)$`)
	generated = regexp.MustCompile(`^(?:Key|Partition|PartitionOf.+|PreviousActions|Attr.+|Index.+)$`)
)

// isGeneratedName reports whether a type error is about a name that is missing, and
// that generated code for one of the types declares.
func isGeneratedName(message string, types map[string]bool) bool {
	found := undefined.FindStringSubmatch(message)
	if found == nil {
		return false
	}
	for name := range types {
		if rest, ok := strings.CutPrefix(found[1], name); ok && generated.MatchString(rest) {
			return true
		}
	}
	return false
}
