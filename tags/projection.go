package tags

import (
	"fmt"
	"slices"
	"strings"
)

// Projection says which attributes DynamoDB copies to a secondary index
// besides the keys.
type Projection string

const (
	// ProjectAll copies all attributes.
	ProjectAll Projection = "all"
	// ProjectKeys copies none (KEYS_ONLY).
	ProjectKeys Projection = "keys"
	// ProjectInclude copies the ones that are listed.
	ProjectInclude Projection = "include"
)

// IndexProjection is what the struct options say about one index.
type IndexProjection struct {
	Index      string
	Projection Projection
	Attributes []string // of ProjectInclude, in the order of the tag
}

func (p IndexProjection) options() []string {
	if p.Projection != ProjectInclude {
		return []string{"projection=" + p.Index + ":" + string(p.Projection)}
	}
	var words []string
	for _, name := range p.Attributes {
		words = append(words, "include="+p.Index+":"+name)
	}
	return words
}

// project reads INDEX:PROJECTION.
func (s *StructTag) project(value string) error {
	p, rest, err := s.projection(value)
	switch {
	case err != nil:
		return err
	case rest != string(ProjectAll) && rest != string(ProjectKeys):
		return unknown("projection", rest, []string{string(ProjectAll), string(ProjectKeys)})
	case p.Projection != "":
		return errTwoProjections(p.Index)
	}
	p.Projection = Projection(rest)
	return nil
}

// include reads INDEX:ATTRIBUTE. An attribute name may have colons in it, an
// index name has none.
func (s *StructTag) include(value string) error {
	p, name, err := s.projection(value)
	switch {
	case err != nil:
		return err
	case name == "":
		return fmt.Errorf("option include=%s needs an attribute, write include=%s:attribute", value, p.Index)
	case p.Projection != "" && p.Projection != ProjectInclude:
		return errTwoProjections(p.Index)
	case slices.Contains(p.Attributes, name):
		return fmt.Errorf("attribute %q of index %q is listed twice, keep one", name, p.Index)
	}
	p.Projection = ProjectInclude
	p.Attributes = append(p.Attributes, name)
	return nil
}

// projection returns the entry for the index that value names, and what
// follows the name.
func (s *StructTag) projection(value string) (p *IndexProjection, rest string, err error) {
	name, rest, _ := strings.Cut(value, ":")
	if err := checkIndexName(name); err != nil {
		return nil, "", err
	}
	i := slices.IndexFunc(s.Projections, func(p IndexProjection) bool { return p.Index == name })
	if i < 0 {
		i = len(s.Projections)
		s.Projections = append(s.Projections, IndexProjection{Index: name})
	}
	return &s.Projections[i], rest, nil
}

func errTwoProjections(index string) error {
	return fmt.Errorf("index %q has two projections, keep one: all, keys, or the attributes to include", index)
}
