package ddbjson

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var benchText = []byte(`{"id":{"S":"user-000000000001"},"created":{"N":"1700000000"},"email":{"S":"alice@example.com"},` +
	`"active":{"BOOL":true},"deleted":{"NULL":true},"tags":{"SS":["one","two","three"]},"photo":{"B":"` +
	strings.Repeat("AAECAwQF", 32) + `"},"address":{"M":{"city":{"S":"Z\u00fcrich"},"lines":{"L":[{"S":"first"},{"S":"second"}]}}}}`)

func BenchmarkUnmarshal(b *testing.B) {
	b.ReportAllocs()
	b.SetBytes(int64(len(benchText)))
	for b.Loop() {
		if _, err := Unmarshal(benchText); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendItem(b *testing.B) {
	item, err := Unmarshal(benchText)
	require.NoError(b, err)
	var dst []byte
	b.ReportAllocs()
	b.SetBytes(int64(len(benchText)))
	for b.Loop() {
		if dst, err = AppendItem(dst[:0], item); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReader(b *testing.B) {
	const lines = 1000
	text := bytes.Repeat(append(bytes.Clone(benchText), '\n'), lines)
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		for _, err := range NewReader(bytes.NewReader(text)).Lines() {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}
