package interop

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"path"
)

//go:embed golden/java.jsonl golden/python.jsonl golden/stores.jsonl
var goldenFiles embed.FS

// GoldenItems returns the items that the published clients sealed, Java's first.
func GoldenItems() ([]Golden, error) { return golden[Golden]("java.jsonl", "python.jsonl") }

// GoldenStores returns the MetaStore tables that the published clients made, Java's first.
func GoldenStores() ([]GoldenStore, error) { return golden[GoldenStore]("stores.jsonl") }

func golden[T any](files ...string) ([]T, error) {
	var all []T
	for _, name := range files {
		text, err := goldenFiles.ReadFile(path.Join("golden", name))
		if err != nil {
			return nil, fmt.Errorf("interop: golden items: %w", err)
		}
		for number, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
			var one T
			if err := json.Unmarshal(line, &one); err != nil {
				return nil, fmt.Errorf("interop: golden items: %s, line %d: %w", name, number+1, err)
			}
			all = append(all, one)
		}
	}
	return all, nil
}
