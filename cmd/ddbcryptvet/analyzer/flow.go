package analyzer

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
)

// flow follows the items that attributevalue makes of annotated structs through the
// variables of one function, whatever the order of its statements.
type flow struct {
	*check
	// plain has the variables that hold such an item, with the name of its type.
	plain map[types.Object]string
	// touched has variables that code which is not known may have changed: it may
	// have encrypted what they hold.
	touched map[types.Object]bool
}

// checkFlow reports what a function writes by the SDK's client.
func (c *check) checkFlow(declaration ast.Decl) {
	f := &flow{c, map[types.Object]string{}, map[types.Object]bool{}}
	var assigned [][2]ast.Expr // what, and what to it
	var writes []*ast.CallExpr
	ast.Inspect(declaration, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				assigned = append(assigned, [2]ast.Expr{left, n.Rhs[min(i, len(n.Rhs)-1)]})
			}
		case *ast.ValueSpec:
			for i, left := range n.Names {
				if len(n.Values) > 0 {
					assigned = append(assigned, [2]ast.Expr{left, n.Values[min(i, len(n.Values)-1)]})
				}
			}
		case *ast.RangeStmt:
			if n.Value != nil && !isValue(f.TypesInfo.TypeOf(n.Value)) {
				assigned = append(assigned, [2]ast.Expr{n.Value, n.X})
			}
		case *ast.CallExpr:
			switch {
			case f.isWrite(n):
				writes = append(writes, n)
			case !f.keepsItems(n):
				f.touch(n.Args)
			}
		}
		return true
	})
	if len(writes) == 0 {
		return
	}
	for _, a := range assigned {
		if call, ok := ast.Unparen(a[1]).(*ast.CallExpr); ok && !f.isPlain(call) {
			f.touch([]ast.Expr{a[0]})
		}
	}
	for f.spread(assigned) {
	}
	for _, call := range writes {
		for _, arg := range call.Args {
			if typ := f.typeIn(arg); typ != "" {
				c.reportWrite(call, typ, "dynamodb.Client."+f.callee(call).Name())
			}
		}
	}
}

// writeMethods are the methods of the SDK's client that store whole items.
var writeMethods = []string{"PutItem", "BatchWriteItem", "TransactWriteItems"}

func (f *flow) isWrite(call *ast.CallExpr) bool {
	method, ok := f.callee(call).(*types.Func)
	return ok && method.Pkg() != nil && method.Pkg().Path() == sdkPath && receiverName(method) == "Client" &&
		slices.Contains(writeMethods, method.Name())
}

// keepsItems reports whether a call changes nothing that it gets.
func (f *flow) keepsItems(call *ast.CallExpr) bool {
	callee := f.callee(call)
	isOurs := callee != nil && callee.Pkg() != nil && strings.HasPrefix(callee.Pkg().Path(), "github.com/ddbcrypt/ddbcrypt/")
	return isOurs || f.isPlain(call)
}

// isPlain reports whether a call encrypts nothing: one of the language, the standard
// library or the SDK.
func (f *flow) isPlain(call *ast.CallExpr) bool {
	if f.TypesInfo.Types[call.Fun].IsType() {
		return true
	}
	callee := f.callee(call)
	switch {
	case callee == nil || callee.Pkg() == f.Pkg:
		return false
	case callee.Pkg() == nil:
		return true
	}
	first, _, _ := strings.Cut(callee.Pkg().Path(), "/")
	return !strings.Contains(first, ".") || strings.HasPrefix(callee.Pkg().Path(), "github.com/aws/")
}

// touch marks the variables in expressions.
func (f *flow) touch(list []ast.Expr) {
	for _, e := range list {
		ast.Inspect(e, func(node ast.Node) bool {
			if name, ok := node.(*ast.Ident); ok {
				if object := f.TypesInfo.ObjectOf(name); object != nil {
					f.touched[object] = true
				}
			}
			return true
		})
	}
}

// spread takes in what assignments add, and reports whether they do.
func (f *flow) spread(assigned [][2]ast.Expr) (more bool) {
	for _, a := range assigned {
		object, typ := f.root(a[0]), f.typeIn(a[1])
		if object == nil || typ == "" || f.touched[object] || f.plain[object] != "" || !carriesItems(object.Type()) {
			continue
		}
		f.plain[object] = typ
		more = true
	}
	return more
}

// root returns the variable that an assignment to an expression changes, or nil if the
// part of it stores no item.
func (f *flow) root(e ast.Expr) types.Object {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return f.TypesInfo.ObjectOf(x)
		case *ast.ParenExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			if !f.isPart(f.TypesInfo.TypeOf(x.X), x.Sel.Name) {
				return nil
			}
			e = x.X
		default:
			return nil
		}
	}
}

// itemParts are the fields of requests that hold items to store.
var itemParts = []string{"Item", "PutRequest", "Put", "RequestItems", "TransactItems", "Value"}

// isPart reports whether a field of a struct may hold an item to store. Keys and
// values for expressions are none.
func (f *flow) isPart(t types.Type, field string) bool {
	name := typeName(t)
	if name == nil || name.Pkg() == nil || name.Pkg().Path() != sdkPath && name.Pkg().Path() != typesPath {
		return true
	}
	return slices.Contains(itemParts, field)
}

// isValue reports whether a type is the SDK's AttributeValue.
func isValue(t types.Type) bool {
	name := typeName(t)
	return name != nil && name.Name() == "AttributeValue" && name.Pkg() != nil && name.Pkg().Path() == typesPath
}

// carriesItems keeps errors, which come with items, apart.
func carriesItems(t types.Type) bool {
	return !types.Identical(t, types.Universe.Lookup("error").Type())
}

// typeIn returns the name of the type of which an expression holds an item, or "".
func (f *flow) typeIn(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.Ident:
		return f.plain[f.TypesInfo.ObjectOf(x)]
	case *ast.ParenExpr:
		return f.typeIn(x.X)
	case *ast.StarExpr:
		return f.typeIn(x.X)
	case *ast.UnaryExpr:
		return f.typeIn(x.X)
	case *ast.TypeAssertExpr:
		return f.typeIn(x.X)
	case *ast.IndexExpr:
		if !isValue(f.TypesInfo.TypeOf(x)) { // one attribute is no item
			return f.typeIn(x.X)
		}
	case *ast.SliceExpr:
		return f.typeIn(x.X)
	case *ast.SelectorExpr:
		if f.isPart(f.TypesInfo.TypeOf(x.X), x.Sel.Name) {
			return f.typeIn(x.X)
		}
	case *ast.CompositeLit:
		return f.typeInLiteral(x)
	case *ast.CallExpr:
		return f.typeInCall(x)
	}
	return ""
}

func (f *flow) typeInLiteral(literal *ast.CompositeLit) string {
	for _, element := range literal.Elts {
		if pair, ok := element.(*ast.KeyValueExpr); ok {
			_, isStruct := pointee(f.TypesInfo.TypeOf(literal)).Underlying().(*types.Struct)
			if key, ok := pair.Key.(*ast.Ident); ok && isStruct && !f.isPart(f.TypesInfo.TypeOf(literal), key.Name) {
				continue
			}
			element = pair.Value
		}
		if typ := f.typeIn(element); typ != "" {
			return typ
		}
	}
	return ""
}

func (f *flow) typeInCall(call *ast.CallExpr) string {
	callee, _ := f.callee(call).(*types.Func)
	switch {
	case callee != nil && callee.Pkg() != nil && callee.Pkg().Path() == avPath:
		isSource := strings.HasPrefix(callee.Name(), "Marshal") || receiverName(callee) == "Encoder" && callee.Name() == "Encode"
		if isSource && len(call.Args) > 0 {
			return f.annotated(call.Args[0])
		}
	case f.TypesInfo.Types[call.Fun].IsType() || isAppend(f.callee(call)):
		for _, arg := range call.Args {
			if typ := f.typeIn(arg); typ != "" {
				return typ
			}
		}
	}
	return ""
}

func isAppend(callee types.Object) bool {
	builtin, ok := callee.(*types.Builtin)
	return ok && builtin.Name() == "append"
}
