package main

import (
	"fmt"
	"go/types"
	"maps"
	"path"
	"slices"
)

// The packages that generated code uses, by name.
const (
	generatedPath = "github.com/ddbcrypt/ddbcrypt/mapper/generated"
	mapperPath    = "github.com/ddbcrypt/ddbcrypt/mapper"
	cryptoPath    = "github.com/ddbcrypt/ddbcrypt/crypto"
	tagsPath      = "github.com/ddbcrypt/ddbcrypt/tags"
	typesPath     = "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// imports are those of one generated file. A name that the package itself declares is
// not used for a package.
type imports struct {
	own   *pkg
	names map[string]string // by path
	taken map[string]bool
}

func newImports(own *pkg) *imports {
	return &imports{own: own, names: map[string]string{}, taken: map[string]bool{}}
}

// use returns the name of an imported package.
func (im *imports) use(importPath, name string) string {
	if known, ok := im.names[importPath]; ok {
		return known
	}
	free := name
	for n := 2; !im.isFree(free); n++ {
		free = fmt.Sprint(name, n)
	}
	im.names[importPath], im.taken[free] = free, true
	return free
}

// isFree reports whether a name stands for nothing else in the file.
func (im *imports) isFree(name string) bool {
	return !im.taken[name] && im.own.names[name] == nil && types.Universe.Lookup(name) == nil && !slices.Contains(locals, name)
}

// locals are the names of parameters and variables, which hide those of packages.
var locals = []string{"d", "e", "fields", "n", "name", "v", "value"}

// qualify is the qualifier of types that the file names.
func (im *imports) qualify(p *types.Package) string {
	if p == im.own.Types {
		return ""
	}
	return im.use(p.Path(), p.Name())
}

// typeText returns the text of a type in the file.
func (im *imports) typeText(t types.Type) string { return types.TypeString(t, im.qualify) }

// block returns the import declaration, standard library first.
func (im *imports) block() string {
	var standard, others string
	for _, importPath := range slices.Sorted(maps.Keys(im.names)) {
		name := im.names[importPath]
		line := fmt.Sprintf("\t%q\n", importPath)
		if name != path.Base(importPath) {
			line = fmt.Sprintf("\t%s %q\n", name, importPath)
		}
		if isStandard(importPath) {
			standard += line
		} else {
			others += line
		}
	}
	if standard != "" && others != "" {
		standard += "\n"
	}
	return "import (\n" + standard + others + ")\n"
}

// isStandard reports whether a path is of the standard library: those have no dot in
// their first element.
func isStandard(importPath string) bool {
	for _, c := range importPath {
		if c == '/' {
			break
		}
		if c == '.' {
			return false
		}
	}
	return true
}
