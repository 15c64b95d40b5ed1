package interop

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"path"
)

//go:embed golden/java.jsonl golden/python.jsonl
var goldenFiles embed.FS

// GoldenItems returns the items that the published clients sealed, Java's first.
func GoldenItems() ([]Golden, error) {
	var items []Golden
	for _, name := range []string{"java.jsonl", "python.jsonl"} {
		text, err := goldenFiles.ReadFile(path.Join("golden", name))
		if err != nil {
			return nil, fmt.Errorf("interop: golden items: %w", err)
		}
		for number, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
			var item Golden
			if err := json.Unmarshal(line, &item); err != nil {
				return nil, fmt.Errorf("interop: golden items: %s, line %d: %w", name, number+1, err)
			}
			items = append(items, item)
		}
	}
	return items, nil
}
