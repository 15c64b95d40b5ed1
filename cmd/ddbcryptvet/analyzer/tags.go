package analyzer

import (
	"cmp"
	"go/token"
	"slices"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/tags"
)

// fault is a fault that package tags finds in an item.
type fault struct {
	of *item
	found
}

// faultKey is the same of one fault that several types have.
type faultKey struct {
	pos    token.Pos
	path   string // if pos is not that of the field
	reason string
}

func (f fault) key() faultKey {
	k := faultKey{pos: f.pos, reason: f.reason, path: f.path}
	if f.field != nil {
		k.path = ""
	}
	if i := strings.LastIndex(f.path, "."); i >= 0 {
		k.reason = strings.ReplaceAll(k.reason, f.path[:i+1], "")
	}
	return k
}

// checkTags reports what package tags says of the items, each fault once, in the
// words for the type that is nearest to it.
func (c *check) checkTags() error {
	faults := map[*item][]fault{}
	for _, i := range c.items {
		_, err := tags.Describe(i.typ, c.tagOptions()...)
		for _, e := range flatten(err) {
			if e.Type == "" {
				return err // about the options
			}
			if f, ok := c.fault(i, e); ok {
				faults[i] = append(faults[i], f)
			}
		}
	}
	var all []fault
	for _, i := range c.items {
		all = append(all, withoutParts(faults[i], c.embedders(i, faults), faults)...)
	}
	slices.SortStableFunc(all, func(a, b fault) int {
		return cmp.Or(cmp.Compare(a.pos, b.pos), cmp.Compare(strings.Count(a.path, "."), strings.Count(b.path, ".")))
	})
	seen := map[faultKey]bool{}
	for _, f := range all {
		if !seen[f.key()] {
			seen[f.key()] = true
			c.report(f.found)
		}
	}
	return nil
}

func (c *check) tagOptions() []tags.Option {
	if c.options.TagKey == "" {
		return nil
	}
	return []tags.Option{tags.WithTagKey(c.options.TagKey)}
}

// flatten returns the errors of package tags that were joined.
func flatten(err error) []*tags.Error {
	switch e := err.(type) {
	case nil:
		return nil
	case *tags.Error:
		return []*tags.Error{e}
	case interface{ Unwrap() []error }:
		var all []*tags.Error
		for _, each := range e.Unwrap() {
			all = append(all, flatten(each)...)
		}
		return all
	}
	return []*tags.Error{{Err: err}}
}

// fault places an error. It reports false for one that may vanish when type parameters
// are known.
func (c *check) fault(i *item, e *tags.Error) (fault, bool) {
	p, field := c.at(i, e.Field, e.Tag)
	if field.Var != nil && hasTypeParam(field.Type()) {
		tag, err := tags.ParseField(e.Field, e.Tag)
		if err == nil && (tag.Version || tag.Unknown) {
			return fault{}, false
		}
	}
	f := found{rule: ruleTags, reason: e.Err.Error(), place: p}
	f.fixes = tagFixes(p.field, f.reason)
	return fault{i, f}, true
}

// embedders returns the items that embed an item.
func (c *check) embedders(i *item, faults map[*item][]fault) (outer []*item) {
	name := typeName(i.typ.Type)
	for _, o := range c.items {
		noItem := slices.ContainsFunc(faults[o], func(f fault) bool { return f.path == "" })
		if name != nil && !noItem && embeddedIn(o.typ.Type)[name] != nil {
			outer = append(outer, o)
		}
	}
	return outer
}

// withoutParts drops faults that a type has only because it is a part: what embeds it
// may have the partition key.
func withoutParts(own []fault, outer []*item, faults map[*item][]fault) []fault {
	if len(outer) == 0 || len(own) > 0 && own[0].of.mapped {
		return own
	}
	return slices.DeleteFunc(slices.Clone(own), func(f fault) bool {
		return !slices.ContainsFunc(outer, func(o *item) bool {
			return slices.ContainsFunc(faults[o], func(g fault) bool { return g.key() == f.key() })
		})
	})
}
