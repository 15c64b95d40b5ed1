package analyzer

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/types/typeutil"
)

const (
	clientPath = "github.com/ddbcrypt/ddbcrypt/client"
	sdkPath    = "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	typesPath  = sdkPath + "/types"
	avPath     = "github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	guregu     = "github.com/guregu/dynamo"
)

// checkWrites reports annotated structs that are written by a client that does not
// encrypt, in packages that make no client that does. Tests may do so on purpose.
func (c *check) checkWrites() {
	encrypts, wraps := c.makesClients()
	if encrypts {
		return
	}
	for _, file := range c.Files {
		if c.isTest(file.Pos()) {
			continue
		}
		for _, declaration := range file.Decls {
			c.checkFlow(declaration)
			if !wraps {
				c.checkGuregu(declaration)
			}
		}
	}
}

func (c *check) isTest(pos token.Pos) bool {
	return strings.HasSuffix(c.Fset.Position(pos).Filename, "_test.go")
}

// makesClients reports whether the package names client.WithEncryption, and client.New.
func (c *check) makesClients() (encrypts, wraps bool) {
	for name, used := range c.TypesInfo.Uses {
		if c.isTest(name.Pos()) {
			continue
		}
		encrypts = encrypts || isFunc(used, clientPath, "WithEncryption")
		wraps = wraps || isFunc(used, clientPath, "New")
	}
	return encrypts, wraps
}

func (c *check) reportWrite(call *ast.CallExpr, typ, by string) {
	c.report(found{rule: rulePlain, place: place{typ: typ, pos: call.Pos(), end: call.End()},
		reason: fmt.Sprintf("values have ddbcrypt tags but %s stores them in the clear, "+
			"save them by a mapper or make the client with client.WithEncryption", by)})
}

// checkGuregu reports annotated structs that guregu/dynamo writes.
func (c *check) checkGuregu(declaration ast.Decl) {
	ast.Inspect(declaration, func(node ast.Node) bool {
		call, ok := node.(*ast.CallExpr)
		if !ok {
			return true
		}
		f, ok := c.callee(call).(*types.Func)
		if !ok || f.Pkg() == nil || f.Pkg().Path() != guregu && !strings.HasPrefix(f.Pkg().Path(), guregu+"/") {
			return true
		}
		if receiver := receiverName(f); (receiver != "Table" && receiver != "BatchWrite") || f.Name() != "Put" && f.Name() != "PutIn" {
			return true
		}
		for _, arg := range call.Args {
			if typ := c.annotated(arg); typ != "" {
				c.reportWrite(call, typ, "dynamo."+receiverName(f)+"."+f.Name())
				break
			}
		}
		return true
	})
}

// annotated returns the name of the type of an expression, or of what it points to or
// is a collection of, if that is a struct with ddbcrypt tags.
func (c *check) annotated(e ast.Expr) string {
	t := c.TypesInfo.TypeOf(e)
	for range 10 { // types may contain themselves
		if t == nil {
			return ""
		}
		switch u := t.Underlying().(type) {
		case *types.Struct:
			if isItem(t) {
				return c.known.Of(t).String()
			}
			return ""
		case interface{ Elem() types.Type }:
			t = u.Elem()
		default:
			return ""
		}
	}
	return ""
}

func (c *check) callee(call *ast.CallExpr) types.Object { return typeutil.Callee(c.TypesInfo, call) }

// isFunc reports whether an object is a function of a package, and no method.
func isFunc(object types.Object, path, name string) bool {
	f, ok := object.(*types.Func)
	return ok && f.Name() == name && f.Pkg() != nil && f.Pkg().Path() == path && f.Signature().Recv() == nil
}

// receiverName returns the name of the type that a method is of, or "".
func receiverName(f *types.Func) string {
	if f.Signature().Recv() == nil {
		return ""
	}
	if name := typeName(f.Signature().Recv().Type()); name != nil {
		return name.Name()
	}
	return ""
}
