package main

import (
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
)

// The names of systems and processors that the go command takes for build constraints
// at the end of file names. Source: internal/syslist of Go.
var (
	systems  = strings.Fields("aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris wasip1 windows zos")
	machines = strings.Fields("386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm")
)

// constraintOf returns the build constraint under which a file is part of its package,
// or "": that of its text, that of its name, which the generated file does not have, and
// cgo if it imports C.
func constraintOf(path string) string {
	parts := append(constraintIn(path), constraintOfName(filepath.Base(path))...)
	if len(parts) > 1 {
		for i, part := range parts {
			if strings.Contains(part, " ") {
				parts[i] = "(" + part + ")"
			}
		}
	}
	return strings.Join(parts, " && ")
}

// constraintIn returns the constraints in the text of a file.
func constraintIn(path string) (parts []string) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.ImportsOnly)
	if err != nil {
		return nil // it was read before
	}
	if parts = linesOf(file, constraint.IsGoBuild); parts == nil {
		parts = linesOf(file, constraint.IsPlusBuild) // the old form
	}
	for _, spec := range file.Imports {
		if spec.Path.Value == `"C"` {
			return append(parts, "cgo")
		}
	}
	return parts
}

// linesOf returns the constraints in comments before the package clause.
func linesOf(file *ast.File, is func(string) bool) (parts []string) {
	for _, group := range file.Comments {
		for _, line := range group.List {
			isDoc := group == file.Doc && constraint.IsPlusBuild(line.Text) // which does not count there
			if line.Pos() > file.Package || !is(line.Text) || isDoc {
				continue
			}
			if expression, err := constraint.Parse(line.Text); err == nil {
				parts = append(parts, expression.String())
			}
		}
	}
	return parts
}

// constraintOfName returns the constraints in the name of a file.
func constraintOfName(name string) (parts []string) {
	name, _, _ = strings.Cut(name, ".")
	words := strings.Split(strings.TrimSuffix(name, "_test"), "_")[1:] // the first one is a name
	last := len(words) - 1
	if last >= 0 && slices.Contains(machines, words[last]) {
		parts = append(parts, words[last])
		last--
	}
	if last >= 0 && slices.Contains(systems, words[last]) {
		parts = append(parts, words[last])
	}
	return parts
}
