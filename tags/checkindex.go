package tags

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

var errLocalIndex = errors.New("a local index needs a table with a sort key, add one or make the index global")

// indexKey is an IndexKey with the attribute that has it.
type indexKey struct {
	IndexKey
	of *Attribute
}

// checkIndexes finds the indexes and refuses those that DynamoDB would not
// create.
func (c *checker) checkIndexes() {
	keys := map[string][]indexKey{}
	for _, a := range c.model.attributes {
		for _, k := range a.Indexes {
			keys[k.Index] = append(keys[k.Index], indexKey{k, a})
		}
	}
	names := slices.Sorted(maps.Keys(keys))
	for _, name := range names {
		c.model.indexes = append(c.model.indexes, c.index(name, keys[name]))
	}
	for _, p := range c.model.tag.Projections {
		i, ok := slices.BinarySearch(names, p.Index)
		if !ok {
			c.reportProjection(p.Index, names)
			continue
		}
		c.model.indexes[i].Projection, c.model.indexes[i].Attributes = p.Projection, p.Attributes
	}
}

func (c *checker) reportProjection(index string, names []string) {
	err := fmt.Errorf("index %q has no key, add index=%s:partition to the tag of a field", index, index)
	if len(names) > 0 {
		err = unknown("index", index, names)
	}
	blank := c.resolver.blanks[len(c.resolver.blanks)-1]
	c.report(blank.path, blank.raw.Crypt, err)
}

// index makes one index of its keys, which are in the order of the fields.
func (c *checker) index(name string, keys []indexKey) Index {
	first := keys[0]
	index := Index{Name: name, Local: first.Role == LocalSort}
	for _, k := range keys {
		if (k.Role == LocalSort) != index.Local {
			c.reportKey(k, "index %q is local in one field and global in another, see field %s; rename one", name, first.of.Path)
			return index
		}
	}
	if index.Local {
		return c.localIndex(index, keys)
	}
	index.Partition = c.keyNames(IndexPartition, keys)
	index.Sort = c.keyNames(IndexSort, keys)
	if len(index.Partition) == 0 {
		c.reportKey(first, "index %q has no partition key, add index=%s:partition to the tag of a field", name, name)
	}
	return index
}

func (c *checker) localIndex(index Index, keys []indexKey) Index {
	first := keys[0]
	index.Sort = []string{first.of.Name}
	for _, k := range keys[1:] {
		c.reportKey(k, "second sort key of local index %q, field %s is one already", index.Name, first.of.Path)
	}
	if c.model.sort == nil {
		c.report(first.of.Path, first.of.text, errLocalIndex)
	}
	if c.model.partition != nil {
		index.Partition = []string{c.model.partition.Name}
	}
	return index
}

// keyNames returns the attributes of one role of a global index in the order
// of the key.
func (c *checker) keyNames(role IndexRole, keys []indexKey) (names []string) {
	var parts []indexKey
	for _, k := range keys {
		if k.Role == role {
			parts = append(parts, k)
		}
	}
	for i, k := range parts {
		c.checkPart(k, parts[:i], len(parts))
	}
	slices.SortStableFunc(parts, func(a, b indexKey) int { return a.Position - b.Position })
	for _, k := range parts {
		names = append(names, k.of.Name)
	}
	return names
}

// checkPart compares an attribute of a role with those of earlier fields.
func (c *checker) checkPart(k indexKey, earlier []indexKey, total int) {
	samePosition := func(e indexKey) bool { return e.Position == k.Position }
	switch {
	case len(earlier) == maxKeyParts:
		c.reportKey(k, "index %q has more than %d attributes in its %s key, remove some", k.Index, maxKeyParts, k.Role)
	case len(earlier) > 0 && (k.Position == 0) != (earlier[0].Position == 0):
		c.reportKey(k, "index %q has attributes with and without a position in its %s key, see field %s; number all or none",
			k.Index, k.Role, earlier[0].of.Path)
	case k.Position == 0:
	case k.Position > total:
		c.reportKey(k, "index %q has position %d in its %s key but not all before it, number them from 1 without gaps",
			k.Index, k.Position, k.Role)
	case slices.ContainsFunc(earlier, samePosition):
		c.reportKey(k, "index %q has position %d in its %s key twice, see field %s; number them from 1 without gaps",
			k.Index, k.Position, k.Role, earlier[slices.IndexFunc(earlier, samePosition)].of.Path)
	}
}

func (c *checker) reportKey(k indexKey, format string, args ...any) {
	c.report(k.of.Path, k.of.text, fmt.Errorf(format, args...))
}
