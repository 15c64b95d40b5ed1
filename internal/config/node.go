package config

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// field reads the value n of the key at path.
type field func(path string, n *yaml.Node) error

// mapping reads the keys of a mapping, each by its field.
func (s source) mapping(path string, n *yaml.Node, fields map[string]field) error {
	return s.each(path, n, func(name string, key, value *yaml.Node) error {
		read, ok := fields[name]
		if !ok {
			return s.fail(path, key, "unknown key"+unknownKey(name, slices.Sorted(maps.Keys(fields))))
		}
		return read(join(path, name), value)
	})
}

// fields is mapping as a field.
func (s source) fields(fields map[string]field) field {
	return func(path string, n *yaml.Node) error { return s.mapping(path, n, fields) }
}

// each calls do for the keys of a mapping, in order.
func (s source) each(path string, n *yaml.Node, do func(name string, key, value *yaml.Node) error) error {
	if n.Kind != yaml.MappingNode {
		return s.fail(path, n, "want keys with values, got "+kind(n))
	}
	lines := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if !isText(key) {
			return s.fail(path, key, "want a name as key, got "+kind(key)+"; put it in quotes if it is a name")
		}
		if first := lines[key.Value]; first > 0 {
			return s.fail(path, key, "a key stands twice, first in line "+strconv.Itoa(first))
		}
		lines[key.Value] = key.Line
		if err := do(key.Value, key, value); err != nil {
			return err
		}
	}
	return nil
}

// text reads a text that is not empty.
func (s source) text(dst *string) field {
	return func(path string, n *yaml.Node) error {
		if !isText(n) {
			return s.fail(path, n, "want a text, got "+kind(n)+"; put it in quotes if it is a text, or leave the key out")
		}
		if n.Value == "" {
			return s.fail(path, n, "is empty; leave the key out if it is not wanted")
		}
		*dst = n.Value
		return nil
	}
}

// word reads one of a few words.
func (s source) word(dst *string, words ...string) field {
	return func(path string, n *yaml.Node) error {
		if err := s.text(dst)(path, n); err != nil {
			return err
		}
		if !slices.Contains(words, *dst) {
			return s.fail(path, n, "unknown word"+unknownWord(*dst, words))
		}
		return nil
	}
}

// flag reads true or false.
func (s source) flag(dst *bool) field {
	return func(path string, n *yaml.Node) error {
		if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!bool" {
			return s.fail(path, n, "want true or false, got "+kind(n))
		}
		*dst = strings.EqualFold(n.Value, "true")
		return nil
	}
}

// list reads a list of texts that are not empty.
func (s source) list(dst *[]string) field {
	return func(path string, n *yaml.Node) error {
		return s.members(path, n, func(path string, member *yaml.Node) error {
			var text string
			err := s.text(&text)(path, member)
			*dst = append(*dst, text)
			return err
		})
	}
}

// members reads each member of a list.
func (s source) members(path string, n *yaml.Node, read field) error {
	if n.Kind != yaml.SequenceNode {
		return s.fail(path, n, "want a list, got "+kind(n))
	}
	for _, member := range n.Content {
		if err := read(path, member); err != nil {
			return err
		}
	}
	return nil
}

// number reads a whole number from 1.
func (s source) number(dst *int) field {
	return func(path string, n *yaml.Node) error {
		if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" || n.Decode(dst) != nil || *dst < 1 {
			return s.fail(path, n, "want a whole number from 1")
		}
		return nil
	}
}

// duration reads a positive duration such as 5m.
func (s source) duration(dst *time.Duration) field {
	return func(path string, n *yaml.Node) error {
		var err error
		if *dst, err = time.ParseDuration(n.Value); !isText(n) || err != nil || *dst <= 0 {
			return s.fail(path, n, "want a positive duration such as 30s, 5m or 1h")
		}
		return nil
	}
}

// texts reads a mapping of names to texts.
func (s source) texts(dst map[string]string) field {
	return func(path string, n *yaml.Node) error {
		return s.each(path, n, func(name string, _, value *yaml.Node) error {
			var text string
			if err := s.text(&text)(join(path, name), value); err != nil {
				return err
			}
			dst[name] = text
			return nil
		})
	}
}

func isText(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!str" }

// kind says what a value is, without the value.
func kind(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "keys with values"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias, which is not supported"
	}
	switch n.ShortTag() {
	case "!!str":
		return "a text"
	case "!!null":
		return "nothing"
	case "!!bool":
		return "true or false"
	case "!!int", "!!float":
		return "a number"
	case "!!merge":
		return "a merge key, which is not supported"
	default:
		return "a value of another type"
	}
}

// join returns the path of a key in the mapping at path.
func join(path, name string) string {
	if !isWord(name) {
		name = strconv.Quote(name)
	}
	if path == "" {
		return name
	}
	return path + "." + name
}
