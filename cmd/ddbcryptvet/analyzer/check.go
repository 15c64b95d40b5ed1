package analyzer

import (
	"errors"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/ddbcrypt/ddbcrypt/internal/source"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

// rule is the category of a report, and the name of its section in the manual.
type rule string

const (
	ruleTags      rule = "tags"
	ruleAttribute rule = "attribute"
	ruleMapper    rule = "mapper"
	ruleSensitive rule = "sensitive"
	rulePlain     rule = "plain"
	ruleStale     rule = "stale"
	ruleIgnore    rule = "ignore"
)

// check is the work on one package.
type check struct {
	*analysis.Pass
	options Options
	inspect *inspector.Inspector
	known   source.Types
	fields  map[*types.Var]*ast.Field // the fields of all structs of the package
	items   []*item
	mappers []mapperCall
	ignored map[line]bool
	// generated are the files that ddbcryptgen wrote: they repeat structs.
	generated map[string]bool
	// reported are the faults of fields that several items may have.
	reported map[faultKey]bool
}

func newCheck(pass *analysis.Pass, o Options) *check {
	c := &check{
		Pass: pass, options: o, inspect: pass.ResultOf[inspect.Analyzer].(*inspector.Inspector),
		fields: map[*types.Var]*ast.Field{}, reported: map[faultKey]bool{}, generated: map[string]bool{},
	}
	for _, file := range c.Files {
		if isGenerated(file) {
			c.generated[c.line(file.Pos()).file] = true
		}
	}
	c.ignored = c.findIgnored()
	c.findFields()
	c.mappers = c.findMappers()
	c.items = c.findItems()
	return c
}

// findFields finds the syntax of every field.
func (c *check) findFields() {
	for node := range c.inspect.PreorderSeq((*ast.StructType)(nil)) {
		for _, field := range node.(*ast.StructType).Fields.List {
			for _, name := range fieldNames(field) {
				if v, ok := c.TypesInfo.Defs[name].(*types.Var); ok {
					c.fields[v] = field
				}
			}
		}
	}
}

// fieldNames returns the names of a field; of an embedded one, that of its type.
func fieldNames(field *ast.Field) []*ast.Ident {
	if field.Names != nil {
		return field.Names
	}
	for expr := field.Type; ; {
		switch e := expr.(type) {
		case *ast.Ident:
			return []*ast.Ident{e}
		case *ast.SelectorExpr:
			expr = e.Sel
		case *ast.StarExpr:
			expr = e.X
		case *ast.ParenExpr:
			expr = e.X
		case *ast.IndexExpr:
			expr = e.X
		case *ast.IndexListExpr:
			expr = e.X
		default:
			return nil
		}
	}
}

// place is what a report is about, in words and in the source.
type place struct {
	typ, path, tag string
	pos, end       token.Pos
	field          *ast.Field // nil if the fault is in no field of this package
}

// at returns the place of a field given by its path from an item: the field, or the
// one that embeds or holds it if it is in another package, or else the type.
func (c *check) at(i *item, path, tag string) (place, step) {
	p := place{typ: i.typ.String(), path: path, tag: tag, pos: i.pos, end: i.end}
	steps := i.lookup(path, tag)
	if len(steps) == 0 {
		return p, step{}
	}
	end := steps[len(steps)-1]
	for _, s := range steps {
		if field := c.fields[s.Origin()]; field != nil {
			p.pos, p.end = s.Origin().Pos(), s.Origin().Pos()+token.Pos(len(s.Name()))
			p.field = nil
			if s == end {
				p.field = field
			}
		}
	}
	return p, end
}

// found is a fault and where it is.
type found struct {
	rule   rule
	reason string
	fixes  []analysis.SuggestedFix
	place
}

// report words a fault as package tags does.
func (c *check) report(f found) {
	if c.isIgnored(f.pos) || f.rule != ruleStale && c.generated[c.line(f.pos).file] {
		return
	}
	message := f.reason
	if f.typ != "" {
		e := &tags.Error{Type: f.typ, Field: f.path, Tag: f.tag, Err: errors.New(f.reason)}
		message = strings.TrimPrefix(e.Error(), "tags: ")
	}
	c.Report(analysis.Diagnostic{
		Pos: f.pos, End: f.end, Category: string(f.rule), URL: url + "#hdr-Rule_" + string(f.rule),
		Message: message, SuggestedFixes: f.fixes,
	})
}
