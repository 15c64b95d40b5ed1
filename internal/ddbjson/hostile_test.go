package ddbjson

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMemoryIsLinearInTheInput(t *testing.T) {
	const repeats = 100_000
	var names strings.Builder
	for i := range repeats {
		fmt.Fprintf(&names, `"%x":{"S":""},`, i)
	}
	tests := []struct {
		name string
		text string
	}{
		{"empty strings in a set", `{"a":{"SS":[` + strings.Repeat(`"",`, repeats) + `""]}}`},
		{"empty binaries in a set", `{"a":{"BS":[` + strings.Repeat(`"",`, repeats) + `""]}}`},
		{"base64 of newlines", `{"a":{"B":"` + strings.Repeat(`\n`, repeats) + `"}}`},
		{"empty lists", `{"a":{"L":[` + strings.Repeat(`{"L":[]},`, repeats) + `{"L":[]}]}}`},
		{"empty maps", `{"a":{"L":[` + strings.Repeat(`{"M":{}},`, repeats) + `{"L":[]}]}}`},
		{"maps with one key", `{"a":{"L":[` + strings.Repeat(`{"M":{"":{"S":""}}},`, repeats) + `{"L":[]}]}}`},
		{"many names", `{` + names.String() + `"a":{"NULL":true}}`},
		{"many names, all wrapped", `{"Item":{` + names.String() + `"z":{"NULL":false}}}`},
		{"many names with a fault at the end", `{` + names.String() + `"a":{"NULL":false}}`},
		{"a long chain of arrays", `{"Item":{"a":{"S":` + strings.Repeat(`[`, repeats)},
		{"a long chain of objects", `{"Item":` + strings.Repeat(`{"a":`, repeats)},
		{"a long unknown type", `{"a":{"` + strings.Repeat(`x`, repeats) + `":1}}`},
		{"a long white space", strings.Repeat(` `, repeats)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			data := []byte(tt.text)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, _, _ = UnmarshalLine(data)
			runtime.ReadMemStats(&after)
			assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(64*len(data)+1<<20))
		})
	}
}
