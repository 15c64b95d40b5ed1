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
// that have a type to generate code for, or of all.
func compileFaults(loaded []*pkg, targets []*target, all bool) error {
	declared := map[string]bool{}
	for _, p := range loaded {
		for _, name := range p.Types.Scope().Names() {
			if _, isType := p.Types.Scope().Lookup(name).(*types.TypeName); isType {
				declared[name] = true
			}
		}
	}
	for i, p := range loaded {
		if i > 0 && !all && !slices.ContainsFunc(targets, func(t *target) bool { return t.pkg == p }) {
			continue
		}
		if err := p.faults(declared); err != nil {
			return err
		}
	}
	return nil
}

// faults returns the errors of a package besides those about names that generated code
// declares.
func (p *pkg) faults(declared map[string]bool) error {
	typed := slices.ContainsFunc(p.Errors, func(err packages.Error) bool { return err.Kind != packages.ListError })
	var errs []error
	for _, err := range p.Errors {
		switch {
		case err.Kind == packages.TypeError && isGeneratedName(err.Msg, declared):
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
	return fmt.Errorf("package %s does not compile; correct it first:\n%w", p.PkgPath, errors.Join(errs...))
}

var (
	undefined = regexp.MustCompile(`^undefined: (?:\w+\.)?(\w+)$`)
	generated = regexp.MustCompile(`^(?:Key|Partition|PartitionOf.+|PreviousActions|Attr.+|Index.+)$`)
)

// isGeneratedName reports whether a type error is about a name that is missing, and
// that code for one of the declared declares.
func isGeneratedName(message string, declared map[string]bool) bool {
	found := undefined.FindStringSubmatch(message)
	if found == nil {
		return false
	}
	for of := range declared {
		if rest, ok := strings.CutPrefix(found[1], of); ok && generated.MatchString(rest) {
			return true
		}
	}
	return false
}
