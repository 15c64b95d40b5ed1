package expression

import (
	"fmt"
	"strings"
)

// Path is a document path, with the names behind its placeholders. Its first
// step is the name of an attribute.
type Path []Step

// Step is one step of a document path: a name, or an index into a list.
type Step struct {
	Name  string
	Index int // -1 for a name
}

// IsName reports whether the step is a name.
func (s Step) IsName() bool { return s.Index < 0 }

func (s Step) String() string {
	if s.IsName() {
		return s.Name
	}
	return fmt.Sprintf("[%d]", s.Index)
}

// Attribute returns the name of the attribute that the path leads into.
func (p Path) Attribute() string { return p[0].Name }

// String lists the steps. Names stand in it as they are, whatever characters
// they have, so that different paths may have the same text.
func (p Path) String() string {
	var steps []string
	for _, s := range p {
		steps = append(steps, s.String())
	}
	return "[" + strings.Join(steps, ", ") + "]"
}

// checkDisjoint refuses paths of one expression that lead into each other, or
// that use a value as a map and as a list.
func checkDisjoint(paths []Path) error {
	for i, a := range paths {
		for _, b := range paths[i+1:] {
			if relation := relate(a, b); relation != "" {
				return refuse("Two document paths %s with each other; must remove or rewrite one of these paths; path one: %v, path two: %v", relation, a, b)
			}
		}
	}
	return nil
}

func relate(a, b Path) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			if a[i].IsName() != b[i].IsName() {
				return "conflict"
			}
			return ""
		}
	}
	return "overlap"
}
