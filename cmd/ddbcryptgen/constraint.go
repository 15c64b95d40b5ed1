package main

import (
	"go/build/constraint"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The names of systems and processors that the go command takes for build constraints
// at the end of file names. Source: go help buildconstraint, go tool dist list.
var (
	systems  = strings.Fields("aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris wasip1 windows zos")
	machines = strings.Fields("386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm")
)

// constraintOf returns the build constraint under which a file is part of its package,
// or "": that of its text, and that of its name, which the generated file does not have.
func constraintOf(path string) string {
	var parts []string
	if text, err := os.ReadFile(path); err == nil {
		parts = append(parts, constraintIn(string(text))...)
	}
	base := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(path), ".go"), "_test")
	_, suffix, _ := strings.Cut(base, "_") // what is in front of the first one is a name
	words := strings.Split(suffix, "_")
	last := len(words) - 1
	if slices.Contains(machines, words[last]) {
		parts = append(parts, words[last])
		last--
	}
	if last >= 0 && slices.Contains(systems, words[last]) {
		parts = append(parts, words[last])
	}
	if len(parts) > 1 {
		for i, part := range parts {
			if strings.Contains(part, " ") {
				parts[i] = "(" + part + ")"
			}
		}
	}
	return strings.Join(parts, " && ")
}

// constraintIn returns the constraint in the text of a file.
func constraintIn(text string) []string {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "package ") {
			break
		}
		if !constraint.IsGoBuild(line) {
			continue
		}
		if expression, err := constraint.Parse(line); err == nil {
			return []string{expression.String()}
		}
	}
	return nil
}
