package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The pages show this program: what is written and what is generated.
func TestTheCodeOfThePagesIsThatOfThisProgram(t *testing.T) {
	var program string
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, file := range files {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		program += unindented(string(source))
	}
	for _, page := range []string{"model-lock.md", "generated-code.md"} {
		text, err := os.ReadFile("../../docs/" + page)
		require.NoError(t, err)
		blocks := regexp.MustCompile("(?ms)^```go\n(.*?)^```$").FindAllStringSubmatch(string(text), -1)
		require.NotEmpty(t, blocks, page)
		for _, block := range blocks {
			// What a page shows as one block may be apart here.
			for part := range strings.SplitSeq(block[1], "\n\n") {
				require.Contains(t, program, unindented(part), page)
			}
		}
	}
}

func unindented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimLeft(line, "\t "))
	}
	return b.String()
}
