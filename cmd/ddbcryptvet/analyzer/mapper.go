package analyzer

import (
	"errors"
	"fmt"
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/ddbcrypt/ddbcrypt/tags"
)

const mapperPath = "github.com/ddbcrypt/ddbcrypt/mapper"

// mapperCall is a call of mapper.New.
type mapperCall struct {
	call *ast.CallExpr
	arg  ast.Expr // of the type parameter
	typ  types.Type
}

// findMappers finds the calls whose type is known.
func (c *check) findMappers() (calls []mapperCall) {
	for node := range c.inspect.PreorderSeq((*ast.CallExpr)(nil)) {
		call := node.(*ast.CallExpr)
		index, ok := ast.Unparen(call.Fun).(*ast.IndexExpr)
		if !ok || !isFunc(c.callee(call), mapperPath, "New") {
			continue
		}
		if t := c.TypesInfo.TypeOf(index.Index); t != nil && !hasTypeParam(t) {
			calls = append(calls, mapperCall{call, index.Index, t})
		}
	}
	return calls
}

// checkMappers reports types that mapper.New refuses though their tags are right.
func (c *check) checkMappers() {
	for _, m := range c.mappers {
		typ := c.known.Of(m.typ)
		report := func(reason string, fixes ...analysis.SuggestedFix) {
			c.report(found{ruleMapper, reason, fixes, place{typ: typ.String(), pos: m.arg.Pos(), end: m.arg.End()}})
		}
		if _, ok := typ.Underlying().(*types.Struct); !ok {
			report("a mapper is for a struct type, use one", withoutStar(m.arg)...)
			continue
		}
		model, err := tags.Describe(typ, c.tagOptions()...)
		if err != nil {
			if c.isElsewhere(typ.Type) {
				report(fmt.Sprintf("the type's tags are wrong, run ddbcryptvet on its package; %s", firstReason(err)))
			}
			continue
		}
		if _, ok := model.Partition(); !ok {
			report("no field is the partition key, add `ddbcrypt:\"partition\"` to its tags")
		}
		if model.Table() == "" && len(m.call.Args) == 2 {
			report("no table is named, add a field _ struct{} `ddbcrypt:\"table=NAME\"` or the option WithTable")
		}
	}
}

// isElsewhere reports whether a type is of another module: faults of this one's types
// are reported where they are declared.
func (c *check) isElsewhere(t types.Type) bool {
	name := typeName(t)
	if name == nil || name.Pkg() == c.Pkg {
		return false
	}
	path := name.Pkg().Path()
	return c.Module == nil || path != c.Module.Path && !strings.HasPrefix(path, c.Module.Path+"/")
}

func firstReason(err error) string {
	if e, ok := errors.AsType[*tags.Error](err); ok {
		return fmt.Sprintf("field %s, tag %q: %s", e.Field, e.Tag, e.Err)
	}
	return err.Error()
}

// withoutStar is the fix of a pointer type where a struct type belongs.
func withoutStar(e ast.Expr) []analysis.SuggestedFix {
	star, ok := ast.Unparen(e).(*ast.StarExpr)
	if !ok {
		return nil
	}
	return []analysis.SuggestedFix{{Message: "Remove the star", TextEdits: []analysis.TextEdit{{Pos: star.Star, End: star.X.Pos()}}}}
}
